"""Recurrent layers: each step reads the state that the step before it left.

The states are definitions that read one another at t − 1; before the first step they are 0. The output is a
sequence of its own, as in torch, so that it can be the end of a network while the states go on being read.
Rows of weights for several gates stand one below the other, in torch's order.
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.algebra.affine import Affine, Index, affine
from symgrad.algebra.functions import FUNCTIONS, sigmoid, tanh
from symgrad.algebra.sizes import Size
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import Definition, Function, Written, define, inside, total
from symgrad.catalogue.declare import MisfitError, Place, layer, told
from symgrad.catalogue.options import Option, choice, count, flag


class _Sequence:
    """The tensors of a recurrent layer with ``gates`` rows of weights for each entry of its state."""

    def __init__(self, name: str, place: Place, a: Tensor, hidden: Size, gates: int, *, bias: bool) -> None:
        if len(a.shape) != 2:
            raise MisfitError(f"{name} needs a sequence T×C, and its input is {told(a.shape)}")
        self.a, self.place, self.hidden, self.bias = a, place, hidden, bias
        self.steps, self.features = a.shape
        self.rows = hidden * gates
        row = "i" if gates == 1 else "m"
        self.w = place.parameter("w", (self.rows, self.features), f"{row}j")
        self.u = place.parameter("u", (self.rows, hidden), f"{row}k")
        self.b, self.beta = (place.parameter(stem, (self.rows,), row) for stem in ("b", "beta"))
        self.s = self.named("s")

    def named(self, stem: str, size: Size | None = None) -> Tensor:
        """A vector for each step, as wide as the state unless told otherwise."""
        wide = self.hidden if size is None else size
        return self.place.intermediate(stem, (self.steps, wide), ("t", "k" if size is None else "m"))

    def of_input(self, t: Index, m: Index) -> Written:
        """``Σ_j w[m,j]·a[t,j] + b[m]``."""
        body = total(self.features, lambda j: self.a[t, j] * self.w[m, j])
        return body + self.b[m] if self.bias else body

    def of_state(self, t: Index, m: Index) -> Written:
        """``Σ_k u[m,k]·s[t−1,k] + β[m]``."""
        body = total(self.hidden, lambda k: before(self.s, t, k) * self.u[m, k])
        return body + self.beta[m] if self.bias else body

    def output(self) -> Definition:
        """``h = s``."""
        h = self.place.output((self.steps, self.hidden), ("t", "k"))
        return define(h, lambda t, k: self.s[t, k])


def before(state: Tensor, t: Index, k: Index) -> Written:
    """``state[t − 1, k]``, and 0 before the first step."""
    earlier = affine(t) - 1
    return inside((earlier, t.size)) * state[earlier, k]


@layer(
    "layer",
    "h",
    Option("hidden_size", count),
    Option("nonlinearity", choice("tanh", "relu"), "tanh"),
    Option("bias", flag, default=True),
)
def rnn(
    place: Place, a: Tensor, *, hidden_size: Size, nonlinearity: str, bias: bool
) -> tuple[Definition, ...]:
    """Recurrent layer: ``s[t] = tanh(w·a[t] + b + u·s[t−1] + β)``, ``h = s``.

    a: T × C, w: H × C, u: H × H, b and β: H, h: T × H, as torch.nn.RNN with weight_ih, weight_hh, bias_ih and
    bias_hh; the state is 0 before the first step. ``z`` is what the function is taken of.
    """
    of = _Sequence("rnn", place, a, hidden_size, 1, bias=bias)
    z = of.named("z")
    return (
        define(z, lambda t, i: of.of_input(t, i) + of.of_state(t, i)),
        define(of.s, lambda t, i: FUNCTIONS[nonlinearity](z[t, i])),
        of.output(),
    )


@layer("layer", "h", Option("hidden_size", count), Option("bias", flag, default=True))
def lstm(place: Place, a: Tensor, *, hidden_size: Size, bias: bool) -> tuple[Definition, ...]:
    """Long short-term memory: ``c[t] = f[t]·c[t−1] + i[t]·g[t]``, ``s[t] = o[t]·tanh(c[t])``, ``h = s``.

    The gates are ``i, f, o = σ(z)`` and ``g = tanh(z)``, each of its own H rows of
    ``z[t] = w·a[t] + b + u·s[t−1] + β``, in the order i, f, g, o. a: T × C, w: 4H × C, u: 4H × H, b and β:
    4H, h: T × H, as torch.nn.LSTM with weight_ih, weight_hh, bias_ih and bias_hh; s and c are 0 before the
    first step.
    """
    of = _Sequence("lstm", place, a, hidden_size, 4, bias=bias)
    z, c = of.named("z", of.rows), of.named("c")
    i, f, g, o = (of.named(stem) for stem in "ifgo")

    def gate(tensor: Tensor, function: Function, number: int) -> Definition:
        return define(tensor, lambda t, k: function(z[t, k + hidden_size * number]))

    return (
        define(z, lambda t, m: of.of_input(t, m) + of.of_state(t, m)),
        *(gate(i, sigmoid, 0), gate(f, sigmoid, 1), gate(g, tanh, 2), gate(o, sigmoid, 3)),
        define(c, lambda t, k: f[t, k] * before(c, t, k) + i[t, k] * g[t, k]),
        define(of.s, lambda t, k: o[t, k] * tanh(c[t, k])),
        of.output(),
    )


@layer("layer", "h", Option("hidden_size", count), Option("bias", flag, default=True))
def gru(place: Place, a: Tensor, *, hidden_size: Size, bias: bool) -> tuple[Definition, ...]:
    """Gated recurrent unit: ``s[t] = (1 − z[t])·n[t] + z[t]·s[t−1]``, ``h = s``.

    With ``p[t] = w·a[t] + b`` and ``q[t] = u·s[t−1] + β``, 3H rows each, in the order r, z, n:
    ``r, z = σ(p + q)`` and ``n = tanh(p + r·q)``. a: T × C, w: 3H × C, u: 3H × H, b and β: 3H, h: T × H, as
    torch.nn.GRU with weight_ih, weight_hh, bias_ih and bias_hh; s is 0 before the first step.
    """
    of = _Sequence("gru", place, a, hidden_size, 3, bias=bias)
    p, q = of.named("p", of.rows), of.named("q", of.rows)
    r, z, n = (of.named(stem) for stem in "rzn")

    def rows(number: int) -> Callable[[Index], Affine]:
        return lambda k: k + hidden_size * number

    reset, update, new = map(rows, range(3))
    return (
        define(p, lambda t, m: of.of_input(t, m)),
        define(q, lambda t, m: of.of_state(t, m)),
        define(r, lambda t, k: sigmoid(p[t, reset(k)] + q[t, reset(k)])),
        define(z, lambda t, k: sigmoid(p[t, update(k)] + q[t, update(k)])),
        define(n, lambda t, k: tanh(p[t, new(k)] + r[t, k] * q[t, new(k)])),
        define(of.s, lambda t, k: (1 - z[t, k]) * n[t, k] + z[t, k] * before(of.s, t, k)),
        of.output(),
    )
