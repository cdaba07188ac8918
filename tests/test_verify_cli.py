"""From a document to its corrected copy, by the command line and in Python, with the judge itself."""

from __future__ import annotations

import json

import pytest
from commandline import ran

import symgrad as sg

MARKDOWN = r"""# Problem 2

Let $s = v_1 p_1 + v_2 p_2 + c$, $h = \tanh(s)$ and $J = \frac{1}{2}(h - t)^2$.

1. $$\frac{\partial J}{\partial h} = h - t$$
2. $$\frac{\partial J}{\partial s} = (h - t)(1 + h^2)$$
3. $$\frac{\partial J}{\partial v_1} = (h - t)(1 - h^2)\, p_2$$
4. $$\frac{\partial J}{\partial c} = 2 (h - t)(1 - h^2)$$
5. $$\frac{\partial J}{\partial v_2} = (h - t)(1 - h^2)\, p_2$$
"""
PLAIN = "s = v1*p1 + v2*p2\nJ = (s - t)^2\n\ndJ/ds = 2*(s + t)\ndJ/dv1 = 2*(s - t)*p1\n"
TEX = MARKDOWN.replace("# Problem 2", "\\section{Problem 2}").replace("1. ", "").replace("2. ", "")
DOCUMENTS = {"sheet.md": MARKDOWN, "sheet.tex": TEX, "sheet.txt": PLAIN}
VERDICTS = {
    "sheet.md": ["right", "wrong", "wrong", "wrong", "right"],
    "sheet.tex": ["right", "wrong", "wrong", "wrong", "right"],
    "sheet.txt": ["wrong", "right"],
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_sheet_is_judged_mended_and_then_right(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(DOCUMENTS[name], encoding="utf-8")
    done = ran("verify", name, "--to", "json")
    assert done.exit_code == 1
    claims = json.loads(done.stdout)["claims"]
    assert [claim["verdict"] for claim in claims] == VERDICTS[name]
    assert all(claim["findings"] and claim["corrected"] for claim in claims if claim["verdict"] == "wrong")
    assert ran("verify", name, "--fix", "-o", name).exit_code == 1
    mended = (tmp_path / name).read_text(encoding="utf-8")
    changed = sum(a != b for a, b in zip(mended.split("\n"), DOCUMENTS[name].split("\n"), strict=True))
    assert changed == VERDICTS[name].count("wrong")
    again = ran("verify", name)
    assert (again.exit_code, again.stderr) == (0, "")
    assert ran("verify", name, "--diff").stdout == ""


def test_the_report_names_the_term_and_what_it_should_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.md").write_text(MARKDOWN, encoding="utf-8")
    lines = ran("verify", "sheet.md").stdout.splitlines()
    third = next(n for n, line in enumerate(lines) if line.startswith("line 7"))
    assert "wrong: " in lines[third]
    assert "p_2 should be p_1" in lines[third]
    start = lines[third + 2].index("^")
    assert lines[third + 1][start:].startswith("p_2")
    assert lines[-2] == "5 claims: 2 right, 3 wrong"


def test_python_says_the_same_as_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet.md").write_text(MARKDOWN, encoding="utf-8")
    found = sg.verify(MARKDOWN)
    assert found.json() == ran("verify", "sheet.md", "--to", "json").stdout
    assert sg.verify(found.fixed()).right


def test_with_a_network_its_formulas_are_the_truth():
    net = sg.Network("input(2) | linear(1, bias=false)")
    assert [claim.verdict for claim in sg.verify("$z_1 = a_1 w_1 + a_2 w_2$", net).claims] == ["right"]
    assert [claim.verdict for claim in sg.verify("$z_1 = a_1 w_1 - a_2 w_2$", net).claims] == ["wrong"]
