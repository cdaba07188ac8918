"""The views by name."""

import pytest

from symgrad.derivation.document import VIEWS, checked_view
from symgrad.errors import NameUnknownError


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_called_by_its_name(view):
    assert checked_view(view) == view


def test_another_word_is_refused_with_the_nearest_view():
    with pytest.raises(NameUnknownError, match="did you mean scalar"):
        checked_view("scaler")
    with pytest.raises(NameUnknownError, match="scalar, chain, index"):
        checked_view("\x1b[2J")
