"""The `rehome` command: finds the subcommand, and ends as the exit status says.

0: clean; 1: findings, or would change under `--check`; 2: could not decide.
"""

from __future__ import annotations

import ast
import io
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import click
from click.shell_completion import CompletionItem

from verify import checks, commands
from verify.memory import collect_rarely
from verify.render._escape import visible
from verify.settings.force import Choice, choose, place_of, prepare

INTERRUPTED = 130  # 128 + SIGINT, and 128 + SIGPIPE, as shells count
PIPE_CLOSED = 141
# Set by the scripts that `rehome completion` prints, for each key that is pressed.
_COMPLETION = "_REHOME_COMPLETE"


class LazyGroup(click.Group):
    """A group of the modules in `verify.commands` and of the checks in
    `verify.checks`; imports the one that runs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*_names_in(commands), *_names_in(checks)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _names_in(commands):
            command: click.Command = import_module(_module(cmd_name)).command
            return command
        if cmd_name in _names_in(checks):
            from verify.commands._checks import command_of

            return command_of(cmd_name.replace("-", "_"))
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and command is not None and not ctx.resilient_parsing:
            prepare(ctx, name, command, rest)
        return name, command, rest

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        """What may follow; the names of commands without importing each of them."""
        options = click.Command.shell_complete(self, ctx, incomplete)
        names = (n for n in self.list_commands(ctx) if n.startswith(incomplete))
        return [*(CompletionItem(n, help=_one_line_help(n)) for n in names), *options]

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        rows = [(name, _one_line_help(name)) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _names_in(package: ModuleType) -> list[str]:
    modules = pkgutil.iter_modules(package.__path__)
    names = (m.name for m in modules if not m.name.startswith("_"))
    return [name.replace("_", "-") for name in names]


def _module(command_name: str) -> str:
    package = commands if command_name in _names_in(commands) else checks
    return f"{package.__name__}.{command_name.replace('-', '_')}"


def _one_line_help(command_name: str) -> str:
    """Read the first line of a module's docstring, without importing it."""
    spec = find_spec(_module(command_name))
    get_source = getattr(spec and spec.loader, "get_source", None)
    source = get_source(_module(command_name)) if get_source else None
    return (ast.get_docstring(ast.parse(source or "")) or "").partition("\n")[0]


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or ctx.resilient_parsing:
        return
    from verify.about import version

    click.echo(f"rehome {version() or '(not installed: run from its source)'}")
    ctx.exit()


def _read_settings(ctx: click.Context, _: click.Parameter, file: Path | None) -> None:
    if file is not None:
        choose(ctx, Choice(file=file))


def _leave_settings(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        choose(ctx, Choice(none=True))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    expose_value=False,
    callback=_read_settings,
    metavar="FILE",
    help="The file with [tool.rehome], not the nearest pyproject.toml.",
)
@click.option(
    "--no-settings",
    is_flag=True,
    expose_value=False,
    callback=_leave_settings,
    help="Leave all settings out.",
)
def root() -> None:
    """Move Python code to a new home, and prove that nothing else changed.

    Exit status: 0 clean; 1 findings, or would change under --check; 2 could
    not decide.

    \b
    rehome apply --check --diff sglang src/
    rehome verify origin/main...HEAD
    rehome bench git:main . tests/benchmarks
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `rehome` and return its exit status; never raises.

    Arguments default to the process's own. With `REHOME_DEBUG=1` an unexpected
    error shows its traceback.
    """
    _open_what_is_closed()
    _write_whole_texts()
    _print_any_character()
    if os.environ.get(_COMPLETION):
        return _complete(os.environ[_COMPLETION])
    collect_rarely()
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
    except click.ClickException as error:
        _show(error)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("rehome: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return PIPE_CLOSED
    except OSError as error:
        return _tell_of_system(error)
    except Exception as error:
        return _explain(error)
    return status


def _run(arguments: list[str]) -> int:
    """Run the command without what `root.main` adds: exit statuses of its own."""
    try:
        with root.make_context("rehome", arguments) as ctx:
            root.invoke(ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0


def _complete(asked: str) -> int:
    """Answer a shell, and never disturb what a person is typing."""
    from click.shell_completion import shell_complete

    with suppress(Exception):
        return shell_complete(root, {}, "rehome", _COMPLETION, asked)
    return 1


def _show(error: click.ClickException) -> None:
    message = io.StringIO()
    where = place_of(error)
    if where:
        error = click.ClickException(f"{where}: {error.message}")
    error.show(file=message)
    click.echo(visible(message.getvalue(), keep="\n"), nl=False, err=True)


def _open_what_is_closed() -> None:
    """Give each standard stream that was closed (`>&-`) a place that takes anything, or
    the next file that is opened would be it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 (it stays)
            setattr(sys, name, stream)


def _write_whole_texts() -> None:
    """Give stdout the buffer that PYTHONUNBUFFERED takes from it: without one, Python
    drops what a full disk or a closed pipe leaves of a text, and says nothing.
    """
    raw = getattr(sys.stdout, "buffer", None)
    is_the_process_s_own = sys.stdout is sys.__stdout__
    if is_the_process_s_own and isinstance(raw, io.RawIOBase):
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), sys.stdout.encoding, line_buffering=True
        )


def _print_any_character() -> None:
    """Let no terminal's encoding make a print fail."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    """Keep the interpreter from flushing into the closed pipe when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell_of_system(error: OSError) -> int:
    """Say what the system refused: a full disk, a name that is too long."""
    if os.environ.get("REHOME_DEBUG") == "1":
        return _explain(error)
    named = f"{os.fsdecode(error.filename)!r}: " if error.filename else ""
    with suppress(OSError):
        click.echo(visible(f"Error: {named}{error.strerror or error}"), err=True)
    _close_stdout()  # what is left for it may be what was refused
    return 2


def _explain(error: Exception) -> int:
    """Say in one line that `rehome` itself failed; return the exit status."""
    if os.environ.get("REHOME_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
        return 2
    what = visible(f"{type(error).__name__}: {error}")
    click.echo(
        f"rehome: a mistake of rehome itself: {what}. Please report it with what the"
        " same command prints under REHOME_DEBUG=1.",
        err=True,
    )
    return 2
