"""What commands share: the options for output, and the way they end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click
from click.shell_completion import CompletionItem

from codemods.files import signals_deferred
from codemods.worktree import top_of
from verify.outcome import Outcome
from verify.render import fitting, formats, needs, render
from verify.settings.force import have_settled, loaded, project
from verify.terminal import Terminal

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


if TYPE_CHECKING:
    _Text = click.ParamType[str]
else:  # generic since click 8.2 only
    _Text = click.ParamType


class Format(_Text):
    """The name of a format, of those that can show a command's outcome."""

    name = "format"

    def __init__(self, parts: frozenset[str], own: str | None = None) -> None:
        self.parts = parts
        self.own = own

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if value == self.own:
            return value
        if value not in formats():
            self.fail(f"{value!r} is not one of {self._listed()}.", param, ctx)
        wanted = needs(value)
        if wanted and not wanted & self.parts:
            shown = " or ".join(sorted(wanted))
            self.fail(
                f"{value!r} shows {shown} alone, and this command has none: choose"
                f" from {self._listed()}.",
                param,
                ctx,
            )
        return value

    def _listed(self) -> str:
        return ", ".join(map(repr, self.names()))

    def names(self) -> tuple[str, ...]:
        """What a user may choose from."""
        own = () if self.own is None else (self.own,)
        return (*own, *fitting(self.parts))

    def get_metavar(
        self, param: click.Parameter, ctx: click.Context | None = None
    ) -> str:
        return f"[{'|'.join(self.names())}]"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        names = self.names()
        return [CompletionItem(n) for n in names if n.startswith(incomplete)]


def output_of(
    *parts: str, default: str = "text", own: str | None = None
) -> Callable[[AnyFunction], AnyFunction]:
    """Give a command the parameters `format_name` and `output`. `parts` are the fields
    of its `Outcome` that may hold something, besides what every format can tell; `own`
    is a format that the command writes itself.
    """

    def decorate(function: AnyFunction) -> AnyFunction:
        function = click.option(
            "--output",
            type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
            callback=_writable,
            metavar="FILE",
            help="Write the result to FILE, whole or not at all, not to stdout.",
        )(function)
        return click.option(
            "--format",
            "format_name",
            type=Format(frozenset(parts), own),
            default=default,
            show_default=True,
            help="How to write the result.",
        )(function)

    return decorate


output_options = output_of("findings")


def _writable(
    ctx: click.Context, parameter: click.Parameter, output: Path | None
) -> Path | None:
    """Refuse a bad FILE before the work, not after it."""
    if output is None or str(output) == "-":
        return None
    try:
        problem = _why_not(output)
    except OSError as error:
        problem = f"{str(output)!r} cannot be written: {error.strerror or error}"
    if problem:
        raise click.BadParameter(problem, ctx, parameter)
    return output


def _why_not(output: Path) -> str:
    """Why a file cannot be written; empty where it can. A regular one is replaced, for
    which its folder is written too.
    """
    folder = Path(os.path.realpath(output)).parent
    if not folder.is_dir():
        return f"there is no folder {str(folder)!r}"
    touched = [output] if output.exists() else []
    if not touched or output.is_file():
        touched.append(folder)
    if all(os.access(each, os.W_OK) for each in touched):
        return ""
    return f"{str(output)!r} cannot be written"


def finish(outcome: Outcome, *, format_name: str, output: Path | None) -> NoReturn:
    """Show the outcome and end the command with the exit status of its verdict.

    Raises click.ClickException where `output` cannot be written.
    """
    outcome = _settled(outcome)
    if output is None:
        terminal = Terminal.of(sys.stdout)
        text = render(outcome, format_name, terminal)
        click.echo(text, nl=False, color=terminal.colour)
    else:
        save_text(output, render(outcome, format_name, Terminal()))
    click.get_current_context().exit(outcome.verdict.exit_status)


def start_of(folder: Path | None = None) -> str:
    """`Outcome.start` of paths that start from a folder, the current one by default."""
    try:
        real = os.path.realpath(folder or os.curdir)
    except OSError:  # the current folder is gone
        return ""
    inner = os.path.relpath(real, top_of(real) or real)
    return "" if inner == os.curdir else PurePath(inner).as_posix()


def _settled(outcome: Outcome) -> Outcome:
    """The outcome, in which the project's settings have had their say."""
    if have_settled(settled=True) or loaded().file is None:
        return outcome
    from verify.settings.accepting import settle

    return settle(project(), outcome)


def save_text(output: Path, text: str) -> None:
    """Write a file whole, or leave it as it was. Raises click.ClickException."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        if output.exists() and not output.is_file():  # a device or a pipe
            output.write_bytes(content)
        else:
            with signals_deferred():
                _replace(Path(os.path.realpath(output)), content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"cannot write {str(output)!r}: {reason}") from None


def _replace(path: Path, content: bytes) -> None:
    """Give `path` its new content at once; a failure leaves it as it was."""
    mode = path.stat().st_mode & 0o7777 if path.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".rehome-")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
