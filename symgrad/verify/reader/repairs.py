"""What stands for a command that nobody knows: the nearest one, where there is just one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from symgrad.verify.reader import letters

if TYPE_CHECKING:
    from symgrad.verify.reader.tokens import Lexer

MOST_SEARCHED: Final = 20
"""So many unknown commands are looked for in the table; a text with more is no formula."""


def spelled(lexer: Lexer, name: str, start: int, stop: int) -> int:
    r"""Read a command that no table has: as one with letters stuck to it, or as its only near neighbour.

    ``\partialL`` is ``\partial L``; ``\parital`` is ``\partial``. Anything else is refused later, by name.
    """
    searched = lexer.searched
    searched.add(name)
    if name.isascii() and name.isalpha() and len(searched) <= MOST_SEARCHED:
        commands = letters.COMMANDS
        for cut in range(len(name) - 1, max(len(name) - 3, 2), -1):
            # A doubled last letter is a slip of the finger rather than a name.
            if name[:cut] in commands and not (cut == len(name) - 1 and name[-1] == name[-2]):
                read = f"\\{name[:cut]} {name[cut:]}"
                lexer.repair(
                    "spelling", f"'\\{name}' is read as '{read}'", (start, stop), read, harmless=False
                )
                position = lexer.command(name[:cut], start, start + 1 + cut)
                return max(start + 1 + cut, position)
        if name not in lexer.near:
            lexer.near[name] = neighbours(name)
        near = lexer.near[name]
        if len(near) == 1:
            (known,) = near
            lexer.repair(
                "spelling", f"'\\{name}' is read as '\\{known}'", (start, stop), "\\" + known, harmless=False
            )
            return lexer.command(known, start, stop)
    lexer.add("unknown", "\\" + name, start, stop)
    return stop


def neighbours(name: str) -> set[str]:
    """The commands that are one slip from ``name``: a letter more, less or other, or two exchanged."""
    if len(name) < 4:
        return set()
    return {known for known in letters.COMMANDS if len(known) > 3 and _one_slip(name, known)}


def _one_slip(left: str, right: str) -> bool:
    if abs(len(left) - len(right)) > 1:
        return False
    head = 0
    while head < min(len(left), len(right)) and left[head] == right[head]:
        head += 1
    left, right = left[head:], right[head:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[:2][::-1] and left[2:] == right[2:])
    )


def advice(what: str) -> str:
    """What to say about a command, environment or sign that no table has."""
    from symgrad.errors import nearest

    if what.startswith("\\") and len(what) > 1:
        like = nearest(what[1:], letters.COMMANDS)
        return f"'{what}' is no command that is read here" + (f"; did you mean '\\{like}'?" if like else "")
    return f"'{what}' is not read in a formula"
