"""Another function, a lost prime or one too many, a function that was lost or does not belong there."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from symgrad.verify.corrections.spots import Change, Spot, moved
from symgrad.verify.corrections.writer import Writer
from symgrad.verify.names import spelled
from symgrad.verify.syntax import Big, Call, Derivative, Group, Name, Node, Number, Scripted

SWAPPED: Final = {
    "tanh": ("σ", "sigmoid"), "σ": ("tanh",), "sigmoid": ("tanh",), "exp": ("log",), "log": ("exp",),
    "ln": ("exp",), "sin": ("cos",), "cos": ("sin",), "softmax": ("σ", "sigmoid"),
    "max": ("min",), "min": ("max",),
    "sinh": ("cosh",), "cosh": ("sinh",),
}  # fmt: skip

_PRIMES: Final = ("'", "^{\\prime}", "^\\prime", "′")
_COMMANDS: Final = ("tanh", "exp", "log", "sin", "cos", "max", "min", "sinh", "cosh")


def functions(w: Writer, spot: Spot) -> Iterator[Change]:
    """Another function of the same argument, its derivative, or the argument alone."""
    node = spot.node
    if not isinstance(node, Call):
        return
    head, tail = w.at((node.span[0], node.function.span[1])), w.at((node.function.span[1], node.span[1]))
    function = node.function
    if isinstance(function, Scripted) and function.primes:
        bare: Node = function._replace(primes=0)
        if function.sub is None and not function.sups:
            bare = function.base
        mark = next((mark for mark in _PRIMES if mark in head), "")
        if mark:
            text = head.replace(mark, "", 1) + tail
            yield w.change(spot, node._replace(function=bare), text, "wrong-function", 1.2)
    elif isinstance(function, Name | Scripted):
        if isinstance(function, Scripted):
            primed = function._replace(primes=1)
        else:
            primed = Scripted(function, None, (), 1, function.span)
        text = _primed(function, head, node.span[0]) + tail
        yield w.change(spot, node._replace(function=primed), text, "wrong-function", 1.2)
        if isinstance(function, Name):
            yield from _others(w, spot, node, tail)
    if isinstance(function, Scripted):
        yield from _other_powers(w, spot, node, function)
    if len(node.arguments) == 1:
        argument = node.arguments[0]
        here = w.at(argument.span)
        group: Node = Group("(", argument, argument.span)
        alone = spelled(argument) is not None
        yield w.change(
            spot, argument if alone else group, here if alone else f"({here})", "wrong-function", 2.0
        )
    yield from wrapped(w, spot)


def _other_powers(w: Writer, spot: Spot, node: Call, function: Scripted) -> Iterator[Change]:
    """``tanh^3(x)`` with another exponent, or none."""
    for n, power in enumerate(function.sups):
        if not isinstance(power, Number):
            continue
        rest = (*function.sups[:n], *function.sups[n + 1 :])
        for value in dict.fromkeys((Fraction(2), power.value + 1, power.value - 1)):
            if value not in (power.value, 0, 1):
                sups = (*function.sups[:n], power._replace(value=value), *function.sups[n + 1 :])
                made = node._replace(function=function._replace(sups=sups))
                yield Change(spot, made, ((power.span, str(value)),), "wrong-term", spot.term, 1.3)
        bare: Node = function._replace(sups=rest)
        if not (rest or function.sub or function.primes):
            bare = function.base
        start = power.span[0]
        head = w.at((node.span[0], start)).rstrip("{ ").rstrip().removesuffix("^").rstrip()
        tail = w.at((w.closed_if(start, power.span[1]), node.span[1]))
        yield w.change(spot, node._replace(function=bare), head + tail, "wrong-term", 1.5)


def _primed(function: Node, head: str, start: int) -> str:
    """``f`` as ``f'``; a prime goes before the label of ``g^{[1]}``."""
    if isinstance(function, Scripted) and function.sups:
        stop = function.base.span[1] - start
        return head[:stop] + "'" + head[stop:]
    return head + "'"


def _others(w: Writer, spot: Spot, node: Call, tail: str) -> Iterator[Change]:
    function = node.function
    if not isinstance(function, Name):
        return
    for other in SWAPPED.get(function.letter, ()):
        name = Name(other, "" if len(other) == 1 else "word", function.span)
        yield w.change(
            spot,
            node._replace(function=name),
            function_text(other, w.notation.plain) + tail,
            "wrong-function",
            1.8,
        )
    for head, known in heads(w).items():
        if isinstance(known, Name) and known.letter != function.letter:
            made = node._replace(function=moved(known, function.span))
            yield w.change(spot, made, head + tail, "wrong-function", 2.2)


def heads(w: Writer) -> dict[str, Node]:
    """The functions that the document uses, by how it writes them."""
    found: dict[str, Node] = {}
    for word in w.words:
        if isinstance(word.node, Call) and word.node.bracketed and len(word.node.arguments) == 1:
            length = word.node.function.span[1] - word.node.span[0]
            found.setdefault(word.text[:length].rstrip(), word.node.function)
    return found


def grouped(w: Writer, spot: Spot) -> Iterator[Change]:
    """A bracket that should be the argument of a function that the document uses."""
    node = spot.node
    if not isinstance(node, Group):
        return
    if node.bracket not in ("(", "[") or isinstance(spot.inside, Call):
        return
    here = w.at(node.span)
    choices = heads(w)
    for name in ("log", "exp", "sqrt") if w.notation.plain else ("log", "exp"):
        choices.setdefault(function_text(name, w.notation.plain), Name(name, "word", node.span))
    for text, function in choices.items():
        new = Call(function, (node.inner,), True, node.span)
        yield w.change(spot, new, text + here, "wrong-function", 1.9)


def wrapped(w: Writer, spot: Spot) -> Iterator[Change]:
    """A logarithm or an exponential that was lost."""
    node = spot.node
    if isinstance(spot.inside, Call):
        return
    here = w.at(node.span)
    for name in ("log", "exp"):
        text = function_text(name, w.notation.plain)
        new = Call(Name(name, "word", node.span), (node,), True, node.span)
        body = f" {here}" if isinstance(node, Big) and not w.notation.plain else w.bracketed(here)
        yield w.change(spot, new, text + body, "wrong-function", 1.9)


def absolute(w: Writer, spot: Spot) -> Iterator[Change]:
    """A name that should stand between bars."""
    node = spot.node
    if not isinstance(spot.inside, Derivative | Call):
        here = w.at(node.span)
        text = f"abs({here})" if w.notation.plain else f"|{here}|"
        yield w.change(spot, Group("|", node, node.span), text, "wrong-function", 2.2)


def function_of(w: Writer, spot: Spot) -> Iterator[Change]:
    """A name that should stand under a function that the document uses: a lost log, f′ of it."""
    node = spot.node
    here = w.at(node.span)
    choices = heads(w)
    for name in ("log", "exp"):
        choices.setdefault(function_text(name, w.notation.plain), Name(name, "word", node.span))
    for head, function in choices.items():
        new = Call(moved(function, node.span), (node,), True, node.span)
        yield w.change(spot, new, f"{head}({here})", "wrong-function", 2.5)


def function_text(name: str, plain: bool) -> str:
    """A function as a page writes it."""
    if plain:
        return name
    if name == "σ":
        return "\\sigma"
    return "\\" + name if name in _COMMANDS else f"\\operatorname{{{name}}}"
