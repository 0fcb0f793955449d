"""The page of all commands, from what click knows of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from verify.cli import root

_INTRODUCTION = """\
# Commands

`rehome --help` lists them, `rehome COMMAND --help` tells what stands here of one.

| exit status | meaning |
| --- | --- |
| 0 | clean: nothing to do, or everything was done |
| 1 | findings, or files that would change under `--check` |
| 2 | could not decide: bad arguments, unreadable input, a file that does not parse |
| 130, 141 | interrupted; whoever read the output went away |

Where findings and something undecided come together, it is 2. Results go to stdout,
progress and warnings to stderr. Settings stand in `[tool.rehome]` of pyproject.toml
([settings](settings.md)); an option on the command line wins."""
_ELSEWHERE = "<!-- elsewhere: its names are examples -->\n"
_NUMBER = re.compile(r"\b(?:INTEGER|FLOAT)(?: RANGE)?\b")


def page() -> str:
    """The page. Raises ValueError where a command or an option has no text."""
    ctx = click.Context(root, info_name="rehome")
    parts = [_INTRODUCTION, _options(root, ctx), *_of_group(root, ctx, 2)]
    return "\n\n".join(parts) + "\n"


def _of_group(group: click.Group, ctx: click.Context, level: int) -> Iterator[str]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=ctx)
        yield "\n\n".join(_command(command, below, level))
        if isinstance(command, click.Group):
            yield from _of_group(command, below, level + 1)


def _command(command: click.Command, ctx: click.Context, level: int) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(ctx))
    yield f"{'#' * level} {ctx.command_path}"
    yield f"```text\n{ctx.command_path} {usage}\n```"
    if not command.help:
        raise ValueError(f"{ctx.command_path} has no help text")
    yield from map(_paragraph, _paragraphs(command.help))
    options = _options(command, ctx)
    if options:
        yield options


def _paragraphs(text: str) -> list[str]:
    return [part.strip(" \n") for part in re.split(r"\n\s*\n", text) if part.strip()]


def _paragraph(text: str) -> str:
    """Prose on one line, or the examples, which click leaves as they are."""
    if not text.startswith("\b"):
        return _prose(" ".join(text.split()))
    lines = [line.strip() for line in text.splitlines()[1:]]
    block = "".join(f"{line}\n" for line in lines)
    if any("rehome " in line for line in lines):
        return f"{_ELSEWHERE}```sh\n{block}```"
    return f"```text\n{block}```"


def _prose(text: str) -> str:
    """Text of a help as Markdown: angles and stars mean themselves."""
    pieces = text.split("`")  # every other one is code
    pieces[::2] = (re.sub(r"([<>*\[\]|])", r"\\\1", each) for each in pieces[::2])
    return "`".join(pieces)


def _options(command: click.Command, ctx: click.Context) -> str:
    rows = [_row(each, ctx) for each in command.get_params(ctx) if _is_option(each)]
    if not rows:
        return ""
    return "\n".join(["| option | default | meaning |", "| --- | --- | --- |", *rows])


def _is_option(parameter: click.Parameter) -> bool:
    """Whether it is one to be told of; that each command has --help is told once."""
    if not isinstance(parameter, click.Option) or parameter.hidden:
        return False
    return "--help" not in parameter.opts


def _row(parameter: click.Parameter, ctx: click.Context) -> str:
    assert isinstance(parameter, click.Option)
    record = parameter.get_help_record(ctx)
    if record is None or not parameter.help:
        raise ValueError(f"{ctx.command_path} {parameter.opts[0]} has no help text")
    names = _NUMBER.sub("N", record[0]).replace("|", "\\|")
    meaning, default = _told(parameter, ctx)
    return f"| `{names}` | {default} | {_prose(meaning)} |"


def _told(parameter: click.Option, ctx: click.Context) -> tuple[str, str]:
    """What an option means, and its default: click's, or the one that its text says."""
    text = " ".join((parameter.help or "").split())
    said = re.search(r"\s*\[default: (.*)\]$", text)
    if said:
        return text[: said.start()], _prose(said[1])
    if parameter.required:
        return text, "required"
    if parameter.show_default:
        return text, f"`{_default(parameter, ctx)}`"
    return text, ""


def _default(parameter: click.Option, ctx: click.Context) -> str:
    value = parameter.get_default(ctx)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
