"""How many samples a batch has: a number, or a letter for any number of them."""

from __future__ import annotations

import re

from symgrad.algebra.sizes import Size, size_symbol
from symgrad.catalogue.options import count
from symgrad.errors import DescriptionError, quoted

_LETTER = re.compile("[A-KM-Z]")  # L is the loss


def samples(given: int | str) -> Size:
    """The number of samples that ``8``, ``"8"`` or ``"N"`` means.

    Raises:
        DescriptionError: it is neither a positive whole number nor a capital letter.
    """
    if isinstance(given, str) and _LETTER.fullmatch(given):
        return size_symbol(given)
    try:
        return count(int(given) if isinstance(given, str) and re.fullmatch("[0-9]{1,9}", given) else given)
    except ValueError:
        pass
    told = quoted(given) if isinstance(given, str) else _told(given)
    raise DescriptionError(
        f"a batch is a number of samples such as 8, or a letter such as N for any number, not {told}"
    )


def _told(given: object) -> str:
    """A value in a message: a number as it is, anything else by its kind."""
    if isinstance(given, int | float):
        return str(given)
    return f"a {type(given).__name__}"
