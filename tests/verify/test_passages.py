import contextlib
import json
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import SymgradError
from symgrad.verify.passages import (
    LONGEST_DOCUMENT,
    LONGEST_NOTEBOOK,
    LONGEST_PASSAGE,
    MOST_BYTES,
    MOST_PASSAGES,
    DocumentError,
    decoded,
    find,
    replace,
)

CORPUS = Path(__file__).parent / "corpus"
ARTICLE = decoded((CORPUS / "conv-backprop.md").read_bytes())
DERIVATIONS = json.loads((CORPUS / "derivations.json").read_text(encoding="utf-8"))["documents"]


def notebook(*cells, **options):
    listed = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in cells]
    return json.dumps({"cells": listed, "nbformat": 4}, **options)


@pytest.mark.parametrize("entry", DERIVATIONS, ids=lambda entry: entry["id"])
def test_a_derivation_has_its_claim_where_the_corpus_says_and_what_is_given_before_it(entry):
    document = find(entry["document"])
    assert document.kind == "markdown"
    roles = [passage.role for passage in document.passages]
    claims = roles.count("claim")
    assert roles == ["given"] * (len(roles) - claims) + ["claim"] * claims
    assert 0 < claims < len(roles)
    assert document.passages[-claims].line == entry["claim_line"]
    for passage in document.passages:
        assert not passage.unclosed
        assert passage.reading == passage.text == entry["document"][passage.start : passage.stop]


def test_the_article_yields_every_formula_and_every_table():
    document = find(ARTICLE, name="conv-backprop.md")
    assert [(p.line, p.column, p.display, p.text[:8], p.text[-5:]) for p in document.passages] == [
        (9, 3, "display", "\\mathbf{", "+ b_l"),
        (11, 2, "inline", "\\mathbf{", "z}_l)"),
        (15, 3, "display", "W=W-\\eta", "al W}"),
        (21, 1, "table", "a1\ta2\t\u04303", "4\ta25"),
        (27, 1, "table", "w1\tw2\tw3", "w8\tw9"),
        (33, 3, "display", "\\begin{s", "plit}"),
        (37, 3, "display", "\\frac{\\p", "l z_4"),
        (41, 1, "table", "w1*\tw2*\t", "{g}}$"),
        (45, 3, "display", "W = W - ", "al W}"),
    ]
    tables = [passage.rows for passage in document.passages if passage.rows]
    assert [[len(row) for row in rows] for rows in tables] == [[5] * 5, [3] * 3, [11] * 3]
    # The a in the first row is Cyrillic, and so it stays: to say so is for the reader.
    assert [cell.text for cell in tables[0][0]] == ["a1", "a2", "\u04303", "a4", "a 5"]
    assert [cell.kind for cell in tables[2][1]] == [
        *["name"] * 3,
        "sign",
        *["name"] * 3,
        "sign",
        *["math"] * 3,
    ]
    assert [cell.text for cell in tables[2][2][-2:]] == ["∂L", "\\frac{\\partial L}{\\partial \\hat{g}}"]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.md", "$a$", "markdown"),
        ("a.md", "dL/dw = x", "text"),  # nothing that Markdown would typeset
        ("a.tex", "$a$", "tex"),
        ("b/a.IPYNB", '{"cells": []}', "notebook"),
        ("a.txt", "dL/dw = x", "text"),
        ("a.txt", "$$a$$", "markdown"),
        ("", ' {"cells": []}', "notebook"),
        ("", "\\documentclass{article}", "tex"),
        ("", "\\section{A} $a$", "tex"),
        ("", "# A\n$a$ \\section{A}", "markdown"),
        ("", "% symgrad: given\n$a$", "tex"),
        ("", "\\begin{align}a\\end{align}", "markdown"),
        ("", "", "text"),
    ],
)
def test_the_kind_is_guessed_from_the_name_and_the_contents(name, text, kind):
    assert find(text, name=name).kind == kind


@pytest.mark.parametrize(
    ("kind", "text", "roles"),
    [
        ("markdown", "$a$<!-- symgrad: given -->$b$\n# A\n$c$<!-- symgrad: claim -->$d$", "-ggc"),
        ("markdown", "<!-- symgrad: claim -->$a$<!-- symgrad: ignore -->$b$<!-- symgrad: auto -->$c$", "c-"),
        ("markdown", "<!-- symgrad: ignore -->$a$<!-- symgrad: GIVEN -->$b$<!--symgrad:end-->$c$", "g-"),
        ("tex", "$a$ % symgrad: given\n$b$\n%symgrad: claim\n$c$", "-gc"),
        ("text", "a = b\nsymgrad: given\nc = d\n# symgrad: claim\ne = f", "-gc"),
        ("notebook", notebook("<!-- symgrad: given -->", ["$a$\n", "<!-- symgrad: claim -->"], "$b$"), "gc"),
    ],
)
def test_a_comment_rules_all_that_follows_until_the_next(kind, text, roles):
    found = find(text, kind).passages
    assert "".join((passage.role or "-")[0] for passage in found) == roles


@pytest.mark.parametrize(
    ("kind", "text", "place"),
    [
        ("markdown", "a\n<!-- symgrad: clam -->", "line 2, column 15: 'clam' is no word after 'symgrad:'"),
        ("tex", "% symgrad: clam", "line 1, column 12: 'clam'"),
        ("text", "# symgrad: clam", "line 1, column 12: 'clam'"),
        ("notebook", notebook("", "a\n<!-- symgrad: clam -->"), "cell 2, line 2, column 15: 'clam'"),
        ("text", "symgrad:", "line 1, column 9: ''"),
    ],
)
def test_an_unknown_word_is_refused_with_its_place_and_the_known_words(kind, text, place):
    with pytest.raises(DocumentError) as caught:
        find(text, kind)
    assert str(caught.value).startswith(place)
    assert "(known: given, claim, ignore, auto, end)" in caught.value.message
    assert ("did you mean 'claim'?" in caught.value.message) == ("clam" in text)


MACROS = r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("tex", MACROS + "\\begin{document}\n$\\pd{L}{w}$\\end{document}"),
        ("tex", "$" + MACROS + "$ $\\pd{L}{w}$"),
        ("markdown", "$$" + MACROS + "$$\n$$\\pd{L}{w}$$"),
        ("markdown", "$$" + MACROS + " \\pd{L}{w}$$"),
        ("markdown", MACROS + "\n\n$\\pd{L}{w}$"),
        ("notebook", notebook("$" + MACROS + "$", "$\\pd{L}{w}$")),
        ("notebook", notebook(MACROS, "$\\pd{L}{w}$")),
    ],
)
def test_commands_of_the_document_are_written_out_and_their_definitions_are_no_passages(kind, text):
    (passage,) = find(text, kind).passages
    assert passage.reading.strip() == "\\frac{\\partial L}{\\partial w}"
    start = passage.reading.index("w}")
    first, last = passage.raw_span(start, start + 1)
    assert passage.text[first:last] == "w"


def test_a_later_definition_holds_for_what_follows_it():
    document = find("\\def\\x{a}$\\x$ \\def\\x{b}$\\x$ \\providecommand{\\x}{c}$\\x$", "tex")
    assert [passage.reading for passage in document.passages] == ["a", "b", "b"]


def test_the_marks_of_a_quotation_are_no_mathematics():
    text = "> $$\n> a = b\n> + c > d\n> $$\n"
    document = find(text, "markdown")
    (passage,) = document.passages
    assert (passage.text, passage.reading) == ("a = b\n> + c > d", "a = b\n + c > d")
    assert replace(document, {0: "x\ny\n> z"}) == "> $$\n> x\n> y\n> z\n> $$\n"


def test_a_space_after_a_last_backslash_is_part_of_the_formula():
    assert [p.text for p in find("$$ a\\ $$ $$ b\\\\ $$", "markdown").passages] == ["a\\ ", "b\\\\"]


def test_the_place_of_a_part_of_a_formula():
    document = find("x\n$$\na = b\n= c\n$$", "markdown")
    start = document.passages[0].text.index("c")
    place = document.place(0, start, start + 1)
    assert (place.line, place.column, place.text, place.start, place.stop) == (4, 3, "= c", 2, 3)
    source = notebook("", ["x\n", "$\\frac{a}{b}$"])
    document = find(source, "notebook")
    (passage,) = document.passages
    assert (passage.cell, passage.line, passage.column) == (2, 2, 2)
    assert source[passage.start : passage.stop] == "\\\\frac{a}{b}"
    assert document.place(0).text == "$\\frac{a}{b}$"


def test_a_formula_without_its_end_says_so():
    (passage,) = find("$$a = b\n\nprose", "markdown").passages
    assert (passage.unclosed, passage.text) == (True, "a = b\n\nprose")


# Writing back.


def test_new_lines_end_as_the_document_does():
    document = find("$$\r\na\r\n$$\r\n", "markdown")
    assert replace(document, {0: "b\nc"}) == "$$\r\nb\r\nc\r\n$$\r\n"


def test_several_passages_are_replaced_and_all_else_stays():
    text = "\ufeff# T  \r\n$a$ is\t$$ b $$\n\r\\begin{align}\n  c\n\\end{align}  "
    assert replace(find(text, "markdown"), {2: "z", 0: "xx"}) == text.replace("$a$", "$xx$").replace(
        "  c", "  z"
    )


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 1])
def test_a_notebook_with_replaced_passages_is_the_notebook_with_the_replaced_text(ascii_only, indent):
    cells = [["∂ $a$\n", "$$\n", "b \\\\\n", "c\n", "$$"], "$$d$$\n𝐀"]
    source = notebook(*cells, ensure_ascii=ascii_only, indent=indent).replace("\n", "\r\n")
    document = find("\ufeff" + source, "notebook")
    edited = replace(document, {0: "\\frac{a}{∂}", 1: "b \\\\\nx \\\\\nc", 2: '"'})
    assert edited.startswith("\ufeff")
    wanted = [["∂ $\\frac{a}{∂}$\n", "$$\n", "b \\\\\n", "x \\\\\n", "c\n", "$$"], '$$"$$\n𝐀']
    assert edited[1:] == notebook(*wanted, ensure_ascii=ascii_only, indent=indent).replace("\n", "\r\n")


pieces = st.sampled_from(
    [
        *[
            "$",
            "$$",
            "a",
            " = ",
            "\n",
            "\r\n",
            "\n\n",
            "\\",
            "\\\\",
            "\\[",
            "\\]",
            "\\(",
            "\\)",
            "`",
            "```math\n",
        ],
        *[
            "```\n",
            "<!--",
            "-->",
            "<!-- symgrad: given -->",
            "% symgrad: claim\n",
            "symgrad: ignore\n",
            "%",
            "{",
        ],
        *[
            "}",
            "> ",
            "  ",
            "\t",
            "a1\ta2\n",
            "\\begin{align}",
            "\\end{align}",
            "\\begin{document}",
            "\\text{",
        ],
        *[
            "\\end{document}",
            "\\frac{a}{b}",
            "\\newcommand{\\a}[1]{b#1}",
            "\\a",
            "\\def",
            "\\let\\b\\a",
            "∂",
            "₁",
        ],
        *["\ufeff", "+ ", "dL/dw1", "prose ", "- ", "5", "\\verb|", "<code>", "</code>", "\ud800", "\x0b"],
        *["\u2028", "\r"],
    ]
)
texts = st.lists(pieces, max_size=30).map("".join)


def check(source, kind):
    try:
        document = find(source, kind)
    except SymgradError:
        return
    position = 0
    rebuilt = []
    for index, passage in enumerate(document.passages):
        assert position <= passage.start < passage.stop <= len(source)
        sheet = document.sheets[passage.sheet]
        assert sheet.text[slice(*passage.origin)] == passage.text
        if kind != "notebook":
            assert source[passage.start : passage.stop] == passage.text
        place = document.place(index)
        assert (place.line, place.column) == (passage.line, passage.column)
        assert passage.raw_span(0, len(passage.reading))[1] <= len(passage.text)
        rebuilt += [source[position : passage.start], source[passage.start : passage.stop]]
        position = passage.stop
    assert "".join([*rebuilt, source[position:]]) == source
    assert replace(document, {}) == source
    assert replace(document, dict(enumerate(p.text for p in document.passages))) == source


@pytest.mark.parametrize("kind", ["markdown", "tex", "text"])
@given(texts)
def test_the_pieces_are_the_source_and_unchanged_passages_change_nothing(kind, source):
    check(source, kind)


@given(st.lists(st.one_of(texts, st.lists(texts, max_size=3)), max_size=3), st.sampled_from([None, 1, "\t"]))
def test_the_same_holds_for_a_notebook(cells, indent):
    check(notebook(*cells, indent=indent), "notebook")


# Hostile documents.


def test_bytes_become_the_text_they_are():
    assert decoded("\ufeffa\r\n∂".encode()) == "\ufeffa\r\n∂"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a" * (MOST_BYTES + 1), "'x.md' has more than 5,000,000 bytes"),
        ("a\nä".encode("latin-1"), "'x.md' is no UTF-8 text: line 2, column 1 has the byte 0xe4"),
    ],
)
def test_bytes_that_are_no_document_are_refused(content, message):
    with pytest.raises(DocumentError, match=message):
        decoded(content, "x.md")


def bomb(levels):
    """Each command writes out to ten of the one before."""
    letters = "abcdefghijklmnopqrstuvwxyz"[: levels + 1]
    lines = [f"\\def\\{new}{{" + f"\\{old}" * 10 + "}" for old, new in pairwise(letters)]
    return f"\\def\\a{{x}}{''.join(lines)}$\\{letters[-1]}$"


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("markdown", "a" * (LONGEST_DOCUMENT + 1), "1,000,001 characters, and at most 1,000,000"),
        ("notebook", "a" * (LONGEST_NOTEBOOK + 1), "5,000,001 characters"),
        ("notebook", notebook(["a" * LONGEST_DOCUMENT, "b"]), "1,000,000 characters"),
        ("markdown", "a\nb\0", "line 2, column 2: a NUL character"),
        ("notebook", notebook("a\0"), "cell 1, line 1, column 2: a NUL character"),
        ("markdown", "$$" + "a" * (LONGEST_PASSAGE + 1), "200,001 characters, .* is its end missing"),
        ("markdown", "$a$ " * (MOST_PASSAGES + 1), "more than 20,000 formulas"),
        ("markdown", bomb(12), "more than 200,000 characters"),
        ("tex", bomb(25), "uses itself"),
        ("tex", "\\def\\a{\\a}$\\a$", "line 1, column 12: .* uses itself"),
        ("tex", "\\def\\a{" + "x" * 9000 + "}" + "$\\a$ " * 100, "more than 500,000 characters"),
        ("notebook", "[" * 1_000_000, "not a notebook"),
    ],
)  # fmt: skip
def test_what_is_too_much_is_refused_at_once(kind, text, message):
    start = time.perf_counter()
    with pytest.raises(DocumentError, match=message):
        find(text, kind)
    assert time.perf_counter() - start < 3  # a second, on a machine that is busy


@pytest.mark.parametrize("kind", ["markdown", "tex", "text"])
@pytest.mark.parametrize(
    "piece",
    [
        *[
            "$",
            "$ ",
            "$a",
            "$$ ",
            "$`a ",
            "`a",
            "``a`",
            "\\[ a",
            "(\\[ a\n",
            "\\(a ",
            "<code ",
            "<!--",
            "- ",
            "> ",
        ],
        *["\t", "a\t", "a  ", "    a\n", "$\\text{ a", "$\\text{$} ", "%", "\\", "\\def\\a{", "\\def\\a{}"],
        *[
            "\\verb|",
            "\\iffalse ",
            "\\begin{align}",
            "\\begin{verbatim}",
            "\\begin{document}",
            "= ",
            "+ =\n",
            "((",
        ],
        *["\n", "```\n", "~~~a\n"],
    ],
)
def test_work_grows_with_the_length_and_no_faster(kind, piece):
    # A quadratic scanner takes minutes for this.
    text = (piece * 100_000)[:200_000]
    start = time.perf_counter()
    with contextlib.suppress(DocumentError):
        find(text, kind)
    assert time.perf_counter() - start < 5
