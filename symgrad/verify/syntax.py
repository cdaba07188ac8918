r"""The syntax of a hand-written formula: what stands on the page, before anybody says what it means.

The reader builds these nodes without knowing any declaration. Whether ``σ(z)`` is a function's value or a
product, whether ``a^{l}`` is a power or a label, whether ``w_{11}`` has one index or two is decided by
the meaning that a document gives to its names (``symgrad.verify.meaning``), never by a guess here.

Every node carries its span: (start, stop) offsets into the text of its passage.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

Span: TypeAlias = tuple[int, int]


class Number(NamedTuple):
    """A number as written: whole or decimal."""

    value: Fraction
    span: Span


class Name(NamedTuple):
    r"""A name: ``\hat{y}'_{i,j}`` has letters ``y``, accents ``("hat",)``, primes 1 and two subscripts.

    ``letters`` is a letter, a Greek command without its backslash, or a word (``net``, ``softmax``).
    Styles (``\mathbf``, ``\mathrm``, ``\boldsymbol``) are not part of a name, except that several letters in
    one upright style are one word. ``subscripts`` are the comma-separated parts of the subscript;
    ``glued`` marks digits that stand bare behind a letter, ``w5``, given as the one subscript 5. A
    subscript that is a word (``_{out}``, ``_\textrm{h}``) is a Name in ``subscripts``; one that has no
    comma but several letters or digits (``_{ij}``, ``_{11}``) is one node, whose reading is left open:
    a product of names, or a whole number.
    """

    letters: str
    accents: tuple[str, ...]
    primes: int
    subscripts: tuple[Node, ...]
    glued: bool
    span: Span


class Superscript(NamedTuple):
    r"""``base^{exponent}``: a power, or a label such as ``a^{(l)}``, ``a^{[l-1]}``, ``z^l``.

    ``bracket`` is ``(`` or ``[`` where the exponent stands in such brackets as a whole, which only labels do.
    """

    base: Node
    exponent: Node
    bracket: Literal["", "(", "["]
    span: Span


class Transpose(NamedTuple):
    r"""``base^T``, ``base^\top``, ``base^{\mathsf{T}}``, also ``base^{[l-1]T}``."""

    base: Node
    span: Span


class Group(NamedTuple):
    """``( … )``, ``[ … ]`` or braces that group; ``bracket`` is the opening one, empty for TeX's braces."""

    inner: Node
    bracket: Literal["(", "[", "{", ""]
    span: Span


class Adjacent(NamedTuple):
    r"""A head directly followed by parentheses: ``σ(z)``, ``f(x, y)``, ``w (x + y)``.

    A function's value if the head names a function, a product otherwise. ``bracket`` as in Group;
    ``power`` is set for ``\tanh^2(x)``.
    """

    head: Node
    arguments: tuple[Node, ...]
    bracket: Literal["(", "[", "{", ""]
    power: Node | None
    span: Span


class Applied(NamedTuple):
    r"""A known function command and its argument without parentheses: ``\log x``, ``\exp -x``, ``\ln \hat y``.

    ``power`` is set for ``\tanh^2 x``; ``name`` is the function's name without backslash.
    """

    name: str
    argument: Node
    power: Node | None
    span: Span


class Derivative(NamedTuple):
    r"""A derivative, one atom keyed by what is differentiated and by what.

    ``\frac{\partial L}{\partial w}``, ``dL/dw``, ``\partial_w L``, ``\nabla_W L``; the operator form
    ``\frac{\partial}{\partial a_j} e`` has the operand as ``of``. ``mark`` is how it is written. ``order`` is 2
    and ``by`` holds two nodes for second derivatives. ``factor`` holds what else stands in the lower half, as
    the T in ``\frac{\partial l}{T \cdot \partial o}``, with its place there; None otherwise.
    """

    of: Node
    by: tuple[Node, ...]
    mark: Literal["partial", "d", "nabla", "subscript", "delta"]
    factor: Node | None
    span: Span


class Fence(NamedTuple):
    r"""``|x|``, ``\|x\|``, ``\|x\|_F``, ``|\mathcal{B}|``; kind is ``abs`` or ``norm``, with a subscript."""

    kind: Literal["abs", "norm"]
    inner: Node
    subscript: Node | None
    span: Span


class Total(NamedTuple):
    r"""``\sum`` or ``\prod`` with its limits; ``index`` is None where none is given.

    ``domain`` is set for ``\sum_{i \in \mathcal{B}}``; ``conditions`` holds further relations below the sign,
    as in ``\sum_{j \neq i}`` or a substack.
    """

    kind: Literal["sum", "product"]
    index: tuple[Name, ...]
    low: Node | None
    high: Node | None
    domain: Node | None
    conditions: tuple[Relation, ...]
    body: Node
    span: Span


class Ratio(NamedTuple):
    r"""``\frac{over}{under}``, ``over/under``, ``{over \over under}``; ``inline`` for a slash."""

    over: Node
    under: Node
    inline: bool
    span: Span


class Root(NamedTuple):
    r"""``\sqrt{inner}``, ``\sqrt[degree]{inner}``."""

    inner: Node
    degree: Node | None
    span: Span


class Factor(NamedTuple):
    r"""One factor of a product and the sign that joins it to what stands before.

    ``joint`` is empty (side by side), ``cdot``, ``*``, ``times``, ``odot``, ``circ`` or ``star`` (``⋆``, ``\star``).
    """

    joint: Literal["", "cdot", "*", "times", "odot", "circ", "star"]
    node: Node


class Product(NamedTuple):
    """Factors in the order in which they are written: matrices do not commute."""

    factors: tuple[Factor, ...]
    span: Span


class Summand(NamedTuple):
    """A term of a sum with its sign, and the span of sign and term together."""

    negative: bool
    node: Node
    span: Span


class Sum(NamedTuple):
    """Terms in the order in which they are written; a lone negative term is a Sum of one."""

    terms: tuple[Summand, ...]
    span: Span


class Indexed(NamedTuple):
    r"""A subscript on something that is not a name: ``[\sigma(a)]_i``, ``(\mathbf{g}')_i``, ``(Wx)_{ij}``."""

    base: Node
    subscripts: tuple[Node, ...]
    span: Span


class Cases(NamedTuple):
    r"""``\begin{cases} value & condition \\ … \end{cases}``; a condition of None is "otherwise"."""

    rows: tuple[tuple[Node, Relation | None], ...]
    span: Span


class Grid(NamedTuple):
    """A matrix written out, row by row."""

    rows: tuple[tuple[Node, ...], ...]
    span: Span


class Indicator(NamedTuple):
    r"""``1_{i=j}``, ``\mathbf{1}[z>0]``, ``\mathbb{1}_{…}``, ``[z > 0]``, ``\delta_{ij}`` is *not* one: it is a Name."""

    conditions: tuple[Relation, ...]
    span: Span


class Dots(NamedTuple):
    r"""``\dots``, ``\cdots``, ``…`` where a term, a factor or a list item could stand."""

    span: Span


class Words(NamedTuple):
    r"""``\text{…}`` with more than one word: prose inside mathematics."""

    text: str
    span: Span


class Tuple(NamedTuple):
    """A list with commas where one value could stand: ``1, 2, \\dots, n`` or ``m \\times n`` has none."""

    items: tuple[Node, ...]
    span: Span


class Missing(NamedTuple):
    """Nothing, where something should stand: what a repair put in (see Repair)."""

    span: Span


Node: TypeAlias = (
    Number
    | Name
    | Superscript
    | Transpose
    | Group
    | Adjacent
    | Applied
    | Derivative
    | Fence
    | Total
    | Ratio
    | Root
    | Product
    | Sum
    | Indexed
    | Cases
    | Grid
    | Indicator
    | Dots
    | Words
    | Tuple
    | Missing
)

Sign: TypeAlias = Literal[
    "=", ":=", "<-", "->", "in", "!=", "<", "<=", ">", ">=", "approx", "propto", "equiv", "implies", "iff"
]


class Relation(NamedTuple):
    r"""Members joined by signs: ``a = b = c``, ``i = 1, \dots, n``, ``w \leftarrow w - \eta g``.

    ``leading`` is set where a line begins with a sign and its first member stands on an earlier line that
    could not be joined. One sign fewer than members, except then. ``spans`` are those of the signs.
    """

    members: tuple[Node, ...]
    signs: tuple[Sign, ...]
    spans: tuple[Span, ...]
    leading: bool
    span: Span


class Repair(NamedTuple):
    r"""What was read otherwise than written, and where: a repaired formula is never silently right.

    ``kind``: ``letter`` (a Cyrillic or full-width look-alike), ``command`` (``rac{`` for ``\frac{``, a command with
    a lost backslash), ``brace`` (unbalanced braces or parentheses), ``truncated`` (the text ends inside),
    ``other``.
    """

    kind: Literal["letter", "command", "brace", "truncated", "other"]
    given: str
    read_as: str
    span: Span


class Formula(NamedTuple):
    """The statements of one passage of mathematics, in order, and the repairs that reading it took.

    ``statements`` are separated by line breaks (``\\\\``) that begin a new relation, by commas or semicolons
    between relations, and by words such as "and"; trailing punctuation belongs to none.
    """

    statements: tuple[Relation, ...]
    repairs: tuple[Repair, ...]
