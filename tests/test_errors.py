"""Messages: what a stranger's text looks like inside one, and where its carets stand."""

import pytest

from symgrad.errors import DescriptionError, SymgradError, caret, nearest, printable, quoted, reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("conv2d", "conv2d"),
        ("naïve ∂", "naïve ∂"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u00a0b", "a\\u00a0b"),
        ("two\nlines", "two\\u000alines"),
    ],
)
def test_what_could_steer_a_terminal_is_written_as_an_escape(text, shown):
    assert printable(text) == shown


def test_a_quotation_is_cut_to_a_length_that_fits_a_message():
    assert len(quoted("x" * 10_000)) < 70
    assert quoted("short") == "'short'"


def test_the_nearest_word_is_found_whatever_its_case_and_not_invented():
    assert nearest("Strid", ["stride", "padding"]) == "stride"
    assert nearest("qqq", ["stride", "padding"]) is None


@pytest.mark.parametrize(
    ("line", "start", "stop", "marked"),
    [
        ("input(5x5) | conv3d(1)", 13, 19, "conv3d"),
        ("漢字 = x", 5, 6, "x"),
        ("\tx + y", 1, 2, "x"),
    ],
)
def test_the_carets_stand_under_what_they_mean(line, start, stop, marked):
    above, below = caret(line, start, stop).split("\n")
    assert line[start:stop] == marked
    assert below.count("^") == stop - start
    wide = sum(character in "漢字" for character in above[: above.index(marked)])
    assert below.index("^") == above.index(marked) + wide


def test_a_long_line_is_shown_around_the_place():
    line = "x" * 500 + "HERE" + "y" * 500
    above, below = caret(line, 500, 504).split("\n")
    assert len(above) < 90
    assert above[below.index("^") : below.rindex("^") + 1] == "HERE"


def test_a_description_error_shows_its_place_below_its_message():
    error = DescriptionError("no such layer", line="input(5) | lnear(3)", start=11, stop=16)
    assert isinstance(error, SymgradError)
    assert str(error).split("\n")[0] == "no such layer"
    assert str(error).endswith(" " * 13 + "^" * 5)


def test_the_reason_of_the_operating_system_ends_a_sentence():
    assert reason(OSError(28, "No space left on device")) == "no space left on device"
    assert reason(ValueError("Embedded\x1b null byte")) == "embedded\\u001b null byte"
