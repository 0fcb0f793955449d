"""The commands there are, and what click makes of the words that call one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import click

from verify import cli

ROOT = click.Context(cli.root, info_name="rehome")
SHELL = {"|", ">", "&&"}
_OF_SETTINGS = {"--settings": 2, "--no-settings": 1}  # words that each takes


def every_command(
    group: click.Group = cli.root, name: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command with the words that call it, those of groups too."""
    ctx = click.Context(group, info_name="rehome")
    for word in group.list_commands(ctx):
        command = group.get_command(ctx, word)
        assert command is not None
        yield (*name, word), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*name, word))


def parse(words: list[str]) -> tuple[str, ...]:
    """Let click read a command line, and run nothing; return the command's name.

    Raises click.UsageError where it is none.
    """
    assert words[0] == "rehome"
    command: click.Command = cli.root
    ctx = ROOT
    name: list[str] = []
    arguments = _after_settings(words[1:])
    while isinstance(command, click.Group):
        below = command.get_command(ctx, arguments[0]) if arguments else None
        if below is None and arguments and not arguments[0].startswith("-"):
            raise click.UsageError(f"no such command: {arguments[0]}", ctx)
        if below is None:
            break
        name.append(arguments[0])
        command, arguments = below, arguments[1:]
    with (
        suppress(click.exceptions.Exit),  # of --help and --version
        command.make_context(" ".join(words), arguments),
    ):
        pass
    return tuple(name)


def _after_settings(arguments: list[str]) -> list[str]:
    """Leave out what says before any command which settings count."""
    while arguments and arguments[0] in _OF_SETTINGS:
        arguments = arguments[_OF_SETTINGS[arguments[0]] :]
    return arguments
