"""Find import cycles: which are new, which fail, which lazy imports can go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from verify.cases import case_of
from verify.check import CheckResult, Settings, load
from verify.checks.cycles import result_of
from verify.commands._checks import (
    answers,
    notes_on,
    of_range,
    range_options,
    settled,
)
from verify.git import GitError, Repository
from verify.importing.moving import folder_of
from verify.importing.packages import NoPackage
from verify.importing.store import Files, at_revision, in_folder
from verify.importing.survey import examine
from verify.outcome import Fact, Outcome
from verify.progress import progress_bar
from verify.releases import cache_folder
from verify.report import finish, output_of, start_of
from verify.settings.force import is_flag_given


@click.command()
@range_options(load("cycles").settings)
@click.option(
    "--folder",
    is_flag=True,
    help="The argument is a folder: look at its Python files as they are.",
)
@output_of("findings", "cases", "diagrams")
def command(
    revisions: str,
    repo: Path,
    folder: bool,
    format_name: str,
    output: Path | None,
    **settings: Any,
) -> None:
    """Find import cycles, and tell which of them make an import fail.

    BASE..HEAD compares two revisions: only what is new counts. One REV, or --folder,
    tells of every cycle there is. No module is imported and nothing is checked out:
    the order in which modules run is simulated, from each module of a cycle.

    \b
    rehome cycles main..my-branch
    rehome cycles --no-new origin/main...HEAD
    rehome cycles --package sglang HEAD
    rehome cycles --folder src
    """
    compares = not folder and ".." in revisions
    if settings["no_new"] and not compares and is_flag_given("no_new"):
        raise click.UsageError("--no-new compares: name BASE..HEAD")
    if folder:
        outcome = _of_folder(Path(revisions), settings)
    elif ".." in revisions:
        outcome = _of_range(repo, revisions, settings)
    else:
        outcome = _of_revision(repo, revisions, settings)
    finish(outcome, format_name=format_name, output=output)


def _of_range(repo: Path, revisions: str, settings: Settings) -> Outcome:
    compared, (result,) = answers(repo, revisions, [load("cycles")], settings)
    return _outcome(result, compared.text, of_range(compared), notes_on(compared))


def _of_revision(repo: Path, revision: str, settings: Settings) -> Outcome:
    try:
        repository = Repository.open(repo)
        try:
            commit = _commit(repository, revision)
            files = at_revision(repository, commit, settings["package"])
            facts = {"revision": revision, "commit": commit}
            return _outcome(settled(_answer(files), repo), revision, facts)
        finally:
            repository.close()
    except (GitError, NoPackage) as error:
        raise click.ClickException(str(error)) from None


def _commit(repository: Repository, revision: str) -> str:
    try:
        return repository.commit(revision)
    except GitError as error:
        raise GitError(f"{revision!r} names no commit here: {error}") from None


def _of_folder(folder: Path, settings: Settings) -> Outcome:
    try:
        files = in_folder(folder, settings["package"])
    except NoPackage as error:
        raise click.ClickException(str(error)) from None
    start = folder_of(folder, files.oids)
    result = settled(_answer(files), start, at_top=False)
    outcome = _outcome(result, str(folder), {"folder": str(folder)})
    return replace(outcome, start=start_of(start))


def _answer(files: Files) -> CheckResult:
    with progress_bar("reading imports") as progress:
        return result_of(examine(files, cache_folder() / "imports", progress=progress))


def _outcome(
    result: CheckResult,
    title: str,
    of_what: Mapping[str, Fact],
    notes: tuple[str, ...] = (),
) -> Outcome:
    return Outcome(
        command="cycles",
        verdict=result.verdict,
        findings=result.findings,
        tables=result.tables,
        facts={**of_what, **result.facts},
        heading=(f"{title}: {result.verdict.value}: {result.summary[0]}", *notes),
        summary=result.summary[1:],
        diagrams=result.diagrams,
        cases=(case_of(result),),
        accepted=result.accepted,
    )
