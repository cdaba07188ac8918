"""Hyperparameters: the kinds there are, and the binding of what was written to what a layer declares.

A *kind* is a function from a value to its normal form, which raises ValueError with the words that follow
"must be". An *option* is a name, a kind and a default. :func:`bind` serves both doors: a network
description, whose arguments know their place in the text, and Python calls, whose arguments have none.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from symgrad.algebra.sizes import Polynomial, size_text
from symgrad.errors import DescriptionError, nearest, quoted

if TYPE_CHECKING:
    from fractions import Fraction

LARGEST_WHOLE: Final = 1_000_000
"""The largest whole number that a size or a hyperparameter may be."""

MOST_DIGITS: Final = 20
"""The most digits of an exact number, and of its numerator and denominator."""

MOST_AXES: Final = 8
"""The most axes of an input, and the most parts of a tuple."""

LONGEST_WORD: Final = 16
"""The most letters of a word that names something of the user's, such as an abstract function."""

RESERVED: Final[Mapping[str, bool | None]] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "none": None,
    "None": None,
}
"""The words that are values."""

Span: TypeAlias = tuple[int, int]
Kind: TypeAlias = Callable[[object], object]


class Argument(NamedTuple):
    """One value as written, by position (``name`` is None) or by name; spans are None without a source."""

    name: str | None
    value: object
    span: Span | None = None
    name_span: Span | None = None


class OptionError(DescriptionError):
    """Arguments that do not fit; ``span`` is the place in the source, None for "the layer as a whole"."""

    def __init__(self, message: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.span = span


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()


class Option(NamedTuple):
    """A hyperparameter: ``default`` is REQUIRED where there is none; a default of None makes None legal."""

    name: str
    kind: Kind
    default: object = REQUIRED


def count(value: object) -> int:
    """A size or number of things: a whole number from 1."""
    return _bounded(_whole(value, 1, "a positive whole number"))


def single(value: object) -> tuple[int, ...]:
    """One number for the one axis of a sequence, from 1."""
    return _several(value, 1, 1, "one positive whole number")


def pair(value: object) -> tuple[int, ...]:
    """One number for each of two axes, from 1; a single number stands for both."""
    return _several(value, 2, 1, "one positive whole number or a pair of them")


def triple(value: object) -> tuple[int, ...]:
    """One number for each of three axes, from 1; a single number stands for all."""
    return _several(value, 3, 1, "one positive whole number or three of them")


def padding_1d(value: object) -> tuple[int, ...]:
    """One number for the one axis of a sequence, from 0."""
    return _several(value, 1, 0, "one whole number from 0")


def padding(value: object) -> tuple[int, ...]:
    """One number for each of two axes, from 0; a single number stands for both."""
    return _several(value, 2, 0, "one whole number from 0 or a pair of them")


def padding_3d(value: object) -> tuple[int, ...]:
    """One number for each of three axes, from 0; a single number stands for all."""
    return _several(value, 3, 0, "one whole number from 0 or three of them")


def axis(value: object) -> int:
    """An axis, counted from 1, or from −1 at the end; what PyTorch calls axis 0 is that of the samples."""
    expected = "a whole number from 1, or from -1 downwards"
    whole = _whole(value, -MOST_AXES, expected)
    if whole == 0:
        raise ValueError(expected)
    return _bounded(whole)


def unflat_shape(value: object) -> tuple[int, ...]:
    """The sizes that an axis is split into, from 1; one of them may be −1, for what is left."""
    expected = f"up to {MOST_AXES} positive whole numbers, one of which may be -1"
    parts = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    whole = tuple(_bounded(_whole(part, -1, expected)) for part in parts)
    if not 0 < len(whole) <= MOST_AXES or 0 in whole or whole.count(-1) > 1:
        raise ValueError(expected)
    return whole


def fraction(value: object) -> Fraction:
    """An exact rational from 0, below 1."""
    exact = number(value)
    if not 0 <= exact < 1:
        raise ValueError("a number from 0, below 1")
    return exact


def flag(value: object) -> bool:
    """True or false, and nothing that merely counts as such."""
    if isinstance(value, bool) or (type(value).__module__, type(value).__name__) in _NUMPY_BOOLS:
        return bool(value)
    raise ValueError("true or false")


def word(value: object) -> str:
    """A name of the user's own; it reaches generated code, hence the strict pattern."""
    if (
        isinstance(value, str)
        and 0 < len(value) <= LONGEST_WORD
        and value.isascii()
        and value.isalnum()
        and value[0].isalpha()
        and value not in RESERVED
    ):
        return str(value)
    raise ValueError(f"a letter followed by letters and digits, at most {LONGEST_WORD} in all")


def number(value: object) -> Fraction:
    """An exact rational; a float is the decimal that it prints as, so 0.1 is one tenth."""
    from fractions import Fraction  # 4 ms at start-up, and most networks have no such number
    from numbers import Rational

    if isinstance(value, bool) or not isinstance(value, (int, float, Rational)):
        raise ValueError("a number")
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError("a finite number")
        exact = Fraction(float.__repr__(value))
    else:
        exact = Fraction(int(value.numerator), int(value.denominator))
    if max(abs(exact.numerator), exact.denominator) >= 10**MOST_DIGITS:
        raise ValueError(f"an exact fraction of numbers with at most {MOST_DIGITS} digits")
    return exact


def positive_number(value: object) -> Fraction:
    """An exact rational above 0."""
    exact = number(value)
    if exact <= 0:
        raise ValueError("a number above 0")
    return exact


def nonnegative_number(value: object) -> Fraction:
    """An exact rational from 0."""
    exact = number(value)
    if exact < 0:
        raise ValueError("a number from 0")
    return exact


def choice(*words: str) -> Callable[[object], str]:
    """The kind that admits exactly ``words``."""
    expected = " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))

    def one_of(value: object) -> str:
        if value is None and "none" in words:  # a description's none, which stands for Python's None
            return "none"
        if isinstance(value, str) and value in words:
            return str(value)
        raise ValueError(expected)

    return one_of


_NUMPY_BOOLS: Final = {("numpy", "bool"), ("numpy", "bool_")}


def _whole(value: object, least: int, expected: str) -> int:
    if isinstance(value, bool):  # Python counts True as 1; a size does not
        raise ValueError(expected)
    try:
        whole = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise ValueError(expected) from None
    if whole < least:
        raise ValueError(expected)
    return whole


def _several(value: object, axes: int, least: int, expected: str) -> tuple[int, ...]:
    parts = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    if len(parts) != axes:
        raise ValueError(expected)
    whole = tuple(_whole(part, least, expected) for part in parts)
    return tuple(_bounded(part) for part in whole)


def _bounded(whole: int) -> int:
    if whole > LARGEST_WHOLE:
        raise ValueError(f"at most {LARGEST_WHOLE:,}")
    return whole


def arguments(positional: Sequence[object], named: Mapping[str, object]) -> tuple[Argument, ...]:
    """The arguments of a Python call ``layer(*positional, **named)``."""
    return (
        *(Argument(None, value) for value in positional),
        *(Argument(name, value) for name, value in named.items()),
    )


def bind(options: Sequence[Option], given: Sequence[Argument], *, layer: str) -> dict[str, Any]:
    """The value of every option, in declared order, from arguments by position, by name or by default.

    A bare word that names a flag turns it on (``mse(sum, half)``), unless the next option by position
    admits that word.

    Raises:
        OptionError: a name that is not an option, a value that is not of the option's kind, an option
            given twice, one too many, one missing, or a position after a name.
    """
    known = {option.name: option for option in options}
    flags = {option.name for option in options if option.kind is flag}
    bound: dict[str, object] = {}
    by_position = 0  # how many options, in declared order, positions have filled
    names_begun = False

    for argument in given:
        name, value = argument.name, argument.value
        if name is None:
            following = options[by_position] if not names_begun and by_position < len(options) else None
            if isinstance(value, str) and value in flags and not (following and admits(following, value)):
                name, value = value, True
            elif names_begun:
                raise OptionError(
                    f"{layer}: a value without a name cannot follow one with a name", argument.span
                )
            elif following is None:
                raise OptionError(_too_many(layer, options), argument.span)
            else:
                name = following.name
                by_position += 1
        else:
            names_begun = True
            if name not in known:
                raise OptionError(_no_such_option(layer, options, name), argument.name_span or argument.span)
        if name in bound:
            raise OptionError(f"{layer}: {name} is given twice", argument.name_span or argument.span)
        bound[name] = _read(known[name], value, argument, layer, flags)

    for option in options:
        if option.name not in bound and option.default is REQUIRED:
            raise OptionError(f"{layer} needs {option.name}: {signature(layer, options)}")
    return {
        option.name: bound[option.name] if option.name in bound else _default(option) for option in options
    }


def sizes(given: Sequence[Argument], *, layer: str = "input") -> tuple[int, ...]:
    """The axis sizes of an input: ``5x5``, ``(5, 5)`` or ``5, 5``.

    Raises:
        OptionError: no size, a name, too many axes, or a size that is not a count.
    """
    usage = f"{layer} takes the sizes of its axes, such as {layer}(5x5) or {layer}(1x28x28)"
    parts: list[tuple[object, Span | None]] = []
    for argument in given:
        if argument.name is not None:
            raise OptionError(usage, argument.name_span or argument.span)
        alone = len(given) == 1 and isinstance(argument.value, (tuple, list))
        for part in argument.value if alone else (argument.value,):  # type: ignore[attr-defined]
            parts.append((part, argument.span))
    if not parts:
        raise OptionError(usage)
    if len(parts) > MOST_AXES:
        raise OptionError(f"{layer} has at most {MOST_AXES} axes, not {len(parts)}", parts[MOST_AXES][1])
    read = []
    for part, span in parts:
        try:
            read.append(count(part))
        except ValueError as unfit:
            raise OptionError(f"{layer}: a size must be {unfit}, not {_shown(part)}", span) from None
    return tuple(read)


def admits(option: Option, value: object) -> bool:
    """Whether the option may have the value."""
    try:
        option.kind(value)
    except ValueError:
        return False
    return True


def _read(option: Option, value: object, argument: Argument, layer: str, flags: set[str]) -> object:
    if value is None and option.default is None:
        return None
    try:
        return option.kind(value)
    except ValueError as unfit:
        meant = nearest(value, flags) if isinstance(value, str) and argument.name is None else None
        hint = f"; did you mean {meant}?" if meant else ""
        message = f"{layer}: {option.name} must be {unfit}, not {_shown(value)}{hint}"
    raise OptionError(message, argument.span)


def _default(option: Option) -> object:
    return None if option.default is None else option.kind(option.default)


def _too_many(layer: str, options: Sequence[Option]) -> str:
    if not options:
        return f"{layer} takes no options"
    return f"{layer} takes no more than {signature(layer, options)}"


def _no_such_option(layer: str, options: Sequence[Option], name: str) -> str:
    if not options:
        return f"{layer} takes no options, so not {quoted(name)}"
    meant = nearest(name, [option.name for option in options])
    hint = f"; did you mean {meant}?" if meant else "."
    return f"{layer} has no option {quoted(name)}{hint} It is written {signature(layer, options)}"


def signature(layer: str, options: Sequence[Option]) -> str:
    """The layer with its options as PyTorch's pages print it: ``conv2d(out_channels, stride=1)``."""
    written = (
        option.name if option.default is REQUIRED else f"{option.name}={brief(option, option.default)}"
        for option in options
    )
    return f"{layer}({', '.join(written)})"


def spelled_call(layer: str, options: Sequence[Option], values: Mapping[str, object]) -> str:
    """The shortest description that binds to ``values``: what is required by position, the rest by name.

    An option at its default is left out, so two ways to write one layer have one spelling.
    """
    written = []
    by_position = True
    for option in options:
        value = values[option.name]
        if option.default is not REQUIRED:
            by_position = False
            if value == _default(option):
                continue
        text = brief(option, value)
        written.append(text if by_position else f"{option.name}={text}")
    return f"{layer}({', '.join(written)})" if written else layer


def spelled(value: object) -> str:
    """A value as a network description writes it; reading it gives the value back."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, Polynomial):
        return size_text(value)
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(spelled, value))}{',' if len(value) == 1 else ''})"
    if hasattr(value, "__index__"):  # the whole numbers of NumPy and SymPy
        return str(operator.index(value))
    return _spelled_number(number(value))


def brief(option: Option, value: object) -> str:
    """A value as it is spelled, one number for several where the option takes it for all of them."""
    if isinstance(value, tuple) and value and len(set(value)) == 1:
        single = option.kind(1)
        if isinstance(single, tuple) and len(single) == len(value):
            return spelled(value[0])
    return spelled(value)


def _spelled_number(exact: Fraction) -> str:
    """A decimal where one is finite and short, otherwise ``n/d``; never a bare whole number."""
    top, bottom = exact.numerator, exact.denominator
    for places in range(1, MOST_DIGITS):
        if 10**places % bottom:
            continue
        digits = f"{abs(top) * 10**places // bottom:0{places + 1}}"
        sign = "-" if top < 0 else ""
        if len(digits) > MOST_DIGITS:
            break
        if places > 6:
            return f"{sign}{digits.lstrip('0')}e-{places}"
        return f"{sign}{digits[:-places]}.{digits[-places:]}"
    return f"{top}/{bottom}"


def _shown(value: object) -> str:
    """A value of any sort and size, safe inside a message."""
    if isinstance(value, str):
        return quoted(value)
    parts = value if isinstance(value, (tuple, list)) else (value,)
    if len(parts) > MOST_AXES:
        return f"{len(parts)} values"
    if any(isinstance(part, (tuple, list)) for part in parts):
        return "values within values"
    if any(isinstance(part, int) and part.bit_length() > 100 for part in parts):
        return "a number of more than 30 digits"
    try:
        return spelled(value) if not any(isinstance(part, str) for part in parts) else quoted(spelled(value))
    except ValueError:
        return f"a value of type {quoted(type(value).__name__)}"
