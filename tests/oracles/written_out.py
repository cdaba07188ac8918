"""Layers of the catalogue as TOML files: the equations that the index view prints, as layers of one's own."""

from __future__ import annotations

from math import prod

from symgrad.algebra.keys import expression_key
from symgrad.algebra.normal import expanded, gathered
from symgrad.algebra.program import Program
from symgrad.algebra.sizes import Polynomial, Size, SizeSymbol, size_symbols, size_terms, size_text
from symgrad.catalogue import CATALOGUE
from symgrad.catalogue.options import spelled_call
from symgrad.derivation.derive import derive, document
from symgrad.derivation.readable import closed_form
from symgrad.network.alone import Alone
from symgrad.network.model import Model
from symgrad.render.text import render_text


def printed_forward(model: Model, *, unicode: bool = True) -> str:
    """The forward equations of the index view."""
    text = "".join(render_text(document(derive(model), "index"), unicode=unicode))
    return text.split("\nForward\n")[1].split("\nGradients")[0].strip()


def as_toml(model: Model, equations: str) -> str:
    """A network of a single layer in TOML, with the layer defined by equations."""
    (step,) = model.steps
    roles = {
        "input": [step.inputs[0]],
        "parameters": [tensor for tensor in model.tensors if tensor.role == "parameter"],
        "target": [tensor for tensor in model.tensors if tensor.role == "target"],
        "given": [tensor for tensor in model.tensors if tensor.role == "given"],
    }
    shapes = "\n".join(
        f"{role} = {{{', '.join(f'{t.name} = {list(t.shape)}' for t in tensors)}}}"
        for role, tensors in roles.items()
    )
    sums = [t.name for t in roles["target"] if t.sums_to_one is not None]
    reduced = "(reduction=none)" if model.outputs[0].stem == "l" else ""
    function = step.options.get("f")
    return f"""
input = {list(step.inputs[0].shape)}
layers = ["mine{reduced}"]

[define.mine]
kind = "{CATALOGUE[step.layer].kind.replace("join", "reshape")}"
{shapes}
probabilities = {sums}
functions = {[function] if function else []}
equation = '''
{equations}
'''
"""


def keys(program: Program) -> list[tuple[str, str]]:
    """What each equation says as it is printed, the same for equal equations."""
    found = []
    for form in map(closed_form, program.equations):
        labels = {index: f"axis {n}" for n, index in enumerate(form.axes)}
        left = [
            (size_text(e.const), sorted((labels[i], size_text(c)) for i, c in e.coefficients.items()))
            for e in form.left
        ]
        found.append((f"{form.target}{left}", expression_key(gathered(expanded(form.body).terms), labels)))
    return found


NUMBERS = {
    "N": 4,
    "C": 2,
    "D": 4,
    "G": 2,
    "H": 5,
    "W": 6,
    "L": 7,
    "O": 3,
    "M": 3,
    "T": 2,
    "U": 2,
    "V": 3,
    "s": 2,
    "p": 1,
    "q": 1,
    "d": 1,
}
"""A number for each symbol of catalogue/symbols.py."""


def at_numbers(size: Size) -> int:
    """A size with its symbols' numbers put in."""
    total = 0
    for coefficient, monomial in size_terms(size):
        total += coefficient * prod(_number(symbol) ** power for symbol, power in monomial)
    return int(total)


def _number(symbol: SizeSymbol) -> int:
    if symbol.steps is None:
        return NUMBERS[symbol.name]
    room, step = map(at_numbers, symbol.steps)
    return room // step + 1


def for_all_sizes(stated: Alone) -> str:
    """The layer for all sizes as a layer of one's own in TOML, used at the numbers above."""
    model = stated.model
    (step,) = model.steps
    read = step.inputs[0]
    written = {"input": [read], "parameters": [], "target": [], "given": []}
    for tensor in model.tensors:
        written.get(
            {"parameter": "parameters", "target": "target", "given": "given"}.get(tensor.role, ""), []
        ).append(tensor)
    shapes = "\n".join(
        f"{role} = {{{', '.join(f'{t.name} = {[size_text(n) for n in t.shape]}' for t in tensors)}}}"
        for role, tensors in written.items()
    )
    symbols = {symbol for t in model.tensors for n in t.shape for symbol in size_symbols(n)}
    symbols |= {symbol for rule in symbols for n in rule.steps or () for symbol in size_symbols(n)}
    rules = {s.name: "⌊({})/({})⌋ + 1".format(*map(size_text, s.steps)) for s in symbols if s.steps}
    met = {symbol.name for t in (read, *written["parameters"]) for n in t.shape for symbol in size_symbols(n)}
    from_input = {size_text(n) for n in read.shape}
    beside = sorted({s.name for s in symbols if not s.steps} - met)
    free = sorted(met - from_input)
    values = ", ".join(f"{name}={NUMBERS[name]}" for name in (*free, *beside))
    return f"""
input = {[at_numbers(n) for n in read.shape]}
layers = ["mine({values})"]

[define.mine]
kind = "{CATALOGUE[step.layer].kind}"
{shapes}
options = {{{", ".join(f'{name} = "required"' for name in beside)}}}
sizes = {{{", ".join(f'{name} = "{rule}"' for name, rule in sorted(rules.items()))}}}
probabilities = {[t.name for t in written["target"] if t.sums_to_one is not None]}
functions = {[step.options["f"]] if "f" in step.options else []}
equation = '''
{printed_forward(model)}
'''
"""


def the_same_at_numbers(stated: Alone) -> str:
    """The layer of the catalogue as a description, at the numbers above."""
    (step,) = stated.model.steps
    options = {name: _put(value) for name, value in stated.options.items()}
    shape = "x".join(str(at_numbers(n)) for n in step.inputs[0].shape)
    return f"input({shape}) | {spelled_call(step.layer, CATALOGUE[step.layer].options, options)}"


def _put(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_put, value))
    return at_numbers(value) if isinstance(value, Polynomial) else value
