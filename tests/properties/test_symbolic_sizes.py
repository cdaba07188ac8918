"""One derivation for every size: a convolution with symbols for its sizes, then numbers put in."""

from __future__ import annotations

from itertools import product

import pytest
from oracles.dual import at, box
from oracles.unrolled import Geometry, triples

from symgrad.algebra.affine import Affine, Index
from symgrad.algebra.brackets import tidied
from symgrad.algebra.program import Program, equation
from symgrad.algebra.sizes import Polynomial, size_symbol
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.terms import Entry
from symgrad.algebra.written import define, inside, total
from symgrad.derivation.sweep import sweep

H, K, S, D = (size_symbol(name) for name in "HKsd")
P, O = size_symbol("p", 0), size_symbol("O")


def convolution(height=H, kernel=K, stride=S, padding=P, dilation=D, outputs=O):
    """z[i] = Σ_u [0 ≤ s·i + d·u − p < H]·a[s·i + d·u − p]·w[u], the sizes symbols or numbers."""
    a = Tensor("a", (height,), "input", ("k",))
    w = Tensor("w", (kernel,), "parameter", ("u",))
    z = Tensor("z", (outputs,), "intermediate", ("i",))

    def value(i):
        def product_(u):
            x = i * stride + u * dilation - padding
            return inside((x, height)) * a[x] * w[u]

        return total(kernel, product_)

    program = Program((equation(define(z, value)),))
    return program, sweep(program, (z,), None, (a, w))


def put_size(size, numbers):
    if not isinstance(size, Polynomial):
        return size
    result = 0
    for monomial, coefficient in size.terms.items():
        for symbol, power in monomial:
            coefficient = coefficient * numbers[symbol.name] ** power
        result += coefficient
    return result


def put_affine(e, numbers):
    return Affine(
        put_size(e.const, numbers), {i: n for i, c in e.coefficients.items() if (n := put_size(c, numbers))}
    )


def enumerated(eq, numbers):
    """Every entry's products at numbers put in for the symbols, by testing each point of the box."""
    found = {}
    sizes = {i: put_size(i.size, numbers) for t in eq.body.terms for i in t.bound}
    shape = tuple(put_size(n, numbers) for n in eq.target.shape)
    for number, place in enumerate(product(*map(range, shape))):
        rows = []
        for term in eq.body.terms:
            for values in product(*(range(sizes[i]) for i in term.bound)):
                here = {
                    **dict(zip(eq.axes, place, strict=True)),
                    **dict(zip(term.bound, values, strict=True)),
                }
                if all(holds_at(b, numbers, here) for b in term.brackets):
                    rows.append(
                        tuple(
                            (f.tensor.name, at(put_affine(f.indices[0], numbers), here))
                            for f, _ in term.powers
                        )
                    )
        found[number] = sorted(tuple(sorted(row)) for row in rows)
    return found


def holds_at(bracket, numbers, here):
    kind, e, divisor = bracket
    value = at(put_affine(e, numbers), here)
    return {"=": value == 0, ">=": value >= 0, "|": value % divisor == 0}[kind]


def truth(g: Geometry):
    z, w, a = {}, {}, {}
    for zn, an, wn in triples(g):
        z.setdefault(zn, []).append((("a", an), ("w", wn)))
        w.setdefault(wn, []).append((("a", an), ("dL_dz", zn)))
        a.setdefault(an, []).append((("dL_dz", zn), ("w", wn)))
    return {"z": z, "dL_dw": w, "dL_da": a}


SETTINGS = [
    (height, kernel, s, p, d)
    for height, kernel, s, p, d in product((3, 5, 8), (1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2, 3))
    if height + 2 * p >= d * (kernel - 1) + 1
]


def test_one_symbolic_derivation_holds_at_every_size():
    program, gradients = convolution()
    for height, kernel, s, p, d in SETTINGS:
        g = Geometry(None, (1, height), 1, (1, kernel), (1, s), (0, p), (1, d))
        numbers = {"H": height, "K": kernel, "s": s, "p": p, "d": d, "O": g.windows[1]}
        expected = truth(g)
        for eq in (*program.equations, *gradients.program.equations):
            found = {n: rows for n, rows in enumerated(eq, numbers).items() if rows}
            assert found == {n: sorted(rows) for n, rows in expected[eq.target.name].items()}, (numbers, eq)


def test_the_gradient_by_the_image_is_stated_without_dilation_as_delta_times_a_shifted_kernel():
    """∂L/∂a[k] = Σ_i δ[i]·w[k + p − s·i] where 0 ≤ k + p − s·i < K: u is solved for, whatever the stride."""
    _, gradients = convolution(dilation=1)
    (eq,) = (eq for eq in gradients.program.equations if eq.target.name == "dL_da")
    (term,) = eq.body.terms
    (i,) = term.bound
    (k,) = eq.axes
    found = {f.tensor.name: f.indices[0] for f, _ in term.powers}
    assert found == {"dL_dz": Affine(0, {i: 1}), "w": Affine(P, {k: 1, i: -1 * S})}
    assert {(b.kind, b.e) for b in term.brackets} == {
        (">=", Affine(P, {k: 1, i: -1 * S})),
        (">=", Affine(K - 1 - P, {k: -1, i: S})),
    }


def test_the_bracket_that_keeps_the_image_inside_is_dropped_where_it_is_proved():
    """0 ≤ k < H is known of the axis k itself, for every H."""
    _, gradients = convolution(stride=1, padding=0, dilation=1)
    (eq,) = (eq for eq in gradients.program.equations if eq.target.name == "dL_da")
    (term,) = eq.body.terms
    assert len(term.brackets) == 2


@pytest.mark.parametrize("numbers", [(5, 3, 2, 0, 1), (4, 2, 3, 1, 2)])
def test_the_concrete_derivation_is_the_symbolic_one_at_its_numbers(numbers):
    height, kernel, s, p, d = numbers
    windows = Geometry(None, (1, height), 1, (1, kernel), (1, s), (0, p), (1, d)).windows[1]
    program, gradients = convolution(height, kernel, s, p, d, windows)
    symbolic_program, symbolic = convolution()
    values = dict(zip("HKspdO", (*numbers, windows), strict=True))
    pairs = zip(
        (*program.equations, *gradients.program.equations),
        (*symbolic_program.equations, *symbolic.program.equations),
        strict=True,
    )
    for concrete, general in pairs:
        assert enumerated(concrete, {}) == enumerated(general, values)


def test_a_mean_over_a_symbolic_axis_divides_by_its_size():
    x = Tensor("x", (H,), "input")
    loss = Tensor("L", (), "objective")
    from symgrad.algebra.written import Quantity

    mean = define(loss, lambda: total(H, lambda i: x[i] ** 2) / Quantity(H))
    (eq,) = sweep(Program((equation(mean),)), (), loss, (x,)).program.equations
    (term,) = eq.body.terms
    assert term.coefficient == 2
    assert term.bound == ()
    assert {(type(f).__name__, e) for f, e in term.powers} == {("Entry", 1), ("SizeFactor", -1)}
    assert [f.indices for f, _ in term.powers if isinstance(f, Entry)] == [(Affine(0, {eq.axes[0]: 1}),)]


def test_a_bracket_with_a_symbolic_coefficient_is_kept_and_not_divided_by():
    i, x = Index(O, "i"), Index(H, "x")
    bracket = tidied("=", Affine(0, {i: S, x: -1}))
    assert bracket.e.coefficients == {i: S, x: -1}
    assert list(box(())) == [()]
