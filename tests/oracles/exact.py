"""The numbers of the check as a field that the oracles run on."""

from __future__ import annotations

from symgrad.derivation.steps import field


class Exact:
    """:mod:`symgrad.derivation.steps.field` as :class:`oracles.fields.Field`."""

    def number(self, q):
        return field.number(q)

    def add(self, x, y):
        return field.add(x, y)

    def mul(self, x, y):
        return field.mul(x, y)

    def power(self, x, exponent):
        return field.power(x, exponent)

    def constant(self, name):
        return field.arbitrary("constant", name)

    def apply(self, name, order, x):
        return field.function_value(name, order, x)

    def positive(self, x):
        return field.number(int(field.positive(x)))

    def zero(self, x):
        return field.number(int(x == field.ZERO))

    def greatest(self, xs):
        return xs[field.first_greatest(xs)]

    def is_first(self, n, xs):
        return field.number(int(field.first_greatest(xs) == n))
