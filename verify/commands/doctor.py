"""List the imports that a version of a package cannot satisfy."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.commands._versions import paths_argument, repository_option
from verify.outcome import Outcome, Table
from verify.progress import progress_bar
from verify.report import finish, output_options, start_of

if TYPE_CHECKING:
    from verify.doctoring.examining import Examined
    from verify.doctoring.judging import State
    from verify.releasing.release import Release


@click.command(options_metavar="[OPTIONS]")
@paths_argument
@click.option(
    "--package",
    metavar="VERSION",
    required=True,
    help="The version: NAME==VERSION, a wheel, a source archive, a folder or git:REF."
    " NAME alone is the version that the project of the first PATH pins.",
)
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="A top-level name to look for.  [default: all that the version has]",
)
@repository_option
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Work in at most N processes.  [default: one a core]",
)
@output_options
def command(
    paths: tuple[Path, ...],
    package: str,
    names: tuple[str, ...],
    repository: Path,
    jobs: int | None,
    format_name: str,
    output: Path | None,
) -> None:
    """List every import in each PATH that a version of a package cannot satisfy.

    No migration is needed, and nothing is imported: each name is followed through
    the files of the version, from module to module, to where it is defined. Imports
    that the code itself guards are fine where one of their ways works.

    \b
    rehome doctor src/ tests/ --package sglang==0.5.13
    rehome doctor plugin/ --package ../sglang
    rehome doctor . --package git:main --repo ../sglang
    """
    from verify.doctoring.examining import examine
    from verify.releases import cache_folder
    from verify.releasing.opening import NoRelease, open_release

    try:
        text = _with_version(package, paths[0])
        release = open_release(text, repository=repository, packages=names)
    except NoRelease as error:
        raise click.ClickException(str(error)) from None
    cache = cache_folder() / "surfaces"
    with progress_bar("reading imports") as progress:
        done = examine(paths, release, jobs=jobs, cache=cache, progress=progress)
    finish(outcome_of(done), format_name=format_name, output=output)


def _with_version(package: str, path: Path) -> str:
    """What was named, with the version that the project pins where it is a name alone.

    Raises click.UsageError where there is no one such version.
    """
    from verify.doctoring.pins import pinned

    is_name = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", package)
    if not is_name or Path(package).exists():
        return package
    found = pinned(package, path if path.is_dir() else path.parent)
    if len(found) == 1:
        return f"{package}=={next(iter(found))}"
    pins = ", ".join(f"{version} ({file})" for version, file in sorted(found.items()))
    raise click.UsageError(
        f"which version of {package}? "
        + (f"The project pins several: {pins}" if found else "The project pins none")
        + f"; name one, as in {package}==1.0, or a folder or wheel that is there"
    )


def outcome_of(done: Examined) -> Outcome:
    """What was found, for the renderers."""
    from codemods.finding import Verdict, verdict_of
    from verify.doctoring.judging import State

    states = Counter(judged.state for _, judged in done.judged)
    first: dict[tuple[str, str], tuple[str, str, str]] = {}
    for path, judged in done.judged:
        text = judged.wanted.text
        if judged.state is State.DEPENDS:  # told once a file
            row = f"{path}:{judged.wanted.line}", text, judged.why
            first.setdefault((path, text), row)
    rows = tuple(first.values())
    table = Table("found under a condition", ("place", "name", "condition"), rows)
    return Outcome(
        command="doctor",
        verdict=verdict_of(done.findings),
        findings=tuple(done.findings),
        tables=(table,) if rows else (),
        facts=_facts(done, done.release, states),
        summary=(_summary(done, states),),
        otherwise=Verdict.OK,
        start=start_of(),
    )


def _facts(
    done: Examined, release: Release, states: Counter[State]
) -> dict[str, str | int | dict[str, int]]:
    return {
        "release": release.text,
        "identity": release.identity,
        "packages": ", ".join(release.packages),
        "files_read": done.files,
        "files_looked_at": done.looked_at,
        "wanted": len(done.judged),
        "left_out": dict(done.left_out),
        **{state.name.lower(): number for state, number in states.items()},
    }


def _summary(done: Examined, states: Counter[State]) -> str:
    parts = [f"{states[state]} {state.value}" for state in sorted(states)] or [
        "nothing"
    ]
    if done.left_out:
        reasons = (f"{number} {reason}" for reason, number in done.left_out.items())
        parts.append(f"left out: {', '.join(reasons)}")
    return (
        f"{len(done.judged)} names wanted of {done.release.title} by {done.looked_at}"
        f" of {done.files} files: {'; '.join(parts)}"
    )
