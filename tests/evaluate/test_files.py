import io
import json
import zipfile

import numpy as np
import pytest

from symgrad.algebra.tensors import Tensor
from symgrad.errors import OutputError, ValuesError
from symgrad.evaluate import files
from symgrad.evaluate.files import read_values, to_json, write_values

A = Tensor("a", (3, 5), "input")
W2 = Tensor("w2", (2, 2), "parameter", label="2")
K = Tensor("k", (2, 1, 2), "parameter")
Y = Tensor("y", (), "target")
TENSORS = (A, W2, K, Y)


def read(text):
    return read_values(io.BytesIO(text.encode()), TENSORS)


def test_json_and_npz_give_the_same_arrays(tmp_path):
    given = {"a": np.arange(15.0).reshape(3, 5) / 7, "y": np.array(2.5), "w2": np.ones((4, 2, 2))}
    write_values(tmp_path / "v.json", given)
    write_values(tmp_path / "v.npz", given)
    for name in ("v.json", "v.npz"):
        found = read_values(tmp_path / name, TENSORS)
        assert list(found) == list(given)
        for key, value in given.items():
            assert np.array_equal(found[key], value)
            assert found[key].dtype == np.float64


def test_json_is_one_tensor_a_line_and_every_number_reads_back():
    text = to_json({"z": np.array([0.1, 1e-300, 1 / 3]), "L": np.array(2.0)})
    assert text == '{\n  "z": [0.1, 1e-300, 0.3333333333333333],\n  "L": 2.0\n}'
    assert json.loads(text)["z"] == [0.1, 1e-300, 1 / 3]


NOT_FINITE = [
    ('{"a": [[0,0,0,0,0],[0,0,0,0,0],[0,0,NaN,0,0]]}', "a13 is NaN"),
    ('{"a": [[[0,0,0,0,0],[0,0,0,0,0],[0,0,0,0,0]],[[0,Infinity,0,0,0],[0,0,0,0,0],[0,0,0,0,0]]]}',
     "a2 of sample 2 is infinite"),
    ('{"w2": [[1, 2], [-Infinity, 4]]}', "w2_3 is minus infinity"),
    ('{"k": [[[1, 2]], [[3, NaN]]]}', "k_2_1_2 is NaN"),
    ('{"y": NaN}', "^y is NaN"),
    ('{"y": 1e999}', "^y is infinite"),
    ('{"y": 1' + "0" * 6000 + "}", "^y is infinite"),
    ('{"a": [NaN]}', "'a' is NaN"),
    ('{"unknown": [NaN]}', "'unknown' is NaN"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), NOT_FINITE, ids=[m for _, m in NOT_FINITE])
def test_nan_and_infinity_are_refused_by_the_entry_s_name(text, message):
    with pytest.raises(ValuesError, match=message):
        read(text)


REFUSED = [
    ("", "not JSON"),
    ("{", "not JSON.*line 1, column 2"),
    ("[1, 2]", "must be an object"),
    ("3", "must be an object"),
    ('{"a": 1, "a": 2}', "gives 'a' twice"),
    ('{"a": [[1, 2], [3]]}', "'a' is ragged"),
    ('{"a": [[1, 2], 3]}', "'a' is ragged"),
    ('{"a": "1"}', "'a' must hold real numbers"),
    ('{"a": ["1", 2]}', "'a' must hold real numbers"),
    ('{"a": [true, false]}', "'a' must hold real numbers"),
    ('{"a": [null, 1]}', "'a' must hold real numbers"),
    ('{"a": {"b": 1}}', "'a' must hold real numbers"),
    ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deep"),
    ('{"\\u001b[31m": "x"}', r"'\\u001b\[31m' must hold"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_json_that_holds_no_values_is_refused(text, message):
    with pytest.raises(ValuesError, match=message):
        read(text)


def test_what_is_neither_json_nor_npz_is_refused():
    with pytest.raises(ValuesError, match="neither JSON"):
        read_values(io.BytesIO(b"\xff\xfe\x00\x80"), TENSORS)


@pytest.mark.parametrize("damage", ["cut", "noise", "no arrays", "pickle", "huge", "object"])
def test_a_damaged_or_hostile_npz_is_refused(damage, tmp_path):
    packed = io.BytesIO()
    np.savez(packed, a=np.ones(3))
    data = packed.getvalue()
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "noise":
        data = data[:60] + bytes(40) + data[100:]
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            if damage == "no arrays":
                archive.writestr("a.npy", b"no array")
            elif damage == "pickle":
                archive.writestr("a.npy", b"\x80\x04K\x01.")
            elif damage == "huge":
                header = (
                    b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }".ljust(117)
                    + b"\n"
                )
                archive.writestr("a.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
            else:
                inner = io.BytesIO()
                np.lib.format.write_array(inner, np.array([{}], dtype=object), allow_pickle=True)
                archive.writestr("a.npy", inner.getvalue())
        data = packed.getvalue()
    with pytest.raises(ValuesError, match=r"the input is not a file of arrays|'a' must hold"):
        read_values(io.BytesIO(data), TENSORS)


def test_an_npz_that_gives_a_name_twice_is_refused(tmp_path):
    inner = io.BytesIO()
    np.lib.format.write_array(inner, np.ones(3))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.npy", inner.getvalue())
        archive.writestr("a", inner.getvalue())
    with pytest.raises(ValuesError, match="gives 'a' twice"):
        read_values(io.BytesIO(packed.getvalue()), TENSORS)


def test_a_large_file_and_a_small_one_that_unpacks_large_are_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    (tmp_path / "v.json").write_text('{"a": [' + "1, " * 1000 + "1]}")
    with pytest.raises(ValuesError, match="larger than 1,000 bytes"):
        read_values(tmp_path / "v.json", TENSORS)
    np.savez_compressed(tmp_path / "v.npz", a=np.zeros(10_000))
    assert (tmp_path / "v.npz").stat().st_size < 1000
    with pytest.raises(ValuesError, match="unpacks to more than 1,000 bytes"):
        read_values(tmp_path / "v.npz", TENSORS)


def test_a_place_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(ValuesError, match="is a directory"):
        read_values(tmp_path, TENSORS)
    with pytest.raises(ValuesError, match="no such file"):
        read_values(tmp_path / "missing.json", TENSORS)
    with pytest.raises(ValuesError, match="null"):
        read_values("a\0b", TENSORS)


def test_results_that_json_cannot_hold_are_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValuesError, match=r"dL_dw came out infinite or NaN.*\.npz"):
        write_values(tmp_path / "o.json", {"z": np.ones(2), "dL_dw": np.array([1, np.nan])})
    assert list(tmp_path.iterdir()) == []
    write_values(tmp_path / "o.npz", {"dL_dw": np.array([1, np.nan])})
    with pytest.raises(OutputError, match=r"\.json or \.npz"):
        write_values(tmp_path / "o.csv", {"z": np.ones(2)})
