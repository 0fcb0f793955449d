"""The options of the commands that write commits."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from verify.lineage import Form
from verify.lineage.options import history_options


@click.command()
@click.argument("names", nargs=-1)
@history_options
def command(
    names: tuple[str, ...], history: Form | None, check_commit: str | None
) -> None:
    click.echo(repr((names, history and history.value, check_commit)))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ((), None, None)),
        (("a", "--history"), (("a",), "linear", None)),
        (("--history=merge", "a"), (("a",), "merge", None)),
        (("--history", "merge", "a"), (("a",), "merge", None)),
        (
            ("a", "--check-commit", "pytest -q", "--history"),
            (("a",), "linear", "pytest -q"),
        ),
    ],
)
def test_what_is_taken(arguments: tuple[str, ...], expected: object) -> None:
    done = CliRunner().invoke(command, arguments)

    assert done.output == f"{expected!r}\n"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--history", "pkg.a:X"), "'pkg.a:X' is not one of 'linear', 'merge'"),
        (("--check-commit", "true"), "goes with --history only"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], expected: str) -> None:
    done = CliRunner().invoke(command, arguments)

    assert done.exit_code == 2
    assert expected in done.output
