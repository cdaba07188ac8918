"""The reader of network descriptions: one line of text becomes calls with arguments, nothing is evaluated.

    description  =  item { "|" item }
    item         =  ( call | block | sequential ) [ "sharing" word ] [ "as" word ]
    block        =  ( "residual" | "parallel" ) "(" chain { "," chain } [ "," ] ")"
    chain        =  item { "|" item }
    call         =  word [ "(" [ argument { "," argument } [ "," ] ] ")" ]
    argument     =  [ word "=" ] value
    value        =  scalar | size | "(" scalar { "," scalar } [ "," ] ")"
    scalar       =  whole | decimal | fraction | word | 'word' | true | false | none
    size         =  whole { ("x" | "×" | "*") whole }

Space, line breaks and comments (``#`` to the end of the line) may stand between any two of these. What
PyTorch prints for a ``Sequential`` is read by :mod:`symgrad.network.printed`; after the input, the line
break is "|" enough for it. The
arguments have two levels of parentheses, blocks nest up to 8 deep; the text comes from strangers, so every
length is bounded. What the words mean is for the catalogue to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from symgrad.catalogue.options import (
    MOST_AXES,
    MOST_DIGITS,
    RESERVED,
    Argument,
    Option,
    OptionError,
    Span,
    bind,
    number,
    sizes,
    spelled,
)
from symgrad.errors import DescriptionError, nearest, quoted

if TYPE_CHECKING:
    from fractions import Fraction

    from symgrad.catalogue.declare import Layer

LONGEST_TEXT: Final = 20_000
"""The most characters of a description."""

MOST_LAYERS: Final = 2_000
"""The most layers of a description."""

MOST_ARGUMENTS: Final = 32
"""The most arguments of one layer."""

LONGEST_WHOLE: Final = 9
"""The most digits of a whole number; what it may be worth is for its option to say."""

LONGEST_NAME: Final = 32
"""The most characters of a word."""

DEEPEST: Final = 8
"""How deep blocks may stand inside one another."""

BLOCKS: Final = ("residual", "parallel")
"""The words whose parentheses hold chains of layers."""


class Call(NamedTuple):
    """One layer as written: its name in the catalogue's spelling, its arguments, its place in the source.

    ``checks`` is what was written about sizes that follow from the input, see
    :func:`symgrad.network.printed.mismatch`. A block has ``chains``. ``sharing`` names the output of the
    layer whose parameters it has too, ``alias`` gives its own output a name.
    """

    name: str
    arguments: tuple[Argument, ...]
    span: Span
    name_span: Span
    checks: tuple[Argument, ...] = ()
    chains: tuple[tuple[Call, ...], ...] = ()
    sharing: Argument | None = None
    alias: Argument | None = None


class Description(NamedTuple):
    """A description that was read; every refusal made through it shows the place in the text.

    ``batch`` is how many samples it is for where that stands in it, else None. ``custom`` holds the layers
    that it may name beside those of the catalogue.
    """

    source: str
    calls: tuple[Call, ...]
    batch: int | str | None = None
    custom: Mapping[str, Layer] = MappingProxyType({})

    @property
    def text(self) -> str:
        """The description in its one normal spelling, on one line."""
        return " | ".join(map(_spelled_call, self.calls))

    def error(self, message: str, span: Span) -> DescriptionError:
        """The error that shows ``message`` above the line and a caret under ``span``."""
        return _error(self.source, message, span)

    def unknown(self, call: Call, known: Iterable[str]) -> DescriptionError:
        """The error for a layer that is none of ``known``: it suggests the nearest, or lists them all."""
        names = sorted(known)
        meant = nearest(call.name, names)
        written = self.source[slice(*call.name_span)]
        hint = f"did you mean {meant}?" if meant else f"there are {', '.join(names)}"
        return self.error(f"there is no layer {quoted(written)}; {hint}", call.name_span)

    def bind(self, call: Call, options: Sequence[Option]) -> dict[str, Any]:
        """The options of ``call``, see :func:`symgrad.catalogue.options.bind`.

        Raises:
            DescriptionError: the arguments do not fit.
        """
        try:
            return bind(options, call.arguments, layer=call.name)
        except OptionError as unfit:
            error = self.error(unfit.message, unfit.span or call.span)
        raise error

    def sizes(self, call: Call) -> tuple[int, ...]:
        """The axis sizes of an input, see :func:`symgrad.catalogue.options.sizes`.

        Raises:
            DescriptionError: the arguments are not sizes.
        """
        try:
            return sizes(call.arguments, layer=call.name)
        except OptionError as unfit:
            error = self.error(unfit.message, unfit.span or call.span)
        raise error


def read(source: str, input_size: str | None = None) -> Description:
    """The calls that ``source`` describes; ``input_size`` is its input where it does not state one itself.

    Raises:
        DescriptionError: the text is not a description; the error shows the place.
    """
    source = source.removeprefix("\ufeff")  # the mark that some editors put before a file
    if input_size is not None:
        source = f"{_stated_input(input_size)} |\n{source}"
    if len(source) > LONGEST_TEXT:
        message = f"a description has at most {LONGEST_TEXT:,} characters; this one has {len(source):,}"
        raise _error(source[: LONGEST_TEXT + 1], message, (LONGEST_TEXT, LONGEST_TEXT + 1))
    calls = read_chain(source)
    if input_size is not None and calls[1].name == "input":
        raise _error(
            source, "the network states its input itself, so it is not given beside it", calls[1].span
        )
    return Description(source, calls)


def read_chain(source: str) -> tuple[Call, ...]:
    """The layers of a part of a description, such as ``conv2d(4, 5) | relu``.

    Raises:
        DescriptionError: the text is not a chain of layers; the error shows the place.
    """
    return tuple(Reader(source).calls())


def _stated_input(size: str) -> str:
    """The input of a size that was given apart from the layers, such as ``1x28x28``."""
    text = f"input({size})"
    if len(read_chain(text)) != 1:
        raise DescriptionError(f"an input's size reads 28x28 or 1x28x28, not {quoted(size)}")
    return text


def layer_name(written: str) -> str:
    """A layer's name in the catalogue's spelling: ``MaxPool2d`` is ``max_pool2d``, ``ReLU`` is ``relu``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", "_", written).lower()


def _spelled_call(call: Call) -> str:
    ends = "".join(
        f" {word} {argument.value}"
        for word, argument in (("sharing", call.sharing), ("as", call.alias))
        if argument is not None
    )
    if call.chains:
        return f"{call.name}({', '.join(' | '.join(map(_spelled_call, c)) for c in call.chains)}){ends}"
    return _spelled_layer(call) + ends


def _spelled_layer(call: Call) -> str:
    values = [argument.value for argument in call.arguments if argument.name is None]
    if call.name == "input" and len(values) == len(call.arguments):
        parts = values[0] if len(values) == 1 and isinstance(values[0], tuple) else values
        if 2 <= len(parts) <= MOST_AXES and all(type(part) is int and part >= 0 for part in parts):
            return f"input({'x'.join(map(str, parts))})"
    written = ", ".join(
        spelled(argument.value) if argument.name is None else f"{argument.name}={spelled(argument.value)}"
        for argument in call.arguments
    )
    return f"{call.name}({written})" if written else call.name


def _error(source: str, message: str, span: Span) -> DescriptionError:
    start, stop = span
    first = source.rfind("\n", 0, start) + 1
    last = source.find("\n", start)
    line = source[first:] if last < 0 else source[first:last]
    start, stop = start - first, min(stop - first, len(line))
    return DescriptionError(message, line=line.rstrip("\r"), start=start, stop=max(start, stop))


# A number ends where no letter, digit or point follows; what runs on is "garbled". Possessive
# quantifiers and atomic groups keep the matching linear in the length of the text.
_TOKEN: Final = re.compile(
    r"""
      (?P<blank>    (?> (?: [ \t\r\n] | \#[^\n]*+ )+ ) )
    | (?: (?P<size>     [0-9]++ (?> (?: [ \t\r\n]*+ [xX×*] [ \t\r\n]*+ [0-9]++ )+ ) )
        | (?P<fraction> [+-]? [0-9]++ / [0-9]++ )
        | (?P<whole>    [+-]? [0-9]++ )
        | (?P<decimal>  [+-]? (?: [0-9]++ \.? | \.(?=[0-9]) ) [0-9]*+ (?: [eE][+-]?[0-9]++ )? )
      ) (?![\w.])
    | (?P<garbled>  [+-]? \.? [0-9] [\w.]*+ )
    | (?P<word>     [A-Za-z_] [A-Za-z0-9_]*+ )
    | (?P<quoted>   (?P<quote>['"]) [A-Za-z] [A-Za-z0-9_]*+ (?P=quote) )
    | (?P<arrow>    [-=]> | \|> | \|\| )
    | (?P<mark>     [|(),=] )
    | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of the text: its kind by the names in the pattern, and its place."""

    kind: str
    text: str
    span: Span

    def is_mark(self, mark: str) -> bool:
        """Whether it is this mark."""
        return self.kind == "mark" and self.text == mark


class Reader:
    """One pass over the tokens, one token ahead; each method reads what its rule in the grammar says."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = self.scan()
        self.token = next(self.tokens)
        self.layers = 0

    def scan(self) -> Iterator[Token]:
        """The tokens, and then the end again and again."""
        end = 0
        for match in _TOKEN.finditer(self.source):
            kind = match.lastgroup or ""
            if kind != "blank":
                yield Token(kind, match.group(), match.span())
                end = match.end()
        while True:
            yield Token("end", "", (end, end))

    def take(self) -> Token:
        """The present token; the reader goes on to the next."""
        taken, self.token = self.token, next(self.tokens)
        return taken

    def took(self, mark: str) -> bool:
        """Whether the present token is this mark; if so the reader goes on."""
        if self.token.is_mark(mark):
            self.take()
            return True
        return False

    def refusal(self, message: str, at: Token | None = None) -> DescriptionError:
        """The error that shows the place of a token, the present one if none is given."""
        return _error(self.source, message, (at or self.token).span)

    def error(self, message: str, span: Span) -> DescriptionError:
        """The error that shows ``message`` at a place of the source."""
        return _error(self.source, message, span)

    def calls(self) -> Iterator[Call]:
        """The whole description."""
        if self.token.kind == "end":
            raise self.refusal("the description is empty; one reads input(5x5) | conv2d(1, 3, stride=2)")
        yield from self.chain("at the beginning", 0)
        if self.token.kind != "end":
            raise self.refusal(_not_a_separator(self.token))

    def chain(self, place: str, depth: int) -> Iterator[Call]:
        """Items up to what cannot separate them."""
        while True:
            last = ""
            for call in self.item(place, depth):
                last = call.name
                yield call
            if not self.took("|") and not (last == "input" and self.token.text == "Sequential"):
                return
            place = "after '|'"

    def item(self, place: str, depth: int) -> list[Call]:
        """One layer or block, or the layers of a Sequential, with the names that follow it."""
        if self.token.text == "Sequential":
            from symgrad.network.printed import modules

            calls = modules(self)
        else:
            calls = [self.call(place, depth)]
        for word in ("sharing", "as"):
            if self.token.text == word:
                self.take()
                if self.token.kind != "word":
                    raise self.refusal(f"the name of an output is expected after '{word}'")
                name = self.name()
                said = Argument(None, name.text, name.span)
                last = calls.pop() if calls else None
                if last is None:
                    raise self.refusal("there is nothing here to name", name)
                calls.append(last._replace(sharing=said) if word == "sharing" else last._replace(alias=said))
        return calls

    def chains(self, opening: Token, depth: int) -> tuple[tuple[Call, ...], ...]:
        """The chains of a block, up to its closing parenthesis."""
        if depth == DEEPEST:
            raise self.refusal(f"blocks stand at most {DEEPEST} deep in one another", opening)
        chains: list[tuple[Call, ...]] = []
        while not self.token.is_mark(")"):
            chains.append(tuple(self.chain("here", depth + 1)))
            if not self.took(",") and not self.token.is_mark(")"):
                raise self.unclosed(opening)
        return tuple(chains)

    def counted(self, name: Token) -> None:
        """One layer more."""
        self.layers += 1
        if self.layers > MOST_LAYERS:
            raise self.refusal(f"a network has at most {MOST_LAYERS:,} layers", name)

    def call(self, place: str, depth: int) -> Call:
        """One layer."""
        if self.token.kind != "word":
            found = "" if self.token.kind == "end" else f", not {quoted(self.token.text)}"
            raise self.refusal(f"a layer such as linear(10) or relu is expected {place}{found}")
        name = self.name()
        self.counted(name)
        layer = layer_name(name.text)
        self.bounded(name, layer)
        if not self.token.is_mark("("):
            return Call(layer, (), name.span, name.span)
        opening = self.take()
        if layer in BLOCKS:
            chains = self.chains(opening, depth)
            if not chains:
                raise self.refusal(f"{layer} holds layers, as in {layer}(linear(4) | tanh, …)", name)
            return Call(layer, (), (name.span[0], self.take().span[1]), name.span, chains=chains)
        arguments, stop = self.arguments(opening)
        return Call(layer, arguments, (name.span[0], stop), name.span)

    def arguments(self, opening: Token) -> tuple[tuple[Argument, ...], int]:
        """The arguments up to the closing parenthesis, and where that ends."""
        arguments: list[Argument] = []
        while not self.token.is_mark(")"):
            if len(arguments) == MOST_ARGUMENTS:
                raise self.refusal(f"a layer has at most {MOST_ARGUMENTS} options")
            arguments.append(self.argument(opening))
            if not self.took(",") and not self.token.is_mark(")"):
                raise self.unclosed(opening)
        return tuple(arguments), self.take().span[1]

    def argument(self, opening: Token) -> Argument:
        """One argument of a layer."""
        if self.token.kind != "word":
            return self.value(None, opening)
        first = self.name()
        if not self.took("="):
            return Argument(None, RESERVED.get(first.text, first.text), first.span)
        return self.value(first, opening)

    def value(self, name: Token | None, opening: Token) -> Argument:
        """What an argument is set to."""
        given, given_span = (name.text, name.span) if name else (None, None)
        if self.token.kind == "size":
            token = self.take()
            return Argument(given, self.size(token), token.span, given_span)
        if not self.token.is_mark("("):
            token = self.token
            return Argument(given, self.scalar(opening), token.span, given_span)
        inner = self.take()
        parts: list[object] = []
        comma = False
        while not self.token.is_mark(")"):
            if len(parts) == MOST_AXES:
                raise self.refusal(f"parentheses hold at most {MOST_AXES} values")
            if self.token.is_mark("("):
                raise self.refusal("parentheses nest at most 2 deep: conv2d(4, (5, 3))")
            if self.token.kind == "size":
                raise self.refusal(f"a size stands without parentheses: {quoted(self.token.text)}")
            parts.append(self.scalar(inner))
            comma = self.took(",")
            if not comma and not self.token.is_mark(")"):
                raise self.unclosed(inner)
        span = (inner.span[0], self.token.span[1])
        if not parts:
            raise self.refusal("a value is missing in these parentheses", inner._replace(span=span))
        self.take()
        one = len(parts) == 1 and not comma  # as in Python: (3) is 3 and (3,) is a tuple
        return Argument(given, parts[0] if one else tuple(parts), span, given_span)

    def scalar(self, opening: Token) -> int | bool | Fraction | str | None:
        """A number or a word."""
        token = self.token
        if token.kind == "word":
            self.name()
            return RESERVED.get(token.text, token.text)
        if token.kind == "quoted":
            self.bounded(token, token.text[1:-1])
            self.take()
            return RESERVED.get(token.text[1:-1], token.text[1:-1])
        if token.kind == "whole":
            self.take()
            return self.whole(token, token.text)
        if token.kind in ("decimal", "fraction"):
            self.take()
            return self.rational(token)
        if token.kind == "garbled":
            raise self.refusal(
                f"{quoted(token.text)} is not a number; numbers read 3, 0.5, 1e-3, sizes read 5x5"
            )
        if token.kind == "end" or token.is_mark("|"):
            raise self.unclosed(opening)
        if token.kind == "mark":
            raise self.refusal(f"a value is missing before {quoted(token.text)}")
        raise self.refusal(f"a value is a number, a word or a pair such as (3, 5), not {quoted(token.text)}")

    def name(self) -> Token:
        """A word that names something."""
        token = self.token
        if token.text.startswith("_"):
            raise self.refusal(f"a name begins with a letter, unlike {quoted(token.text)}")
        self.bounded(token, token.text)
        return self.take()

    def bounded(self, token: Token, name: str) -> None:
        """Refuse a name that is too long."""
        if len(name) > LONGEST_NAME:
            raise self.refusal(
                f"a name has at most {LONGEST_NAME} characters; this one has {len(name):,}", token
            )

    def size(self, token: Token) -> tuple[int, ...]:
        """The numbers of ``1x28x28``."""
        parts = re.findall("[0-9]+", token.text)
        if len(parts) > MOST_AXES:
            raise self.refusal(f"a size has at most {MOST_AXES} axes; this one has {len(parts):,}", token)
        return tuple(self.whole(token, part) for part in parts)

    def whole(self, token: Token, digits: str) -> int:
        """A whole number of few digits."""
        if len(digits.lstrip("+-")) > LONGEST_WHOLE:
            raise self.refusal(f"a whole number has at most {LONGEST_WHOLE} digits", token)
        return int(digits)

    def rational(self, token: Token) -> Fraction:
        """A decimal or a fraction, exactly."""
        from fractions import Fraction  # 4 ms at start-up, and most descriptions have no decimal

        mantissa, _, exponent = token.text.lower().partition("e")
        longest = max(map(len, mantissa.lstrip("+-").replace(".", "").split("/")))
        if longest > MOST_DIGITS or len(exponent.lstrip("+-")) > 2:
            raise self.refusal(f"a number has at most {MOST_DIGITS} digits, and 2 in its exponent", token)
        try:
            return number(Fraction(token.text))
        except ZeroDivisionError:
            raise self.refusal("a fraction with denominator 0 is not a number", token) from None
        except ValueError as unfit:
            raise self.refusal(f"this must be {unfit}", token) from None

    def unclosed(self, opening: Token) -> DescriptionError:
        """The error for the present token where only ``,`` or ``)`` could follow."""
        token = self.token
        if token.kind == "end":
            return self.refusal("this parenthesis is never closed; ')' is missing", opening)
        if token.is_mark("|"):
            return self.refusal("the parenthesis is not closed before '|'; ')' is missing")
        if token.is_mark("("):
            return self.refusal("an option is a number, a word or a pair; it cannot be a call")
        hint = _HINTS_WITHIN.get(token.text, "")
        return self.refusal(f"',' or ')' is expected here, not {quoted(token.text)}{hint}")


_HINTS_WITHIN: Final = {
    ":": "; an option is set as in stride=2",
    "=": "; an option is set once, as in stride=2",
    "*": "; nothing is calculated here",
    "/": "; nothing is calculated here",
}


def _not_a_separator(token: Token) -> str:
    """Why ``token`` cannot follow a layer, and what would."""
    shown = quoted(token.text)
    if token.is_mark(")"):
        return "this parenthesis closes nothing"
    if token.kind in ("whole", "size", "decimal", "fraction") or token.text in ("=", "[", "{"):
        return f"the options of a layer stand in parentheses, as in linear(10), not {shown}"
    if token.text == ".":
        return "a layer is named without its module: conv2d, not nn.Conv2d"
    return f"layers are separated by '|', as in input(5x5) | relu, not {shown}"
