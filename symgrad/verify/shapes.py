"""Shapes that a document does not state, from the equations that its names stand in.

In z = Wx + b with W and x declared, b must be like Wx; in ‖z − t‖² the t is like z; in wᵀx_i each x_i is
like w. Only names that nothing declares or defines get a shape so, and what was inferred is said. Where the
equations leave it open, nothing is inferred.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from symgrad.verify.context import Context, Declaration, Definition, Pattern
from symgrad.verify.functions import BUILTIN, ENTRYWISE
from symgrad.verify.names import LOSS_LETTERS, script_text, spelled
from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Factor,
    Group,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Scripted,
    Sum,
    Transposed,
    parts_of,
    terms_of,
)

Shape: TypeAlias = tuple[Node, ...]

_ROUNDS: Final = 4
_TWO: Final = 2
_NORMS: Final = ("‖",)


class _Row(tuple[Node, ...]):
    """The shape of a transposed vector."""

    __slots__ = ()


def infer_shapes(context: Context, *, arrays: bool = False) -> None:
    """Declare the names whose shapes follow from those that are declared.

    ``arrays`` says that the document transposes or multiplies entry by entry: then a capital before a small
    letter is a matrix before a vector, in each layer where they carry one.
    """
    if arrays:
        _infer_layers(context)
    declared = any(declaration.dims for ds in context.declarations.values() for declaration in ds)
    normed = any(
        isinstance(part, Group) and part.bracket in _NORMS
        for definitions in context.definitions.values()
        for definition in definitions
        for part in parts_of(definition.body)
    )
    if declared or normed or arrays:
        _Inference(context, arrays).run()


def _infer_layers(context: Context) -> None:
    """``z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}``: matrices and vectors of each layer's width."""
    for key, definitions in list(context.definitions.items()):
        for definition in definitions:
            pattern = definition.pattern
            if len(pattern.labels) != 1 or pattern.subs or not isinstance(pattern.labels[0], Name):
                continue
            terms = [term.node for term in terms_of(definition.body)]
            for term in terms:
                pair = _layer(term, pattern.labels[0], context)
                if pair is not None and not context.declarations.get(key):
                    _declare_layer(context, pattern, terms, pair)


def _layer(term: Node, label: Name, context: Context) -> tuple[Pattern, Pattern] | None:
    """The W^{(l)} and the a^{(l-1)} of a product, if nothing says what W is."""
    if not isinstance(term, Product) or len(term.factors) != _TWO or term.factors[1].op not in ("", "·"):
        return None
    named = [context.named(factor.node) for factor in term.factors]
    if named[0] is None or named[1] is None or named[0][1] or named[1][1]:
        return None
    matrix, vector = named[0][0], named[1][0]
    letters = [pattern.key.rpartition(":")[2] for pattern in (matrix, vector)]
    own = [isinstance(node, Name) and node.letter == label.letter for node in matrix.labels]
    fits = own == [True] and not matrix.subs and not vector.subs and len(vector.labels) == 1
    if not fits or not letters[0][:1].isupper() or letters[1][:1].isupper() or context.is_known(matrix.key):
        return None
    return matrix, vector


def _declare_layer(
    context: Context, target: Pattern, terms: list[Node], pair: tuple[Pattern, Pattern]
) -> None:
    matrix, vector = pair
    letter = next(name for name in ("n", "width", "units") if not context.is_known(name))

    def width(label: Node) -> Node:
        return Scripted(Name(letter, "", label.span), label, (), 0, label.span)

    label = target.labels[0]
    context.sizes.setdefault(letter)
    rows, columns = width(label), width(vector.labels[0])
    context.declarations[matrix.key] = [Declaration(matrix.key, (label,), (), (rows, columns), "real")]
    context.declarations[target.key] = [Declaration(target.key, (label,), (), (rows,), "real")]
    for term in terms:
        named = context.named(term)
        if named is not None and not context.is_known(named[0].key) and named[0].labels and not named[0].subs:
            context.declarations[named[0].key] = [Declaration(named[0].key, (label,), (), (rows,), "real")]
    if vector.key not in context.declarations:
        context.declarations[vector.key] = [Declaration(vector.key, (label,), (), (rows,), "real")]
    names = [pattern.key.rpartition(":")[2] for pattern in (matrix, vector)]
    context.inferred[matrix.key] = f"{names[0]} is a matrix for each {_told(label)}, and {names[1]} a vector"


class _Inference:
    def __init__(self, context: Context, arrays: bool) -> None:
        self.context = context
        self.arrays = arrays
        self.defined: dict[str, Shape] = {}
        self.open = {
            key
            for key, definitions in context.definitions.items()
            if key not in context.declarations
            and not any(d.pattern.subs or d.pattern.labels or d.adjoint for d in definitions)
        }

    def run(self) -> None:
        """Go over the equations until nothing new follows."""
        for _ in range(_ROUNDS):
            before = len(self.defined), len(self.context.declarations)
            for definition in list(self._plain_definitions()):
                key = definition.pattern.key
                shape = self.of(definition.body, self.defined.get(key))
                if shape is not None and not isinstance(shape, _Row):
                    self.defined.setdefault(key, shape)
            if (len(self.defined), len(self.context.declarations)) == before:
                return

    def _plain_definitions(self) -> Iterator[Definition]:
        for key, definitions in self.context.definitions.items():
            for definition in definitions:
                pattern = definition.pattern
                if not pattern.labels and not definition.adjoint and key not in self.context.declarations:
                    if not pattern.subs:
                        yield definition
                    elif len(definitions) == 1:
                        self.of(definition.body, ())

    def of(self, node: Node, want: Shape | None = None) -> Shape | None:
        """The shape of a formula, () for a number; ``want`` is what it has to be, if that is known."""
        match node:
            case Number():
                return ()
            case Sum():
                return self._sum(node, want)
            case Product():
                return self._product(node, want)
            case Quotient():
                self.of(node.bottom)
                return self.of(node.top, want)
            case Group():
                if node.bracket in _NORMS:
                    return self._norm(node)
                return self.of(node.inner, want)
            case Call():
                return self._call(node, want)
            case Big():
                return self.of(node.body, want)
            case Name() | Accent():
                return self._name(node, want)
            case Scripted():
                return self._scripted(node, want)
        return None

    def _norm(self, node: Group) -> Shape:
        """Of what has no shape yet, a norm says that it is a vector."""
        labelled = any(
            named is not None and named[0].labels for named in map(self.context.named, parts_of(node.inner))
        )
        if self.of(node.inner) is None and not labelled:
            self.of(node.inner, (self._fresh_size(node.inner, "size"),))
        return ()

    def _name(self, node: Node, want: Shape | None) -> Shape | None:
        context = self.context
        named = context.named(node)
        if named is None:
            return None
        pattern, rest, _ = named
        key = pattern.key
        turned = any(isinstance(part, Transposed) for part in rest)
        if rest and not turned:
            return () if self._shape(key, pattern.subs, pattern.labels) == () else None
        shape = self._shape(key, pattern.subs, pattern.labels)
        fits = want is not None and isinstance(want, _Row) == (turned and len(want) == 1)
        if shape is None and want and fits and not pattern.labels and self._is_free(key):
            shape = tuple(want[::-1] if turned else want)
            self._declare(key, pattern.subs, shape)
        if shape is None and want and fits and not pattern.subs and key in self.open:
            shape = self.defined[key] = tuple(want[::-1] if turned else want)
        if shape is None:
            return None
        return _turned(shape) if turned else shape

    def _shape(self, key: str, subs: tuple[Node, ...], labels: tuple[Node, ...] = ()) -> Shape | None:
        for declaration in self.context.declarations.get(key, ()):
            if declaration.labels:
                return self._of_layer(declaration, labels) if not subs else None
            left = len(subs) - len(declaration.subs)
            if 0 <= left <= len(declaration.dims):
                return declaration.dims[left:]
        if key in self.context.sizes or self._counts(key):
            return ()
        shape = self.defined.get(key)
        if shape is not None and len(subs) <= len(shape):
            return shape[len(subs) :]
        return None

    def _of_layer(self, declaration: Declaration, labels: tuple[Node, ...]) -> Shape | None:
        """The shape at a label that is a number: (n_2) of (n_l)."""
        if len(labels) != 1 or not isinstance(labels[0], Number) or len(declaration.labels) != 1:
            return None
        letter, value = declaration.labels[0], labels[0]
        made: list[Node] = []
        for dim in declaration.dims:
            if not isinstance(dim, Scripted) or dim.sub is None or not isinstance(letter, Name):
                return None
            sub = dim.sub
            if isinstance(sub, Name) and sub.letter == letter.letter:
                made.append(dim._replace(sub=value))
            elif isinstance(sub, Number):
                made.append(dim)
            elif isinstance(sub, Sum) and all(isinstance(term.node, Number | Name) for term in sub.terms):
                shift = sum(t.sign * t.node.value for t in sub.terms if isinstance(t.node, Number))
                made.append(dim._replace(sub=value._replace(value=value.value + shift)))
            else:
                return None
        return tuple(made)

    def _counts(self, key: str) -> bool:
        """Whether a letter runs over something in this document."""
        context = self.context
        return key in context.bound or key in context.ranges or key in context.choices

    def _is_free(self, key: str) -> bool:
        """Whether nothing says what a name is."""
        context = self.context
        return not (
            context.is_known(key)
            or self._counts(key)
            or key in LOSS_LETTERS
            or key in BUILTIN
            or key in ("1", "I", "bb:1", "bb:I", "𝟙", "e", "π", "0")
        )

    def _declare(self, key: str, subs: tuple[Node, ...], dims: Shape) -> None:
        if not all(isinstance(sub, Name) for sub in subs):
            return
        self.context.declarations[key] = [Declaration(key, (), subs, dims, "real")]
        letter = key.rpartition(":")[2]
        sizes = " × ".join(_told(dim) for dim in dims)
        self.context.inferred[key] = f"{letter} has the shape {sizes}, as its equations need"

    def _sum(self, node: Sum, want: Shape | None) -> Shape | None:
        shape = want
        shapes: list[Shape | None] = []
        for term in node.terms:
            shapes.append(self.of(term.node, shape or None))
            shape = shape or shapes[-1]
        for term, known in zip(node.terms, shapes, strict=True):
            if known is None and shape:
                self.of(term.node, shape)
        self._entries(node)
        if shape:
            return shape
        return () if all(s == () for s in shapes) else None

    def _entries(self, node: Sum) -> None:
        """In p_i − y_i the y is like the p."""
        from symgrad.verify.meaning import bare

        named = [self.context.named(term.node) for term in node.terms]
        patterns = [found[0] for found in named if found is not None and found[0].subs]
        for known in patterns:
            for declaration in self.context.declarations.get(known.key, ()):
                whole = not declaration.subs and not declaration.labels
                if not whole or len(declaration.dims) != len(known.subs):
                    continue
                for other in patterns:
                    alike = list(map(bare, other.subs)) == list(map(bare, known.subs))
                    if alike and self._is_free(other.key):
                        self._declare(other.key, (), declaration.dims)

    def _product(self, node: Product, want: Shape | None) -> Shape | None:
        if any(factor.op == "/" for factor in node.factors):
            return None
        if any(factor.op == "⊙" for factor in node.factors):
            return self._entrywise(node, want)
        factors = [factor.node for factor in node.factors]
        shapes = [self.of(factor) for factor in factors]
        arrays = [(f, s) for f, s in zip(factors, shapes, strict=True) if s != ()]
        if len(arrays) == 1 and arrays[0][1] is None and want:
            return self.of(arrays[0][0], want)
        vector = want is not None and len(want) == 1 and not isinstance(want, _Row)
        if (
            len(arrays) == _TWO
            and arrays[0][1] is arrays[1][1] is None
            and (vector or (self.arrays and not want))
        ):
            (one, _), (other, _) = arrays
            if _is_capital(one) and not _is_capital(other) and self._are_bare(one, other):
                rows = want[0] if want else self._fresh_size(one, "rows")
                columns = self._fresh_size(one, "columns")
                arrays = [(one, self.of(one, (rows, columns))), (other, self.of(other, (columns,)))]
        for n in range(len(arrays) - 1):
            self._pair(arrays, n, want if len(arrays) == 2 else None)
        made: Shape | None = ()
        for _, shape in arrays:
            made = _times(made, shape)
            if made is None:
                return None
        return made

    def _are_bare(self, *nodes: Node) -> bool:
        """Whether names carry no labels and no subscripts."""
        named = [self.context.named(node) for node in nodes]
        return all(found is not None and not found[0].labels and not found[0].subs for found in named)

    def _pair(self, arrays: list[tuple[Node, Shape | None]], n: int, want: Shape | None) -> None:
        """What follows for one of two neighbours of a matrix product if the other is known."""
        (one, left), (other, right) = arrays[n], arrays[n + 1]
        if left is not None and right is None:
            if isinstance(left, _Row):
                arrays[n + 1] = other, self.of(other, tuple(left))
            elif len(left) == 2:
                wide = want is not None and len(want) == 2
                if not _is_capital(other):
                    arrays[n + 1] = other, self.of(other, left[1:])
                elif wide and want is not None:
                    arrays[n + 1] = other, self.of(other, (left[1], want[1]))
        elif right is not None and left is None and right:
            turned = isinstance(one, Scripted) and any(isinstance(sup, Transposed) for sup in one.sups)
            if turned and not _is_capital(one) and len(right) == 1:
                arrays[n] = one, self.of(one, _Row(right))
            elif not turned and _is_capital(one) and not isinstance(right, _Row):
                rows = want[0] if want else self._fresh_size(one, "rows")
                arrays[n] = one, self.of(one, (rows, right[0]))

    def _fresh_size(self, node: Node, what: str) -> Node:
        letters = [spelling.key for part in parts_of(node) if (spelling := spelled(part)) is not None]
        name = f"{what} of {letters[0] if letters else '?'}"
        self.context.sizes.setdefault(name)
        return Name(name, "word", node.span)

    def _entrywise(self, node: Product, want: Shape | None) -> Shape | None:
        groups: list[list[Factor]] = [[]]
        for factor in node.factors:
            if factor.op == "⊙":
                groups.append([])
            groups[-1].append(factor)
        parts = [
            group[0].node if len(group) == 1 else Product((group[0]._replace(op=""), *group[1:]), node.span)
            for group in groups
        ]
        shapes = [self.of(part) for part in parts]
        shape = next((s for s in shapes if s), None) or want
        for part, known in zip(parts, shapes, strict=True):
            if known is None and shape:
                self.of(part, shape)
        return shape

    def _call(self, node: Call, want: Shape | None) -> Shape | None:
        if len(node.arguments) != 1:
            return None
        function = spelled(node.function)
        key = function.key if function is not None else ""
        if key in ENTRYWISE or key == "softmax" or key not in (*BUILTIN, *self.context.functions):
            return self.of(node.arguments[0], want)
        self.of(node.arguments[0])
        return None

    def _scripted(self, node: Scripted, want: Shape | None) -> Shape | None:
        if spelled(node) is not None:
            return self._name(node, want)
        if isinstance(node.base, Group) and node.base.bracket in _NORMS:
            return self._norm(node.base)
        turned = any(isinstance(sup, Transposed) for sup in node.sups)
        if node.sub is not None:
            return None
        shape = self.of(node.base)
        if shape is None:
            return None
        return _turned(shape) if turned else shape


def _turned(shape: Shape) -> Shape:
    if isinstance(shape, _Row):
        return tuple(shape)
    return _Row(shape) if len(shape) == 1 else shape[::-1]


def _times(left: Shape | None, right: Shape | None) -> Shape | None:
    """The shape of a matrix product; None where it is not known."""
    if left is None or right is None:
        return None
    if left == ():
        return right
    if isinstance(left, _Row):
        return (
            ()
            if len(right) == 1 and not isinstance(right, _Row)
            else _Row(right[1:])
            if len(right) == 2
            else None
        )
    if isinstance(right, _Row):
        return (left[0], right[0]) if len(left) == 1 else None
    if len(left) == 2:
        return (left[0], *right[1:])
    return None


def _is_capital(node: Node) -> bool:
    spelling = spelled(node)
    return spelling is not None and spelling.key.rpartition(":")[2][:1].isupper()


def _told(dim: Node) -> str:
    return script_text(dim)
