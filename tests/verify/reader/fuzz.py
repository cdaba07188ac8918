"""Texts that nobody wrote, read: ``python tests/verify/reader/fuzz.py [how many] [seed]``.

Mixtures of pieces of the dialect, real formulas with characters and pieces changed, and characters of all of
Unicode. Nothing may be raised, nothing may take long, and every span lies inside the text.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from symgrad.verify.passages import find
from symgrad.verify.reader import read, show
from symgrad.verify.syntax import children

CORPUS = Path(__file__).parents[1] / "corpus" / "derivations.json"
_TEXT = r"""
\frac \frac{ \frac{\partial \partial } { } ( ) [ ] \left( \right) \left. \right. \left\{ \left|
\right| | \| ‖ _ ^ _{ ^{ ' ^T ^\top ^{(l)} ^{[l-1]T} ^{-1} _{ij} _1 + - \cdot * / \times \odot = :=
\leftarrow \to \in \neq < , ; . \\ & \quad ~ \, % \text{and} \text{ if } \text \mathrm{d} \mathbf{W}
\mathbf \hat \hat{ \bar y \sqrt \sqrt[3]{ \sum \sum_{i=1}^n \prod \max_k \max( \log \ln \exp( \tanh
softmax( yln( d dx dL/dw \frac{d}{dx} \nabla \nabla_W ∂L/∂w ∂ ∇ Σ_i Σ √ ² ₁ ŷ а １ \begin{cases}
\end{cases} \begin{bmatrix} \end{bmatrix} \begin{aligned} \end{aligned} \begin{array}{cc}
\end{array} \dots … .. \over \bf \boxed{ \underbrace{ }_{n} \textcolor{red}{ \tag{1} \label{x}
\parital \foo rac{ \pm \overset{!}{=} \substack{ x W a1 w_{11} 12 0.5 \sigma \delta_3h_1
\mathbb{R}^{n} \mathcal{L} \operatorname{softmax} \infty \delta 1e-5 : \forall i for where @ .T **2
<- [i,j] \n \% \# $ ^* ^{<t>} \langle \rangle \big( \bigr| \middle \limits \displaystyle \color{red}
d^2 \partial^2
"""
PIECES = _TEXT.split()


def formulas() -> list[str]:
    """The formulas of the corpus."""
    documents = json.loads(CORPUS.read_text(encoding="utf-8"))["documents"]
    return sorted({passage.reading for entry in documents for passage in find(entry["document"]).passages})


def text(source: random.Random, known: list[str]) -> str:
    """A text to read."""
    kind = source.random()
    if kind < 0.45:
        return source.choice(("", " ")).join(source.choice(PIECES) for _ in range(source.randrange(1, 16)))
    if kind < 0.9:
        written = source.choice(known)
        for _ in range(source.randrange(1, 4)):
            at = source.randrange(len(written) + 1)
            stop = at + source.choice((0, 0, 1, 1, 2, 9, 40))
            new = source.choice(
                ("", source.choice(PIECES), source.choice(known)[:20], source.choice("{}()\\_^&"))
            )
            written = written[:at] + new + written[stop:]
            if source.random() < 0.1:
                written = written[: source.randrange(len(written) + 1)]
        return written
    return "".join(
        chr(
            source.choice(
                (source.randrange(32, 127), source.randrange(0x2FF, 0x2400), source.randrange(0xD7FF))
            )
        )
        for _ in range(source.randrange(1, 30))
    )


def check(written: str, plain: bool) -> None:
    """Read a text, and see that the answer is one: spans inside the text, each node in its parent's."""
    for statement in read(written, plain=plain):
        inside(statement.span, (0, len(written)))
        assert bool(statement.members) == (statement.problem is None)
        if statement.problem is not None:
            inside(statement.problem.span, (0, len(written)))
            assert statement.problem.message
        else:
            assert len(statement.relations) == len(statement.members) - (not statement.leading)
        for repair in statement.repairs:
            inside(repair.span, (0, len(written)))
        stack = [(member, statement.span) for member in statement.members]
        for member in statement.members:
            show(member)
        while stack:
            node, around = stack.pop()
            inside(node.span, around)
            stack += [(child, node.span) for child in children(node)]


def inside(span: tuple[int, int], around: tuple[int, int]) -> None:
    """One span lies in another."""
    assert around[0] <= span[0] <= span[1] <= around[1], (span, around)


def main(count: int, seed: int) -> int:
    """Read ``count`` texts; how many went wrong."""
    source = random.Random(seed)
    known = formulas()
    wrong = 0
    slowest = 0.0
    for number in range(count):
        written = text(source, known)
        plain = source.random() < 0.3
        start = time.perf_counter()
        try:
            check(written, plain)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            wrong += 1
            sys.stdout.write(f"{number}: {type(error).__name__} {error}: plain={plain} {written!r}\n")
            if wrong > 20:
                break
        slowest = max(slowest, time.perf_counter() - start)
    sys.stdout.write(f"{count:,} texts, {wrong} wrong, the slowest in {slowest * 1000:.0f} ms\n")
    return wrong


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]] + [200_000, 1][len(sys.argv) - 1 :]
    sys.exit(main(*numbers) > 0)
