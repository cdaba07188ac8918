"""Pairs of expressions with the verdict that is due: the specification of ``decide``.

``open`` pairs are equal where both sides have a value but not everywhere that one of them has, or are beyond
what is asked of a decision: either "same" or "undecided" will do, "different" will not.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from symgrad.verify.scalars import (
    ONE,
    PI,
    Scalar,
    abstract,
    bracket,
    call,
    maximum,
    number,
    power,
    raised,
    symbol,
    times,
    total,
)

SAME, DIFFERENT, OPEN = "same", "different", "open"
HALF = Fraction(1, 2)

x, y, z, a, b, c = (symbol(n) for n in "xyzabc")
p, q, eps = (symbol(n, sign="positive") for n in ("p", "q", "ε"))
r = symbol("r", sign="nonnegative")
n, m = (symbol(s, sign="natural") for s in "nm")
x1, x2, x3, d1, d2, d3 = (symbol(s) for s in ("x1", "x2", "x3", "d1", "d2", "d3"))


def exp(u):
    return call("exp", u)


def log(u):
    return call("log", u)


def tanh(u):
    return call("tanh", u)


def sigmoid(u):
    return call("sigmoid", u)


def softplus(u):
    return call("softplus", u)


def relu(u):
    return call("relu", u)


def absolute(u):
    return call("abs", u)


def sqrt(u):
    return power(u, HALF)


def sin(u):
    return call("sin", u)


def cos(u):
    return call("cos", u)


def f(*args, orders=None):
    return abstract("f", orders or (0,) * len(args), args)


class Pair(NamedTuple):
    name: str
    left: Scalar
    right: Scalar
    verdict: str


S = exp(x1) + exp(x2) + exp(x3)
P1, P2, P3 = exp(x1) / S, exp(x2) / S, exp(x3) / S
LSE = log(S)

# Batch norm of three samples: mean, variance, normalised values, the gradient of Σ dᵢ·x̂ᵢ by x₁ in two forms.
MEAN = (x1 + x2 + x3) / 3
VAR = ((x1 - MEAN) ** 2 + (x2 - MEAN) ** 2 + (x3 - MEAN) ** 2) / 3
INV = power(VAR + eps, -HALF)
H1, H2, H3 = (x1 - MEAN) * INV, (x2 - MEAN) * INV, (x3 - MEAN) * INV
BN_SHORT = INV / 3 * (3 * d1 - (d1 + d2 + d3) - H1 * (d1 * H1 + d2 * H2 + d3 * H3))
BN_WRONG = INV / 3 * (3 * d1 - (d1 + d2 + d3) - H1 * (d1 * H1 + d2 * H2 - d3 * H3))
DVAR = (
    (d1 * (x1 - MEAN) + d2 * (x2 - MEAN) + d3 * (x3 - MEAN)) * Fraction(-1, 2) * power(VAR + eps, -3 * HALF)
)
DMEAN = -INV * (d1 + d2 + d3) + DVAR * Fraction(-2, 3) * ((x1 - MEAN) + (x2 - MEAN) + (x3 - MEAN))
BN_LONG = d1 * INV + DVAR * Fraction(2, 3) * (x1 - MEAN) + DMEAN / 3

# ∂/∂o₁ of Σ −log pₖ over samples, each with its own scores, by the chain rule and as everybody writes it.
EXPS = [[exp(symbol(("o", t, k))) for k in range(3)] for t in range(6)]
Q = [[e / total(row) for e in row] for row in EXPS]
CROSS_ENTROPIES = total(
    symbol(("c", t)) * (-1 / q[0]) * (row[0] / total(row) - row[0] ** 2 / total(row) ** 2)
    for t, (q, row) in enumerate(zip(Q, EXPS, strict=True))
)
SOFTMAX_ERRORS = total(symbol(("c", t)) * (q[0] - 1) for t, q in enumerate(Q))

BETA = Fraction(9, 10)


def _small(k):
    return number(Fraction(1, 2**k))


BATTERY = [
    # Polynomials and rational functions
    Pair("square of a sum", (x + y) ** 2, x**2 + 2 * x * y + y**2, SAME),
    Pair("square of a sum, cross term halved", (x + y) ** 2, x**2 + x * y + y**2, DIFFERENT),
    Pair("difference of squares", (x - y) * (x + y), x**2 - y**2, SAME),
    Pair("order and nesting", x * (y + z) + z, z + z * x + y * x, SAME),
    Pair("wrong index", x1 * d1 + x2 * d2, x1 * d1 + x2 * d3, DIFFERENT),
    Pair("x²/x", x**2 / x, x, SAME),
    Pair("partial fractions", 1 / (x**2 - 1), (1 / (x - 1) - 1 / (x + 1)) / 2, SAME),
    Pair("partial fractions, sign", 1 / (x**2 - 1), (1 / (x - 1) + 1 / (x + 1)) / 2, DIFFERENT),
    Pair("nested fractions", 1 / (1 + 1 / (1 + x)), (1 + x) / (2 + x), SAME),
    Pair("geometric sum", (1 - x**6) / (1 - x), total(x**k for k in range(1, 6)) + 1, SAME),
    Pair("quotient", (x**2 - y**2) / (x - y), x + y, SAME),
    Pair("quotient, sign", (x**2 - y**2) / (x - y), x - y, DIFFERENT),
    Pair("2⁻⁹⁸ and 2⁻⁹⁹", _small(98) * x, _small(99) * x, DIFFERENT),
    Pair("2⁻⁹⁸ and 2⁻⁹⁹ beside exp", exp(x) + _small(98), exp(x) + _small(99), DIFFERENT),
    Pair("high power of a sum", (a + b + c) ** 20 / (a + b + c) ** 19, a + b + c, SAME),
    Pair("Adam's bias correction", x * (1 - BETA) / (1 - BETA**3), x * Fraction(100, 271) / 1, SAME),
    Pair("Adam's bias correction, step", x / (1 - BETA**3), x / (1 - BETA**2), DIFFERENT),
    # Logarithms
    Pair("log of a product of positives", log(p * q), log(p) + log(q), SAME),
    Pair("log of a product of unknown signs", log(a * b), log(a) + log(b), OPEN),
    Pair("log of a product with one positive", log(p * b), log(p) + log(b), SAME),
    Pair("log x² of unknown sign", log(x**2), 2 * log(x), OPEN),
    Pair("log x²", log(x**2), 2 * log(absolute(x)), SAME),
    Pair("log x³", log(x**3), 3 * log(x), SAME),
    Pair("log p²", log(p**2), 2 * log(p), SAME),
    Pair("log of a quotient", log(p / q), log(p) - log(q), SAME),
    Pair("log of an exponential", log(exp(x) * p), x + log(p), SAME),
    Pair("log of a sum", log(p + q), log(p) + log(q), DIFFERENT),
    Pair("log 6", log(number(6)), log(number(2)) + log(number(3)), SAME),
    Pair("log 8", log(number(8)), 3 * log(number(2)), SAME),
    Pair("log of x² + 1 taken apart", log((x**2 + 1) * p), log(x**2 + 1) + log(p), SAME),
    Pair("exp of a log", exp(2 * log(p) + x), p**2 * exp(x), SAME),
    Pair("log of −x", log(-x), log(x), OPEN),
    # Roots and powers
    Pair("√x²", sqrt(x**2), x, DIFFERENT),
    Pair("√x² = |x|", sqrt(x**2), absolute(x), SAME),
    Pair("√p²", sqrt(p**2), p, SAME),
    Pair("(√x)²", sqrt(x) ** 2, x, SAME),
    Pair("√(p·q)", sqrt(p * q), sqrt(p) * sqrt(q), SAME),
    Pair("√(x²·p)", sqrt(x**2 * p), x * sqrt(p), DIFFERENT),
    Pair("√(a + b)", sqrt(p + q), sqrt(p) + sqrt(q), DIFFERENT),
    Pair("rationalised", 1 / sqrt(p), sqrt(p) / p, SAME),
    Pair("√2·√3", sqrt(number(2)) * sqrt(number(3)), sqrt(number(6)), SAME),
    Pair("√8", sqrt(number(8)), 2 * sqrt(number(2)), SAME),
    Pair("√(1+√x) conjugate", 1 / (sqrt(p) + 1), (sqrt(p) - 1) / (p - 1), SAME),
    Pair("nested powers", power(p**3, Fraction(1, 6)), sqrt(p), SAME),
    Pair("|x|²", absolute(x) ** 2, x**2, SAME),
    Pair("x·√x", x * sqrt(x), power(x, Fraction(3, 2)), SAME),
    Pair("exp(x)ⁿ", raised(exp(x), n), exp(n * x), SAME),
    Pair("exp(x)ⁿ, n + 1", raised(exp(x), n + 1), exp(n * x), DIFFERENT),
    Pair("xⁿ·xᵐ", raised(x, n) * raised(x, m), raised(x, n + m), SAME),
    Pair("xⁿ⁺¹", raised(x, n + 1), x * raised(x, n), SAME),
    Pair("(xy)ⁿ", raised(x * y, n), raised(x, n) * raised(y, n), SAME),
    Pair("power rule", n * raised(x, n) / x, n * raised(x, n - 1), SAME),
    Pair("power rule, exponent", n * raised(x, n), n * raised(x, n - 1), DIFFERENT),
    Pair("√xⁿ", sqrt(raised(x, n)), raised(x, n / 2), DIFFERENT),
    Pair("2ˣ", raised(number(2), x), exp(x * log(number(2))), SAME),
    # σ, tanh, softplus
    Pair("σ", sigmoid(x), 1 / (1 + exp(-x)), SAME),
    Pair("σ by tanh", sigmoid(x), (1 + tanh(x / 2)) / 2, SAME),
    Pair("σ(−x)", sigmoid(-x), 1 - sigmoid(x), SAME),
    Pair("σ′", sigmoid(x) * (1 - sigmoid(x)), exp(-x) / (1 + exp(-x)) ** 2, SAME),
    Pair("σ′, square forgotten", sigmoid(x) * (1 - sigmoid(x)), exp(-x) / (1 + exp(-x)), DIFFERENT),
    Pair("σ(x) + σ(y)", sigmoid(x) + sigmoid(y), sigmoid(x + y), DIFFERENT),
    Pair("tanh", tanh(x), (exp(x) - exp(-x)) / (exp(x) + exp(-x)), SAME),
    Pair("tanh 2x", tanh(2 * x), 2 * tanh(x) / (1 + tanh(x) ** 2), SAME),
    Pair("tanh by σ", tanh(x), 2 * sigmoid(2 * x) - 1, SAME),
    Pair("1 − tanh²", 1 - tanh(x) ** 2, 1 / call("cosh", x) ** 2, SAME),
    Pair("1 − tanh", 1 - tanh(x), 1 / call("cosh", x) ** 2, DIFFERENT),
    Pair("softplus", softplus(x), log(1 + exp(x)), SAME),
    Pair("softplus(x) − x", softplus(x) - x, softplus(-x), SAME),
    Pair("−log σ", -log(sigmoid(x)), softplus(-x), SAME),
    Pair("log(1 − σ)", log(1 - sigmoid(x)), -x - softplus(-x), SAME),
    Pair(
        "binary cross-entropy",
        -(y * log(sigmoid(x)) + (1 - y) * log(1 - sigmoid(x))),
        softplus(x) - x * y,
        SAME,
    ),
    Pair(
        "binary cross-entropy, sign",
        -(y * log(sigmoid(x)) + (1 - y) * log(1 - sigmoid(x))),
        softplus(x) + x * y,
        DIFFERENT,
    ),
    Pair("cosh² − sinh²", call("cosh", x) ** 2 - call("sinh", x) ** 2, ONE, SAME),
    Pair("sin² + cos²", sin(x) ** 2 + cos(x) ** 2, ONE, SAME),
    Pair("sin 2x", sin(2 * x), 2 * sin(x) * cos(x), SAME),
    Pair("cos 2x", cos(2 * x), 1 - 2 * sin(x) ** 2, SAME),
    Pair("sin 2x, factor", sin(2 * x), sin(x) * cos(x), DIFFERENT),
    Pair("erf is odd", call("erf", -x), -call("erf", x), SAME),
    Pair(
        "GELU two ways",
        x * (1 + call("erf", x / sqrt(number(2)))) / 2,
        x - x * (1 - call("erf", x / sqrt(number(2)))) / 2,
        SAME,
    ),
    Pair(
        "normal density",
        exp(-(x**2) / 2) / sqrt(2 * PI),
        exp(-x * x / 2) / (sqrt(number(2)) * sqrt(PI)),
        SAME,
    ),
    Pair(
        "swish′",
        sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)),
        x * sigmoid(x) + sigmoid(x) * (1 - x * sigmoid(x)),
        SAME,
    ),
    # Softmax
    Pair("softmax adds up", P1 + P2 + P3, ONE, SAME),
    Pair("softmax shifted", P1, exp(x1 - c) / (exp(x1 - c) + exp(x2 - c) + exp(x3 - c)), SAME),
    Pair("softmax shifted in one place", P1, exp(x1 - c) / (exp(x1 - c) + exp(x2 - c) + exp(x3)), DIFFERENT),
    Pair("softmax′", P1 * (1 - P1), exp(x1) * (exp(x2) + exp(x3)) / S**2, SAME),
    Pair("softmax′, off the diagonal", -P1 * P2, -exp(x1 + x2) / S**2, SAME),
    Pair("log-sum-exp shifted", LSE, c + log(exp(x1 - c) + exp(x2 - c) + exp(x3 - c)), SAME),
    Pair("log softmax", log(P1), x1 - LSE, SAME),
    Pair("log softmax, base", log(P1), x1 - LSE / log(number(2)), DIFFERENT),
    Pair("softmax of two", exp(x1) / (exp(x1) + exp(x2)), sigmoid(x1 - x2), SAME),
    Pair("softmax of two, turned", exp(x1) / (exp(x1) + exp(x2)), sigmoid(x2 - x1), DIFFERENT),
    # Kinks
    Pair("relu", relu(x), x * bracket(">", x), SAME),
    Pair("relu as max", relu(x), maximum(x, number(0)), SAME),
    Pair("relu by |x|", relu(x), (x + absolute(x)) / 2, SAME),
    Pair("relu(x) − relu(−x)", relu(x) - relu(-x), x, SAME),
    Pair("relu(x) + relu(−x)", relu(x) + relu(-x), absolute(x), SAME),
    Pair("relu(2x)", relu(2 * x), 2 * relu(x), SAME),
    Pair("relu(−2x)", relu(-2 * x), -2 * relu(x), DIFFERENT),
    Pair("relu relu", relu(relu(x)), relu(x), SAME),
    Pair("relu r", relu(r), r, SAME),
    Pair("relu(x + y)", relu(x + y), relu(x) + relu(y), DIFFERENT),
    Pair("relu′ at 0", bracket(">", x), bracket(">=", x), DIFFERENT),
    Pair("relu′ squared", bracket(">", x) ** 2, bracket(">", x), SAME),
    Pair("relu′ relu", bracket(">", x) * relu(x), relu(x), SAME),
    Pair("max", maximum(a, b), (a + b + absolute(a - b)) / 2, SAME),
    Pair("max turned", maximum(a, b), maximum(b, a), SAME),
    Pair("max and min", maximum(a, b) - maximum(-a, -b), a + b, SAME),
    Pair("max and min, sign", maximum(a, b) + maximum(-a, -b), a + b, DIFFERENT),
    Pair("sign of a product", call("sign", x * y), call("sign", x) * call("sign", y), SAME),
    Pair("relu of a product", relu(x * y), relu(x) * relu(y), DIFFERENT),
    Pair("relu of a product, both sides", relu(x * y), relu(x) * relu(y) + relu(-x) * relu(-y), SAME),
    Pair("|xy|", absolute(x * y), absolute(x) * absolute(y), SAME),
    Pair("|x|", absolute(x), x, DIFFERENT),
    Pair("sign·|x|", call("sign", x) * absolute(x), x, SAME),
    Pair(
        "leaky relu",
        relu(x) - Fraction(1, 100) * relu(-x),
        x * (Fraction(1, 100) + Fraction(99, 100) * bracket(">", x)),
        SAME,
    ),
    Pair("log of relu", log(1 + relu(x)), bracket(">", x) * log(1 + x), OPEN),
    Pair("exp(−|x|)", exp(-absolute(x)), bracket(">", x) * exp(-x) + (1 - bracket(">", x)) * exp(x), SAME),
    Pair("stable softplus", relu(x) + log(1 + exp(-absolute(x))), softplus(x), SAME),
    # Unknown functions
    Pair("f of equal arguments", f(x * (y + 1)), f(x + x * y), SAME),
    Pair("f of other arguments", f(x * y), f(x + y), DIFFERENT),
    Pair("f and f′", f(x), f(x, orders=(1,)), DIFFERENT),
    Pair("chain rule", 2 * x * f(x**2, orders=(1,)), x * f(x * x, orders=(1,)) * 2, SAME),
    Pair("f of two, turned", f(x, y), f(y, x), DIFFERENT),
    Pair("f of equal quotients", f((x**2 - 1) / (x - 1)), f(x + 1), SAME),
    Pair("f of equal quotients, turned", f(x + 1), f((x**2 - 1) / (x - 1)), SAME),
    # Normalisation and the like
    Pair("batch norm backward", BN_LONG, BN_SHORT, SAME),
    Pair("batch norm backward, sign", BN_LONG, BN_WRONG, DIFFERENT),
    Pair("normalised values add up", H1 + H2 + H3, number(0), SAME),
    Pair("cosine", (x * y) / sqrt(x**2 + y**2) ** 2, x * y / (x**2 + y**2), SAME),
    Pair("norm of a norm", sqrt(x**2 + y**2) / (x**2 + y**2), power(x**2 + y**2, -HALF), SAME),
    Pair("norm, exponent", sqrt(x**2 + y**2) / (x**2 + y**2), power(x**2 + y**2, -3 * HALF), DIFFERENT),
    Pair("√ of a hidden square", sqrt(x**2 - 2 * x * y + y**2), absolute(x - y), OPEN),
    Pair("never defined", log(-1 - x**2), log(-2 - x**2), OPEN),
    Pair("long product", times(x + k for k in range(6)), times(x + k for k in reversed(range(6))), SAME),
    # What was undecided once
    Pair("cross-entropy of six samples", CROSS_ENTROPIES, SOFTMAX_ERRORS, SAME),
    Pair("cross-entropy of six samples, one sign", CROSS_ENTROPIES, SOFTMAX_ERRORS - 2 * Q[5][0], DIFFERENT),
    Pair("two denominators with an atom in common", 1 / ((1 + x) * (2 + x)), 1 / (1 + x) - 1 / (2 + x), SAME),
    Pair("1 − σ far out", 1 - sigmoid(40 + p), sigmoid(-40 - p), SAME),
    Pair("−4.49E-233 and 4.49E-233", exp(-(x**2) - 500), -exp(-(x**2) - 500), DIFFERENT),
]
