"""Documents of a few formulas, what a formula in them means, and how claims in them are judged."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import mpmath
import numpy as np
from oracles.scalars import in_sympy, value_at

from symgrad.network.build import build
from symgrad.verify import passages
from symgrad.verify.arrays import Array
from symgrad.verify.claims import Claim
from symgrad.verify.gather import Gathered, gather
from symgrad.verify.judge import judged, read_document
from symgrad.verify.meaning import evaluate
from symgrad.verify.scalars import Scalar, expanded_definition, symbols_of
from symgrad.verify.verdicts import Verdicts
from symgrad.verify.world import Env, World


def sheet(*formulas: str, given: Sequence[str] = ()) -> str:
    """A Markdown document: what is given, and then formulas under a comment that calls them claims."""
    parts = ["<!-- symgrad: given -->", *(f"$$\n{one}\n$$" for one in given)] if given else []
    return "\n\n".join([*parts, "<!-- symgrad: claim -->", *(f"$$\n{one}\n$$" for one in formulas)]) + "\n"


def prose(*formulas: str) -> str:
    """A Markdown document without any comments."""
    return "\n\n".join(f"$$\n{one}\n$$" for one in formulas) + "\n"


def gathered(text: str) -> Gathered:
    """What a document declares and claims."""
    return gather(read_document(passages.find(text, "markdown")))


def judge(text: str, net: str | None = None, **settings: Any) -> tuple[Claim, ...]:
    """The claims of a document."""
    return judged(passages.find(text, "markdown"), build(net) if net else None, **settings)


def verdicts(text: str, net: str | None = None, **settings: Any) -> list[str]:
    """The verdicts of a document, in order."""
    return [claim.verdict for claim in judge(text, net, **settings)]


class Meant(NamedTuple):
    """What a formula means in a world."""

    array: Array
    world: World

    @property
    def entries(self) -> list[Scalar]:
        """The entries in terms of what nothing defines."""
        return [expanded_definition(entry) for entry in self.array.entries]

    def sympy(self) -> list[Any]:
        """The entries as SymPy writes them."""
        return [in_sympy(entry) for entry in self.entries]

    def at(self, values: dict[Scalar, Fraction]) -> Any:
        """The numbers at a point."""
        with mpmath.workdps(30):
            found = [float(value_at(entry, values)) for entry in self.entries]
        return np.array(found).reshape(self.array.shape)

    def agrees_with(self, witness: Callable[..., Any]) -> bool:
        """Whether a function of the names in NumPy has the same shape and the same values at two points.

        Its parameters are keys of names; ``W__2`` is the W of layer 2, ``delta`` δ.
        """
        for seed in (1, 2):
            values: dict[Scalar, Fraction] = {}
            random = Random(seed)
            arguments = [self._drawn(name, values, random) for name in inspect.signature(witness).parameters]
            expected = np.asarray(witness(*arguments), dtype=float)
            found = self.at(values)
            if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-12, atol=1e-12):
                return False
        return True

    def _drawn(self, name: str, values: dict[Scalar, Fraction], random: Random) -> Any:
        key, _, label = name.replace("delta", "δ").partition("__")
        array = self.world.entry(key, (int(label),) if label else (), ())
        for entry in array.entries:
            values[entry] = Fraction(random.randint(-9, 9) or 5, random.randint(2, 5))
        return np.array([float(values[entry]) for entry in array.entries]).reshape(array.shape)


def meant(formula: str, *given: str, choice: int = 0, **indices: int) -> Meant:
    """What ``formula`` means in a document where these things are given, at values of its indices."""
    document = passages.find(sheet(f"Q = {formula}", given=given), "markdown")
    found = gather(read_document(document))
    world = Verdicts(document, found, None, 2.0).worlds[choice]
    ((_, node),) = [nodes for _, nodes in found.formulas][-1:]
    world.current = indices
    return Meant(evaluate(node, world, Env(indices)), world)


__all__ = ["Meant", "gathered", "judge", "meant", "prose", "sheet", "symbols_of", "verdicts"]
