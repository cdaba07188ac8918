"""Whole networks: what deriving one costs, how that grows with depth, and what the formulas cost in turn.

Run by ``make bench``; docs/benchmarks.md says what is measured and holds the last table.
"""

from __future__ import annotations

import ast
import json
import platform
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from _timing import Row, interleaved, printed, told

from symgrad.derivation.derive import derive, document
from symgrad.derivation.document import Document
from symgrad.derivation.size import printed_terms
from symgrad.network.build import build
from symgrad.render.json import render_json
from symgrad.render.latex import render_latex
from symgrad.render.text import render_text

LENET = (
    "input(1x28x28) | conv2d(6, 5, padding=2) | tanh | avg_pool2d(2) | conv2d(16, 5) | tanh | avg_pool2d(2)"
    " | flatten | linear(120) | tanh | linear(84) | tanh | linear(10) | cross_entropy"
)
WIDTH, DEPTH = 8, 6


def first_layer(size: int) -> str:
    """LeNet-5's first layer on an image of this size."""
    return f"input(1x{size}x{size}) | conv2d(6, 5, padding=2, bias=false)"


def main() -> None:
    """Measure everything and print the table."""
    print(f"Python {platform.python_version()}", flush=True)
    rows: list[Row] = []
    for part in (derived, growth, operations, substituted, written):
        for row in part():
            rows.append(row)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(printed(rows))


def derived() -> Iterator[Row]:
    """LeNet-5 with all its gradients in index form, beside the import of torch, in processor time."""
    what = "LeNet-5 on 28×28: all gradients in index form"
    imports = "from symgrad.derivation.derive import derive; from symgrad.network.build import build"
    derived = f"derive(build({LENET!r}))"
    ways = {"derived": (imports, derived), "with imports": ("", f"{imports}; {derived}")}
    if find_spec("torch"):
        ways["torch"] = ("", "import torch")
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(7):
        for name, way in ways.items():
            found[name].append(spent(*way))
    best = {name: min(seconds[1:]) for name, seconds in found.items()}  # the first writes the bytecode
    torch = best.get("torch")
    peer = "torch is not installed" if torch is None else f"import torch {told(torch)}"
    for name, label in (("derived", what), ("with imports", "  with the import of symgrad")):
        ratio = None if torch is None else 100 * best[name] / torch
        yield Row(label, told(best[name]), peer, ratio, ("≤", 20), unit=" %")


def spent(before: str, statements: str) -> float:
    """The seconds of processor time that the statements take in a new process, once."""
    lines = (before, "from time import process_time", "start = process_time()", statements)
    code = "\n".join((*lines, "print(process_time() - start)"))
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def chain(layers: int) -> str:
    """A network of so many layers, linear and tanh in turn."""
    return f"input(8) | {' | '.join(['linear(8)', 'tanh'] * (layers // 2))} | mse"


def growth() -> Iterator[Row]:
    """80 layers beside 20: derived, and derived and printed in index form."""

    def in_text(layers: int) -> str:
        return "".join(render_text(document(derive(build(chain(layers))), "index")))

    for what, way in (
        ("80 layers: all gradients", lambda n: derive(build(chain(n)))),
        ("  and their text in index form", in_text),
    ):
        ways = {"20": lambda way=way: way(20), "80": lambda way=way: way(80)}
        interleaved(ways, 1)
        times = interleaved(ways, 15, at_most=20, clock=process_time)
        ratio = times["80"].best / times["20"].best
        yield Row(what, told(times["80"].best), f"20 layers {told(times['20'].best)}", ratio, ("≤", 4.6))


def perceptron(width: int, depth: int) -> str:
    """A tanh network with the squared error."""
    return f"input({width}) | {' | '.join([f'linear({width}) | tanh'] * depth)} | mse"


def operations() -> Iterator[Row]:
    """What all formulas of a tanh network compute, beside a count by hand."""
    found, hand = counted(document(derive(build(perceptron(WIDTH, DEPTH))))), by_hand(WIDTH, DEPTH)
    what = f"tanh network, width {WIDTH}, depth {DEPTH}: operations"
    yield Row(what, f"{found:,}", f"by hand {hand:,}", found / hand, ("≤", 1.0))


def substituted() -> Iterator[Row]:
    """The operations with every intermediate put in, predicted; and counted where they are few enough."""
    small = substituting(3, 3)
    predicted, written = printed_terms(small), counted(small)
    what = "width 3, depth 3, all put in: operations predicted"
    off = abs(predicted - written)
    yield Row(what, f"{predicted:,}", f"written out {written:,}", off, ("≤", 0), unit=" off")
    times = interleaved({"predicted": lambda: printed_terms(substituting(WIDTH, DEPTH))}, 3)
    what = f"  width {WIDTH}, depth {DEPTH}: predicted in {told(times['predicted'].best)}"
    many, named = printed_terms(substituting(WIDTH, DEPTH)), by_hand(WIDTH, DEPTH)
    yield Row(what, f"{many:,}", f"named {named:,}", many / named)


def substituting(width: int, depth: int) -> Document:
    """The substituted view of a tanh network, whatever its size; nothing is written yet."""
    return document(derive(build(perceptron(width, depth))), "substituted", most=10**100)


def by_hand(n: int, depth: int) -> int:
    """The operations of the forward pass and of every gradient, the input's too; each layer is n × n.

    An operation is a sum, a difference or a product of two numbers, a square or a tanh. A layer is
    z = W·x + b: n² products, n·(n − 1) sums and n more for b; h = tanh z: n. Backwards:
    ∂L/∂z = ∂L/∂h·(1 − h²) is a square, a difference and a product each; ∂L/∂W = ∂L/∂z·xᵀ is n² products;
    ∂L/∂b is ∂L/∂z; and ∂L/∂x = Wᵀ·∂L/∂z is n² products and n·(n − 1) sums. L = 1/n·Σ(h − y)²: n differences,
    n squares, n − 1 sums and the product by 1/n; ∂L/∂h = 2/n·(h − y): a difference and a product each.
    """
    forward = n * n + n * (n - 1) + n + n
    backward = 3 * n + n * n + n * n + n * (n - 1)
    loss = n + n + (n - 1) + 1 + 2 * n
    return depth * (forward + backward) + loss


def counted(printed: Document) -> int:
    """The operations in the expressions of the JSON output; a fraction is a number, a sign no operation."""
    output = json.loads("".join(render_json(printed)))
    nodes = (node for eq in output["equations"] for node in ast.walk(ast.parse(eq["expression"])))
    return sum(isinstance(node, ast.BinOp | ast.Call) and not _number(node) for node in nodes)


def _number(node: ast.AST) -> bool:
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    return bool(sides) and all(isinstance(side, ast.Constant) for side in sides)


RENDERERS = {"text": render_text, "LaTeX": render_latex}


def written() -> Iterator[Row]:
    """Every formula of LeNet-5's first layer to a file, beside a join of its terms' ready-made text."""
    with TemporaryDirectory() as folder:
        for name in RENDERERS:
            path = Path(folder, name)
            print_to(path, first_layer(28), name)
            lines = [line.split(" + ") for line in path.read_text("utf-8").split("\n")]
            terms = printed_terms(document(derive(build(first_layer(28)))))
            times = interleaved(
                {
                    "symgrad": lambda path=path, name=name: print_to(path, first_layer(28), name),
                    "join": lambda path=path, lines=lines: join_to(path, lines),
                },
                5,
            )
            ours, peer = times["symgrad"].best, times["join"].best
            what = f"LeNet-5's first layer on 28×28, {terms:,} terms in {name}, to a file"
            yield Row(what, told(ours), f"join alone {told(peer)}", ours / peer, ("≤", 50))
            for size in (28, 56):
                most = peak(path, first_layer(size), name)
                held = path.stat().st_size
                yield Row(
                    f"  memory at its peak on {size}×{size}, beside the file's size",
                    f"{most / 1e6:.2f} MB",
                    f"{held / 1e6:.1f} MB",
                    100 * most / held,
                    ("≤", 25) if size == 28 else None,
                    unit=" %",
                )


def print_to(path: Path, network: str, renderer: str) -> None:
    """Derive, and write chunk by chunk, as ``symgrad derive -o`` does."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(RENDERERS[renderer](document(derive(build(network)))))


def join_to(path: Path, lines: list[list[str]]) -> None:
    """What no printer can do without: each formula joined, and written."""
    with path.open("w", encoding="utf-8") as file:
        for terms in lines:
            file.write(" + ".join(terms))
            file.write("\n")


def peak(path: Path, network: str, renderer: str) -> int:
    """The most memory in bytes that is held at a time while the network is derived and written."""
    tracemalloc.start()
    print_to(path, network, renderer)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


if __name__ == "__main__":
    main()
