"""A layer's page: its options, its forward equation and its gradients, for all sizes where there are such."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.catalogue.declare import Layer
from symgrad.derivation.derive import derive, document
from symgrad.derivation.document import Document
from symgrad.network.alone import Alone, alone, with_defaults


class Section(NamedTuple):
    """A layer with certain options and its formulas; ``sizes`` says whether they hold for all sizes."""

    document: Document
    sizes: bool


class Page(NamedTuple):
    """What there is to say of a layer; ``general`` comes first, then ``defaults`` where these differ."""

    layer: Layer
    stated: Alone
    general: Section
    defaults: Section | None


def page(layer: Layer) -> Page:
    """The page of a catalogue entry."""
    stated, plain = alone(layer), with_defaults(layer)
    if not stated.sizes:
        plain = None
    return Page(layer, stated, _section(stated), None if plain is None else _section(plain))


def _section(stated: Alone) -> Section:
    return Section(document(derive(stated.model), "index"), stated.sizes)
