"""Write the migration between two versions of a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.finding import Verdict
from verify.commands._versions import repository_option
from verify.outcome import Listing, Outcome, Table
from verify.progress import progress_bar
from verify.report import finish, output_of, save_text

if TYPE_CHECKING:
    from verify.inferring.answer import Entry, Inferred

_TOML = "toml"


@click.command(options_metavar="[OPTIONS]")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option(
    "--package",
    default="",
    metavar="NAME",
    help="The import name to look at, where a version has more than one.",
)
@click.option(
    "--private",
    is_flag=True,
    help="Tell of names too that are gone and that nobody should have imported.",
)
@repository_option
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Use N processes.  [default: one for each processor]",
)
@output_of("findings", default=_TOML, own=_TOML)
def command(
    old: str,
    new: str,
    package: str,
    private: bool,
    repository: Path,
    jobs: int | None,
    format_name: str,
    output: Path | None,
) -> None:
    """Write the migration between the versions OLD and NEW of a package.

    A version is NAME==VERSION from the package index, a wheel, a source archive, a
    folder, or git:REF. No code of it runs. Names that moved, were renamed or are gone
    become entries, with the evidence above each; what is not sure is commented out.

    \b
    rehome infer sglang==0.5.12.post1 sglang==0.5.13 --output sglang.toml
    rehome infer git:v1.0 git:HEAD --package mypackage
    """
    inferred = _infer(old, new, package, private, repository, jobs)
    if format_name != _TOML:
        finish(_outcome(inferred), format_name=format_name, output=output)
    from verify.inferring.writing import to_toml

    if output is None:
        click.echo(to_toml(inferred), nl=False)
    else:
        save_text(output, to_toml(inferred))
    click.echo(_summary(inferred), err=True)
    click.get_current_context().exit(_verdict(inferred).exit_status)


def _infer(
    old: str,
    new: str,
    package: str,
    private: bool,
    repository: Path,
    jobs: int | None,
) -> Inferred:
    from verify.inferring.engine import CannotInfer, infer
    from verify.memory import collect_rarely
    from verify.releasing.opening import NoRelease, open_release

    collect_rarely()
    wanted = (package,) if package else ()
    try:
        before = open_release(old, repository=repository, packages=wanted)
        after = open_release(new, repository=repository, packages=wanted)
        with progress_bar("comparing files") as progress:
            return infer(
                before,
                after,
                package=package,
                private=private,
                jobs=jobs,
                progress=progress,
            )
    except (NoRelease, CannotInfer) as error:
        raise click.ClickException(str(error)) from None
    except RecursionError:
        raise click.ClickException(
            "code of these versions is nested too deeply to be followed"
        ) from None


def _verdict(inferred: Inferred) -> Verdict:
    """Undecided where a file could not be read: what it lost is not known."""
    return Verdict.OK if inferred.is_whole else Verdict.UNDECIDED


def _outcome(inferred: Inferred) -> Outcome:
    from verify.inferring.writing import to_toml

    entries = tuple(map(_row, inferred.entries))
    untold = tuple((each.name, each.why) for each in inferred.untold)
    columns = ("confidence", "change", "from", "to", "evidence")
    return Outcome(
        command="infer",
        verdict=_verdict(inferred),
        tables=(
            Table("entries", columns, entries),
            Table("cannot be told", ("name", "why"), untold),
        ),
        facts={
            "package": inferred.package,
            "old": inferred.old,
            "new": inferred.new,
            "version": inferred.version,
            "sure": len(inferred.sure),
            "doubtful": len(inferred.doubtful),
            "untold": len(inferred.untold),
            "left_out": inferred.left_out,
            "files_compared": inferred.compared,
        },
        summary=(_summary(inferred),),
        listings=(Listing(f"{inferred.package}.toml", _TOML, to_toml(inferred)),),
    )


def _row(entry: Entry) -> tuple[str, ...]:
    told = "; ".join(entry.evidence)
    new = entry.new or entry.instead
    return entry.confidence.value, entry.kind.value, entry.old, new, told


def _summary(inferred: Inferred) -> str:
    text = (
        f"{inferred.package}: {len(inferred.sure)} entries are sure,"
        f" {len(inferred.doubtful)} doubtful, {len(inferred.untold)} cannot be told"
    )
    if inferred.left_out:
        text += f"; {inferred.left_out} private or incidental names left out"
    if not inferred.is_whole:
        text += "; some files could not be read"
    return text
