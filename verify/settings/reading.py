"""From a folder to the settings that hold in it, or to what is wrong with them.

The file is the nearest pyproject.toml with a table `[tool.rehome]`, upwards from where
the work is done to the top of the repository. It is read as it lies there, also where
revisions are compared: a check of old commits goes by the rules of today.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from codemods.files import FileProblem, read_regular
from codemods.name import nearest, printable
from codemods.toml_lines import TomlError, TomlLines, parse
from codemods.worktree import top_of
from verify.settings.schema import TABLES, Accept, Settings

NAME = "pyproject.toml"
MAX_BYTES = 1 << 20
_TABLE = "tool.rehome"
_MOST_SYMBOL_STARS = 8

_PATH_IN_ERROR = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")
_WORDS = {
    "Expected": "expected",
    "`date | null`": "a date, without quotes, as in 2026-12-31",
    "`float | str | array`": "a number, a text or an array of them",
    "`str | array`": "a string or an array of strings",
    "`float | str`": "a number or a string",
    "`str`": "a string",
    "`array`": "an array",
    "`object`": "a table",
    "`int`": "an integer",
    "`float`": "a number",
    "`bool`": "true or false",
    "`date`": "a date",
    "`datetime`": "a date with a time",
}

# Keys and positions in lists, from the table of the settings.
Path_ = tuple[str | int, ...]


class SettingsError(Exception):
    """Settings that cannot be used; the message says where, why and what to do."""


@dataclass(frozen=True)
class Loaded:
    """Checked settings and the file that they stand in (None where there is none)."""

    settings: Settings = field(default_factory=Settings)
    file: Path | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = field(default="", repr=False)
    project: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder that files in the settings start from."""
        return self.file.parent if self.file is not None else Path.cwd()

    @property
    def root(self) -> Path:
        """The folder that patterns start from: also the file's, but where one was named
        that may stand anywhere.
        """
        return self.project or self.folder

    @property
    def shown(self) -> str:
        """The file's name, relative to the current folder if it lies below it."""
        if self.file is None:
            return ""
        here = os.path.join(os.path.realpath(os.curdir), "")
        return printable(str(self.file).removeprefix(here))

    def place(self, *path: str | int) -> str:
        """`file:line` of a key."""
        return f"{self.shown}:{self.line(*path)}"

    def line(self, *path: str | int) -> int:
        """The line of a key, from 1."""
        return _line_of(self._lines, path) if self.text else 0

    @cached_property
    def _lines(self) -> TomlLines:
        return TomlLines(self.text)

    def given(self) -> Iterator[tuple[str, ...]]:
        """Each key that is set, with its table where it stands in one."""
        for key, value in self.data.items():
            if key in TABLES:
                yield from ((key, inner) for inner in value)
            else:
                yield (key,)

    def value(self, *path: str) -> Any:
        """What a key is set to."""
        found: Any = self.data
        for key in path:
            found = found[key]
        return found


def find(start: Path) -> Loaded:
    """The settings that hold in a folder; defaults where no file sets any.

    Raises `SettingsError`.
    """
    try:
        folder = os.path.realpath(start)
    except OSError:  # the current folder is gone
        return Loaded()
    top = top_of(folder)
    while True:
        file = Path(folder, NAME)
        if os.path.isfile(file):
            found = _read(file)
            if found is not None:
                return found
        above = os.path.dirname(folder)
        if folder in (top, above):
            return Loaded()
        folder = above


def load(file: Path, start: Path) -> Loaded:
    """The settings in a file that was named, for the project that a folder lies in: its
    patterns start from the top of that. Raises `SettingsError`.
    """
    folder = os.path.realpath(start)
    found = _read(Path(os.path.abspath(file)))
    if found is None:
        raise SettingsError(f"{printable(str(file))}: has no table [{_TABLE}]")
    return replace(found, project=Path(top_of(folder) or folder))


def _read(file: Path) -> Loaded | None:
    where = Loaded(file=file).shown
    try:
        data = read_regular(Path(os.path.realpath(file)), at_most=MAX_BYTES)
    except FileProblem as problem:
        reason = problem.message.removeprefix("cannot be read: ")
        raise SettingsError(f"{where}: cannot be read: {reason}") from None
    if b"rehome" not in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{where}:{line}: is not UTF-8") from None
    try:
        tool = parse(text).get("tool")
    except TomlError as error:
        raise SettingsError(
            f"{where}:{error.line}: is not valid TOML: {printable(error.message)}"
        ) from None
    ours = tool.get("rehome") if isinstance(tool, dict) else None
    if ours is None:
        return None
    return _checked(ours, Loaded(file=file, text=text))


def _checked(ours: Any, loaded: Loaded) -> Loaded:
    if not isinstance(ours, dict):
        raise _error(loaded, (), "expected a table")
    for path, problem in _unknown(ours):
        raise _error(loaded, path, problem)
    try:
        settings = msgspec.convert(ours, Settings, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise _from_msgspec(loaded, str(error)) from None
    for place, problem in _problems(settings):
        raise _error(loaded, place, problem)
    return replace(loaded, settings=settings, data=ours)


def _error(loaded: Loaded, path: Path_, problem: str) -> SettingsError:
    named = ".".join([_TABLE, *(_written(step) for step in path)])
    named = named.replace(".[", "[")
    return SettingsError(f"{loaded.place(*path)}: {named}: {problem}")


def _written(step: str | int) -> str:
    return f"[{step + 1}]" if isinstance(step, int) else printable(step)


def _unknown(ours: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Keys that are not there to be set, with the nearest that is."""
    yield from _unknown_in(ours, Settings, ())
    for name, kind in TABLES.items():
        yield from _unknown_in(ours.get(name), kind, (name,))
    entries = ours.get("accepted")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        yield from _unknown_in(entry, Accept, ("accepted", index))


def _unknown_in(
    table: Any, kind: type[Struct], path: Path_
) -> Iterator[tuple[Path_, str]]:
    known = [each.encode_name for each in fields(kind)]
    for key in table if isinstance(table, dict) else ():
        if key not in known:
            hint = nearest(key, known) or f"known are {', '.join(known)}"
            yield (*path, key), f"there is no such key; {hint}"


def _from_msgspec(loaded: Loaded, text: str) -> SettingsError:
    """Turn `Expected ... - at `$.bench.margin`` into an error with a place."""
    at = _PATH_IN_ERROR.search(text)
    message = _PATH_IN_ERROR.sub("", text)
    steps = _STEP.findall(at.group(1)) if at else []
    path = tuple(int(index) if index else key for index, key in steps)
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    if missing:
        return _error(loaded, path, f'the key "{missing.group(1)}" is missing; add it')
    for word, plain in _WORDS.items():
        message = message.replace(word, plain)
    return _error(loaded, path, message)


def _problems(settings: Settings) -> Iterator[tuple[Path_, str]]:
    """What is wrong with values that have the right types."""
    for index, pattern in enumerate(settings.ignore):
        if problem := _pattern_problem(pattern):
            yield ("ignore", index), problem
    for index, entry in enumerate(settings.accepted):
        for key, problem in _problems_of_entry(entry):
            yield ("accepted", index, key), problem


def _problems_of_entry(entry: Accept) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.rule):
        yield "rule", "is not the id of a rule, such as residual"
    if not entry.reason.strip():
        yield "reason", "is empty; say in a few words why this finding is accepted"
    elif not entry.reason.isprintable():
        yield "reason", "is not one line of plain text"
    if not entry.path and not entry.symbol:
        yield "rule", "accepts everything; say where, with the key path or symbol"
    if entry.path and (problem := _pattern_problem(entry.path)):
        yield "path", problem
    if entry.path.startswith("!"):
        yield "path", "says what is not accepted; name what is"
    if entry.symbol.count("*") > _MOST_SYMBOL_STARS:
        yield "symbol", f"has more than {_MOST_SYMBOL_STARS} stars"


def _pattern_problem(pattern: str) -> str:
    from codemods.ignore import is_costly, spec_of

    if is_costly(pattern):
        return "has more stars in one part than can be matched in good time"
    if all(each.include is None for each in spec_of([pattern]).patterns):
        return "is no pattern as in a .gitignore file"
    return ""


def _line_of(lines: TomlLines, path: Path_) -> int:
    """The line of a key; that of the closest table above it where it is not told."""
    first, *inner = path or ("",)
    index = inner.pop(0) if inner and isinstance(inner[0], int) else 0
    key = str(inner[0]) if inner else ""
    table = f"{_TABLE}.{first}"
    places = [
        (table, int(index), key),
        (table, int(index), ""),
        (_TABLE, 0, str(first)),
        (_TABLE, 0, ""),
        ("tool", 0, "rehome"),
    ]
    found = (lines.in_table(*place) for place in places)
    return next(filter(None, found), 1)
