"""``symgrad derive``: what it prints, its bound, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from commandline import (
    BIG,
    EVERYTHING,
    FORMATS,
    ROOT,
    SMALL,
    UTF8,
    VIEWS,
    formulas,
    on_a_terminal,
    printed,
    process,
    refused,
)
from golden.article import FORWARD, NETWORK, PIXELS, WEIGHTS


def test_the_article_in_text_has_every_term_in_order():
    found = formulas(printed("derive", NETWORK))
    for z, pixels in FORWARD.items():
        assert found[z] == " + ".join(f"{a}·w{n}" for n, a in enumerate(pixels.split(), 1))
    for w, pixels in WEIGHTS.items():
        assert found[f"∂L/∂{w}"] == " + ".join(f"{a}·∂L/∂z{n}" for n, a in enumerate(pixels.split(), 1))
    for a, products in PIXELS.items():
        pairs = (product.split("·") for product in products.split())
        assert found[f"∂L/∂{a}"] == " + ".join(f"{w}·∂L/∂{z}" for w, z in pairs)
    assert len(found) == 4 + 9 + 25


HEADLINES = {
    ("text",): "  ∂L/∂w1 = a1·∂L/∂z1 + a3·∂L/∂z2 + a11·∂L/∂z3 + a13·∂L/∂z4\n",
    ("text", "--ascii"): "  dL/dw1 = a1*dL/dz1 + a3*dL/dz2 + a11*dL/dz3 + a13*dL/dz4\n",
    ("text", "--view", "chain"): (
        "  ∂L/∂w1 = ∂L/∂z1·∂z1/∂w1 + ∂L/∂z2·∂z2/∂w1 + ∂L/∂z3·∂z3/∂w1 + ∂L/∂z4·∂z4/∂w1"
        " = a1·∂L/∂z1 + a3·∂L/∂z2 + a11·∂L/∂z3 + a13·∂L/∂z4\n"
    ),
    ("latex",): (
        "\\frac{\\partial L}{\\partial w_1} &= a_1\\,\\frac{\\partial L}{\\partial z_1}"
        " + a_3\\,\\frac{\\partial L}{\\partial z_2} + a_{11}\\,\\frac{\\partial L}{\\partial z_3}"
        " + a_{13}\\,\\frac{\\partial L}{\\partial z_4}\n"
    ),
    ("json",): '"expression": "a1*dL_dz1 + a3*dL_dz2 + a11*dL_dz3 + a13*dL_dz4"',
}


@pytest.mark.parametrize("options", HEADLINES, ids=" ".join)
def test_the_headline_in_every_format(options):
    assert HEADLINES[options] in printed("derive", NETWORK, "--wrt", "w1", "--to", *options)


def test_wrt_is_repeatable_and_the_order_is_that_of_evaluation():
    text = printed("derive", NETWORK, "--wrt", "w5", "--wrt", "a13", "--wrt", "w1")
    assert re.findall(r"^  ∂L/∂(\w+) =", text, re.MULTILINE) == ["w1", "w5", "a13"]


def test_json_is_one_object_of_the_schema():
    data = json.loads(printed("derive", EVERYTHING, "--to", "json"))
    assert (data["schema"], data["view"]) == ("symgrad/1", "scalar")
    assert set(data) == {"schema", "network", "view", "conventions", "symbols", "equations"}
    keys = {"kind", "target", "text", "latex", "expression"}
    assert all(set(equation) == keys for equation in data["equations"])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("form", FORMATS)
def test_where_unicode_cannot_be_shown_the_same_is_printed_in_ascii(view, form):
    arguments = ("derive", EVERYTHING, "--view", view, "--to", form)
    full = printed(*arguments)
    for how in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}):
        runner = process(*arguments, env={"PYTHONIOENCODING": "", **how})
        plain, errors = runner.communicate()
        assert (runner.returncode, errors) == (0, b"")
        assert plain.isascii()
        assert plain.count(b"\n") == full.count("\n")
        if form == "json":
            assert json.loads(plain) == json.loads(full)
    assert printed(*arguments, "--ascii").encode() == plain


def test_unicode_can_be_asked_for():
    runner = process("derive", SMALL, "--unicode", env={"PYTHONIOENCODING": "ascii"})
    assert "∂L/∂w1".encode() in runner.communicate()[0]


def test_the_same_input_gives_the_same_bytes_under_every_hash_seed():
    code = (
        "import sys; from click.testing import CliRunner; from symgrad.cli import main\n"
        f"for view in {VIEWS}:\n  for form in {FORMATS}:\n"
        f"    done = CliRunner().invoke(main, ['derive', {EVERYTHING!r}, '--view', view, '--to', form])\n"
        "    assert done.exit_code == 0, done.output\n    sys.stdout.buffer.write(done.stdout_bytes)\n"
    )
    outputs = set()
    for seed in range(10):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert min(map(len, outputs)) > 10_000


@pytest.mark.parametrize("form", FORMATS)
def test_output_to_a_file_is_what_is_printed(form, tmp_path):
    file = tmp_path / "out"
    assert printed("derive", EVERYTHING, "--to", form, "-o", file, env={**UTF8, "LC_ALL": "C"}) == ""
    assert file.read_bytes().decode() == printed("derive", EVERYTHING, "--to", form)
    assert printed("derive", EVERYTHING, "--to", form, "--output", "-") == file.read_bytes().decode()


def test_more_terms_than_the_bound_are_refused_at_once_with_the_ways_round():
    start = time.perf_counter()
    told = refused("derive", "input(1000x1000) | conv2d(8, 5)")
    assert time.perf_counter() - start < 1
    # 996² · 8 outputs: 25 products and a bias each; the same products again by w, by b, by a.
    terms = 996 * 996 * 8 * (26 + 25 + 1 + 25)
    assert f"this would print {terms:,} terms, more than --max-terms 1,000,000; use --view index" in told
    assert "input(1000x1000)" in printed("derive", "input(1000x1000) | conv2d(8, 5)", "--view", "index")


def test_the_bound_is_exact_and_its_message_says_what_would_do():
    told = refused("derive", NETWORK, "--max-terms", "107")
    assert "would print 108 terms" in told
    assert "--wrt w1" in told
    assert told.endswith("raise --max-terms to 108\n")
    assert printed("derive", NETWORK, "--max-terms", "108")
    assert "list 76 symbols" in refused(
        "derive", NETWORK, "--to", "json", "--view", "index", "--max-terms", "75"
    )


def test_ctrl_c_leaves_quietly_with_130_and_no_file(tmp_path):
    runner = process("derive", BIG, "--max-terms", 10**9, "--to", "json", "-o", tmp_path / "out.json")
    deadline = time.monotonic() + 30
    while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    runner.send_signal(signal.SIGINT)
    assert (*runner.communicate(), runner.returncode) == (b"", b"", 130)
    assert list(tmp_path.iterdir()) == []


def test_quick_work_shows_no_progress():
    assert on_a_terminal("derive", NETWORK) == ("", 0)


@pytest.mark.slow
def test_long_work_shows_progress_on_a_terminal_and_removes_it(tmp_path):
    network = "input(300x300) | conv2d(1, 5)"
    told, status = on_a_terminal(
        "derive", network, "--max-terms", 10**9, "--to", "json", "-o", tmp_path / "out"
    )
    assert status == 0
    assert re.search(r"\rsymgrad: printed [\d,]+ of 532,926 lines \(2 s\)", told)
    assert re.search(r"\r +\r$", told)


UPDATED = {
    ("text",): "\nUpdates\n  w1* = w1 − η·∂L/∂w1\n",
    ("text", "--ascii"): "\nUpdates\n  w1_new = w1 - eta*dL/dw1\n",
    ("text", "--view", "chain"): "\nUpdates\n  w1* = w1 − η·∂L/∂w1\n",
    ("text", "--view", "index"): ("\nUpdates\n  w*[u, v] = w[u, v] − η·∂L/∂w[u, v]   for u = 0…2, v = 0…2\n"),
    ("latex",): "w_1^{*} &= w_1 - {\\eta}\\,\\frac{\\partial L}{\\partial w_1} \\\\[3pt]\n",
    ("latex", "--view", "index"): (
        "w_{u,v}^{*} &= w_{u,v} - {\\eta}\\,\\frac{\\partial L}{\\partial w_{u,v}}"
    ),
    ("json",): (
        '{"kind": "update", "target": "w1_new", "text": "w1* = w1 − η·∂L/∂w1", "latex": '
        '"w_1^{*} = w_1 - {\\\\eta}\\\\,\\\\frac{\\\\partial L}{\\\\partial w_1}", '
        '"expression": "w1 - eta*dL_dw1"}'
    ),
}


@pytest.mark.parametrize("options", UPDATED, ids=" ".join)
def test_an_update_in_every_format(options):
    form, *more = options
    more = more if "--ascii" in more or form != "text" else [*more, "--unicode"]
    assert UPDATED[options] in printed("derive", NETWORK, "--update", "sgd", "--to", form, *more)


def test_an_unknown_optimiser_is_refused_with_the_nearest():
    assert "did you mean adam?" in refused("derive", NETWORK, "--update", "adan")


def test_a_batch_of_any_number_of_samples_in_closed_form():
    net = "input(3) | linear(2) | mse"
    found = printed("derive", net, "--batch", "N", "--view", "index")
    assert "  a is a batch of N samples, which the first axis counts.\n" in found
    assert "  ∂L/∂z[n, i] = 1/N·(z[n, i] − y[n, i])   for n = 0…N−1, i = 0…1\n" in found
    assert "  ∂L/∂w[i, j] = Σ_{n=0…N−1} a[n, j]·∂L/∂z[n, i]   for i = 0…1, j = 0…2\n" in found


def test_a_number_below_a_stroke_stands_in_parentheses_with_its_letter():
    """1/2N reads as half of N."""
    found = printed("derive", "input(2) | mse(half)", "--batch", "N", "--view", "index")
    assert "  L = 1/(4N)·Σ" in found
    assert "1/(2N)·(a[n, k] − y[n, k])" in found.replace("[n, j]", "[n, k]")


def test_a_batch_of_two_entry_by_entry():
    found = formulas(printed("derive", "input(2) | linear(1) | mse", "--batch", "2", "--wrt", "w"))
    assert found["z2"] == "a3·w1 + a4·w2 + b1"
    assert found["∂L/∂w1"] == "a1·∂L/∂z1 + a3·∂L/∂z2"


@pytest.mark.parametrize("view", ["scalar", "chain"])
def test_entries_of_a_batch_of_unknown_size_are_refused_with_what_works(view):
    told = refused("derive", "input(2) | linear(1) | mse", "--batch", "N", "--view", view)
    assert f"the {view} view has a formula for each entry" in told
    assert "--view index holds for every N, and --batch 8 gives it a number" in told


def test_only_parameters_have_entries_with_names_in_a_batch_of_unknown_size():
    net = ("input(2x2) | conv2d(2, 2) | mse", "--batch", "N", "--view", "index")
    assert "∂L/∂w[o, u, v] = " in printed("derive", *net, "--wrt", "w_1_1_1")
    told = refused("derive", *net, "--wrt", "a1")
    assert "nothing here is called 'a1'" in told
    assert "entries such as w_1_1_1, b1\n" in told + "\n"


def test_json_lists_the_entries_of_what_has_a_number_of_them():
    found = json.loads(
        printed("derive", "input(2) | linear(1)", "--batch", "N", "--view", "index", "--to", "json")
    )
    assert {symbol["tensor"] for symbol in found["symbols"].values()} == {"w", "b", "dL_dw", "dL_db"}


def test_the_matrix_view_of_a_batch_has_a_sample_in_each_row():
    found = formulas(printed("derive", "input(3) | linear(2) | mse", "--batch", "4", "--view", "matrix"))
    assert found["z"] == "a·wᵀ + 1·bᵀ"
    assert found["∂L/∂w"] == "(∂L/∂z)ᵀ·a"
    assert found["∂L/∂b"] == "(∂L/∂z)ᵀ·1"
    assert found["∂L/∂a"] == "∂L/∂z·w"


def test_everything_put_in_and_so_many_levels():
    net = "input(1) | linear(1) | tanh | mse"
    found = formulas(printed("derive", net, "--view", "substituted", "--wrt", "b1"))
    inner = "tanh(a1·w1 + b1)"
    assert found == {"L": f"({inner} − y1)²", "∂L/∂b1": f"2·({inner} − y1)·(1 − {inner}²)"}
    found = formulas(printed("derive", net, "--view", "substituted", "--depth", "1", "--wrt", "b1"))
    assert found["∂L/∂b1"] == "∂L/∂h1·(1 − h1²)"


def test_depth_needs_its_view():
    assert "--depth says how much --view substituted puts in; add that view" in refused(
        "derive", SMALL, "--depth", "2"
    )


def test_a_network_for_all_sizes():
    net = ("input(5x5) | conv2d(2, 3, stride=2) | flatten | linear(3) | mse", "--sizes", "symbolic")
    found = printed("derive", *net, "--view", "index")
    assert "  P1 = ⌊(H − U1)/2⌋ + 1 and Q1 = ⌊(W − V1)/2⌋ + 1.\n" in found
    assert "  ∂L/∂w2[i, j] = v[j]·∂L/∂z2[i]   for i = 0…M2−1, j = 0…C1·P1·Q1−1\n" in found
    assert r"0\le o\le C_1-1" in printed("derive", *net, "--view", "index", "--to", "latex")
    assert "--view index holds for all sizes" in refused("derive", *net)
    assert "depends on" in refused("derive", *net)


def test_second_derivatives():
    found = formulas(printed("derive", "input(2) | linear(1) | mse", "--wrt", "w", "--order", "2"))
    assert {left: right for left, right in found.items() if "²" in left} == {
        "∂²L/∂w1∂w1": "2·a1²",
        "∂²L/∂w1∂w2": "2·a2·a1",
        "∂²L/∂w2∂w2": "2·a2²",
    }
    assert "\\frac{\\partial^2 L}{\\partial w_1\\,\\partial w_2} &= 2a_2a_1" in printed(
        "derive", "input(2) | linear(1) | mse", "--wrt", "w", "--order", "2", "--to", "latex"
    )
    data = json.loads(
        printed("derive", "input(2) | linear(1) | mse", "--wrt", "w", "--order", "2", "--to", "json")
    )
    assert [e["target"] for e in data["equations"] if e["kind"] == "second"] == [
        "d2L_dw1_dw1",
        "d2L_dw1_dw2",
        "d2L_dw2_dw2",
    ]
    assert data["symbols"]["d2L_dw1_dw2"] == {"tensor": "d2L_dw_dw", "index": [1, 1, 1, 2]}


def test_second_derivatives_have_no_step_and_no_chain():
    assert "--update takes a step along first derivatives" in refused(
        "derive", SMALL, "--order", "2", "--update", "sgd"
    )
    assert "in the views scalar, index and substituted" in refused(
        "derive", SMALL, "--order", "2", "--view", "chain"
    )


def test_steps_explain_the_article_in_every_format():
    told = printed("derive", NETWORK, "--view", "index", "--steps")
    assert "        2i + u = k gives u = k − 2i, 2j + v = l gives v = l − 2j\n" in told
    assert "u = 0, 2 for even k and u = 1 for odd k." in told
    assert r"\text{(chain rule: $w$ enters $L$ through $z$)}" in printed(
        "derive", NETWORK, "--steps", "--to", "latex"
    )
    assert len(json.loads(printed("derive", NETWORK, "--steps", "--to", "json"))["steps"]) == 2
    assert "chain rule" not in printed("derive", NETWORK, "--view", "index")


def test_what_has_no_steps_says_so():
    assert "scalar, chain and index views" in refused("derive", NETWORK, "--steps", "--view", "matrix")
    assert "give it a number" in refused("derive", SMALL, "--steps", "--batch", "N", "--view", "index")
