import pytest

from symgrad.verify.documents.places import DocumentError, Lines, Place


@pytest.mark.parametrize(
    ("text", "offset", "line", "column"),
    [
        ("", 0, 1, 1),
        ("ab\ncd", 0, 1, 1),
        ("ab\ncd", 2, 1, 3),
        ("ab\ncd", 3, 2, 1),
        ("ab\r\ncd", 4, 2, 1),
        ("ab\rcd", 3, 2, 1),
        ("ab\n", 3, 2, 1),
        ("\ufeffab\ncd", 1, 1, 1),
        ("\ufeffab\ncd", 5, 2, 2),
    ],
)
def test_lines_and_columns_count_from_one_and_a_byte_order_mark_fills_none(text, offset, line, column):
    assert Lines(text).at(offset) == (line, column)


def test_a_place_shows_its_line_and_is_cut_at_its_end():
    assert Lines("ab\r\ncdef\r\ng").place(5, 10) == Place(2, 2, "cdef", 1, 4)


def test_an_error_shows_the_place():
    error = DocumentError("this is wrong", Lines("a\nb = c\n").place(6, 7), 3)
    assert str(error) == "cell 3, line 2, column 5: this is wrong\n  b = c\n      ^"
    assert str(DocumentError("too long")) == "too long"
