"""Where things stand in a TOML text: the line of a table, and of a key in it.

TOML readers give values without their lines. A line that looks like a header or
a key may stand inside a multi-line string, so it counts only where the text
before it is complete TOML by itself.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TRIES = 100
"""How many lines of one string may look like a header or key before the search is
given up: each of them costs another reading of the text before it."""

_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*([^\[\]#]*?)[ \t]*\]")
_KEY = re.compile(r"[ \t]*([\"']?)([A-Za-z0-9_-]+)\1[ \t]*[.=]")
_AT = re.compile(r"\(at (?:line \d+, column \d+|end of document)\)")
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class TomlError(Exception):
    """A text that is no TOML: `message` says why, `line` where, from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def parse(text: str) -> dict[str, object]:
    """Read TOML. Raises `TomlError`, whatever is wrong with the text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT_LINE.search(message)
        line = int(at.group(1)) if at else text.count("\n") + 1
        raise TomlError(_AT.sub("", message).strip(), line) from None
    except RecursionError:
        raise TomlError("values are nested too deeply", 1) from None
    except ValueError as error:  # a date or a number that Python cannot hold
        raise TomlError(str(error), 1) from None


@dataclass
class _Table:
    """A header with the lines up to the next one; the first has no header."""

    name: str
    start: int
    is_array: bool = False
    lines: list[str] = field(default_factory=list)


class TomlLines:
    """Finds lines in one TOML text. The text must have been parsed without error."""

    def __init__(self, text: str) -> None:
        self._top, *self._tables = _tables(text.replace("\r\n", "\n"))
        self._arrays: dict[str, list[_Table]] = {}
        for table in self._tables:
            if table.is_array:
                self._arrays.setdefault(table.name, []).append(table)

    def of(self, table: str, index: int = 0, key: str = "") -> int:
        """The line, from 1, of a key in the `index`th `[[table]]`.

        An empty `table` means the top of the file, an empty `key` the header.
        Where the place is written in another form, an inline table for one, it
        is the closest line before it that can be told, 1 at the least.
        """
        if not table:
            return self._top_line(key)
        named = self._arrays.get(table, [])
        if index >= len(named):
            return self._top_line(table)
        found = named[index]
        return (key and _key_line(found, key)) or found.start

    def in_table(self, table: str, index: int = 0, key: str = "") -> int:
        """The line of a key in the `index`th table or array of this name, of its
        header where there is no key; 0 where it does not stand there so.
        """
        named = [each for each in self._tables if each.name == table]
        if index >= len(named):
            return 0
        return _key_line(named[index], key) if key else named[index].start

    def _top_line(self, key: str) -> int:
        """The line of a key at the top, or of the first header that spells it."""
        headers = (each.start for each in self._tables if each.name == key)
        return _key_line(self._top, key) or next(headers, 1)


def _key_line(table: _Table, key: str) -> int:
    """The line of a key in a table; 0 where it does not stand there."""
    numbers = (
        number
        for number, line in enumerate(table.lines)
        if (match := _KEY.match(line)) and match.group(2) == key
    )
    for number in islice(numbers, _TRIES):
        if _complete(table.lines[:number]):
            return table.start + number
    return 0


def _tables(text: str) -> Iterator[_Table]:
    table, tries = _Table("", 1), 0
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        tries += bool(header)
        if header and tries <= _TRIES and _complete(table.lines):
            yield table
            tries = 0
            name = header.group(2).strip("\"'")
            table = _Table(name, number, is_array=header.group(1) == "[[")
        table.lines.append(line)
    yield table


def _complete(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return False
    return True
