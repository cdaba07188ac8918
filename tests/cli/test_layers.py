"""``symgrad layers``: the vocabulary, and a page."""

from __future__ import annotations

from commandline import printed, ran, refused

from symgrad.catalogue import CATALOGUE


def test_without_a_name_every_layer_is_listed():
    text = printed("layers")
    assert all(f"  {name}" in text for name in CATALOGUE)
    assert printed("layers", "--to", "markdown").startswith("# Layers\n")


def test_with_a_name_its_page_is_printed():
    text = printed("layers", "linear")
    assert "  ∂L/∂a[j] = Σ_{i=0…M−1} w[i, j]·∂L/∂z[i]   for j = 0…N−1\n" in text
    assert "  dL/da[j] = sum_{i=0..M-1} w[i, j]*dL/dz[i]   for j = 0..N-1\n" in (
        printed("layers", "linear", "--ascii").replace("−", "-")
    )


def test_a_page_in_latex_and_markdown(tmp_path):
    assert r"\sum_{i=0}^{M-1}w_{i,j}\," in printed("layers", "linear", "--to", "latex")
    assert printed("layers", "linear", "--to", "markdown", "-o", tmp_path / "linear.md") == ""
    assert (tmp_path / "linear.md").read_text(encoding="utf-8").startswith("# linear\n")


def test_a_name_that_is_no_layer_is_refused_with_the_nearest():
    assert "did you mean conv2d? `symgrad layers` lists them" in refused("layers", "conf2d")
    assert "needs the NAME of a layer" in ran("layers", "--to", "latex").stderr
