"""Read a file, and replace it: whole or not at all.

Only regular files are ever opened: a pipe or a device that has a Python file's
name could block, or do something.
"""

from __future__ import annotations

import os
import secrets
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Far beyond any source that people write; keeps a huge file out of memory.
LARGEST = 64 * 1024 * 1024
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class FileProblem(Exception):
    """A file that cannot be read or written: `message` says why, `fix` what to do."""

    def __init__(self, message: str, fix: str) -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix


class ChangedMeanwhile(FileProblem):
    """A file that is no longer what it was when it was read."""

    def __init__(self) -> None:
        super().__init__(
            "it changed while its rewrite was made, so it was left as it is",
            "run again",
        )


class TooLarge(FileProblem):
    """A file larger than whoever reads it wants."""

    def __init__(self, at_most: int) -> None:
        super().__init__(
            f"it is larger than {at_most >> 20} MiB, too large for source",
            "leave it out, or split it",
        )


class ReadOnly(FileProblem):
    """A file that the user may not write, or that is marked read-only."""

    def __init__(self) -> None:
        super().__init__(
            "it is read-only, so its rewrite was not saved",
            "make it writable, then run again",
        )


def read_regular(path: Path, *, at_most: int = LARGEST) -> bytes:
    """Return the bytes of a regular file; no link is followed in its last part.

    Raises `FileProblem`; for a file larger than `at_most` bytes it is `TooLarge`.
    """
    return _read(path, at_most)[0]


def pieces(path: Path, *, size: int, overlap: int) -> Iterator[bytes]:
    """Yield the bytes of a large regular file in pieces of at most `size`, each of
    which begins with the last `overlap` bytes of the one before. Raises `FileProblem`.
    """
    try:
        with open(os.open(path, _READ), "rb", buffering=0) as file:
            _refuse_special(os.fstat(file.fileno()))
            kept = b""
            while data := file.read(size - len(kept)):
                yield kept + data
                kept = (kept + data)[-overlap:]
    except OSError as error:
        raise _problem(error, "read") from None


def _read(path: Path, at_most: int = LARGEST) -> tuple[bytes, os.stat_result]:
    try:
        status = os.lstat(path)
        _refuse_special(status)
        _refuse_large(status, at_most)
        # The kind is asked twice: the first keeps a device from being opened,
        # the second is about what was opened.
        with open(os.open(path, _READ), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            _refuse_special(status)
            _refuse_large(status, at_most)
            data = file.readall()
    except OSError as error:
        raise _problem(error, "read") from None
    except MemoryError:
        raise FileProblem("it does not fit into memory", "leave it out") from None
    return data or b"", status


def _refuse_special(status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise FileProblem(
            "it is a symbolic link, which is not followed", "name what it points to"
        )
    if stat.S_ISDIR(status.st_mode):
        raise FileProblem("it is a folder now", "run again")
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem(
            "it is no regular file, but a pipe, socket or device", "leave it out"
        )


def _refuse_large(status: os.stat_result, at_most: int) -> None:
    if status.st_size > at_most:
        raise TooLarge(at_most)


def _problem(error: OSError, what: str) -> FileProblem:
    fixes = {
        FileNotFoundError: "check its name, or run again if it has moved",
        PermissionError: "give yourself the permission, then run again",
    }
    return FileProblem(
        f"cannot be {what}: {error.strerror or error}",
        fixes.get(type(error), "correct the cause, then run again"),
    )


def replace_atomically(path: Path, expected: bytes, new: bytes) -> None:
    """Make `new` the content of the file at `path`, at once or not at all.

    The file must still hold `expected`. Its mode bits stay, and its owner and
    group where that is permitted; other hard links to it keep the old content. A
    file without any write bit, and one that the user may not write, is refused:
    that its folder would allow a replacement does not mean that it is wanted.

    Raises `ChangedMeanwhile`, `ReadOnly` or another `FileProblem`, and leaves the
    file as it was and no other file behind. The same holds for whatever exception
    a signal handler raises.
    """
    data, status = _read(path)
    if data != expected:
        raise ChangedMeanwhile
    if not status.st_mode & 0o222 or not os.access(path, os.W_OK):
        raise ReadOnly
    # Nobody can have made a file of this name, so removing it is always right.
    temporary = path.with_name(f".rehome-{secrets.token_hex(16)}.tmp")
    try:
        _write_new(temporary, new, status)
        if not _is_same(os.lstat(path), status):
            raise ChangedMeanwhile
        os.replace(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise _problem(error, "written") from None
        raise


def _write_new(path: Path, data: bytes, like: os.stat_result) -> None:
    with open(os.open(path, _CREATE, 0o600), "wb") as file:
        file.write(data)
        descriptor = file.fileno()
        mode = stat.S_IMODE(like.st_mode)
        # The owner before the mode: a change of owner takes set-id bits away.
        if not _give_to(descriptor, like):
            mode &= 0o1777
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)


def _give_to(descriptor: int, like: os.stat_result) -> bool:
    """Set owner and group, or only the group; tell whether both are right."""
    now = os.fstat(descriptor)
    if (now.st_uid, now.st_gid) == (like.st_uid, like.st_gid):
        return True
    for owner in (like.st_uid, -1):
        with suppress(OSError):
            os.fchown(descriptor, owner, like.st_gid)
            return owner != -1
    return False


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    return all(
        getattr(one, field) == getattr(other, field)
        for field in ("st_dev", "st_ino", "st_size", "st_mtime_ns", "st_mode")
    )


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Let Ctrl-C and a request to end wait until the block is left.

    Does nothing outside of the main thread, to which Python hands all signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = {
        number: signal.signal(number, lambda received, _: caught.append(received))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # None is a handler that was not set from Python: it cannot be put back.
        if signal.getsignal(number) is not None
    }
    try:
        yield
    finally:
        for number, handler in reversed(before.items()):
            signal.signal(number, handler)
        for received in caught:
            signal.raise_signal(received)
