"""A layer's page as text, LaTeX or Markdown, and the vocabulary of layers that leads to the pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from unicodedata import name as name_of
from unicodedata import normalize

from symgrad.catalogue.declare import Kind, Layer
from symgrad.catalogue.options import REQUIRED, Option, brief, signature, spelled
from symgrad.catalogue.symbols import expected
from symgrad.derivation.page import Page, Section
from symgrad.render.displays import displays
from symgrad.render.latex import DEFAULT_WIDTH, render_latex
from symgrad.render.plain import to_ascii
from symgrad.render.text import formula_lines
from symgrad.render.wording import LEADS, plain_sentence

HEADINGS: Mapping[Kind, str] = {
    "layer": "Layers",
    "activation": "Activations",
    "reshape": "Layers without parameters",
    "join": "Layers of several inputs",
    "loss": "Losses",
}
"""The kinds of layer in the order of the vocabulary, and what each is called there."""

_SIZES = "For all sizes"
_EXAMPLE = "At small sizes, as this layer cannot be stated for all"
_DEFAULTS = "With the other options at their defaults"


def _by_kind(layers: Iterable[Layer]) -> Iterator[tuple[str, list[Layer]]]:
    known = list(layers)
    for kind in dict.fromkeys([*HEADINGS, *(layer.kind for layer in known)]):
        alike = [layer for layer in known if layer.kind == kind]
        if alike:
            yield HEADINGS.get(kind, kind.capitalize()), alike


def _described(layer: Layer) -> str:
    """What the layer's declaration says of it, code in backticks."""
    return cleandoc(layer.state.__doc__ or "").replace("``", "`")


def vocabulary(layers: Iterable[Layer], *, unicode: bool = True) -> Iterator[str]:
    """Every layer: its signature and a line on what it is, by kind."""
    pieces = _vocabulary(layers)
    return pieces if unicode else map(_ascii, pieces)


def _vocabulary(layers: Iterable[Layer]) -> Iterator[str]:
    for number, (heading, alike) in enumerate(_by_kind(layers)):
        yield ("\n" if number else "") + heading + "\n"
        for layer in alike:
            yield f"  {_signature(layer)}\n      {layer.summary.replace('``', '')}\n"


def _signature(layer: Layer) -> str:
    return signature(layer.name, layer.options) if layer.options else layer.name


def text_page(page: Page, *, unicode: bool = True) -> Iterator[str]:
    """The page for a terminal, a piece at a time."""
    pieces = _text(page)
    return pieces if unicode else map(_ascii, pieces)


def _ascii(text: str) -> str:
    """In ASCII, Greek letters by their names: declarations may hold any sign."""
    return re.sub(r"[^\x00-\x7f]", lambda sign: _spelled_out(sign[0]), to_ascii(text.replace("≥", ">=")))


def _spelled_out(sign: str) -> str:
    words = name_of(sign, "").split()
    if words[:1] == ["GREEK"]:
        return words[-1].lower()
    return normalize("NFKD", sign).replace("⁄", "/").encode("ascii", "replace").decode()


def _text(page: Page) -> Iterator[str]:
    layer = page.layer
    yield f"{_signature(layer)}\n\n{_described(layer).replace('`', '')}\n"
    if layer.options:
        yield "\nOptions\n"
        wide = max(len(option.name) for option in layer.options)
        for option in layer.options:
            yield f"  {option.name.ljust(wide)}  {_option(option, page)}\n"
    for lead, section, again in _sections(page):
        yield f"\n{lead}: {section.document.network}\n"
        for convention in section.document.conventions:
            if convention not in again:
                yield f"  {plain_sentence(convention)}\n"
        heading = ""
        for formula in section.document.formulas:
            if formula.kind != heading:
                heading = formula.kind
                yield f"\n{LEADS[heading][0]}\n"
            yield from (f"  {line}\n" for line in formula_lines(section.document, formula))


def _sections(page: Page) -> Iterator[tuple[str, Section, tuple[object, ...]]]:
    """Each section with its heading and the conventions that were told before it."""
    yield (_SIZES if page.general.sizes else _EXAMPLE), page.general, ()
    if page.defaults is not None:
        yield _DEFAULTS, page.defaults, page.general.document.conventions


def _option(option: Option, page: Page) -> str:
    """``s; one positive whole number or a pair of them, 1 by default``."""
    default = "" if option.default is REQUIRED else f", {spelled(option.default)} by default"
    return f"{expected(option)}{default}; here {_here(option, page)}"


def _here(option: Option, page: Page) -> str:
    return brief(option, page.stated.options[option.name])


def latex_page(page: Page, *, width_cm: float = DEFAULT_WIDTH) -> Iterator[str]:
    r"""The page in LaTeX for ``\input`` in a document that loads amsmath."""
    layer = page.layer
    for line in (_signature(layer), *_described(layer).replace("`", "").split("\n")):
        yield f"% {line}".rstrip() + "\n"
    if layer.options:
        told = (
            rf"\texttt{{{_escaped(option.name)}}}: {_tex_option(option, page)}" for option in layer.options
        )
        yield "\\paragraph{Options.}\n" + ".\\\\\n".join(told) + ".\n"
    for lead, section, _ in _sections(page):
        # Letters of one width have no give: the line ends where it may.
        call = f"\\raggedright\\texttt{{{_escaped(section.document.network)}}}\\par"
        yield f"\n{{\\paragraph{{{lead}.}}\\mbox{{}}\\\\\n{call}}}\n\n"
        yield from render_latex(section.document, width_cm=width_cm)


def _tex_option(option: Option, page: Page) -> str:
    default = "" if option.default is REQUIRED else f", {_escaped(spelled(option.default))} by default"
    return f"{_escaped(expected(option))}{default}; here \\texttt{{{_escaped(_here(option, page))}}}"


def _escaped(text: str) -> str:
    return text.replace("_", r"\_").replace("^", r"\^{}").replace("≥", r"$\ge$").replace("≤", r"$\le$")


def markdown_page(page: Page) -> Iterator[str]:
    """The page in Markdown with formulas in LaTeX, as it stands in docs/layers/."""
    layer = page.layer
    yield f"# {layer.name}\n\n`{_signature(layer)}`\n\n{_described(layer)}\n"
    if layer.options:
        yield "\n| option | what it is | default | here |\n|---|---|---|---|\n"
        for option in layer.options:
            default = "" if option.default is REQUIRED else f"`{spelled(option.default)}`"
            what = expected(option).replace("|", r"\|")
            yield f"| `{option.name}` | {what} | {default} | `{_here(option, page)}` |\n"
    for lead, section, again in _sections(page):
        yield f"\n## {lead}\n\n`{section.document.network}`\n\n"
        for convention in section.document.conventions:
            if convention not in again:
                yield f"- {plain_sentence(convention)}\n"
        kind = ""
        for part, block in displays(section.document, DEFAULT_WIDTH * 1.5):
            if part != kind:
                kind = part
                yield f"\n### {LEADS[kind][0]}\n"
            yield f"\n```math\n{block}\n```\n"


def markdown_index(layers: Iterable[Layer]) -> Iterator[str]:
    """The list of all pages."""
    yield "# Layers\n\nOne page each: the forward equation, and the gradients that are derived from it.\n"
    yield "`symgrad layers NAME` prints a page; these are made by `make docs`.\n"
    for heading, alike in _by_kind(layers):
        yield f"\n## {heading}\n\n"
        for layer in alike:
            yield f"- [`{_signature(layer)}`]({layer.name}.md): {layer.summary.replace('``', '`')}\n"
