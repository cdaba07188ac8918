"""Documents with one claim, as someone would hand them in: Markdown with LaTeX, or plain text.

A :class:`Case` is a document with what is true of it: a rewording that is right, or a slip that is wrong in
one known term. It imports nothing of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from oracles.derivations import Derivation
from oracles.families import drawn
from oracles.handwriting import Affine, Entry, Node, entries
from oracles.pens import Letter, Pen, latex_pen, text_pen
from oracles.rewordings import reworded
from oracles.slips import Slip, slip


@dataclass(frozen=True)
class Case:
    """A document, the network beside it, and the truth.

    ``core`` and ``outer`` are (what stands there, what should): the least that is wrong, and its whole term.
    ``kinds`` are the true names of the slip; ``kind`` is ours, of a slip or of the rewordings. ``alone``: the
    right side has one term, so that the slip may be on either side.
    """

    seed: int
    family: str
    form: str
    kind: str
    text: str
    format: str
    net: str | None
    right: bool
    claim: str
    corrected: str
    core: tuple[str, str] = ("", "")
    outer: tuple[str, str] = ("", "")
    kinds: tuple[str, ...] = ()
    alone: bool = False


RAW = {
    "sigma": ("{sigma}(u) = \\frac{{1}}{{1 + e^{{-u}}}}", "sigmoid(u) = 1/(1 + exp(-u))"),
    "relu": ("{relu}(u) = \\max(0, u)", "relu(u) = max(0, u)"),
}


def _numbers_in(node: Node) -> list[tuple[Entry, tuple[int, ...]]]:
    return [
        (entry, tuple(p for p in entry.places if isinstance(p, int)))
        for entry in entries(node)
        if entry.places and not any(isinstance(p, Affine) for p in entry.places)
    ]


def _clear(d: Derivation, pen: Pen, target: Node, members: tuple[Node, ...]) -> bool:
    """Whether the claim alone says how entries are numbered: nobody could take a_{11} for another entry."""
    matrices = [(e, ns) for node in (target, *members) for e, ns in _numbers_in(node) if len(ns) == 2]
    if d.net is None or not matrices:
        return True
    if pen.indexing in ("flat", "flat-text"):
        return any(len(pen.index(e)) == 1 for e, _ in matrices)
    if pen.indexing not in ("comma", "spaced") and all(pen.index(e).isdigit() for e, _ in matrices):
        # As flat numbers some would lie outside.
        return any(int(pen.index(e)) > d.shapes[e.role][0] * d.shapes[e.role][1] for e, _ in matrices)
    return True


def _declarations(d: Derivation, pen: Pen) -> list[str]:
    lines = []
    for role in d.declared:
        shape = d.shapes[role]
        if d.form == "scalar" and len(shape) == 1 and shape[0] <= 3:
            lines += [f"{pen.entry(Entry(role, (n,)))} \\in \\mathbb{{R}}" for n in range(shape[0])]
            continue
        size = " \\times ".join(d.symbolic.get(n, str(n)) for n in shape)
        lines.append(f"{pen.name(role)} \\in \\mathbb{{R}}" + (f"^{{{size}}}" if size else ""))
    for name, size in d.ranges:
        lines.append(f"{name} = {pen.base}, \\dots, {size - 1 + pen.base}")
    lines += [f"{pen.name(role)} > 0" for role in d.positive]
    lines += [f"{pen.write(left)} = {pen.write(right)}" for left, right in d.hypotheses]
    return lines


def _functions(d: Derivation, pen: Pen) -> list[str]:
    lines = []
    for name in d.raw:
        if name in RAW:
            latex, text = RAW[name]
            lines.append(latex.format(sigma=pen.sigma, relu=pen.relu) if pen.latex else text)
    return lines


def _display(random: Random, formula: str) -> str:
    if "\n" in formula or random.random() < 0.6:
        return f"$$\n{formula}\n$$"
    style = random.randrange(4)
    if style == 0:
        return f"\\[ {formula} \\]"
    if style == 1:
        return f"```math\n{formula}\n```"
    if style == 2:
        return f"\\begin{{equation}}\n{formula}\n\\end{{equation}}"
    return f"$${formula}$$"


def _claim(random: Random, pen: Pen, target: Node, members: tuple[Node, ...], style: str) -> str:
    left, rights = pen.write(target), [pen.write(member) for member in members]
    if style == "rows" and pen.latex:
        rows = [f"{left} &= {rights[0]}", *(f"&= {right}" for right in rights[1:])]
        body = " \\\\\n".join(rows)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    return " = ".join([left, *rights])


def sheet(
    random: Random,
    d: Derivation,
    pen: Pen,
    target: Node,
    members: tuple[Node, ...],
    style: str,
    habits: Mapping[str, bool],
) -> tuple[str, str]:
    """The document, and the claim in it."""
    claim = _claim(random, pen, target, members, style)
    end = random.choice(["", "", "", ".", ","])
    if not pen.latex:
        lines = (
            []
            if d.net
            else [
                *_functions(d, pen),
                *(f"{pen.write(left)} = {pen.write(right)}" for left, right in d.definitions),
            ]
        )
        hypotheses = [f"{pen.name(role)} > 0" for role in d.positive]
        hypotheses += [f"{pen.write(left)} = {pen.write(right)}" for left, right in d.hypotheses]
        if habits["marks"] and lines:
            return "\n".join(
                ["# symgrad: given", *hypotheses, *lines, "", "# symgrad: claim", claim]
            ) + "\n", claim
        return "\n".join([*hypotheses, *lines, "", claim]).lstrip("\n") + "\n", claim
    blocks = [f"# {d.family.capitalize()}"]
    if d.net is None:
        if habits["marks"]:
            blocks.append("<!-- symgrad: given -->")
        blocks += [_display(random, line) for line in _declarations(d, pen)]
        lines = [
            *_functions(d, pen),
            *(f"{pen.write(left)} = {pen.write(right)}" for left, right in d.definitions),
        ]
        if habits["together"] and len(lines) > 1:
            rows = " \\\\\n".join(line.replace(" = ", " &= ", 1) for line in lines)
            blocks.append(f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$")
        else:
            blocks += [_display(random, line) for line in lines]
        blocks.append("Then" if not habits["marks"] else "<!-- symgrad: claim -->")
    if "\n" in claim:
        blocks.append(f"$$\n{claim}\n$$" if end == "" else f"$$\n{claim}{end}\n$$")
    else:
        blocks.append(_display(random, claim + end))
    return "\n\n".join(blocks) + "\n", claim


def _hand(random: Random, d: Derivation) -> Pen:
    plain = all(
        "\\" not in letter.plain and "{" not in letter.plain
        for role, letter in d.letters.items()
        if role in d.shapes or role == "L"
    )
    if d.text and plain and d.form in ("scalar", "chain") and random.random() < 0.2:
        texts = {role: replace_text(letter) for role, letter in d.letters.items()}
        habits = {"indexing": "flat-text"} if d.habits.get("indexing") == "flat" else {}
        return text_pen(random, texts, d.shapes, **habits)
    fixed = dict(d.habits)
    # With one number in 12 from 0, where the formula shows it.
    if d.form == "index" and random.random() < 0.15:
        fixed["base"] = 0
    return latex_pen(random, d.letters, d.shapes, **fixed)


def replace_text(letter: Letter) -> Letter:
    return letter if letter.text else Letter(letter.latex, letter.label, letter.latex)


def case(seed: int, right: bool) -> Case:
    """The case of a seed; a slip may be made in a formula that was reworded before."""
    random = Random(f"{seed} {right}")
    while True:
        d = drawn(random)
        made = _right(random, d, seed) if right else _wrong(random, d, seed)
        if made is not None:
            return made


def _right(random: Random, d: Derivation, seed: int) -> Case | None:
    pen = _hand(random, d)
    new, done = reworded(random, replace(d, habits={**d.habits, "limits": pen.limits}))
    if (not done and random.random() < 0.9) or not _clear(d, pen, d.target, new.members):
        return None
    text, claim = _written(random, new, pen, d.target, new.members)
    return Case(
        seed,
        d.family,
        d.form,
        done[-1] if done else "as it is",
        text,
        _format(pen),
        d.net,
        True,
        claim,
        claim,
    )


def _format(pen: Pen) -> str:
    return "markdown" if pen.latex else "text"


def _written(
    random: Random, d: Derivation, pen: Pen, target: Node, members: tuple[Node, ...]
) -> tuple[str, str]:
    style = "rows" if random.random() < (0.3 if len(members) > 1 else 0.08) else "line"
    habits = {"marks": random.random() < 0.6, "together": random.random() < 0.3}
    return sheet(random, d, pen, target, members, style, habits)


def _wrong(random: Random, d: Derivation, seed: int) -> Case | None:
    pen = _hand(random, d)
    if random.random() < 0.3:
        d, _ = reworded(random, replace(d, habits={**d.habits, "limits": pen.limits}), 2)
    made: Slip | None = None
    for _ in range(8):
        made = slip(random, d, pen)
        if made is not None:
            break
    if made is None or not _clear(d, pen, made.target, made.members):
        return None
    state = random.getstate()
    text, claim = _written(random, d, pen, made.target, made.members)
    random.setstate(state)
    _, corrected = _written(random, d, pen, d.target, d.members)
    if squeezed(claim) == squeezed(corrected):
        return None
    return Case(
        seed, d.family, d.form, made.kind, text, _format(pen), d.net, False, claim, corrected,
        made.core, made.outer, made.kinds, made.alone,
    )  # fmt: skip


def squeezed(text: str) -> str:
    """Without what changes no meaning: blanks, braces, sizes of brackets, signs of multiplication."""
    text = re.sub(
        r"\\left|\\right|\\,|\\cdot|\\times(?![a-z])|\*|·|\\begin\{aligned\}|\\end\{aligned\}|\\\\|&",
        " ",
        text,
    )
    text = text.replace("\\dfrac", "\\frac")
    return re.sub(r"[\s{}]", "", text)
