"""Claims in index form, one for every value of their free letters, and in matrix form.

It imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from random import Random

from oracles.derivations import Derivation, E, L, letters, places, slope_of, spread, unknown_loss, worlds
from oracles.handwriting import (
    Affine,
    Call,
    Frac,
    Had,
    Node,
    Norm,
    Partial,
    Sigma,
    Turned,
    add,
    letter,
    mul,
    neg,
    num,
    power,
)
from oracles.pens import Letter
from oracles.points import Key, Ranges

i, j, k, l, u, v, n_ = (letter(name) for name in "ijkluvn")


def index_convolution(random: Random) -> Derivation:
    s, d = random.choice([1, 2]), random.choice([1, 1, 2])
    kernel = (2, random.choice([2, 3]))
    out = (2, random.choice([2, 3]))
    image = tuple(s * (o - 1) + d * (q - 1) + 1 for o, q in zip(out, kernel, strict=True))
    names = random.choice(
        [
            letters(a="a", w="w", z="z"),
            letters(a="x", w="w", z="y"),
            letters(a="X", w="F", z="O"),
            letters(a="x", w="k", z="z"),
        ]
    )

    def at(position: Affine, offset: Affine) -> Affine:
        return Affine(0, ((position.parts[0][0], s), (offset.parts[0][0], d)))

    forward = Sigma((("u", kernel[0]), ("v", kernel[1])), mul(E("w", (u, v)), E("a", (at(i, u), at(j, v)))))
    sizes = (("i", out[0]), ("j", out[1]))
    shapes = {"a": image, "w": kernel, "z": out}
    definitions = spread(E("z", (i, j)), forward, sizes)
    slopes, loss = unknown_loss("z", out)
    window = (("u", kernel[0]), ("v", kernel[1]))
    if random.random() < 0.6:
        target: Node = Partial(L, E("w", (u, v)))
        members: tuple[Node, ...] = (
            Sigma(sizes, mul(Partial(L, E("z", (i, j))), E("a", (at(i, u), at(j, v))))),
        )
        if random.random() < 0.3:
            members = (
                Sigma(sizes, mul(Partial(L, E("z", (i, j))), Partial(E("z", (i, j)), E("w", (u, v))))),
                *members,
            )
        free = window
    else:
        # A single entry, written out: the index form is given, one entry of the gradient is claimed.
        p, q = random.randrange(kernel[0]), random.randrange(kernel[1])
        target = Partial(L, E("w", (p, q)))
        members = (
            add(
                *(
                    mul(Partial(L, E("z", (x, y))), E("a", (s * x + d * p, s * y + d * q)))
                    for x, y in product(range(out[0]), range(out[1]))
                )
            ),
        )
        free = ()
    return Derivation(
        "convolution, index form",
        "index",
        names,
        shapes,
        target,
        members,
        worlds(random, {"a": image, "w": kernel, slopes: out}, [*definitions, (("L", ()), loss)], shapes),
        declared=("a", "w", "z"),
        ranges=(*sizes, *window),
        definitions=((E("z", (i, j)), forward),),
        free=free,
        text=False,
    ).checked()


def index_linear(random: Random) -> Derivation:
    """A layer for each sample n of a batch, or for a single one."""
    batch, rows, columns = random.randint(2, 3), random.randint(2, 3), random.randint(2, 3)
    many = random.random() < 0.5
    f = random.choice([None, "tanh", "sigma", "f"])
    names = random.choice(
        [
            letters(x="x", w="w", b="b", z="z", h="h"),
            letters(x="x", w="W", b="b", z="z", h="a"),
            letters(x="u", w="A", b="c", z="v", h="h"),
        ]
    )
    first: tuple[Affine, ...] = (n_,) if many else ()
    samples: Ranges = (("n", batch),) if many else ()
    z, h, x = E("z", (*first, i)), E("h", (*first, i)), E("x", (*first, j))
    body = add(Sigma((("j", columns),), mul(E("w", (i, j)), x)), E("b", (i,)))
    sizes = (*samples, ("i", rows))
    lead = (batch,) if many else ()
    shapes = {
        "x": (*lead, columns),
        "w": (rows, columns),
        "b": (rows,),
        "z": (*lead, rows),
        "h": (*lead, rows),
    }
    concrete = spread(z, body, sizes)
    printed: list[tuple[Node, Node]] = [(z, body)]
    last = "z"
    if f:
        concrete += spread(h, Call(f, z), sizes)
        printed.append((h, Call(f, z)))
        last = "h"
    slopes, loss = unknown_loss(last, shapes[last])
    gz: Node = Partial(L, z)

    def over(body: Node) -> Node:
        return Sigma(samples, body) if many else body

    claims: list[tuple[Node, tuple[Node, ...], Ranges]] = [
        (Partial(L, E("w", (i, j))), (over(mul(gz, x)),), (("i", rows), ("j", columns))),
        (Partial(L, x), (Sigma((("i", rows),), mul(gz, E("w", (i, j)))),), (*samples, ("j", columns))),
        (
            Partial(L, x),
            (Sigma((("i", rows),), mul(gz, Partial(z, x))), Sigma((("i", rows),), mul(gz, E("w", (i, j))))),
            (*samples, ("j", columns)),
        ),
    ]
    if many:
        claims.append((Partial(L, E("b", (i,))), (over(gz),), (("i", rows),)))
    if f:
        slope = slope_of(random, f, z, h)
        claims.append((Partial(L, z), (mul(Partial(L, h), slope),), sizes))
        claims.append(
            (Partial(L, E("w", (i, j))), (over(mul(Partial(L, h), slope, x)),), (("i", rows), ("j", columns)))
        )
    target, members, free = random.choice(claims)
    given = {role: shapes[role] for role in "xwb"} | {slopes: shapes[last]}
    used = ("x", "w", "b", "z") + (("h",) if f else ())
    return Derivation(
        "linear, index form",
        "index",
        names,
        {role: shapes[role] for role in used},
        target,
        members,
        worlds(random, given, [*concrete, (("L", ()), loss)], shapes),
        declared=("x", "w", "b"),
        ranges=(*samples, ("i", rows), ("j", columns)),
        raw=("sigma",) if f == "sigma" else (),
        definitions=tuple(printed),
        free=free,
        text=False,
    ).checked()


def index_losses(random: Random) -> Derivation:
    """Squares, and softmax with cross entropy, for every class i."""
    size = random.randint(2, 4)
    r = (("i", size),)
    here = E("z", (i,)), E("y", (i,)), E("p", (i,))
    z, y, p = here

    def over(body: Node, name: str = "i") -> Node:
        return Sigma(((name, size),), body)

    given: dict[str, tuple[int, ...]] = {"z": (size,), "y": (size,)}
    hypotheses: tuple[tuple[Node, Node], ...] = ()
    printed: list[tuple[Node, Node]]
    whole: Callable[[dict[Key, float]], None] | None = None
    names = random.choice(
        [letters(z="z", y="y", p="p"), letters(z="o", y="y", p="p"), letters(z="s", y="t", p="q")]
    )
    if random.random() < 0.4:
        scale = random.choice([num(1, size), num(1, 2), num(1)])
        miss = add(z, (-1, y))
        printed = [(L, mul(scale, over(power(miss, 2))))]
        target: Node = Partial(L, z)
        assert not isinstance(scale, Affine)
        members: tuple[Node, ...] = (mul(num(2 * scale.value.numerator, scale.value.denominator), miss),)
        free: Ranges = r
        concrete = [(("L", ()), printed[0][1])]
        used = ("z", "y")
    else:
        zk = E("z", (k,))
        bottom = Sigma((("k", size),), Call("exp", zk))
        printed = [(p, Frac(Call("exp", z), bottom)), (L, neg(over(mul(y, Call("log", p)))))]
        concrete = [*spread(p, printed[0][1], r), (("L", ()), printed[1][1])]
        hypotheses = ((over(y), num(1)),)

        def whole(values: dict[Key, float]) -> None:
            values["y", (size - 1,)] = 1 - sum(values["y", (q,)] for q in range(size - 1))

        claims: list[tuple[Node, tuple[Node, ...], Ranges]] = [
            (Partial(L, z), (add(p, (-1, y)),), r),
            (Partial(L, z), (add(Frac(Call("exp", z), bottom), (-1, y)), add(p, (-1, y))), r),
            (
                Partial(L, z),
                (
                    Sigma((("k", size),), mul(Partial(L, E("p", (k,))), Partial(E("p", (k,)), z))),
                    add(p, (-1, y)),
                ),
                r,
            ),
            (Partial(p, z), (mul(p, add(num(1), (-1, p))),), r),
            (Partial(L, p), (neg(Frac(y, p)),), r),
            (L, (add(Call("log", bottom), (-1, over(mul(y, z)))),), ()),
        ]
        target, members, free = random.choice(claims)
        used = ("z", "y", "p")
    shapes = dict.fromkeys(used, (size,))
    return Derivation(
        "losses, index form",
        "index",
        names,
        shapes,
        target,
        members,
        worlds(random, given, concrete, shapes, fixed=whole),
        declared=("z", "y"),
        ranges=(("i", size), ("k", size)),
        hypotheses=hypotheses,
        definitions=tuple(printed),
        free=free,
        habits={} if random.random() < 0.5 else {"limits": "full"},
        text=False,
    ).checked()


# Matrix form.


def matrices(random: Random) -> Derivation:
    """z = Wx + b, an activation, and a second layer."""
    n, m, q = random.sample([2, 3, 4], 3)
    f = random.choice(["sigma", "tanh", "f"])
    style = random.choice(["plain", "bold", "letters"])
    names = {
        "plain": {
            "x": "x",
            "W": "W",
            "b": "b",
            "z": "z",
            "h": "h",
            "V": "V",
            "c": "c",
            "o": "o",
            "d": "\\delta",
        },
        "bold": {
            "x": "\\mathbf{x}",
            "W": "\\mathbf{W}",
            "b": "\\mathbf{b}",
            "z": "\\mathbf{z}",
            "h": "\\mathbf{h}",
            "V": "\\mathbf{V}",
            "c": "\\mathbf{c}",
            "o": "\\mathbf{o}",
            "d": "\\boldsymbol{\\delta}",
        },
        "letters": {"x": "x", "W": "U", "b": "b", "z": "a", "h": "h", "V": "V", "c": "c", "o": "o", "d": "g"},
    }[style]
    shapes = {
        "x": (n,),
        "W": (m, n),
        "b": (m,),
        "z": (m,),
        "h": (m,),
        "V": (q, m),
        "c": (q,),
        "o": (q,),
        "d": (q,),
    }
    x, W, b, z, h, V, c, o, d = (E(role) for role in ("x", "W", "b", "z", "h", "V", "c", "o", "d"))
    concrete: list[tuple[Key, Node]] = [
        (("z", (r,)), add(*(mul(E("W", (r, t)), E("x", (t,))) for t in range(n)), E("b", (r,))))
        for r in range(m)
    ]
    concrete += [(("h", (r,)), Call(f, E("z", (r,)))) for r in range(m)]
    concrete += [
        (("o", (r,)), add(*(mul(E("V", (r, t)), E("h", (t,))) for t in range(m)), E("c", (r,))))
        for r in range(q)
    ]
    slopes, loss = unknown_loss("o", (q,))
    named = random.random() < 0.5
    do: Node = d if named else Partial(L, o)
    dz = Partial(L, z)
    slope: Node = Call(f, z, 1)
    if f == "tanh" and random.random() < 0.3:
        slope = Call(f, z, 1)
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(L, V), (mul(do, Turned(h)),)),
        (Partial(L, V), (mul(do, Turned(h)),)),
        (Partial(L, h), (mul(Turned(V), do),)),
        (Partial(L, h), (mul(Turned(V), do),)),
        (Partial(L, W), (mul(dz, Turned(x)),)),
        (Partial(L, x), (mul(Turned(W), dz),)),
        (Partial(L, z), (Had((Partial(L, h), slope)),)),
        (Partial(L, z), (Had((mul(Turned(V), do), slope)),)),
        (Partial(L, z), (Had((mul(Turned(V), do), slope)),)),
        (Partial(L, c), (do,)),
        (Partial(L, W), (mul(Had((mul(Turned(V), do), slope)), Turned(x)),)),
    ]
    target, members = random.choice(pairs)
    if members == (d,) or members == (do,):
        target, members = Partial(L, V), (mul(do, Turned(h)),)
    printed: list[tuple[Node, Node]] = [(z, add(mul(W, x), b)), (h, Call(f, z)), (o, add(mul(V, h), c))]
    if named:
        printed.append((d, Partial(L, o)))
    given = {role: shapes[role] for role in ("x", "W", "b", "V", "c")} | {slopes: (q,)}
    shorthands: dict[Key, Node] = {("d", (r,)): Partial(L, E("o", (r,))) for r in range(q)}
    return Derivation(
        "two layers, matrix form",
        "matrix",
        letters(**names),
        shapes if named else {role: shape for role, shape in shapes.items() if role != "d"},
        target,
        members,
        worlds(random, given, [*concrete, (("L", ()), loss)], shapes, shorthands),
        declared=("x", "W", "b", "V", "c"),
        raw=("sigma",) if f == "sigma" else (),
        definitions=tuple(printed),
        habits={"dot": " ", "brackets": random.choice(["plain", "left"])},
        text=False,
        symbolic={n: "n", m: "m", q: "q"} if random.random() < 0.5 else {},
    ).checked()


def batches(random: Random) -> Derivation:
    """Z = XW, samples in rows."""
    n, m, q = random.sample([2, 3, 4], 3)
    names = random.choice(
        [
            {"X": "X", "W": "W", "Z": "Z", "G": "G"},
            {"X": "\\mathbf{X}", "W": "\\mathbf{W}", "Z": "\\mathbf{Z}", "G": "\\mathbf{G}"},
            {"X": "A", "W": "W", "Z": "Z", "G": "G"},
        ]
    )
    shapes = {"X": (n, m), "W": (m, q), "Z": (n, q), "G": (n, q)}
    X, W, Z, G = (E(role) for role in "XWZG")
    concrete: list[tuple[Key, Node]] = [
        (("Z", (r, t)), add(*(mul(E("X", (r, p)), E("W", (p, t))) for p in range(m))))
        for r in range(n)
        for t in range(q)
    ]
    slopes, loss = unknown_loss("Z", (n, q))
    named = random.random() < 0.5
    up: Node = G if named else Partial(L, Z)
    target, members = random.choice(
        [(Partial(L, W), (mul(Turned(X), up),)), (Partial(L, X), (mul(up, Turned(W)),))]
    )
    shorthands: dict[Key, Node] = {("G", place): Partial(L, E("Z", place)) for place in places((n, q))}
    printed: list[tuple[Node, Node]] = [(Z, mul(X, W)), *([(G, Partial(L, Z))] if named else [])]
    return Derivation(
        "batch, matrix form",
        "matrix",
        letters(**names),
        {role: shape for role, shape in shapes.items() if named or role != "G"},
        target,
        members,
        worlds(
            random,
            {"X": (n, m), "W": (m, q), slopes: (n, q)},
            [*concrete, (("L", ()), loss)],
            shapes,
            shorthands,
        ),
        declared=("X", "W"),
        definitions=tuple(printed),
        habits={"dot": " ", "brackets": random.choice(["plain", "left"])},
        text=False,
        symbolic={n: "n", m: "d", q: "k"} if random.random() < 0.5 else {},
    ).checked()


def least_squares(random: Random) -> Derivation:
    """‖Xw − y‖² with and without a penalty, halved, meant."""
    n, m = random.sample([2, 3, 4], 2)
    names = random.choice(
        [
            {"X": "X", "w": "w", "y": "y"},
            {"X": "\\mathbf{X}", "w": "\\mathbf{w}", "y": "\\mathbf{y}"},
            {"X": "A", "w": "x", "y": "b"},
        ]
    )
    shapes = {"X": (n, m), "w": (m,), "y": (n,), "la": ()}
    X, w, y, la = E("X"), E("w"), E("y"), E("la")
    scale, ridge = random.choice([num(1), num(1, 2)]), random.random() < 0.5
    miss = add(mul(X, w), (-1, y))
    body = mul(scale, Norm(miss))
    twice = 2 * scale.value
    front = mul(num(twice.numerator, twice.denominator), Turned(X), miss)
    right = front
    if ridge:
        body = add(body, mul(scale, la, Norm(w)))
        right = add(front, mul(num(twice.numerator, twice.denominator), la, w))
    misses = [
        add(*(mul(E("X", (r, t)), E("w", (t,))) for t in range(m)), (-1, E("y", (r,)))) for r in range(n)
    ]
    parts = [mul(scale, power(miss_, 2)) for miss_ in misses]
    if ridge:
        parts += [mul(scale, la, power(E("w", (t,)), 2)) for t in range(m)]
    used = ("X", "w", "y") + (("la",) if ridge else ())
    return Derivation(
        "least squares, matrix form",
        "matrix",
        letters(**names) | {"la": Letter("\\lambda")},
        {role: shapes[role] for role in used},
        Partial(L, w),
        (right,),
        worlds(random, {role: shapes[role] for role in used}, [(("L", ()), add(*parts))], shapes),
        declared=used,
        definitions=((L, body),),
        habits={"dot": " ", "brackets": random.choice(["plain", "left"])},
        text=False,
        symbolic={n: "n", m: "d"} if random.random() < 0.5 else {},
    ).checked()
