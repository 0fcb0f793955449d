"""Read the files of a run, and keep those that can have a call site."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.files import FileProblem, TooLarge, pieces, read_regular
from codemods.finding import Finding, Place
from codemods.past import is_binary, is_history, is_migration
from codemods.rules import UNREADABLE

if TYPE_CHECKING:
    from codemods.discovery import Discovered
    from codemods.namemap import NameMap

# Larger texts are data: they are asked for old names, but not taken apart.
LARGEST_TEXT = 4 << 20
# So many bytes of Python files are kept for those who look through all of them.
_MOST_KEPT = 64 << 20
# Why a text that has an old name was left out, as users read it after a number.
HISTORY = "change log"
MIGRATION = "migration"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that can have a call site; its bytes are read again when it is due,
    so that only those of a few files are in memory at a time.
    """

    path: Path
    shown: str
    size: int
    is_text: bool = False


@dataclass
class Reading:
    """What reading gave: `count` Python files were read, and `texts` others. Of texts
    in which old names are right, `left_out` counts those that have some. `kept` are
    contents of Python files for those who look for a name in all of them.
    """

    count: int = 0
    texts: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    kept: dict[Path, bytes] = field(default_factory=dict)


def read_all(found: Discovered, names: NameMap, done: Callable[[], None]) -> Reading:
    """Read all that was found. `done` is called for each file that is through: a
    candidate is not.
    """
    reading = Reading()
    _read_files(found.files, names, done, reading)
    _read_texts(found.texts, names, done, reading)
    return reading


def _read_files(
    files: Iterable[Path], names: NameMap, done: Callable[[], None], reading: Reading
) -> None:
    # An attribute is followed into functions that may be in any file.
    room = _MOST_KEPT if names.rehomed else 0
    for path in files:
        try:
            data = read_regular(path)
        except FileProblem as problem:
            reading.problems.append(unreadable(shown(path), problem))
            done()
            continue
        reading.count += 1
        room -= len(data)
        if room > 0:
            reading.kept[path] = data
        if names.relevant(data):
            reading.candidates.append(Candidate(path, shown(path), len(data)))
        else:
            done()


def _read_texts(
    files: Iterable[Path], names: NameMap, done: Callable[[], None], reading: Reading
) -> None:
    """Add the texts that can have a reference to what was read."""
    for path in files:
        reading.texts += 1
        try:
            data = read_regular(path, at_most=LARGEST_TEXT)
            candidate = _text_candidate(path, data, names, reading.left_out)
        except TooLarge:
            reading.problems += _large_text(path, names)
            candidate = None
        except FileProblem as problem:
            reading.problems.append(unreadable(shown(path), problem))
            candidate = None
        if candidate is None:
            done()
        else:
            reading.candidates.append(candidate)


def _text_candidate(
    path: Path, data: bytes, names: NameMap, left_out: dict[str, int]
) -> Candidate | None:
    if not names.mentioned(data):
        return None
    reason = None
    # The name and its folder: what lies above is not the project's choice.
    if is_history("/".join(path.absolute().parts[-2:])):
        reason = HISTORY
    elif is_migration(path.name, data):
        reason = MIGRATION
    if reason is not None:
        left_out[reason] = left_out.get(reason, 0) + 1
        return None
    return Candidate(path, shown(path), len(data), is_text=True)


def _large_text(path: Path, names: NameMap) -> Iterator[Finding]:
    """Say so where a text that is not taken apart spells an old name."""
    try:
        for index, piece in enumerate(pieces(path, size=1 << 22, overlap=1 << 12)):
            if not index and is_binary(piece):
                return
            if names.mentioned(piece) and _spells(piece, names):
                too_large = FileProblem(
                    "it has an old name, or may, and is too large to be taken apart",
                    "search it for the old names",
                )
                yield unreadable(shown(path), too_large)
                return
    except FileProblem as problem:
        yield unreadable(shown(path), problem)


def _spells(data: bytes, names: NameMap) -> bool:
    from codemods.texts import search  # most runs meet no such text

    return bool(search(data.decode("utf-8", "replace"), names))


def unreadable(path: str, problem: FileProblem) -> Finding:
    return Finding(UNREADABLE, Place(path), problem.message, problem.fix)


def shown(path: Path) -> str:
    """A path as findings name it: relative to the current folder if below it."""
    try:
        full, here = os.path.abspath(path), os.path.join(os.getcwd(), "")
    except OSError:  # the current folder is gone
        return os.fspath(path)
    return full[len(here) :] if full.startswith(here) else os.fspath(path)
