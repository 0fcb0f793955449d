"""From settings to the defaults of a command's options, in click's own form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import click

from verify.settings.reading import Loaded
from verify.settings.schema import FILES, PARAMETERS, TABLES

_RUN_CHECKS = ("verify", "report")


@dataclass(frozen=True, slots=True)
class Default:
    """What one key of the settings gives to one parameter of a command."""

    key: tuple[str, ...]
    parameter: click.Parameter
    value: Any


def defaults_of(name: str, command: click.Command, loaded: Loaded) -> Iterator[Default]:
    """What the settings give to the command that is called by a name; not to commands
    below it.
    """
    parameters = {each.name: each for each in command.params}
    tables = tables_of(name)
    for key in loaded.given():
        wanted = PARAMETERS.get(key[0], "") if len(key) == 1 else ""
        if len(key) > 1 and key[0] in tables:
            wanted = key[1].replace("-", "_")
        parameter = parameters.get(wanted)
        if parameter is None:
            continue
        value = value_for(parameter, key, loaded)
        if _fits(parameter, key, value):
            yield Default(key, parameter, value)


def default_map(name: str, command: click.Command, loaded: Loaded) -> dict[str, Any]:
    """The same as `click.Context.default_map` takes it, commands below included."""
    found: dict[str, Any] = {
        each.parameter.name or "": each.value
        for each in defaults_of(name, command, loaded)
    }
    if isinstance(command, click.Group):
        for inner, below in command.commands.items():
            found[inner] = default_map(inner, below, loaded)
    return found


def tables_of(command: str) -> tuple[str, ...]:
    """The tables whose keys are options of a command: its own; of those that run every
    check, the checks' too; of what rewrites as `rehome apply` does, that command's.
    """
    from verify.check import names

    if command == "upgrade":
        return (command, "apply")
    if command in _RUN_CHECKS:
        return (command, *(name for name in names() if name in TABLES))
    return (command,)


def value_for(parameter: click.Parameter, key: tuple[str, ...], loaded: Loaded) -> Any:
    """A value as a parameter takes it; files stand beside the settings."""
    if parameter.multiple:
        return tuple(values_of(loaded, *key))
    return values_of(loaded, *key)[0] if key[-1] in FILES else loaded.value(*key)


def values_of(loaded: Loaded, *key: str) -> list[str]:
    """The texts that a key is set to, one or several."""
    value = loaded.value(*key)
    values = value if isinstance(value, list) else [value]
    texts = [each if isinstance(each, str) else f"{each:g}" for each in values]
    suffix = FILES.get(key[-1])
    if suffix is None:
        return texts
    return [
        str(loaded.folder / each) if each.endswith(suffix) else each for each in texts
    ]


def _fits(parameter: click.Parameter, key: tuple[str, ...], value: Any) -> bool:
    """Whether what is set for all commands is for this command: a format is not where
    the command has one of its own, or nothing that the format shows; several names are
    not where one is wanted.
    """
    if key == ("packages",) and not parameter.multiple:
        return False
    if parameter.name != "format_name":
        return True
    if parameter.default != "text":
        return False
    from verify.render import fitting, formats

    parts: frozenset[str] | None = getattr(parameter.type, "parts", None)
    return parts is None or value not in formats() or value in fitting(parts)


def problems_in(
    name: str, command: click.Command, loaded: Loaded
) -> Iterator[tuple[Default, str]]:
    """Values that a command's options would refuse, and why."""
    with click.Context(command, info_name=name) as ctx:
        for each in defaults_of(name, command, loaded):
            try:
                each.parameter.process_value(ctx, each.value)
            except click.BadParameter as error:
                yield each, error.message
