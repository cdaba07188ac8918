"""Formulas as they were written: the tree that the reader makes and everything else walks.

The tree says what stands on the page, not what it means. What only the document can decide stays open:
whether ``f(x)`` is a call or a product (a :class:`Product` of a name and a :class:`Group` with nothing
between them),
whether ``Wx`` is one name or two (a :class:`Name` with a run of letters), whether ``a^{l}`` is a label or a
power (a plain superscript). The kinds of node are closed. ``span`` is where a node stands in the text that
was read, so that a correction can be written in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal, NamedTuple, Protocol

from symgrad.verify.documents.pieces import Span


class Node(Protocol):
    """A part of a formula: one of the classes below.

    A protocol and not the union of them, which refers to itself: mypy takes minutes over tuples that do.
    """

    @property
    def span(self) -> Span:
        """Where it stands in the text that was read."""
        ...


class Number(NamedTuple):
    """A number in decimal digits: ``2``, ``0.5``; ``decimal`` where it was written with a point."""

    value: Fraction
    decimal: bool
    span: Span


class Name(NamedTuple):
    """A letter (Greek ones as Unicode), a word, or a run of letters and digits such as ``w5``, ``Wx``.

    ``style`` is empty for plain italics, ``bold`` (mathbf, boldsymbol, bm, vec), ``word`` (mathrm, text,
    operatorname: never several names), ``cal`` (mathcal, mathscr), ``bb`` (mathbb), ``sf`` and so on.
    """

    letter: str
    style: str
    span: Span


class Accent(NamedTuple):
    r"""``\hat{y}``, ``\bar``, ``\tilde``, ``\dot``; ``inner`` may have scripts of its own."""

    kind: str
    inner: Node
    span: Span


class Scripted(NamedTuple):
    """Subscript, superscripts and primes of ``base``.

    ``sub`` is an expression, a :class:`Listed` where commas stand in it, or a :class:`Relation`
    (``1_{i=j}``). ``sups`` are the parts of the superscript in order: ``a^{[l-1]T}`` has a :class:`Label`
    and a
    :class:`Transposed`, ``x^2`` a :class:`Number`, ``w^{*}`` a :class:`Star`.
    """

    base: Node
    sub: Node | None
    sups: tuple[Node, ...]
    primes: int
    span: Span


class Label(NamedTuple):
    """A superscript in brackets, ``^{(l)}`` or ``^{[l]}``; ``bracket`` is ``(``, ``[`` or ``<``."""

    bracket: str
    inner: Node
    span: Span


class Transposed(NamedTuple):
    r"""``^T``, ``^\top``, ``^⊤``; ``letter`` where it is the letter T, which may be a name."""

    letter: bool
    span: Span


class Star(NamedTuple):
    r"""``^*`` or ``^{\ast}``."""

    span: Span


class Group(NamedTuple):
    """What stands between brackets: ``(``, ``[``, ``{``, ``|`` or ``‖``; commas make the inside a Listed."""

    bracket: str
    inner: Node
    span: Span


class Listed(NamedTuple):
    """Items between commas (``separator`` ``,``) or semicolons."""

    items: tuple[Node, ...]
    separator: str
    span: Span


class Term(NamedTuple):
    """A summand and the sign before it; the span takes in the sign."""

    sign: int
    node: Node
    span: Span


class Sum(NamedTuple):
    """``t₁ + t₂ − …``; a single negative term too."""

    terms: tuple[Term, ...]
    span: Span


class Factor(NamedTuple):
    """A factor and the sign of multiplication before it, empty for none.

    ``op`` is one of ``"" "·" "*" "×" "⊙" "∘" "⊗" "⋆" "∗" "/"``. The first factor has none. ``/`` divides by
    this one factor.
    """

    op: str
    node: Node


class Product(NamedTuple):
    """At least two factors."""

    factors: tuple[Factor, ...]
    span: Span


class Quotient(NamedTuple):
    r"""``\frac{top}{bottom}``, ``\over`` and the like; not derivatives."""

    top: Node
    bottom: Node
    span: Span


class Root(NamedTuple):
    r"""``\sqrt[degree]{inner}``."""

    inner: Node
    degree: Node | None
    span: Span


class Derivative(NamedTuple):
    r"""A derivative of ``of`` by each of ``by``, one atom.

    ``notation``: ``fraction`` for ``\frac{\partial A}{\partial B}`` and ``dA/dB`` in plain text, ``operator``
    for ``\frac{d}{dx} A`` (``of`` is the term that follows, as far as a sum would reach), ``partial`` for
    ``\partial_x A``, ``nabla`` for ``\nabla_W A``. ``sign`` is ``∂``, ``d``, ``δ``, ``∇``. ``order`` is the
    total order; ``by`` repeats a variable as often as it is differentiated by. ``scale`` is what else
    stands in the denominator: the T of ``\frac{\partial l}{T \cdot \partial o}``. ``of`` is None where
    nothing follows an operator. ``of_span`` is the place of the numerator's quantity, ``by_span`` of the
    denominator's.
    """

    of: Node | None
    by: tuple[Node, ...]
    order: int
    notation: Literal["fraction", "operator", "partial", "nabla"]
    sign: str
    scale: Node | None
    span: Span


class Call(NamedTuple):
    r"""A function that is known by its spelling, with its arguments.

    Made by the reader for ``\log``, ``\exp``, ``\tanh``, ``\max`` and the like and for words before a bracket
    (``\operatorname{sigmoid}(x)``); ``f(x)`` with a plain letter stays a product. ``function`` is a Name or a
    Scripted one (``\tanh^2(x)``, ``\log_2``, ``\mathrm{softmax}'``). ``bracketed`` where brackets stand about
    the arguments: ``\log x`` has none.
    """

    function: Node
    arguments: tuple[Node, ...]
    bracketed: bool
    span: Span


class Big(NamedTuple):
    r"""``\sum``, ``\prod``, ``\max_k``, ``\min_k``: operator, what stands below and above, and its body.

    ``lower`` is ``i``, ``i = 1``, ``i \in B``, ``j \neq i``, several of them in a Listed, or None. The body
    reaches to the next plus or minus at its level.
    """

    operator: Literal["sum", "prod", "max", "min"]
    lower: Node | None
    upper: Node | None
    body: Node
    span: Span


class Relation(NamedTuple):
    """``left op right`` inside a formula: in scripts, conditions, brackets ``[z > 0]``."""

    left: Node
    op: str
    right: Node
    span: Span


class Matrix(NamedTuple):
    """Rows of entries between brackets."""

    rows: tuple[tuple[Node, ...], ...]
    span: Span


class Cases(NamedTuple):
    """Values with conditions; the condition is a Relation, words (``otherwise``), or None."""

    rows: tuple[tuple[Node, Node | None], ...]
    span: Span


class Dots(NamedTuple):
    r"""``…``, ``\dots``, ``\cdots``."""

    span: Span


class Words(NamedTuple):
    r"""Text inside a formula: ``\text{otherwise}``."""

    text: str
    span: Span


RELATIONS: Final = ("=", ":=", "←", "→", "∈", "≈", "∝", "≡", "≠", "<", "≤", ">", "≥", "∼", "⇒", "⇔")
"""How relations are spelled in a tree; ``:=`` for every spelling of a definition, ``≜`` too."""


class Repair(NamedTuple):
    r"""What was read for what stands there.

    ``kind``: ``look-alike`` (а Cyrillic а, full-width digits), ``lost-backslash`` (``rac{``, ``ln``),
    ``unclosed`` (a bracket or brace that is never closed), ``stray`` (one that was never opened),
    ``truncated`` (the formula ends in the middle of something), ``spelling`` (``\part``).
    ``replacement`` is what was read instead of the text at ``span``. A ``harmless`` repair changes no meaning
    (an alias such as ``\part``, a function's name without its backslash) and casts no doubt on a verdict.
    """

    kind: str
    message: str
    span: Span
    replacement: str
    harmless: bool = False


class Problem(NamedTuple):
    """Why a statement cannot be read, and where."""

    message: str
    span: Span


class Statement(NamedTuple):
    r"""A chain of members with a relation between each two: ``A = B = C``.

    ``relations`` has one relation for each member but the first; where ``leading`` is set the chain goes on
    from the statement before it (a formula that begins with ``=``) and has one for each member. A statement
    with a ``problem`` has no members. ``tag`` is what ``\tag`` says. ``stop`` of the span excludes
    punctuation.
    """

    members: tuple[Node, ...]
    relations: tuple[str, ...]
    leading: bool
    repairs: tuple[Repair, ...]
    problem: Problem | None
    span: Span


def parts_of(node: Node) -> Iterator[Node]:
    """The node and every part of it, at any depth, in the order in which they stand."""
    pending = [node]
    while pending:
        here = pending.pop()
        yield here
        pending += reversed(children(here))


def terms_of(node: Node) -> tuple[Term, ...]:
    """The summands of a sum, or a part as one summand."""
    return node.terms if isinstance(node, Sum) else (Term(1, node, node.span),)


def children(node: Node) -> tuple[Node, ...]:  # one line a kind
    """The nodes that ``node`` is made of, in the order in which they stand."""
    match node:
        case Accent() | Label() | Group():
            return (node.inner,)
        case Scripted():
            return (node.base, *((node.sub,) if node.sub is not None else ()), *node.sups)
        case Listed():
            return node.items
        case Sum():
            return tuple(term.node for term in node.terms)
        case Product():
            return tuple(factor.node for factor in node.factors)
        case Quotient():
            return (node.top, node.bottom)
        case Root():
            return (node.inner, *((node.degree,) if node.degree is not None else ()))
        case Derivative():
            of = (node.of,) if node.of is not None else ()
            return (*of, *node.by, *((node.scale,) if node.scale is not None else ()))
        case Call():
            return (node.function, *node.arguments)
        case Big():
            limits = tuple(limit for limit in (node.lower, node.upper) if limit is not None)
            return (*limits, node.body)
        case Relation():
            return (node.left, node.right)
        case Matrix():
            return tuple(entry for row in node.rows for entry in row)
        case Cases():
            return tuple(part for row in node.rows for part in row if part is not None)
        case _:
            return ()
