"""What the commands of checks share: their options, and how a range is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from codemods.workers import Apart, Died
from verify.check import CheckResult, Registered, Setting, Settings, load
from verify.git import GitError, Range, Repository
from verify.memory import deep_threads, kept_trees
from verify.outcome import Outcome
from verify.progress import silence
from verify.report import finish, output_options

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


def command_of(name: str) -> click.Command:
    """The command that runs one check alone: `rehome NAME BASE..HEAD`."""
    check = load(name)

    @click.command(name, help=check.help)
    @range_options(check.settings)
    @output_options
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
    known = {setting.flag: setting for setting in settings}

    def decorate(function: AnyFunction) -> AnyFunction:
        for setting in reversed(known.values()):
            function = _option(setting)(function)
        function = click.option(
            "--repo",
            type=click.Path(path_type=Path),
            default=Path(),
            metavar="FOLDER",
            help="The repository, or a folder in it.  [default: the current folder]",
        )(function)
        return click.argument("revisions", metavar="BASE..HEAD")(function)

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
            compared = repository.range_of(revisions)
            return compared, _run(compared, wanted, settings, watch)
        finally:
            repository.close()
    except GitError as error:
        raise click.ClickException(str(error)) from None
    except RecursionError:
        raise click.ClickException(
            "code in this range is nested too deeply to be followed: leave it out of"
            " the range, or report it"
        ) from None


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
    if not compared.diverged:
        return ()
    return (
        f"{compared.text}: the base is no ancestor of the head, so what the base has"
        " alone shows as removed; BASE...HEAD compares from where they parted",
    )


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
    )
