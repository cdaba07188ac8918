import pytest

from symgrad.verify.documents.pieces import Mark, mark


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        (" symgrad: given ", Mark("given", 10, 15)),
        ("symgrad:claim", Mark("claim", 8, 13)),
        ("\n  Symgrad:\n ignore\n", Mark("ignore", 13, 19)),
        ("symgrad:", Mark("", 8, 8)),
        (" see symgrad: given", None),
        ("", None),
    ],
)
def test_a_mark_is_a_comment_that_begins_with_the_name(comment, said):
    assert mark(comment, 0, len(comment)) == said
