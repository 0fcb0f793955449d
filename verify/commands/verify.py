"""Verify a refactor: every check of a range, in one run."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from codemods.finding import Verdict
from verify.cases import case_of
from verify.check import CheckResult, fold, load, names
from verify.commands._checks import answers, notes_on, of_range, range_options
from verify.git import Range
from verify.outcome import Fact, Outcome
from verify.progress import progress_bar
from verify.report import finish, output_of
from verify.settings.force import is_flag_given, loaded

# What a reviewer asks before all else; the others follow by name.
_FIRST = frozenset({"moves"})


def _read_only(
    ctx: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of `--only moves,blame`, in order; all where none is given."""
    wanted = {name.strip() for text in texts for name in text.split(",")}
    unknown = sorted(wanted - {*names()})
    if unknown:
        raise click.BadParameter(
            f"there is no check {unknown[0]!r}, choose from {', '.join(names())}",
            ctx,
            parameter,
        )
    return tuple(name for name in names() if name in wanted or not wanted)


def every_setting() -> list[Any]:
    """The settings of all checks."""
    return [setting for name in names() for setting in load(name).settings]


@click.command()
@range_options(every_setting())
@click.option(
    "--only",
    multiple=True,
    metavar="CHECK,...",
    callback=_read_only,
    help=f"Run these checks alone, of {', '.join(names())}.",
)
@output_of("findings", "cases", "diagrams")
def command(
    revisions: str,
    repo: Path,
    only: tuple[str, ...],
    format_name: str,
    output: Path | None,
    **settings: Any,
) -> None:
    """Run every check on what changed from BASE to HEAD.

    Everything is read from git objects: nothing is checked out, and no code of the
    repository runs. BASE...HEAD compares from where the two parted; REV alone means
    what one commit changed.

    \b
    rehome verify main..my-branch
    rehome verify --only moves,blame HEAD
    rehome verify --format markdown origin/main...HEAD
    """
    wanted = [load(name) for name in only]
    compared, results = answers(repo, revisions, wanted, settings, show_progress)
    outcome = outcome_of(compared, results)
    outcome = replace(outcome, heading=(*outcome.heading, *_left_out(only)))
    finish(outcome, format_name=format_name, output=output)


def _left_out(wanted: tuple[str, ...]) -> Iterator[str]:
    """The checks that did not run, where it is the settings that say so."""
    others = [name for name in names() if name not in wanted]
    if others and not is_flag_given("only"):
        where = loaded().place("verify", "only")
        yield f"not run, as {where} asks: {', '.join(others)}"


def show_progress(started: list[Future[CheckResult]]) -> None:
    """How many of the checks have answered."""
    with progress_bar("checking") as progress:
        for done, _ in enumerate(as_completed(started), 1):
            progress(done, len(started))


def outcome_of(compared: Range, results: list[CheckResult]) -> Outcome:
    """One outcome of all checks' answers; their facts get the check's name."""
    results = sorted(results, key=lambda result: result.name not in _FIRST)
    facts: dict[str, Fact] = dict(of_range(compared))
    for result in results:
        facts[f"{result.name}_verdict"] = result.verdict.value
        facts |= {f"{result.name}_{key}": fact for key, fact in result.facts.items()}
    verdict = fold([result.verdict for result in results])
    return Outcome(
        command="verify",
        verdict=verdict,
        findings=tuple(finding for result in results for finding in result.findings),
        tables=tuple(table for result in results for table in result.tables),
        listings=tuple(text for result in results for text in result.listings),
        diagrams=tuple(each for result in results for each in result.diagrams),
        facts=facts,
        heading=(_headline(compared, verdict, results), *notes_on(compared)),
        summary=tuple(
            f"{result.name}: {line}" for result in results for line in _lines(result)
        ),
        cases=tuple(map(case_of, results)),
        accepted=tuple(each for result in results for each in result.accepted),
    )


def _headline(compared: Range, verdict: Verdict, results: list[CheckResult]) -> str:
    """The verdict, and how many lines of how many are left to read."""
    parts = [f"{compared.text}: {verdict.value}"]
    parts += [r.summary[0] for r in results if r.name == "moves" and r.summary]
    bad = [r for r in results if r.verdict is not Verdict.OK]
    if bad:
        parts.append(", ".join(f"{r.name} {r.verdict.value}" for r in bad))
    return "; ".join(parts)


def _lines(result: CheckResult) -> tuple[str, ...]:
    first, *others = result.summary or ("",)
    return (": ".join(part for part in (result.verdict.value, first) if part), *others)
