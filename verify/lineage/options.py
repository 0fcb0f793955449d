"""The options of the commands that can write commits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from verify.lineage.steps import Form

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


def history_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters `history`, a `Form` or None, and
    `check_commit`.
    """
    function = click.option(
        "--check-commit",
        metavar="COMMAND",
        callback=_only_with_history,
        help="With --history: a command that has to pass at every commit, for one:"
        " `pytest -q`. It runs in a work tree of its own.",
    )(function)
    return click.option(
        "--history",
        is_flag=False,
        flag_value=Form.LINEAR.value,
        type=click.Choice([form.value for form in Form]),
        callback=_form,
        is_eager=True,
        help="Commit it so that plain git blame and git log --follow keep the authors:"
        " linear commits (where no form is named), or side branches and a merge.",
    )(function)


def _form(
    ctx: click.Context, parameter: click.Parameter, text: str | None
) -> Form | None:
    return None if text is None else Form(text)


def _only_with_history(
    ctx: click.Context, parameter: click.Parameter, command: str | None
) -> str | None:
    if command is not None and ctx.params.get("history") is None:
        raise click.BadParameter("goes with --history only", ctx, parameter)
    return command
