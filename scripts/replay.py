"""Print how `rehome apply`, `blame` and `cycles` fare against refactors as merged.

Exit status: 0 when every call-site file is byte-identical to the merge, every use of
a re-homed attribute is as merged or reported, every fold differs from the merge in
what is known and no more, every line of blame is as git says without a limit, every
figure of import cycles is the known one, and refactors whose history is kept end in
the merged tree with the known lines retained; 1 when one is not, 2 when the clone
cannot be replayed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.catalogue import find
from codemods.migration import MigrationError
from verify.git import GitError
from verify.history.modes import MODES
from verify.importing.packages import NoPackage
from verify.lineage import LineageError
from verify.replay import Blamed, Replayed, ReplayError, blame_again, replay
from verify.replay_cycles import Row, replay_cycles
from verify.replay_folds import MIGRATION as FOLDS
from verify.replay_folds import replay_folds
from verify.replay_lineage import replay_lineage
from verify.replay_move import replay_move
from verify.replay_rehoming import Made, Rehomed, Truth, replay_rehoming
from verify.replay_splits import replay_splits

if TYPE_CHECKING:
    from rich.console import Console

# Migration and the commit that merged it.
MERGED = {"sglang-26676": "1af53f67b24aeb8e8e39e9326304c452a76c35e7"}

# The same, of an attribute that was split in two.
REHOMED = {"sglang-27256": "e57323cae910743185be763bb5c836dbb61f9996"}

# Pull requests and the commits that merged them, for blame.
PULLS = {
    "#26675": "c06220159",
    "#26676": "1af53f67b",
    "#27256": "e57323cae",
    "#22389": "de441ac6b",
    "#27458": "1c7acba57",
}

# What is known of other things, each with what asks for it.
TABLES = {
    "import cycles of sglang.srt": replay_cycles,
    "refactors with their history kept": replay_lineage,
    "#26675 by rehome split, at its parent": replay_splits,
    "#26676 by rehome move": replay_move,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clone", type=Path, help="a clone of SGLang, whole history")
    clone = parser.parse_args().clone
    identical = True
    for migration, commit in MERGED.items():
        try:
            files = replay(clone, commit, find(migration)[0])
        except ReplayError as error:
            print(f"replay: {error}", file=sys.stderr)
            return 2
        show(migration, commit, files)
        identical &= all(file.outcome == "identical" for file in files)
    for migration, commit in REHOMED.items():
        try:
            attributes = replay_rehoming(clone, commit, find(migration)[0])
        except (GitError, MigrationError, ReplayError) as error:
            print(f"replay: {error}", file=sys.stderr)
            return 2
        for attribute in attributes:
            show_rehomed(migration, commit, attribute)
            identical &= attribute.is_right
    try:
        folds = replay_folds(clone, find(FOLDS)[0])
    except (GitError, MigrationError, ReplayError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    show_rows(f"{FOLDS} at its parent, its definitions as merged", folds)
    identical &= all(row.agrees for row in folds)
    for pull, commit in PULLS.items():
        try:
            blamed = blame_again(clone, commit)
        except GitError as error:
            print(f"replay: {error}", file=sys.stderr)
            return 2
        show_blame(f"{pull} ({commit})", blamed)
        identical &= all(file.ours == file.gits for file in blamed.files)
    try:
        identical &= show_known(clone)
    except (GitError, LineageError, NoPackage, ReplayError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2
    return 0 if identical else 1


def show_known(clone: Path) -> bool:
    """Print what is known beside what is found; tell whether it is all the same."""
    agree = True
    for title, asked in TABLES.items():
        rows = asked(clone)
        show_rows(title, rows)
        agree &= all(row.agrees for row in rows)
    return agree


def show_rehomed(migration: str, commit: str, rehomed: Rehomed) -> None:
    from rich.markup import escape
    from rich.table import Table

    title = f"{migration} at the parent of {commit[:9]}: uses of {rehomed.attribute}"
    table = Table(title=escape(title))
    for column in ("the pull request", "uses", *(made.value for made in Made)):
        table.add_column(column, overflow="fold")
    for truth in Truth:
        counts = (str(rehomed.count(truth, made)) for made in Made)
        table.add_row(truth.value, str(rehomed.total(truth)), *counts)
    console = console_of_any_width()
    console.print(table)
    for truth in Truth:
        for use in rehomed.uses:
            if use.truth is truth and use.made not in (Made.SAME, Made.OTHER_NAME):
                place = f"{use.path}:{use.line}:{use.column}"
                console.print(escape(f"{use.made.value}: {place} ({truth.value})"))
    for place in rehomed.strayed:
        console.print(escape(f"changed, and no use stands there: {place}"))
    console.print(
        f"{len(rehomed.uses)} uses, {rehomed.findings} findings in their files"
    )


def show_rows(title: str, rows: list[Row]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(title))
    for column in ("what", "known", "found", ""):
        table.add_column(column, overflow="fold")
    for row in rows:
        same = "" if row.agrees else "DIFFERS"
        table.add_row(escape(row.what), escape(row.known), escape(row.found), same)
    console_of_any_width().print(table)


def show_blame(title: str, blamed: Blamed) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"lines that git blame retains: {title}")
    for column in ("file", "lines", *(mode.label for mode in MODES), "git itself"):
        table.add_column(column, overflow="fold")
    for file in blamed.files:
        counts = (str(len(file.ours[mode])) for mode in MODES)
        same = "the same lines" if file.ours == file.gits else "DIFFERS"
        table.add_row(escape(file.path), str(file.lines), *counts, same)
    console = console_of_any_width()
    console.print(table)
    console.print(
        f"rehome blame, all modes: {blamed.seconds:.1f} s; git blame -C -C -C without"
        f" the limit, the same files one by one: {blamed.git_seconds:.1f} s"
    )


def console_of_any_width() -> Console:
    from rich.console import Console

    # A pipe has no width of its own to keep to.
    return Console(width=None if sys.stdout.isatty() else 140)


def show(migration: str, commit: str, files: list[Replayed]) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"{migration} at the parent of {commit[:9]}")
    for column in ("call-site file", "outcome", "first line that differs"):
        table.add_column(column, overflow="fold")
    for file in files:
        table.add_row(escape(file.path), file.outcome, escape(file.first_difference))
    console = console_of_any_width()
    console.print(table)
    count = Counter(file.outcome for file in files)
    sites = sum(file.is_call_site for file in files)
    rewritten = sum(file.is_call_site and file.rewritten for file in files)
    console.print(
        f"{rewritten} of {sites} call-site files rewritten, {count['missed']} missed,"
        f" {count['wrongly touched']} wrongly touched;"
        f" {count['identical']} byte-identical to the merged PR"
    )


if __name__ == "__main__":
    sys.exit(main())
