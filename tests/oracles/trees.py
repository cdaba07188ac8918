"""Random equations as written: every kind of node, indices that are shifted, strided and bracketed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from symgrad.algebra import written as w
from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.brackets import at_least, divides, equal, within
from symgrad.algebra.functions import abstract, relu, tanh
from symgrad.algebra.tensors import Tensor

X = Tensor("x", (3,), "input")
W = Tensor("w", (2, 3), "parameter")
C = Tensor("c", (), "parameter")
TENSORS = (X, W, C)


@st.composite
def position(draw, indices: Sequence[Index], size: int) -> tuple[Affine, bool]:
    """An affine index for an axis, and whether it can leave the axis, so that a bracket must guard it."""
    exact = [i for i in indices if i.size <= size]
    if exact and draw(st.booleans()):
        return affine(draw(st.sampled_from(exact))), False
    if not indices or draw(st.integers(0, 4)) == 0:
        return affine(draw(st.integers(0, size - 1))), False
    chosen = draw(st.lists(st.sampled_from(list(indices)), min_size=1, max_size=2, unique=True))
    e = Affine(draw(st.integers(-2, 2)), {i: draw(st.sampled_from([1, -1, 2, 3])) for i in chosen})
    return e, True


@st.composite
def entry(draw, indices: Sequence[Index]) -> w.Written:
    tensor = draw(st.sampled_from(TENSORS))
    found = [draw(position(indices, size)) for size in tensor.shape]
    node: w.Written = tensor[tuple(e for e, _ in found)]
    guards = tuple(
        b for (e, guarded), n in zip(found, tensor.shape, strict=True) if guarded for b in within(e, n)
    )
    return w.Product((w.Iverson(guards), node)) if guards else node


@st.composite
def bracket(draw, indices: Sequence[Index]) -> w.Written:
    e, _ = draw(position(indices, 3))
    kind = draw(st.sampled_from(["=", ">=", "|"]))
    right = draw(st.integers(0, 2))
    return w.Iverson(({"=": equal(e, right), ">=": at_least(e, right), "|": divides(right + 2, e)}[kind],))


@st.composite
def trees(draw, indices: Sequence[Index] = (), depth: int = 4, ordered: bool = False) -> w.Written:
    """A random node; ``ordered`` ones hold relu, value brackets and maxima too."""
    leaves = ["entry", "entry", "number"]
    inner = ["sum", "product", "product", "total", "total", "power", "apply", "bracket"]
    if ordered:
        inner += ["relu", "compare", "maximum"]
    kind = draw(st.sampled_from(leaves if depth == 0 else [*leaves[:1], *inner]))

    def below(more: Sequence[Index] = ()) -> w.Written:
        return draw(trees((*indices, *more), depth - 1, ordered))

    match kind:
        case "entry":
            return draw(entry(indices))
        case "number":
            return w.quantity(draw(st.sampled_from([0, 1, -1, 2, 3, Fraction(1, 2), Fraction(-2, 3)])))
        case "sum":
            return w.Sum(tuple(below() for _ in range(draw(st.integers(2, 3)))))
        case "product":
            return w.Product(tuple(below() for _ in range(draw(st.integers(2, 3)))))
        case "total":
            new = tuple(
                Index(draw(st.integers(1, 4)), draw(st.sampled_from("ij")))
                for _ in range(draw(st.integers(1, 2)))
            )
            return w.Total(new, below(new))
        case "power":
            return w.Power(below(), Fraction(draw(st.integers(1, 3))))
        case "apply":
            return draw(st.sampled_from([tanh, abstract("f")]))(below())
        case "relu":
            return relu(below())
        case "compare":
            return w.Compare(draw(st.sampled_from([">", "<=", "="])), below())
        case "maximum":
            new = Index(draw(st.integers(1, 4)), "k")
            shifted = affine(new) - draw(st.integers(0, new.size - 1))
            return w.Maximum((new,), (at_least(shifted, 0),), below((new,)))
    return w.Product((draw(bracket(indices)), below()))
