"""A line with places underlined: the carets stand under what they mean, however long or foreign the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.errors import columns
from symgrad.verify.excerpt import WINDOW, together, underlined

LONG = " + ".join(f"a_{{{n}}} w_{n}" for n in range(10, 60))


@pytest.mark.parametrize(
    ("line", "spans", "carets"),
    [
        ("a b c", [(2, 3)], "  ^"),
        ("a b c", [(0, 1), (4, 5)], "^   ^"),
        ("a b c", [(5, 5)], "     ^"),
        ("a b c", [(0, 0)], "^"),
        ("ab", [(0, 2), (1, 2)], "^^"),
        ("a\tb", [(2, 3)], "  ^"),
        ("字b", [(1, 2)], "  ^"),
        ("a\u0302b", [(2, 3)], " ^"),
        ("a\x1bb", [(2, 3)], "       ^"),
    ],
)
def test_carets_stand_under_their_places(line, spans, carets):
    assert underlined(line, spans)[1] == carets


def test_of_a_long_line_the_part_around_the_first_place_is_shown():
    start = LONG.index("a_{40}")
    shown, carets = underlined(LONG, [(start, start + 6), (start + 7, start + 11)])
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) == WINDOW + 2
    assert [shown[n] for n, sign in enumerate(carets) if sign == "^"] == list("a_{40}w_40")


def test_places_too_far_apart_are_shown_apart():
    far, near, further = LONG.index("a_{50}"), LONG.index("a_{12}"), LONG.index("a_{13}")
    spans = [(far, far + 6), (near, near + 6), (further, further + 6)]
    assert together(spans, len(LONG)) == [[1, 2], [0]]
    assert together([(50, 51), (0, 1)], 60) == [[1, 0]]


@given(st.text(max_size=200), st.data())
def test_every_group_fits_and_every_place_gets_its_carets(line, data):
    ends = st.integers(0, len(line))
    spans = data.draw(st.lists(st.tuples(ends, ends).map(lambda s: tuple(sorted(s))), min_size=1, max_size=4))
    groups = together(spans, len(line))
    assert sorted(number for group in groups for number in group) == list(range(len(spans)))
    for group in groups:
        shown, carets = underlined(line, [spans[number] for number in group])
        assert "^" in carets
        assert "\n" not in shown
        assert columns(carets) <= columns(shown) + 1
