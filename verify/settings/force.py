"""The settings that are in force in this run, for every command at once.

The root command asks here for the defaults of the command that it is about to run, and
`verify.report.finish` for what is accepted: a new command has both by being there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from verify.settings.accepting import Project
    from verify.settings.reading import Loaded

_LOADED, _CHOICE, _SETTLED = "rehome.settings", "rehome.choice", "rehome.settled"
# The options that name the project that a command works on. One that only says where
# versions of another package are looked up has another name: `repository`.
_PROJECTS = ("repo", "root")
# This one says itself what is wrong with them.
_TELLS_ITSELF = "config"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the user said of settings before the command: a file, or none at all."""

    file: Path | None = None
    none: bool = False


def choose(ctx: click.Context, choice: Choice) -> None:
    """Keep what was said for the command that comes."""
    ctx.meta[_CHOICE] = choice


def prepare(
    ctx: click.Context, name: str, command: click.Command, arguments: Sequence[str]
) -> None:
    """Give the root's context the defaults of the command that is about to run.

    Raises click.ClickException where the settings cannot be used.
    """
    if not _has_use(command) or _asks_for_help(ctx, arguments):
        return
    from verify.settings.defaults import default_map
    from verify.settings.reading import SettingsError

    try:
        loaded = load(ctx, _start(command, arguments))
    except SettingsError as error:
        if name == _TELLS_ITSELF:
            return
        hint = "mend it, or leave the settings out: rehome --no-settings"
        raise click.ClickException(f"{error}\n  {hint} {name} ...") from None
    ctx.meta[_LOADED] = loaded
    if loaded.file is None:
        return
    ctx.default_map = {name: default_map(name, command, loaded)}
    if loaded.settings.ignore:
        from codemods.discovery import leave_out
        from verify.settings.accepting import Ignored

        ctx.with_resource(leave_out(Ignored(loaded)))


def load(ctx: click.Context, start: Path) -> Loaded:
    """The settings that hold in a folder, by what the user said of them.

    Raises `SettingsError`.
    """
    from verify.settings import reading

    choice: Choice = ctx.meta.get(_CHOICE, Choice())
    if choice.none:
        return reading.Loaded()
    if choice.file is not None:
        return reading.load(choice.file, start)
    return reading.find(start)


def loaded() -> Loaded:
    """The settings of this run; defaults where none were asked for."""
    from verify.settings.reading import Loaded

    ctx = click.get_current_context(silent=True)
    found: Loaded = (ctx.meta if ctx is not None else {}).get(_LOADED) or Loaded()
    return found


def are_chosen() -> bool:
    """Whether the user named a file of settings, or wants none: they are not those that
    the project itself has.
    """
    ctx = click.get_current_context(silent=True)
    return ctx is None or _CHOICE in ctx.meta


def project(start: Path | None = None) -> Project:
    """The settings as they judge findings whose paths start from a folder; the current
    one where none is named.
    """
    from verify.settings.accepting import Project

    return Project(loaded(), (start or Path()).resolve(), date.today())


def migrations() -> list[str]:
    """The migrations that are applied where none is named; files by their paths."""
    from verify.settings.defaults import values_of

    found = loaded()
    return values_of(found, "migrations") if "migrations" in found.data else []


def have_settled(*, settled: bool = False) -> bool:
    """Whether the settings have had their say on this run's findings already."""
    ctx = click.get_current_context(silent=True)
    if ctx is None:
        return True
    before: bool = ctx.meta.get(_SETTLED, False)
    ctx.meta[_SETTLED] = before or settled
    return before


def is_flag_given(name: str) -> bool:
    """Whether a parameter's value is from the command line, not from the settings."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def place_of(error: click.ClickException) -> str:
    """`file:line: key` of the settings that an error is about; empty for others."""
    from verify.settings.defaults import defaults_of

    ctx = getattr(error, "ctx", None)
    parameter = getattr(error, "param", None)
    found: Any = ctx.meta.get(_LOADED) if ctx is not None else None
    if ctx is None or parameter is None or found is None:
        return ""
    if ctx.get_parameter_source(parameter.name) is not ParameterSource.DEFAULT_MAP:
        return ""
    for each in defaults_of(ctx.info_name or "", ctx.command, found):
        if each.parameter is parameter:
            return f"{found.place(*each.key)}: tool.rehome.{'.'.join(each.key)}"
    return ""


def _has_use(command: click.Command) -> bool:
    """Whether a command is one that the settings can mean: those that show results."""
    if isinstance(command, click.Group):
        return any(map(_has_use, command.commands.values()))
    return any(each.name == "format_name" for each in command.params)


def _asks_for_help(ctx: click.Context, arguments: Sequence[str]) -> bool:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return any(each in ctx.help_option_names for each in options)


def _start(command: click.Command, arguments: Sequence[str]) -> Path:
    """The folder to look from: of the project that is named, or the current one."""
    flags = {
        flag
        for each in command.params
        if each.name in _PROJECTS and not each.multiple
        for flag in each.opts
        if flag.startswith("-")
    }
    for number, argument in enumerate(arguments):
        flag, equals, value = argument.partition("=")
        if flag not in flags:
            continue
        if not equals:
            value = arguments[number + 1] if number + 1 < len(arguments) else ""
        if value:
            return Path(value)
    return Path()
