"""Gather results into one page for people, or into any format."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from verify.check import load, names
from verify.commands._checks import answers, check_options
from verify.commands._parts import Planned, planned, tell, tried
from verify.commands.verify import every_setting, outcome_of, show_progress
from verify.gathering import gathered
from verify.git import GitError, Repository
from verify.outcome import Outcome, Part
from verify.report import finish, output_of
from verify.saved import SavedError
from verify.saved import outcome_of as outcome_in


@click.command()
@click.argument("results", nargs=-1, required=True, metavar="[BASE..HEAD] [FILE...]")
@click.option(
    "--tests",
    is_flag=True,
    help="Run the pytest suites of both ends of the range, too.",
)
@click.option(
    "--driver",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Drive both ends with the operations of this file, too.",
)
@click.option(
    "--bench",
    "benchmarks",
    type=click.Path(),
    multiple=True,
    metavar="FILE",
    help="Run these benchmarks on both ends, too.",
)
@check_options(every_setting())
@output_of("findings", "cases", "diagrams", default="html")
def command(
    results: tuple[str, ...],
    tests: bool,
    driver: Path | None,
    benchmarks: tuple[str, ...],
    repo: Path,
    format_name: str,
    output: Path | None,
    **settings: Any,
) -> None:
    """Gather results into one page: what was proven, what failed, what was not run.

    A range is checked as by rehome verify, which runs none of its code. With --tests or
    --driver its two ends are compared as by rehome behaviour, and with --bench as by
    rehome bench: these run the code of both. What they are not told here, they take
    from the project's settings. A part that cannot be run is told as one that could not
    tell, and the others are told all the same.

    Each FILE is a result that a command saved by --format json --output FILE. The page
    is one HTML file that needs nothing else; every other format tells the same.

    \b
    rehome report main..my-branch --output report.html
    rehome report main..my-branch --tests --bench tests/benchmarks --output report.html
    rehome behaviour git:main . --format json --output behaviour.json
    rehome bench git:main . bench.py --format json --output bench.json
    rehome report main..my-branch behaviour.json bench.json --output report.html
    """
    if format_name == "html" and output is None and sys.stdout.isatty():
        raise click.UsageError("a page is no text for a terminal: give --output FILE")
    files = [text for text in results if _is_file(text)]
    ranges = [text for text in results if not _is_file(text)]
    if len(ranges) > 1:
        shown = " and ".join(repr(text) for text in ranges[:2])
        raise click.UsageError(f"{shown} are no files, and one range is the most")
    twice = next((text for text in files if files.count(text) > 1), None)
    if twice is not None:
        raise click.UsageError(f"{twice!r} is named twice")
    saved = [_read(text) for text in files]  # a bad file ends it before the work
    wanted = planned(repo, tests=tests, driver=driver, benchmarks=benchmarks)
    if wanted and not ranges:
        raise click.UsageError("to run code takes a range: name BASE..HEAD")
    parts = [
        part for text in ranges for part in _of_range(text, repo, settings, wanted)
    ]
    outcome = gathered([*parts, *saved])
    if output is not None:  # what is shown nowhere else
        tell(" ".join(outcome.heading))
    finish(outcome, format_name=format_name, output=output)


def _is_file(text: str) -> bool:
    """Whether a text means a saved result, be it there or not."""
    return Path(text).is_file() or text.endswith(".json")


def _read(name: str) -> Part:
    try:
        outcome = outcome_in(Path(name).read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        raise click.ClickException(f"cannot read {name!r}: {reason}") from None
    except SavedError as error:
        raise click.ClickException(f"{name!r} is no saved result: {error}") from None
    if outcome.command == "report":
        raise click.ClickException(
            f"{name!r} is a report: name the results that it was made of"
        )
    return Part(name, outcome)


def _of_range(
    revisions: str, repo: Path, settings: dict[str, Any], wanted: list[Planned]
) -> list[Part]:
    """What the checks say of a range, and the commands that run its code."""
    check = partial(_checked, revisions, repo, settings)
    if not wanted:
        return [Part(revisions, check())]
    base, head = _ends(revisions, repo)
    runs = [("verify", check)]
    runs += [(each.name, partial(each.compare, base, head)) for each in wanted]
    parts = []
    for number, (name, run) in enumerate(runs, 1):
        tell(f"{number} of {len(runs)}: {name} of {revisions}")
        parts.append(tried(name, revisions, run))
    return parts


def _ends(revisions: str, repo: Path) -> tuple[str, str]:
    """The commits at which a range begins and ends."""
    try:
        repository = Repository.open(repo)
        try:
            compared = repository.range_of(revisions)
            return compared.base, compared.head
        finally:
            repository.close()
    except GitError as error:
        raise click.ClickException(str(error)) from None


def _checked(revisions: str, repo: Path, settings: dict[str, Any]) -> Outcome:
    wanted = [load(name) for name in names()]
    compared, found = answers(repo, revisions, wanted, settings, show_progress)
    return outcome_of(compared, found)
