"""What can be wrong with a migration file that is valid TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from codemods.folding.composing import functions_of
from codemods.folding.pattern import PatternError, parse_pattern
from codemods.name import Name, is_identifier, quoted
from codemods.schema import TABLES, Declared, Fold, Gone, Move, Rehome
from codemods.toml_schema import Problem, converted

__all__ = ["Problem", "checked"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def checked(data: dict[str, object]) -> Declared:
    """Turn what a file says into its schema. Raises the first `Problem`."""
    declared = converted(data, Declared, TABLES)
    for problem in _problems(declared):
        raise problem
    return declared


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
