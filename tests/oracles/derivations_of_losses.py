"""Losses, norms and batches that a document defines by itself: logarithms, exponentials, roots.

It imports nothing of ours.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from oracles.derivations import Derivation, E, L, key, letters, unknown_loss, worlds
from oracles.handwriting import Call, Entry, Frac, Node, Partial, add, entries, mul, neg, num, power
from oracles.pens import Letter
from oracles.points import Key


def logistic(random: Random) -> Derivation:
    """Logistic regression with cross entropy."""
    n = random.randint(1, 3)
    names = random.choice(
        [
            letters(x="x", w="w", b="b", z="z", p="p", y="y"),
            letters(x="x", w="w", b="b", z="z", p="a", y="y"),
            letters(x="x", w="\\theta", b="b", z="s", p="\\hat y", y="t"),
            letters(x="x", w="w", b="b", z="z", p="\\hat{y}", y="y"),
        ]
    )
    names = {role: Letter(l.latex, l.label, {"p": "p", "w": "w"}.get(role, "")) for role, l in names.items()}
    x, w = [E("x", (i,)) for i in range(n)], [E("w", (i,)) for i in range(n)]
    b, z, p, y = E("b"), E("z"), E("p"), E("y")
    loss = add(
        (-1, mul(y, Call("log", p))), (-1, mul(add(num(1), (-1, y)), Call("log", add(num(1), (-1, p)))))
    )
    definitions = [(z, add(*(mul(w[i], x[i]) for i in range(n)), b)), (p, Call("sigma", z)), (L, loss)]
    i = random.randrange(n)
    miss = add(p, (-1, y))
    by_p = random.choice(
        [
            add((-1, Frac(y, p)), Frac(add(num(1), (-1, y)), add(num(1), (-1, p)))),
            Frac(miss, mul(p, add(num(1), (-1, p)))),
            add(Frac(add(num(1), (-1, y)), add(num(1), (-1, p))), (-1, Frac(y, p))),
        ]
    )
    slope = mul(p, add(num(1), (-1, p)))
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(L, p), (by_p,)),
        (Partial(p, z), (slope,)),
        (Partial(p, z), (Frac(Call("exp", neg(z)), power(add(num(1), Call("exp", neg(z))), 2)),)),
        (Partial(L, z), (miss,)),
        (Partial(L, z), (mul(Partial(L, p), Partial(p, z)), miss)),
        (Partial(L, z), (add(Call("sigma", z), (-1, y)),)),
        (Partial(L, z), (mul(by_p, slope), miss)),
        (Partial(L, w[i]), (mul(miss, x[i]),)),
        (Partial(L, w[i]), (mul(Partial(L, p), Partial(p, z), Partial(z, w[i])), mul(miss, x[i]))),
        (Partial(L, w[i]), (mul(Partial(L, z), x[i]),)),
        (Partial(L, b), (miss,)),
        (Partial(L, x[i]), (mul(miss, w[i]),)),
    ]
    target, members = random.choice(pairs)
    shapes = {"x": (n,), "w": (n,), "b": (), "z": (), "p": (), "y": ()}
    given = {role: shapes[role] for role in "xwby"}
    return Derivation(
        "logistic regression",
        "chain" if len(members) > 1 else "scalar",
        names,
        shapes,
        target,
        members,
        worlds(random, given, [(key(a), c) for a, c in definitions], shapes),
        declared=("x", "w", "b", "y"),
        raw=("sigma",),
        definitions=tuple(definitions),
    ).checked()


def softmax(random: Random) -> Derivation:
    """Softmax with cross entropy; the targets sum to one."""
    n = random.randint(2, 4)
    names = random.choice(
        [
            letters(o="o", p="p", y="y", S="S"),
            letters(o="z", p="p", y="y", S="S"),
            letters(o="z", p="a", y="t", S="S"),
        ]
    )
    o, p, y = ([E(role, (i,)) for i in range(n)] for role in "opy")
    named = random.random() < 0.4
    total: Node = add(*(Call("exp", x) for x in o))
    definitions: list[tuple[Entry, Node]] = [(E("S"), total)] if named else []
    bottom = E("S") if named else total
    definitions += [(p[i], Frac(Call("exp", o[i]), bottom)) for i in range(n)]
    definitions.append((L, add(*((-1, mul(y[i], Call("log", p[i]))) for i in range(n)))))
    i, j = random.sample(range(n), 2)
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(L, o[i]), (add(p[i], (-1, y[i])),)),
        (Partial(L, o[i]), (add(p[i], (-1, y[i])),)),
        (Partial(L, o[i]), (add(Frac(Call("exp", o[i]), total), (-1, y[i])), add(p[i], (-1, y[i])))),
        (
            Partial(L, o[i]),
            (add(*(mul(Partial(L, p[k]), Partial(p[k], o[i])) for k in range(n))), add(p[i], (-1, y[i]))),
        ),
        (Partial(p[i], o[i]), (mul(p[i], add(num(1), (-1, p[i]))),)),
        (Partial(p[i], o[i]), (add(p[i], (-1, power(p[i], 2))),)),
        (Partial(p[i], o[j]), (neg(mul(p[i], p[j])),)),
        (Partial(L, p[i]), (neg(Frac(y[i], p[i])),)),
        (L, (add(Call("log", total), *((-1, mul(y[k], o[k])) for k in range(n))),)),
    ]
    if named:
        pairs += [
            (Partial(p[i], o[j]), (neg(Frac(mul(Call("exp", o[i]), Call("exp", o[j])), power(E("S"), 2))),))
        ] * 2
    target, members = random.choice(pairs)
    shapes = {"o": (n,), "p": (n,), "y": (n,), "S": ()}

    def whole(values: dict[Key, float]) -> None:
        values["y", (n - 1,)] = 1 - sum(values["y", (k,)] for k in range(n - 1))

    return Derivation(
        "softmax with cross entropy",
        "chain" if len(members) > 1 else "scalar",
        names,
        {role: shape for role, shape in shapes.items() if named or role != "S"},
        target,
        members,
        worlds(random, {"o": (n,), "y": (n,)}, [(key(a), c) for a, c in definitions], shapes, fixed=whole),
        declared=("o", "y"),
        hypotheses=((add(*y), num(1)),),
        definitions=tuple(definitions),
    ).checked()


def log_sum_exp(random: Random) -> Derivation:
    n = random.randint(2, 4)
    names = random.choice([letters(x="x", m="m", F="\\ell"), letters(x="z", m="c", F="F")])
    names |= {"F": Letter(names["F"].latex, text="F")}
    x = [E("x", (i,)) for i in range(n)]
    F, m = E("F"), E("m")
    total = add(*(Call("exp", v) for v in x))
    i, j = random.sample(range(n), 2)
    share = Frac(Call("exp", x[i]), total)
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(F, x[i]), (share,)),
        (Partial(F, x[i]), (Call("exp", add(x[i], (-1, F))),)),
        (
            Partial(F, x[i]),
            (
                share,
                Frac(
                    num(1), add(*(num(1) if k == i else Call("exp", add(x[k], (-1, x[i]))) for k in range(n)))
                ),
            ),
        ),
        (F, (add(m, Call("log", add(*(Call("exp", add(v, (-1, m))) for v in x)))),)),
        (
            F,
            (
                add(
                    x[j],
                    Call(
                        "log",
                        add(*(num(1) if k == j else Call("exp", add(x[k], (-1, x[j]))) for k in range(n))),
                    ),
                ),
            ),
        ),
    ]
    target, members = random.choice(pairs)
    shapes = {"x": (n,), "m": (), "F": ()}
    return Derivation(
        "log-sum-exp",
        "chain" if len(members) > 1 else "scalar",
        names,
        shapes,
        target,
        members,
        worlds(random, {"x": (n,), "m": ()}, [(("F", ()), Call("log", total))], shapes),
        declared=("x", "m"),
        definitions=((F, Call("log", total)),),
    ).checked()


def norms(random: Random) -> Derivation:
    """Lengths, inverse lengths, directions and the cosine."""
    n = random.randint(2, 3)
    names = random.choice([letters(x="x", r="r", u="u", q="q"), letters(x="v", r="\\rho", u="n", q="s")])
    names |= {"r": Letter(names["r"].latex, text="r")}
    x = [E("x", (i,)) for i in range(n)]
    u = [E("u", (i,)) for i in range(n)]
    r, q = E("r"), E("q")
    total = add(*(power(v, 2) for v in x))
    definitions = [(r, Call("sqrt", total)), (q, Frac(num(1), r))] + [(u[i], Frac(x[i], r)) for i in range(n)]
    i, j = random.sample(range(n), 2)
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(r, x[i]), (Frac(x[i], r),)),
        (Partial(r, x[i]), (Frac(x[i], Call("sqrt", total)), Frac(x[i], r))),
        (Partial(r, x[i]), (u[i],)),
        (Partial(q, x[i]), (neg(Frac(x[i], power(r, 3))),)),
        (
            Partial(q, x[i]),
            (mul(neg(Frac(num(1), power(r, 2))), Partial(r, x[i])), neg(Frac(x[i], power(r, 3)))),
        ),
        (Partial(u[i], x[i]), (Frac(add(num(1), (-1, power(u[i], 2))), r),)),
        (Partial(u[i], x[i]), (add(Frac(num(1), r), (-1, Frac(power(x[i], 2), power(r, 3)))),)),
        (Partial(u[i], x[j]), (neg(Frac(mul(x[i], x[j]), power(r, 3))),)),
        (Partial(u[i], x[j]), (neg(Frac(mul(u[i], u[j]), r)),)),
    ]
    target, members = random.choice(pairs)
    shapes = {"x": (n,), "u": (n,), "r": (), "q": ()}
    return Derivation(
        "norms",
        "chain" if len(members) > 1 else "scalar",
        names,
        shapes,
        target,
        members,
        worlds(random, {"x": (n,)}, [(key(a), c) for a, c in definitions], shapes),
        declared=("x",),
        definitions=tuple(definitions),
    ).checked()


def batch_norm(random: Random) -> Derivation:
    """Normalisation over a batch of two or three, entry by entry."""
    n = random.choice([2, 3, 3])
    names = letters(
        x="x",
        mu="\\mu",
        v="v",
        s="\\sigma",
        xh="\\hat{x}",
        g="\\gamma",
        be="\\beta",
        ep="\\epsilon",
        y="y",
        d="\\delta",
    )
    names |= {
        "mu": Letter("\\mu", text="mu"),
        "s": Letter("s"),
        "xh": Letter("\\hat{x}", text="u"),
        "g": Letter("\\gamma", text="gamma"),
        "be": Letter("\\beta", text="beta"),
        "ep": Letter("\\epsilon", text="eps"),
        "d": Letter("\\delta", text="delta"),
    }
    x, xh, y, d = ([E(role, (i,)) for i in range(n)] for role in ("x", "xh", "y", "d"))
    mu, v, s, g, be, ep = (E(role) for role in ("mu", "v", "s", "g", "be", "ep"))
    share = num(1, n)
    definitions: list[tuple[Entry, Node]] = [
        (mu, mul(share, add(*x))),
        (v, mul(share, add(*(power(add(t, (-1, mu)), 2) for t in x)))),
        (s, Call("sqrt", add(v, ep))),
    ]
    definitions += [(xh[i], Frac(add(x[i], (-1, mu)), s)) for i in range(n)]
    definitions += [(y[i], add(mul(g, xh[i]), be)) for i in range(n)]
    shorthands = {key(d[i]): Partial(L, y[i]) for i in range(n)}
    slopes, loss = unknown_loss("y", (n,))
    i, j = random.sample(range(n), 2)
    total, crossed = add(*d), add(*(mul(d[k], xh[k]) for k in range(n)))
    pairs: list[tuple[Node, tuple[Node, ...]]] = [
        (Partial(L, g), (crossed,)),
        (Partial(L, be), (total,)),
        (Partial(L, xh[i]), (mul(g, d[i]),)),
        (Partial(mu, x[i]), (share,)),
        (Partial(v, x[i]), (mul(num(2, n), add(x[i], (-1, mu))),)),
        (Partial(s, v), (Frac(num(1), mul(num(2), s)),)),
        (Partial(s, x[i]), (Frac(xh[i], num(n)),)),
        (Partial(xh[i], x[j]), (neg(Frac(add(num(1), mul(xh[i], xh[j])), mul(num(n), s))),)),
        (Partial(xh[i], x[i]), (Frac(add(num(n - 1), (-1, power(xh[i], 2))), mul(num(n), s)),)),
        (
            Partial(L, x[i]),
            (mul(Frac(g, mul(num(n), s)), add(mul(num(n), d[i]), (-1, total), (-1, mul(xh[i], crossed)))),),
        ),
    ]
    target, members = random.choice(pairs)
    shapes = {"x": (n,), "xh": (n,), "y": (n,), "d": (n,)} | dict.fromkeys(
        ("mu", "v", "s", "g", "be", "ep"), ()
    )
    given = {"x": (n,), "g": (), "be": (), "ep": (), slopes: (n,)}
    return Derivation(
        "batch normalisation",
        "scalar",
        names,
        shapes,
        target,
        members,
        worlds(
            random,
            given,
            [*((key(a), c) for a, c in definitions), (("L", ()), loss)],
            shapes,
            shorthands,
            ("ep",),
        ),
        declared=("x", "g", "be", "ep"),
        positive=("ep",),
        definitions=(*definitions, *((d[k], Partial(L, y[k])) for k in range(n))),
    ).checked()


def functions(random: Random) -> Derivation:
    """A function of one or two numbers, defined, then differentiated or rewritten."""
    names = random.choice(
        [letters(x="x", y="y", F="F"), letters(x="t", y="s", F="G"), letters(x="x", y="y", F="\\phi")]
    )
    names |= {"F": Letter(names["F"].latex, text="F")}
    x, y, F = E("x"), E("y"), E("F")
    dF, both = Partial(F, x), add(power(x, 2), power(y, 2))
    tall, wide = add(power(x, 2), num(1)), add(x, y)
    ex, enx = Call("exp", x), Call("exp", neg(x))
    sx, tx = Call("sigma", x), Call("tanh", x)
    one = num(1)
    log, root = (lambda u: Call("log", u)), (lambda u: Call("sqrt", u))
    table: list[tuple[Node, Node, Node, tuple[str, ...], tuple[str, ...]]] = [
        # definition, target, right-hand side, what is positive, functions to define
        (log(add(one, ex)), dF, Frac(ex, add(one, ex)), (), ()),
        (log(add(one, ex)), dF, Frac(one, add(one, enx)), (), ()),
        (log(add(one, ex)), F, add(x, log(add(one, enx))), (), ()),
        (log(add(one, ex)), dF, sx, (), ("sigma",)),
        (neg(log(sx)), F, log(add(one, enx)), (), ("sigma",)),
        (neg(log(sx)), dF, add(sx, (-1, one)), (), ("sigma",)),
        (sx, F, add(one, (-1, Call("sigma", neg(x)))), (), ("sigma",)),
        (sx, dF, mul(sx, add(one, (-1, sx))), (), ("sigma",)),
        (sx, dF, mul(sx, Call("sigma", neg(x))), (), ("sigma",)),
        (tx, F, add(mul(num(2), Call("sigma", mul(num(2), x))), (-1, one)), (), ("sigma",)),
        (tx, F, Frac(add(ex, (-1, enx)), add(ex, enx)), (), ()),
        (tx, dF, add(one, (-1, power(tx, 2))), (), ()),
        (tx, dF, Frac(num(4), power(add(ex, enx), 2)), (), ()),
        (mul(x, sx), dF, add(sx, mul(x, sx, add(one, (-1, sx)))), (), ("sigma",)),
        (mul(x, tx), dF, add(tx, mul(x, add(one, (-1, power(tx, 2))))), (), ()),
        (log(power(x, 2)), F, mul(num(2), log(Call("abs", x))), (), ()),
        (log(power(x, 2)), dF, Frac(num(2), x), (), ()),
        (root(power(x, 2)), F, Call("abs", x), (), ()),
        (log(mul(x, y)), F, add(log(x), log(y)), ("x", "y"), ()),
        (log(Frac(x, y)), F, add(log(x), (-1, log(y))), ("x", "y"), ()),
        (log(Frac(x, y)), Partial(F, y), neg(Frac(one, y)), ("x", "y"), ()),
        (log(power(x, 3)), F, mul(num(3), log(x)), ("x",), ()),
        (root(mul(x, y)), F, mul(root(x), root(y)), ("x", "y"), ()),
        (root(mul(power(x, 2), y)), F, mul(x, root(y)), ("x", "y"), ()),
        (root(mul(power(x, 2), y)), F, mul(Call("abs", x), root(y)), ("y",), ()),
        (log(root(both)), F, mul(num(1, 2), log(both)), (), ()),
        (log(root(both)), dF, Frac(x, both), (), ()),
        (root(add(power(x, 2), one)), dF, Frac(x, root(add(power(x, 2), one))), (), ()),
        (root(add(power(x, 2), one)), dF, Frac(x, F), (), ()),
        (Call("exp", add(x, y)), F, mul(ex, Call("exp", y)), (), ()),
        (Call("exp", add(x, y)), dF, F, (), ()),
        (Call("exp", neg(power(x, 2))), dF, neg(mul(num(2), x, F)), (), ()),
        (mul(x, log(x)), dF, add(log(x), one), ("x",), ()),
        (Frac(x, root(tall)), dF, Frac(one, power(tall, Fraction(3, 2))), (), ()),
        (power(add(x, y), 2), F, add(power(x, 2), mul(num(2), x, y), power(y, 2)), (), ()),
        (power(add(x, (-1, y)), 3), dF, mul(num(3), power(add(x, (-1, y)), 2)), (), ()),
        (Frac(add(x, (-1, y)), wide), dF, Frac(mul(num(2), y), power(wide, 2)), (), ()),
        (Frac(add(x, (-1, y)), wide), Partial(F, y), neg(Frac(mul(num(2), x), power(wide, 2))), (), ()),
    ]  # fmt: skip
    body, target, right, positive, raw = random.choice(table)
    used = {"x"} | ({"y"} if y in {*entries(body), *entries(right)} else set())
    shapes = dict.fromkeys((*sorted(used), "F"), ())
    return Derivation(
        "functions",
        "scalar",
        names,
        shapes,
        target,
        (right,),
        worlds(random, dict.fromkeys(sorted(used), ()), [(("F", ()), body)], shapes, positive=positive),
        declared=tuple(sorted(used)),
        positive=tuple(role for role in positive if role in used),
        raw=raw,
        definitions=((F, body),),
    ).checked()
