"""Reading only regular files, and replacing them whole or not at all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from codemods import files
from codemods.files import (
    ChangedMeanwhile,
    FileProblem,
    ReadOnly,
    read_regular,
    replace_atomically,
    signals_deferred,
)

needs_ordinary_user = pytest.mark.skipif(
    os.geteuid() == 0, reason="permissions do not hold for root"
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old\r\n")
    return path


def only(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


# Reading


def test_reads_bytes_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    for content in (b"", b"\xef\xbb\xbfx\r\n\x0c", bytes(range(256)) * 999):
        path.write_bytes(content)
        assert read_regular(path) == content


def test_never_opens_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    os.mkfifo(path)
    with pytest.raises(FileProblem, match="no regular file"):
        read_regular(path)


def test_refuses_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("a.py")
        with pytest.raises(FileProblem, match="no regular file"):
            read_regular(Path("a.py"))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/dev/null"])
def test_refuses_a_device(device: str) -> None:
    if os.path.exists(device):
        with pytest.raises(FileProblem, match="no regular file"):
            read_regular(Path(device))


def test_follows_no_link(tmp_path: Path, target: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(target)
    with pytest.raises(FileProblem, match="symbolic link"):
        read_regular(link)


def test_says_what_a_missing_file_or_a_folder_is(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="No such file"):
        read_regular(tmp_path / "gone.py")
    with pytest.raises(FileProblem, match="folder"):
        read_regular(tmp_path)


def test_refuses_what_is_too_large_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "huge.py"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # all of it a hole
    with pytest.raises(FileProblem, match="too large"):
        read_regular(path)


@needs_ordinary_user
def test_says_that_permission_is_missing(target: Path) -> None:
    target.chmod(0)
    with pytest.raises(FileProblem, match="Permission denied"):
        read_regular(target)


# Replacing


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o664, 0o777, 0o200 | 0o400])
def test_replaces_and_keeps_the_mode(target: Path, mode: int) -> None:
    target.chmod(mode)
    before = os.umask(0o077)
    try:
        replace_atomically(target, b"old\r\n", b"new\r\n")
    finally:
        os.umask(before)
    assert target.read_bytes() == b"new\r\n"
    assert target.stat().st_mode & 0o7777 == mode
    assert only(target.parent) == ["a.py"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_keeps_owner_and_group(target: Path) -> None:
    os.chown(target, 12345, 23456)
    target.chmod(0o640)
    replace_atomically(target, b"old\r\n", b"new")
    status = target.stat()
    assert (status.st_uid, status.st_gid) == (12345, 23456)
    assert status.st_mode & 0o7777 == 0o640


def test_drops_set_id_bits_where_the_owner_cannot_be_kept(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.chmod(0o4755)
    monkeypatch.setattr(files, "_give_to", lambda *_: False)
    replace_atomically(target, b"old\r\n", b"new")
    assert target.stat().st_mode & 0o7777 == 0o755


def test_refuses_a_file_that_changed_since_it_was_read(target: Path) -> None:
    target.write_bytes(b"somebody else's")
    with pytest.raises(ChangedMeanwhile):
        replace_atomically(target, b"old\r\n", b"new")
    assert target.read_bytes() == b"somebody else's"
    assert only(target.parent) == ["a.py"]


def test_refuses_a_file_that_changes_while_the_new_one_is_written(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flush = os.fsync

    def interfere(descriptor: int) -> None:
        flush(descriptor)
        target.write_bytes(b"somebody else's")

    monkeypatch.setattr(os, "fsync", interfere)
    with pytest.raises(ChangedMeanwhile):
        replace_atomically(target, b"old\r\n", b"new")
    assert target.read_bytes() == b"somebody else's"
    assert only(target.parent) == ["a.py"]


def test_refuses_a_link_that_took_the_files_place(tmp_path: Path, target: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"old\r\n")
    target.unlink()
    target.symlink_to(outside)
    with pytest.raises(FileProblem, match="symbolic link"):
        replace_atomically(target, b"old\r\n", b"new")
    assert outside.read_bytes() == b"old\r\n"
    assert target.is_symlink()


@pytest.mark.parametrize("mode", [0o444, 0o555, 0o400])
def test_a_read_only_file_is_not_written(target: Path, mode: int) -> None:
    target.chmod(mode)
    with pytest.raises(ReadOnly):
        replace_atomically(target, b"old\r\n", b"new")
    assert target.read_bytes() == b"old\r\n"
    assert target.stat().st_mode & 0o7777 == mode
    assert only(target.parent) == ["a.py"]


@needs_ordinary_user
def test_a_folder_that_cannot_be_written_is_a_problem(target: Path) -> None:
    target.parent.chmod(0o555)
    try:
        with pytest.raises(FileProblem, match="cannot be written"):
            replace_atomically(target, b"old\r\n", b"new")
    finally:
        target.parent.chmod(0o755)
    assert target.read_bytes() == b"old\r\n"


def test_other_hard_links_keep_the_old_content(tmp_path: Path, target: Path) -> None:
    other = tmp_path / "cache.py"
    os.link(target, other)
    replace_atomically(target, b"old\r\n", b"new")
    assert other.read_bytes() == b"old\r\n"
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("function", ["fsync", "fchmod", "replace", "lstat"])
@pytest.mark.parametrize("error", [OSError(28, "No space left"), KeyboardInterrupt()])
def test_whatever_fails_leaves_the_file_and_nothing_else(
    target: Path,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    error: BaseException,
) -> None:
    real = getattr(os, function)

    def fail(*args: object, **options: object) -> object:
        if function == "lstat" and len(os.listdir(target.parent)) == 1:
            return real(*args, **options)  # the first look at it, before writing
        raise error

    monkeypatch.setattr(os, function, fail)
    expected = FileProblem if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        replace_atomically(target, b"old\r\n", b"new")
    monkeypatch.undo()
    assert target.read_bytes() == b"old\r\n"
    assert only(target.parent) == ["a.py"]


def test_the_temporary_file_is_hidden_private_and_no_python_file(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    change_mode = os.fchmod

    def look(descriptor: int, mode: int) -> None:
        names = [name for name in os.listdir(target.parent) if name != "a.py"]
        seen.append((names[0], os.fstat(descriptor).st_mode & 0o777))
        change_mode(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", look)
    replace_atomically(target, b"old\r\n", b"new")
    replace_atomically(target, b"new", b"newer")
    (first, mode), (second, _) = seen
    assert first != second
    assert first.startswith(".")
    assert not first.endswith((".py", ".pyi", ".pyw"))
    assert mode == 0o600


def test_a_name_of_the_greatest_length_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 252 + ".py")
    path.write_bytes(b"old")
    replace_atomically(path, b"old", b"new")
    assert path.read_bytes() == b"new"


def test_a_name_that_is_not_utf8_can_be_replaced(tmp_path: Path) -> None:
    raw = os.path.join(os.fsencode(tmp_path), b"\xff\n.py")
    try:
        Path(os.fsdecode(raw)).write_bytes(b"old")
    except OSError:
        pytest.skip("the file system refuses such names")
    replace_atomically(Path(os.fsdecode(raw)), b"old", b"new")
    with open(raw, "rb") as file:
        assert file.read() == b"new"


# Signals


def test_an_interrupt_waits_for_the_end_of_the_block() -> None:
    before = signal.getsignal(signal.SIGINT)
    steps = []
    with pytest.raises(KeyboardInterrupt), signals_deferred():  # noqa: PT012
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        steps.append("went on")
    assert steps == ["went on"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_deferred():
            signal.raise_signal(signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


WRITER = """
    import itertools, sys
    from pathlib import Path
    from codemods.files import read_regular, replace_atomically, signals_deferred

    path = Path(sys.argv[1])
    print("ready", flush=True)
    for count in itertools.count():
        with signals_deferred():
            replace_atomically(path, read_regular(path), b"%09d" % count * 20_000)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_writer_that_is_ended_leaves_a_whole_file(
    target: Path, number: signal.Signals
) -> None:
    target.write_bytes(b"000000000" * 20_000)
    for attempt in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(target)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(0.02 + 0.003 * attempt)
        writer.send_signal(number)
        _, errors = writer.communicate(timeout=60)
        expected = b"KeyboardInterrupt" if number == signal.SIGINT else b""
        assert expected in errors
        assert writer.returncode == -number
        content = target.read_bytes()
        assert len(content) == 180_000
        assert content == content[:9] * 20_000
        if number != signal.SIGKILL:
            assert only(target.parent) == ["a.py"]
