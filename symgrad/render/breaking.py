r"""Breaking a long sum into lines where its structure breaks.

A sum is ``left = t_1 + t_2 + …``; its terms stand in *rows*, the runs that one row of a kernel or of an
output contributes. The lines are printed aligned::

    left &= t_1 + t_2 + t_3 \\
         &\quad {}+ t_4 + t_5 + t_6

In order of preference: one line; whole rows, the same number of them on every line; each row in balanced
pieces (5+4, never 8+1), as few as fit; and where that would strand a single term on a line, the best
balanced lines without regard to rows. A line is wider than the room only if it is a single term.

All widths are in em, as :mod:`symgrad.render.metrics` estimates them. The time is linear in the terms.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import ceil
from operator import sub

from symgrad.render.metrics import EQUALS, PLUS, QUAD, width, widths

Line = tuple[int, int]
"""The terms ``start … stop - 1`` on one line."""
Piece = tuple[int, int, int]
"""The terms ``start … stop - 1`` of one member of a chain, written ``(member, start, stop)``."""
Member = tuple[Sequence[str], int | Sequence[int], bool]
"""One side of a chain: its terms without signs, its rows, and whether its first term is negative."""

# What a continuation line, ``\quad {}+``, spends more than a first line, ``=``.
_INDENT = QUAD + PLUS - EQUALS


def break_sum(
    left: float,
    terms: Sequence[str],
    rows: int | Sequence[int],
    available: float,
    *,
    negative: bool = False,
) -> list[Line]:
    r"""The lines of ``left = terms``, each a pair (start, stop) of term indices; they cover all in order.

    ``left`` is the width of the left side; ``terms`` are LaTeX without their signs; ``rows`` is the number
    of terms in each structural row, one for all (the last may be shorter) or one for each; ``available``
    is the width in em that a line may have. ``negative`` says that the first term has a minus sign in
    front; the other signs are as wide as one another. Raises RenderError for a term with no known width.
    """
    ends = _ends(terms, negative)
    return _lines(ends, rows, available - left - EQUALS)


def break_chain(left: float, members: Sequence[Member], available: float) -> list[list[Piece]]:
    r"""The lines of ``left = member = member …``, each a list of pieces (member, start, stop).

    All stands on one line if it fits; otherwise each member starts a line of its own (``&= …``) and is
    broken as `break_sum` does. A piece with start 0 is printed after ``=``, any other after ``\quad {}+``.
    """
    room = available - left - EQUALS
    all_ends = [_ends(terms, negative) for terms, _, negative in members]
    together = sum(ends[-1] - PLUS for ends in all_ends) + EQUALS * (len(members) - 1)
    if together <= room:
        return [[(place, 0, len(ends) - 1) for place, ends in enumerate(all_ends)]]
    return [
        [(place, start, stop)]
        for place, (ends, (_, rows, _)) in enumerate(zip(all_ends, members, strict=True))
        for start, stop in _lines(ends, rows, room)
    ]


def _ends(terms: Sequence[str], negative: bool) -> list[float]:
    """Where each term ends, with the operator after it, when all stand on one line after the ``=``."""
    spent = [wide + PLUS for wide in widths(terms)]
    if negative and spent:
        spent[0] = width("-" + terms[0]) + PLUS  # a minus in front of tanh or Σ has a thin space after it
    return list(accumulate(spent, initial=0.0))


def _lines(ends: list[float], rows: int | Sequence[int], room: float) -> list[Line]:
    count = len(ends) - 1
    limit = room + PLUS  # the last term of a line has no operator after it
    if count == 0 or ends[count] <= limit:
        return [(0, count)]
    # From here every line has the room of a continuation line; the first, which has more, is made up
    # for by starting later.
    limit = max(limit - _INDENT, 0.1)  # a left side may be wider than the column
    ends = [_INDENT, *ends[1:]]
    marks = _marks(rows, count)
    if len(marks) == count + 1:
        return _balanced(ends, 0, count, limit)
    lines = _whole_rows(ends, marks, limit) or _split_rows(ends, marks, limit)
    stranded = _stranded(ends, lines, limit)
    if not stranded:
        return lines
    balanced = _balanced(ends, 0, count, limit)
    return balanced if _stranded(ends, balanced, limit) < stranded else lines


def _marks(rows: int | Sequence[int], count: int) -> list[int]:
    """The term indices at which rows begin, and the number of terms."""
    if isinstance(rows, int):
        return [*range(0, count, max(rows, 1)), count]
    marks = list(accumulate((length for length in rows if length), initial=0))
    if marks[-1] != count:
        raise ValueError(f"rows of {marks[-1]} terms together, but {count} terms")
    return marks


def _whole_rows(ends: list[float], marks: list[int], limit: float) -> list[Line] | None:
    """As many whole rows on a line as fit, the same number on every line; None if a row does not fit."""
    rows = len(marks) - 1
    for together in range(rows // 2, 0, -1):
        if rows % together == 0 and ends[-1] - ends[0] <= limit * (rows // together):
            lines = list(pairwise(marks[::together]))
            if all(ends[stop] - ends[start] <= limit for start, stop in lines):
                return lines
    return None


def _split_rows(ends: list[float], marks: list[int], limit: float) -> list[Line]:
    """Each row in balanced pieces, as few as fit; rows of one length alike where that is possible."""
    fewest: dict[int, int] = {}
    for start, stop in pairwise(marks):
        length = stop - start
        fewest[length] = max(fewest.get(length, 1), _fewest(ends, start, stop, limit))
    lines: list[Line] = []
    for start, stop in pairwise(marks):
        pieces = list(_equal(start, stop, fewest[stop - start]))
        fits = all(ends[last] - ends[first] <= limit for first, last in pieces)
        lines += pieces if fits else _balanced(ends, start, stop, limit)
    return lines


def _equal(start: int, stop: int, pieces: int) -> Iterator[Line]:
    """Cut into pieces whose numbers of terms differ by one at most, the longer ones first."""
    length, longer = divmod(stop - start, pieces)
    for piece in range(pieces):
        end = start + length + (piece < longer)
        yield start, end
        start = end


def _fewest(ends: list[float], start: int, stop: int, limit: float) -> int:
    """The number of lines that greedy filling needs: no filling needs fewer."""
    lines = 0
    while start < stop:
        start = max(start + 1, bisect_right(ends, ends[start] + limit, start, stop + 1) - 1)
        lines += 1
    return lines


def _stranded(ends: list[float], lines: list[Line], limit: float) -> int:
    """How many lines hold a single term that is not itself as wide as a line."""
    return sum(stop - start == 1 and ends[stop] - ends[start] <= limit for start, stop in lines)


def _balanced(ends: list[float], start: int, stop: int, limit: float) -> list[Line]:
    """The terms in the fewest lines, balanced: equal numbers of terms if those fit.

    Where the widest term shows at once that equal numbers fit, and take at most one line in twenty more
    than needed, there is nothing to search: this is what makes sums of 100,000 terms cheap.
    """
    count = stop - start
    widest = max(map(sub, ends[start + 1 : stop + 1], ends[start:stop]))
    safe = -(-count // max(1, int(limit / widest)))
    fewest = ceil((ends[stop] - ends[start]) / limit)
    if safe - fewest > safe // 20:
        fewest = _fewest(ends, start, stop, limit)
    for pieces in (safe, fewest) if safe - fewest <= safe // 20 else (fewest,):
        lines = list(_equal(start, stop, pieces))
        fits = all(ends[last] - ends[first] <= limit for first, last in lines)
        if fits and not _stranded(ends, lines, limit):
            return lines
    return _best(ends, start, stop, limit)


def _best(ends: list[float], start: int, stop: int, limit: float) -> list[Line]:
    """The lines with the fewest stranded terms, then the fewest lines, then the least uneven.

    Dynamic programming over the place of the last break; a line holds few terms, so this is linear.
    """
    costs: list[tuple[int, int, float]] = [(0, 0, 0.0)]
    breaks = [start]
    first = start
    for end in range(start + 1, stop + 1):
        while first < end - 1 and ends[end] - ends[first] > limit:
            first += 1
        best, chosen = (stop, stop, 0.0), first
        for begin in range(first, end):
            slack = limit - (ends[end] - ends[begin])
            stranded, lines, uneven = costs[begin - start]
            if begin == end - 1 and slack >= 0:
                stranded += 1
            cost = (stranded, lines + 1, uneven + slack * slack)
            if cost < best:
                best, chosen = cost, begin
        costs.append(best)
        breaks.append(chosen)
    found: list[Line] = []
    end = stop
    while end > start:
        begin = breaks[end - start]
        found.append((begin, end))
        end = begin
    return found[::-1]
