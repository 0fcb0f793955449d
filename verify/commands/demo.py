"""Show the main job on real code: SGLang 0.5.12.post1, moved to 0.5.13's names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.finding import Verdict
from verify.outcome import Outcome, Table
from verify.releases import AFTER_SPLIT, BEFORE_SPLIT, ReleaseError, fetch, unpack
from verify.report import finish, output_of
from verify.resolve import Resolution, SourceTree, imported_names

if TYPE_CHECKING:
    from codemods.runner import Report

SAMPLE = Path(__file__).resolve().parent.parent / "sample"


@click.command()
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Leave the migrated tree in FOLDER, which must not exist yet.",
)
@click.option("--offline", is_flag=True, help="Use the small sample project only.")
@output_of("findings", "changes")
def command(
    keep: Path | None, offline: bool, format_name: str, output: Path | None
) -> None:
    """Migrate a real release and show what happened to it.

    Downloads SGLang 0.5.12.post1 and 0.5.13 (pinned by hash, not installed, not
    imported), rewrites the older one with every built-in migration, and looks up
    each rewritten import in the newer one: if all are found there, the exit status
    is 0, whatever is left for a person to look at. Where the package index cannot
    be reached, a small sample project serves, and the output says so.

    \b
    rehome demo
    rehome demo --offline --format markdown
    """
    if keep is not None and keep.exists():
        raise click.BadParameter(f"{str(keep)!r} exists already", param_hint="--keep")
    with tempfile.TemporaryDirectory(prefix="rehome-demo-") as scratch:
        old, new, what = _material(Path(scratch), offline)
        report = _migrate(old)
        outcome = _tell(report, old, SourceTree(new), what)
        if keep is not None:
            shutil.copytree(old, keep)
    finish(outcome, format_name=format_name, output=output)


def _material(scratch: Path, offline: bool) -> tuple[Path, Path, tuple[str, ...]]:
    """The old tree, the new tree, and what to say of where they come from."""
    old, new = scratch / "old", scratch / "new"
    try:
        if offline:
            raise ReleaseError("--offline was given")
        unpack(fetch(BEFORE_SPLIT), old)
        unpack(fetch(AFTER_SPLIT), new)
        return old, new, (f"{BEFORE_SPLIT}, moved to the names of {AFTER_SPLIT}",)
    except ReleaseError as error:
        for tree in (old, new):
            shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(SAMPLE / "before", old)
        shutil.copytree(SAMPLE / "after", new)
        return (
            old,
            new,
            (
                f"NOT THE REAL RELEASE: {error}",
                "A small sample project from this repository serves instead.",
            ),
        )


def _migrate(tree: Path) -> Report:
    from codemods.catalogue import find
    from codemods.namemap import NameMap
    from codemods.rewrite import Options
    from codemods.runner import run

    names = NameMap.compose(find("sglang"))
    with _inside(tree):
        return run([Path()], names, options=Options(), jobs=None, write=True)


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work from a folder, so that its paths are shown short."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _tell(report: Report, old: Path, new: SourceTree, what: tuple[str, ...]) -> Outcome:
    """The outcome of the run, with every rewritten import looked up in `new`."""
    from dataclasses import replace

    from verify.commands.apply import outcome_of

    rows: list[tuple[str, str, str]] = []
    tally = dict.fromkeys(Resolution, 0)
    for file in report.changed:
        fresh = imported_names(file.new) - imported_names(file.old)
        for name in sorted(fresh, key=str):
            answer = new.resolves(name)
            tally[answer] += 1
            rows.append((file.path, str(name), answer.value))
    outcome = outcome_of(report, check=False, diff=True, written=True)
    verdict = Verdict.FAIL if tally[Resolution.MISSING] else Verdict.OK
    if tally[Resolution.UNDECIDED] or outcome.verdict is Verdict.UNDECIDED:
        verdict = Verdict.UNDECIDED
    resolved = (
        f"{tally[Resolution.FOUND]} of {len(rows)} rewritten imports resolve in the"
        f" new tree; {tally[Resolution.MISSING]} missing,"
        f" {tally[Resolution.UNDECIDED]} could not be told"
    )
    columns = ("file", "import", "in the new tree")
    return replace(
        outcome,
        command="demo",
        verdict=verdict,
        heading=what,
        tables=(Table("rewritten imports", columns, tuple(rows)),),
        facts={**outcome.facts, "imports_resolved": tally[Resolution.FOUND]},
        summary=(*outcome.summary, resolved),
        otherwise=None,  # what a project accepts is not about this one
    )
