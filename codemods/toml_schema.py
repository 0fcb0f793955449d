"""What TOML files of ours have in common: their keys checked, problems with places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from codemods.name import nearest, printable
from codemods.toml_lines import TomlLines

MAX_BYTES = 1 << 20
"""No file that is written by hand comes near: a larger one is of another kind."""

_PATH_IN_ERROR = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_INDEX = re.compile(r"\[(\d+)\]")

AnyStruct = TypeVar("AnyStruct", bound=Struct)


class Problem(Exception):
    """Something wrong with a key, before its line is known."""

    def __init__(self, message: str, table: str = "", index: int = 0, key: str = ""):
        super().__init__(message)
        self.message, self.table, self.index, self.key = message, table, index, key

    def text(self, where: str, lines: TomlLines) -> str:
        line = lines.of(self.table, self.index, self.key)
        entry = f"{self.table}[{self.index + 1}]" if self.table else ""
        path = ".".join(filter(None, (entry, printable(self.key))))
        return ": ".join(filter(None, (f"{where}:{line}", path, self.message)))


def read_text(path: Path, what: str) -> str:
    """The text of a file, which is `what` ("migration", for messages).

    Raises ValueError, whose text says where and why it cannot be read.
    """
    where = printable(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise ValueError(f"{where}: is a folder; name a {what} file in it") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ValueError(f"{where}: cannot be read: {reason}") from None
    except ValueError:  # a null character in the path
        raise ValueError(f"{where}: is not a path") from None
    if len(data) > MAX_BYTES:
        raise ValueError(
            f"{where}: is larger than {MAX_BYTES} bytes; is it a {what} file?"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ValueError(
            f"{where}:{line}: is not UTF-8; save the file as UTF-8"
        ) from None


def converted(
    data: dict[str, object],
    kind: type[AnyStruct],
    tables: Mapping[str, type[Struct]],
) -> AnyStruct:
    """What a file says as its schema; `tables` are its arrays of tables.

    Raises `Problem` for a key that the schema does not have, with the nearest that
    it has, for one that is missing, and for a value of another type.
    """
    _check_keys(data, kind, tables)
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise _from_msgspec(str(error), tables) from None


def _check_keys(
    data: dict[str, object], kind: type[Struct], tables: Mapping[str, type[Struct]]
) -> None:
    _check_known(data, kind)
    for table, entry_kind in tables.items():
        entries = data.get(table)
        if not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                _check_known(entry, entry_kind, table, index)


def _check_known(
    data: dict[str, Any], kind: type[Struct], table: str = "", index: int = 0
) -> None:
    known = [field.encode_name for field in fields(kind)]
    for key in data:
        if key not in known:
            hint = nearest(key, known) or f"known are {', '.join(known)}"
            raise Problem(f"there is no such key; {hint}", table, index, key)


def _from_msgspec(text: str, tables: Mapping[str, type[Struct]]) -> Problem:
    """Turn `Expected ... - at `$.move[1].from`` into a problem with a key."""
    at = _PATH_IN_ERROR.search(text)
    message = _PATH_IN_ERROR.sub("", text)
    path = at.group(1) if at else ""
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    first, _, rest = path.partition(".")
    index = _INDEX.search(first)
    table = first[: index.start()] if index else ""
    if table not in tables:
        table = ""
    key = _INDEX.sub("", rest if table else first).rstrip(".")
    if missing:
        return Problem(
            f'the key "{missing.group(1)}" is missing; add it', table, _at(index)
        )
    if key in tables and not table:
        return Problem(f"write each entry under [[{key}]], in two brackets", key=key)
    return Problem(_in_toml_words(message), table, _at(index), key)


def _at(index: re.Match[str] | None) -> int:
    return int(index.group(1)) if index else 0


def _in_toml_words(message: str) -> str:
    words = {
        "`str`": "a string",
        "`array`": "an array",
        "`object`": "a table",
        "`int`": "an integer",
        "`float`": "a float",
        "`bool`": "a boolean",
        "Expected": "expected",
    }
    for word, plain in words.items():
        message = message.replace(word, plain)
    return message
