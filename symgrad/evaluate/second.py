"""Hessian–vector products in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symgrad.algebra.unroll import whole_shape
from symgrad.derivation.second import Products
from symgrad.errors import AlgebraError, ValuesError, nearest, quoted
from symgrad.evaluate.arrays import Array
from symgrad.evaluate.evaluator import Evaluator, Functions, evaluator


class HessianVector:
    """``f(values, vectors, functions)``: the Hessian of L at ``values``, times a vector.

    ``sources`` are the tensors whose values it takes, ``by`` those that L is differentiated by; ``unknown``
    names the functions that it must be given: f, df and d2f for an unknown f.
    """

    def __init__(self, products: Products) -> None:
        made = evaluator(products.model, products.gradients)
        if not isinstance(made, Evaluator):
            raise AlgebraError("a Hessian in numbers needs the number of samples: Network(…, batch=8)")
        self._evaluator = made
        self._directions = products.directions
        self._results = {w: products.gradients.of(w) for w in products.directions}
        directions = set(products.directions.values())
        self.by = tuple(products.directions)
        self.sources = tuple(t for t in self._evaluator.sources if t not in directions)
        self.unknown = self._evaluator.unknown

    def __call__(
        self, values: Mapping[str, Any], vectors: Mapping[str, Any], functions: Functions | None = None
    ) -> dict[str, Array]:
        """``Σ_j ∂²L/∂w_i∂w_j · v_j`` for every i, in the shapes of the tensors and by their names.

        ``vectors`` holds the parts of v by the names of the tensors; a part that is missing is 0.

        Raises:
            ValuesError: a name is unknown or missing, or a shape does not fit; there are no batches here.
        """
        names = [w.name for w in self.by]
        for name in vectors:
            if name not in names:
                close = nearest(str(name), names)
                hint = f"; did you mean {close}?" if close else "."
                raise ValuesError(
                    f"L is not differentiated by {quoted(str(name))}{hint} It is by {', '.join(names)}"
                )
        for tensor, given in (
            *((t, values[t.name]) for t in self.sources if t.name in values),
            *((w, vectors[w.name]) for w in self.by if w.name in vectors),
        ):
            if np.shape(given) != whole_shape(tensor.shape):
                raise ValuesError(
                    f"{tensor.name} has the shape {whole_shape(tensor.shape)}, not {np.shape(given)}; "
                    "a Hessian is that of one sample"
                )
        zeros = {w: np.zeros(whole_shape(w.shape)) for w in self.by if w.name not in vectors}
        parts = {v.name: zeros[w] if w in zeros else vectors[w.name] for w, v in self._directions.items()}
        found = self._evaluator({**values, **parts}, functions)
        return {w.name: found[eq.target.name] for w, eq in self._results.items() if eq is not None}
