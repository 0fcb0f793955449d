"""A migration: the declared changes of names between two versions of a package.

One TOML file, data only. This module reads and checks one file by itself; how
several play together is `codemods.namemap`'s matter.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import asdict
from packaging.version import Version

from codemods.name import Name, printable
from codemods.schema import TABLES, Declared, Fold, Gone, Move, Rehome
from codemods.toml_lines import TomlError, TomlLines, parse
from codemods.toml_schema import MAX_BYTES, read_text
from codemods.validation import Problem, checked

__all__ = [
    "MAX_BYTES",
    "Fold",
    "Gone",
    "Migration",
    "MigrationError",
    "Move",
    "Name",
    "Rehome",
    "load",
    "loads",
]


class MigrationError(Exception):
    """A migration that cannot be used; the message says where, why and what to do."""


class Migration(Declared, frozen=True):
    """A checked migration, and where its entries stand.

    `file` is the file's name as the user knows it, `lines` the line of each
    entry by table.
    """

    file: str = ""
    lines: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def version(self) -> Version:
        """`since`, to compare with."""
        return Version(self.since)

    def declares_the_same(self, other: Migration) -> bool:
        """Whether two migrations say the same, wherever they stand."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in Declared.__struct_fields__
        )

    def place_of(self, table: str, index: int) -> str:
        """`file:line` of an entry of `move`, `rehome`, `fold` or `removed`."""
        return f"{self.file}:{dict(self.lines)[table][index]}"


def load(path: Path) -> Migration:
    """Read and check a migration file.

    Raises `MigrationError` with file, line and key, whatever is wrong with it.
    """
    try:
        text = read_text(path, "migration")
    except ValueError as error:
        raise MigrationError(str(error)) from None
    return loads(text, printable(str(path)))


def loads(text: str, where: str) -> Migration:
    """Read and check a migration; `where` is the file's name, for messages.

    Raises `MigrationError` with file, line and key, whatever is wrong with it.
    """
    where = printable(where)
    try:
        data = parse(text)
    except TomlError as error:
        raise MigrationError(
            f"{where}:{error.line}: is not valid TOML: {printable(error.message)}"
        ) from None
    lines = TomlLines(text)
    try:
        declared = checked(data)
    except Problem as problem:
        raise MigrationError(problem.text(where, lines)) from None
    entries = tuple((table, _lines_of(lines, table, data)) for table in TABLES)
    return Migration(**asdict(declared), file=where, lines=entries)


def _lines_of(lines: TomlLines, table: str, data: dict[str, object]) -> tuple[int, ...]:
    entries = data.get(table, [])
    assert isinstance(entries, list)
    return tuple(lines.of(table, index) for index in range(len(entries)))
