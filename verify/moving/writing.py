"""Write a plan to the work tree: all of it, or nothing.

New contents and copies of the old ones are laid into a folder of their own first, with
a journal of what is to be replaced. Then the files are replaced one by one. Whatever
breaks that is undone from the copies; a process that is killed leaves the folder, and
the next run puts back what it finds there (`recover`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from codemods.files import FileProblem, read_regular, signals_deferred
from verify.moving.changes import FileChange

PREFIX = ".rehome-journal-"
_JOURNAL = "journal.json"


class NotWritten(Exception):
    """Nothing was written; one sentence says why, and what to do."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of a journal: hashes of its contents, empty where there is no file."""

    path: str
    before: str
    after: str
    mode: int


def write(root: Path, changes: Sequence[FileChange]) -> None:
    """Make the changes in the work tree at `root`.

    Raises `NotWritten` where a file is not what the plan was made of, may not be
    written, or breaks on the way; the work tree is then as it was.
    """
    for change in changes:
        _check(root, change)
    with _staged(root, changes) as stage:
        try:
            with signals_deferred():
                for index, change in enumerate(changes):
                    _apply(root, stage, index, change)
        except BaseException as error:
            _undo(root, stage, _entries(changes))
            if isinstance(error, OSError):
                raise NotWritten(_broken(error)) from None
            raise


def recover(root: Path) -> str | None:
    """Put back what runs that were killed have left; a sentence on it, None where
    there was nothing to do.

    Raises `NotWritten` where another run is at work, or a file was changed since: then
    nothing is touched.
    """
    told = None
    for stage in sorted(filter(_is_ours, root.glob(f"{PREFIX}*"))):
        with _locked(stage) as mine:
            if not mine:
                raise NotWritten(
                    "another run is changing files here; wait until it has ended"
                )
            entries = _read(stage)
            strange = [e.path for e in entries if not _is_known(root, e)]
            if strange:
                raise NotWritten(
                    f"an earlier run was interrupted, and {strange[0]!r} was changed"
                    f" since; the old contents are in {stage.name}/old: put them back"
                    " by hand, then remove that folder"
                )
            number = _undo(root, stage, entries)
            shutil.rmtree(stage, ignore_errors=True)
        told = (
            f"an earlier run was interrupted; {number} of the files that it was to"
            " change were put back"
        )
    return told


def _check(root: Path, change: FileChange) -> None:
    path = root / change.path
    try:
        now = read_regular(path) if os.path.lexists(path) else None
    except FileProblem as problem:
        raise NotWritten(f"{change.path}: {problem.message}; {problem.fix}") from None
    if now != change.before:
        raise NotWritten(f"{change.path} changed while the move was planned; run again")
    writable = path if now is not None else _existing(path.parent)
    if not os.access(writable, os.W_OK) or not os.access(
        _existing(path.parent), os.W_OK
    ):
        raise NotWritten(f"{change.path} may not be written; make it writable first")
    if now is not None and not os.stat(path).st_mode & 0o222:
        raise NotWritten(f"{change.path} is read-only; make it writable first")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


# The journal


@contextmanager
def _staged(root: Path, changes: Sequence[FileChange]) -> Iterator[Path]:
    """The folder with old and new contents; removed in the end, unless killed."""
    stage = root / f"{PREFIX}{secrets.token_hex(8)}"
    try:
        stage.mkdir(mode=0o700)
        (stage / ".gitignore").write_text("*\n")
        for part in ("old", "new"):
            (stage / part).mkdir()
        for index, change in enumerate(changes):
            for part, data in (("old", change.before), ("new", change.after)):
                if data is not None:
                    _save(stage / part / str(index), data, change.mode)
        entries = [
            {"path": e.path, "before": e.before, "after": e.after, "mode": e.mode}
            for e in _entries(changes)
        ]
        _save(stage / _JOURNAL, json.dumps(entries).encode(), 0o600)
    except OSError as error:
        shutil.rmtree(stage, ignore_errors=True)
        raise NotWritten(_broken(error)) from None
    try:
        with _locked(stage):
            yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _save(path: Path, data: bytes, mode: int) -> None:
    with path.open("wb") as file:
        file.write(data)
        os.fchmod(file.fileno(), mode & 0o777)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _locked(stage: Path) -> Iterator[bool]:
    """Hold the folder; tells whether it is ours, or another process' at work."""
    descriptor = os.open(stage, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)


def _is_ours(stage: Path) -> bool:
    """Whether we made a folder: nobody else may read it, which no checkout makes so.

    A repository may hold a journal that somebody wrote with malice.
    """
    status = os.lstat(stage)
    mine = status.st_uid == os.getuid() and not status.st_mode & 0o077
    return mine and stat.S_ISDIR(status.st_mode)


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return bool(path) and not {"", ".", "..", ".git"} & set(parts)


def _read(stage: Path) -> list[_Entry]:
    """The journal; empty where the run was killed before it was written, and so
    before any file was replaced.
    """
    try:
        listed = json.loads((stage / _JOURNAL).read_bytes())
        found = [_Entry(e["path"], e["before"], e["after"], e["mode"]) for e in listed]
        return found if all(_is_inside(each.path) for each in found) else []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _entries(changes: Sequence[FileChange]) -> list[_Entry]:
    return [
        _Entry(each.path, _hash(each.before), _hash(each.after), each.mode)
        for each in changes
    ]


def _hash(data: bytes | None) -> str:
    return "" if data is None else hashlib.sha256(data).hexdigest()


def _now(root: Path, path: str) -> str | None:
    """The hash of a file as it is; None where it is no file that can be read."""
    if not os.path.lexists(root / path):
        return ""
    try:
        return _hash(read_regular(root / path))
    except FileProblem:
        return None


def _is_known(root: Path, entry: _Entry) -> bool:
    return _now(root, entry.path) in (entry.before, entry.after)


# Files


def _apply(root: Path, stage: Path, index: int, change: FileChange) -> None:
    path = root / change.path
    if change.after is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(stage / "new" / str(index), path)


def _undo(root: Path, stage: Path, entries: Sequence[_Entry]) -> int:
    """Put back what was replaced; returns how many files that were."""
    number = 0
    for index, entry in enumerate(entries):
        now = _now(root, entry.path)
        if now == entry.before or now != entry.after:
            continue
        path = root / entry.path
        if entry.before:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(stage / "old" / str(index), path)
        else:
            path.unlink()
            _remove_empty(path.parent, root)
        number += 1
    return number


def _remove_empty(folder: Path, root: Path) -> None:
    while folder != root:
        with suppress(OSError):
            folder.rmdir()
        if folder.exists():
            return
        folder = folder.parent


def _broken(error: OSError) -> str:
    return f"a file cannot be written: {error.strerror or error}; nothing was changed"
