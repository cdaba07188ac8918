"""A network's entries as words."""

from symgrad.network.build import build
from symgrad.verify import passages
from symgrad.verify.judge import judged


def test_an_entry_that_the_document_does_not_hold_is_offered_in_its_notation():
    found = passages.find("$$\\frac{\\partial L}{\\partial w_{11}} = a_1$$\n", "markdown")
    (claim,) = judged(found, build("input(2) | linear(2) | mse(sum, half)"))
    assert claim.verdict == "wrong"
    assert [finding.kind for finding in claim.findings] == ["missing-factor"]
    assert claim.corrected is not None
    assert "z_1" in claim.corrected
