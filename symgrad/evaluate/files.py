"""Values in files: JSON ``{"a": [[…]], …}`` and NumPy's npz, read with care because strangers write them.

NaN and infinity are refused here, at the command line's door; a call of the evaluator does not look.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from symgrad.algebra.identifiers import identifier
from symgrad.algebra.tensors import Tensor
from symgrad.algebra.unroll import is_whole
from symgrad.errors import OutputError, ValuesError, quoted, reason
from symgrad.evaluate.arrays import Array, as_numbers
from symgrad.files import write_whole

MOST_BYTES = 200_000_000
"""The most bytes of a file of values, unpacked."""

_NPZ_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")


def read_values(source: str | Path | BinaryIO, tensors: Iterable[Tensor]) -> dict[str, Array]:
    """The arrays in a file or a stream of bytes, by name; ``tensors`` say what their entries are called.

    Raises:
        ValuesError: it cannot be read, is too large, is neither JSON nor npz, gives a name twice, or holds
            something that is not a finite number.
    """
    told, data = _bytes(source)
    values = _npz(told, data) if data.startswith(_NPZ_BEGINS) else _json(told, data)
    known = {tensor.name: tensor for tensor in tensors if is_whole(tensor.shape)}
    arrays = {name: as_numbers(name, value) for name, value in values.items()}
    for name, array in arrays.items():
        _refuse_not_finite(name, array, known.get(name))
    return arrays


def write_values(path: str | Path, results: Mapping[str, Array]) -> None:
    """Write results to a file that ends in .json or .npz, whole or not at all.

    Raises:
        ValuesError: a result is not finite and the file is JSON, which cannot hold it.
        OutputError: the ending is another, or the file cannot be written.
    """
    check_ending(path)
    if Path(path).suffix.lower() == ".json":
        write_whole(path, [to_json(results), "\n"])
    else:
        packed = BytesIO()
        np.savez(packed, **results)
        write_whole(path, [packed.getvalue()])


def check_ending(path: str | Path) -> None:
    """Refuse a file for results that could not be written.

    Raises:
        OutputError: it ends in neither .json nor .npz.
    """
    if Path(path).suffix.lower() not in (".json", ".npz"):
        raise OutputError(f"values are written to a file that ends in .json or .npz, not {quoted(str(path))}")


def to_json(results: Mapping[str, Array]) -> str:
    """Results as JSON, one tensor a line; every number reads back as itself.

    Raises:
        ValuesError: a result is not finite, which JSON cannot hold.
    """
    for name, value in results.items():
        if not np.isfinite(value).all():
            raise ValuesError(f"{name} came out infinite or NaN, which JSON cannot hold; write an .npz file")
    lines = [f"  {json.dumps(name)}: {json.dumps(value.tolist())}" for name, value in results.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def _bytes(source: str | Path | BinaryIO) -> tuple[str, bytes]:
    """What messages call the source, and all of it."""
    if not isinstance(source, str | Path):
        return "the input", _bounded("the input", source.read(MOST_BYTES + 1))
    told = quoted(str(source))
    try:
        file = Path(source)
        if file.is_dir():
            raise ValuesError(f"cannot read {told}: it is a directory")
        with file.open("rb") as stream:
            return told, _bounded(told, stream.read(MOST_BYTES + 1))
    except (OSError, ValueError) as error:
        raise ValuesError(f"cannot read {told}: {reason(error)}") from None


def _bounded(told: str, data: bytes) -> bytes:
    if len(data) > MOST_BYTES:
        raise ValuesError(f"{told} is larger than {MOST_BYTES:,} bytes, the most that is read")
    return data


def _npz(told: str, data: bytes) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            members = packed.infolist()
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise ValuesError(f"{told} unpacks to more than {MOST_BYTES:,} bytes, the most that is read")
            names = [member.filename.removesuffix(".npy") for member in members]
            _refuse_twice(told, names)
            with np.load(BytesIO(data), allow_pickle=False) as arrays:
                return {name: arrays[name] for name in names}
    except ValuesError:
        raise
    except (ValueError, OSError, KeyError, EOFError, MemoryError, NotImplementedError, RuntimeError,
            SyntaxError, TypeError, OverflowError, zipfile.BadZipFile, zipfile.LargeZipFile):  # fmt: skip
        raise ValuesError(f"{told} is not a file of arrays as numpy.savez writes it") from None


def _json(told: str, data: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _refuse_twice(told, [name for name, _ in pairs])
        return dict(pairs)

    try:
        # Numbers of any length become floats: Python would refuse whole ones beyond 4,300 digits.
        read = json.loads(data.decode("utf-8-sig"), object_pairs_hook=once, parse_int=float)
    except UnicodeDecodeError:
        raise ValuesError(f"{told} is neither JSON in UTF-8 nor an npz file") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValuesError(f"{told} is not JSON: {error.msg} ({place})") from None
    except RecursionError:
        raise ValuesError(f"{told} is nested too deep") from None
    if not isinstance(read, dict):
        raise ValuesError(f'{told} must be an object such as {{"a": [[…]], "w": [[…]]}}')
    return read


def _refuse_twice(told: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValuesError(f"{told} gives {quoted(name)} twice")
        seen.add(name)


def _refuse_not_finite(name: str, array: Array, tensor: Tensor | None) -> None:
    bad = ~np.isfinite(array)
    if not bad.any():
        return
    flat = int(np.flatnonzero(bad)[0])
    value = array.ravel()[flat]
    word = "NaN" if np.isnan(value) else "infinite" if value > 0 else "minus infinity"
    where = quoted(name)
    if tensor is not None:
        entries = prod(size for size in tensor.shape if isinstance(size, int))
        sample, position = divmod(flat, entries)
        batched = array.shape != tensor.shape
        if array.shape[array.ndim - len(tensor.shape) :] == tensor.shape:
            where = identifier(tensor, position) + (f" of sample {sample + 1}" if batched else "")
    raise ValuesError(f"{where} is {word}; values must be finite numbers")
