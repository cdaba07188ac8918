"""Second order: the product of the Hessian and a vector, by the same sweep once more.

    D  =  Σ_w Σ_k v_w[k] · ∂L/∂w[k],        ∂D/∂w[k]  =  Σ_l ∂²L/∂w[k]∂w[l] · v_w[l]

The gradients are a program, so D is one more equation, and the sweep gives its gradient. The Hessian is never
formed: a product costs a few times what the gradient costs.
"""

from __future__ import annotations

from typing import NamedTuple

from symgrad.algebra.tensors import Tensor, indices_of
from symgrad.algebra.terms import Normal
from symgrad.algebra.written import Definition, Sum, Total
from symgrad.derivation.derive import Derived
from symgrad.derivation.sweep import Gradients, sweep
from symgrad.errors import AlgebraError
from symgrad.network.model import Model

_DIRECTIONAL = "D"


class Products(NamedTuple):
    """The program of D over the network and its gradients, and the gradient of D.

    ``directions`` holds for each tensor that is differentiated by the vector to multiply by.
    """

    model: Model
    gradients: Gradients
    directions: dict[Tensor, Tensor]


def check_loss(model: Model) -> None:
    """Refuse a network without a loss.

    Raises:
        AlgebraError: it has none.
    """
    if model.objective is None:
        raise AlgebraError(
            "second derivatives need a loss: without one nobody knows how ∂L/∂z depends on z; "
            "end the network with one, such as mse"
        )


def hessian_vector(derived: Derived) -> Products:
    """The Hessian of L by the wanted tensors, times a vector.

    Raises:
        AlgebraError: the network has no loss, or names of its own that are needed here.
    """
    check_loss(derived.model)
    model, gradients = derived.model, derived.gradients
    found = [(w, eq.target) for w in derived.wanted if (eq := gradients.of(w)) is not None]
    directions = {w: Tensor(f"v_{w.name}", w.shape, "input", w.letters) for w, _ in found}
    objective = Tensor(_DIRECTIONAL, (), "objective")
    taken = {tensor.name for tensor in model.tensors}
    clash = taken & {objective.name, *(tensor.name for tensor in directions.values())}
    if clash:
        raise AlgebraError(f"{min(clash)} is a name in this network, and second derivatives need it")
    parts = []
    for w, gradient in found:
        axes = indices_of(w)
        parts.append(Total(axes, directions[w][axes] * gradient[axes]))
    first = (Definition(eq.target, eq.axes, Normal(eq.body)) for eq in gradients.program.equations)
    # L itself is needed only where a gradient is stated in its terms.
    unread = {model.objective}.difference(*(eq.reads() for eq in gradients.program.equations))
    forward = (definition for definition in model.definitions if definition.target not in unread)
    twice = Model(
        model.text,
        (*forward, *first, Definition(objective, (), Sum(tuple(parts)))),
        (*(tensor for tensor in model.tensors if tensor not in unread), *directions.values()),
        (objective,),
        objective,
        batch=model.batch,
    )
    return Products(twice, sweep(twice.forward, (), objective, directions, _DIRECTIONAL), directions)
