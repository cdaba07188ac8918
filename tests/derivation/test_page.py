"""The page of a layer: its formulas in general, and with defaults where these differ."""

from symgrad.catalogue import CATALOGUE
from symgrad.derivation.page import page


def test_a_page_has_every_formula_of_its_layer():
    found = page(CATALOGUE["conv2d"])
    for section in (found.general, found.defaults):
        assert section.document.view == "index"
        assert [f.equation.target.name for f in section.document.formulas] == ["z", "dL_dw", "dL_db", "dL_da"]
    assert found.general.sizes


def test_defaults_are_told_only_where_they_differ_and_hold_for_all_sizes():
    assert page(CATALOGUE["linear"]).defaults is None
    assert page(CATALOGUE["adaptive_avg_pool2d"]).defaults is None
