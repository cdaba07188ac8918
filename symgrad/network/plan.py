"""From a description to the layers in the order in which they work, and what each of them reads.

residual(A)        the block's input and what A makes of it, added
parallel(A, B)     what A and B make of the same input, one after the other along the first axis
add(u), concat(u)  what stands here, with the outputs called u, …, added or put one after the other
bilinear(u, 4)     a layer with inputs of its own: those that are not named are what stands here; all are, if
                   none has a name
u                  goes on from the output that is called u
multihead_attention(q, k, v, 2)  reads outputs that are called so; with two names they are the last two of its
                   inputs, with one both, and what stands here is the first
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from keyword import iskeyword
from typing import Final, NamedTuple

from symgrad.algebra.functions import FUNCTIONS
from symgrad.catalogue import CATALOGUE, JOINS
from symgrad.catalogue.declare import Layer
from symgrad.catalogue.options import LONGEST_WORD, RESERVED, Argument, admits
from symgrad.errors import DescriptionError, nearest, quoted
from symgrad.network.description import BLOCKS, Call, Description


class Node(NamedTuple):
    """A layer at its place: ``inputs`` are the numbers of the nodes that it reads; an input has no layer.

    ``shares`` is the node whose parameters it has too, ``alias`` what the description calls its output.
    """

    call: Call
    layer: Layer | None
    inputs: tuple[int, ...] = ()
    shares: int | None = None
    alias: str = ""


_TAKEN: Final = {"input", "as", "sharing", "y", "L", "e", "pi", "max", "sqrt", *BLOCKS, *RESERVED}


def plan(description: Description) -> tuple[Node, ...]:
    """The nodes of a description in order of evaluation; the last is the output.

    Raises:
        DescriptionError: layers or names that do not exist, an order that cannot be, an output that nothing
            reads.
    """
    first = description.calls[0]
    if first.name != "input":
        where = "; --input 1x28x28 states it beside the layers" if first.checks else ""
        raise description.error(
            f"a network begins with its input, such as input(5x5) or input(1x28x28) | {first.name}…{where}",
            first.name_span,
        )
    planner = _Planner(description)
    last = planner.chain(description.calls, None)
    nodes = planner.nodes
    if len(nodes) == 1:
        raise description.error("a network needs at least one layer after its input", first.span)
    read = {number for node in nodes for number in node.inputs}
    final = description.calls[-1]
    if nodes[last].layer is None or planner.is_reference(final):
        raise description.error("a network ends with a layer", final.span)
    for number, node in enumerate(nodes):
        if number not in read and number != last:
            what = f"input {node.alias}".rstrip() if node.layer is None else f"output of {node.call.name}"
            raise description.error(f"nothing reads the {what}", node.call.span)
    return tuple(nodes)


class _Planner:
    def __init__(self, description: Description) -> None:
        self.description = description
        self.nodes: list[Node] = []
        self.names: dict[str, int] = {}

    def written(self, call: Call) -> str:
        return self.description.source[slice(*call.name_span)]

    def is_reference(self, call: Call) -> bool:
        return call.span == call.name_span and self.written(call) in self.names

    def error(self, message: str, call: Call) -> DescriptionError:
        return self.description.error(message, call.span)

    def chain(self, calls: Sequence[Call], here: int | None) -> int:
        """Plan layers one after the other, from a node; the number of the last."""
        inside = here is not None
        now = here or 0  # the first call of a description is an input
        for place, call in enumerate(calls):
            if self.nodes and (layer := self.nodes[-1].layer) and layer.kind == "loss":
                raise self.error("nothing can follow a loss: it ends the network", call)
            if self.is_reference(call):
                if inside and place:
                    raise self.error("inside parentheses a name stands first: u | linear(8)", call)
                if said := call.alias or call.sharing:
                    raise self.description.error("this output has its name already", said.span or call.span)
                now = self.names[self.written(call)]
            elif call.name == "input":
                if inside:
                    raise self.error("an input stands outside of all parentheses", call)
                now = self.node(call, None, ())
            else:
                now = self.layer(call, now, inside=inside)
        return now

    def layer(self, call: Call, here: int, *, inside: bool) -> int:
        if call.name in BLOCKS:
            return self.block(call, here)
        if call.name in JOINS:
            if not call.arguments:
                raise self.error(f"{call.name} takes the names of outputs, as in {call.name}(u)", call)
            others = tuple(self.named(argument, call) for argument in call.arguments)
            return self.node(call, JOINS[call.name], (here, *others))
        layer = CATALOGUE.get(call.name) or self.description.custom.get(call.name)
        if layer is None:
            raise self.unknown(call)
        if layer.kind == "loss" and inside:
            raise self.error("a loss ends a network; it cannot stand inside parentheses", call)
        if layer.inputs:
            return self.several(call, layer, here)
        return self.node(call, layer, (here,))

    def several(self, call: Call, layer: Layer, here: int) -> int:
        """A layer with inputs of its own: what its first arguments name, and before that what stands here."""
        names = list(
            takewhile(lambda given: given.name is None and given.value in self.names, call.arguments)
        )
        wanted = len(layer.inputs)
        if len(names) > wanted:
            raise self.description.error(
                f"{layer.name} has {wanted} inputs, {', '.join(layer.inputs)}",
                names[wanted].span or call.span,
            )
        rest = call.arguments[len(names) :]
        if (
            rest
            and isinstance(rest[0].value, str)
            and not any(admits(o, rest[0].value) for o in layer.options)
        ):
            self.named(rest[0], call)  # which says that nothing is called so
        read = [self.names[str(given.value)] for given in names]
        read = read if len(read) == wanted else [here, *read]
        read += read[-1:] * (wanted - len(read))  # what is not named is the last that is
        return self.node(call._replace(arguments=rest), layer, tuple(read))

    def block(self, call: Call, here: int) -> int:
        ends = [self.chain(chain, here) for chain in call.chains]
        if call.name == "residual":
            if len(ends) != 1:
                raise self.error("residual takes one chain of layers: residual(linear(4) | tanh)", call)
            return self.node(call, JOINS["add"], (here, *ends))
        if len(ends) < 2:
            raise self.error("parallel takes at least two chains of layers: parallel(linear(4), tanh)", call)
        return self.node(call, JOINS["concat"], tuple(ends))

    def node(self, call: Call, layer: Layer | None, inputs: tuple[int, ...]) -> int:
        shares = None
        if call.sharing is not None:
            if layer is None or layer.kind != "layer":
                raise self.description.error(
                    f"{call.name} has no parameters to share", call.sharing.span or call.span
                )
            shares = self.lender(call, call.sharing, layer)
        alias = "" if call.alias is None else self.alias(call, call.alias, layer)
        self.nodes.append(Node(call, layer, inputs, shares, alias))
        number = len(self.nodes) - 1
        if alias:
            self.names[alias] = number
        return number

    def lender(self, call: Call, sharing: Argument, layer: Layer) -> int:
        number = self.named(sharing, call)
        node = self.nodes[number]
        if node.layer != layer:
            kind = node.layer.name if node.layer else "an input"
            raise self.description.error(
                f"{layer.name} shares the parameters of another {layer.name}, and {sharing.value} is the "
                f"output of {kind}",
                sharing.span or call.span,
            )
        return number if node.shares is None else node.shares

    def named(self, argument: Argument, call: Call) -> int:
        if argument.name is None and isinstance(argument.value, str) and argument.value in self.names:
            return self.names[argument.value]
        span = argument.name_span or argument.span or call.span
        if argument.name is not None or not isinstance(argument.value, str):
            raise self.description.error(
                f"{call.name} takes the names of outputs, as in {call.name}(u)", span
            )
        meant = nearest(argument.value, self.names)
        known = f"there are {', '.join(self.names)}" if self.names else "linear(8) as u gives one its name"
        hint = f"did you mean {meant}?" if meant else known
        raise self.description.error(f"no output before is called {quoted(argument.value)}; {hint}", span)

    def alias(self, call: Call, given: Argument, layer: Layer | None) -> str:
        name = str(given.value)
        why = None
        if not (name.isascii() and name.isalpha() and len(name) <= LONGEST_WORD):
            why = f"a name is up to {LONGEST_WORD} letters"
        elif name in self.names:
            why = "another output has this name"
        elif (
            name.lower() in {*CATALOGUE, *JOINS, *BLOCKS, *self.description.custom}
            or name in _TAKEN | set(FUNCTIONS)
            or iskeyword(name)
        ):
            why = "this word means something else"
        elif layer is not None and layer.kind == "loss":
            why = "a loss is called L"
        if why:
            raise self.description.error(
                f"an output cannot be called {quoted(name)}: {why}", given.span or call.span
            )
        return name

    def unknown(self, call: Call) -> DescriptionError:
        if call.span == call.name_span and (meant := nearest(self.written(call), self.names)):
            written = quoted(self.written(call))
            return self.error(f"no layer or output is called {written}; did you mean {meant}?", call)
        return self.description.unknown(call, [*CATALOGUE, *JOINS, *BLOCKS, *self.description.custom])
