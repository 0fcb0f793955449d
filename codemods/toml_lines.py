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

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*([^\[\]#]*?)[ \t]*\]")
_KEY = re.compile(r"[ \t]*([\"']?)([A-Za-z0-9_-]+)\1[ \t]*[.=]")
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
        raise TomlError(_AT_LINE.sub("", message).strip(), line) from None
    except RecursionError:
        raise TomlError("values are nested too deeply", 1) from None
    except ValueError as error:  # a date or a number that Python cannot hold
        raise TomlError(str(error), 1) from None


@dataclass
class _Table:
    """A header with the lines up to the next one; the first has no header."""

    name: str
    start: int
    lines: list[str] = field(default_factory=list)


class TomlLines:
    """Finds lines in one TOML text. The text must have been parsed without error."""

    def __init__(self, text: str) -> None:
        self._tables = list(_tables(text))

    def of(self, table: str, index: int = 0, key: str = "") -> int:
        """The line, from 1, of a key in the `index`th `[[table]]`.

        An empty `table` means the top of the file, an empty `key` the header.
        Where the place is written in another form, an inline table for one, it
        is the closest line before it that can be told, 1 at the least.
        """
        if not table:
            return self._key_line(self._tables[0], key) or 1
        named = [each for each in self._tables if each.name == table]
        if index < len(named):
            found = named[index]
            return (key and self._key_line(found, key)) or found.start
        return self._key_line(self._tables[0], table) or 1

    @staticmethod
    def _key_line(table: _Table, key: str) -> int:
        for number, line in enumerate(table.lines):
            match = _KEY.match(line)
            if match and match.group(2) == key and _complete(table.lines[:number]):
                return table.start + number
        return 0


def _tables(text: str) -> Iterator[_Table]:
    table = _Table("", 1)
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        if header and _complete(table.lines):
            yield table
            is_array = header.group(1) == "[["
            table = _Table(header.group(2).strip("\"'") if is_array else "?", number)
        table.lines.append(line)
    yield table


def _complete(lines: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return False
    return True
