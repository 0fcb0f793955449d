"""Rewrite every call site of what a migration moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from codemods.finding import Verdict
from verify.outcome import Change, Edit, Outcome
from verify.progress import progress_bar
from verify.report import finish, output_of, start_of
from verify.settings.force import migrations

if TYPE_CHECKING:
    from codemods.migration import Migration
    from codemods.namemap import NameMap
    from codemods.rewrite import Rewritten
    from codemods.runner import Finish, Report

EXAMPLE = "for example: rehome apply sglang src/"


_OPTIONS = (
    click.option(
        "--check", is_flag=True, help="Write nothing; exit 1 if files would change."
    ),
    click.option("--diff", is_flag=True, help="Show a unified diff and write nothing."),
    click.option("--compat", is_flag=True, help="Keep old and new versions working."),
    click.option(
        "--text",
        is_flag=True,
        help="Rewrite dotted paths in other files too: YAML, Markdown, notebooks, ...",
    ),
    click.option(
        "--hoist",
        is_flag=True,
        help="Move imports of moved names out of functions where their cycle is gone.",
    ),
    click.option(
        "--jobs",
        type=click.IntRange(min=1),
        metavar="N",
        help="Work in at most N processes.  [default: one a core]",
    ),
)

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., object])


def rewriting_options(function: AnyFunction) -> AnyFunction:
    """Give a command the parameters that are the fields of `Rewriting`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


@dataclass(frozen=True, slots=True)
class Rewriting:
    """How a user wants call sites to be rewritten: the fields are the options.

    Raises click.UsageError for options that go together badly.
    """

    check: bool
    diff: bool
    compat: bool
    text: bool
    hoist: bool
    jobs: int | None

    def __post_init__(self) -> None:
        if self.hoist and self.compat:
            raise click.UsageError(
                "--hoist and --compat go together badly: the older version still has"
                " the cycle; leave one of them out"
            )

    @property
    def writes(self) -> bool:
        return not (self.check or self.diff)

    def run(self, paths: list[Path], names: NameMap) -> Report:
        """Rewrite the call sites below some paths, and show how far that is."""
        from codemods.rewrite import Options
        from codemods.runner import run

        with progress_bar("rewriting") as progress:
            return run(
                paths,
                names,
                options=Options(compat=self.compat, text=self.text),
                jobs=self.jobs,
                write=self.writes,
                progress=progress,
                finish=_hoisting(paths, names) if self.hoist else None,
            )

    def outcome_of(self, report: Report) -> Outcome:
        """What a run did, for the renderers."""
        return outcome_of(report, check=self.check, diff=self.diff, written=self.writes)


def _complete(
    ctx: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The migrations that a word may become; else a shell knows files itself."""
    from codemods.catalogue import builtin

    names = sorted({name for each in builtin() for name in (each.id, each.package)})
    fitting = [CompletionItem(name) for name in names if name.startswith(incomplete)]
    return fitting or [CompletionItem(incomplete, type="file")]


@click.command(options_metavar="[OPTIONS]")
@click.argument(
    "arguments",
    nargs=-1,
    metavar="[MIGRATION...] [PATH...]",
    shell_complete=_complete,
)
@rewriting_options
@click.option(
    "--from",
    "since",
    metavar="VERSION",
    help="The version that the code was written for.",
)
@click.option("--to", "until", metavar="VERSION", help="The version to move it to.")
@output_of("findings", "changes")
def command(
    arguments: tuple[str, ...],
    since: str | None,
    until: str | None,
    format_name: str,
    output: Path | None,
    **how: Any,
) -> None:
    """Rewrite the call sites in each PATH of what each MIGRATION moved.

    A MIGRATION is the id of a built-in one (see `rehome migrations`), a package
    name, which means all that are built in for it, or a TOML file. A PATH is a
    file or a folder; one that begins with a dash goes after `--`. Where the settings
    name `migrations`, PATHs alone do, or nothing at all: the current folder.

    What other files say of moved names is reported, and rewritten with --text.

    \b
    rehome apply sglang src/
    rehome apply --check --diff sglang-26676 src/ tests/
    rehome apply --from 0.5.12 --to 0.5.13 sglang .
    """
    from codemods.migration import MigrationError
    from codemods.namemap import NameMap

    rewriting = Rewriting(**how)
    wanted, paths = split(arguments)
    try:
        names = NameMap.compose(select(wanted, since, until))
    except MigrationError as error:
        raise click.UsageError(str(error)) from None
    report = rewriting.run(paths, names)
    finish(rewriting.outcome_of(report), format_name=format_name, output=output)


def _hoisting(paths: list[Path], names: NameMap) -> Finish:
    from verify.importing.freeing import HoistFreed
    from verify.releases import cache_folder

    return HoistFreed(paths, names, cache_folder() / "imports")


def split(arguments: tuple[str, ...]) -> tuple[list[str], list[Path]]:
    """Tell migrations from paths: the first argument is always a migration, the
    last always a path.

    Those between are migrations for as long as they name one and no file or
    folder has that name. Where the settings name migrations, these stand in for a first
    argument that names none, and the current folder for a missing path. Raises
    click.UsageError where one of the two is missing.
    """
    usual = migrations()
    if usual and (len(arguments) < 2 or not _names_one(arguments[0])):
        return usual, [Path(path) for path in arguments or (".",)]
    if len(arguments) < 2:
        raise click.UsageError(
            f"name at least one migration and one path, {EXAMPLE}"
            if not arguments
            else f"only one argument: name a migration and then a path, {EXAMPLE}"
        )
    end = 1
    while end < len(arguments) - 1 and _is_migration(arguments[end]):
        end += 1
    return list(arguments[:end]), [Path(path) for path in arguments[end:]]


def _is_migration(argument: str) -> bool:
    if Path(argument).exists():
        return False
    return _names_one(argument)


def _names_one(argument: str) -> bool:
    return argument.endswith(".toml") or is_known(argument)


def is_known(name: str) -> bool:
    """Tell whether a built-in migration or its package has this name."""
    from codemods.catalogue import builtin

    return any(name in (known.id, known.package) for known in builtin())


def select(wanted: list[str], since: str | None, until: str | None) -> list[Migration]:
    """Return the migrations that were named, narrowed to a range of versions.

    Raises MigrationError for a name or a version that means nothing.
    """
    from codemods.catalogue import between, find

    chosen = between([m for name in wanted for m in find(name)], since, until)
    if not chosen:
        click.echo("rehome: no migration lies between these versions", err=True)
    return chosen


def outcome_of(report: Report, *, check: bool, diff: bool, written: bool) -> Outcome:
    """Turn what a run did into what the renderers print."""
    changes = tuple(
        _change(file, diff=diff, written=written) for file in report.changed
    )
    left_out = dict(report.left_out)
    return Outcome(
        command="apply",
        verdict=report.verdict(check),
        findings=tuple(report.findings),
        changes=changes,
        facts={
            "files_read": report.files_read,
            "texts_read": report.texts_read,
            "files_changed": len(changes),
            "findings": len(report.findings),
            "written": written,
            "left_out": left_out,
        },
        summary=(_summary(report, left_out, written=written),),
        otherwise=Verdict.FAIL if check and changes else Verdict.OK,
        start=start_of(),
    )


def _change(file: Rewritten, *, diff: bool, written: bool) -> Change:
    from verify.diff import unified_diff

    return Change(
        file.path,
        tuple(Edit(edit.line, edit.before, edit.after) for edit in file.edits),
        written,
        unified_diff(file.path, file.old, file.new) if diff else None,
    )


def _summary(report: Report, left_out: dict[str, int], *, written: bool) -> str:
    rewritten = "rewritten" if written else "would be rewritten"
    parts = [
        f"{_count(report.files_read, 'file')} read{_texts(report)}",
        f"{len(report.changed)} {rewritten}",
        _count(len(report.findings), "finding"),
    ]
    if left_out:
        reasons = (f"{number} {reason}" for reason, number in sorted(left_out.items()))
        parts.append(f"left out: {', '.join(reasons)}")
    return "; ".join(parts)


def _texts(report: Report) -> str:
    if not report.texts_read:
        return ""
    return f", {_count(report.texts_read, 'text')} searched"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
