"""Show the settings that are in force, and where each is from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codemods.finding import Finding, Verdict, verdict_of
from verify.outcome import Outcome, Table
from verify.report import finish, output_of, start_of
from verify.settings.force import load

if TYPE_CHECKING:
    from verify.settings.reading import Loaded

Row = tuple[str, str, str]


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@click.option(
    "--check",
    is_flag=True,
    help="Try every value, and look for accepted findings that are over or unknown.",
)
@output_of("findings", "tables")
@click.argument("arguments", nargs=-1, metavar="[COMMAND ...]", type=click.UNPROCESSED)
@click.pass_context
def command(
    ctx: click.Context,
    check: bool,
    arguments: tuple[str, ...],
    format_name: str,
    output: Path | None,
) -> None:
    """Show the settings that are in force in this folder, and where each is from.

    They stand in `[tool.rehome]` of the nearest pyproject.toml that has it, upwards to
    the top of the repository. With a COMMAND and its arguments, show every option of
    it: whether the command line, a line of the settings or its default gives it.

    \b
    rehome config
    rehome config --check
    rehome config --format json
    rehome config verify --no-new main..my-branch
    """
    from verify.settings.reading import SettingsError

    try:
        loaded = load(ctx, Path())
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    made = _of_command(ctx, arguments) if arguments else _of_all(loaded, check=check)
    finish(made, format_name=format_name, output=output)


def _of_all(loaded: Loaded, *, check: bool) -> Outcome:
    from verify.settings.checking import findings_of

    findings: tuple[Finding, ...] = tuple(findings_of(loaded)) if check else ()
    where = f"settings of {loaded.shown}" if loaded.file else "no settings: defaults"
    summary: tuple[str, ...] = ()
    if check:
        number = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        summary = (f"{len([*loaded.given()])} keys tried; {number}",)
    return Outcome(
        command="config",
        verdict=verdict_of(list(findings)) if check else Verdict.OK,
        findings=findings,
        heading=(where,),
        tables=(
            Table("settings", ("key", "value", "from"), tuple(_rows(loaded))),
            Table("accepted", _COLUMNS, tuple(_accepted(loaded))),
        ),
        summary=summary,
        start=start_of(),
    )


_COLUMNS = ("rule", "path", "symbol", "until", "reason", "from")


def _accepted(loaded: Loaded) -> Iterator[tuple[str, ...]]:
    for number, each in enumerate(loaded.settings.accepted):
        until = each.until.isoformat() if each.until else ""
        where = loaded.place("accepted", number)
        yield each.rule, each.path, each.symbol, until, each.reason, where


def _rows(loaded: Loaded) -> Iterator[Row]:
    from verify.settings.checking import every_key

    given = {*loaded.given()}
    for key, default in every_key():
        name = ".".join(key)
        if key in given:
            yield name, _text(loaded.value(*key)), loaded.place(*key)
        else:
            yield name, _text(default), "default"


def _text(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return f'"{value}"' if isinstance(value, str) else ""


# One command


def _of_command(ctx: click.Context, arguments: tuple[str, ...]) -> Outcome:
    """What each option of a command would be, which is not run."""
    name, *rest = arguments
    root = ctx.find_root()
    assert isinstance(root.command, click.Group)
    asked = root.command.get_command(root, name)
    if asked is None:
        raise click.UsageError(f"there is no command {name!r}")
    if isinstance(asked, click.Group):
        raise click.UsageError(f"{name!r} has commands of its own: it has no options")
    root.command.resolve_command(root, list(arguments))  # its defaults
    with asked.make_context(
        name, [*rest], parent=root, resilient_parsing=True
    ) as below:
        given, _, _ = asked.make_parser(below).parse_args([*rest])
        rows = tuple(_options(asked, below, given))
    return Outcome(
        command="config",
        verdict=Verdict.OK,
        heading=(f"options of rehome {name}",),
        tables=(Table("options", ("option", "value", "from"), rows),),
    )


def _options(
    asked: click.Command, below: click.Context, given: Mapping[str, Any]
) -> Iterator[Row]:
    from click.core import ParameterSource

    from verify.settings.checking import default_of
    from verify.settings.defaults import defaults_of
    from verify.settings.force import loaded

    settings = loaded()
    found = defaults_of(below.info_name or "", asked, settings)
    keys = {each.parameter.name: each for each in found}
    for each in asked.params:
        name = each.name or ""
        source = below.get_parameter_source(name)
        where, value = "default", default_of(each)
        if source is ParameterSource.COMMANDLINE:
            where, value = "command line", given[name]
        elif source is ParameterSource.DEFAULT_MAP and name in keys:
            where = settings.place(*keys[name].key)
            value = keys[name].value
        yield _named(each), _text(value), where


def _named(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.human_readable_name or "").strip("[].").upper()
