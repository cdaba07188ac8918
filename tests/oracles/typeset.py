"""The typesetters as witnesses: pdflatex, KaTeX and pdftoppm, each run without a shell and without network.

A tool that is absent skips the test and says what to install; under ``SYMGRAD_CI=1`` it fails it, so
that CI cannot be green by having looked at nothing.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

_HERE = Path(__file__).parent
_KATEX = _HERE / "node_modules" / "katex"
_INSTALL = {
    "pdflatex": "apt install texlive-latex-recommended",
    "pdftoppm": "apt install poppler-utils",
    "node": "apt install nodejs",
    "katex": "npm install --prefix tests/oracles",
}
_SECONDS = 120

_PREAMBLE = r"""\documentclass[%(size)dpt]{article}
\usepackage[paperwidth=%(paper).4fcm,paperheight=29.7cm,textwidth=%(width).4fcm,textheight=26cm,centering]{geometry}
\usepackage{amsmath,amssymb,xcolor}
\pagestyle{empty}
\setlength{\parindent}{0pt}
\hfuzz=0pt
\begin{document}
%(body)s
\end{document}
"""


class Typeset(NamedTuple):
    """What pdflatex made of a body: its PDF, page count, log, and every overfull box in points."""

    pdf: Path
    pages: int
    log: str
    overfull: list[float]


@cache
def _workspace() -> Path:
    """One folder for this process's TeX runs, removed when it ends; copy out of it what is to be kept."""
    folder = Path(tempfile.mkdtemp(prefix="symgrad-tex-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def require(tool: str) -> None:
    """Skip the calling test when ``tool`` is absent; fail it when ``SYMGRAD_CI=1``."""
    present = _KATEX.is_dir() if tool == "katex" else shutil.which(tool) is not None
    if present:
        return
    reason = f"{tool} is not installed: {_INSTALL[tool]}"
    if os.environ.get("SYMGRAD_CI") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def compile_latex(body: str, *, width_cm: float = 12, size: int = 11) -> Typeset:
    r"""Compile ``body`` in a column of ``width_cm`` at ``size`` points, with amsmath, amssymb and xcolor.

    The log holds ``\typeout`` lines unbroken. Fails the calling test with TeX's own message when
    pdflatex stops.
    """
    require("pdflatex")
    folder = Path(tempfile.mkdtemp(dir=_workspace()))
    source = _PREAMBLE % {"size": size, "paper": width_cm + 6, "width": width_cm, "body": body}
    (folder / "main.tex").write_text(source, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "main.tex"],
        cwd=folder,
        env={**os.environ, "max_print_line": "10000"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    # TeX writes non-ASCII bytes of the source into its log as they come.
    log = (folder / "main.log").read_text(encoding="utf-8", errors="replace")
    if done.returncode:
        told = "\n".join(re.findall(r"^!.*(?:\n.*){0,6}", log, re.MULTILINE)) or log[-2000:]
        pytest.fail(f"pdflatex refused:\n{told}")
    pages = re.search(r"Output written on .*?\((\d+) page", log)
    too_wide = re.findall(r"^Overfull \\hbox \(([\d.]+)pt too wide\)", log, re.MULTILINE)
    overfull = [float(points) for points in too_wide]
    return Typeset(folder / "main.pdf", int(pages[1]) if pages else 0, log, overfull)


def natural_widths(formulas: list[str], *, size: int = 11) -> list[float]:
    r"""The true width in em of each formula in display style, by ``\settowidth`` in one pdflatex run."""
    lines = [r"\newlength{\measured}"]
    for formula in formulas:
        lines.append(rf"\settowidth{{\measured}}{{$\displaystyle {formula}$}}")
        lines.append(r"\typeout{MEASURED \the\measured}")
    lines.append(r"\typeout{EM \the\fontdimen6\font}\strut")
    log = compile_latex("\n".join(lines), size=size).log
    em = re.search(r"^EM ([\d.]+)pt", log, re.MULTILINE)
    assert em is not None, "pdflatex did not print the em"
    points = re.findall(r"^MEASURED ([\d.]+)pt", log, re.MULTILINE)
    assert len(points) == len(formulas), "pdflatex did not print every width"
    return [float(wide) / float(em[1]) for wide in points]


def parse_katex(formulas: list[str]) -> list[str | None]:
    """None for each formula that KaTeX accepts as a display in strict mode, else its message; one process."""
    require("node")
    require("katex")
    done = subprocess.run(
        ["node", str(_HERE / "katex_check.cjs")],
        input=json.dumps(formulas).encode(),
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"katex_check.cjs stopped:\n{done.stderr.decode(errors='replace')}")
    messages: list[str | None] = json.loads(done.stdout)
    return messages


def png(pdf: Path, *, dpi: int = 150) -> list[Path]:
    """One picture for each page of ``pdf``, beside it, in order: for a reader's eyes."""
    require("pdftoppm")
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(pdf.with_suffix(""))],
        check=True,
        timeout=_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    return sorted(pdf.parent.glob(f"{pdf.stem}-*.png"))
