"""Layers that are in no catalogue, each stated in Python and in TOML."""

from __future__ import annotations

from typing import NamedTuple

import symgrad as sg
from symgrad.equations import exp, inside, log, maximum, nonpositive, positive, sigmoid, sqrt, total


@sg.layer
def swiglu(a: "… N", w: "M N", v: "M N") -> "… M":
    """Gated linear unit with swish (Shazeer 2020): ``z = swish(w·a) ⊙ v·a``."""
    g = yield "g", lambda i: total(lambda j: w[i, j] * a[j])
    return lambda i: g[i] * sigmoid(g[i]) * total(lambda j: v[i, j] * a[j])


@sg.layer
def depthwise(a: "C H W", w: "C U V", *, d=1) -> "C P Q":
    """Each channel with a kernel of its own, dilated."""
    return lambda c, i, j: total(lambda u, v: w[c, u, v] * a[c, i + d * u, j + d * v])


@sg.layer
def blur(a: "N", w: "U") -> "N":
    """A kernel moved over a sequence with zeros around it, as torch's padding='same'."""
    n, half = a.shape[0], w.shape[0] // 2
    return lambda i: total(lambda u: w[u] * inside(i + u - half, n) * a[i + u - half])


@sg.layer(output="p")
def lp_pool(a: "C N", *, k=2) -> "C N//k":
    """The root of the sum of squares of each window."""
    return lambda c, i: sqrt(total(lambda u: a[c, k * i + u] ** 2, over=k))


@sg.layer(output="p")
def maxout(a: "N", *, k=2) -> "N//k":
    """The greatest of each k entries in turn."""
    return lambda i: maximum(lambda u: a[k * i + u], over=k)


@sg.activation
def notch(z, *, alpha=1):
    """x·(1 − e^(−αx²)): flat near 0, the identity far from it."""
    return z * (1 - exp(-alpha * z**2))


@sg.activation
def shrink(z, *, lambd=0.5):
    """Soft shrinkage, torch.nn.Softshrink."""
    return positive(z - lambd) * (z - lambd) + nonpositive(z + lambd) * (z + lambd)


@sg.layer
def prelu(a: "…", slope: "") -> "…":
    """One slope for all negative entries, torch.nn.PReLU."""
    return positive(a) * a + nonpositive(a) * slope * a


@sg.loss
def focal(p, y, *, gamma=2):
    """Focal loss of probabilities (Lin 2017)."""
    return -y * (1 - p) ** gamma * log(p) - (1 - y) * p**gamma * log(1 - p)


@sg.loss
def dice(p: "N", y: "N"):
    """1 − 2·Σpy/(Σp + Σy)."""
    return 1 - 2 * total(lambda i: p[i] * y[i]) / (total(lambda i: p[i]) + total(lambda i: y[i]))


@sg.loss(probabilities="y")
def entropy(z: "… K", y: "… K"):
    """Cross-entropy of each sample."""
    return log(total(lambda k: exp(z[k]))) - total(lambda k: y[k] * z[k])


ALL = [swiglu, depthwise, blur, lp_pool, maxout, notch, shrink, prelu, focal, dice, entropy]

TOML = """
[define.swiglu]
input = {a = "… N"}
parameters = {w = "M N", v = "M N"}
equation = '''
g[i] = Σ_{j} w[i, j]·a[j]
z[i] = g[i]·sigmoid(g[i])·Σ_{j} v[i, j]·a[j]
'''

[define.depthwise]
input = {a = "C×H×W"}
parameters = {w = "C×U×V"}
options = {d = 1}
equation = "z[c, i, j] = Σ_{u, v} w[c, u, v]·a[c, i + d·u, j + d·v]"

[define.blur]
input = {a = "N"}
parameters = {w = "U"}
equation = "z[i] = Σ_{u | 0 ≤ i + u − ⌊U/2⌋ ≤ N − 1} w[u]·a[i + u − ⌊U/2⌋]   for i = 0…N−1"

[define.lp_pool]
kind = "reshape"
input = {a = "C N"}
options = {k = 2}
equation = "p[c, i] = √(Σ_{u=0…k−1} a[c, k·i + u]²)"

[define.maxout]
kind = "reshape"
input = {a = "N"}
options = {k = 2}
equation = "p[i] = max_{u=0…k−1} a[k·i + u]"

[define.notch]
input = "z"
options = {alpha = 1}
equation = "h = z·(1 − exp(−alpha·z²))"

[define.shrink]
input = "z"
options = {lambd = 0.5}
equation = "h = (z − lambd)·[z > lambd] + (z + lambd)·[z ≤ −lambd]"

[define.prelu]
input = "a"
parameters = {slope = ""}
equation = "z = a·[a > 0] + slope·a·[a ≤ 0]"

[define.focal]
input = "p"
target = "y"
options = {gamma = 2}
equation = "l = −y·(1 − p)^gamma·log(p) − (1 − y)·p^gamma·log(1 − p)"

[define.dice]
input = {p = "N"}
target = {y = "N"}
equation = "L = 1 − 2·(Σ_{i} p[i]·y[i])/(Σ_{i} p[i] + Σ_{i} y[i])"

[define.entropy]
input = {z = "… K"}
target = {y = "… K"}
probabilities = ["y"]
equation = "l = log(Σ_{k} exp(z[k])) − Σ_{k} y[k]·z[k]"
"""


class Case(NamedTuple):
    """A network with one of the layers; what it does in torch is under the layer's name there."""

    layers: str
    input: str
    probabilities: bool = False

    @property
    def text(self) -> str:
        """The network in the one line."""
        return f"input({self.input}) | {self.layers}"

    @property
    def toml(self) -> str:
        """The network in a file that defines all layers above."""
        return f"input = '{self.input}'\nlayers = ['''{self.layers}''']\n{TOML}"


CASES = [
    Case("swiglu(3)", "4"),
    Case("swiglu(3) | swiglu(2) | mse", "2x4"),
    Case("depthwise(3, 2)", "2x5x6"),
    Case("depthwise(2, 2, d=2) | tanh | depthwise(2, 3)", "2x5x6"),
    Case("blur(3)", "6"),
    Case("blur(4) | notch | blur(2)", "5"),
    Case("lp_pool", "2x7"),
    Case("lp_pool(3)", "1x6"),
    Case("maxout", "6"),
    Case("linear(6) | maxout(3)", "4"),
    Case("notch(alpha=0.25)", "2x3"),
    Case("shrink", "2x3"),
    Case("shrink(0.1)", "7"),
    Case("prelu", "2x3"),
    Case("linear(3) | prelu | mse", "4"),
    Case("focal", "5", probabilities=True),
    Case("focal(gamma=0.5, reduction=sum)", "2x3", probabilities=True),
    Case("sigmoid | focal(3, reduction=none)", "2x3", probabilities=True),
    Case("dice", "5", probabilities=True),
    Case("entropy", "4"),
    Case("linear(4) | entropy(reduction=sum)", "2x3"),
]
