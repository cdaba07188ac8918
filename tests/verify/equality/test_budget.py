from __future__ import annotations

import pytest

from symgrad.verify.equality.budget import Clock, ExhaustedError


def test_a_clock_says_when_the_time_is_over():
    clock = Clock(60)
    clock.check()
    assert 0 < clock.left <= 60
    with pytest.raises(ExhaustedError):
        Clock(0).check()
