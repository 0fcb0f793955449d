"""Compare how two versions behave: their tests, and traces of a driver."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.commands._sides import SECONDS, side_options
from verify.report import finish, output_of

if TYPE_CHECKING:
    from verify.behaviour.driver import Driver
    from verify.outcome import Outcome

_MEBIBYTE = 1 << 20


def _read_environment(
    ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """The variables of `--env NAME=VALUE`."""
    pairs = [text.partition("=") for text in texts]
    bad = [name for name, equals, _ in pairs if not equals or not name]
    if bad or "\0" in "".join(texts):
        raise click.BadParameter("write NAME=VALUE", ctx, parameter)
    return {name: value for name, _, value in pairs}


@click.command()
@click.argument("base", metavar="BASE")
@click.argument("head", metavar="HEAD")
@click.option(
    "--driver",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Drive both sides with the operations of this file, and compare results.",
)
@click.option(
    "--tests/--no-tests",
    "with_tests",
    default=None,
    help="Run the pytest suites of both sides.  [default: unless there is a driver]",
)
@click.option(
    "--pytest-args",
    default="",
    metavar="TEXT",
    help="Arguments for pytest, quoted as in a shell: paths, -k, -m, ...",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="At least so many steps of the driver that did something.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Of the driver's choices, of hashes, and of the sides' own generators.",
)
@click.option(
    "--reruns",
    type=click.IntRange(0, 20),
    default=2,
    show_default=True,
    help="How often a test that differs is run again, to tell whether it is flaky.",
)
@click.option(
    "--timeout",
    type=SECONDS,
    default=1800.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that one run of a suite may take, or all steps of a driver.",
)
@click.option(
    "--step-timeout",
    type=SECONDS,
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="The longest that one step of the driver may take, its imports included.",
)
@click.option(
    "--code",
    multiple=True,
    metavar="MODULE",
    help="Modules whose functions should be reached.  [default: what differs]",
)
@click.option(
    "--env",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_read_environment,
    help="Set a variable for both sides, before Python starts.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Do the operations of a replay.json on both sides, and no others.",
)
@side_options
@output_of("findings", "cases")
def command(
    base: str,
    head: str,
    format_name: str,
    output: Path | None,
    **options: Any,
) -> None:
    """Run the same on two sides, and compare the results bit for bit.

    BASE and HEAD are git revisions (git:REF, in worktrees that are removed again),
    folders, or releases: pypi:NAME==VERSION for the wheel, sdist:NAME==VERSION for the
    source archive, which often holds the tests. Each runs in processes of its own,
    with fixed seeds. This runs their code: compare only what you would run.

    \b
    rehome behaviour git:main git:my-branch
    rehome behaviour git:HEAD~1 . --pytest-args "tests/unit -m 'not slow'"
    rehome behaviour pypi:pkg==1.0 pypi:pkg==1.1 --driver driver.py --steps 100000

    A driver is a file with build(case), operations(random, case) and step(subject,
    operation); verify/behaviour/driver.py describes it, and the allocators' own is an
    example.
    """
    outcome = outcome_of(base, head, options)
    finish(outcome, format_name=format_name, output=output)


def outcome_of(base: str, head: str, options: dict[str, Any]) -> Outcome:
    """What two sides come to, by the command's options under their names.

    Raises click.ClickException where they could not be run.
    """
    from verify.behaviour.driver import read_driver
    from verify.behaviour.engine import behaviour_of
    from verify.behaviour.telling import told
    from verify.progress import progress_bar
    from verify.sides.errors import SideError
    from verify.sides.workplace import Workplace

    try:
        driver = read_driver(options["driver"]) if options["driver"] else None
        wanted = _wanted(driver, options)
        memory = options["memory"]
        with Workplace(
            python=options["python"],
            seed=options["seed"],
            memory=memory * _MEBIBYTE if memory else None,
            extra_environment=options["variables"],
        ) as place:
            sides = [
                place.open(text, repository=options["repo"], roots=options["roots"])
                for text in (base, head)
            ]
            with progress_bar("comparing") as progress:
                answer = behaviour_of(place, sides[0], sides[1], wanted, progress)
            return told(answer)
    except SideError as error:
        raise click.ClickException(str(error)) from None


def _wanted(driver: Driver | None, options: dict[str, Any]) -> Any:
    from verify.behaviour.engine import Wanted
    from verify.behaviour.traces import Plan

    with_tests = options["with_tests"]
    if with_tests is None:
        with_tests = driver is None
    if not with_tests and driver is None:
        raise click.UsageError("without tests and without a driver, there is nothing")
    if options["replay"] is not None and driver is None:
        raise click.UsageError("`--replay` needs the `--driver` that it was made with")
    try:
        arguments = shlex.split(options["pytest_args"])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--pytest-args") from None
    return Wanted(
        tests=arguments if with_tests else None,
        driver=driver,
        plan=Plan(options["steps"], seconds=options["timeout"]),
        suite_seconds=options["timeout"],
        step_seconds=options["step_timeout"],
        reruns=options["reruns"],
        code=options["code"],
        replay=_read_replay(options["replay"]),
    )


def _read_replay(path: Path | None) -> tuple[str, list[Any]] | None:
    if path is None:
        return None
    try:
        content = json.loads(path.read_bytes())
        case, operations = content["case"], content["operations"]
        if content["rehome_replay"] == 1 and isinstance(operations, list):
            return json.dumps(case), operations
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.BadParameter(
            f"{str(path)!r} cannot be read: {reason}", param_hint="--replay"
        ) from None
    except (ValueError, KeyError, TypeError):
        pass
    raise click.BadParameter(
        f"{str(path)!r} is no replay.json of `rehome behaviour`", param_hint="--replay"
    )
