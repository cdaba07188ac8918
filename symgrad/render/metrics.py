r"""The width of a printed formula, estimated without TeX.

The rules are TeX's own (The TeXbook, appendix G) on the widths of Computer Modern, for the subset of
LaTeX that symgrad prints. Heights are kept only as far as ``\left`` needs them to choose a size.
An estimate in em serves 10 and 11 points: TeX's script fonts differ a little between them, and the wider
counts. ``tests/render/test_metrics.py`` holds it between 1% below and 6% above the true width. At 12
points scripts are smaller still, so that it errs on the wide side, and a displayed sum sign is 2% wider.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from symgrad.errors import RenderError, quoted

PLUS: Final = 1.2223
"""A binary ``+`` or ``-`` with the spaces around it, in em; so for every binary operator of that width."""
EQUALS: Final = 1.3334
"""A relation ``=`` with the spaces around it, in em."""
QUAD: Final = 1.0
"""``\\quad`` in em."""

# A shape stands for every fragment that differs from it in digits only: all digits are equally wide.
_DIGITS: Final = str.maketrans("123456789", "000000000")
_known_shapes: dict[str, float] = {}
_MOST_SHAPES: Final = 20_000
_LONGEST_SHAPE: Final = 400
_DEEPEST: Final = 60


def width(latex: str) -> float:
    """The width in em, in display style, of a fragment of a formula; a sum of widths is a width.

    The cost of a fragment whose shape was met before is one dictionary lookup. Raises RenderError for
    a command outside the subset and for a fragment that is not complete.
    """
    shape = latex.translate(_DIGITS)
    found = _known_shapes.get(shape)
    return _remember(shape) if found is None else found


def widths(fragments: Sequence[str]) -> list[float]:
    """The `width` of each fragment; for many at once, several times faster than one by one."""
    if len(fragments) < 16:
        return [width(latex) for latex in fragments]
    found = shapes(fragments)
    measured = {shape: width(shape) for shape in set(found)}
    return list(map(measured.__getitem__, found))


def shapes(fragments: Sequence[str]) -> list[str]:
    """For each fragment one that is as wide: the same for all that differ in digits only."""
    # One translation of all is what makes it fast; a fragment with the separator in it is TeX no more.
    found = "\0".join(fragments).translate(_DIGITS).split("\0")
    if len(found) != len(fragments):
        raise RenderError("a formula with a null character in it has no width")
    return found


def column(centimetres: float, *, points: float = 11, numbered: bool = True) -> float:
    """The width in em that a formula may take in a column, 3 em less when it carries a number.

    LaTeX's ``11pt`` is 10.95 pt; one em of Computer Modern is as wide as its size in points.
    """
    size = 10.95 if points == 11 else points
    return centimetres * 72.27 / 2.54 / size - (3.0 if numbered else 0.0)


def _remember(shape: str) -> float:
    tokens: list[str] = re.findall(_TOKEN, shape, re.DOTALL)  # compiled when first needed, not at start-up
    tokens.reverse()
    try:
        measured = _horizontal(tokens, 0, "", 0)[0] / 1000
    except _UnreadableError as error:
        raise RenderError(f"the width of {quoted(shape)} is not known: {error}") from None
    if len(shape) <= _LONGEST_SHAPE:
        if len(_known_shapes) >= _MOST_SHAPES:
            _known_shapes.clear()
        _known_shapes[shape] = measured
    return measured


class _UnreadableError(Exception):
    """Why a fragment has no width; `width` adds the fragment."""


_TOKEN: Final = r"\\[A-Za-z]+|\\.|[^\\]|\\"

# From here on lengths are in thousandths of an em. A box is (width, italic correction, height, depth);
# a style is TeX's: 0 display, 1 text, 2 script, 3 script of script.
_Box = tuple[float, float, float, float]
_Tokens = list[str]

_EMPTY: Final[_Box] = (0.0, 0.0, 0.0, 0.0)
_AXIS: Final = 250.0
_NULL_DELIMITER: Final = 120.0
_SCRIPT_SPACE: Final = 50.0

_ORD, _OP, _BIN, _REL, _OPEN, _CLOSE, _PUNCT, _INNER, _SPACE = range(9)

# The TeXbook, chapter 18: space between an atom (row) and the next (column): 0 none, 1 thin, 2 medium,
# 3 thick; negative: not in scripts. Pairs with Bin that cannot occur are 0.
_BETWEEN: Final = (
    (0, 1, -2, -3, 0, 0, 0, -1),
    (1, 1, 0, -3, 0, 0, 0, -1),
    (-2, -2, 0, 0, -2, 0, 0, -2),
    (-3, -3, 0, 0, -3, 0, 0, -3),
    (0, 0, 0, 0, 0, 0, 0, 0),
    (0, 1, -2, -3, 0, 0, 0, -1),
    (-1, -1, 0, -1, -1, -1, -1, -1),
    (-1, 1, -2, -3, -1, 0, -1, -1),
)
_MU: Final = (0.0, 166.7, 222.2, 277.8)

_SPACES: Final = {
    "\\,": 166.7, "\\:": 222.2, "\\;": 277.8, "\\!": -166.7, "\\ ": 333.4, "~": 333.4,
    "\\quad": 1000.0, "\\qquad": 2000.0,
}  # fmt: skip

# cmmi10: height and depth, then name, width and italic correction of each letter.
_ITALIC_ROWS: Final = (
    (431, 0, r"a 529 0 c 433 0 e 466 0 m 878 0 n 600 0 o 485 0 r 451 28 s 469 0 u 572 0 v 485 36 w 716 27"),
    (431, 0, r"x 572 0 z 465 44 \alpha 640 4 \epsilon 406 0 \iota 354 0 \kappa 576 0 \nu 494 64 \pi 570 36"),
    (431, 0, r"\sigma 571 36 \tau 437 113 \upsilon 540 36 \omega 622 36 \varepsilon 466 0 \varpi 828 28"),
    (431, 194, r"g 477 36 p 503 0 q 446 36 y 490 36 \gamma 518 56 \eta 497 36 \mu 603 0 \rho 517 0"),
    (431, 194, r"\chi 626 0 \varrho 517 0 \varphi 654 0 \varsigma 363 80"),
    (660, 194, r"i 345 0 j 412 57"),
    (694, 0, r"t 361 0 b 429 0 d 520 0 h 576 0 k 521 31 l 298 20 \delta 444 38 \theta 469 28 \lambda 583 0"),
    (694, 0, r"\vartheta 591 0 \partial 531 56 \ell 417 0"),
    (694, 194, r"f 490 108 \beta 566 53 \zeta 438 74 \xi 438 46 \phi 596 0 \psi 651 36"),
    (683, 0, r"A 750 0 B 759 50 C 715 72 D 828 28 E 738 58 F 643 139 G 786 0 H 831 81 I 440 78 J 555 96"),
    (683, 0, r"K 849 72 L 681 0 M 970 109 N 803 109 O 763 28 P 642 139 R 759 8 S 613 58 T 584 139"),
    (683, 0, r"U 683 109 V 583 222 W 944 139 X 828 78 Y 581 222 Z 683 72"),
    (683, 194, r"Q 791 0"),
)

# cmr10: letters and digits of one width.
_UPRIGHT_ROWS: Final = (
    (278, "il.,:;!'`[]"), (306, "fj"), (333, "- "), (361, "I"), (389, "t()"), (392, "r"), (394, "s"),
    (444, "cez"), (472, "?"), (500, "ago0123456789/*"), (514, "J"), (528, "kqvxy"), (556, "Sbdhnpu"),
    (611, "Z"), (625, "L"), (653, "F"), (681, "EP"), (708, "B"), (722, "CTw"), (736, "R"), (750, "AHNUVXY"),
    (764, "D"), (778, "KOQ+="), (785, "G"), (833, "m"), (917, "M"), (1028, "W"),
)  # fmt: skip
_UPRIGHT_CORRECTIONS: Final = {"f": 78, "g": 14, "v": 14, "w": 14, "y": 14, "V": 14, "W": 14, "Y": 25}

_GREEK_CAPITALS: Final = {
    "\\Gamma": 625, "\\Delta": 833, "\\Theta": 778, "\\Lambda": 694, "\\Xi": 667, "\\Pi": 750, "\\Sigma": 722,
    "\\Upsilon": 778, "\\Phi": 722, "\\Psi": 778, "\\Omega": 722,
}  # fmt: skip

# Kind, width, height, depth of the symbols: one row for all that share them.
_SYMBOL_ROWS: Final = (
    (_BIN, 778, 583, 83, r"+ - \pm \mp \times \div \odot \otimes \oplus"),
    (_BIN, 500, 465, -35, r"* \ast \star \circ \bullet"),
    (_BIN, 278, 444, -56, r"\cdot"),
    (_BIN, 500, 750, 250, r"\setminus"),
    (_BIN, 667, 556, 0, r"\cup \cap \wedge \vee \land \lor"),
    (_REL, 778, 636, 136, r"= < > \le \leq \ge \geq \ne \neq \equiv \sim \simeq \approx \propto"),
    (_REL, 278, 431, 0, r":"),
    (_REL, 278, 750, 250, r"\mid \nmid"),
    (_REL, 500, 750, 250, r"\parallel"),
    (_REL, 667, 539, 39, r"\in \notin"),
    (_REL, 1000, 367, -133, r"\to \rightarrow \leftarrow \gets \mapsto \Rightarrow \Leftarrow"),
    (_OPEN, 389, 750, 250, r"( \langle"),
    (_OPEN, 278, 750, 250, r"[ \lvert"),
    (_OPEN, 444, 750, 250, r"\lfloor \lceil"),
    (_OPEN, 500, 750, 250, r"\{ \lbrace \lVert"),
    (_CLOSE, 389, 750, 250, r") \rangle"),
    (_CLOSE, 278, 750, 250, r"] \rvert !"),
    (_CLOSE, 444, 750, 250, r"\rfloor \rceil"),
    (_CLOSE, 472, 694, 0, r"?"),
    (_CLOSE, 500, 750, 250, r"\} \rbrace \rVert"),
    (_PUNCT, 278, 431, 194, r", ;"),
    (_ORD, 278, 750, 250, r". | \vert"),
    (_ORD, 500, 750, 250, r"/ \| \Vert"),
    (_ORD, 778, 694, 0, r"\top \bot"),
    (_ORD, 833, 683, 0, r"\nabla"),
    (_ORD, 1000, 431, 0, r"\infty"),
    (_ORD, 275, 556, 0, r"\prime"),
    (_ORD, 556, 694, 0, r"\forall \exists"),
    (_ORD, 500, 750, 56, r"\emptyset"),
)

# Widths of a delimiter at its sizes: as a character, then 1.2, 1.8, 2.4, 3 em tall, then extended.
_DELIMITER_ROWS: Final = (
    ((389, 458, 597, 736, 792, 875), "( )"),
    ((278, 417, 472, 528, 583, 667), "[ ]"),
    ((444, 472, 528, 583, 639, 667), r"\lfloor \rfloor \lceil \rceil"),
    ((500, 583, 667, 750, 806, 889), r"\{ \} \lbrace \rbrace"),
    ((389, 472, 611, 750, 806, 806), r"\langle \rangle < >"),
    ((278, 333, 333, 333, 333, 333), r"| \vert \lvert \rvert"),
    ((500, 556, 556, 556, 556, 556), r"\| \Vert \lVert \rVert"),
    ((500, 578, 811, 1045, 1278, 1278), "/"),
    ((120, 120, 120, 120, 120, 120), "."),
)
_DELIMITER_HEIGHTS: Final = (1000, 1200, 1800, 2400, 3000)

_BIG: Final = {
    command + side: (size, kind)
    for size, command in enumerate((r"\big", r"\Big", r"\bigg", r"\Bigg"), start=1)
    for side, kind in (("l", _OPEN), ("r", _CLOSE), ("m", _REL), ("", _ORD))
}

# Width in text and in display style.
_LARGE_OPERATORS: Final = {"\\sum": (1056, 1445), "\\prod": (945, 1278)}
_NAMED_LIMITS: Final = frozenset(("\\max", "\\min", "\\sup", "\\lim"))
_NAMED: Final = _NAMED_LIMITS.union(
    ("\\arg", "\\cos", "\\cosh", "\\exp", "\\ln", "\\log", "\\sin", "\\sinh", "\\tan", "\\tanh")
)
_ACCENTS: Final = frozenset(("\\hat", "\\bar", "\\tilde", "\\dot", "\\ddot", "\\vec", "\\check"))
_DOTS: Final = frozenset(("\\dots", "\\ldots", "\\cdots"))
_FRACTIONS: Final = {"\\frac": None, "\\dfrac": 0, "\\tfrac": 1}

_ITALIC: Final[dict[str, _Box]] = {}
for _height, _depth, _row in _ITALIC_ROWS:
    _words = _row.split()
    for _name, _width, _correction in zip(_words[::3], _words[1::3], _words[2::3], strict=True):
        _ITALIC[_name] = (int(_width), int(_correction), _height, _depth)

_UPRIGHT: Final = {_letter: _wide for _wide, _letters in _UPRIGHT_ROWS for _letter in _letters}
_SYMBOLS: Final[dict[str, tuple[int, _Box]]] = {
    name: (kind, (wide, 0, high, low))
    for kind, wide, high, low, names in _SYMBOL_ROWS
    for name in names.split()
}
_DELIMITERS: Final = {name: widths for widths, names in _DELIMITER_ROWS for name in names.split()}


def _horizontal(tokens: _Tokens, style: int, end: str, depth: int) -> _Box:
    """The box of atoms side by side up to the token ``end``, which is taken too."""
    kinds: list[int] = []
    widths: list[float] = []
    high = low = 0.0
    while tokens:
        token = tokens.pop()
        if token == end:
            break
        if token.isspace():
            continue
        if token in _SPACES:
            kinds.append(_SPACE)
            # \quad is an em of the text at any size; the others are in units of the style's own font.
            widths.append(_SPACES[token] if "quad" in token else _sized(_SPACES[token], style))
            continue
        kind, box, limits = _atom(token, tokens, style, depth)
        box = _with_scripts(box, limits, tokens, style, depth)
        kinds.append(kind)
        widths.append(box[0] + box[1])
        high, low = max(high, box[2]), max(low, box[3])
    else:
        if end:
            raise _UnreadableError(f"'{end}' is missing")
    return _spaced(kinds, widths, style), 0.0, high, low


def _spaced(kinds: list[int], widths: list[float], style: int) -> float:
    """The sum of the widths and of TeX's spaces between the kinds of atoms.

    A Bin with no left or no right operand is an Ord: the minus of ``-a`` has no space after it.
    """
    total = sum(widths)
    atoms = [kind for kind in kinds if kind != _SPACE]
    before = _OPEN
    for place, kind in enumerate(atoms):
        if kind == _BIN:
            after = atoms[place + 1] if place + 1 < len(atoms) else _CLOSE
            if before in (_BIN, _OP, _REL, _OPEN, _PUNCT) or after in (_REL, _CLOSE, _PUNCT):
                kind = _ORD
        space = _BETWEEN[before][kind]
        if space > 0:
            total += _sized(_MU[space], style)
        elif space and style < 2:
            total += _MU[-space]
        before = kind
    return total


def _atom(token: str, tokens: _Tokens, style: int, depth: int) -> tuple[int, _Box, bool]:
    """The kind and box of the atom that begins with ``token``, and whether its scripts are limits."""
    if depth > _DEEPEST:
        raise _UnreadableError(f"it is nested more than {_DEEPEST} deep")
    if token in _ITALIC:
        return _ORD, _glyph(_ITALIC[token], style), False
    if token in "0123456789":
        return _ORD, _glyph((500, 0, 644, 0), style, upright=True), False
    if token in _SYMBOLS:
        kind, box = _SYMBOLS[token]
        return kind, _glyph(box, style), False
    if token == "{":
        return _ORD, _horizontal(tokens, style, "}", depth + 1), False
    if token in ("_", "^", "'"):
        tokens.append(token)
        return _ORD, _EMPTY, False
    if token in _FRACTIONS:
        chosen = _FRACTIONS[token]
        return _ORD, _fraction(tokens, style if chosen is None else chosen, depth), False
    if token in _LARGE_OPERATORS:
        text, display = _LARGE_OPERATORS[token]
        box = _glyph((text, 0, 750, 250), style) if style else (float(display), 0.0, 950.0, 450.0)
        return _OP, box, style == 0
    if token in _NAMED:
        return _OP, _upright(token[1:], style), style == 0 and token in _NAMED_LIMITS
    if token in ("\\mathrm", "\\text", "\\mathbf"):
        return _ORD, _upright(_raw(tokens), style, bold=token == "\\mathbf"), False
    if token in _GREEK_CAPITALS:
        return _ORD, _glyph((_GREEK_CAPITALS[token], 0, 683, 0), style, upright=True), False
    if token in _DOTS:
        # Three dots of punctuation, thin spaces between them except in scripts.
        wide = 3 * _sized(278, style) + (2 * _MU[1] if style < 2 else 0.0)
        return _INNER, (wide, 0.0, 310.0, 0.0), False
    if token == "\\left":
        return _INNER, _fenced(tokens, style, depth), False
    if token in _BIG:
        size, kind = _BIG[token]
        half = _DELIMITER_HEIGHTS[size] / 2
        return kind, (_delimiter(tokens)[size], 0.0, half + _AXIS, half - _AXIS), False
    if token in _ACCENTS:
        wide, italic, high, low = _argument(tokens, style, depth)
        return _ORD, (wide, italic, high + _sized(263, style), low), False
    if token == "\\overline":
        wide, italic, high, low = _argument(tokens, style, depth)
        return _ORD, (wide + italic, 0.0, high + 200, low), False
    if token == "\\sqrt":
        return _ORD, _root(tokens, style, depth), False
    if token == "\\substack":
        return _ORD, _stack(tokens, depth), False
    raise _UnreadableError(f"no rule for {quoted(token)}")


def _argument(tokens: _Tokens, style: int, depth: int) -> _Box:
    """The box of the next group or of the next single token."""
    token = _next(tokens)
    if not token:
        raise _UnreadableError("an argument is missing")
    if token == "{" and len(tokens) > 1 and tokens[-2] == "}" and tokens[-1] in _ITALIC:
        # One letter in braces keeps its italic correction apart, as without them.
        token = tokens.pop()
        tokens.pop()
    return _atom(token, tokens, style, depth + 1)[1]


def _raw(tokens: _Tokens) -> list[str]:
    """The characters of the next group, or the next token."""
    token = _next(tokens)
    if token != "{":
        return [token]
    letters: list[str] = []
    while tokens:
        token = tokens.pop()
        if token == "}":
            return letters
        letters.append(token)
    raise _UnreadableError("'}' is missing")


def _with_scripts(nucleus: _Box, limits: bool, tokens: _Tokens, style: int, depth: int) -> _Box:
    """``nucleus`` with the subscript and superscript that follow it (appendix G, rules 13a and 18)."""
    lower = upper = None
    smaller = 2 if style < 2 else 3
    primes = 0
    while tokens:
        token = tokens[-1]
        if token == "'" and upper is None:
            tokens.pop()
            primes += 1
        elif token == "_" and lower is None:
            tokens.pop()
            lower = _argument(tokens, smaller, depth)
        elif token == "^" and upper is None:
            tokens.pop()
            upper = _argument(tokens, smaller, depth)
        elif token in ("_", "^", "'"):
            raise _UnreadableError(f"a second '{token}' on one symbol")
        elif token.isspace():
            tokens.pop()
        else:
            break
    if primes:
        prime = _glyph((275, 0, 556, 0), smaller)
        wide, italic, high, low = upper or _EMPTY
        upper = (wide + primes * prime[0], italic, max(high, prime[2]), low)
    if lower is None and upper is None:
        return nucleus
    wide, italic, high, low = nucleus
    below = lower or _EMPTY
    above = upper or _EMPTY
    if limits:
        if upper:
            high += max(111, 200 - above[3]) + above[2] + above[3] + 100
        if lower:
            low += max(167, 600 - below[2]) + below[2] + below[3] + 100
        return max(wide + italic, above[0] + above[1], below[0] + below[1]), 0.0, high, low
    # The subscript tucks in under an italic letter, the superscript keeps clear of it.
    reach = wide + max(below[0] + below[1] if lower else 0, italic + above[0] + above[1] if upper else 0)
    if upper:
        high = max(high, max(413, high - 386, above[3] + 108) + above[2])
    if lower:
        low = max(low, max(247 if upper else 150, low + 50, below[2] - 345) + below[3])
    return reach + _SCRIPT_SPACE, 0.0, high, low


def _fraction(tokens: _Tokens, style: int, depth: int) -> _Box:
    """A fraction (appendix G, rule 15); numerator and denominator are one style smaller."""
    smaller = min(style + 1, 3)
    top, bottom = _argument(tokens, smaller, depth), _argument(tokens, smaller, depth)
    clear = 140 if style == 0 else 60
    up = max(677 if style == 0 else 394, top[3] + _AXIS + clear)
    down = max(686 if style == 0 else 345, bottom[2] - _AXIS + clear)
    wide = max(top[0] + top[1], bottom[0] + bottom[1]) + 2 * _NULL_DELIMITER
    return wide, 0.0, up + top[2], down + bottom[3]


def _fenced(tokens: _Tokens, style: int, depth: int) -> _Box:
    r"""``\left( … \right)``: the delimiters are as tall as what they enclose (appendix G, rule 19)."""
    first = _delimiter(tokens)
    wide, _, high, low = _horizontal(tokens, style, "\\right", depth + 1)
    last = _delimiter(tokens)
    reach = 2 * max(high - _AXIS, low + _AXIS)
    needed = max(reach * 0.901, reach - 456)
    size = sum(needed > tall for tall in _DELIMITER_HEIGHTS)
    half = max(needed, _DELIMITER_HEIGHTS[min(size, 4)]) / 2
    fences = _sized(first[size] + last[size], style)
    return wide + fences, 0.0, max(high, half + _AXIS), max(low, half - _AXIS)


def _delimiter(tokens: _Tokens) -> tuple[int, ...]:
    token = _next(tokens)
    if token not in _DELIMITERS:
        raise _UnreadableError(f"{quoted(token)} is no delimiter")
    return _DELIMITERS[token]


def _root(tokens: _Tokens, style: int, depth: int) -> _Box:
    """A square root (appendix G, rule 11): the sign of the size that its content needs."""
    wide, italic, high, low = _argument(tokens, style, depth)
    gap = 148 if style == 0 else 50
    sign = 833 if high + low + gap + 40 <= 1000 else 1000
    return wide + italic + _sized(sign, style), 0.0, high + gap + 80, low


def _stack(tokens: _Tokens, depth: int) -> _Box:
    r"""``\substack``: lines in script style, one under the other."""
    if _next(tokens) != "{":
        raise _UnreadableError("an argument is missing")
    lines: list[_Tokens] = [[]]
    level = 1
    while tokens:
        token = tokens.pop()
        level += (token == "{") - (token == "}")
        if level == 0:
            break
        if token == "\\\\" and level == 1:
            lines.append([])
        else:
            lines[-1].append(token)
    else:
        raise _UnreadableError("'}' is missing")
    wide = max(_horizontal(line[::-1], 2, "", depth + 1)[0] for line in lines)
    tall = 850.0 * len(lines)
    return wide, 0.0, tall / 2 + _AXIS, tall / 2 - _AXIS


def _next(tokens: _Tokens) -> str:
    """Take the next token that is no space; empty at the end."""
    while tokens:
        token = tokens.pop()
        if not token.isspace():
            return token
    return ""


def _upright(letters: Sequence[str], style: int, *, bold: bool = False) -> _Box:
    """A word in upright letters; kerns are left out, they are few and mostly negative."""
    wide = 0.0
    for letter in letters:
        if letter not in _UPRIGHT:
            raise _UnreadableError(f"no rule for {quoted(letter)} in upright type")
        # cmbx10 is so many times as wide as cmr10.
        stretch = 1.0 if not bold else 1.12 if letter in "EFLOQTa" else 1.21 if letter in "HIMNUer" else 1.17
        wide += stretch * _upright_sized(_UPRIGHT[letter], style)
    italic = _UPRIGHT_CORRECTIONS.get(letters[-1] if letters else "", 0) * (1.17 if bold else 1.0)
    return wide, italic if style < 2 else 0.8 * italic, _sized(694, style), _sized(194, style)


def _glyph(glyph: _Box, style: int, *, upright: bool = False) -> _Box:
    wide, italic, high, low = glyph
    if style < 2:
        return wide, italic, high, low
    small = 0.78 if style == 2 else 0.65
    sized = _upright_sized(wide, style) if upright else _sized(wide, style)
    return sized, italic * small, high * small, low * small


def _sized(wide: float, style: int) -> float:
    """A width of cmmi10 or cmsy10 as its script fonts have it: they are wider than in proportion."""
    return wide if style < 2 else 0.775 * wide + 23 if style == 2 else 0.626 * wide + 58


def _upright_sized(wide: float, style: int) -> float:
    """A width of cmr10 as its script fonts have it."""
    return wide if style < 2 else 0.7835 * wide + 8 if style == 2 else 0.626 * wide + 27
