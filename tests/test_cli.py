"""The command line as a stranger meets it: what it prints, what it refuses and how, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from golden.article import FORWARD, NETWORK, PIXELS, WEIGHTS

from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.options import REQUIRED, spelled
from symgrad.cli import main
from symgrad.errors import SymgradError

ROOT = Path(__file__).resolve().parent.parent
VIEWS, FORMATS = ("scalar", "chain", "index"), ("text", "latex", "json")
EVERYTHING = (
    "input(2x4x4) | conv2d(2, 2, padding=1, stride=2, groups=2) | relu | flatten | linear(2) | tanh"
    " | activation(f) | sigmoid | mse(half)"
)
SMALL = "input(2) | linear(1) | mse"
VALUES = '{"a": [1, 2], "w": [[3, 4]], "b": [0.5], "y": [10]}'
BIG = "input(150x150) | conv2d(1, 5)"
UTF8 = {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "", "TERM": "xterm"}


def ran(*arguments, **settings):
    """The command line in this process."""
    settings.setdefault("env", UTF8)
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **settings)


def printed(*arguments, **settings):
    done = ran(*arguments, **settings)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def refused(*arguments, **settings):
    """The one message of a command line that is refused, without "Error: "."""
    done = ran(*arguments, **settings)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.endswith("\n")
    assert done.stderr.count("\nError:") == 0
    assert "Traceback" not in done.stderr
    assert all(sign.isprintable() for sign in done.stderr.replace("\n", ""))
    return done.stderr.removeprefix("Error: ")


def process(*arguments, **settings):
    """The command line in a process of its own."""
    settings["env"] = {**os.environ, **UTF8, "PYTHONPATH": str(ROOT), **settings.pop("env", {})}
    settings.setdefault("stdout", subprocess.PIPE)
    settings.setdefault("stderr", subprocess.PIPE)
    return subprocess.Popen([sys.executable, "-m", "symgrad", *map(str, arguments)], **settings)


def formulas(text):
    """The formulas of a text, left side to right side."""
    return dict(line.strip().split(" = ", 1) for line in text.splitlines() if " = " in line)


# What it prints.


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


# Where a network comes from, and where the output goes.


@pytest.mark.parametrize(
    "text", [NETWORK, f"\ufeff{NETWORK}\n", f"# the article's\n\n  {NETWORK}  # its end\r\n"]
)
def test_a_network_is_given_as_a_word_a_file_or_on_standard_input(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(text, encoding="utf-8")
    expected = printed("derive", NETWORK)
    assert printed("derive", "net.txt") == expected
    assert printed("derive", "-", input=text.encode()) == expected
    assert printed("derive", text) == expected


def test_a_file_whose_name_begins_with_input_is_read_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("input.txt").write_text(NETWORK, encoding="utf-8")
    assert "write './input.txt'" in refused("derive", "input.txt")
    assert printed("derive", "./input.txt") == printed("derive", NETWORK)


@pytest.mark.parametrize("form", FORMATS)
def test_output_to_a_file_is_what_is_printed(form, tmp_path):
    file = tmp_path / "out"
    assert printed("derive", EVERYTHING, "--to", form, "-o", file, env={**UTF8, "LC_ALL": "C"}) == ""
    assert file.read_bytes().decode() == printed("derive", EVERYTHING, "--to", form)
    assert printed("derive", EVERYTHING, "--to", form, "--output", "-") == file.read_bytes().decode()


def test_evaluate_prints_every_tensor_and_every_gradient(tmp_path):
    (tmp_path / "values.json").write_text(VALUES, encoding="utf-8")
    result = json.loads(printed("evaluate", SMALL, "--values", tmp_path / "values.json"))
    # z = 3·1 + 4·2 + 0.5 = 11.5; L = (11.5 − 10)² = 2.25; dL/dz = 2·1.5 = 3
    assert result == {
        "z": [11.5], "L": 2.25, "dL_dz": [3], "dL_dw": [[3, 6]], "dL_db": [3], "dL_da": [9, 12],
    }  # fmt: skip
    assert json.loads(printed("evaluate", SMALL, "--values", "-", input=VALUES)) == result
    assert printed("evaluate", SMALL, "--values", "-", "-o", tmp_path / "out.json", input=VALUES) == ""
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == result


def test_evaluate_reads_and_writes_npz(tmp_path):
    import numpy as np

    np.savez(tmp_path / "in.npz", **{name: np.array(value) for name, value in json.loads(VALUES).items()})
    assert printed("evaluate", SMALL, "--values", tmp_path / "in.npz", "-o", tmp_path / "out.npz") == ""
    with np.load(tmp_path / "out.npz") as out:
        assert (out["dL_dw"].tolist(), float(out["L"])) == ([[3, 6]], 2.25)


# What it refuses.

NETWORKS = {
    "unknown layer": ("input(5x5) | conv3d(1, 3)", "there is no layer 'conv3d'; did you mean conv2d?"),
    "no layer at all": ("input(5x5)", "at least one layer"),
    "misspelt option": ("input(5x5) | conv2d(1, 3, strid=2)", "did you mean stride?"),
    "option twice": ("input(5x5) | conv2d(1, 3, stride=2, stride=2)", "stride is given twice"),
    "option twice, by place": ("input(5x5) | conv2d(1, 3, kernel_size=3)", "kernel_size"),
    "kernel too large": ("input(5x5) | conv2d(1, 6)", "kernel"),
    "stride 0": ("input(5x5) | conv2d(1, 3, stride=0)", "stride"),
    "negative padding": ("input(5x5) | conv2d(1, 3, padding=-1)", "padding"),
    "groups": ("input(3x5x5) | conv2d(4, 3, groups=2)", "groups"),
    "a million squared": ("input(1000000x1000000) | conv2d(1, 3)", "100,000,000"),
    "too many digits": ("input(99999999999x5) | relu", "digits"),
    "code": ("input(__import__('os').system('id')) | relu", ""),
    "code as a layer": ("input(5) | __import__('os')", ""),
    "a tower of powers": ("input(9**9**9) | relu", ""),
    "nesting": ("input(" + "(" * 9_000 + "5" + ")" * 9_000 + ") | relu", ""),
    "brackets": ("input(5) | relu" + "[" * 9_000, ""),
    "too long": ("input(5)" + " | relu" * 9_000, "20,000 characters"),
    "TeX": ("input(5) | \\input{/etc/passwd}", ""),
    "HTML": ("input(5) | <script>alert(1)</script>", ""),
    "escapes": ("input(5) | \x1b]0;owned\x07\x1b[31mrelu", "\\u001b"),
    "bidirectional": ("input(5) | \u202eulер\u202c", "\\u202e"),
    "carriage return": ("input(5) | tan\rh(\b\b", ""),
    "line separator": ("input(5) | \u2028Error: all is well\u2029", "\\u2028"),
    "lone surrogate": ("input(5) | \udc80", "\\udc80"),
    "nothing": ("", "empty"),
    "null": ("input(5)\0 | relu", "\\u0000"),
}
HOSTILE = [
    "__import__('os').system('id')",
    "(" * 5_000,
    "9**9**9",
    r"\input{/etc/passwd}$$",
    "<script>alert(1)</script>",
    "\x1b[2J\x1b]0;owned\x07",
    "w\u202e5\u2066",
    "a\rb\nError: c",
    "w5\udcff",
    "w" * 50_000,
    "٣x",
    " ",
]


@pytest.mark.parametrize(("network", "message"), NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("door", ["word", "file", "standard input"])
def test_a_bad_network_is_refused_with_one_message(network, message, door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = network.encode("utf-8", "surrogateescape")
    if door == "word":
        told = refused("derive", network)
    elif door == "file":
        Path("net.txt").write_bytes(data)
        told = refused("derive", "net.txt", "-o", "out.txt")
    else:
        told = refused("derive", "-", "-o", "out.txt", input=data)
    if network.isprintable() and len(network) <= 20_000 and network:
        assert "^" in told.splitlines()[-1], "a caret shows the place"
    if "\udc80" not in network or door == "word":
        assert message in told or (len(network) > 20_000 and "20,000" in told)
    assert len(told) < 1_000
    assert not Path("out.txt").exists()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize(
    "arguments",
    [
        ("derive", "{}"),
        ("derive", NETWORK, "--wrt", "{}"),
        ("derive", NETWORK, "--view", "{}"),
        ("derive", NETWORK, "--to", "{}"),
        ("derive", NETWORK, "--width", "{}"),
        ("derive", NETWORK, "--max-terms", "{}"),
        ("derive", NETWORK, "-o", "{}/out"),
        ("derive", NETWORK, "{}"),
        ("derive", NETWORK, "--{}"),
        ("evaluate", NETWORK, "--values", "{}"),
        ("evaluate", SMALL, "--values", "-", "-o", "{}"),
        ("{}",),
        ("--{}",),
    ],
    ids=lambda arguments: " ".join(a for a in arguments if a != NETWORK),
)
def test_hostile_text_is_refused_wherever_it_stands(arguments, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = refused(*(argument.replace("{}", text) for argument in arguments), input=VALUES.encode())
    assert len(told) < 3_000
    assert list(tmp_path.iterdir()) == []


COMMAND_LINES = {
    "unknown command": (("derivee", NETWORK), "did you mean 'derive'"),
    "no network": (("derive",), "missing argument 'net'"),
    "unknown option": (("derive", NETWORK, "--veiw", "index"), "did you mean"),
    "unknown view": (("derive", NETWORK, "--view", "matrix"), "'scalar', 'chain', 'index'"),
    "unknown format": (("derive", NETWORK, "--to", "pdf"), "'text', 'latex', 'json'"),
    "unknown word": (("derive", NETWORK, "--wrt", "weigths"), "did you mean weights?"),
    "entry out of range": (("derive", NETWORK, "--wrt", "w10"), "'w10'"),
    "entry zero": (("derive", NETWORK, "--wrt", "w0"), "'w0'"),
    "view twice": (("derive", NETWORK, "--view", "index", "--view", "chain"), "--view is given 2 times"),
    "output twice": (("derive", NETWORK, "-o", "a", "-o", "b"), "--output is given 2 times"),
    "too narrow": (("derive", NETWORK, "--width", "3"), "4<=x<=100"),
    "no width": (("derive", NETWORK, "--width", "nan"), "nan"),
    "infinite width": (("derive", NETWORK, "--width", "1e999"), "4<=x<=100"),
    "no terms": (("derive", NETWORK, "--max-terms", "0"), "x>=1"),
    "no such file": (("derive", "network.txt"), "no file 'network.txt'; a network begins with its input"),
    "no input first": (("derive", "linear(10) | relu"), "a network begins with its input"),
    "name too long": (("derive", "conv2d(1, 3) | " * 40), "a network begins with its input"),
    "a directory": (("derive", "."), "is a directory"),
    "no values": (("evaluate", NETWORK), "missing option '--values'"),
    "no such values": (("evaluate", NETWORK, "--values", "none.json"), "cannot read 'none.json'"),
    "standard input twice": (("evaluate", "-", "--values", "-"), "cannot both"),
    "another ending": (("evaluate", NETWORK, "--values", "-", "-o", "out.csv"), ".json or .npz"),
    "an unknown function": (("evaluate", "input(2) | activation(f)", "--values", "-"), "functions="),
    "too large to evaluate": (("evaluate", "input(1000x1000) | conv2d(8, 5)", "--values", "-"), "at most"),
}


@pytest.mark.parametrize(("arguments", "message"), COMMAND_LINES.values(), ids=COMMAND_LINES)
def test_a_bad_command_line_is_refused_with_one_message(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert message in refused(*arguments, input=b"").replace("Did", "did").replace(
        "Missing", "missing"
    ).replace("'NET'", "'net'")
    assert list(tmp_path.iterdir()) == []


BAD_VALUES = {
    "empty": ("", "not JSON"),
    "not an object": ("[1]", "must be an object"),
    "wrong shape": ('{"a": [1], "w": [[3, 4]], "b": [0], "y": [1]}', "a has shape (1,); expected (2,)"),
    "missing": ('{"a": [1, 2], "w": [[3, 4]], "y": [1]}', "no value is given for b"),
    "unknown": (VALUES[:-1] + ', "q": 1}', "'q'"),
    "twice": (VALUES[:-1] + ', "a": [1, 2]}', "gives 'a' twice"),
    "NaN": (VALUES.replace("0.5", "NaN"), "b1 is NaN"),
    "infinite": (VALUES.replace("0.5", "1e999"), "b1 is infinite"),
    "ragged": (VALUES.replace("[[3, 4]]", "[[3, 4], 5]"), "'w' is ragged"),
    "text": (VALUES.replace("0.5", '"os"'), "'b' must hold real numbers"),
    "nested": ("[" * 100_000, "nested"),
    "binary": (b"\x80\x04\x95", "neither JSON in UTF-8 nor an npz"),
    "npz cut short": (b"PK\x03\x04\x00", "numpy.savez"),
    "hostile name": ('{"\\u001b[31m\\u202e": 1}', "\\u001b"),
}


@pytest.mark.parametrize(("values", "message"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_values_that_do_not_fit_are_refused_and_nothing_is_written(values, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = values if isinstance(values, bytes) else values.encode()
    assert message in refused("evaluate", SMALL, "--values", "-", "-o", "out.json", input=data)
    Path("values").write_bytes(data)
    assert message in refused("evaluate", SMALL, "--values", "values", "-o", "out.json")
    assert [file.name for file in tmp_path.iterdir()] == ["values"]


@pytest.mark.parametrize("place", ["missing/out", ".", "n" * 300, "net.txt/out"])
@pytest.mark.parametrize("command", [("derive", NETWORK), ("evaluate", SMALL, "--values", "-")])
def test_an_output_that_cannot_be_written_is_refused(place, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(NETWORK, encoding="utf-8")
    ending = ".json" if command[0] == "evaluate" and place != "." else ""
    told = refused(*command, "-o", place + ending, input=VALUES)
    assert "cannot write" in told or (place == "." and ".json or .npz" in told)
    assert [file.name for file in tmp_path.iterdir()] == ["net.txt"]


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


# How it ends.


def test_ctrl_c_leaves_quietly_with_130_and_no_file(tmp_path):
    runner = process("derive", BIG, "--max-terms", 10**9, "--to", "json", "-o", tmp_path / "out.json")
    deadline = time.monotonic() + 30
    while not any(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    runner.send_signal(signal.SIGINT)
    assert (*runner.communicate(), runner.returncode) == (b"", b"", 130)
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_ends_it_quietly():
    for to in ((), ("-o", "/dev/stdout")):
        runner = process("derive", BIG, "--max-terms", 10**9, *to)
        assert runner.stdout.readline()
        runner.stdout.close()
        assert (runner.stderr.read(), runner.wait()) == (b"", 141)
        runner.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(
    "arguments", [("derive", NETWORK), ("--help",), ("derive", NETWORK, "-o", "/dev/full")]
)
def test_a_full_disk_is_one_message(arguments):
    with Path("/dev/full").open("wb") as full:
        runner = process(*arguments, stdout=full)
        errors = runner.communicate()[1].decode()
    assert runner.returncode == 2
    assert re.fullmatch(r"Error: cannot write .*: no space left on device\n", errors)


@pytest.mark.parametrize(
    ("stream", "message"),
    [(1, "Error: cannot write: standard output is closed\n"), (0, "standard input is closed")],
)
def test_a_closed_stream_is_one_message(stream, message):
    command = [sys.executable, "-m", "symgrad", "derive", "-" if stream == 0 else SMALL]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {stream}{"<" if stream == 0 else ">"}&-', "sh", *command],
        env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("error", [MemoryError, RecursionError])
def test_what_the_machine_cannot_do_is_one_message(error, monkeypatch):
    def fail(*arguments):
        raise error

    monkeypatch.setattr("symgrad.network.build.build", fail)
    assert refused("derive", NETWORK)


def test_the_last_door_escapes_what_a_message_let_pass(monkeypatch):
    def fail(*arguments):
        raise SymgradError("a\x1b[31m\u202eb\n  c")

    monkeypatch.setattr("symgrad.network.build.build", fail)
    assert refused("derive", NETWORK) == "a\\u001b[31m\\u202eb\n  c\n"


def on_a_terminal(*arguments, **settings):
    """What a process writes to standard error where that is a terminal, and its exit status."""
    control, terminal = pty.openpty()
    runner = process(
        *arguments, stdout=settings.pop("stdout", subprocess.DEVNULL), stderr=terminal, **settings
    )
    os.close(terminal)
    told = b""
    try:
        while data := os.read(control, 4096):
            told += data
    except OSError:  # the other end is closed
        pass
    os.close(control)
    return told.decode(), runner.wait()


def test_errors_are_coloured_on_a_terminal_that_wants_it():
    assert on_a_terminal("derive", "nothing")[0].startswith("\x1b[31m\x1b[1mError:\x1b[0m there is no file")
    for unwanted in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        told, status = on_a_terminal("derive", "nothing", env=unwanted)
        assert (told.startswith("Error: there is no file"), status) == (True, 2)


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


# What it says of itself.


def test_the_help_shows_every_layer_with_its_options():
    text = re.sub(r"\s+", " ", printed("--help"))
    for layer in CATALOGUE.values():
        options = ", ".join(
            option.name if option.default in (REQUIRED, "f") else f"{option.name}={spelled(option.default)}"
            for option in layer.options
        )
        assert (f"{layer.name}({options})" if options else layer.name) in text


@pytest.mark.parametrize("arguments", [("--help",), ("derive", "-h"), ("evaluate", "--help")])
def test_help_fits_a_terminal(arguments):
    text = printed(*arguments, env={**UTF8, "COLUMNS": "80"})
    assert text.startswith("Usage: ")
    assert max(map(len, text.splitlines())) <= 80


def test_the_examples_of_the_help_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("net.txt").write_text(NETWORK, encoding="utf-8")
    Path("values.json").write_text(VALUES, encoding="utf-8")
    shown = [re.findall(r"^    symgrad (\w+) (\"[^\"]+\"|\S+) ?(.*)$", printed(*words), re.MULTILINE)
             for words in (("--help",), ("derive", "--help"), ("evaluate", "--help"))]  # fmt: skip
    lines = [line for lines in shown for line in lines]
    assert len(lines) >= 6
    for command, network, options in lines:
        if command == "derive" or "linear(1)" in network:
            printed(command, network.strip('"'), *options.split())


def test_without_a_command_it_shows_its_help():
    done = ran()
    assert done.exit_code == 2
    assert "Usage:" in done.output
    assert "derive" in done.output


def completed(words, index):
    environment = {"_SYMGRAD_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
    done = subprocess.run(
        [sys.executable, "-c", "from symgrad.cli import main; main(prog_name='symgrad')"],
        env={**os.environ, **UTF8, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_shell_completion_knows_the_options_and_the_tensors():
    assert "plain,--view" in completed("symgrad derive --v", 2)
    assert completed("symgrad derive --to ", 3) == ["plain,text", "plain,latex", "plain,json"]
    assert completed('symgrad derive "input(5) | linear(2)" --wrt ', 4) == [
        f"plain,{word}" for word in ("weights", "inputs", "all", "a", "w", "b", "z")
    ]
    assert completed("symgrad derive ne", 2) == ["file,ne"]


def test_it_can_be_called_as_a_function():
    assert main(["derive", NETWORK, "--wrt", "nothing"], standalone_mode=False) == 2
