"""What a Python user holds: layers, networks and derivations, as thin faces over the floors below.

Floor 6. SymPy is imported where a SymPy object is asked for, NumPy where numbers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symgrad.algebra.identifiers import identifier, identifiers, position
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Equation
from symgrad.algebra.sizes import Size, size_text
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import whole_shape
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue import declare as catalogue
from symgrad.catalogue.declare import Kind
from symgrad.catalogue.options import arguments, bind, signature, sizes, spelled_call
from symgrad.derivation import derive as derivation
from symgrad.derivation import hessian as second
from symgrad.derivation.document import Document, View, checked_view
from symgrad.derivation.hessian_document import hessian_document
from symgrad.derivation.size import MOST_TERMS, printed_terms, within_budget
from symgrad.errors import DescriptionError, NameUnknownError, nearest, quoted
from symgrad.network.build import build
from symgrad.network.model import Model

if TYPE_CHECKING:
    from symgrad.evaluate.check import GradientCheck
    from symgrad.evaluate.evaluator import AnyBatch, Evaluator
    from symgrad.evaluate.second import HessianVector

_MOST_SHOWN = 2_000


class Layer:
    """A layer as it stands in a network description; ``text`` is its spelling there.

    ``custom`` is the layer itself where it is none of the catalogue.
    """

    __slots__ = ("custom", "text")

    def __init__(self, text: str, custom: catalogue.Layer | None = None) -> None:
        self.text = text
        self.custom = custom

    def __repr__(self) -> str:
        return f"Layer({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layer) and (self.text, self.custom) == (other.text, other.custom)

    def __hash__(self) -> int:
        return hash(self.text)


def Input(*shape: int | Sequence[int]) -> Layer:  # noqa: N802  # named as torch.nn names its modules
    """The input of a network: ``Input(5, 5)`` is a 5×5 plane, ``Input(3, 32, 32)`` has channels.

    Raises:
        DescriptionError: no size, or one that is not a positive whole number.
    """
    read = sizes(arguments(shape, {}))
    return Layer(f"input({'x'.join(map(str, read))})")


def _maker(name: str) -> Callable[..., Layer]:
    layer = CATALOGUE[name]

    def make(*positional: object, **named: object) -> Layer:
        bound = bind(layer.options, arguments(positional, named), layer=name)
        return Layer(spelled_call(name, layer.options, bound))

    make.__doc__ = layer.state.__doc__
    make.__name__ = make.__qualname__ = name
    return make


Linear = _maker("linear")
Embedding = _maker("embedding")
RNN = _maker("rnn")
LSTM = _maker("lstm")
GRU = _maker("gru")
Conv1d = _maker("conv1d")
Conv2d = _maker("conv2d")
Conv3d = _maker("conv3d")
ConvTranspose1d = _maker("conv_transpose1d")
ConvTranspose2d = _maker("conv_transpose2d")
AvgPool1d = _maker("avg_pool1d")
AvgPool2d = _maker("avg_pool2d")
MaxPool1d = _maker("max_pool1d")
MaxPool2d = _maker("max_pool2d")
AdaptiveAvgPool2d = _maker("adaptive_avg_pool2d")
Flatten = _maker("flatten")
Unflatten = _maker("unflatten")
Dropout = _maker("dropout")
ReLU = _maker("relu")
Sigmoid = _maker("sigmoid")
Tanh = _maker("tanh")
LeakyReLU = _maker("leaky_relu")
ELU = _maker("elu")
SELU = _maker("selu")
GELU = _maker("gelu")
SiLU = _maker("silu")
Softplus = _maker("softplus")
Softsign = _maker("softsign")
Hardsigmoid = _maker("hardsigmoid")
Hardtanh = _maker("hardtanh")
Activation = _maker("activation")
MSE = _maker("mse")
L1 = _maker("l1")
SmoothL1 = _maker("smooth_l1")
Huber = _maker("huber")
BCE = _maker("bce")
BCEWithLogits = _maker("bce_with_logits")
HingeEmbedding = _maker("hinge_embedding")
KLDiv = _maker("kl_div")
BatchNorm1d = _maker("batch_norm1d")
BatchNorm2d = _maker("batch_norm2d")
GroupNorm = _maker("group_norm")
LayerNorm = _maker("layer_norm")
RMSNorm = _maker("rms_norm")
Softmax = _maker("softmax")
LogSoftmax = _maker("log_softmax")
CrossEntropy = _maker("cross_entropy")
NLL = _maker("nll")


class Custom:
    """A layer of one's own; called with its options it gives a layer for a :class:`Network`.

    A description may name it too where ``Network(…, using=[…])`` brings it.
    """

    def __init__(self, declared: catalogue.Layer) -> None:
        self.declared = declared
        self.__name__ = declared.name
        self.__doc__ = declared.state.__doc__

    def __call__(self, *positional: object, **named: object) -> Layer:
        """The layer with these options.

        Raises:
            DescriptionError: they are not its options.
        """
        name, options = self.declared.name, self.declared.options
        bound = bind(options, arguments(positional, named), layer=name)
        return Layer(spelled_call(name, options, bound), self.declared)

    def __repr__(self) -> str:
        return f"<layer {signature(self.declared.name, self.declared.options)}>"


def layer(
    function: Callable[..., Any] | None = None, *, output: str | None = None, given: str | Sequence[str] = ()
) -> Any:
    """A layer from a function that states its equation; used as ``@layer``, or ``@layer(output="p")``.

    The function gets the input, then the parameters, whose annotations are their shapes, and returns a
    function of the output's indices; with ``yield`` it names a part of its equation first::

        from symgrad.equations import sigmoid, total

        @layer
        def swiglu(a: "N", w: "M N", v: "M N") -> "M":
            g = yield "g", lambda i: total(lambda j: w[i, j] * a[j])
            return lambda i: g[i] * sigmoid(g[i]) * total(lambda j: v[i, j] * a[j])

    Sizes that the input does not fix are options, here M; so are parameters after ``*``. ``output`` is the
    letter of the output: z, or p for a layer without parameters; ``given`` names what is no parameter but
    given beside the input, such as a mask. See docs/extending.md.

    Raises:
        DescriptionError: a name or an annotation cannot be used.
    """
    return _declared(function, "layer", output=output, given=_names(given))


def activation(function: Callable[..., Any] | None = None) -> Any:
    """An activation from its formula for an entry: ``def swish(z, *, beta=1): return z * sigmoid(beta * z)``.

    With shapes as annotations it is stated like a layer, for what compares entries.

    Raises:
        DescriptionError: a name or an annotation cannot be used.
    """
    return _declared(function, "activation")


def loss(function: Callable[..., Any] | None = None, *, probabilities: str | Sequence[str] = ()) -> Any:
    """A loss from its formula for an entry and its target: ``def square(a, y): return (a - y) ** 2``.

    It has torch's reductions. With shapes as annotations, ``def l(a: "N", y: "N")``, it returns the loss
    itself; with ``…`` in front of both, that of one sample, which is reduced over the others.
    ``probabilities`` names targets that sum to 1 along the last axis.

    Raises:
        DescriptionError: a name or an annotation cannot be used.
    """
    return _declared(function, "loss", probabilities=_names(probabilities))


def _names(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _declared(function: Callable[..., Any] | None, kind: Kind, **said: Any) -> Any:
    from symgrad.network.from_function import layer_from_function

    def declared(function: Callable[..., Any]) -> Custom:
        return Custom(layer_from_function(function, kind, **said))

    return declared if function is None else declared(function)


class Network:
    """A network, from its description or from layers in order.

    ``Network("input(5x5) | conv2d(1, 3, stride=2, bias=false)")`` and
    ``Network(Input(5, 5), Conv2d(1, 3, stride=2, bias=False))`` are the same. With a ``batch``, a number of
    samples or a letter such as ``"N"`` for any number, what depends on a sample has a first axis for them.
    ``using`` brings layers of one's own that the description names.

    Raises:
        DescriptionError: the description cannot be read or the sizes do not fit; it shows the place.
    """

    def __init__(
        self,
        *parts: str | Layer | Sequence[str | Layer],
        batch: int | str | None = None,
        using: Iterable[Custom] = (),
    ) -> None:
        given: list[str | Layer] = []
        for part in parts:
            given += [part] if isinstance(part, str | Layer) else part
        custom = [layer.declared for layer in using]
        custom += (part.custom for part in given if isinstance(part, Layer) and part.custom is not None)
        text = " | ".join(part.text if isinstance(part, Layer) else part for part in given)
        self.model: Model = build(text, batch=batch, custom=custom)

    @classmethod
    def from_sympy(cls, definitions: Mapping[Any, Any], loss: Any | None = None) -> Network:
        """A network from SymPy definitions in order of evaluation.

        ``{z1: a1*w1 + a2*w2, h1: sympy.tanh(z1), L: (h1 - y)**2}``: each symbol stands for a number and is
        kept as an intermediate by its name. The loss is ``loss``, else the definition called L or loss,
        else L is an unknown function of what no other definition reads.

        Raises:
            AlgebraError: a name or an expression that the algebra cannot take, or a cycle.
        """
        from symgrad.network.from_sympy import model_from_sympy

        network = cls.__new__(cls)
        network.model = model_from_sympy(definitions, loss)
        return network

    @property
    def shapes(self) -> Mapping[str, tuple[int | str, ...]]:
        """The shape of every tensor by its name, in order of evaluation; a symbol for a size is a word."""
        shapes = {t.name: tuple(map(_spelled_size, t.shape)) for t in self.model.tensors}
        return MappingProxyType(shapes)

    def __getitem__(self, name: str) -> Any:
        """The tensor called ``name`` as a SymPy array of its symbols (a single number as a symbol).

        Raises:
            NameUnknownError: no tensor has this name.
        """
        from symgrad.algebra.exchange import symbols

        return symbols(_tensor(self.model.tensors, name))

    def __repr__(self) -> str:
        text = self.model.text
        batch = "" if self.model.batch is None else f", batch={_spelled_size(self.model.batch)!r}"
        return f"Network({text!r}{batch})" if text else f"<Network of {', '.join(self.shapes)}>"


def derive(
    network: Network | str, *, wrt: str | Sequence[str] = "all", batch: int | str | None = None
) -> Derivation:
    """The exact gradients of a network (or of its description, for a ``batch`` of samples if given).

    ``wrt`` names what to differentiate by: ``"weights"`` (biases too), ``"inputs"``, ``"all"``, a tensor
    such as ``"w"``, an entry such as ``"w5"``, or several of them.

    Raises:
        DescriptionError: a description that cannot be read, or a batch beside a network that was built.
        NameUnknownError: ``wrt`` names nothing in this network.
    """
    if isinstance(network, str):
        network = Network(network, batch=batch)
    elif batch is not None:
        raise DescriptionError("a network is built for its batch: Network(…, batch=8)")
    words = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    return Derivation(network, derivation.derive(network.model, words))


class Derivation:
    """The forward formulas and the gradients of a network.

    ``forward`` and ``gradient`` map entries to SymPy expressions: ``d.forward["z1"]``,
    ``d.gradient["w1"]`` (∂L/∂w1); a tensor's name gives an array of them.
    """

    def __init__(self, network: Network, derived: derivation.Derived) -> None:
        self.network = network
        self.derived = derived

    @property
    def forward(self) -> Mapping[str, Any]:
        """The right side of each forward formula, by the entry it defines."""
        return Formulas({eq.target: eq for eq in self.derived.forward.equations})

    @property
    def gradient(self) -> Mapping[str, Any]:
        """The gradient of L by each entry; those of intermediates too, which the others are stated in."""
        equations = self.derived.gradients.program.equations
        return Formulas({eq.target.of: eq for eq in equations if eq.target.of is not None})

    def text(
        self,
        view: View = "scalar",
        *,
        update: str | None = None,
        depth: int | None = None,
        steps: bool = False,
        unicode: bool = True,
        max_terms: int = MOST_TERMS,
    ) -> str:
        """The derivation as ``symgrad derive`` prints it; ``update`` adds a step of the optimiser it names.

        ``depth`` limits how many levels of intermediates the view ``"substituted"`` puts in; ``steps``
        explains each gradient line by line, every line checked with exact numbers.

        Raises:
            NameUnknownError: there is no such optimiser, or no parameter to update.
            BudgetError: it would print more than ``max_terms`` terms (substituted: operations), or its steps
                are too large to be checked.
        """
        from symgrad.render.text import render_text

        made = self._document(view, update, depth, max_terms, steps=steps)
        return "".join(render_text(made, unicode=unicode))

    def latex(
        self,
        view: View = "scalar",
        *,
        update: str | None = None,
        depth: int | None = None,
        steps: bool = False,
        width: float = 12.0,
        max_terms: int = MOST_TERMS,
    ) -> str:
        r"""The derivation in LaTeX, ready for ``\input``; no line is wider than ``width`` cm at 11 pt.

        Raises:
            NameUnknownError: there is no such optimiser, or no parameter to update.
            BudgetError: it would print more than ``max_terms`` terms (substituted: operations), or its steps
                are too large to be checked.
        """
        from symgrad.render.latex import render_latex

        made = self._document(view, update, depth, max_terms, steps=steps)
        return "".join(render_latex(made, width_cm=width))

    def json(
        self,
        view: View = "scalar",
        *,
        update: str | None = None,
        depth: int | None = None,
        steps: bool = False,
        max_terms: int = MOST_TERMS,
    ) -> str:
        """The derivation in the JSON format of docs/json.md.

        Raises:
            NameUnknownError: there is no such optimiser, or no parameter to update.
            BudgetError: it would print more than ``max_terms`` terms, or list so many symbols.
        """
        from symgrad.render.json import render_json

        made = self._document(view, update, depth, max_terms, steps=steps, symbols=True)
        return "".join(render_json(made))

    def substituted(self, depth: int | None = None, *, max_terms: int = MOST_TERMS) -> Mapping[str, Any]:
        """Formulas with every intermediate put in, or ``depth`` levels of them, as SymPy expressions.

        The keys are the identifiers of the entries: ``"L"`` (``"z1"`` without a loss), ``"dL_dw1"``.

        Raises:
            BudgetError: written out they would take more than ``max_terms`` operations.
        """
        return _substituted(self._document("substituted", None, depth, max_terms))

    def _document(
        self,
        view: View,
        update: str | None,
        depth: int | None,
        max_terms: int,
        *,
        steps: bool = False,
        symbols: bool = False,
    ) -> Document:
        document = derivation.document(
            self.derived, checked_view(view), update, depth, max_terms, steps=steps
        )
        within_budget(document, max_terms, symbols=symbols)
        return document

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Derivation of {self.network!r}: {', '.join(self._targets())}>"

    def _targets(self) -> list[str]:
        return [f"∂L/∂{eq.target.of.name}" for eq in self.derived.gradients.program.equations if eq.target.of]

    def _repr_latex_(self) -> str:
        """What a notebook shows: the scalar view, the index view where that is long."""
        from symgrad.render.notebook import render_notebook

        document = derivation.document(self.derived, "scalar")
        if printed_terms(document) > _MOST_SHOWN:
            document = derivation.document(self.derived, "index")
        return render_notebook(document)


def evaluator(derived: Derivation | Network | str) -> Evaluator | AnyBatch:
    """The numeric evaluator of a derivation: a mapping of arrays to a mapping of arrays.

    ``f(values)`` takes values by tensor name and gives every tensor of the forward pass (``z``, ``L``) and
    every gradient (``dL_dw``); see :class:`symgrad.evaluate.evaluator.Evaluator`. Of a symbolic batch the
    arrays say how many samples there are.

    Raises:
        BudgetError: the network is too large to unroll.
    """
    from symgrad.evaluate.evaluator import evaluator as made

    if not isinstance(derived, Derivation):
        derived = derive(derived)
    return made(derived.network.model, derived.derived.gradients)


def hessian(derived: Derivation | Network | str, *, wrt: str | Sequence[str] = "all") -> Hessian:
    """The second derivatives of L by every two entries of what is differentiated by.

    ``wrt`` is that of :func:`derive`, for a network; a derivation brings its own.

    Raises:
        AlgebraError: the network ends without a loss.
        NameUnknownError: ``wrt`` names nothing in this network.
    """
    if not isinstance(derived, Derivation):
        derived = derive(derived, wrt=wrt)
    return Hessian(second.hessian(derived.derived))


class Hessian:
    """``h["w1", "w2"]`` is ∂²L/∂w1∂w2 as a SymPy expression; ``print(h)`` shows all the formulas.

    The expressions are stated in the names of the forward pass, its gradients (``dL_dz1``) and the
    derivatives of intermediates (``dz1_dw1``, ``d2L_dw1_dz1``). Each has its formula in :meth:`text`.
    """

    def __init__(self, found: second.Hessian) -> None:
        self.found = found
        self._formulas = Formulas({eq.target: eq for eq in found.program.equations})

    def __getitem__(self, pair: tuple[str, str]) -> Any:
        """The second derivative by two entries, or by two tensors as an array with the axes of both.

        Raises:
            NameUnknownError: an entry or tensor that L is not differentiated by.
        """
        one, two = pair
        for block in self.found.blocks:
            for first, other in ((one, two), (two, one)):
                if _is_or_has(block.first, first) and _is_or_has(block.second, other):
                    return self._of(block, first, other, swapped=(first, other) != (one, two))
        names = list(dict.fromkeys(block.first.name for block in self.found.blocks))
        unknown = next((n for n in pair if not any(_is_or_has(b.first, n) for b in self.found.blocks)), one)
        close = nearest(unknown, names)
        hint = f"; did you mean {close}?" if close else "."
        raise NameUnknownError(
            f"there is no second derivative by {quoted(unknown)}{hint} There are those by {', '.join(names)}"
        )

    def _of(self, block: second.Block, first: str, other: str, *, swapped: bool) -> Any:
        import sympy

        by, to = position(block.first, first), position(block.second, other)
        shapes = whole_shape(block.first.shape), whole_shape(block.second.shape)
        if by is not None and to is not None:
            if block.zero:
                return sympy.Integer(0)
            return self._formulas[identifier(block.target, by * prod(shapes[1]) + to)]
        if block.zero:
            array = sympy.ImmutableDenseNDimArray.zeros(*shapes[0], *shapes[1])
        else:
            array = self._formulas[block.target.name]
        if by is not None:
            array = array[unflat(by, shapes[0])]
        elif to is not None:
            array = array[(*(slice(None) for _ in shapes[0]), *unflat(to, shapes[1]))]
        elif swapped:
            rank = len(shapes[0])
            order = (*range(rank, rank + len(shapes[1])), *range(rank))
            array = sympy.permutedims(array, order)
        return array

    @property
    def zero(self) -> tuple[tuple[str, str], ...]:
        """The pairs of tensors whose second derivatives are 0 whatever the values are."""
        return tuple((block.first.name, block.second.name) for block in self.found.blocks if block.zero)

    def text(
        self,
        view: View = "scalar",
        *,
        depth: int | None = None,
        unicode: bool = True,
        max_terms: int = MOST_TERMS,
    ) -> str:
        """What ``symgrad derive --order 2`` prints; the views are scalar, index and substituted.

        Raises:
            BudgetError: it would print more than ``max_terms`` terms (substituted: operations).
            AlgebraError: a view without second derivatives.
        """
        from symgrad.render.text import render_text

        return "".join(render_text(self._document(view, depth, max_terms), unicode=unicode))

    def latex(
        self,
        view: View = "scalar",
        *,
        depth: int | None = None,
        width: float = 12.0,
        max_terms: int = MOST_TERMS,
    ) -> str:
        r"""The same in LaTeX, ready for ``\input``; no line is wider than ``width`` cm at 11 pt.

        Raises:
            BudgetError: it would print more than ``max_terms`` terms (substituted: operations).
            AlgebraError: a view without second derivatives.
        """
        from symgrad.render.latex import render_latex

        return "".join(render_latex(self._document(view, depth, max_terms), width_cm=width))

    def json(self, view: View = "scalar", *, depth: int | None = None, max_terms: int = MOST_TERMS) -> str:
        """The same in the JSON format of docs/json.md.

        Raises:
            BudgetError: it would print more than ``max_terms`` terms, or list so many symbols.
            AlgebraError: a view without second derivatives.
        """
        from symgrad.render.json import render_json

        return "".join(render_json(self._document(view, depth, max_terms, symbols=True)))

    @property
    def formulas(self) -> Mapping[str, Any]:
        """What the second derivatives are stated in has its formula here: ``h.formulas["dz1_dw1"]``."""
        return self._formulas

    def substituted(self, depth: int | None = None, *, max_terms: int = MOST_TERMS) -> Mapping[str, Any]:
        """Formulas with every intermediate put in, or ``depth`` levels of them, as SymPy expressions.

        The keys are the identifiers of the entries, ``"L"`` and ``"d2L_dw1_dw2"``: each pair is there once,
        as :meth:`text` prints it, and pairs of tensors in :attr:`zero` are not.

        Raises:
            BudgetError: written out they would take more than ``max_terms`` operations.
        """
        return _substituted(self._document("substituted", depth, max_terms))

    def _document(self, view: View, depth: int | None, max_terms: int, *, symbols: bool = False) -> Document:
        document = hessian_document(self.found, checked_view(view), depth, max_terms)
        within_budget(document, max_terms, symbols=symbols)
        return document

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Hessian by {', '.join(dict.fromkeys(block.first.name for block in self.found.blocks))}>"


def _substituted(document: Document) -> dict[str, Any]:
    """The formulas of the substituted view as SymPy expressions by the identifiers of their entries."""
    from symgrad.algebra.exchange import nested_to_sympy

    return {
        identifier(formula.equation.target, position): nested_to_sympy(nested)
        for formula in document.formulas
        for position, nested in sorted(formula.nested.items())
    }


def _is_or_has(tensor: Tensor, name: str) -> bool:
    return tensor.name == name or position(tensor, name) is not None


def hessian_vector(derived: Derivation | Network | str) -> HessianVector:
    """Products of the Hessian of L and a vector, without forming the Hessian.

    ``f(values, {"w": v})`` gives the product by tensor name, for the tensors that ``derived`` differentiates
    by; see :class:`symgrad.evaluate.second.HessianVector`.

    Raises:
        AlgebraError: the network ends without a loss.
        BudgetError: the network is too large to unroll.
    """
    from symgrad.derivation.second import hessian_vector as products
    from symgrad.evaluate.second import HessianVector

    if not isinstance(derived, Derivation):
        derived = derive(derived)
    return HessianVector(products(derived.derived))


def gradient_check(
    derived: Derivation | Network | str,
    values: Mapping[str, Any] | None = None,
    functions: Mapping[str, Callable[[Any], Any]] | None = None,
    *,
    seed: int = 0,
) -> GradientCheck:
    """Every gradient by its formula beside difference quotients of the forward pass, in numbers.

    What ``values`` does not give is drawn at random with ``seed``. ``agrees`` of the result says whether all
    agree, ``compared`` how closely each; what is at a kink or has no value is not compared. See
    :class:`symgrad.evaluate.check.GradientCheck`.

    Raises:
        ValuesError: a shape does not fit, a name is unknown, or an unknown function is not given.
        BudgetError: the network is too large to unroll.
        AlgebraError: the number of samples is a symbol.
    """
    from symgrad.evaluate.check import gradient_check as checked

    if not isinstance(derived, Derivation):
        derived = derive(derived)
    return checked(derived.network.model, evaluator(derived), derived.derived.wanted, values, functions, seed)


class Formulas(Mapping[str, Any]):
    """SymPy expressions by the identifier of an entry, each made when it is first asked for."""

    def __init__(self, equations: dict[Tensor, Equation]) -> None:
        self._equations = equations
        self._unrolled: dict[Tensor, Any] = {}

    def __getitem__(self, key: str) -> Any:
        for tensor in self._equations:
            place = position(tensor, key)
            if place is not None:
                return self._of(tensor).at(place)
        for tensor in self._equations:
            if tensor.name == key:
                return self._array(tensor)
        names = [tensor.name for tensor in self._equations]
        close = nearest(key, [*names, *(identifier(t, 0) for t in self._equations)])
        hint = f"; did you mean {close}?" if close else "."
        raise NameUnknownError(
            f"there is no formula for {quoted(key)}{hint} There are those of {', '.join(names)}"
        )

    def __iter__(self) -> Iterator[str]:
        for tensor in self._equations:
            yield from identifiers(tensor)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and any(
            key == tensor.name or position(tensor, key) is not None for tensor in self._equations
        )

    def _of(self, tensor: Tensor) -> Any:
        from symgrad.algebra.exchange import Unrolled

        if tensor not in self._unrolled:
            self._unrolled[tensor] = Unrolled(self._equations[tensor])
        return self._unrolled[tensor]

    def _array(self, tensor: Tensor) -> Any:
        import sympy

        entries = self._of(tensor)
        count = len(identifiers(tensor))
        return sympy.ImmutableDenseNDimArray([entries.at(n) for n in range(count)], whole_shape(tensor.shape))


def _spelled_size(size: Size) -> int | str:
    return size if isinstance(size, int) else size_text(size)


def _tensor(tensors: Sequence[Tensor], name: str) -> Tensor:
    for tensor in tensors:
        if tensor.name == name:
            return tensor
    names = [tensor.name for tensor in tensors]
    close = nearest(name, names)
    hint = f"; did you mean {close}?" if close else "."
    raise NameUnknownError(f"no tensor is called {quoted(name)}{hint} There are {', '.join(names)}")
