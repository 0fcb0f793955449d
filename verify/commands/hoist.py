"""Move imports from inside functions to the top, where nothing keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.finding import Verdict
from verify.outcome import Change, Edit, Outcome, Table
from verify.progress import progress_bar
from verify.report import finish, output_of, start_of

if TYPE_CHECKING:
    from codemods.rewrite import Rewritten
    from verify.importing.moving import Hoisted


@click.command(options_metavar="[OPTIONS]")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if files would change."
)
@click.option("--diff", is_flag=True, help="Show a unified diff and write nothing.")
@click.option(
    "--heavy",
    is_flag=True,
    help="Move imports too that take time to load: much of the project, or modules of"
    " Python's own library.",
)
@click.option(
    "--others",
    is_flag=True,
    help="Move imports too that load packages of others. Whether these are installed"
    " everywhere, and do nothing else, is for you to know.",
)
@click.option("--explain", is_flag=True, help="List what stays, and why.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="The project: all its files are looked at.  [default: found above PATH]",
)
@output_of("findings", "changes")
def command(
    paths: tuple[Path, ...],
    check: bool,
    diff: bool,
    heavy: bool,
    others: bool,
    explain: bool,
    root: Path | None,
    format_name: str,
    output: Path | None,
) -> None:
    """Move imports from inside functions in each PATH to the top of their file.

    One moves only where that makes no import cycle and changes nothing else: what
    guards an optional dependency, is there for its side effect, is patched by a
    test, bears a comment, loads much or the packages of others stays where it is.

    \b
    rehome hoist --diff src/
    rehome hoist --check --explain src/package/module.py
    """
    from verify.importing.moving import run
    from verify.importing.packages import NoPackage
    from verify.releases import cache_folder

    write = not (check or diff)
    try:
        with progress_bar("reading imports") as progress:
            done = run(
                paths,
                root=root,
                heavy=heavy,
                others=others,
                write=write,
                cache=cache_folder() / "imports",
                progress=progress,
            )
    except NoPackage as error:
        raise click.ClickException(str(error)) from None
    outcome = _outcome(done, check=check, diff=diff, explain=explain, written=write)
    finish(outcome, format_name=format_name, output=output)


def _outcome(
    done: Hoisted, *, check: bool, diff: bool, explain: bool, written: bool
) -> Outcome:
    return Outcome(
        command="hoist",
        verdict=done.verdict(check),
        findings=done.findings,
        changes=tuple(
            _change(each, diff=diff, written=written) for each in done.changed
        ),
        tables=(_kept(done),) if explain else (),
        facts={
            "root": done.root,
            "files_read": done.files_read,
            "files_changed": len(done.changed),
            "imports_moved": done.moved,
            "imports_kept": len(done.kept),
            "left_out": dict(done.left_out),
            "written": written,
        },
        summary=(_summary(done, written=written),),
        otherwise=Verdict.FAIL if check and done.changed else Verdict.OK,
        start=start_of(),
    )


def _change(file: Rewritten, *, diff: bool, written: bool) -> Change:
    from verify.diff import unified_diff

    edits = tuple(Edit(each.line, each.before, each.after) for each in file.edits)
    text = unified_diff(file.path, file.old, file.new) if diff else None
    return Change(file.path, edits, written, text)


def _kept(done: Hoisted) -> Table:
    rows = tuple(
        (f"{each.path}:{each.local.node.lineno}", each.local.function, each.why)
        for each in sorted(done.kept, key=lambda k: (k.path, k.local.node.lineno))
    )
    return Table("kept", ("import", "function", "why it stays"), rows)


def _summary(done: Hoisted, *, written: bool) -> str:
    moved = "moved" if written else "would be moved"
    files = len(done.changed)
    where = f"{files} file" if files == 1 else f"{files} files"
    imports = f"{done.moved} import" if done.moved == 1 else f"{done.moved} imports"
    stay = "1 stays" if len(done.kept) == 1 else f"{len(done.kept)} stay"
    more = "" if written or not done.kept else " (--explain tells why)"
    reasons = (f"{number} {reason}" for reason, number in done.left_out.items())
    left = f"; left out: {', '.join(reasons)}" if done.left_out else ""
    return f"{imports} in {where} {moved}; {stay}{more}{left}"
