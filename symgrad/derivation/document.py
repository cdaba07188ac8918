"""The document of a derivation: what is to be printed, and in which order, for any renderer.

It is neutral: equations stay equations of the algebra, and each renderer unrolls and spells them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias

from symgrad.algebra.program import Equation
from symgrad.algebra.substitute import Nested
from symgrad.algebra.tensors import Tensor, names_of, size_names
from symgrad.derivation.conventions import Convention
from symgrad.derivation.matrices import Form
from symgrad.derivation.steps.trace import Explanation
from symgrad.errors import NameUnknownError, nearest, quoted

View: TypeAlias = Literal["scalar", "chain", "index", "matrix", "substituted"]
VIEWS: tuple[View, ...] = ("scalar", "chain", "index", "matrix", "substituted")
CLOSED: tuple[View, ...] = ("index", "matrix")
"""The views that print one closed form for each tensor, of whatever size."""

Kind: TypeAlias = Literal["forward", "gradient", "update", "second"]


class Formula(NamedTuple):
    """One equation to print; ``positions`` picks entries of its target, None means all of them.

    ``matrix`` is its matrix form where the view asks for one and there is one. ``nested`` holds, where the
    view puts in what formulas read, each picked entry with what it reads put in. ``step`` numbers the entries
    of one step of a recurrence, which are stated together, ``steps`` how a gradient comes about where
    that is asked for.
    """

    kind: Kind
    equation: Equation
    positions: tuple[int, ...] | None
    matrix: Form | None = None
    nested: Mapping[int, Nested] = MappingProxyType({})
    step: int | None = None
    steps: Explanation | None = None


class Document(NamedTuple):
    """A derivation in one view: conventions first, then formulas in evaluation order.

    ``names`` are the letters that name something on the page, so that no index has one of them.
    """

    network: str
    view: View
    conventions: tuple[Convention, ...]
    tensors: tuple[Tensor, ...]
    formulas: tuple[Formula, ...]
    names: frozenset[str]


def letters_of(tensors: Iterable[Tensor], conventions: Iterable[Convention]) -> frozenset[str]:
    """The letters of tensors, with and without the number of a layer, of sizes, and of a step's constants."""
    listed = tuple(tensors)
    constants = {name for each in conventions for name, _ in each.constants}
    names = names_of(listed) | size_names(listed).keys() | constants
    return frozenset(name for name in names if len(name) == 1)


def checked_view(word: str) -> View:
    """The view called ``word``.

    Raises:
        NameUnknownError: there is no such view.
    """
    for view in VIEWS:
        if word == view:
            return view
    close = nearest(word, VIEWS)
    hint = f"; did you mean {close}?" if close else "."
    raise NameUnknownError(f"there is no view {quoted(word)}{hint} There are {', '.join(VIEWS)}")
