"""Which lines of which files differ between the two sides of a range, as git says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verify.git import Range, Repository
from verify.history.quoting import unquoted

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_PATCH = (
    *("-p", "-U0", "--no-renames", "--no-ext-diff", "--no-textconv"),
    *("--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short"),
)


@dataclass(frozen=True, slots=True)
class LineDiff:
    """Line numbers, from 1, by path: those that base has and head has not, and
    those that head has and base has not. Binary files have none.
    """

    removed: Mapping[str, frozenset[int]]
    added: Mapping[str, frozenset[int]]


def line_diff(compared: Range) -> LineDiff:
    """Ask git for the lines of every file that differ; renames are not looked for.

    Raises `GitError` where git fails.
    """
    patch = compared.repository.run(
        "diff-tree", "-r", *_PATCH, compared.base, compared.head, "--"
    )
    removed: dict[str, set[int]] = {}
    added: dict[str, set[int]] = {}
    for old, new, hunk in _hunks(patch):
        old_start, old_count, new_start, new_count = hunk
        removed.setdefault(old, set()).update(range(old_start, old_start + old_count))
        added.setdefault(new, set()).update(range(new_start, new_start + new_count))
    return LineDiff(_frozen(removed), _frozen(added))


def gone(repository: Repository, old: str, new: str) -> frozenset[int]:
    """The lines of one blob that another one has not.

    Raises `GitError` where git fails.
    """
    patch = repository.run("diff", *_PATCH, old, new, "--")
    extents = [extent for _, _, extent in _hunks(patch)]
    return frozenset(n for e in extents for n in range(e[0], e[0] + e[1]))


def _frozen(lines: dict[str, set[int]]) -> dict[str, frozenset[int]]:
    return {path: frozenset(numbers) for path, numbers in lines.items() if numbers}


def _hunks(patch: bytes) -> Iterator[tuple[str, str, tuple[int, int, int, int]]]:
    """The old path, the new path and the extent of each hunk.

    A hunk's lines are skipped by their number: any of them may look like a header.
    """
    lines = patch.split(b"\n")
    old = new = ""
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        hunk = _HUNK.match(line)
        if hunk is not None:
            extent = _extent(hunk)
            yield old, new, extent
            at = _after(lines, at, extent[1] + extent[3])
        elif line.startswith(b"--- "):
            old = _path(line[4:])
        elif line.startswith(b"+++ "):
            new = _path(line[4:])


def _after(lines: list[bytes], at: int, number: int) -> int:
    """Where a hunk of so many lines ends; the notes that git puts between them, of
    a line feed that is missing, do not count.
    """
    while number:
        number -= not lines[at].startswith(b"\\")
        at += 1
    return at


def _extent(hunk: re.Match[bytes]) -> tuple[int, int, int, int]:
    old_start, old_count, new_start, new_count = hunk.groups(b"1")
    return int(old_start), int(old_count), int(new_start), int(new_count)


def _path(printed: bytes) -> str:
    """The path of a header; git ends one that holds blanks with a tab."""
    return unquoted(printed.removesuffix(b"\t"))[2:]
