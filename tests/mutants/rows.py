"""The mutants: mistakes that somebody might make in the algebra, the sweep and the recognitions.

Each is one change of text in one file; what it would do wrong stands with it. A change that leaves every
result as it is would be no mistake, so none of these does.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """``old`` in ``symgrad/{file}`` becomes ``new``."""

    file: str
    old: str
    new: str
    what: str


MUTANTS = [
    # Affine arithmetic and brackets.
    Mutant(
        "algebra/affine.py", "return self + affine(other) * -1", "return self + affine(other)", "a − b adds"
    ),
    Mutant("algebra/affine.py", "return -self + other", "return self - other", "1 − i is i − 1"),
    Mutant(
        "algebra/affine.py",
        "result = result + mapping[index] * coefficient",
        "result = result + mapping[index]",
        "2i with i = k + 1 is k + 1",
    ),
    Mutant("algebra/affine.py", "if coefficient == 1:\n", "if coefficient:\n", "2i is taken for the index i"),
    Mutant(
        "algebra/brackets.py",
        "return at_least(e, 0), at_least(affine(size) - 1, e)",
        "return at_least(e, 0), at_least(affine(size), e)",
        "a border of one more entry is inside",
    ),
    Mutant(
        "algebra/brackets.py",
        "return at_least(e, 0), at_least(affine(size) - 1, e)",
        "return (at_least(affine(size) - 1, e),) * 2",
        "places before the first are inside",
    ),
    Mutant(
        "algebra/brackets.py",
        "e = scaled + floor(Fraction(e.const, common))",
        "e = scaled + -floor(Fraction(-e.const, common))",
        "2i − 3 ≥ 0 becomes i ≥ 1",
    ),
    Mutant(
        "algebra/brackets.py",
        "e, divisor = e * clear, divisor * clear",
        "e, divisor = e * clear, divisor",
        "fractions in a divisibility are cleared on one side",
    ),
    Mutant(
        "algebra/brackets.py",
        "return value, (*conditions, divides(abs(coefficient), rest))",
        "return value, conditions",
        "stride 2 loses its divisibility, as SymPy does",
    ),
    Mutant(
        "algebra/brackets.py",
        "value = rest.over(-coefficient)",
        "value = rest.over(coefficient)",
        "a bracket is solved with the wrong sign",
    ),
    Mutant(
        "algebra/brackets.py",
        "conditions = within(value, index.size)",
        "conditions = ()",
        "a solved index loses its range",
    ),
    Mutant(
        "algebra/brackets.py",
        "reach = (index.size - 1) * coefficient",
        "reach = (index.size - 2) * coefficient",
        "a bracket is dropped that fails at the last place",
    ),
    Mutant(
        "algebra/brackets.py",
        "if low is not None and provably_nonnegative(low):\n",
        "if high is not None and provably_nonnegative(high):\n",
        "a bracket that holds somewhere is dropped",
    ),
    Mutant(
        "algebra/brackets.py",
        "if low is not None and high is not None and low == high == 0:",
        "if low is not None and low == 0:",
        "[i = 0] is dropped",
    ),
    # Normal form.
    Mutant(
        "algebra/normal.py",
        "coefficient=merged[key].coefficient + term.coefficient",
        "coefficient=term.coefficient",
        "the last of like terms replaces the others",
    ),
    Mutant(
        "algebra/normal.py",
        "coefficient=merged[key].coefficient + term.coefficient",
        "coefficient=merged[key].coefficient - term.coefficient",
        "like terms are subtracted",
    ),
    Mutant(
        "algebra/normal.py",
        "if any(index in left.bound for index in right.bound):\n        right = refreshed(right)",
        "pass",
        "a square of a sum binds one index twice",
    ),
    Mutant(
        "algebra/normal.py", "left.brackets + right.brackets", "left.brackets", "a product loses brackets"
    ),
    Mutant(
        "algebra/normal.py",
        "raised = tuple((factor, inner * exponent) for factor, inner in powers)",
        "raised = tuple((factor, inner + exponent) for factor, inner in powers)",
        "(x²)³ is x⁵",
    ),
    Mutant(
        "algebra/normal.py",
        "value = Fraction(coefficient) ** exponent",
        "value = Fraction(coefficient)",
        "(2x)² is 2x²",
    ),
    Mutant(
        "algebra/normal.py",
        "inside = tuple((f, inner) for f, inner in powers if not _positive(f))",
        "inside = ()",
        "a root loses what may be negative",
    ),
    Mutant(
        "algebra/normal.py",
        "        case _:\n            return False\n\n\ndef _exact_power",
        "        case _:\n            return True\n\n\ndef _exact_power",
        "√(xy) is √x·√y for any x and y",
    ),
    Mutant(
        "algebra/normal.py",
        "coefficient = coefficient * number\n",
        "coefficient = coefficient\n",
        "a sum over nothing counts 1",
    ),
    Mutant(
        "algebra/normal.py",
        "exponent = _whole(merged[key][1] + exponent)",
        "exponent = _whole(exponent)",
        "x·x is x",
    ),
    Mutant(
        "algebra/normal.py",
        "if index.size == 1:\n            return _eliminated(_without(term, index, Affine(0, {}), ()), log)",
        "if index.size == 2:\n            return _eliminated(_without(term, index, Affine(0, {}), ()), log)",
        "an axis of size 2 is read at 0 alone",
    ),
    Mutant(
        "algebra/normal.py",
        "if holds is False:\n            return None",
        "if holds is False:\n            continue",
        "a condition that cannot hold is dropped",
    ),
    Mutant(
        "algebra/normal.py",
        "brackets=moved.brackets + conditions",
        "brackets=moved.brackets",
        "a solved index loses its conditions",
    ),
    Mutant(
        "algebra/normal.py",
        'result.append(Bracket("=", bracket.e))',
        "pass",
        "[e ≥ 0]·[−e ≥ 0] is 1",
    ),
    Mutant(
        "algebra/normal.py",
        "(factor, 1 if isinstance(factor, ValueBracket) and exponent > 0 else exponent)",
        "(factor, 1 if exponent > 0 else exponent)",
        "x² is x",
    ),
    Mutant(
        "algebra/normal.py",
        'if factor.kind == ">":\n                return None',
        'if factor.kind == "=":\n                return None',
        "[0 = 0] is 0",
    ),
    Mutant(
        "algebra/normal.py",
        "return sums[0] if term.coefficient == 1 else scaled(sums[0], -1)",
        "return sums[0]",
        "−(a + b) is a + b",
    ),
    # Terms: scope.
    Mutant(
        "algebra/terms.py",
        "    bound, renaming = _renamed(term.bound)\n    both = {**mapping, **renaming}",
        "    bound, renaming = term.bound, {}\n    both = {**mapping, **renaming}",
        "an index that is put in is captured",
    ),
    Mutant(
        "algebra/terms.py",
        "return (i for i in inner if i not in factor.indices)",
        "return iter(inner)",
        "the indices of a maximum are free outside it",
    ),
    # Keys.
    Mutant(
        "algebra/keys.py",
        'return "*".join(brackets + powers)',
        'return "*".join(powers)',
        "terms that differ in conditions are alike",
    ),
    Mutant(
        "algebra/keys.py",
        'f"{factor_key(factor, labels)}^{exponent}"',
        'f"{factor_key(factor, labels)}"',
        "x and x² are alike",
    ),
    Mutant(
        "algebra/keys.py",
        'return f"[{expression_key(factor.inner, labels)} {factor.kind} 0]"',
        'return f"[{expression_key(factor.inner, labels)} 0]"',
        "[x > 0] and [x ≤ 0] are alike",
    ),
    Mutant(
        "algebra/keys.py",
        'return f"{factor.function.identifier}({expression_key(factor.argument, labels)})"',
        'return f"{factor.function.name}({expression_key(factor.argument, labels)})"',
        "f and f′ are alike",
    ),
    # Derivatives.
    Mutant(
        "algebra/differentiate.py",
        "rest = Term(term.coefficient * exponent, term.bound, term.brackets, others)",
        "rest = Term(term.coefficient, term.bound, term.brackets, others)",
        "(x²)′ is x",
    ),
    Mutant(
        "algebra/differentiate.py",
        "lowered: Rational = exponent - 1",
        "lowered: Rational = exponent",
        "(x²)′ is 2x²",
    ),
    Mutant(
        "algebra/differentiate.py",
        "brackets = tuple(equal(e, j) for e, j in zip(factor.indices, at, strict=True))",
        "brackets = tuple(equal(e, j) for e, j in zip(factor.indices[:1], at, strict=False))",
        "only the first index is compared",
    ),
    Mutant(
        "algebra/differentiate.py",
        "return Expression(tuple(joined(a, b) for a in outer.terms for b in inner.terms))",
        "return inner",
        "the chain rule without the outer derivative",
    ),
    Mutant(
        "algebra/differentiate.py",
        "return Expression(tuple(joined(selector, piece) for piece in inner))",
        "return Expression(tuple(inner))",
        "every entry of a window gets the gradient",
    ),
    Mutant(
        "algebra/differentiate.py",
        "tuple(bracket.put(moved) for bracket in factor.brackets),\n        ((FirstMaximiser",
        "(),\n        ((FirstMaximiser",
        "the border of a window may be the greatest",
    ),
    Mutant("algebra/functions.py", "rule=lambda x: 1 - tanh(x) ** 2", "rule=lambda x: 1 - tanh(x)", "tanh′"),
    Mutant("algebra/functions.py", "rule=lambda x: -sin(x)", "rule=lambda x: sin(x)", "cos′ = sin"),
    Mutant(
        "algebra/functions.py",
        "rule=lambda x: positive(x) - positive(-x)",
        "rule=lambda x: 2 * positive(x) - 1",
        "the derivative of |x| at 0 is −1",
    ),
    # Unrolling and counting.
    Mutant(
        "algebra/unroll.py",
        "return [prod(shape[n + 1 :]) for n in range(len(shape))]",
        "return [prod(shape[:n]) for n in range(len(shape))]",
        "positions column by column",
    ),
    Mutant(
        "algebra/unroll.py",
        "for bracket in term.brackets:\n        tie(list(bracket.e))",
        "for bracket in term.brackets[:1]:\n        tie(list(bracket.e))",
        "tied indices are taken for independent",
    ),
    Mutant(
        "algebra/unroll.py",
        "if len(set(tensors)) != len(tensors) or not _recoverable(term):",
        "if len(set(tensors)) != len(tensors):",
        "like products are printed twice",
    ),
    Mutant(
        "algebra/loops.py",
        "low = max(low, -(const // c))",
        "low = max(low, -const // c)",
        "a loop begins late",
    ),
    Mutant(
        "algebra/loops.py",
        "high = min(high, const // -c)",
        "high = min(high, const // -c - 1)",
        "or ends early",
    ),
    Mutant(
        "algebra/loops.py",
        "const += max(0, coefficient * (int(other.size) - 1))",
        "const += coefficient * (int(other.size) - 1)",
        "deeper indices are taken at their worst",
    ),
    Mutant(
        "algebra/count.py",
        "free = prod(size for index, size in sizes.items() if index not in groups)",
        "free = prod(sizes.values())",
        "tied indices are counted twice",
    ),
    # The sweep.
    Mutant(
        "derivation/sweep.py",
        "else _entry_term(adjoint, out, user.axes)",
        "else _entry_term(adjoint, out)",
        "an adjoint is not summed over the axes of its tensor",
    ),
    Mutant(
        "derivation/sweep.py",
        "(later if ahead else users).setdefault(tensor, []).append(eq)",
        "(later if ahead else users)[tensor] = [eq]",
        "what is read twice has the gradient of one reader",
    ),
    Mutant(
        "derivation/sweep.py",
        "users.get(tensor, []) + later.get(tensor, [])",
        "users.get(tensor, []) or later.get(tensor, [])",
        "a step of a recurrence gets nothing from the next",
    ),
    Mutant(
        "derivation/sweep.py",
        "if tensor in self.auxiliary and tensor != eq.target:\n                read",
        "if False:\n                read",
        "the chain rule stops at a mean",
    ),
    Mutant(
        "derivation/sweep.py",
        "pieces += (joined(joined(start, a), b) for a in outer for b in inner)",
        "pieces = [joined(joined(start, a), b) for a in outer for b in inner]",
        "only the way through a mean counts",
    ),
    Mutant(
        "derivation/sweep.py", "start = Term(1, here)\n", "start = Term(1)\n", "a mean is not summed over"
    ),
    Mutant(
        "derivation/sweep.py",
        "users.get(t, [])[:1] == [eq]",
        "users.get(t, [])[-1:] == [eq]",
        "a shared weight before all its readers have an adjoint",
    ),
    Mutant(
        "derivation/sweep.py",
        "return eq._replace(body=result), used",
        "return eq._replace(body=result), ()",
        "a result does not say which facts it used",
    ),
    # Folding, facts, common factors.
    Mutant(
        "derivation/fold.py",
        "if isinstance(factor, Call | Max) and factor_key(factor) == pattern:",
        "if isinstance(factor, Call | Max):",
        "any function is called by the name of one",
    ),
    Mutant(
        "derivation/fold.py",
        "coefficient = _whole(Fraction(term.coefficient) / Fraction(name.coefficient) ** times)",
        "coefficient = term.coefficient",
        "a name takes its number with it",
    ),
    Mutant(
        "derivation/fold.py",
        "powers = (*((f, e) for f, e in kept if e), (entry, times))",
        "powers = (*((f, e) for f, e in kept if e), (entry, 1))",
        "x̂² is called x̂",
    ),
    Mutant(
        "derivation/fold.py",
        "least = min(ratios, key=abs)",
        "least = max(ratios, key=abs)",
        "half of a product is called by its name",
    ),
    Mutant(
        "derivation/fold.py",
        "if len(rest) + len(pattern) == len(term.powers) and held.isdisjoint(indices):",
        "if len(rest) + len(pattern) == len(term.powers):",
        "a sum is called by its name while its index is used elsewhere",
    ),
    Mutant(
        "derivation/facts.py",
        "if not whole or len(set(summed)) < len(summed) or not elsewhere.isdisjoint(summed):",
        "if not whole or len(set(summed)) < len(summed):",
        "Σ p_j g_j is Σ g_j",
    ),
    Mutant(
        "derivation/facts.py",
        "coefficient = Fraction(term.coefficient) * fact.value",
        "coefficient = Fraction(term.coefficient)",
        "Σ x̂ is 1",
    ),
    Mutant(
        "derivation/facts.py",
        "if not isinstance(factor, Entry) or exponent != 1:\n            continue\n        for fact",
        "if not isinstance(factor, Entry):\n            continue\n        for fact",
        "Σ p² is 1",
    ),
    Mutant(
        "derivation/facts.py",
        "and index.size == factor.tensor.shape[axis]",
        "and index.size",
        "a sum over some of the places is that over all",
    ),
    Mutant(
        "derivation/facts.py",
        "return 1 if expression_key(expanded(summed)) == expression_key(below) else None",
        "return 1",
        "any quotient of sums is 1",
    ),
    Mutant(
        "derivation/facts.py",
        "if not expanded(summed).terms:\n        return 0",
        "if not expanded(summed).terms:\n        return 1",
        "what sums to 0 sums to 1",
    ),
    Mutant(
        "derivation/factor.py",
        "if not summed_over and least and all((e > 0) == (least > 0) for e in exponents):",
        "if least and all((e > 0) == (least > 0) for e in exponents):",
        "a factor leaves the sum over its index",
    ),
    Mutant(
        "derivation/factor.py",
        "least = min(exponents, key=lambda e: abs(Fraction(e)))",
        "least = max(exponents, key=lambda e: abs(Fraction(e)))",
        "x² is taken out of x",
    ),
    Mutant(
        "derivation/factor.py",
        "coefficient=1 if t.coefficient > 0 else -1",
        "coefficient=1",
        "½a − ½b is ½(a + b)",
    ),
    Mutant(
        "derivation/factor.py",
        "if any(term.coefficient not in (scale, -scale) for term in terms):",
        "if all(term.coefficient not in (scale, -scale) for term in terms):",
        "½a + ⅓b is ½(a + b)",
    ),
    Mutant(
        "derivation/through.py",
        "rest = term._replace(powers=term.powers[:place] + term.powers[place + 1 :])",
        "rest = term",
        "an adjoint stays beside what it is",
    ),
    Mutant(
        "algebra/normal.py",
        'decide(Bracket(">=", e + f)) is False',
        'decide(Bracket(">=", e + f - 1)) is False',
        "brackets that hold at one place together hold nowhere",
    ),
    # What is put in, and what matrix forms say.
    Mutant(
        "algebra/substitute.py",
        "powers[piece] = powers.get(piece, 0) + inner * exponent",
        "powers[piece] = powers.get(piece, 0) + inner",
        "a·b put into the square of c is a·b",
    ),
    Mutant(
        "algebra/substitute.py",
        "coefficient = coefficient * Fraction(one.coefficient) ** int(exponent)",
        "coefficient = coefficient * Fraction(one.coefficient)",
        "½a put into a square is ½a²",
    ),
    Mutant(
        "derivation/substituted.py",
        "if among is None or n in among",
        "if n >= 0",
        "each step of a recurrence states the entries of all",
    ),
    Mutant(
        "derivation/instances.py",
        "there = tuple(n + f for n, f in zip(at, first, strict=True))",
        "there = at",
        "a crop begins at the first entry",
    ),
]
