"""What a notebook shows: displays that KaTeX reads, text between them."""

import re

import pytest
from oracles.typeset import parse_katex

from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.notebook import render_notebook


@pytest.mark.parametrize("view", ["scalar", "chain", "index"])
def test_its_displays_are_balanced_and_read_by_katex(view):
    shown = render_notebook(document(derive(build("input(4x4) | conv2d(1, 3) | relu | flatten | mse")), view))
    formulas = re.findall(r"\$\$\n?(.*?)\n?\$\$", shown, re.DOTALL)
    assert formulas
    assert shown.count("$$") == 2 * len(formulas)
    assert [problem for problem in parse_katex(formulas) if problem is not None] == []
    assert "~" not in re.sub(r"\$.*?\$", "", shown, flags=re.DOTALL)
