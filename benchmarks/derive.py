"""The speed of symgrad beside that of SymPy, symengine, CasADi and torch, in one run, one thread each.

Run by ``make bench``; docs/benchmarks.md says what is measured and holds the last table. A peer that is not
installed is named in its row. Nothing here passes or fails: the exit status is 0 whatever the ratios are.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from time import perf_counter
from typing import Any

from _peers import (
    KERNEL,
    STRIDE,
    convolution_in_torch,
    in_casadi,
    in_symengine,
    in_sympy,
    perceptron_in_torch,
)
from _timing import Row, exponent, interleaved, printed, told

import symgrad as sg
from symgrad.derivation.derive import derive, document
from symgrad.derivation.size import within_budget
from symgrad.network.build import build
from symgrad.render.latex import render_latex

ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"
MLP = "input(4) | linear(8) | tanh | linear(3) | mse"
PEERS = ("sympy", "symengine", "casadi", "torch", "numpy")
SIZES = (28, 40, 56, 80, 112, 128)
PROCESSES = 21
BATCHES = (64, 4096)


def main() -> None:
    """Measure everything and print the table."""
    begun = perf_counter()
    found = ", ".join(f"{name} {_version(name) or '(not installed)'}" for name in PEERS)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, one thread; {found}", flush=True)
    rows: list[Row] = []
    for part in (derived_and_printed, growth, processes, calls):
        for row in part():
            rows.append(row)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(printed(rows))
    print(f"Measured in {perf_counter() - begun:.0f} s.")


def image(size: int) -> str:
    """The network of the first two parts: a square image, the article's kernel and stride."""
    return f"input({size}x{size}) | conv2d(1, {KERNEL}, stride={STRIDE}, bias=false)"


def gradients_in_latex(size: int) -> str:
    """From the description to the complete LaTeX of all gradients, without the forward formulas."""
    derivation = document(derive(build(image(size))))
    gradients = tuple(formula for formula in derivation.formulas if formula.kind == "gradient")
    derivation = derivation._replace(formulas=gradients)
    within_budget(derivation, 1_000_000)
    return "".join(render_latex(derivation))


def everything_in_latex(size: int) -> str:
    """The same with the forward formulas, by the public way."""
    return sg.derive(image(size)).latex()


def derived_and_printed() -> Iterator[Row]:
    """Every ∂L/∂w and ∂L/∂a of a 28×28 image, derived and printed."""
    size = SIZES[0]
    formulas, products = counted(gradients_in_latex(size))
    assert (formulas, products) == (793, 3042)
    what = f"{size}×{size} image: {formulas} gradients, {products:,} products, in LaTeX"
    ways: dict[str, Callable[[], Any]] = {
        "symgrad": lambda: gradients_in_latex(size),
        "with forward": lambda: everything_in_latex(size),
    }
    if _version("casadi"):
        ways["CasADi"] = lambda: in_casadi(size)
        ways["CasADi, arrays"] = lambda: in_casadi(size, by_arrays=True)
    if _version("symengine"):
        ways["symengine"] = lambda: in_symengine(size)
    for name, way in ways.items():
        texts = way()  # everything is warm before anything is timed
        assert isinstance(texts, str) or len(texts) == formulas, name
    times = interleaved(ways, 11, at_most=20)
    ours = times["symgrad"]
    if _version("sympy"):
        once = in_sympy(size)
        yield Row(what, told(ours.median), f"sympy.diff + latex {told(once)}", once / ours.median, ("≥", 500))
    else:
        yield Row(what, told(ours.median), "sympy is not installed", None, ("≥", 500))
    peers = {
        "CasADi": ("CasADi SX, its graph and text", ("≥", 5.0)),
        "CasADi, arrays": ("CasADi SX, its graph built by arrays", None),
        "symengine": ("symengine diff + str", None),
    }
    for name, (label, target) in peers.items():
        if name in times:
            ratio = times[name].best / ours.best
            yield Row(what, told(ours.best), f"{label} {told(times[name].best)}", ratio, target)
        else:
            yield Row(what, told(ours.best), f"{name.split(',')[0].lower()} is not installed", None, target)
    share = times["with forward"].best / ours.best
    yield Row("  the same with the forward formulas", told(times["with forward"].best), "without them", share)


def counted(latex: str) -> tuple[int, int]:
    """The formulas in a text of gradients, and the products on their right sides."""
    return latex.count(r"} &= "), latex.count(r"\frac{\partial L}{\partial z_")


def growth() -> Iterator[Row]:
    """How the time grows with the pixels."""
    ours: list[float] = []
    theirs: list[float] = []
    for size in SIZES:
        ways: dict[str, Callable[[], Any]] = {"symgrad": lambda size=size: gradients_in_latex(size)}
        if _version("casadi"):
            ways["CasADi"] = lambda size=size: in_casadi(size)
        times = interleaved(ways, 3, at_most=4)
        again = interleaved({"symgrad": ways["symgrad"]}, 6)
        ours.append(min(times["symgrad"].best, again["symgrad"].best))
        if "CasADi" in times:
            theirs.append(times["CasADi"].best)
    pixels = [size**2 for size in SIZES]
    peer = f"CasADi ^{exponent(pixels, theirs):.2f}" if theirs else "casadi is not installed"
    what = f"{SIZES[0]}² to {SIZES[-1]}² pixels: e of t ~ pixels^e"
    ends = f"{told(ours[0])} … {told(ours[-1])}"
    yield Row(what, ends, peer, exponent(pixels, ours), ("≤", 1.15), unit="")


def processes() -> Iterator[Row]:
    """``symgrad derive`` of the article's network beside ``symgrad --help``, each a process of its own."""
    what = "process: symgrad derive ARTICLE"
    if find_spec("symgrad.cli") is None:
        yield Row(what, "no symgrad.cli yet", "symgrad --help", None, ("≤", 2))
        return
    script = Path(sys.executable).with_name("symgrad")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "symgrad"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def run(*arguments: str) -> None:
        subprocess.run([*command, *arguments], env=environment, capture_output=True, check=True)

    ways = {
        "derive": lambda: run("derive", ARTICLE),
        "help": lambda: run("--help"),
        "python": lambda: subprocess.run([sys.executable, "-c", ""], env=environment, check=True),
    }
    interleaved(ways, 2)  # writes the bytecode
    times = interleaved(ways, PROCESSES)
    ratio = times["derive"].median / times["help"].median
    ours, peer = told(times["derive"].median), f"symgrad --help {told(times['help'].median)}"
    yield Row(what, ours, f"{peer}; bare python {told(times['python'].median)}", ratio, ("≤", 2))
    traced = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "symgrad", "derive", ARTICLE],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in traced.stderr.splitlines()}
    heavy = [name for name in ("sympy", "numpy") if name in imported]
    yield Row(
        "  of SymPy and NumPy it imports", ", ".join(heavy) or "neither", "", len(heavy), ("≤", 0), unit=""
    )


def calls() -> Iterator[Row]:
    """One call of the evaluator beside torch with autograd, NumPy arrays in and out on both sides."""
    for label, network, batch, in_torch, target in (
        ("article's network, one sample", ARTICLE, None, convolution_in_torch, ("≥", 3.0)),
        *((f"article's network, batch of {n:,}", ARTICLE, n, convolution_in_torch, None) for n in BATCHES),
        ("MLP 4-8-3 tanh, one sample", MLP, None, perceptron_in_torch, None),
        *((f"MLP 4-8-3 tanh, batch of {n:,}", MLP, n, perceptron_in_torch, None) for n in BATCHES),
    ):
        what = f"{label}: all gradients"
        evaluate = sg.evaluator(network)
        values = random_values(evaluate, batch)
        ways: dict[str, Callable[[], Any]] = {"symgrad": lambda f=evaluate, v=values: f(v)}
        if _version("torch"):
            import_module("torch").set_num_threads(1)
            ways["torch"] = lambda f=in_torch, v=values: f(v)
            agree(evaluate(values), in_torch(values))
        else:
            evaluate(values)
        times = interleaved(ways, 15, calls=max(3, 300 // (batch or 1)), at_most=3)
        ours = times["symgrad"].best
        if "torch" in times:
            yield Row(
                what, told(ours), f"torch {told(times['torch'].best)}", times["torch"].best / ours, target
            )
        else:
            yield Row(what, told(ours), "torch is not installed", None, target)


def random_values(evaluate: Any, batch: int | None) -> dict[str, Any]:
    """Values for the evaluator's sources; the parameters are shared over a batch, the rest has its axis."""
    import numpy as np

    random = np.random.default_rng(1)
    return {
        tensor.name: random.standard_normal(
            tensor.shape if batch is None or tensor.role == "parameter" else (batch, *tensor.shape)
        )
        for tensor in evaluate.sources
    }


def agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """The two computed the same, to rounding over the longest sums."""
    import numpy as np

    for name, value in theirs.items():
        scale = max(1.0, float(np.abs(value).max()), sqrt(value.size))
        assert np.abs(ours[name] - value).max() <= 1e-11 * scale, name


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
