"""Try settings out: what the options would refuse, and what cannot be accepted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from typing import Any

import click
from msgspec.structs import fields

from codemods.finding import Finding, Place, Rule, Severity
from codemods.name import nearest, quoted
from verify.check import names
from verify.settings import rules
from verify.settings.accepting import Project
from verify.settings.defaults import problems_in
from verify.settings.reading import Loaded
from verify.settings.rulebook import known_rules
from verify.settings.schema import PARAMETERS, TABLES, Settings

INVALID = Rule(
    "invalid-setting",
    "A setting has a value that its command refuses.",
    "The command would end with an error, or would not accept what it should.",
    Severity.ERROR,
)


def findings_of(loaded: Loaded) -> Iterator[Finding]:
    """What is wrong with settings that could be read."""
    if loaded.file is None:
        return
    seen = set()
    for name, command in commands():
        for default, message in problems_in(name, command, loaded):
            if default.key not in seen:
                seen.add(default.key)
                yield _invalid(loaded, default.key, message)
    if "migrations" in loaded.data:
        yield from _of_migrations(loaded)
    yield from _of_accepted(loaded)


def _invalid(loaded: Loaded, key: tuple[str | int, ...], message: str) -> Finding:
    named = ".".join(map(str, key))
    line = " ".join(message.split())
    fix = "see what the command's --help says of it"
    return Finding(INVALID, _place(loaded, *key), f"`{named}`: {line}", fix)


def _place(loaded: Loaded, *key: str | int) -> Place:
    return Place(loaded.shown, loaded.line(*key), 1)


def _of_migrations(loaded: Loaded) -> Iterator[Finding]:
    from codemods.catalogue import find
    from codemods.migration import MigrationError
    from verify.settings.defaults import values_of

    for text in values_of(loaded, "migrations"):
        try:
            find(text)
        except MigrationError as error:
            yield _invalid(loaded, ("migrations",), str(error))


def _of_accepted(loaded: Loaded) -> Iterator[Finding]:
    known = known_rules()
    project = Project(loaded, loaded.root, date.today())
    for entry in project.entries:
        key = ("accepted", entry.number, "rule")
        place = _place(loaded, *key)
        if entry.of.rule not in known:
            hint = nearest(entry.of.rule, known) or "`--format json` names each rule"
            message = f"there is no rule {quoted(entry.of.rule)}"
            yield Finding(INVALID, place, message, hint)
        elif known[entry.of.rule].rule.undecided:
            message = f"`{entry.of.rule}` says that something could not be told"
            yield Finding(rules.CANNOT_ACCEPT, place, message, "take it out")
        if project.is_over(entry):
            message = f"`{entry.of.rule}` was accepted until {entry.of.until}"
            fix = "mend what it is about, or decide again, with another date"
            place = _place(loaded, "accepted", entry.number, "until")
            yield Finding(rules.EXPIRED, place, message, fix)


def commands() -> Iterator[tuple[str, click.Command]]:
    """The commands that have a table, by their names."""
    from verify.commands._checks import command_of

    for name in TABLES:
        if name in names() and name != "cycles":
            yield name, command_of(name)
        else:
            yield name, import_module(f"verify.commands.{name}").command


def every_key() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each key that can be set, and the value that it has where nothing sets it."""
    known = dict(commands())
    for field in fields(Settings):
        name = field.encode_name
        if name == "accepted":
            continue
        if name not in TABLES:
            yield (name,), _default_of_all(known.values(), name)
            continue
        options = {each.name: each for each in known[name].params}
        for inner in fields(TABLES[name]):
            yield (name, inner.encode_name), default_of(options[inner.name])


def _default_of_all(commands: Iterable[click.Command], key: str) -> Any:
    wanted = PARAMETERS.get(key)
    found = (each for c in commands for each in c.params if each.name == wanted)
    parameter = next(found, None)
    return default_of(parameter) if parameter is not None else []


def default_of(parameter: click.Parameter) -> Any:
    """What a parameter is where nothing is said of it; None where that is nothing."""
    default = parameter.default
    if isinstance(parameter, click.Option) and parameter.is_bool_flag:
        return default is True
    if parameter.multiple and not isinstance(default, (list, tuple)):
        return []
    return default if isinstance(default, (str, int, float, bool, tuple)) else None
