import numpy as np
import pytest

from symgrad.algebra.affine import Index
from symgrad.algebra.brackets import at_least
from symgrad.algebra.differentiate import derivative
from symgrad.algebra.functions import abstract, tanh
from symgrad.algebra.program import equation
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import layouts
from symgrad.algebra.written import PI, Definition, define, inside, maximum, same, total
from symgrad.errors import ValuesError
from symgrad.evaluate import tables
from symgrad.evaluate.tables import Block, everywhere, unknown_functions

A = Tensor("a", (7,), "input")
B = Tensor("b", (7,), "input")
W = Tensor("w", (3,), "parameter")


def block(definition):
    eq = equation(definition)
    return Block(layouts(eq.body, eq.axes), everywhere(eq.axes))


def target(*shape):
    return Tensor("t", shape, "intermediate")


def rows(count, entries, seed=0):
    return np.random.default_rng(seed).normal(size=(count, entries))


# what each equation says, said again as loops over one sample
CASES = {
    "convolution, padded": (
        define(target(7), lambda i: total(3, lambda u: inside((i + u - 1, 7)) * A[i + u - 1] * W[u])),
        lambda a, b, w: [sum(a[i + u - 1] * w[u] for u in range(3) if 0 <= i + u - 1 < 7) for i in range(7)],
    ),
    "stride": (
        define(target(3), lambda i: total(3, lambda u: A[2 * i + u] * W[u])),
        lambda a, b, w: [sum(a[2 * i + u] * w[u] for u in range(3)) for i in range(3)],
    ),
    "a square under a border": (
        define(target(7), lambda i: total(3, lambda u: inside((i + u - 1, 7)) * (A[i + u - 1] - B[i]) ** 2)),
        lambda a, b, w: [
            sum((a[i + u - 1] - b[i]) ** 2 for u in range(3) if 0 <= i + u - 1 < 7) for i in range(7)
        ],
    ),
    "a function of a sum": (
        define(target(2), lambda i: tanh(total(3, lambda u: A[i + u] * W[u])) ** 2 / 3 - A[i]),
        lambda a, b, w: [np.tanh(sum(a[i + u] * w[u] for u in range(3))) ** 2 / 3 - a[i] for i in range(2)],
    ),
    "three factors": (
        define(target(3), lambda i: total(4, lambda u: A[i + u] * B[i + u] * W[i])),
        lambda a, b, w: [sum(a[i + u] * b[i + u] * w[i] for u in range(4)) for i in range(3)],
    ),
    "a constant and pi": (
        define(target(2), lambda i: PI * A[i] + 5 + PI**2),
        lambda a, b, w: [np.pi * a[i] + 5 + np.pi**2 for i in range(2)],
    ),
    "a count": (
        define(target(4), lambda i: total(4, lambda j: inside((i - j, 4)) * A[i])),
        lambda a, b, w: [(i + 1) * a[i] for i in range(4)],
    ),
    "nothing but brackets": (
        define(target(4), lambda i: total(4, lambda j: inside((i - j, 4)))),
        lambda a, b, w: [i + 1 for i in range(4)],
    ),
    "points without products": (
        define(target(4), lambda i: total(7, lambda j: same(2 * j, i) * A[j] * B[j])),
        lambda a, b, w: [a[i // 2] * b[i // 2] if i % 2 == 0 else 0 for i in range(4)],
    ),
    "a maximum": (
        define(target(3), lambda i: maximum(2, lambda u: A[2 * i + u]) * W[i]),
        lambda a, b, w: [max(a[2 * i], a[2 * i + 1]) * w[i] for i in range(3)],
    ),
    "a single number": (
        define(target(), lambda: total(7, lambda i: (A[i] - B[i]) ** 2) / 7),
        lambda a, b, w: sum((a[i] - b[i]) ** 2 for i in range(7)) / 7,
    ),
    "a reversed copy": (define(target(7), lambda i: A[6 - i]), lambda a, b, w: a[::-1]),
}


@pytest.mark.parametrize("batched", ["a", "ab", "abw", "w", ""])
@pytest.mark.parametrize("name", CASES)
def test_tables_say_what_the_loops_say(name, batched):
    definition, loops = CASES[name]
    env = {"a": rows(5, 7), "b": rows(5, 7, 1), "w": rows(5, 3, 2)}
    env = {key: value if key in batched else value[:1] for key, value in env.items()}
    each = [[(v[n] if len(v) > 1 else v[0]) for v in env.values()] for n in range(5)]
    expected = np.array([np.ravel(loops(*sample)) for sample in each])
    made = block(definition)
    values = np.broadcast_to(made.values(env, {}), expected.shape)
    assert values == pytest.approx(expected, rel=1e-13, abs=1e-13)
    sums = made.sums(env, {}, 5)
    assert sums.shape == (1, expected.shape[1])
    assert sums[0] == pytest.approx(expected.sum(axis=0), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_small_pieces_and_no_matrices_say_the_same(name, monkeypatch):
    definition, _ = CASES[name]
    env = {"a": rows(9, 7), "b": rows(9, 7, 1), "w": rows(1, 3, 2)}
    whole = block(definition)
    monkeypatch.setattr(tables, "_MOST_GATHERED", 8)
    monkeypatch.setattr(tables, "_SAMPLES_AT_ONCE", 2)
    monkeypatch.setattr(tables, "_LARGEST_MATRIX", 0)
    pieces = block(definition)
    assert pieces.values(env, {}) == pytest.approx(whole.values(env, {}), rel=1e-13, abs=1e-13)
    assert pieces.sums(env, {}, 9) == pytest.approx(whole.sums(env, {}, 9), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_a_batch_of_none_gives_none(name):
    env = {"a": rows(0, 7), "b": rows(0, 7), "w": rows(1, 3)}
    made = block(CASES[name][0])
    assert len(made.values(env, {})) in (0, 1)  # 1 where no sample is read
    assert not made.sums(env, {}, 0).any()


def test_an_infinity_reaches_only_the_points_that_read_it():
    made = block(CASES["stride"][0])
    a = rows(4, 7)
    a[2, 0] = np.inf
    with np.errstate(invalid="ignore"):
        values = made.values({"a": a, "w": rows(1, 3)}, {})
    assert np.isinf(values[2, 0])
    assert np.isfinite(np.delete(values.ravel(), 2 * 3)).all()


def test_the_first_of_equal_maximisers_is_chosen_and_a_border_never_is():
    axes = i, j = Index(3, "i"), Index(7, "j")
    pool = maximum(3, lambda u: A[2 * i + u - 1], lambda u: (at_least(2 * i + u, 1),))
    eq = equation(Definition(target(3), (i,), pool))
    made = Block(layouts(derivative(eq.body, A, (j * 1,)), axes), everywhere(axes))
    a = np.array([[-5, -5, 2, 2, 1, 0, 3.0], [-1, -2, -3, -4, -5, -6, -6]])
    chosen = made.values({"a": a}, {}).reshape(2, 3, 7)
    assert chosen.argmax(axis=2).tolist() == [[0, 2, 3], [0, 1, 3]]
    assert chosen.sum(axis=2).tolist() == [[1, 1, 1]] * 2


def test_unknown_functions_are_named_and_asked():
    f = abstract("f")
    eq = equation(define(target(7), lambda i: f(A[i]) * tanh(f(B[i]) + A[i])))
    assert unknown_functions(eq.body) == ["f"]
    made = Block(layouts(eq.body, eq.axes), everywhere(eq.axes))
    env = {"a": rows(3, 7), "b": rows(3, 7, 1)}
    expected = env["a"] ** 2 * np.tanh(env["b"] ** 2 + env["a"])
    assert made.values(env, {"f": lambda x: x**2}) == pytest.approx(expected, rel=1e-14)
    assert made.values(env, {"f": lambda x: 2}) == pytest.approx(2 * np.tanh(2 + env["a"]), rel=1e-14)
    for wrong in (lambda x: x[0, :2], lambda x: "text", lambda x: x.astype(complex)):
        with pytest.raises(ValuesError, match="the function f was given"):
            made.values(env, {"f": wrong})
