"""A tree as a line of text, for tests and for the eye: every difference of two trees shows in it."""

from __future__ import annotations

from symgrad.verify.syntax import (
    Accent,
    Big,
    Call,
    Cases,
    Derivative,
    Dots,
    Group,
    Label,
    Listed,
    Matrix,
    Name,
    Node,
    Number,
    Product,
    Quotient,
    Relation,
    Root,
    Scripted,
    Star,
    Statement,
    Sum,
    Transposed,
    Words,
)

_CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "‖": "‖", "<": ">"}


def show(node: Node) -> str:
    """The tree as text: ``({a_{1} · w} + {f ( x )})``, derivatives as ``D[∂ L / w]``."""
    match node:
        case Number(value=value, decimal=decimal):
            return f"{float(value)!r}" if decimal else str(value)
        case Name(letter=letter, style=style):
            return f"{style}:{letter}" if style else letter
        case Accent(kind=kind, inner=inner):
            return f"{kind}<{show(inner)}>"
        case Scripted(base=base, sub=sub, sups=sups, primes=primes):
            below = "" if sub is None else "_{" + show(sub) + "}"
            above = "".join("^{" + show(sup) + "}" for sup in sups)
            return show(base) + "'" * primes + below + above
        case Label(bracket=bracket, inner=inner):
            return bracket + show(inner) + _CLOSING[bracket]
        case Transposed(letter=letter):
            return "T" if letter else "⊤"
        case Star():
            return "*"
        case Group(bracket=bracket, inner=inner):
            return f"{bracket} {show(inner)} {_CLOSING[bracket]}"
        case Listed(items=(first, Dots(), last), separator="…"):
            return f"⟨{show(first)}…{show(last)}⟩"
        case Listed(items=items, separator=separator):
            return "⟨" + f" {separator} ".join(map(show, items)) + "⟩"
        case Sum(terms=terms):
            signs = ["-" if term.sign < 0 else "+" for term in terms]
            parts = [f"{sign} {show(term.node)}" for sign, term in zip(signs, terms, strict=True)]
            return "(" + " ".join(parts).removeprefix("+ ") + ")"
        case Product(factors=factors):
            return "{" + " ".join(f"{factor.op} {show(factor.node)}".strip() for factor in factors) + "}"
        case Quotient(top=top, bottom=bottom):
            return f"[{show(top)} over {show(bottom)}]"
        case Root(inner=inner, degree=degree):
            return f"root{'' if degree is None else '_' + show(degree)}[{show(inner)}]"
        case Derivative():
            return _derivative(node)
        case Call(function=function, arguments=arguments, bracketed=bracketed):
            inside = "; ".join(map(show, arguments))
            return f"{show(function)}({inside})" if bracketed else f"{show(function)}⟪{inside}⟫"
        case Big(operator=operator, lower=lower, upper=upper, body=body):
            below = "" if lower is None else "_{" + show(lower) + "}"
            above = "" if upper is None else "^{" + show(upper) + "}"
            return f"{operator}{below}{above}[{show(body)}]"
        case Relation(left=left, op=op, right=right):
            return f"({show(left)} {op} {show(right)})"
        case Matrix(rows=rows):
            return "matrix[" + " \\ ".join(" & ".join(map(show, row)) for row in rows) + "]"
        case Cases(rows=cases):
            return "cases[" + " \\ ".join(show(a) + (f" if {show(b)}" if b else "") for a, b in cases) + "]"
        case Words(text=text):
            return repr(text)
        case _:
            return "…"


def _derivative(node: Derivative) -> str:
    of = "" if node.of is None else show(node.of)
    by = " ".join(map(show, node.by))
    order = f"^{node.order}" if node.order != 1 else ""
    scale = f" per {show(node.scale)}" if node.scale is not None else ""
    notation = "" if node.notation == "fraction" else node.notation + " "
    return f"D[{notation}{node.sign}{order} {of} / {by}{scale}]"


def shown(statement: Statement) -> str:
    """A statement as text: members and relations, or what is wrong with it; kinds of repairs behind it."""
    if statement.problem is not None:
        text = f"!! {statement.problem.message} @{statement.problem.span}"
    else:
        members = list(map(show, statement.members))
        if not statement.leading:
            text = members.pop(0) if members else ""
        else:
            text = ""
        for relation, member in zip(statement.relations, members, strict=True):
            text += f" {relation} {member}"
        text = text.strip()
    kinds = [repair.kind + ("°" if repair.harmless else "") for repair in statement.repairs]
    return text + (f"   [{', '.join(kinds)}]" if kinds else "")
