import os
import stat
from pathlib import Path

import pytest

from symgrad.errors import OutputError
from symgrad.files import write_whole


def names(folder):
    return [file.name for file in folder.iterdir()]


def test_text_and_bytes_are_written_one_after_the_other(tmp_path):
    file = tmp_path / "out.txt"
    write_whole(file, ["∂L/∂w1", b" = ", "a1\n"])
    assert file.read_bytes() == "∂L/∂w1 = a1\n".encode()
    assert names(tmp_path) == ["out.txt"]


def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path):
    old = os.umask(0o027)
    try:
        write_whole(tmp_path / "out", ["x"])
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError, MemoryError])
def test_what_fails_on_the_way_leaves_the_old_file_and_nothing_else(failure, tmp_path):
    def chunks():
        yield "half"
        raise failure

    file = tmp_path / "out"
    file.write_text("old")
    with pytest.raises(failure):
        write_whole(file, chunks())
    assert file.read_text() == "old"
    assert names(tmp_path) == ["out"]


def test_a_link_stays_a_link_and_its_file_is_written(tmp_path):
    (tmp_path / "file").write_text("old")
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", ["new"])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "new"


def test_a_device_is_written_and_not_replaced():
    write_whole(os.devnull, ["x"])
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (".", "it is a directory"),
        ("missing/out", "there is no directory"),
        ("file/out", "there is no directory|not a directory"),
        ("n" * 300, "too long"),
        ("a\0b", "null"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(place, message, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match=f"^cannot write .*({message})"):
        write_whole(tmp_path / place, ["x"])
    assert names(tmp_path) == ["file"]


def test_an_operating_system_s_refusal_becomes_a_message(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputError, match="permission denied"):
        write_whole(tmp_path / "out", ["x"])


def test_a_file_that_may_not_be_changed_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "out").write_text("old")
    monkeypatch.setattr(os, "access", lambda *arguments: False)
    with pytest.raises(OutputError, match="may not be changed"):
        write_whole(tmp_path / "out", ["new"])
    assert (tmp_path / "out").read_text() == "old"


def test_an_old_file_keeps_its_permissions(tmp_path):
    file = tmp_path / "out"
    file.write_text("old")
    file.chmod(0o600)
    write_whole(file, ["new"])
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o600)


def test_a_named_pipe_is_written_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, ["through"])
    assert os.read(reader, 100) == b"through"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="there is no /dev/fd here")
def test_what_is_open_already_is_added_to_and_not_replaced(tmp_path):
    """``-o /dev/stdout >> log`` put a new file in the place of the log."""
    log = tmp_path / "log"
    log.write_text("old\n")
    with log.open("a") as stream:
        write_whole(f"/dev/fd/{stream.fileno()}", ["new\n"])
    assert log.read_text() == "old\nnew\n"
    assert names(tmp_path) == ["log"]


def test_a_pipe_whose_reader_has_gone_is_told_apart(tmp_path):
    end, other = os.pipe()
    os.close(end)
    with pytest.raises(BrokenPipeError):
        write_whole(f"/dev/fd/{other}", ["x"])
    os.close(other)
