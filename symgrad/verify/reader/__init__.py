"""The reader: formulas in TeX, Markdown and plain text become the trees of :mod:`symgrad.verify.syntax`.

Every character is read or refused; what was read in place of what stands there is told as a repair.
"""

from __future__ import annotations

from symgrad.verify.reader.shown import show
from symgrad.verify.reader.statements import read

__all__ = ["read", "show"]
