"""``symgrad gradcheck``: its table, its status, and what it refuses."""

from __future__ import annotations

import re

from commandline import printed, refused

NETWORK = "input(2) | linear(1) | mse"


def test_the_table():
    lines = printed("gradcheck", NETWORK, "--seed", "7").splitlines()
    assert lines[0].endswith("at a random point (seed 7)")
    assert [line.split()[0] for line in lines[3:6]] == ["dL_da", "dL_dw", "dL_db"]
    assert all(re.fullmatch(r"dL_d\w +\d +\S+ +\S+  agrees", line) for line in lines[3:6])
    assert lines[-1] == "All gradients agree."


def test_values_from_a_file_in_part(tmp_path):
    (tmp_path / "values.json").write_text('{"a": [3, 4]}')
    assert "at the given point" in printed("gradcheck", NETWORK, "--values", tmp_path / "values.json")


def test_what_has_no_numbers_is_refused():
    assert "f is a function not known further" in refused("gradcheck", "input(3) | activation(f)")
    assert "--batch 4" in refused("gradcheck", NETWORK, "--batch", "N")
