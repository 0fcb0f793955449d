"""The page of all settings: their keys and types, from the schema and from click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
from msgspec.structs import FieldInfo, fields

from scripts.reference_commands import _prose, _told
from verify.settings.checking import commands, every_key
from verify.settings.defaults import tables_of
from verify.settings.schema import TABLES, Accept, Settings

_INTRODUCTION = """\
# Settings

They stand in `[tool.rehome]` of the nearest pyproject.toml that has it, upwards to the
top of the repository. `rehome config` shows which are in force and where each is from,
`rehome config --check` tries every value. `rehome --settings FILE COMMAND` takes
another file, `rehome --no-settings COMMAND` none. An option on the command line wins.

An unknown key is an error that names the nearest known one. Only these keys can be set:
what names a file to write to, an interpreter or a variable of the environment is not
for a file that comes with a pull request."""

# The keys that hold for several commands: no option alone says what they mean.
GENERAL: Mapping[str, str] = {
    "packages": "The project's own packages, by name or folder: the checks look at"
    " these alone. As `--package` of `rehome cycles`.",
    "roots": "The folders from which the project's packages are imported. As `--root`"
    " of `rehome behaviour` and `rehome bench`.",
    "ignore": "Patterns as in a `.gitignore` file, from the folder of the settings:"
    " files that are neither rewritten nor told of. `rehome move` and `rehome split`"
    " refuse where such a file would have to change.",
    "migrations": "What `rehome apply` applies where its command line names none: ids,"
    " packages, or `.toml` files beside the settings.",
    "jobs": "The most processes that a command works in. As `--jobs`.",
    "format": "The format of results, for every command that can show it. As"
    " `--format`.",
}
ACCEPTED: Mapping[str, str] = {
    "rule": "The id of the rule. Required.",
    "reason": "Why the project lives with it, in one line. Required.",
    "path": "The files: a pattern as in a `.gitignore` file, from the folder of the"
    " settings. This or `symbol` has to be there.",
    "symbol": "A name that the message quotes between backticks; `*`, `?` and `[]`"
    " stand for what they stand for in file names.",
    "until": "The last day, as `2026-12-31`. After it the finding counts again, and so"
    " does the entry itself. Without it, there is no end.",
}
_EXAMPLE = """\
```toml
[tool.rehome]
packages = ["shop"]
ignore = ["shop/vendor/"]

[tool.rehome.blame]
min-retained = "plain=90"

[[tool.rehome.accepted]]
rule = "residual"
path = "shop/version.py"
reason = "the version is written by a program"
until = 2026-12-31
```"""
_TYPES = {
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
    "str": "text",
    "date": "date",
    "list": "list of texts",
}


def page() -> str:
    """The page. Raises ValueError for a key without a text."""
    parts = [_INTRODUCTION, _EXAMPLE, "## For several commands", _general()]
    options = dict(commands())
    for name, table in TABLES.items():
        parts += [f"## [tool.rehome.{name}]", _holds_for(name, options)]
        parts.append(_table(_of_command(name, fields(table), options[name])))
    parts += ["## [[tool.rehome.accepted]]", _ON_ACCEPTED, _accepted()]
    return "\n\n".join(parts) + "\n"


_ON_ACCEPTED = (
    "A finding that the project lives with. It is told as accepted and does not count."
    " What says that something could not be told is never accepted. An entry that is"
    " over, or that matches nothing, is told ([rules](rules.md#acceptance-expired))."
)


def _general() -> str:
    defaults = {key[0]: value for key, value in every_key() if len(key) == 1}
    rows = []
    for field in fields(Settings):
        name = field.encode_name
        if name not in TABLES and name != "accepted":
            meaning = _text_of(GENERAL, name)
            rows.append((name, _type(field), _value(defaults.get(name)), meaning))
    return _table(rows)


def _holds_for(name: str, known: Mapping[str, click.Command]) -> str:
    """The commands that a table's keys are options of."""
    every = [*known, "report", "upgrade"]
    holds = [each for each in every if name in tables_of(each)]
    listed = ", ".join(f"`rehome {each}`" for each in holds)
    return f"For {listed}."


def _of_command(
    name: str, keys: tuple[FieldInfo, ...], command: click.Command
) -> Iterator[tuple[str, str, str, str]]:
    options = {each.name: each for each in command.params}
    defaults = {key: value for key, value in every_key() if key[0] == name}
    ctx = click.Context(command, info_name=name)
    for field in keys:
        option = options[field.name]
        assert isinstance(option, click.Option)
        meaning, told = _told(option, ctx)
        if not meaning:
            raise ValueError(f"[tool.rehome.{name}] {field.encode_name} has no text")
        default = _value(defaults[(name, field.encode_name)]) or told
        yield field.encode_name, _type(field), default, _prose(meaning)


def _accepted() -> str:
    return _table(
        (field.encode_name, _type(field), "", _text_of(ACCEPTED, field.encode_name))
        for field in fields(Accept)
    )


def _text_of(texts: Mapping[str, str], key: str) -> str:
    if key not in texts:
        raise ValueError(f"[tool.rehome] {key} has no text: see {__name__}")
    return texts[key]


def _table(rows: Any) -> str:
    lines = [
        f"| `{key}` | {kind} | {default} | {meaning} |"
        for key, kind, default, meaning in rows
    ]
    head = ["| key | type | default | meaning |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *lines])


def _type(field: FieldInfo) -> str:
    """The types that a field takes, in words."""
    parts = getattr(field.type, "__args__", None) or (field.type,)
    if getattr(field.type, "__origin__", None) is list:
        parts = (list,)
    names = [getattr(p, "__origin__", p).__name__ for p in parts]
    words = [_TYPES[name] for name in _TYPES if name in names]
    return " or ".join(words)


def _value(default: Any) -> str:
    """A default as TOML writes it; empty for none."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, (list, tuple)):
        inner = ", ".join(f'"{each}"' for each in default)
        return f"`[{inner}]`"
    if isinstance(default, (int, float)):
        return f"`{default:g}`"
    return f'`"{default}"`' if default else ""
