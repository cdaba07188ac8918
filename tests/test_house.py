"""The house rules of docs/architecture.md, read off the source with ``ast``."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import symgrad
from symgrad import errors

ROOT = Path(__file__).resolve().parent.parent
SOURCE = sorted((ROOT / "symgrad").rglob("*.py"))
ARTICLE = "input(5x5) | conv2d(1, 3, stride=2, bias=false)"

# A file imports only from lower floors or its own package. The ground is for everyone.
GROUND, TOP = -1, 8
FLOORS = {
    "_version": GROUND,
    "errors": GROUND,
    "algebra": 0,
    "files": 0,
    "terminal": 0,
    "catalogue": 1,
    "network": 2,
    "equations": 1,
    "derivation": 3,
    "render": 4,
    "evaluate": 5,
    "verify": 5,
    "api": 6,
    "cli": 7,
    "__init__": TOP,
    "__main__": TOP,
}

# Files without a test file of their own, and why.
TESTED_ELSEWHERE = {
    "_version.py": "the command line's --version prints it",
    "__init__.py": "the public names, here",
    "__main__.py": "one of the doors, here",
}


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def room(file: Path) -> str:
    """The part of the house a file belongs to: its package, or its own name at the top."""
    return file.relative_to(ROOT / "symgrad").parts[0].removesuffix(".py")


def imports(file: Path):
    """Every part of the house that a file imports from, wherever in the file, with the line."""
    package = file.relative_to(ROOT).parts[:-1]
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            # `from symgrad import errors` imports a part, and so does `from symgrad.errors import …`
            names = [f"{module}.{alias.name}" if module == "symgrad" else module for alias in node.names]
        else:
            continue
        for name in names:
            first, *rest = name.split(".")
            if first == "symgrad":
                yield (rest[0] if rest and rest[0] in FLOORS else "__init__"), node.lineno


def source_ids(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", SOURCE, ids=source_ids)
def test_a_file_imports_only_from_lower_floors_or_its_own_package(file):
    here = room(file)
    assert here in FLOORS, f"{here} stands on no floor: name one in FLOORS"
    for other, line in imports(file):
        allowed = FLOORS[other] < FLOORS[here] or (other == here and file.parent != ROOT / "symgrad")
        assert allowed, f"{file}:{line} is on floor {FLOORS[here]} and imports {other}, floor {FLOORS[other]}"


@pytest.mark.parametrize("file", SOURCE, ids=source_ids)
def test_the_tests_mirror_the_source(file):
    if file.name == "__init__.py" or source_ids(file).removeprefix("symgrad/") in TESTED_ELSEWHERE:
        return
    inside = file.relative_to(ROOT / "symgrad")
    mirror = ROOT / "tests" / inside.with_name(f"test_{inside.name.lstrip('_')}")
    assert mirror.is_file(), f"{inside} has no {mirror.relative_to(ROOT)}"


def evaluations(tree: ast.Module):
    """Every place that could run text as code: what it is, and the line."""
    builtins = {"eval", "exec", "compile", "__import__"}
    readers = {"sympify", "_sympify", "parse_expr", "parse_latex", "literal_eval"}
    modules = {"pickle", "marshal", "shelve", "dill", "code", "codeop"}
    for node in ast.walk(tree):
        names = set()
        if isinstance(node, ast.Name):
            names = {node.id} & (builtins | readers)
        elif isinstance(node, ast.Attribute):
            names = {node.attr} & readers
        elif isinstance(node, ast.Import | ast.ImportFrom):
            module = [getattr(node, "module", None) or ""]
            spelled = [part for name in [*module, *(a.name for a in node.names)] for part in name.split(".")]
            names = set(spelled) & (readers | modules)
        elif isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            names = {"S(…)"} if called == "S" else set()
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            names = set() if ast.unparse(node.value) == "False" else {"allow_pickle"}
        for name in names:
            yield name, getattr(node, "lineno", 0)


@pytest.mark.parametrize("file", SOURCE, ids=source_ids)
def test_nothing_read_is_ever_evaluated(file):
    assert list(evaluations(parsed(file))) == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "f = exec",
        "import pickle",
        "from sympy import sympify as s",
        "sympy.sympify(text)",
        "from sympy.parsing.sympy_parser import parse_expr",
        "sympy.S(text)",
        "np.load(file, allow_pickle=True)",
        "from importlib import util; __import__(name)",
    ],
)
def test_the_reader_of_evaluations_sees(line):
    assert list(evaluations(ast.parse(line)))


@pytest.mark.parametrize("line", ["re.compile('a')", "sympy.S.One", "np.load(f, allow_pickle=False)"])
def test_the_reader_of_evaluations_lets_pass(line):
    assert not list(evaluations(ast.parse(line)))


NOT_OURS = {"__pycache__", "node_modules", "build", "dist"}
# The brackets keep this file from naming what it looks for.
PLACES = re.compile(
    r"(?<![\w./~-])/(?:[w]ork|[r]oot|[h]ome|[o]pt)/"
    r"|py[p]i\.org|python[h]osted\.org|npm[j]s\.(?:org|com)|deb[i]an\.org|pytorch[.]org/whl|extra[-]index-url"
)


def files_of_the_checkout():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in NOT_OURS and (f == ".ci" or not f.startswith("."))]
        yield from (Path(folder) / name for name in names)


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    found = []
    for file in files_of_the_checkout():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{file.relative_to(ROOT)}: {place[0]}" for place in PLACES.finditer(text)]
    assert found == []


@pytest.mark.parametrize("file", SOURCE, ids=source_ids)
def test_no_group_is_repeated_possessively(file):
    """Python before 3.11.5 takes too much with ``(?:…)*+`` (0. of "0..1"); ``(?>(?:…)*)`` means the same."""
    assert re.findall(r"\)(?:[*?+]|\{[0-9,]+\})\+", file.read_text(encoding="utf-8")) == []


def run(*command, **environment):
    return subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


WATCHED = """
import sys
{start}
loaded = {{"sympy", "mpmath", "numpy"}} & sys.modules.keys()
sys.exit(f"loaded: {{sorted(loaded)}}" if loaded else 0)
"""

DERIVE = """
from symgrad.cli import main
sys.argv = ["symgrad", "derive", {network!r}, "--to", {format!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""


VERIFY = """
from symgrad.cli import main
sys.argv = ["symgrad", "verify", {file!r}, "--net", {network!r}]
try:
    main()
except SystemExit as stop:
    assert stop.code == 1, stop.code
"""
CORPUS = ROOT / "tests" / "verify" / "corpus"


@pytest.mark.parametrize(
    "start",
    [
        pytest.param("import symgrad", id="import"),
        pytest.param(VERIFY.format(file=str(CORPUS / "conv-backprop.md"), network=ARTICLE), id="verify"),
        *(
            pytest.param(DERIVE.format(network=ARTICLE, format=name), id=name)
            for name in ("text", "latex", "json")
        ),
    ],
)
def test_starting_loads_neither_sympy_nor_numpy(start):
    done = run(sys.executable, "-c", WATCHED.format(start=start), PYTHONIOENCODING="utf-8")
    assert (done.returncode, done.stderr) == (0, "")


DOORS = {
    "launcher": [sys.executable, ROOT / "cli.py"],
    "module": [sys.executable, "-m", "symgrad"],
    "command": [Path(sys.executable).with_name("symgrad")],
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_door_leads_to_the_same_command_line(door, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(*door, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert symgrad.__version__ in done.stdout


def test_the_public_names_are_there_and_nothing_else_is():
    for name in symgrad.__all__:
        assert getattr(symgrad, name) is not None
    assert set(symgrad.__all__) <= set(dir(symgrad))
    with pytest.raises(AttributeError, match="no attribute 'Netwrk'"):
        symgrad.Netwrk  # noqa: B018


def test_every_error_is_public():
    family = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.SymgradError)
    }
    assert family == {name for name in symgrad.__all__ if name.endswith("Error")}


SKIPPING = """
import pytest

def test_passes():
    pass

def test_skips():
    pytest.skip("no TeX")

@pytest.mark.skip
def test_is_skipped():
    pass

@pytest.mark.xfail
def test_is_expected_to_fail():
    assert False

@pytest.mark.xfail
def test_is_expected_to_fail_and_passes():
    pass
"""


@pytest.mark.parametrize(
    ("in_ci", "closing"),
    [("1", "3 failed, 1 passed, 2 errors"), ("", "2 failed, 1 passed, 3 skipped")],
)
def test_no_test_is_expected_to_fail_and_in_ci_none_is_skipped(in_ci, closing, tmp_path):
    conftest = ROOT / "tests" / "conftest.py"
    (tmp_path / "conftest.py").write_text(conftest.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "test_each.py").write_text(SKIPPING, encoding="utf-8")
    (tmp_path / "test_module.py").write_text(
        "import pytest\npytest.importorskip('no_such_module')\n", encoding="utf-8"
    )
    options = ["--rootdir", tmp_path, "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    done = run(sys.executable, "-m", "pytest", *options, tmp_path, SYMGRAD_CI=in_ci)
    assert done.returncode == 1
    assert closing in done.stdout.splitlines()[-1]
