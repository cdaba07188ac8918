"""symgrad's own pages, verified: nothing on them may be called wrong, whatever the view and the format.

A page derived for a network is judged by itself, as one that a stranger wrote, and by the network. The
derivation and the verifier share no formula, so a claim called wrong is an error of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oracles.chains import alone

from symgrad.catalogue import CATALOGUE
from symgrad.derivation.derive import derive, document
from symgrad.network.build import build
from symgrad.render.latex import render_latex
from symgrad.render.text import render_text
from symgrad.verify import passages
from symgrad.verify.claims import Claim
from symgrad.verify.judge import judged

NETWORKS = {
    "two layers": "input(3) | linear(4) | tanh | linear(2) | mse",
    "classes": "input(2) | linear(3) | cross_entropy",
    "a norm within": "input(2) | linear(2) | gelu | linear(2) | layer_norm | mse",
    "two heads": "input(3x2) | multihead_attention(2) | flatten | mse",
    "attention": "input(4x3) | scaled_dot_product_attention | linear(2) | mse",
    "gates": "input(3x1) | lstm(2) | linear(1) | mse",
    "a small CNN": "input(4x4) | conv2d(1, 3) | relu | flatten | linear(2) | sigmoid | bce",
    "branches": "input(4) | residual(linear(4) | tanh) | linear(2) | softmax | nll",
    "channels": "input(2x2x2) | conv2d(2, 2) | max_pool2d(1) | flatten | linear(3) | cross_entropy",
    "the article": "input(5x5) | conv2d(1, 3, stride=2, bias=false)",
    "groups and padding": "input(2x6) | conv1d(2, 3, 2, 1, groups=2) | tanh | mse",
}
VIEWS = ("scalar", "index", "matrix")
FORMATS = ("text", "latex")
QUICK = [
    ("linear", "index", "latex"), ("conv1d", "matrix", "text"),
    ("conv2d", "matrix", "latex"),
    ("conv_transpose1d", "index", "text"), ("avg_pool2d", "scalar", "text"),
    ("avg_pool1d", "matrix", "latex"),
    ("max_pool1d", "scalar", "text"), ("batch_norm1d", "matrix", "text"), ("layer_norm", "matrix", "latex"),
    ("rms_norm", "index", "latex"), ("group_norm", "scalar", "latex"), ("rnn", "index", "text"),
    ("bilinear", "matrix", "text"), ("gelu", "index", "text"), ("activation", "scalar", "latex"),
    ("selu", "index", "latex"), ("log_softmax", "scalar", "text"), ("unflatten", "matrix", "text"),
    ("bce", "matrix", "text"), ("smooth_l1", "matrix", "latex"), ("cosine_embedding", "matrix", "text"),
    ("cross_entropy", "scalar", "text"), ("l1", "matrix", "latex"),
]  # fmt: skip
QUICK_NETWORKS = [
    ("two layers", "index", "latex"), ("two layers", "scalar", "text"), ("classes", "scalar", "text"),
    ("classes", "index", "latex"), ("a norm within", "matrix", "text"), ("two heads", "index", "text"),
    ("attention", "matrix", "text"), ("gates", "scalar", "text"), ("gates", "index", "latex"),
    ("branches", "index", "text"), ("a small CNN", "matrix", "latex"), ("the article", "index", "text"),
]  # fmt: skip


def description(name: str) -> str:
    """A network of the table, or the smallest of an entry of the catalogue."""
    return NETWORKS[name] if name in NETWORKS else alone(CATALOGUE[name])[0].text


def claims(name: str, view: str, form: str) -> Iterator[tuple[str, Claim]]:
    """What its page claims, as judged by the page and by the network."""
    model = build(description(name))
    derived = document(derive(model), view)
    text = "".join(render_text(derived) if form == "text" else render_latex(derived))
    page = passages.find(text, "text" if form == "text" else "tex")
    for judge in (None, model):
        for claim in judged(page, judge):
            yield ("by the page" if judge is None else "by the network"), claim


def told_wrong(name: str, view: str, form: str) -> list[str]:
    return [
        f"{by}: {claim.latex}: {claim.findings[0].message if claim.findings else ''}"
        for by, claim in claims(name, view, form)
        if claim.verdict == "wrong"
    ]


@pytest.mark.parametrize(("name", "view", "form"), QUICK + QUICK_NETWORKS)
def test_nothing_on_an_own_page_is_called_wrong(name, view, form):
    assert told_wrong(name, view, form) == []


EVERY = [(name, view, form) for name in (*CATALOGUE, *NETWORKS) for view in VIEWS for form in FORMATS]


@pytest.mark.volume
@pytest.mark.parametrize(
    ("name", "view", "form"), [one for one in EVERY if one not in QUICK + QUICK_NETWORKS]
)
def test_nothing_on_any_own_page_is_called_wrong(name, view, form):
    assert told_wrong(name, view, form) == []


@pytest.mark.parametrize(
    ("name", "view"), [("two layers", "scalar"), ("two layers", "index"), ("classes", "index")]
)
def test_the_pages_of_plain_networks_are_right_in_full(name, view):
    for form in FORMATS:
        assert {claim.verdict for _, claim in claims(name, view, form)} == {"right"}
