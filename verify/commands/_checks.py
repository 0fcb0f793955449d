"""What the commands of checks share: their options, and how a range is asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from codemods.workers import Apart, Died
from codemods.worktree import top_of
from verify.cases import case_of
from verify.check import CheckResult, Registered, Setting, Settings, load
from verify.git import GitError, Range, Repository
from verify.memory import deep_threads, kept_trees
from verify.outcome import Outcome
from verify.progress import silence
from verify.report import finish, output_of
from verify.settings.force import are_chosen, have_settled, loaded, project

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


def command_of(name: str) -> click.Command:
    """The command that runs one check alone: `rehome NAME BASE..HEAD`."""
    check = load(name)

    @click.command(name, help=check.help)
    @range_options(check.settings)
    @output_of("findings", "cases")
    def command(
        revisions: str,
        repo: Path,
        format_name: str,
        output: Path | None,
        **settings: Any,
    ) -> None:
        compared, (result,) = answers(repo, revisions, [check], settings)
        finish(_outcome(compared, result), format_name=format_name, output=output)

    return command


def range_options(settings: Iterable[Setting]) -> Callable[[AnyFunction], AnyFunction]:
    """Give a command the parameters `revisions`, `repo` and those of checks."""

    def decorate(function: AnyFunction) -> AnyFunction:
        function = check_options(settings)(function)
        return click.argument("revisions", metavar="BASE..HEAD")(function)

    return decorate


def check_options(settings: Iterable[Setting]) -> Callable[[AnyFunction], AnyFunction]:
    """Give a command the parameters `repo` and those of checks."""
    known = {setting.flag: setting for setting in settings}

    def decorate(function: AnyFunction) -> AnyFunction:
        for setting in reversed(known.values()):
            function = _option(setting)(function)
        return click.option(
            "--repo",
            type=click.Path(path_type=Path),
            default=Path(),
            metavar="FOLDER",
            help="The repository, or a folder in it.  [default: the current folder]",
        )(function)

    return decorate


def _option(setting: Setting) -> Callable[[AnyFunction], AnyFunction]:
    def read(ctx: click.Context, parameter: click.Parameter, given: Any) -> Any:
        if setting.is_flag:
            given = (setting.flag,) if given else ()
        try:
            return setting.read(tuple(given))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, parameter) from None

    kind: dict[str, Any] = {"multiple": True, "metavar": setting.metavar}
    if setting.is_flag:
        kind = {"is_flag": True}
    names = (setting.flag, setting.name)
    return click.option(*names, help=setting.help, callback=read, **kind)


Watch = Callable[[list[Future[CheckResult]]], None]


def answers(
    repo: Path,
    revisions: str,
    wanted: list[Registered],
    settings: Settings,
    watch: Watch | None = None,
) -> tuple[Range, list[CheckResult]]:
    """The range of what the user named, and the checks' answers in their order.

    All run at once: while one computes, another waits for git. `watch` sees them
    under way. Raises click.ClickException where git cannot answer.
    """
    try:
        repository = Repository.open(repo)
        try:
            compared = without_ignored(repository.range_of(revisions))
            results = _run(compared, wanted, settings, watch)
            results = [settled(result, repo) for result in results]
            return compared, _with_changed_settings(compared, results)
        finally:
            repository.close()
    except GitError as error:
        raise click.ClickException(str(error)) from None
    except RecursionError:
        raise click.ClickException(
            "code in this range is nested too deeply to be followed: leave it out of"
            " the range, or report it"
        ) from None


def without_ignored(compared: Range) -> Range:
    """A range that leaves out what the project's settings ignore."""
    if not loaded().settings.ignore:
        return compared
    top = _top(compared.repository.folder)
    return compared.without(project(top).ignores)


def _with_changed_settings(
    compared: Range, results: list[CheckResult]
) -> list[CheckResult]:
    """The answers, of which the first tells where the range changes the settings; that
    is a note, which no verdict counts.
    """
    if are_chosen() or not results:
        return results
    from verify.settings.changing import finding_of

    found = finding_of(compared, _top(compared.repository.folder), loaded())
    if found is None:
        return results
    first, *others = results
    return [replace(first, findings=(*first.findings, found)), *others]


def settled(result: CheckResult, folder: Path, *, at_top: bool = True) -> CheckResult:
    """An answer in which the project's settings have had their say; its paths start
    from a folder, or from the top of the work tree that this lies in.
    """
    have_settled(settled=True)
    if loaded().file is None:
        return result
    from verify.settings.accepting import settle_check

    start = _top(folder) if at_top else folder
    return settle_check(project(start), result)


def _top(folder: Path) -> Path:
    """The top of a work tree; of a bare repository, where its settings stand."""
    found = top_of(os.path.realpath(folder))
    return Path(found) if found is not None else loaded().folder


def _run(
    compared: Range, wanted: list[Registered], settings: Settings, watch: Watch | None
) -> list[CheckResult]:
    with ExitStack() as stack:
        calls: list[Callable[[], CheckResult]] = []
        for check in wanted:
            call = partial(check.run, compared, settings)
            if check.apart:
                quiet = watch is not None
                process = Apart(partial(_returned_or_raised, call, quiet=quiet))
                call = partial(_answer_of, check.name, stack.enter_context(process))
            calls.append(call)
        stack.enter_context(kept_trees())
        stack.enter_context(deep_threads())
        pool = stack.enter_context(ThreadPoolExecutor())
        started = [pool.submit(call) for call in calls]
        if watch is not None:
            watch(started)
        return [future.result() for future in started]


_Answer = CheckResult | Exception


def _returned_or_raised(call: Callable[[], CheckResult], *, quiet: bool) -> _Answer:
    try:
        with silence() if quiet else nullcontext():
            return call()
    except Exception as error:  # is raised in the process that asked
        return error


def _answer_of(name: str, process: Apart[_Answer]) -> CheckResult:
    answer = process.result()
    if isinstance(answer, Died):
        raise click.ClickException(
            f"the check {name} ended before it answered, by"
            f" {_cause(answer.status)}: the system may be out of memory"
        )
    if isinstance(answer, CheckResult):
        return answer
    raise answer


def _cause(status: int | None) -> str:
    return f"signal {-status}" if status and status < 0 else f"exit status {status}"


def of_range(compared: Range) -> dict[str, str | bool]:
    """The facts about a range that every outcome has."""
    return {
        "range": compared.text,
        "base": compared.base,
        "head": compared.head,
        "diverged": compared.diverged,
    }


def notes_on(compared: Range) -> tuple[str, ...]:
    """What a reader should know before reading on."""
    notes = []
    if compared.diverged:
        notes.append(
            f"{compared.text}: the base is no ancestor of the head, so what the base"
            " has alone shows as removed; BASE...HEAD compares from where they parted"
        )
    number = compared.left_out
    if number:
        files = "1 changed file" if number == 1 else f"{number} changed files"
        notes.append(f"{files} left out, as {loaded().place('ignore')} asks")
    return tuple(notes)


def _outcome(compared: Range, result: CheckResult) -> Outcome:
    headline = result.summary[0] if result.summary else ""
    heading = f"{compared.text}: {result.verdict.value}: {headline}"
    return Outcome(
        command=result.name,
        verdict=result.verdict,
        findings=result.findings,
        tables=result.tables,
        facts={**of_range(compared), **result.facts},
        heading=(heading, *notes_on(compared)),
        summary=result.summary,
        listings=result.listings,
        diagrams=result.diagrams,
        cases=(case_of(result),),
        accepted=result.accepted,
    )
