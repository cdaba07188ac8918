"""Positions are counted in row-major order."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from symgrad.algebra.positions import unflat


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 3, 4)])
def test_unflat_counts_row_by_row(shape):
    assert [unflat(n, shape) for n in range(prod(shape))] == list(product(*map(range, shape)))


def test_unflat_undoes_flat():
    assert [unflat(n, (2, 3)) for n in range(6)] == [(i, j) for i in range(2) for j in range(3)]
    assert unflat(0, ()) == ()
