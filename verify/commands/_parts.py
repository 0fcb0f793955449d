"""The parts of a report that run code: what `rehome behaviour` and `rehome bench` say
of the two ends of a range, with these commands' own options, settings and defaults.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from codemods.finding import Finding, Place, Verdict
from verify.commands import behaviour, bench
from verify.gathering import PART_NOT_RUN
from verify.outcome import Outcome, Part, from_the_top
from verify.render._escape import inert, visible
from verify.settings.force import have_settled, loaded, project

Runs = Callable[[str, str, dict[str, Any]], Outcome]

_GIVEN = ("base", "head", "format_name", "output")  # not of this run's part
_LONGEST = 300  # characters of a reason
_WHEN_BROKEN = "See to the cause and run it again; `rehome {name}` runs it alone."


@dataclass(frozen=True, slots=True)
class Planned:
    """A command that is going to compare two sides, with all of its options."""

    name: str
    options: dict[str, Any]
    runs: Runs

    def compare(self, base: str, head: str) -> Outcome:
        """Of two commits, by their ids; with what the project's settings accept."""
        outcome = self.runs(f"git:{base}", f"git:{head}", self.options)
        have_settled(settled=True)
        if loaded().file is not None:
            from verify.settings.accepting import settle

            outcome = settle(project(), outcome)
        return from_the_top(outcome)  # as the checks have it


def planned(
    repo: Path, *, tests: bool, driver: Path | None, benchmarks: Sequence[str]
) -> list[Planned]:
    """What is to be run, in this order; nothing is run yet.

    Raises click.ClickException where a file is not there or an option in the settings
    is a bad one, which is better known before the work than after it.
    """
    found = []
    if tests or driver is not None:
        asked = ["--tests"] if tests else []
        if driver is not None:
            asked.append(f"--driver={driver}")
        options = _options("behaviour", behaviour.command, repo, asked)
        _look_for_driver(options["driver"])
        found.append(Planned("behaviour", options, behaviour.outcome_of))
    if benchmarks:
        options = _options("bench", bench.command, repo, files=benchmarks)
        _look_for_benchmarks(benchmarks)
        found.append(Planned("bench", options, bench.outcome_of))
    return found


def _options(
    name: str,
    command: click.Command,
    repo: Path,
    asked: Sequence[str] = (),
    files: Sequence[str] = (),
) -> dict[str, Any]:
    """A command's options, as if it were called by a person in this place."""
    from verify.settings.defaults import default_map

    arguments = [*asked, f"--repo={repo}", "--", "BASE", "HEAD", *files]
    with command.make_context(
        name,
        arguments,
        parent=click.get_current_context(),
        default_map=default_map(name, command, loaded()),
    ) as ctx:
        return {key: ctx.params[key] for key in ctx.params if key not in _GIVEN}


def _look_for_driver(driver: Path | None) -> None:
    from verify.behaviour.driver import read_driver
    from verify.sides.errors import SideError

    try:
        if driver is not None:
            read_driver(driver)
    except SideError as error:
        raise click.ClickException(str(error)) from None


def _look_for_benchmarks(files: Sequence[str]) -> None:
    from verify.benching.engine import look_for
    from verify.benching.parents import SideFailed

    try:
        look_for(files)
    except SideFailed as error:
        raise click.ClickException(str(error)) from None


def tried(name: str, source: str, run: Callable[[], Outcome]) -> Part:
    """A part by what it came to; one that could not be run says why, and leaves the
    others as they are.
    """
    try:
        return Part(source, run())
    except click.ClickException as error:
        why = error.format_message()
    except Exception as error:  # hours of another part may hang on it
        if os.environ.get("REHOME_DEBUG") == "1":
            raise
        why = f"{type(error).__name__}: {error}"
    why = " ".join(why.split()).removeprefix("could not tell: ")
    tell(f"{name} could not be run: {why}")
    if len(why) > _LONGEST:  # where it was, and at the end of a traceback the cause
        why = f"{why[: _LONGEST // 3]} ... {why[-_LONGEST // 2 :]}"
    fix = _WHEN_BROKEN.format(name=name)
    finding = Finding(PART_NOT_RUN, Place(name), f"`rehome {name}`: {why}", fix)
    heading = f"could not tell: {why}"
    return Part(
        source, Outcome(name, Verdict.UNDECIDED, (finding,), heading=(heading,))
    )


def tell(text: str) -> None:
    """A line for who waits, or reads the log later."""
    click.echo(inert(visible(f"rehome report: {text}")), err=True)
