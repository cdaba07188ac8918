"""One-line formulas in plain notation, read by a grammar of its own: their value, and how many operations.

It shares nothing with what printed them; it does not even know tensors, only names and their values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from oracles.fields import Element, Field

_TOKEN = re.compile(
    r" [+−>≤<≥=] |, |·|\d+\.\d+|\d+/\d+|\d+|[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^\(\d+/\d+\)|∂²L/∂[A-Za-z_0-9]+∂[A-Za-z_0-9]+"
    r"|∂[A-Za-z_0-9]+/∂[A-Za-z_0-9]+|\[argmax\(|[A-Za-zλαπκΦφ_][A-Za-z_0-9]*′*|[-−√/()\[\]]"
)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_CONSTANTS = {"λs": "lambda_s", "αs": "alpha_s", "π": "pi", "κ": "kappa"}
_FUNCTIONS = {"Φ": "Phi", "φ": "varphi"}


class Read(NamedTuple):
    """A formula's value, and its operations as they are written."""

    value: Element
    operations: int


def read(text: str, values: Mapping[str, Element], field: Field) -> Read:
    """The value of the right side of a formula where its names have these values."""
    reader = _Reader(text, values, field)
    found = reader.sum()
    assert reader.peek() == "", reader.rest()
    return found


class _Reader:
    def __init__(self, text: str, values: Mapping[str, Element], field: Field) -> None:
        self.tokens = _TOKEN.findall(text)
        assert "".join(self.tokens) == text, text
        self.at = 0
        self.values = values
        self.field = field

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def rest(self) -> str:
        return "".join(self.tokens[self.at :])

    def take(self, *expected: str) -> str:
        token = self.peek()
        assert not expected or token in expected, (expected, self.rest()[:80])
        self.at += 1
        return token

    def sum(self) -> Read:
        minus = self.peek() == "−" and bool(self.take())
        value, count = self.product()
        value = self.negative(value) if minus else value
        while self.peek() in (" + ", " − "):
            minus = self.take() == " − "
            other, more = self.product()
            value = self.field.add(value, self.negative(other) if minus else other)
            count += more + 1
        return Read(value, count)

    def negative(self, value: Element) -> Element:
        return self.field.mul(self.field.number(-1), value)

    def product(self) -> Read:
        value, count = self.power()
        while self.peek() in ("·", "/"):
            divides = self.take() == "/"
            other, more = self.power()
            value = self.field.mul(value, self.field.power(other, -1) if divides else other)
            count += more + 1
        return Read(value, count)

    def power(self) -> Read:
        if self.peek() == "√":
            self.take()
            self.take("(")
            value, count = self.sum()
            self.take(")")
            return Read(self.field.power(value, Fraction(1, 2)), count + 1)
        value, count = self.factor()
        token = self.peek()
        if token and (token[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹" or token.startswith("^(")):
            self.take()
            exponent = Fraction(token.strip("^()").translate(_DIGITS))
            return Read(self.field.power(value, exponent), count + 1)
        return Read(value, count)

    def factor(self) -> Read:
        token = self.take()
        if token[0].isdigit():
            return Read(self.field.number(Fraction(token)), 0)
        if token == "(":
            found = self.sum()
            self.take(")")
            return found
        if token == "[":
            return self.condition()
        if token == "[argmax(":
            return self.argmax()
        if self.peek() == "(" and token not in self.values:
            return self.call(token)
        if token in _CONSTANTS:
            return Read(self.field.constant(_CONSTANTS[token]), 0)
        return Read(self.values[token], 0)

    def call(self, name: str) -> Read:
        self.take("(")
        arguments = [self.sum()]
        while self.peek() == ", ":
            self.take()
            arguments.append(self.sum())
        self.take(")")
        count = 1 + sum(argument.operations for argument in arguments)
        if name == "max":
            return Read(self.field.greatest([argument.value for argument in arguments]), count)
        (argument,) = arguments
        order = name.count("′")
        return Read(self.field.apply(_FUNCTIONS.get(name, name.rstrip("′")), order, argument.value), count)

    def condition(self) -> Read:
        left = self.sum()
        relation = self.take(" > ", " < ", " ≤ ", " ≥ ", " = ").strip()
        right = self.sum()
        self.take("]")
        field = self.field
        over = field.add(left.value, self.negative(right.value))
        under = self.negative(over)

        def not_(value: Element) -> Element:
            return field.add(field.number(1), self.negative(value))

        value = {
            ">": lambda: field.positive(over),
            "<": lambda: field.positive(under),
            "≤": lambda: not_(field.positive(over)),
            "≥": lambda: not_(field.positive(under)),
            "=": lambda: field.zero(over),
        }[relation]()
        return Read(value, 1 + left.operations + right.operations)

    def argmax(self) -> Read:
        candidates: list[Read] = []
        texts: list[str] = []
        while not candidates or self.take(", ", ")") == ", ":
            start = self.at
            candidates.append(self.sum())
            texts.append("".join(self.tokens[start : self.at]))
        self.take(" = ")
        start = self.at
        chosen = self.sum()
        n = texts.index("".join(self.tokens[start : self.at]))
        self.take("]")
        count = 2 + sum(candidate.operations for candidate in candidates) + chosen.operations
        return Read(self.field.is_first(n, [candidate.value for candidate in candidates]), count)
