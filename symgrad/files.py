"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from symgrad.errors import OutputError, quoted


def write_whole(path: str | os.PathLike[str], chunks: Iterable[str | bytes]) -> None:
    """Write ``chunks`` to ``path``, text as UTF-8; until all are written the old file stays as it was.

    The text goes to a new file in the same folder, which then takes the name; it is removed if anything
    fails, an interruption too. What is no regular file, such as ``/dev/stdout``, is written directly.

    Raises:
        OutputError: the place cannot be written to.
    """
    named = Path(path)
    try:
        target = named.resolve()
        mode = target.stat().st_mode if target.exists() else stat.S_IFREG
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(_told(named, error)) from None
    if stat.S_ISDIR(mode):
        raise OutputError(f"cannot write {quoted(str(path))}: it is a directory")
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(f"cannot write {quoted(str(path))}: there is no directory {quoted(str(folder))}")
    if target.exists() and not os.access(target, os.W_OK):
        raise OutputError(f"cannot write {quoted(str(path))}: it may not be changed")
    if not stat.S_ISREG(mode):
        _write(named, target, os.O_WRONLY, chunks)
        return
    part = target.with_name(f".symgrad-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        _write(named, part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, chunks)
        try:
            part.replace(target)
        except OSError as error:
            raise OutputError(_told(named, error)) from None
    finally:
        part.unlink(missing_ok=True)


def _write(named: Path, file: Path, flags: int, chunks: Iterable[str | bytes]) -> None:
    try:
        # The umask takes its share of these permissions, as for any new file.
        stream = os.fdopen(os.open(file, flags, 0o666), "wb")
    except OSError as error:
        raise OutputError(_told(named, error)) from None
    try:
        with stream:
            for chunk in chunks:
                stream.write(chunk.encode() if isinstance(chunk, str) else chunk)
    except OSError as error:
        raise OutputError(_told(named, error)) from None


def _told(path: Path, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    return f"cannot write {quoted(str(path))}: {reason[:1].lower()}{reason[1:]}"
