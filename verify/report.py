"""What commands share: the options for output, and the way they end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from verify.outcome import Outcome
from verify.render import formats, render
from verify.terminal import Terminal

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


def output_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters `format_name` and `output`."""
    return _output_options(function, formats(), "text")


def output_options_or(own: str) -> Callable[[AnyFunction], AnyFunction]:
    """The same, for a command that has a format of its own, which is its default."""

    def decorate(function: AnyFunction) -> AnyFunction:
        return _output_options(function, (own, *formats()), own)

    return decorate


def _output_options(
    function: AnyFunction, names: Sequence[str], default: str
) -> AnyFunction:
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
        type=click.Choice(names),
        default=default,
        show_default=True,
        help="How to write the result.",
    )(function)


def _writable(
    ctx: click.Context, parameter: click.Parameter, output: Path | None
) -> Path | None:
    """Refuse a bad FILE before the work, not after it."""
    if output is None or str(output) == "-":
        return None
    folder = output.resolve().parent
    if not folder.is_dir():
        raise click.BadParameter(f"there is no folder {str(folder)!r}", ctx, parameter)
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise click.BadParameter(f"{str(output)!r} cannot be written", ctx, parameter)
    return output


def finish(outcome: Outcome, *, format_name: str, output: Path | None) -> NoReturn:
    """Show the outcome and end the command with the exit status of its verdict.

    Raises click.ClickException where `output` cannot be written.
    """
    if output is None:
        terminal = Terminal.of(sys.stdout)
        text = render(outcome, format_name, terminal)
        click.echo(text, nl=False, color=terminal.colour)
    else:
        save_text(output, render(outcome, format_name, Terminal()))
    click.get_current_context().exit(outcome.verdict.exit_status)


def save_text(output: Path, text: str) -> None:
    """Write a file whole, or leave it as it was. Raises click.ClickException."""
    content = text.encode("utf-8", "backslashreplace")
    try:
        if output.exists() and not output.is_file():  # a device or a pipe
            output.write_bytes(content)
        else:
            _replace(output.resolve(), content)
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
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
