from __future__ import annotations

import pytest

from symgrad.verify.scalars import call, defined, lazily_defined, symbol, total
from symgrad.verify.walks import (
    expanded_definition,
    height,
    ordered,
    postorder,
    substituted,
    symbols_of,
    written,
)

x, y, w = symbol("x"), symbol("y"), symbol("w")
z = defined("z", "z", w * x + 1)
h = defined("h", "h", call("tanh", z) * z)


def test_parts_come_first_and_each_once():
    e = (x + y) * (x + y) + call("exp", x + y)
    nodes = list(postorder(e))
    assert len(nodes) == len(set(nodes))
    assert all(nodes.index(arg) < nodes.index(node) for node in nodes for arg in node.args)
    assert nodes[-1] is e


def test_symbols_as_they_occur_and_through_definitions():
    assert symbols_of(h * y) == (h, y) or symbols_of(h * y) == (y, h)
    assert set(symbols_of(h * y, through_definitions=True)) == {h, z, w, x, y}
    found = symbols_of(h, through_definitions=True)
    assert found.index(z) > found.index(w)
    assert found.index(h) > found.index(z)


def test_substitution_is_simultaneous_and_keeps_names_unless_asked():
    assert substituted(x * y**2, {x: y, y: x}) is y * x**2
    assert substituted(h + x, {x: y}) is h + y
    through = substituted(h + x, {x: y}, through_definitions=True)
    changed = next(s for s in symbols_of(through) if s.letter.name == "h")
    assert changed is not h
    assert changed.letter.key == "h"
    assert set(symbols_of(changed, through_definitions=True)) == {
        changed,
        changed.definition.args[0],
        w,
        y,
    } | set(symbols_of(changed.definition))
    assert substituted(h, {y: x}, through_definitions=True) is h


def test_definitions_are_expanded_all_or_those_named():
    assert expanded_definition(h) is call("tanh", w * x + 1) * (w * x + 1)
    assert expanded_definition(h, {h}) is call("tanh", z) * z
    assert expanded_definition(h, {z}) is h
    assert expanded_definition(h * z, {z}) is h * (w * x + 1)


def test_height_counts_definitions():
    assert [height(e) for e in (x, z, h, h + z, call("exp", h))] == [0, 1, 2, 2, 2]


def test_a_symbol_defined_by_itself_is_refused():
    loop = lazily_defined("loop", "loop", lambda: loop + 1)
    with pytest.raises(ValueError, match="loop is defined by itself"):
        list(ordered((loop,), through_definitions=True))


def test_twenty_thousand_definitions_and_fifty_thousand_summands():
    e = x
    for i in range(20_000):
        e = defined(("d", i), f"d{i}", call("tanh", e) * y)
    assert height(e) == 20_000
    assert len(symbols_of(expanded_definition(e))) == 2
    assert (
        len(symbols_of(substituted(e, {x: w}, through_definitions=True), through_definitions=True)) == 20_002
    )
    s = x
    for i in range(50_000):
        s = s + i * y
    assert symbols_of(s) == (x, y)


def test_text_for_messages():
    assert written(total([x, -2 * y, call("exp", x) ** 2])) == "(x + (-2·y) + exp(x)^(2))"
    assert written(total(symbol(("v", i), "v") for i in range(9999)), limit=20).endswith("…")
