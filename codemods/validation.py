"""What can be wrong with a migration file that is valid TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import fields
from packaging.version import InvalidVersion, Version

from codemods.folding.composing import functions_of
from codemods.folding.pattern import PatternError, parse_pattern
from codemods.name import Name, is_identifier, nearest, printable, quoted
from codemods.schema import TABLES, Declared, Fold, Gone, Move, Rehome
from codemods.toml_lines import TomlLines

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PATH_IN_ERROR = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_INDEX = re.compile(r"\[(\d+)\]")


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


def checked(data: dict[str, object]) -> Declared:
    """Turn what a file says into its schema. Raises the first `Problem`."""
    _check_keys(data)
    declared = _converted(data)
    for problem in _problems(declared):
        raise problem
    return declared


def _check_keys(data: dict[str, object]) -> None:
    """Refuse keys that the schema does not have, with the nearest that it has."""
    _check_known(data, Declared)
    for table, kind in TABLES.items():
        entries = data.get(table)
        if not isinstance(entries, list):
            continue
        for index, entry in enumerate(entries):
            if isinstance(entry, dict):
                _check_known(entry, kind, table, index)


def _check_known(
    data: dict[str, object], kind: type[Struct], table: str = "", index: int = 0
) -> None:
    known = [field.encode_name for field in fields(kind)]
    for key in data:
        if key not in known:
            hint = nearest(key, known) or f"known are {', '.join(known)}"
            raise Problem(f"there is no such key; {hint}", table, index, key)


def _converted(data: dict[str, object]) -> Declared:
    try:
        return msgspec.convert(data, Declared)
    except msgspec.ValidationError as error:
        raise _from_msgspec(str(error)) from None


def _from_msgspec(text: str) -> Problem:
    """Turn `Expected ... - at `$.move[1].from`` into a problem with a key."""
    at = _PATH_IN_ERROR.search(text)
    message = _PATH_IN_ERROR.sub("", text)
    path = at.group(1) if at else ""
    missing = re.fullmatch(r"Object missing required field `(.*)`", message)
    first, _, rest = path.partition(".")
    index = _INDEX.search(first)
    table = first[: index.start()] if index else ""
    key = _INDEX.sub("", rest if index else first).rstrip(".")
    if missing:
        return Problem(
            f'the key "{missing.group(1)}" is missing; add it', table, _at(index)
        )
    if key in TABLES and not table:
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


def _problems(declared: Declared) -> Iterator[Problem]:
    """What is wrong with values that have the right types, in the file's order."""
    for key, message in _problems_at_top(declared):
        yield Problem(message, key=key)
    for index, move in enumerate(declared.moves):
        for key, message in _problems_of_move(declared.package, move):
            yield Problem(message, "move", index, key)
    for index, rehome in enumerate(declared.rehomes):
        for key, message in _problems_of_rehome(rehome):
            yield Problem(message, "rehome", index, key)
    for index, fold in enumerate(declared.folds):
        for key, message in _problems_of_fold(declared, fold):
            yield Problem(message, "fold", index, key)
    for index, gone in enumerate(declared.removals):
        for key, message in _problems_of_removal(declared.package, gone):
            yield Problem(message, "removed", index, key)


_KeyMessages = Iterator[tuple[str, str]]


def _problems_at_top(declared: Declared) -> _KeyMessages:
    if not _ID.fullmatch(declared.id):
        allowed = "use letters, digits, '.', '_' and '-', a letter or digit first"
        yield "id", f"{quoted(declared.id)} is not an id; {allowed}"
    yield from _problems_of_text("title", declared.title)
    if declared.upstream:
        yield from _problems_of_text("upstream", declared.upstream)
    if not is_identifier(declared.package):
        wanted = "is not the import name of a top-level package"
        yield "package", f"{quoted(declared.package)} {wanted}"
    try:
        Version(declared.since)
    except InvalidVersion:
        yield "since", f"{quoted(declared.since)} is not a version like 0.5.13"
    if not any((declared.moves, declared.rehomes, declared.folds, declared.removals)):
        yield "", "declares nothing; add a [[move]]"


def _problems_of_move(package: str, move: Move) -> _KeyMessages:
    yield from _problems_of_name("from", move.old_text, package)
    yield from _problems_of_name("to", move.new_text)
    if move.old == move.new:
        yield "to", "is the same as from; a move changes the name"
    if move.old.is_module and not move.new.is_module:
        message = f"{move.new} is a symbol, but from is the module {move.old}"
        yield "to", f"{message}; write both with a colon, or neither"
    if move.new.is_module and not move.old.is_module:
        message = f"{move.new} is a module, but from is the symbol {move.old}"
        yield "to", f"{message}; write {move.new}:{move.old.symbol}"
    if move.note:
        yield from _problems_of_text("note", move.note)


def _problems_of_removal(package: str, gone: Gone) -> _KeyMessages:
    yield from _problems_of_name("name", gone.name_text, package)
    yield from _problems_of_text("instead", gone.instead)


def _problems_of_name(key: str, text: str, package: str | None = None) -> _KeyMessages:
    try:
        name = Name.parse(text)
    except ValueError as error:
        yield key, str(error)
        return
    if package is not None and name.top != package:
        message = f"{name} is not in the package {package}"
        yield key, f"{message}; give each package a migration of its own"


def _problems_of_text(key: str, text: str) -> _KeyMessages:
    if not text.strip():
        yield key, "is empty; say it in a few words"
    elif not text.isprintable():
        yield key, "is not one line of plain text"


def _problems_of_rehome(rehome: Rehome) -> _KeyMessages:
    attributes = {
        "from": (rehome.old,),
        "to": (rehome.new,),
        "members": rehome.members,
        "keeps": rehome.keeps,
        "shared": rehome.shared,
    }
    for key, names in attributes.items():
        for name in names:
            if not is_identifier(name):
                yield key, f"{quoted(name)} is not the name of an attribute"
    if rehome.old == rehome.new:
        yield "to", "is the same as from; a re-homing changes the object"
    if not rehome.members:
        yield "members", "is empty; name what lives on the new object"
    for name in rehome.keeps:
        if name in rehome.members:
            yield "keeps", f"{name} is in members too; it can mean one object only"
    for name in rehome.shared:
        if name not in rehome.keeps:
            yield "shared", f"{name} is not in keeps; add it there, or take it out here"


def _problems_of_fold(declared: Declared, fold: Fold) -> _KeyMessages:
    yield from _problems_of_name("to", fold.new_text)
    if fold.new.is_module:
        yield "to", f"{fold.new} is a module; name a symbol like pkg.module:function"
    for move in declared.moves:
        if move.old == fold.new:
            yield "to", f"{fold.new} moves to {move.new} in this file; name that"
    try:
        pattern = parse_pattern(fold.pattern)
    except PatternError as error:
        yield "pattern", str(error)
        return
    if len(set(functions_of(pattern, fold, declared.moves))) > 1:
        message = f"two moves are of {pattern.function}"
        yield "pattern", f"{message}; write its dotted path in the pattern"
