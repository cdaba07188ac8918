import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.verify.documents.notebook import cells, raw_span, rewritten
from symgrad.verify.documents.places import DocumentError


def notebook(*sources, **options):
    listed = [{"cell_type": "markdown", "metadata": {}, "source": source} for source in sources]
    return json.dumps({"cells": listed, "nbformat": 4}, **options)


def put(source, cell, start, stop, new):
    edit = rewritten(source, cell, start, stop, new)
    return source if edit is None else source[: edit[0]] + edit[2] + source[edit[1] :]


def test_only_markdown_cells_are_read_and_all_are_counted():
    source = """ {"metadata": {"source": ["no"], "cells": 3, "cell_type": "markdown"},
     "cells": [
      {"source": "code", "cell_type": "code", "outputs": [{"cell_type": "markdown", "source": ["no"]}]},
      {"source": [ "$\\\\frac{a}{b}$\\n",
         "\\u2202\\ud835\\udc00" ], "cell_type": "markdown", "attachments": {"source": {"source": "no"}}},
      {"cell_type": "markdown", "metadata": {}, "source": []},
      {"cell_type": "markdown", "source": "a\\tb"}
     ]} """
    assert [(cell.number, cell.text, cell.listed) for cell in cells(source)] == [
        (2, "$\\frac{a}{b}$\n∂𝐀", True),
        (4, "a\tb", False),
    ]


def test_the_old_format_has_its_cells_in_worksheets():
    source = json.dumps({"worksheets": [{"cells": [{"cell_type": "markdown", "source": "$a$"}]}]})
    assert [cell.text for cell in cells(source)] == ["$a$"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "JSON is broken"),
        ('{"cells": [', "line 1, column 12: .*JSON is broken"),
        ("[1]", "no 'cells'"),
        ('{"cell": 1}', "no 'cells'"),
        ("[" * 100_000, "nested too deeply|JSON is broken"),
        ('{"cells": [' + "1" * 10_000 + "]}", "too long a number"),
    ],
)
def test_what_is_no_notebook_is_refused(source, message):
    with pytest.raises(DocumentError, match=message):
        list(cells(source))


@pytest.mark.parametrize(
    ("source", "old", "new", "written"),
    [
        ('["$a$\\n", "b"]', "a", "c", '["$c$\\n", "b"]'),
        ('["a\\n",\n   "b\\n",\n "c"]', "b", "d\ne", '["a\\n",\n   "d\\n",\n   "e\\n",\n "c"]'),
        ('["a\\n",\n   "b\\n",\n "c"]', "b\n", "d\ne\n", '["a\\n",\n   "d\\n",\n   "e\\n",\n "c"]'),
        ('["a\\n", "b\\n", "c"]', "a\nb\nc", "d", '["d"]'),
        ('["a\\n", "b\\n", "c"]', "b\nc", "b\nx\nc", '["a\\n", "b\\n", "x\\n", "c"]'),
        ('"a\\nb"', "b", "d\ne", '"a\\nd\\ne"'),
        (r'"\u2202L \/ \u0061"', "∂L", "∂M", r'"\u2202M \/ \u0061"'),
        (r'"\u2202L \/ \u0061"', "L", "∂é", r'"\u2202\u2202\u00e9 \/ \u0061"'),
        (r'"\u2202\ud835\udc00"', "𝐀", "𝐁", r'"\u2202\ud835\udc01"'),
        ('"∂L"', "L", "é𝐀", '"∂é𝐀"'),
        ('"L"', "L", '"\\é\t\x01', '"\\"\\\\é\\t\\u0001"'),
        (r'"\\frac{a}{b}"', "\\frac{a}", "\\tfrac{a}", r'"\\tfrac{a}{b}"'),
        (r'["", "\u0061b", "", "c"]', "ab", "a", r'["", "\u0061", "", "c"]'),
    ],
)
def test_only_what_differs_is_written_in_the_manner_of_the_cell(source, old, new, written):
    frame = '{"cells": [{"cell_type": "markdown", "source": %s}]}'
    (cell,) = cells(frame % source)
    start = cell.text.index(old)
    assert put(frame % source, cell, start, start + len(old), new) == frame % written


letters = st.text(st.sampled_from('ab\n\\"/\t∂𝐀\x00\ud800 $'), max_size=12)


@given(st.one_of(letters, st.lists(letters, min_size=1, max_size=4)), st.data())
def test_a_cell_with_an_edit_reads_as_the_edited_text(pieces, data):
    text = "".join(pieces)
    source = notebook(
        pieces,
        ensure_ascii=data.draw(st.booleans()) or "\ud800" in text,
        indent=data.draw(st.sampled_from([None, 1])),
    )
    found = list(cells(source))
    (cell,) = found
    assert cell.text == text
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    first, last = raw_span(cell, start, stop)
    assert 0 <= first <= last <= len(source)
    assert put(source, cell, start, stop, text[start:stop]) == source
    new = data.draw(letters)
    edited = json.loads(put(source, cell, start, stop, new))
    assert "".join(edited["cells"][0]["source"]) == text[:start] + new + text[stop:]
