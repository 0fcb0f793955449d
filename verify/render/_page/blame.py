"""How many lines git blame retains, file by file."""

from __future__ import annotations

from dataclasses import dataclass

from verify.outcome import Table
from verify.render._page.tables import has_columns, number_in

_FIXED = ("file", "change", "lines", "git shows")


@dataclass(frozen=True, slots=True)
class Bar:
    """Lines that one mode of blame retains; `percent` is of the file's lines."""

    mode: str
    kept: int
    percent: int


@dataclass(frozen=True, slots=True)
class File:
    """A file that the range made or moved code into."""

    path: str
    change: str
    lines: int
    git_shows: str
    bars: tuple[Bar, ...]


def files_of(table: Table | None) -> tuple[File, ...]:
    """Every file of the table, and first of all, where they are several, their sum."""
    if table is None or not has_columns(table, _FIXED):
        return ()
    modes = [column for column in table.columns if column not in _FIXED]
    files = []
    for row in table.rows:
        cell = dict(zip(table.columns, row, strict=True))
        kept = [(mode, number_in(cell[mode])) for mode in modes]
        lines = number_in(cell["lines"])
        bars = _bars(kept, lines)
        shows = _in_words(cell["git shows"])
        files.append(File(cell["file"], cell["change"], lines, shows, bars))
    if len(files) > 1:
        total = sum(file.lines for file in files)
        sums = [(m, sum(f.bars[i].kept for f in files)) for i, m in enumerate(modes)]
        whole = File(f"all {len(files)} files", "", total, "", _bars(sums, total))
        files.insert(0, whole)
    return tuple(files)


def _in_words(shows: str) -> str:
    """`C054 a.py`, as git writes it, is a copy of a.py, of which 54 % is the same."""
    status, _, path = shows.partition(" ")
    kind = {"R": "a rename", "C": "a copy"}.get(status[:1])
    if kind is None or not status[1:].isdecimal():
        return shows
    return f"{kind} of {path}, {int(status[1:])} % alike"


def _bars(kept: list[tuple[str, int]], lines: int) -> tuple[Bar, ...]:
    """Not 100 % unless all is retained, nor 0 % unless nothing is."""
    return tuple(Bar(mode, number, _percent(number, lines)) for mode, number in kept)


def _percent(number: int, lines: int) -> int:
    if not 0 < number < lines:
        return 100 * (number > 0)
    return min(99, max(1, round(100 * number / lines)))
