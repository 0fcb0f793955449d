"""The page of all formats: what each is, and which commands can write it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module

import click

from verify import render
from verify.cli import root
from verify.render import fitting, formats, needs
from verify.report import Format

_INTRODUCTION = """\
# Formats

`--format NAME` says how a result is written, `--output FILE` where. A command offers
the formats that can show what it finds. Text of the analysed code is escaped for each
of them: nothing that a user can name becomes markup, a command of a CI system, or an
escape sequence."""
_PARTS = {
    "cases": "answers to what was asked",
    "changes": "changes of files",
    "diagrams": "diagrams",
    "findings": "findings",
}


def page() -> str:
    """The page. Raises ValueError for a format without a text."""
    offered = dict(_offered(root, click.Context(root, info_name="rehome")))
    parts = [_INTRODUCTION]
    for name in formats():
        able = [c for c, kind in offered.items() if name in fitting(kind.parts)]
        parts += [f"## {name}", *_about(name), _by(able, [*offered])]
    for command, kind in offered.items():
        if kind.own is not None:
            parts += [f"## {kind.own}", f"Of `{command}` alone: see there."]
    return "\n\n".join(parts) + "\n"


def _by(able: list[str], every: list[str]) -> str:
    """Who offers a format, in as few names as that takes."""
    others = [command for command in every if command not in able]
    if len(able) < len(others):
        return f"Written by {_listed(able)}."
    but = f", but {_listed(others)}" if others else ""
    return f"Written by every command that has `--format`{but}."


def _listed(commands: list[str]) -> str:
    return ", ".join(f"`{command}`" for command in commands)


def _about(name: str) -> Iterator[str]:
    text = inspect.getdoc(import_module(f"{render.__name__}.{name}"))
    if not text:
        raise ValueError(f"verify/render/{name}.py has no docstring")
    yield text
    wanted = [_PARTS[part] for part in sorted(needs(name))]
    if wanted:
        yield f"It shows {' or '.join(wanted)}, and nothing of a result without."


def _offered(group: click.Group, ctx: click.Context) -> Iterator[tuple[str, Format]]:
    """Each command that has `--format`, and what it takes."""
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        below = click.Context(command, info_name=name, parent=ctx)
        if isinstance(command, click.Group):
            yield from _offered(command, below)
        for parameter in command.params:
            if isinstance(parameter.type, Format):
                yield below.command_path, parameter.type
