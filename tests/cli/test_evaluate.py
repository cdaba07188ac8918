"""``symgrad evaluate``: what it prints, and the values that it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commandline import SMALL, VALUES, printed, refused


def test_evaluate_prints_every_tensor_and_every_gradient(tmp_path):
    (tmp_path / "values.json").write_text(VALUES, encoding="utf-8")
    result = json.loads(printed("evaluate", SMALL, "--values", tmp_path / "values.json"))
    # z = 3·1 + 4·2 + 0.5 = 11.5; L = (11.5 − 10)² = 2.25; dL/dz = 2·1.5 = 3
    assert result == {
        "z": [11.5], "L": 2.25, "dL_dz": [3], "dL_dw": [[3, 6]], "dL_db": [3], "dL_da": [9, 12],
    }  # fmt: skip
    assert json.loads(printed("evaluate", SMALL, "--values", "-", input=VALUES)) == result
    assert printed("evaluate", SMALL, "--values", "-", "-o", tmp_path / "out.json", input=VALUES) == ""
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == result


def test_evaluate_reads_and_writes_npz(tmp_path):
    import numpy as np

    np.savez(tmp_path / "in.npz", **{name: np.array(value) for name, value in json.loads(VALUES).items()})
    assert printed("evaluate", SMALL, "--values", tmp_path / "in.npz", "-o", tmp_path / "out.npz") == ""
    with np.load(tmp_path / "out.npz") as out:
        assert (out["dL_dw"].tolist(), float(out["L"])) == ([[3, 6]], 2.25)


BAD_VALUES = {
    "empty": ("", "not JSON"),
    "not an object": ("[1]", "must be an object"),
    "wrong shape": ('{"a": [1], "w": [[3, 4]], "b": [0], "y": [1]}', "a has shape (1,); expected (2,)"),
    "missing": ('{"a": [1, 2], "w": [[3, 4]], "y": [1]}', "no value is given for b"),
    "unknown": (VALUES[:-1] + ', "q": 1}', "'q'"),
    "twice": (VALUES[:-1] + ', "a": [1, 2]}', "gives 'a' twice"),
    "NaN": (VALUES.replace("0.5", "NaN"), "b1 is NaN"),
    "infinite": (VALUES.replace("0.5", "1e999"), "b1 is infinite"),
    "ragged": (VALUES.replace("[[3, 4]]", "[[3, 4], 5]"), "'w' is ragged"),
    "text": (VALUES.replace("0.5", '"os"'), "'b' must hold real numbers"),
    "nested": ("[" * 100_000, "nested"),
    "binary": (b"\x80\x04\x95", "neither JSON in UTF-8 nor an npz"),
    "npz cut short": (b"PK\x03\x04\x00", "numpy.savez"),
    "hostile name": ('{"\\u001b[31m\\u202e": 1}', "\\u001b"),
}


@pytest.mark.parametrize(("values", "message"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_values_that_do_not_fit_are_refused_and_nothing_is_written(values, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = values if isinstance(values, bytes) else values.encode()
    assert message in refused("evaluate", SMALL, "--values", "-", "-o", "out.json", input=data)
    Path("values").write_bytes(data)
    assert message in refused("evaluate", SMALL, "--values", "values", "-o", "out.json")
    assert [file.name for file in tmp_path.iterdir()] == ["values"]


BATCH = '{"a": [[1, 2], [3, 4]], "w": [[3, 4]], "b": [0.5], "y": [[10], [20]]}'


@pytest.mark.parametrize("batch", ["2", "N"])
def test_a_batch_has_one_loss(batch):
    # z = 11.5 and 25.5; L = (1.5² + 5.5²)/2; dL/dz = 1.5 and 5.5; dL/dw = 1.5·(1, 2) + 5.5·(3, 4)
    result = json.loads(printed("evaluate", SMALL, "--batch", batch, "--values", "-", input=BATCH))
    assert result["L"] == (1.5**2 + 5.5**2) / 2
    assert result["dL_dz"] == [[1.5], [5.5]]
    assert result["dL_dw"] == [[18, 25]]


def test_a_batch_of_another_size_is_refused():
    told = refused("evaluate", SMALL, "--batch", "3", "--values", "-", input=BATCH)
    assert "a has shape (2, 2); expected (3, 2)" in told
    told = refused("evaluate", SMALL, "--batch", "N", "--values", "-", input=BATCH.replace(", [20]", ""))
    assert "the batches differ in size: a 2, y 1" in told
    told = refused("evaluate", SMALL, "--batch", "N", "--values", "-", input=VALUES)
    assert "no array says how many samples N is; there should be a (N, 2), y (N, 1)" in told
