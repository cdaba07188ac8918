"""Documents that mean harm: refused with a message, or judged, soon and in bounded memory.

Each goes through ``symgrad verify -`` in a process of its own, with a limit on its memory. Nothing is run
or read.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest

MEMORY = 1 << 30
# Of processor time, start-up included; a shared machine makes the clock on the wall no measure.
SECONDS = 3.0
PATIENCE = 20

RIGHT, WRONG, REFUSED, OPEN = 0, 1, 2, 3


class Outcome(NamedTuple):
    status: int
    output: bytes
    errors: bytes
    seconds: float


def verified(content: bytes, *options: str) -> Outcome:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "symgrad", "verify", "-", *options],
        input=content,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
        preexec_fn=limited,  # no threads here
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Outcome(done.returncode, done.stdout, done.stderr, taken)


def shown(formula: str) -> bytes:
    return f"# A sheet\n\n$$\n{formula}\n$$\n".encode()


def sheet(*formulas: str) -> bytes:
    return ("# A sheet\n\n" + "".join(f"$$\n{formula}\n$$\n\n" for formula in formulas)).encode()


def deep(opening: str, closing: str, inside: str = "x", depth: int = 10_000) -> bytes:
    return sheet("z = x", f"z = {opening * depth}{inside}{closing * depth}")


def bomb(levels: int, width: int = 2) -> str:
    lines = ["\\newcommand{\\aa}{x}"]
    names = [f"\\a{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(levels + 1)]
    lines += [f"\\newcommand{{{b}}}{{{a * width}}}" for a, b in pairwise(names)]
    return "\n".join(lines) + f"\n\n$$z = {names[-1]}$$\n"


def notebook(text: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "markdown", "source": text}], "nbformat": 4}).encode()


def doubling(levels: int, join: str) -> bytes:
    names = [f"a_{{{n}}}" for n in range(levels + 1)]
    steps = [f"{b} = {a} {join} {a}" for a, b in pairwise(names)]
    return sheet(*steps, f"\\frac{{\\partial a_{{{levels}}}}}{{\\partial a_{{0}}}} = 1")


SOME = {RIGHT, WRONG, REFUSED, OPEN}
NOT_RIGHT = {WRONG, REFUSED, OPEN}
NEVER = {REFUSED, OPEN}

# What it is, the document, the statuses that are no lie, options.
HOSTILE: list[tuple[str, Callable[[], bytes], set[int], tuple[str, ...]]] = [
    # Nesting.
    ("brackets", lambda: deep("(", ")"), NEVER, ()),
    ("brackets-open", lambda: deep("(", ""), NEVER, ()),
    ("braces", lambda: deep("{", "}"), SOME, ()),
    ("left-right", lambda: deep("\\left(", "\\right)"), NEVER, ()),
    ("fractions", lambda: deep("\\frac{1}{", "}"), NEVER, ()),
    ("roots", lambda: deep("\\sqrt{", "}"), NEVER, ()),
    ("exponents", lambda: deep("x^{", "}"), NEVER, ()),
    ("subscripts", lambda: deep("x_{", "}"), NEVER, ()),
    ("functions", lambda: deep("\\exp(", ")"), NEVER, ()),
    ("functions-bare", lambda: deep("\\log ", ""), NEVER, ()),
    ("accents", lambda: deep("\\hat{", "}"), NEVER, ()),
    ("sums", lambda: deep("\\sum_{i=1}^{2} ", ""), NEVER, ()),
    ("environments", lambda: deep("\\begin{matrix}", "\\end{matrix}"), NEVER, ()),
    ("bars", lambda: deep("|", "|", depth=10_001), NEVER, ()),
    ("minus", lambda: deep("-", ""), SOME, ()),
    ("over", lambda: deep("{1 \\over ", "}"), NEVER, ()),
    ("derivatives", lambda: deep("\\frac{\\partial ", "}{\\partial x}"), NEVER, ()),
    ("plain-text", lambda: b"z = x\nz = " + b"(" * 10_000 + b"x" + b")" * 10_000 + b"\n", NEVER, ()),
    ("quotations", lambda: b">" * 10_000 + b" $$z = x$$\n", SOME, ()),
    ("lists", lambda: b"".join(b" " * n + b"- a\n" for n in range(700)) + b"\n$$z = x$$\n", SOME, ()),
    # Powers and numbers.
    ("tower", lambda: sheet("z = x", "z = x^{9^{9^{9}}}"), NOT_RIGHT, ()),
    ("tower-of-numbers", lambda: sheet("z = x", "z = 9^{9^{9^{9^{9}}}} x"), NOT_RIGHT, ()),
    ("great-exponent", lambda: sheet("z = x", "z = x^{999999999999}"), NOT_RIGHT, ()),
    ("great-number-power", lambda: sheet("z = x", "z = 7^{999999999} x"), NOT_RIGHT, ()),
    ("negative-tower", lambda: sheet("z = x", "z = (1/7)^{-9^{9}} x"), NOT_RIGHT, ()),
    ("long-number", lambda: sheet("z = x", f"z = {'1' * 100_000} x"), NOT_RIGHT, ()),
    ("long-decimal", lambda: sheet("z = x", f"z = 0.{'1' * 100_000} x"), NOT_RIGHT, ()),
    ("power-of-sum", lambda: sheet("z = (a + b + c + d + e)^{64}", "z = (e + d + c + b + a)^{64}"), SOME, ()),
    ("power-of-power", lambda: sheet("z = ((a + b)^{64})^{64}", "z = (a + b)^{4096}"), SOME, ()),
    (
        "product-of-sums",
        lambda: sheet(
            "z = x",
            "z = " + "".join("(" + " + ".join(f"a_{{{k},{n}}}" for n in range(9)) + ")" for k in range(40)),
        ),
        NOT_RIGHT,
        (),
    ),
    ("exp-tower", lambda: sheet("z = x", "z = " + "e^{" * 60 + "9" + "}" * 60 + " x"), NOT_RIGHT, ()),
    ("zero-division", lambda: sheet("z = x", "z = \\frac{x}{0}", "z = \\frac{x}{x - x}"), NOT_RIGHT, ()),
    ("nothing-defined", lambda: sheet("z = \\log(0)", "z = 0^0", "z = \\sqrt{-1}"), NOT_RIGHT, ()),
    ("factorial", lambda: sheet("z = x", "z = 99999999! x"), NOT_RIGHT, ()),
    # Sizes.
    (
        "long-sum",
        lambda: sheet("L = \\sum_{i=1}^{1000000000} x_i", "\\frac{\\partial L}{\\partial x_1} = 2"),
        NOT_RIGHT,
        (),
    ),
    (
        "sum-of-sums",
        lambda: sheet(
            "L = \\sum_{i=1}^{1000}\\sum_{j=1}^{1000}\\sum_{k=1}^{1000} x_i y_j z_k",
            "\\frac{\\partial L}{\\partial x_1} = 0",
        ),
        NOT_RIGHT,
        (),
    ),
    ("long-product", lambda: sheet("L = \\prod_{i=1}^{1000000000} x_i", "L = 0"), NOT_RIGHT, ()),
    ("sum-to-tower", lambda: sheet("L = \\sum_{i=1}^{9^{9^9}} x_i", "L = 0"), NOT_RIGHT, ()),
    (
        "great-matrix",
        lambda: sheet(
            "W \\in \\mathbb{R}^{100000 \\times 100000}",
            "x \\in \\mathbb{R}^{100000}",
            "z = W x",
            "\\frac{\\partial L}{\\partial W} = x \\frac{\\partial L}{\\partial z}",
        ),
        NOT_RIGHT,
        (),
    ),
    (
        "great-vector",
        lambda: sheet(
            "x \\in \\mathbb{R}^{1000000000}", "L = \\|x\\|^2", "\\frac{\\partial L}{\\partial x} = x"
        ),
        NOT_RIGHT,
        (),
    ),
    (
        "many-axes",
        lambda: sheet("x \\in \\mathbb{R}^{" + " \\times ".join(["9"] * 200) + "}", "z = x", "z = 2 x"),
        NOT_RIGHT,
        (),
    ),
    (
        "great-range",
        lambda: sheet(
            "i = 1, \\dots, 1000000000", "z_i = x_i^2", "\\frac{\\partial z_i}{\\partial x_i} = x_i"
        ),
        NOT_RIGHT,
        (),
    ),
    (
        "great-net",
        lambda: sheet("z_1 = a_1 w_1"),
        NOT_RIGHT,
        ("--net", "input(100000x100000) | conv2d(1, 3)"),
    ),
    (
        "great-index",
        lambda: sheet("z_{1000000000000} = a_1 w_1"),
        NOT_RIGHT,
        ("--net", "input(3) | linear(2)"),
    ),
    # Length.
    ("ten-megabytes", lambda: b"$$z = x$$\n" * 1_000_000, {REFUSED}, ()),
    ("ten-megabytes-of-one-formula", lambda: shown("z = " + "x + " * 2_500_000 + "x"), {REFUSED}, ()),
    ("formulas", lambda: b"$x$ " * 100_000, {REFUSED}, ()),
    ("long-formula", lambda: shown("z = " + " + ".join(f"x_{{{n}}}" for n in range(12_000))), SOME, ()),
    ("long-product-written", lambda: sheet("z = x", "z = " + " x" * 30_000), NOT_RIGHT, ()),
    ("long-chain", lambda: sheet("z = x", "z" + " = x" * 20_000), SOME, ()),
    (
        "rows",
        lambda: sheet("z = x", "\\begin{aligned}" + "z &= x \\\\" * 10_000 + "\\end{aligned}"),
        SOME,
        (),
    ),
    ("primes", lambda: sheet("z = f(x)", "z = f" + "'" * 50_000 + "(x)"), NOT_RIGHT, ()),
    ("long-name", lambda: sheet("z = x", f"z = \\mathrm{{{'a' * 100_000}}}"), NOT_RIGHT, ()),
    ("order", lambda: sheet("z = x^9", "\\frac{d^{1000000} z}{d x^{1000000}} = 1"), NOT_RIGHT, ()),
    ("words", lambda: b"word " * 190_000, NEVER, ()),
    ("dollars", lambda: b"$" * 500_001, NEVER, ()),
    ("openings", lambda: b"\\[ x " * 100_000, NEVER, ()),
    ("fences", lambda: b"```math\nz\n" * 50_000, SOME, ()),
    ("comments", lambda: b"<!-- " * 100_000, NEVER, ()),
    ("begins", lambda: b"\\begin{align} " * 50_000, NEVER, ()),
    ("backslashes", lambda: shown("z = " + "\\" * 150_001), NEVER, ()),
    ("table", lambda: ("\t".join(f"a{n}" for n in range(50)) + "\n").encode() * 3000, SOME, ()),
    # Characters.
    ("nul", lambda: b"$$z = x\0$$\n", {REFUSED}, ()),
    ("no-utf-8", lambda: b"$$z = \xff\xfe$$\n", {REFUSED}, ()),
    ("empty", lambda: b"", NEVER, ()),
    ("surrogate", lambda: notebook("$$z = x$$ \ud800"), SOME, ()),
    ("escapes", lambda: sheet("z = x", "z = \x1b[2J\x1b]0;title\x07 x"), NOT_RIGHT, ()),
    ("escapes-in-words", lambda: sheet("z = x", "z = \\text{\x1b[31mred} x"), NOT_RIGHT, ()),
    ("bidi", lambda: sheet("z = x", "z = \u202ex + y\u202c"), NOT_RIGHT, ()),
    ("bidi-isolates", lambda: sheet("z = x", "z = \u2066\u2067y\u2069"), NOT_RIGHT, ()),
    ("zero-width", lambda: sheet("z = x", "z = y\u200b\u200d\ufeff x"), NOT_RIGHT, ()),
    ("combining", lambda: sheet("z = x", "z = y" + "\u0301" * 10_000), NOT_RIGHT, ()),
    ("controls", lambda: sheet("z = x", "z = y \x01\x02\x7f\x9b"), NOT_RIGHT, ()),
    # Macros and files.
    ("macro-bomb", lambda: bomb(60).encode(), {REFUSED}, ()),
    ("macro-bomb-wide", lambda: bomb(12, 30).encode(), {REFUSED}, ()),
    ("macro-loop", lambda: b"\\newcommand{\\aa}{\\aa}\n\n$$z = \\aa$$\n", NEVER, ()),
    ("macro-ring", lambda: b"\\def\\aa{\\bb}\\def\\bb{\\aa}\n\n$$z = \\aa$$\n", NEVER, ()),
    (
        "macro-arguments",
        lambda: b"\\newcommand{\\aa}[9]{#1#1#1#1#1#1}\n$$z = " + b"\\aa{" * 40 + b"x" + b"}" * 40 + b"$$\n",
        NEVER,
        (),
    ),
    ("input", lambda: sheet("z = x", "z = \\input{/etc/passwd}"), NOT_RIGHT, ()),
    (
        "include",
        lambda: b"\\documentclass{article}\n\\include{/etc/passwd}\n\\input{/etc/passwd}\n\\[z = x\\]\n",
        NEVER | {RIGHT},
        (),
    ),
    (
        "write18",
        lambda: sheet("z = x", "z = \\immediate\\write18{id > /tmp/symgrad-was-here} x"),
        NOT_RIGHT,
        (),
    ),
    ("catcode", lambda: sheet("z = x", "\\catcode`\\$=12 z = y"), NOT_RIGHT, ()),
    ("link", lambda: b"![a](file:///etc/passwd)\n\n$$z = \\includegraphics{/etc/passwd}$$\n", NEVER, ()),
    # Code.
    ("import", lambda: sheet("z = x", "z = __import__('os').system('id')"), NOT_RIGHT, ()),
    ("import-plain", lambda: b"z = x\nz = __import__('os').system('id')\n", NOT_RIGHT, ()),
    ("dunder", lambda: sheet("z = x", "z = x.__class__.__mro__"), NOT_RIGHT, ()),
    ("lambda", lambda: sheet("z = x", "z = (lambda: exec('raise SystemExit(77)'))()"), NOT_RIGHT, ()),
    ("format", lambda: sheet("z = x", "z = {0.__class__} %s %n x"), NOT_RIGHT, ()),
    ("names-of-python", lambda: sheet("z = \\mathrm{exec}", "z = \\operatorname{eval}(x)"), NOT_RIGHT, ()),
    # Definitions.
    ("doubling-products", lambda: doubling(60, "\\cdot"), NOT_RIGHT, ()),
    ("doubling-sums", lambda: doubling(60, "+"), NOT_RIGHT, ()),
    ("ring", lambda: sheet("a = b + 1", "b = a + 1", "\\frac{\\partial a}{\\partial b} = 2"), NOT_RIGHT, ()),
    ("itself", lambda: sheet("a = a + 1", "\\frac{\\partial a}{\\partial x} = 2"), NOT_RIGHT, ()),
    (
        "long-line-of-definitions",
        lambda: sheet(
            "a_{0} = x",
            *(f"a_{{{n}}} = \\tanh(a_{{{n - 1}}})" for n in range(1, 400)),
            "\\frac{\\partial a_{399}}{\\partial x} = 1",
        ),
        NOT_RIGHT,
        (),
    ),
    (
        "hard-equality",
        lambda: sheet(
            "F = " + " + ".join(f"e^{{\\tanh({n} x)}} \\log(1 + e^{{{n} y}})" for n in range(1, 40)),
            "F = " + " + ".join(f"e^{{\\tanh({n} x)}} \\log(1 + e^{{{n} y}})" for n in range(1, 39)),
        ),
        NOT_RIGHT,
        (),
    ),
    # Notebooks.
    ("notebook-deep", lambda: b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", {REFUSED}, ()),
    ("notebook-broken", lambda: b'{"cells": [{"cell_type": "markdown", "source": "$x$"', {REFUSED}, ()),
    ("notebook-long", lambda: notebook("$x$ " * 500_000), {REFUSED}, ()),
    ("notebook-number", lambda: b'{"cells": [], "n": ' + b"9" * 200_000 + b"}", {REFUSED, OPEN}, ()),
    # Options.
    ("net-bomb", lambda: sheet("z = x"), NEVER, ("--net", "input(3)" + " | linear(3)" * 5000)),
    ("net-code", lambda: sheet("z = x"), {REFUSED}, ("--net", "__import__('os').system('id')")),
    ("directive", lambda: b"<!-- symgrad: " + b"x" * 100_000 + b" -->\n\n$$z = x$$\n", NEVER, ()),
]

CONTROLS = [bytes([n]) for n in (0, 1, 2, 7, 8, 27, 127)]
DISGUISES = [
    chr(n).encode() for n in (0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x9B)
]


@pytest.mark.parametrize(
    ("document", "statuses", "options"),
    [(document, statuses, options) for _, document, statuses, options in HOSTILE],
    ids=[name for name, *_ in HOSTILE],
)
def test_a_hostile_document_does_no_harm(document, statuses, options):
    found = verified(document(), *options)
    said = found.output + found.errors
    end = said[-2000:].decode("utf-8", "replace")
    assert b"Traceback" not in said, end
    assert found.status in statuses, (found.status, end)
    assert said.strip(), "nothing is said"
    assert len(said) < 200_000, "a flood of words"
    assert found.seconds < SECONDS, (found.seconds, end)
    assert b"root:" not in said, "a file was read"
    assert b"uid=" not in said, "a command was run"
    assert not [sign for sign in (*CONTROLS, *DISGUISES) if sign in said], end


def test_the_limit_of_memory_holds_a_process_back():
    """The guard itself: what needs more than the limit does not get it."""
    done = subprocess.run(
        [sys.executable, "-c", f"b = bytearray({MEMORY + (1 << 28)})"],
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert b"MemoryError" in done.stderr


@pytest.mark.parametrize("to", ["text", "json"])
def test_a_harmless_document_is_judged_in_the_same_frame(to):
    found = verified(sheet("z = x^2", "\\frac{\\partial z}{\\partial x} = 2 x"), "--to", to)
    assert found.status == RIGHT, found
