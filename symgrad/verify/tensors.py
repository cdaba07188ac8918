"""The entries of a network's tensors as words of a document: what it could speak of, and perhaps should."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Final

from symgrad.algebra.unroll import whole_shape
from symgrad.verify.notation import Notation, Word

if TYPE_CHECKING:
    from symgrad.verify.verdicts import Verdicts

_MOST_ENTRIES: Final = 40
_MOST: Final = 160


def learn_tensors(notation: Notation, verdicts: Verdicts) -> None:
    """Take in the entries of small tensors, spelled as the author spells their like."""
    from symgrad.verify.meaning import bare
    from symgrad.verify.reader import read
    from symgrad.verify.resolve import resolved

    world = verdicts.worlds[0]
    network = verdicts.network
    if network is None:
        return
    computed = {definition.target.name for definition in network.model.definitions}
    every = [
        (native, labels, tensor)
        for native in world.native.values()
        for labels, tensor in native.tensors.items()
    ]
    # A chain goes through what is computed: ∂L/∂z before ∂L/∂b.
    for native, labels, tensor in sorted(every, key=lambda item: item[2].name not in computed):
        count = prod(whole_shape(tensor.shape))
        if count > _MOST_ENTRIES or len(notation.more) + count > _MOST:
            continue
        for place in range(1, count + 1):
            text = native.spelled(notation, labels, (place,) if tensor.shape else ())
            statements = read("X = " + text, plain=notation.plain)
            if len(statements) != 1 or len(statements[0].members) != 2:
                continue
            node = resolved(statements[0].members[1], verdicts.context)
            notation.more.setdefault(bare(node), Word(node, text))
