"""Print what is left to do after every built-in migration on SGLang 0.5.12.post1.

Both releases come from the package index, pinned by hash, as in `rehome demo`, and are
read, never run. The older one is rewritten, with `--text`, and each of its imports of
SGLang is looked up in the newer one. With a clone, the names that the pull requests
took away are worked out from their commits as well, whatever the migrations declare.

Exit status: 0 when no import fails on account of the pull requests, none fails that
did not before, and a second run changes nothing; 1 when not; 2 when the releases or
the clone cannot be had.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from codemods.catalogue import find
from codemods.finding import Finding
from codemods.name import Name
from codemods.namemap import NameMap
from scripts.replay import PULLS, console_of_any_width
from verify.checks._shared import shared
from verify.git import GitError, Repository
from verify.releases import AFTER_SPLIT, BEFORE_SPLIT, ReleaseError, fetch, unpack
from verify.surface.answer import Fate
from verify.surface.comparing import compare
from verify.upgrade import OldName, Upgrade, upgrade

# In every other kind of file there can be text that names something.
EVERYTHING = ("",)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "clone", nargs="?", type=Path, help="a clone of SGLang, whole history"
    )
    clone = parser.parse_args().clone
    names = NameMap.compose(find("sglang"))
    lost = set(names.old_names)
    try:
        taken = names_taken(clone) if clone is not None else set()
        with tempfile.TemporaryDirectory(prefix="rehome-upgrade-") as scratch:
            done = upgrade_in(Path(scratch), names)
    except (ReleaseError, GitError) as error:
        print(f"upgrade: {error}", file=sys.stderr)
        return 2
    console = console_of_any_width()
    show_imports(console, done, lost | taken, len(taken))
    show_left(console, done)
    return 0 if done.is_clean(lost | taken) else 1


def upgrade_in(scratch: Path, names: NameMap) -> Upgrade:
    """Fetch both releases into a folder, and rewrite a copy of the older one."""
    older, newer, tree = scratch / "older", scratch / "newer", scratch / "tree"
    unpack(fetch(BEFORE_SPLIT), older, suffixes=EVERYTHING)
    unpack(fetch(AFTER_SPLIT), newer)
    shutil.copytree(older, tree)
    return upgrade(tree, names, older, newer)


def names_taken(clone: Path) -> set[Name]:
    """The names that can no longer be imported after one of the pull requests."""
    repository = Repository.open(clone)
    taken: set[Name] = set()
    for commit in PULLS.values():
        both = shared(repository.range_of(commit))
        both.head.fetch([path for path in both.head.paths() if path.endswith(".py")])
        surface = compare(both.base, both.head, both.changed, both.moves(), ())
        taken |= {each.name for each in surface.losses if each.fate is Fate.GONE}
    return taken


def show_imports(
    console: Console, done: Upgrade, lost: Iterable[Name], taken: int
) -> None:
    table = Table(title=f"imports of SGLang in {BEFORE_SPLIT}, in {AFTER_SPLIT}")
    for column in ("what", "imports"):
        table.add_column(column, overflow="fold")
    ours = done.of(lost)
    by_others = len(done.after) - len(ours)
    rows = (
        ("looked up", done.imports),
        ("fail before the migrations", len(done.before)),
        ("of these, work after them", len(done.mended)),
        ("fail on account of these pull requests", len(ours)),
        ("fail that did not before", len(done.broken)),
        ("fail on account of other pull requests", by_others),
    )
    for what, number in rows:
        table.add_row(what, str(number))
    console.print(table)
    for each in (*ours, *done.broken):
        console.print(escape(f"{each.path}:{each.line}: {each.name} ({each.answer})"))
    console.print(
        f"{len(done.report.changed)} files rewritten, {len(done.again.changed)} by a"
        f" second run; {taken} names taken away, by the commits themselves"
    )


def show_left(console: Console, done: Upgrade) -> None:
    """Every place with an old name, and every finding, which may have no place."""
    table = Table(title="each place that still has an old name, or may")
    for column in ("place", "old name", "why"):
        table.add_column(column, overflow="fold")
    findings = list(done.report.findings)
    for each in done.left:
        why = each.why
        for finding in [f for f in findings if _is_at(f, each)]:
            why = f"[{finding.rule.id}] {finding.message}"
            findings.remove(finding)
        table.add_row(*map(escape, (f"{each.path}:{each.line}", each.old, why)))
    for finding in findings:
        place = f"{finding.place.path}:{finding.place.line}"
        why = f"[{finding.rule.id}] {finding.message}"
        table.add_row(*map(escape, (place, "", why)))
    console.print(table)
    rules = Counter(f.rule.id for f in done.report.findings)
    told = ", ".join(f"{count} {rule}" for rule, count in sorted(rules.items()))
    console.print(f"{len(done.left)} places; findings: {told or 'none'}")


def _is_at(finding: Finding, place: OldName) -> bool:
    same = f"/{finding.place.path}".endswith(f"/{place.path}")
    return same and finding.place.line == place.line


if __name__ == "__main__":
    sys.exit(main())
