"""Tables of a page, and how much of a very long one it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from verify.outcome import Table

MOST_ROWS = 600
_DIGITS = 16
_OPEN = 12  # rows that are shown without a click
_SHORT = 22  # characters that a cell of a short column may have
# Columns whose cells say what the row is about.
_NAMES = ("name", "benchmark", "file", "module", "test", "case", "function", "key")


@dataclass(frozen=True, slots=True)
class Shown:
    """A table; each row has an id where others point to it. `note` says what of it
    is left out.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    ids: tuple[str, ...] = ()
    folded: bool = False
    note: str = ""

    @property
    def names(self) -> int:
        """The place of the column whose cells are the headers of their rows, or -1."""
        found = (self.columns.index(each) for each in _NAMES if each in self.columns)
        return next(found, -1)

    @property
    def short(self) -> str:
        """A class for each column whose cells need no break, as the style sheet knows
        them: `s1` for the first.
        """
        cells = [*zip(*self.rows, strict=True)]
        longest = [max(len(str(cell)) for cell in column) for column in cells]
        return " ".join(f"s{n}" for n, most in enumerate(longest, 1) if most <= _SHORT)


def shown(
    table: Table, name: str, caption: str = "", *, folded: bool | None = None
) -> Shown:
    """A table of an outcome, without columns that are empty in every row; folded
    where it is long.
    """
    kept = [
        place
        for place in range(len(table.columns))
        if any(row[place] for row in table.rows)
    ]
    rows = tuple(tuple(row[i] for i in kept) for row in table.rows[:MOST_ROWS])
    title = f"{caption or table.name}: {len(table.rows):,}"
    is_long = len(table.rows) > _OPEN
    return Shown(
        name,
        title[:1].upper() + title[1:],
        tuple(table.columns[i] for i in kept),
        rows,
        folded=is_long if folded is None else folded,
        note=_left_out(len(table.rows)),
    )


def _left_out(number: int) -> str:
    if number <= MOST_ROWS:
        return ""
    return (
        f"Here are the first {MOST_ROWS:,} of {number:,}; --format json has every one."
    )


def named(tables: Iterable[Table], name: str) -> Table | None:
    """The table of that name, if it has a row."""
    for table in tables:
        if table.name == name and table.rows:
            return table
    return None


def records(table: Table | None) -> Iterator[dict[str, str]]:
    """The rows by the names of their columns; none of no table."""
    if table is not None:
        for row in table.rows:
            yield dict(zip(table.columns, row, strict=True))


def number_in(text: str) -> int:
    """The number that a cell holds, 0 where it holds none."""
    return int(text) if text.isdecimal() and len(text) < _DIGITS else 0


def has_columns(table: Table, columns: Sequence[str]) -> bool:
    return {*columns} <= {*table.columns}
