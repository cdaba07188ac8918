"""Random expressions with roots, logs and negative domains, and what people take for identities."""

from __future__ import annotations

from fractions import Fraction

from symgrad.verify.scalars import (
    ONE,
    bracket,
    call,
    maximum,
    number,
    postorder,
    power,
    raised,
    rebuilt,
    symbol,
    times,
    total,
)

HALF = Fraction(1, 2)
SYMBOLS = [
    *(symbol(name) for name in "xyz"),
    symbol("p", sign="positive"),
    symbol("r", sign="nonnegative"),
    symbol("n", sign="natural"),
    symbol("i", sign="integer"),
    symbol("u", sign="nonzero"),
]


def expression(rng, depth):
    """A random expression."""
    if depth == 0 or rng.random() < 0.12:
        if rng.random() < 0.2:
            return number(Fraction(rng.choice([-3, -2, -1, 1, 2, 3, 4]), rng.choice([1, 1, 2, 3])))
        return rng.choice(SYMBOLS)

    def part():
        return expression(rng, depth - 1)

    return rng.choice(
        [
            lambda: part() + part(),
            lambda: part() - part(),
            lambda: part() * part(),
            lambda: part() * part(),
            lambda: part() / part(),
            lambda: part() ** 2,
            lambda: part() ** rng.choice([-2, -1, 3]),
            lambda: power(part(), rng.choice([HALF, HALF, -HALF, 3 * HALF, Fraction(1, 3), Fraction(2, 3)])),
            lambda: call("log", part()),
            lambda: call("exp", part()),
            lambda: call(
                rng.choice(["tanh", "sigmoid", "softplus", "sin", "cos", "sinh", "cosh", "erf"]), part()
            ),
            lambda: call(rng.choice(["relu", "abs", "sign"]), part()),
            lambda: maximum(part(), part()),
            lambda: bracket(rng.choice([">", ">=", "="]), part()),
            lambda: raised(part(), rng.choice(SYMBOLS)),
        ]
    )()


def tempted(node, rng):
    """What somebody may take ``node`` for, rightly or not; None where nothing tempts."""
    args = node.args
    ways = []
    of_product = bool(args) and args[0].kind == "product"
    inner = args[0].args if of_product else ()
    if node.kind == "power":
        q = Fraction(node.data)
        if of_product:
            ways.append(lambda: times(power(f, q) for f in inner))
        if args[0].kind == "power":
            ways.append(lambda: power(args[0].args[0], args[0].data * q))
        if args[0].kind == "raise":
            ways.append(lambda: raised(args[0].args[0], args[0].args[1] * q))
        if args[0].kind == "sum":
            ways.append(lambda: total(power(f, q) for f in args[0].args))
        if args[0].kind == "call" and args[0].data == "exp":
            ways.append(lambda: call("exp", args[0].args[0] * q))
        ways.append(lambda: args[0] * power(args[0], q - 1))
        ways.append(lambda: call("abs", args[0]) * power(args[0], q - 1))
        ways.append(lambda: call("exp", q * call("log", args[0])))
        ways.append(lambda: power(args[0], q / 2) ** 2)
        ways.append(lambda: power(args[0] ** 2, q / 2))
        ways.append(lambda: power(-args[0], q))
    if node.kind == "raise":
        if of_product:
            ways.append(lambda: times(raised(f, args[1]) for f in inner))
        ways.append(lambda: raised(args[0] ** 2, args[1] / 2))
        ways.append(lambda: raised(args[0], args[1] / 2) ** 2)
        ways.append(lambda: call("exp", args[1] * call("log", args[0])))
        ways.append(lambda: args[0] * raised(args[0], args[1] - 1))
        ways.append(lambda: power(raised(args[0], 2 * args[1]), HALF))
        ways.append(lambda: raised(-args[0], args[1]))
        ways.append(lambda: raised(call("abs", args[0]), args[1]))
    if node.kind == "call":
        name = node.data
        if name != "max":
            ways.append(lambda: call(name, -args[0]))
            ways.append(lambda: -call(name, -args[0]))
        if name == "log":
            if of_product:
                ways.append(lambda: total(call("log", f) for f in inner))
                ways.append(lambda: total(call("log", call("abs", f)) for f in inner))
            if args[0].kind == "power":
                ways.append(lambda: args[0].data * call("log", args[0].args[0]))
            if args[0].kind == "raise":
                ways.append(lambda: args[0].args[1] * call("log", args[0].args[0]))
            ways.append(lambda: call("log", args[0] ** 2) / 2)
            ways.append(lambda: call("log", -args[0]))
        if name in {"relu", "abs", "sign"}:
            if of_product:
                ways.append(lambda: times(call(name, f) for f in inner))
                ways.append(lambda: inner[0] * call(name, times(inner[1:])))
            ways.append(lambda: args[0] * bracket(">", args[0]))
            ways.append(lambda: args[0] * (2 * bracket(">=", args[0]) - 1))
            ways.append(lambda: power(args[0] ** 2, HALF))
            ways.append(lambda: args[0] / call("abs", args[0]))
            ways.append(lambda: (args[0] + call("abs", args[0])) / 2)
            ways.append(lambda: 2 * bracket(">", args[0]) - 1)
        if name == "exp":
            ways.append(lambda: 1 / call("exp", -args[0]))
            ways.append(lambda: call("exp", args[0] / 2) ** 2)
            if of_product:
                ways.append(lambda: raised(call("exp", inner[0]), times(inner[1:])))
        if name == "sigmoid":
            ways.append(lambda: 1 - call("sigmoid", -args[0]))
            ways.append(lambda: (1 + call("tanh", args[0] / 2)) / 2)
        if name == "max":
            ways.append(lambda: (args[0] + args[1] + call("abs", args[0] - args[1])) / 2)
            ways.append(lambda: args[0] + call("relu", args[1] - args[0]))
            ways.append(lambda: -maximum(-args[0], -args[1]))
    if node.kind == "bracket":
        ways.append(lambda: 1 - bracket(node.data, -args[0]))
        ways.append(lambda: bracket(node.data, args[0] ** 3))
        ways.append(lambda: bracket(node.data, args[0] * call("exp", args[0])))
        ways.append(lambda: bracket(node.data, ONE / args[0]))
        ways.append(lambda: node**2)
        ways.append(lambda: bracket(">", args[0]))
        if of_product:
            ways.append(lambda: times(bracket(node.data, f) for f in inner))
    if node.kind == "sum":
        ways.append(lambda: total([*args[1:], -args[0]]))
        ways.append(lambda: args[0] * (1 + total(args[1:]) / args[0]))
    if node.kind == "product":
        ways.append(lambda: times([*args[1:], call("abs", args[0])]))
        ways.append(lambda: args[0] ** 2 * times(args[1:]) / args[0])
        ways.append(lambda: power(args[0] ** 2, HALF) * times(args[1:]))
    return rng.choice(ways)() if ways else None


def tempting_pair(rng, depth=3):
    """An expression and the same with one temptation given in to, somewhere in it."""
    while True:
        left = expression(rng, depth)
        nodes = [node for node in postorder(left) if node.args]
        if not nodes:
            continue
        chosen = rng.choice(nodes)
        other = tempted(chosen, rng)
        if other is None or other is chosen:
            continue
        made = {}
        for node in postorder(left):
            made[node] = other if node is chosen else rebuilt(node, [made[arg] for arg in node.args])
        if made[left] is not left:
            return left, made[left]
