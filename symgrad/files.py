"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from symgrad.errors import OutputError, quoted, reason

_OPEN_ALREADY = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


def write_whole(path: str | os.PathLike[str], chunks: Iterable[str | bytes]) -> None:
    """Write ``chunks`` to ``path``, text as UTF-8; until all are written the old file stays as it was.

    The text goes to a new file in the same folder, which then takes the name and the permissions; it is
    removed if anything fails, an interruption too. What is no regular file, such as a pipe, and what is
    open already, such as ``/dev/stdout``, is written directly.

    Raises:
        OutputError: the place cannot be written to.
        BrokenPipeError: it is a pipe, and its reader has gone.
    """
    named = Path(path)
    try:
        old = named.stat().st_mode if os.path.exists(named) else None  # noqa: PTH110  # a name too long is not there
        target = named.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise _refusal(named, error) from None
    if old is not None and stat.S_ISDIR(old):
        raise OutputError(f"cannot write {quoted(str(path))}: it is a directory")
    if old is not None and (not stat.S_ISREG(old) or str(path).startswith(_OPEN_ALREADY)):
        _write(named, named, os.O_WRONLY | os.O_APPEND, chunks)
        return
    folder = target.parent
    if not folder.is_dir():
        raise OutputError(f"cannot write {quoted(str(path))}: there is no directory {quoted(str(folder))}")
    if old is not None and not os.access(target, os.W_OK):
        raise OutputError(f"cannot write {quoted(str(path))}: it may not be changed")
    part = target.with_name(f".symgrad-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        _write(named, part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, chunks)
        try:
            if old is not None:
                part.chmod(stat.S_IMODE(old))
            part.replace(target)
        except OSError as error:
            raise _refusal(named, error) from None
    finally:
        part.unlink(missing_ok=True)


def _write(named: Path, file: Path, flags: int, chunks: Iterable[str | bytes]) -> None:
    try:
        # The umask takes its share of these permissions, as for any new file.
        stream = os.fdopen(os.open(file, flags, 0o666), "wb")
    except (OSError, ValueError) as error:
        raise _refusal(named, error) from None
    try:
        with stream:
            for chunk in chunks:
                stream.write(chunk.encode() if isinstance(chunk, str) else chunk)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _refusal(named, error) from None


def _refusal(path: Path, error: Exception) -> OutputError:
    return OutputError(f"cannot write {quoted(str(path))}: {reason(error)}")
