r"""What sentences say of a page: shapes, what a loss is a function of, sums that are 1, how indices count.

"$w$ is 2×3" says w ∈ ℝ^{2×3}, "$L$ is an unknown function of $h$" that L reads h and nothing else, "$y$ is
taken to sum to 1" that its entries do. "Every index runs from 0" and "1 is the column of ones" are about the
whole page. All of it is believed, as a declaration in a formula is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Final

from symgrad.verify.gather import Said, Stated
from symgrad.verify.names import digits_of, items, label_items, spelled
from symgrad.verify.passages import Document
from symgrad.verify.syntax import Node, Number, parts_of

Shape = tuple[int, ...]

_MOST_ENTRIES: Final = 200
"""The most entries of a tensor whose sums are said to be 1."""

_LONGEST_NAME: Final = 60
_NAME: Final = (
    r"(?:\$(?:[^$\n=<>∈0-9]|[0-9](?=[)}_]))[^$\n=<>∈]{0,59}\$|(?<![\w\\])[A-Za-z][A-Za-z0-9_]{0,20})"
)
_AND: Final = r"(?:,[ \n]|,?[ \n]and[ \n])"
_NAMES: Final = rf"(?P<names>{_NAME}(?:{_AND}{_NAME}){{0,99}})"
_COUNTED: Final = re.compile(rf"{_NAMES}[ \n](?:has|have)[ \n](?P<shape>\d{{1,5}})[ \n]entr(?:y|ies)\b")
_SHAPED: Final = re.compile(
    rf"{_NAMES}[ \n](?:is|are)[ \n](?:an?[ \n])?"
    r"(?P<shape>\$?\{?\d{1,5}(?:[ ]?(?:×|\\times|x)[ ]?\d{1,5}){1,5})(?![\w×])"
)
_READS: Final = re.compile(
    rf"(?P<loss>{_NAME})[ \n]is[ \n](?:an?|some)(?:[ \n](?:unknown|differentiable|scalar)){{0,3}}"
    rf"[ \n]function[ \n]of[ \n]{_NAMES}"
)
_SUMS_TO_ONE: Final = re.compile(
    rf"{_NAMES}[ \n](?:is|are)[ \n](?:taken|assumed|supposed)[ \n]to[ \n]sum[ \n]to[ \n~]*(?:\$?1\$?|one)\b"
    r"(?![ \n]along[ \n]its[ \n](?!last[ \n]axis))"
)
_FROM_ZERO: Final = re.compile(
    r"\b(?:index|indices|indexes|entries)\b[^.;:\n]{0,20}\b(?:runs?|starts?|counts?|counted|begins?)"
    r"[ \n](?:from|at)[ \n~]*(?:\$?0\$?|zero)\b",
    re.IGNORECASE,
)
_ONES: Final = re.compile(
    r"(?<![\w.^])\$?1\$?[ \n]is[ \n](?:the|an?)[ \n](?:column|row|vector)[ \n]of[ \n]ones\b"
)

_PARTS: Final = re.compile(r"\bwith[ \n]fewer[ \n](?:indices|subscripts)[ \n]than[ \n]axes\b")

_ENTRYWISE: Final = re.compile(
    r"\bfunctions[ \n](?:act|are[ \n]applied)[ \n](?:on[ \n]each|entry[ \n]by)[ \n]entry\b"
)


def said_in_sentences(document: Document, stated: Sequence[Stated]) -> Iterator[Stated]:
    """The statements that the sentences of a document make."""
    plain = document.kind == "text"
    for sheet in document.sheets:
        text = sheet.text
        from_zero = _FROM_ZERO.search(text) is not None
        if from_zero:
            yield _of_the_page(Said("from zero"))
        if _ONES.search(text):
            yield _of_the_page(Said("ones"))
        if _PARTS.search(text):
            yield _of_the_page(Said("parts"))
        if _ENTRYWISE.search(text):
            yield _of_the_page(Said("entrywise"))
        shapes: dict[str, Shape] = {}
        for found in (*_COUNTED.finditer(text), *_SHAPED.finditer(text)):
            shape = tuple(map(int, re.findall(r"\d+", found["shape"])))
            shapes |= dict.fromkeys(_listed(found["names"]), shape)
        flat = (
            set() if from_zero else {name for name in shapes if _is_flat(name, shapes[name], stated, plain)}
        )
        for name, shape in shapes.items():
            dims = (prod(shape),) if name in flat else shape
            yield from _given(f"{name} \\in ℝ^{{{'×'.join(map(str, dims))}}}", plain=plain)
        for found in _READS.finditer(text):
            nodes = [_node(name, plain=plain) for name in (*_listed(found["loss"]), *_listed(found["names"]))]
            yield _of_the_page(Said("reads", tuple(node for node in nodes if node is not None)))
        for found in _SUMS_TO_ONE.finditer(text):
            for name in _listed(found["names"]):
                yield from _sums_to_one(name, shapes, flat, int(not from_zero), plain=plain)


def _sums_to_one(
    name: str, shapes: Mapping[str, Shape], flat: set[str], base: int, *, plain: bool
) -> Iterator[Stated]:
    """The sums along the last axis of a tensor, entry by entry where its shape is said."""
    shape = shapes.get(name)
    if shape is None:
        yield from _given(rf"\sum_k {name}_k = 1", plain=False)
    elif prod(shape) <= _MOST_ENTRIES:
        for row, place in enumerate(product(*map(range, shape[:-1]))):
            ends = [[row * shape[-1] + n] if name in flat else [*place, n] for n in range(shape[-1])]
            subs = (", ".join(str(n + base) for n in end) for end in ends)
            spelling = (f"{name}[{sub}]" if plain else f"{name}_{{{sub}}}" for sub in subs)
            yield from _given(" + ".join(spelling) + " = 1", plain=plain)


def _is_flat(name: str, shape: Shape, stated: Sequence[Stated], plain: bool) -> bool:
    """Whether the entries of a matrix are counted row by row, with one number: w_6."""
    wanted = spelled(node) if (node := _node(name, plain=plain)) is not None else None
    if len(shape) != 2 or wanted is None:
        return False
    counts: set[int] = set()
    singles: set[str] = set()
    for part in (part for one in stated for member in one.statement.members for part in parts_of(member)):
        spelling = spelled(part)
        if spelling is None:
            continue
        if spelling.key == wanted.key and _labels(spelling.sups) == _labels(wanted.sups):
            subs = [item for sub in spelling.subs for item in items(sub)]
            if not all(isinstance(sub, Number) for sub in subs):
                return False
            counts |= {len(subs)} - {0}
            singles |= {digits_of(sub) for sub in subs if isinstance(sub, Number)}
        elif not spelling.subs and spelling.key.rstrip("0123456789") == wanted.key:
            counts.add(1)
            singles.add(spelling.key[len(wanted.key) :])
    # w_{12} is row 1, column 2 where no entry has a single digit.
    packed = all(
        len(text) == 2 and all(0 < int(d) <= n for d, n in zip(text, shape, strict=True)) for text in singles
    )
    return counts == {1} and not packed


def _labels(sups: tuple[Node, ...]) -> list[object]:
    return [item.value if isinstance(item, Number) else item for item in label_items(sups)[0]]


def _listed(names: str) -> list[str]:
    """The names of "a, b and c", without the dollars around them."""
    return [name.strip("$") for name in re.findall(_NAME, names) if name != "and"]


def _of_the_page(said: Said) -> Stated:
    from symgrad.verify.reader import read

    (nothing,) = read("0")
    return Stated(0, "given", nothing._replace(members=(), relations=()), inline=True, said=said)


def _node(name: str, *, plain: bool) -> Node | None:
    from symgrad.verify.reader import read

    found = read(f"{name} = 0", plain=plain)
    return found[0].members[0] if len(found) == 1 and len(found[0].members) == 2 else None


def unread(text: str, *, plain: bool) -> Said | None:
    """That what a name is cannot be read, of an equation that begins with a plain name."""
    left, sign, _ = text.partition("=")
    node = _node(left.rstrip("& "), plain=plain) if sign and len(left) <= _LONGEST_NAME else None
    return Said("unread", (node,)) if node is not None and spelled(node) is not None else None


def _given(formula: str, *, plain: bool) -> Iterator[Stated]:
    from symgrad.verify.reader import read

    for statement in read(formula, plain=plain):
        if statement.problem is None and len(statement.members) > 1:
            yield Stated(0, "given", statement, inline=True, plain=plain)
