"""Convolutions, linear layers, activations, squares and two layers: what is true of them, entry by entry.

The sums come from loops over whole numbers. It imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from oracles.derivations import Derivation, E, L, count, key, letters, slope_of, unknown_loss, worlds
from oracles.handwriting import Call, Entry, Frac, Node, Num, Partial, add, mul, num, power
from oracles.pens import Letter
from oracles.points import Key
from oracles.unrolled import Geometry, triples


def _place(shape: tuple[int, ...], flat: int) -> tuple[int, ...]:
    found: list[int] = []
    for size in reversed(shape):
        flat, digit = divmod(flat, size)
        found.append(digit)
    return tuple(reversed(found))


def _geometry(random: Random) -> Geometry:
    while True:
        channels = random.random() < 0.25
        high = 4 if channels else 5
        groups = random.choice([1, 1, 2]) if channels else 1
        g = Geometry(
            channels=random.choice([1, 2]) * groups if channels else None,
            image=(random.randint(2, high), random.randint(2, high)),
            outputs=random.choice([1, 2]) * groups if channels else 1,
            kernel=(random.randint(1, 3), random.randint(2, 3)),
            stride=(random.randint(1, 2), random.randint(1, 2)),
            padding=(random.choice([0, 0, 1]), random.choice([0, 0, 1])),
            dilation=(random.choice([1, 1, 1, 2]), random.choice([1, 1, 1, 2])),
            groups=groups,
        )
        fits = all(
            n + 2 * p >= d * (k - 1) + 1 and p < k
            for n, k, p, d in zip(g.image, g.kernel, g.padding, g.dilation, strict=True)
        )
        if fits and 2 <= g.windows[0] * g.windows[1] <= 12 and (not g.channels or g.windows[0] < 5):
            return g


CONVOLUTION = (
    {"a": "a", "w": "w", "b": "b", "z": "z"},
    {"a": "a", "w": "w", "b": "b", "z": "z"},
    {"a": "x", "w": "w", "b": "b", "z": "z"},
    {"a": "x", "w": "k", "b": "b", "z": "o"},
)
OWN_CONVOLUTION = (
    *CONVOLUTION,
    {"a": "X", "w": "F", "b": "B", "z": "O"},
    {"a": "x", "w": "k", "b": "b", "z": "y"},
    {"a": "I", "w": "K", "b": "\\beta", "z": "S"},
)


def _products(
    random: Random,
    family: str,
    triple: list[tuple[int, int, int]],
    shapes: dict[str, tuple[int, ...]],
    names: Mapping[str, str],
    net: str | None,
    bias: Callable[[int], int] | None,
    flat: bool,
) -> Derivation:
    """z = Σ a·w (+ b): the claims about it, from the triples (z, a, w) of flat positions."""
    full = dict(shapes)
    if flat and net is None:
        full = {role: (count(shape),) if len(shape) == 2 else shape for role, shape in shapes.items()}

    def entry(role: str, position: int) -> Entry:
        if role == "b" and full["b"] == ():
            return E("b")
        return E(role, _place(full[role], position))

    forward: list[tuple[Key, Node]] = []
    bodies: dict[Entry, Node] = {}
    for z in range(count(shapes["z"])):
        products = [mul(entry("a", a), entry("w", w)) for k, a, w in triple if k == z]
        body = add(*products, *([entry("b", bias(z))] if bias else []))
        bodies[entry("z", z)] = body
        forward.append((key(entry("z", z)), body))
    slopes, loss = unknown_loss("z", full["z"])
    given = {"a": full["a"], "w": full["w"], slopes: full["z"]} | ({"b": full["b"]} if bias else {})
    upstream = {z: Partial(L, entry("z", z)) for z in range(count(shapes["z"]))}
    kinds = ["w", "w", "a", "a"] + (["z"] if net else []) + (["b"] if bias else [])
    kind = random.choice(kinds)
    form = "scalar"
    members: tuple[Node, ...]
    if kind == "z":
        target, body = random.choice(list(bodies.items()))
        left: Node = target
        members = (body,)
    else:
        position, other = {"w": (2, 1), "a": (1, 2), "b": (0, 0)}[kind]
        if kind == "b":
            assert bias
            chosen = bias(random.randrange(count(shapes["z"])))
            users = [(z, None) for z in upstream if bias(z) == chosen]
        else:
            chosen = random.choice(triple)[position]
            role = "a" if kind == "w" else "w"
            users = [(t[0], entry(role, t[other])) for t in triple if t[position] == chosen]
        source = entry(kind, chosen)
        left = Partial(L, source)
        body = add(*(mul(upstream[z], factor) if factor else upstream[z] for z, factor in users))
        if random.random() < 0.5 and kind != "b":
            body = add(*(mul(factor, upstream[z]) for z, factor in users if factor))
        members = (body,)
        if random.random() < 0.4:
            paths = add(*(mul(upstream[z], Partial(entry("z", z), source)) for z, _ in users))
            members = random.choice([(paths, body), (paths, body), (paths,)])
            form = "chain"
    used = {"a", "w", "z"} | ({"b"} if bias else set())
    return Derivation(
        family=family,
        form=form,
        letters=letters(**{role: names[role] for role in sorted(used)}),
        shapes={role: shape for role, shape in full.items() if role in used},
        target=left,
        members=members,
        worlds=worlds(random, given, [*forward, (("L", ()), loss)], full),
        net=net,
        declared=() if net else tuple(role for role in ("a", "w", "b") if role in used),
        definitions=() if net else tuple(bodies.items()),
        habits={"indexing": "flat"} if flat else {},
    ).checked()


def convolution(random: Random, own: bool = False) -> Derivation:
    g = _geometry(random)
    rows, columns = g.windows
    bias = random.random() < 0.5
    text = g.text if bias else g.text.removesuffix(")") + ", bias=false)"
    members = (g.channels or 1) // g.groups
    shapes: dict[str, tuple[int, ...]]
    if g.channels:
        shapes = {
            "a": (g.channels, *g.image),
            "w": (g.outputs, members, *g.kernel),
            "z": (g.outputs, rows, columns),
            "b": (g.outputs,),
        }
    else:
        shapes = {"a": g.image, "w": g.kernel, "z": (rows, columns), "b": () if own else (1,)}
    return _products(
        random,
        "convolution, own definitions" if own else "convolution",
        list(triples(g)),
        shapes,
        random.choice(OWN_CONVOLUTION if own else CONVOLUTION),
        None if own else text,
        (lambda z: z // (rows * columns)) if bias else None,
        flat=not g.channels and random.random() < 0.5,
    )


def own_convolution(random: Random) -> Derivation:
    return convolution(random, own=True)


LINEAR = (
    {"a": "a", "w": "w", "b": "b", "z": "z"},
    {"a": "x", "w": "w", "b": "b", "z": "z"},
)
OWN_LINEAR = (*LINEAR, {"a": "x", "w": "W", "b": "b", "z": "y"}, {"a": "u", "w": "A", "b": "c", "z": "v"})


def linear(random: Random, own: bool = False) -> Derivation:
    n, m = random.randint(2, 5), random.randint(2, 4)
    bias = random.random() < 0.7
    return _products(
        random,
        "linear, own definitions" if own else "linear",
        [(i, j, i * n + j) for i in range(m) for j in range(n)],
        {"a": (n,), "w": (m, n), "z": (m,), "b": (m,)},
        random.choice(OWN_LINEAR if own else LINEAR),
        None if own else f"input({n}) | linear({m}{'' if bias else ', bias=false'})",
        (lambda z: z) if bias else None,
        flat=random.random() < 0.3,
    )


def own_linear(random: Random) -> Derivation:
    return linear(random, own=True)


# Activations and losses of networks.

ACTIVATIONS = ("relu", "sigma", "tanh", "f")


def network_text(name: str) -> str:
    return {"sigma": "sigmoid", "f": "activation(f)"}.get(name, name)


def activation(random: Random) -> Derivation:
    """A network that is a single activation: ∂L/∂a = ∂L/∂h · f′(a)."""
    n, name = random.randint(2, 4), random.choice(ACTIVATIONS)
    i = random.randrange(n)
    a, h = E("a", (i,)), E("h", (i,))
    slopes, loss = unknown_loss("h", (n,))
    forward = [(("h", (k,)), Call(name, E("a", (k,)))) for k in range(n)]
    up = Partial(L, h)
    slope = slope_of(random, name, a, h)
    target: Node = Partial(L, a)
    members: tuple[Node, ...] = (mul(up, slope),)
    if random.random() < 0.3:
        members = (mul(up, Partial(h, a)), *members)
    elif random.random() < 0.2:
        target, members = Partial(h, a), (slope,)
    shapes = {"a": (n,), "h": (n,)}
    return Derivation(
        "activation",
        "chain" if len(members) > 1 else "scalar",
        letters(a="a", h="h"),
        shapes,
        target,
        members,
        worlds(random, {"a": (n,), slopes: (n,)}, [*forward, (("L", ()), loss)], shapes),
        net=f"input({n}) | {network_text(name)}",
    ).checked()


def squares(random: Random) -> Derivation:
    """A network with mse: ∂L/∂z = 2/n (z − y), and what follows for w and b."""
    n, m = random.randint(2, 3), random.randint(2, 4)
    kind = random.choice(["", "(sum)", "(half)", "(sum, half)"])
    scale = Fraction(1, 1 if "sum" in kind else m) / (2 if "half" in kind else 1)
    shapes = {"a": (n,), "w": (m, n), "b": (m,), "z": (m,), "y": (m,)}
    forward: list[tuple[Key, Node]] = []
    for i in range(m):
        body = add(*(mul(E("w", (i, j)), E("a", (j,))) for j in range(n)), E("b", (i,)))
        forward.append((("z", (i,)), body))
    miss = {i: add(E("z", (i,)), (-1, E("y", (i,)))) for i in range(m)}
    loss = mul(Num(scale), add(*(power(miss[i], 2) for i in range(m))))
    i, j = random.randrange(m), random.randrange(n)
    delta = mul(Num(2 * scale), miss[i])
    if scale.denominator > 1 and 2 * scale != 1 and random.random() < 0.3:
        delta = Frac(mul(num((2 * scale).numerator), miss[i]), num((2 * scale).denominator))
    z = E("z", (i,))
    match random.choice(["z", "w", "b", "L", "a"]):
        case "z":
            target: Node = Partial(L, z)
            members: tuple[Node, ...] = (delta,)
        case "w":
            target = Partial(L, E("w", (i, j)))
            members = random.choice(
                [
                    (mul(delta, E("a", (j,))),),
                    (mul(Partial(L, z), Partial(z, E("w", (i, j)))), mul(delta, E("a", (j,)))),
                ]
            )
        case "b":
            target, members = Partial(L, E("b", (i,))), (delta,)
        case "a":
            target = Partial(L, E("a", (j,)))
            members = (add(*(mul(Num(2 * scale), miss[k], E("w", (k, j))) for k in range(m))),)
        case _:
            target = L
            members = (loss,)
    return Derivation(
        "mse",
        "chain" if len(members) > 1 else "scalar",
        letters(a=random.choice("ax"), w="w", b="b", z="z", y="y"),
        shapes,
        target,
        members,
        worlds(random, {role: shapes[role] for role in "awby"}, [*forward, (("L", ()), loss)], shapes),
        net=f"input({n}) | linear({m}) | mse{kind}",
        habits={"indexing": "flat"} if random.random() < 0.3 else {},
    ).checked()


LAYERED = {
    "a0": Letter("a", "(0)", "a0"),
    "w1": Letter("w", "(1)", "w1"),
    "b1": Letter("b", "(1)", "b1"),
    "z1": Letter("z", "(1)", "z1"),
    "a1": Letter("a", "(1)", "a1"),
    "w2": Letter("w", "(2)", "w2"),
    "b2": Letter("b", "(2)", "b2"),
    "z2": Letter("z", "(2)", "z2"),
    "a2": Letter("a", "(2)", "a2"),
    "y": Letter("y"),
    "L": Letter("L"),
}
OWN_LAYERED = (
    LAYERED
    | {
        "a0": Letter("x"),
        "a2": Letter("\\hat y", text="p"),
        "d1": Letter("\\delta", "(1)", "delta1"),
        "d2": Letter("\\delta", "(2)", "delta2"),
    },
    {
        "a0": Letter("x"),
        "w1": Letter("w"),
        "b1": Letter("b"),
        "z1": Letter("z"),
        "a1": Letter("h"),
        "w2": Letter("v"),
        "b2": Letter("c"),
        "z2": Letter("s"),
        "a2": Letter("p"),
        "y": Letter("y"),
        "L": Letter("L"),
        "d1": Letter("\\delta", text="delta"),
        "d2": Letter("\\epsilon", text="eps"),
    },
    {
        "a0": Letter("x"),
        "w1": Letter("u"),
        "b1": Letter("b"),
        "z1": Letter("a"),
        "a1": Letter("h"),
        "w2": Letter("w"),
        "b2": Letter("c"),
        "z2": Letter("o"),
        "a2": Letter("\\hat{y}", text="yhat"),
        "y": Letter("t"),
        "L": Letter("E"),
        "d1": Letter("\\gamma", text="gamma"),
        "d2": Letter("\\delta", text="delta"),
    },
)


def layers(random: Random, own: bool = False) -> Derivation:
    """Two linear layers with activations, and a loss: gradients through both."""
    n, m, k = random.randint(2, 3), random.randint(2, 3), random.randint(1 if own else 2, 2)
    f = random.choice(["relu", "sigma", "tanh", "f", "sigma"])
    g = random.choice([None, "sigma", "tanh"]) if own else None
    loss_kind = random.choice(["unknown", "half", "sum"])
    shapes = {
        "a0": (n,), "w1": (m, n), "b1": (m,), "z1": (m,), "a1": (m,),
        "w2": (k, m), "b2": (k,), "z2": (k,), "a2": (k,), "y": (k,), "d1": (m,), "d2": (k,),
    }  # fmt: skip
    single = own and k == 1

    def e(role: str, *at: int) -> Entry:
        if single and role in ("b2", "z2", "a2", "y", "d2"):
            return E(role)
        if single and role == "w2":
            return E(role, at[1:])
        return E(role, at)

    if single:
        shapes |= {"w2": (m,), "b2": (), "z2": (), "a2": (), "y": (), "d2": ()}
    definitions: list[tuple[Entry, Node]] = []
    for i in range(m):
        body = add(*(mul(e("w1", i, j), e("a0", j)) for j in range(n)), e("b1", i))
        definitions += [(e("z1", i), body), (e("a1", i), Call(f, e("z1", i)))]
    out = "a2" if g else "z2"
    for i in range(k):
        body = add(*(mul(e("w2", i, j), e("a1", j)) for j in range(m)), e("b2", i))
        definitions.append((e("z2", i), body))
        if g:
            definitions.append((e("a2", i), Call(g, e("z2", i))))
    outs = [e(out, i) for i in range(k)]
    missing = [add(outs[i], (-1, e("y", i))) for i in range(k)]
    given = {role: shapes[role] for role in ("a0", "w1", "b1", "w2", "b2", "y")}
    printed_loss = loss_kind != "unknown"
    if loss_kind == "unknown":
        slopes, loss = unknown_loss(out, shapes[out])
        given[slopes] = shapes[out]
        net_loss = ""
        upstream: list[Node] = [Partial(L, x) for x in outs]
    elif loss_kind == "half":
        loss = add(*(mul(num(1, 2), power(x, 2)) for x in missing))
        if k > 1 and random.random() < 0.5:
            loss = mul(num(1, 2), add(*(power(x, 2) for x in missing)))
        net_loss = " | mse(sum, half)"
        upstream = list(missing)
    else:
        loss = add(*(power(x, 2) for x in missing))
        net_loss = " | mse(sum)"
        upstream = [mul(num(2), x) for x in missing]
    # Names for derivatives, in documents that define them.
    delta = own and random.random() < 0.5
    d2 = [e("d2", i) if delta else Partial(L, e("z2", i)) for i in range(k)]
    d1 = [e("d1", i) if delta else Partial(L, e("z1", i)) for i in range(m)]
    shorthands: dict[Key, Node] = {}
    printed = list(definitions) + ([(L, loss)] if printed_loss else [])
    if delta:
        named = [(e("d2", i), Partial(L, e("z2", i))) for i in range(k)]
        named += [(e("d1", i), Partial(L, e("z1", i))) for i in range(m)]
        shorthands = {key(left): right for left, right in named}
        printed += named
    i, j, o = random.randrange(m), random.randrange(n), random.randrange(k)
    slope1 = slope_of(random, f, e("z1", i), e("a1", i))
    slope2 = slope_of(random, g, e("z2", o), e("a2", o)) if g else num(1)
    back = add(*(mul(d2[p], e("w2", p, i)) for p in range(k)))
    chains: tuple[Node, ...]
    match random.choice(["d2", "d1", "d1", "d1", "w2", "b2", "a1", "w1", "b1", "a0", "z"]):
        case "d2":
            target: Node = Partial(L, e("z2", o))
            body = mul(upstream[o], slope2) if g or printed_loss else upstream[o]
            if not g and not printed_loss:
                target, body = Partial(L, e("w2", o, i)), mul(upstream[o], e("a1", i))
            chains = (body,)
            if delta and isinstance(target, Partial) and target.of == L and target.by.role == "z2":
                target = random.choice([target, e("d2", o)])
        case "d1":
            target = random.choice([Partial(L, e("z1", i)), d1[i]])
            chains = (mul(back, slope1),)
            if random.random() < 0.3:
                paths = mul(
                    add(*(mul(d2[p], Partial(e("z2", p), e("a1", i))) for p in range(k))),
                    Partial(e("a1", i), e("z1", i)),
                )
                chains = (paths, *chains)
        case "w2":
            target = Partial(L, e("w2", o, i))
            chains = (mul(d2[o], e("a1", i)),)
            if (g or printed_loss) and random.random() < 0.4:
                chains = (mul(upstream[o], slope2, e("a1", i)),)
        case "b2":
            target = Partial(L, e("b2", o))
            chains = (mul(upstream[o], slope2) if g or printed_loss else d2[o],)
        case "a1":
            target = Partial(L, e("a1", i))
            chains = (back,)
            if random.random() < 0.4:
                paths = add(*(mul(d2[p], Partial(e("z2", p), e("a1", i))) for p in range(k)))
                chains = (paths, back)
        case "w1":
            target = Partial(L, e("w1", i, j))
            chains = random.choice([(mul(d1[i], e("a0", j)),), (mul(back, slope1, e("a0", j)),)])
            if random.random() < 0.3:
                chains = (mul(d1[i], Partial(e("z1", i), e("w1", i, j))), *chains)
        case "b1":
            target = Partial(L, e("b1", i))
            chains = (mul(back, slope1),)
        case "a0":
            target = Partial(L, e("a0", j))
            chains = (add(*(mul(d1[p], e("w1", p, j)) for p in range(m))),)
        case _:
            # A forward equation is a claim only beside a network; a document's is its definition.
            if own:
                target = Partial(e("z2", o), e("z1", i))
                chains = (mul(e("w2", o, i), slope1),)
            else:
                target = e("z2", o)
                chains = (dict(definitions)[e("z2", o)],)
    raw = []
    for name in (f, g):
        if own and name:
            raw.append(name)
    used = (
        ["a0", "w1", "b1", "z1", "a1", "w2", "b2", "z2"]
        + (["a2"] if g else [])
        + (["y"] if printed_loss else [])
    )
    used += ["d1", "d2"] if delta else []
    names = random.choice(OWN_LAYERED) if own else LAYERED
    net = f"input({n}) | linear({m}) | {network_text(f)} | linear({k}){net_loss}"
    return Derivation(
        "two layers, own definitions" if own else "two layers",
        "chain" if len(chains) > 1 else "scalar",
        names,
        {role: shapes[role] for role in used},
        target,
        chains,
        worlds(
            random, given, [*((key(a), b) for a, b in definitions), (("L", ()), loss)], shapes, shorthands
        ),
        net=None if own else net,
        declared=tuple(r for r in ("a0", "w1", "b1", "w2", "b2", "y") if own and r in used),
        raw=tuple(dict.fromkeys(raw)),
        definitions=tuple(printed) if own else (),
        habits={"indexing": "flat"} if not own and random.random() < 0.3 else {},
    ).checked()


def own_layers(random: Random) -> Derivation:
    return layers(random, own=True)
