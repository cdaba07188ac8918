"""``symgrad gradcheck``: its table, its status, and what it refuses."""

from __future__ import annotations

import re

from commandline import printed, ran, refused

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


def test_at_a_kink_it_is_said_that_nothing_was_compared(tmp_path):
    """It said DIFFERS of relu at 0."""
    (tmp_path / "values.json").write_text('{"a": [0, 0.5, 0.2]}')
    done = ran("gradcheck", "input(3) | relu | mse", "--values", tmp_path / "values.json")
    assert done.exit_code == 3
    assert re.search(r"dL_da +2 of 3 .* not compared\n", done.stdout)
    assert "1 entry not compared: at a kink: the difference quotient has no meaning there" in done.stdout
    assert done.stdout.endswith("What could be compared agrees.\n")


def test_where_there_is_no_value_nothing_is_compared(tmp_path):
    (tmp_path / "values.json").write_text('{"a": [-1, -2]}')
    (tmp_path / "net.toml").write_text(
        'input = "2"\nlayers = ["own"]\n[define.own]\ninput = "x"\nequation = "h = log(x)"\n'
    )
    done = ran("gradcheck", tmp_path / "net.toml", "--values", tmp_path / "values.json")
    assert done.exit_code == 3
    assert "2 entries not compared: the network or its gradient has no value there" in done.stdout
    assert done.stdout.endswith("Nothing could be compared.\n")
