from fractions import Fraction
from math import prod

import pytest
import sympy

import symgrad as sg
from symgrad.algebra import functions as fn
from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import at_least
from symgrad.algebra.exchange import (
    DEEPEST,
    LARGEST_EXPONENT,
    Unrolled,
    from_sympy,
    symbol,
    symbols,
    to_sympy,
)
from symgrad.algebra.normal import normal, same_expression
from symgrad.algebra.positions import unflat
from symgrad.algebra.program import Program, equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.written import PI, Constant, Definition, define, maximum, positive, same, total
from symgrad.derivation.sweep import sweep
from symgrad.errors import AlgebraError, BudgetError
from symgrad.network.build import build

x, y, z, a1, w1 = sympy.symbols("x y z a1 w1")
f = sympy.Function("f")
F = fn.abstract("f")


def scalar(body, name="T"):
    """A formula of the single number x as a SymPy expression."""
    source = Tensor("x", (), "input")
    return to_sympy(equation(Definition(Tensor(name, (), "intermediate"), (), body(source[()]))), ())


FORMULAS = [
    (lambda t: 2 * t**3 - t + 1, 2 * x**3 - x + 1),
    (lambda t: t ** Fraction(-1, 2), 1 / sympy.sqrt(x)),
    (lambda t: (t + 1) ** Fraction(2, 3) / 7, (x + 1) ** sympy.Rational(2, 3) / 7),
    (fn.exp, sympy.exp(x)),
    (lambda t: fn.log(t + 1), sympy.log(x + 1)),
    (lambda t: fn.tanh(t) * fn.sin(t), sympy.tanh(x) * sympy.sin(x)),
    (lambda t: fn.cos(t) + fn.sinh(t) - fn.cosh(t), sympy.cos(x) + sympy.sinh(x) - sympy.cosh(x)),
    (fn.erf, sympy.erf(x)),
    (fn.absolute, sympy.Abs(x)),
    (fn.sigmoid, 1 / (1 + sympy.exp(-x))),
    (fn.softplus, sympy.log(1 + sympy.exp(x))),
    (fn.relu, sympy.Max(0, x)),
    (positive, sympy.Piecewise((1, x > 0), (0, True))),
    (lambda t: t * PI**2, sympy.pi**2 * x),
    (F, f(x)),
    (lambda t: F(2 * t) * F(t), f(2 * x) * f(x)),
]


@pytest.mark.parametrize(("body", "expected"), FORMULAS, ids=[str(e) for _, e in FORMULAS])
def test_a_formula_equals_what_a_hand_builds_in_sympy(body, expected):
    assert scalar(body) == expected


@pytest.mark.parametrize(("body", "expected"), FORMULAS, ids=[str(e) for _, e in FORMULAS])
def test_sympy_reads_back_as_the_same_formula(body, expected):
    source = Tensor("x", (), "input")
    back = from_sympy(expected, lambda symbol: source)
    assert same_expression(normal(back), normal(body(source[()])))


@pytest.mark.parametrize(
    ("body", "argument"),
    [(F, x), (lambda t: F(2 * t), 2 * x), (lambda t: F(t * t + 1), x**2 + 1), (lambda t: F(F(t)), f(x))],
    ids=["f(x)", "f(2x)", "f(x²+1)", "f(f(x))"],
)
def test_the_derivative_of_an_unknown_function_is_written_as_sympy_diff_writes_it(body, argument):
    source = Tensor("x", (), "input")
    end = equation(Definition(Tensor("T", (), "objective"), (), body(source[()])))
    (gradient,) = sweep(Program((end,)), (end.target,), end.target, (source,)).program.equations
    assert to_sympy(gradient, ()) == sympy.diff(f(argument), x)


@pytest.mark.parametrize("argument", [x, 2 * x, x**2])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_of_unknown_functions_go_there_and_back(argument, order):
    source = Tensor("x", (), "input")
    inside = sympy.Dummy()
    given = sympy.Derivative(f(x), (x, order))
    if argument != x:
        given = sympy.Subs(sympy.Derivative(f(inside), (inside, order)), inside, argument)
    assert scalar(lambda t: from_sympy(given, lambda symbol: source)) == given


NETWORKS = [
    "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
    "input(2x4x5) | conv2d(4, (2, 3), stride=2, padding=1, groups=2) | tanh",
    "input(3) | linear(4) | tanh | linear(2) | sigmoid | mse",
    "input(2x3) | linear(2) | activation(f) | flatten | linear(2) | mse(half=true)",
    "input(4x4) | conv2d(2, 2, dilation=2) | flatten | linear(3) | activation(g) | mse(reduction=sum)",
]


def unrolled(program):
    return {
        symbol(eq.target, n): Unrolled(eq).at(n)
        for eq in program.equations
        for n in range(prod(eq.target.shape))
    }


@pytest.mark.parametrize("text", NETWORKS)
def test_each_gradient_unrolled_is_the_diff_of_the_unrolled_forward(text):
    model = build(text)
    sources = [tensor for tensor in model.tensors if tensor.role in ("input", "parameter")]
    swept = sweep(model.forward, model.outputs, model.objective, sources)
    forward, backward = unrolled(model.forward), unrolled(swept.program)
    names = {t for t in (*model.tensors,) if t != model.objective}
    for gradient in swept.program.equations:
        tensor = gradient.target.of
        assert tensor in names
        for n in range(prod(tensor.shape)):
            by = symbol(tensor, n)
            # one step of the chain rule over the definitions that read the entry
            expected = sympy.Add(
                *(
                    sympy.diff(body, by) * (1 if str(target) == "L" else sympy.Symbol(f"dL_d{target}"))
                    for target, body in forward.items()
                    if by in body.free_symbols
                )
            )
            found = backward[sympy.Symbol(f"dL_d{by}")]
            # h = f(z) is named in the gradient and not in the diff
            named = {target: body for target, body in forward.items() if not body.is_Add}
            assert sympy.expand((found - expected).subs(named).subs(named)).simplify() == 0


def test_an_entry_at_indices_is_the_entry_at_its_flat_position():
    forward = build("input(3x5x4) | conv2d(2, 2)").forward.equations[0]
    whole = Unrolled(forward)
    for n in (0, 5, 23):
        assert to_sympy(forward, unflat(n, (2, 4, 3))) == whole.at(n)


def test_a_maximum_and_its_first_maximiser():
    a, m = Tensor("a", (4,), "input"), Tensor("m", (2,), "intermediate")
    pool = equation(define(m, lambda i: maximum(2, lambda u: a[2 * i + u])))
    a1, a2, a3, a4 = symbols(a)
    assert [Unrolled(pool).at(n) for n in (0, 1)] == [sympy.Max(a1, a2), sympy.Max(a3, a4)]
    gradient = sweep(Program((pool,)), (m,), None, (a,)).program.equations[0]
    chosen = [Unrolled(gradient).at(n) for n in range(4)]
    tie = {a1: 5, a2: 5, a3: 1, a4: 2}
    up = {sympy.Symbol("dL_dm1"): 10, sympy.Symbol("dL_dm2"): 20}
    assert [e.subs(up).subs(tie) for e in chosen] == [10, 0, 0, 20]


def test_a_maximum_ignores_the_border_of_its_window():
    a, m = Tensor("a", (3,), "input"), Tensor("m", (3,), "intermediate")
    i = Index(3, "i")
    pool = maximum(2, lambda u: a[i + u], lambda u: (at_least(2, i + u),))
    entries = Unrolled(equation(Definition(m, (i,), pool)))
    assert [entries.at(n) for n in range(3)] == [
        sympy.Max(*sympy.symbols("a1 a2")),
        sympy.Max(*sympy.symbols("a2 a3")),
        sympy.Symbol("a3"),
    ]


def test_symbols_are_plain_and_stand_in_an_array_of_the_shape():
    assert symbols(Tensor("w", (2, 2), "parameter"))[1, 0] == sympy.Symbol("w3")
    assert symbols(Tensor("L", (), "objective")) == sympy.Symbol("L")
    assert symbols(Tensor("w", (2, 1, 2), "parameter"))[1, 0, 1] == sympy.Symbol("w_2_1_2")


def test_a_named_constant_is_a_symbol_and_an_index_bracket_a_choice():
    a, t = Tensor("a", (2,), "input"), Tensor("t", (2,), "intermediate")
    eps = Constant("eps")
    entries = Unrolled(equation(define(t, lambda i: total(2, lambda j: same(i, j + 1) * a[j]) + eps)))
    assert [entries.at(0), entries.at(1)] == [sympy.Symbol("eps"), sympy.Symbol("eps") + sympy.Symbol("a1")]


READ = [
    (sympy.Max(x, 0), fn.relu),
    (sympy.Max(1, x), lambda t: 1 + fn.relu(t - 1)),
    (sympy.Min(1, x), lambda t: 1 - fn.relu(1 - t)),
    (sympy.Min(2, sympy.Max(x, 1)), lambda t: 2 - fn.relu(2 - (1 + fn.relu(t - 1)))),
    (sympy.Piecewise((x, x > 0), (0, True)), fn.relu),
    (sympy.Piecewise((x, x >= 0), (0, True)), fn.relu),
    (sympy.Piecewise((1, x > 0), (0, True)), positive),
    (sympy.Float("0.1") * x, lambda t: t * Fraction(1, 10)),
    (sympy.Float(1 / 3) * x, lambda t: t * Fraction("0.3333333333333333")),
    (
        sympy.Float("0.1234567890123456789012345", 25) * x,
        lambda t: t * Fraction("0.1234567890123456789012345"),
    ),
    (sympy.E * x, lambda t: t * fn.exp(from_sympy(sympy.Integer(1), None))),
    (2**x, lambda t: fn.exp(t * fn.log(from_sympy(sympy.Integer(2), None)))),
    (sympy.sqrt(2) * x, lambda t: t * from_sympy(sympy.Integer(2), None) ** Fraction(1, 2)),
    (sympy.Integer(3), lambda t: t * 0 + 3),
    (3, lambda t: t * 0 + 3),
]


@pytest.mark.parametrize(("given", "body"), READ, ids=[str(given) for given, _ in READ])
def test_sympy_is_read_as_what_it_means(given, body):
    source = Tensor("x", (), "input")
    assert same_expression(normal(from_sympy(given, lambda symbol: source)), normal(body(source[()])))


REFUSED = [
    (sympy.gamma(x), "gamma"),
    (sympy.tan(x), "tan"),
    (sympy.Heaviside(x), "Heaviside"),
    (x**y, "exponent must be a number"),
    ((-2) ** x, "exponent must be a number"),
    (sympy.I * x, "ImaginaryUnit"),
    ((-1) ** sympy.Rational(1, 3) * x, "cannot be read"),
    (sympy.oo * 1, "cannot be read"),
    (sympy.nan, "cannot be read"),
    (sympy.Max(0, x, y), r"Max\); give a part of it a name"),
    (sympy.Max(sympy.Min(1, x), sympy.Min(2, y)), r"Max\); give a part of it a name"),
    (sympy.Piecewise((x**2, x > 1), (0, True)), r"Piecewise\); a case is a factor"),
    (sympy.Sum(x, (y, 1, 3)), r"Sum\); write the sum out with .doit\(\)"),
    (sympy.IndexedBase("x")[1], r"Indexed\); a tensor's entries are symbols"),
    (sympy.Integral(x, x), "Integral"),
    (f(x, y), "one argument"),
    (sympy.Function("exp_")(x) + sympy.Function("a b")(x), "cannot be called"),
    (sympy.Function("__import__('os')")(x), "cannot be called"),
    (sympy.Function("tanh")(x), "cannot be called"),
    (sympy.Derivative(f(x, y), x), "Derivative"),
    (x > 0, "no expression"),
    (sympy.Matrix([x]), "no expression"),
    ("x + 1", "no expression"),
    (None, "no expression"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED, ids=[repr(given)[:40] for given, _ in REFUSED])
def test_what_has_no_counterpart_is_refused_by_name(given, message):
    with pytest.raises(AlgebraError, match=message):
        from_sympy(given, lambda symbol: Tensor(symbol.name, (), "input"))


def test_depth_and_exponents_are_bounded():
    deep = x
    for _ in range(DEEPEST + 2):
        deep = sympy.Function("f")(deep)
    shared = x
    for _ in range(40):
        shared = sympy.sin(shared) * sympy.cos(shared)
    for given in (deep, shared, x ** (LARGEST_EXPONENT + 1), x ** sympy.Rational(1, LARGEST_EXPONENT + 1)):
        with pytest.raises(BudgetError):
            from_sympy(given, lambda symbol: Tensor(symbol.name, (), "input"))


def test_terms_are_read_in_the_order_of_their_numbers_and_not_of_their_letters():
    given = sympy.Add(*(sympy.Symbol(f"a{n}") for n in range(1, 12))) + 1
    names = [
        part.tensor.name if hasattr(part, "tensor") else "1"
        for part in from_sympy(given, lambda symbol: Tensor(symbol.name, (), "input")).parts
    ]
    assert names == [*(f"a{n}" for n in range(1, 12)), "1"]


@pytest.mark.parametrize("one", [x / 10, x**2, 2 - x, sympy.Integer(1)], ids=str)
@pytest.mark.parametrize("extremum", [sympy.Max, sympy.Min])
def test_the_greater_of_two_against_sympy(one, extremum):
    """Max(z/10, z) was refused."""
    h, z = sympy.symbols("h z")
    given = extremum(one.subs(x, z), z)
    derived = sg.derive(sg.Network.from_sympy({h: given}))
    forward, gradient = derived.forward["h"], derived.gradient["z"] / sympy.Symbol("dL_dh")
    slope = sympy.diff(given, z)
    for at in map(sympy.Rational, ("-7/3", "-1/5", "3/7", "3/2", "5")):
        assert (forward.subs(z, at) - given.subs(z, at)).doit() == 0
        assert sympy.simplify(gradient.subs(z, at) - slope.subs(z, at)) == 0
