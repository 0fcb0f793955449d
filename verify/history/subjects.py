"""The files whose history a range puts at stake: added, renamed, or given code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verify.git import Entry, FileChange, Range
from verify.gitprocess import decode
from verify.history.arrivals import Numbers, Origin, arrivals, lines_of
from verify.history.linediff import LineDiff, line_diff

ADDED, RENAMED, RECEIVED = "added", "renamed", "received code"

_BINARY_WITHIN = 8000  # bytes in which git looks for a NUL
_SCORED = re.compile(r":\d+ \d+ [0-9a-f]+ [0-9a-f]+ ([RC])(\d+)")
# What git looks through for renames: its own default since 2.34, and its speed.
_RENAME_LIMIT = "-l1000"


# The lines of blobs, by object id.
_Texts = Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A file of head to ask blame about.

    `lines` are the line numbers that count: all of a file that the range adds or
    renames, and those that moved there of one that was there before. `shown` is
    what git would show of it: a rename or copy with its score, or nothing.
    """

    path: str
    kind: str
    text: tuple[bytes, ...]
    lines: frozenset[int]
    origins: Mapping[int, Origin]
    shown: str


@dataclass(frozen=True, slots=True)
class Material:
    """The subjects of a range, the lines in which its sides differ, and those
    files that are no text, which blame says nothing about.
    """

    subjects: tuple[Subject, ...]
    diff: LineDiff
    left_out: tuple[str, ...]


def material_of(compared: Range) -> Material:
    """Find the files to ask about. Raises `GitError` where git fails."""
    changes = [c for c in compared.changes() if _is_file(c.old) or _is_file(c.new)]
    texts = _texts(compared, changes)
    diff = line_diff(compared)
    old = {c.path: lines for c in changes if (lines := _text(c.old, texts)) is not None}
    new = {c.path: lines for c in changes if (lines := _text(c.new, texts)) is not None}
    origins = arrivals(_within(diff.removed, old), old, _within(diff.added, new), new)
    renames, copies = _scores(compared, "-M"), _scores(compared, "-C")
    subjects = (
        _subject(change, new[change.path], origins, renames, copies)
        for change in changes
        if change.path in new
    )
    binary = (c.path for c in changes if _is_file(c.new) and c.path not in new)
    return Material(tuple(s for s in subjects if s is not None), diff, tuple(binary))


def _is_file(entry: Entry | None) -> bool:
    return entry is not None and entry.is_file


def _within(numbers: Numbers, texts: Mapping[str, object]) -> Numbers:
    return {path: lines for path, lines in numbers.items() if path in texts}


def _texts(compared: Range, changes: Iterable[FileChange]) -> _Texts:
    """The lines of each blob that is text, as git tells text from binary."""
    entries = (
        e for c in changes for e in (c.old, c.new) if e is not None and e.is_file
    )
    contents = compared.repository.read(entry.oid for entry in entries)
    return {
        oid: tuple(lines_of(content))
        for oid, content in contents.items()
        if b"\0" not in content[:_BINARY_WITHIN]
    }


def _text(entry: Entry | None, texts: _Texts) -> tuple[bytes, ...] | None:
    """A file's lines; a symbolic link may have the object of a file, but is none."""
    return texts.get(entry.oid) if entry is not None and entry.is_file else None


def _subject(
    change: FileChange,
    text: tuple[bytes, ...],
    origins: Mapping[str, Mapping[int, Origin]],
    renames: Mapping[str, str],
    copies: Mapping[str, str],
) -> Subject | None:
    path = change.path
    came = origins.get(path, {})
    shown = renames.get(path) or copies.get(path, "")
    every = frozenset(range(1, len(text) + 1))
    if change.old is None or not change.old.is_file:
        kind = RENAMED if path in renames else ADDED
        return Subject(path, kind, text, every, came, shown)
    if came:
        return Subject(path, RECEIVED, text, frozenset(came), came, "")
    return None


def _scores(compared: Range, flag: str) -> dict[str, str]:
    """What git shows of each path under `-M` or `-C`: `R073 old/path.py`."""
    raw = ("-r", "-z", "--raw", "--no-abbrev", flag, _RENAME_LIMIT)
    printed = compared.repository.run(
        "diff-tree", *raw, compared.base, compared.head, "--"
    )
    fields = iter(decode(printed).split("\0"))
    found: dict[str, str] = {}
    for facts in fields:
        scored = _SCORED.fullmatch(facts)
        source = next(fields, "")
        if scored is not None:
            found[next(fields)] = f"{scored[1]}{scored[2]} {source}"
    return found


def ignored_commits(compared: Range) -> Sequence[str]:
    """The commits of the range that `.git-blame-ignore-revs` of head names."""
    entry = compared.repository.tree(compared.head).get(".git-blame-ignore-revs")
    if entry is None or not entry.is_file:
        return ()
    content = compared.repository.read([entry.oid])[entry.oid]
    named = {line.partition(b"#")[0].strip() for line in content.split(b"\n")}
    return [c for c in compared.commits() if c.encode("ascii") in named]
