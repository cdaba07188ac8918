"""Derive: from a model and what is wanted to forward and gradient programs, and to a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from symgrad.algebra.program import Equation, Program
from symgrad.algebra.recurrence import Part, groups, parts, recurrent
from symgrad.algebra.sizes import size_symbols
from symgrad.algebra.substitute import leaves
from symgrad.algebra.tensors import Tensor, size_names
from symgrad.algebra.unroll import is_whole, positions_read
from symgrad.derivation.conventions import conventions, step_conventions
from symgrad.derivation.document import CLOSED, Document, Formula, View, letters_of
from symgrad.derivation.matrices import Form
from symgrad.derivation.matrix import matrix_form
from symgrad.derivation.selection import Selection, select
from symgrad.derivation.size import MOST_TERMS
from symgrad.derivation.steps.explain import explain
from symgrad.derivation.steps.trace import Explanation
from symgrad.derivation.substituted import put_in
from symgrad.derivation.sweep import Gradients, sweep
from symgrad.derivation.updates import checked_optimiser, updates
from symgrad.errors import AlgebraError
from symgrad.network.model import Model


class Derived(NamedTuple):
    """A model's forward program, its gradients, and which of them are wanted."""

    model: Model
    forward: Program
    gradients: Gradients
    wanted: Selection


def derive(model: Model, words: Sequence[str] = ("all",)) -> Derived:
    """The gradients that ``words`` ask for (see :func:`symgrad.derivation.selection.select`).

    Raises:
        NameUnknownError: a word that names nothing in this network.
    """
    wanted = select(model, words)
    forward = model.forward
    return Derived(model, forward, sweep(forward, model.outputs, model.objective, wanted), wanted)


def document(
    derived: Derived,
    view: View = "scalar",
    update: str | None = None,
    depth: int | None = None,
    most: int = MOST_TERMS,
    *,
    steps: bool = False,
) -> Document:
    """What is to be printed of a derivation: forward formulas, then gradients, in evaluation order.

    A gradient that was not asked for is printed where the wanted ones are stated in its terms: those of its
    entries that they read. ``update`` names an optimiser, whose step follows the gradients. In the
    substituted view ``depth`` levels of intermediates are put in, or all, up to ``most`` operations.
    ``steps`` adds to each gradient how it comes about, every step checked.

    Raises:
        CheckError: a step failed its check.
        BudgetError: the substituted view would take more, or the network is too large for its steps to be
            checked.
        NameUnknownError: there is no such optimiser, or no parameter to update.
        AlgebraError: the network has a name that the optimiser needs.
    """
    model, forward, gradients, wanted = derived
    explanations: Mapping[Tensor, Explanation] = {}
    if steps:
        gradients, explanations = explain(model, forward, wanted)
    if view not in CLOSED:
        refuse_symbols(model, view)
    formulas = [
        Formula("forward", eq, where, step=place) for eq, where, place in in_order(forward.equations, view)
    ]
    adjoints = [(eq.target, eq.target.of) for eq in gradients.program.equations]
    asked = {adjoint: wanted[of] for adjoint, of in adjoints if of is not None and of in wanted}
    positions = positions_printed(gradients.program.equations, asked)
    formulas += (
        Formula(
            "gradient",
            eq,
            both(where, positions[eq.target]),
            step=place,
            steps=explanations.get(eq.target.of or eq.target),
        )
        for eq, where, place in in_order(gradients.program.equations, view)
    )
    formulas = [formula for formula in formulas if formula.positions != ()]
    step = None if update is None else updates(model, wanted, checked_optimiser(update))
    if step is not None:
        formulas += (Formula("update", eq, where) for eq, where in step.equations)
    forms = {f.equation.target: matrix_form(f.equation) for f in formulas} if view == "matrix" else {}
    formulas = [
        f._replace(matrix=form) if isinstance(form := forms.get(f.equation.target), Form) else f
        for f in formulas
    ]
    tensors = (*model.tensors, *_adjoints(derived))
    if view == "substituted":
        formulas = put_in(formulas, _ends(derived), depth, most)
        shown = tensors_shown(formulas)
        tensors = tuple(tensor for tensor in tensors if tensor in shown)
    stated = conventions(model, forward, gradients, view, forms, tensors, depth)
    if steps:
        stated += tuple(one for one in step_conventions(view, explanations.values()) if one not in stated)
    if step is not None:
        stated += step.conventions()
        tensors += step.tensors()
    return Document(model.text, view, stated, tensors, tuple(formulas), letters_of(tensors, stated))


def refuse_symbols(model: Model, view: View) -> None:
    """A view of single entries needs to know how many there are.

    Raises:
        AlgebraError: a size is symbolic.
    """
    symbols = size_names(model.tensors)
    if symbols:
        first = next(iter(symbols))
        ways = "--view index holds for all sizes"
        if model.batch is not None and symbols.keys() == {s.name for s in size_symbols(model.batch)}:
            ways = f"--view index holds for every {first}, and --batch 8 gives it a number"
        raise AlgebraError(
            f"the {view} view has a formula for each entry, and how many there are depends on {first}; {ways}"
        )


def in_order(equations: Sequence[Equation], view: View) -> Iterator[Part]:
    """Equations in the order in which they are printed: no entry is read before it is stated."""
    if view in CLOSED:
        return (Part(eq) for eq in equations)
    return parts(equations)


def both(one: tuple[int, ...] | None, other: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The positions that are in both; None is all of them."""
    if one is None or other is None:
        return other if one is None else one
    return tuple(sorted({*one} & {*other}))


def positions_printed(
    equations: Sequence[Equation], asked: Mapping[Tensor, tuple[int, ...] | None]
) -> dict[Tensor, tuple[int, ...] | None]:
    """For each target the entries to print (None: all): what is asked for, and what the others read."""
    read: dict[Tensor, set[int] | None] = {eq.target: set() for eq in equations}
    read.update((tensor, None if where is None else set(where)) for tensor, where in asked.items())
    for group in reversed(groups(equations)):
        growing = True
        while growing:
            more = [_read_on(eq, read) for eq in reversed(group)]
            growing = any(more) and recurrent(group)
    return {tensor: None if found is None else tuple(sorted(found)) for tensor, found in read.items()}


def _read_on(equation: Equation, read: dict[Tensor, set[int] | None]) -> bool:
    """Add what the equation reads for those entries of its target that are read; whether that was more."""
    chosen = read[equation.target]
    more = False
    for tensor in (t for t in equation.reads() if t in read):
        known = read[tensor]
        if known is None:
            continue
        whole = chosen is None or not is_whole(tensor.shape)  # which entries are read may depend on a size
        found = None if chosen is None or whole else known | positions_read(equation, tensor, chosen)
        more = more or found != known
        read[tensor] = found
    return more


def _ends(derived: Derived) -> dict[Tensor, tuple[int, ...] | None]:
    """What the forward pass ends in, and the gradients that are wanted."""
    model, _, gradients, wanted = derived
    ends = model.outputs if model.objective is None else (model.objective,)
    adjoints = {tensor: eq.target for tensor in wanted if (eq := gradients.of(tensor)) is not None}
    return {**dict.fromkeys(ends), **{adjoints[t]: where for t, where in wanted.items() if t in adjoints}}


def tensors_shown(formulas: Sequence[Formula]) -> set[Tensor]:
    """The tensors that stand on the page, those that are differentiated by among them."""
    shown = {formula.equation.target for formula in formulas}
    shown |= {leaf.tensor for leaf in leaves(each for f in formulas for each in f.nested.values())}
    shown |= {other for tensor in shown for other in tensor.pair or ()}
    return shown | {tensor.of for tensor in shown if tensor.of is not None}


def _adjoints(derived: Derived) -> tuple[Tensor, ...]:
    gradients = derived.gradients
    return (*gradients.upstream, *(eq.target for eq in gradients.program.equations))
