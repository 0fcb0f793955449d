"""Check what `rehome infer` is sure of between neighbouring releases, by importing it.

For each pair of scripts/infer_pairs.toml: the migration is inferred from the wheels,
pinned by hash; then, with code of its own, each entry that is not commented out is
tried in a fresh process: the old name must work in the older release, the new one in
the newer, and what is said to be gone must be gone. The two definitions are compared
by their syntax trees, and every one that changed is shown, for a person to read.

Writes tests/benchmarks/results/infer.md with --markdown, else prints it. Wheels, and
packages that the modules need, come from the package index and are kept in the cache.
**This runs the releases' code**, as importing them does.

Exit status: 0 when nothing is wrong, 1 when an entry is, 2 when a pair cannot be had.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from codemods.migration import Migration
from scripts.infer_bodies import Change, change_of, found
from scripts.infer_trying import Side, tried
from verify.inferring.engine import CannotInfer, infer
from verify.inferring.writing import to_migration
from verify.releases import Release, ReleaseError, cache_folder, fetch, unpack
from verify.releasing.opening import NoRelease, open_release

PAIRS = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two releases of a project, and what their modules need to be imported."""

    old: Release
    new: Release
    package: str
    needs: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.old} to {self.new.version}"


@dataclass(slots=True)
class Checked:
    """What was found out about one pair. `wrong` and `changed` are for a person."""

    pair: Pair
    seconds: float
    sure: int = 0
    tried: int = 0
    gone: int = 0
    by_text: int = 0
    doubtful: int = 0
    kept: int = 0
    wrong: list[str] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    not_here: list[str] = field(default_factory=list)


def pairs() -> Iterator[Pair]:
    """The pairs of the settings."""
    for each in tomllib.loads(PAIRS.read_text("utf-8"))["pair"]:
        old, new = (_release(each["project"], each[side]) for side in ("old", "new"))
        yield Pair(old, new, each["package"], tuple(each["needs"]))


def _release(project: str, settings: dict[str, Any]) -> Release:
    version, wheel, sha256 = (settings[key] for key in ("version", "wheel", "sha256"))
    return Release(project, version, wheel, sha256)


def check(pair: Pair, scratch: Path) -> Checked:
    """Infer the migration of a pair, and try everything that it is sure of."""
    wheels = [fetch(release) for release in (pair.old, pair.new)]
    started = time.perf_counter()
    try:
        old, new = (open_release(str(wheel)) for wheel in wheels)
        inferred = infer(old, new, package=pair.package)
    except (NoRelease, CannotInfer) as error:
        raise ReleaseError(str(error)) from None
    checked = Checked(pair, time.perf_counter() - started)
    checked.doubtful = len(inferred.doubtful)
    migration = to_migration(inferred)
    needs = _needs(pair)
    sides = []
    for wheel, name in zip(wheels, ("old", "new"), strict=True):
        unpack(wheel, scratch / name, suffixes=("",))
        sides.append(Side(scratch / name, (scratch / name, needs)))
    if migration is not None:
        _try_moves(checked, migration, *sides)
        _try_removed(checked, migration, *sides)
    return checked


def _needs(pair: Pair) -> Path:
    """A folder with what the releases import, installed once."""
    key = hashlib.sha256("\n".join((*pair.needs, sys.version)).encode()).hexdigest()
    folder = cache_folder() / "needs" / key[:24]
    done = folder / ".done"
    if not done.exists() and pair.needs:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target"]
        command += [str(folder), "--disable-pip-version-check", "--upgrade"]
        together = subprocess.run([*command, *pair.needs], check=False)
        for need in pair.needs if together.returncode else ():
            subprocess.run([*command, need], check=False)
    folder.mkdir(parents=True, exist_ok=True)
    done.touch()
    return folder


def _try_moves(checked: Checked, migration: Migration, old: Side, new: Side) -> None:
    moves = [(move.old, move.new) for move in migration.moves]
    checked.sure += len(moves)
    before = tried(old, [name for name, _ in moves])
    after = tried(new, [name for _, name in moves])
    still = tried(new, [name for name, _ in moves])
    for (was, now), worked, works, left in zip(
        moves, before, after, still, strict=True
    ):
        checked.kept += not left
        change = change_of(old.root, was, new.root, now)
        by_text = found(old.root, was) is not None and found(new.root, now) is not None
        answers = [("before", worked), ("now", works)]
        _judge(checked, f"{was} -> {now}", answers, by_text)
        if change is None:
            checked.same += 1
        else:
            checked.changed.append(change)


def _try_removed(checked: Checked, migration: Migration, old: Side, new: Side) -> None:
    names = [gone.name for gone in migration.removals]
    checked.gone += len(names)
    for name, worked, works in zip(
        names, tried(old, names), tried(new, names), strict=True
    ):
        by_text = found(old.root, name) is not None and found(new.root, name) is None
        if not works:
            checked.wrong.append(f"{name} is said to be gone, and works")
        else:
            why = works if works.startswith("!") else ""
            answers = [("before", worked), ("now", why)]
            _judge(checked, f"{name} (gone)", answers, by_text)


def _judge(
    checked: Checked, entry: str, answers: Sequence[tuple[str, str]], by_text: bool
) -> None:
    """Sort an entry by what became of its imports; where these cannot be tried, by
    what the text has.
    """
    own = [f"{when}: {why}" for when, why in answers if why and why[0] != "!"]
    others = [f"{when}: {why[1:]}" for when, why in answers if why.startswith("!")]
    if own:
        checked.wrong.append(f"{entry} ({'; '.join(own)})")
    elif not others:
        checked.tried += 1
    elif by_text:
        checked.by_text += 1
    else:
        checked.not_here.append(f"{entry} ({'; '.join(others)})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("projects", nargs="*", help="only these; all where none")
    parser.add_argument("--markdown", type=Path, help="write the table to this file")
    parser.add_argument("--diffs", type=Path, help="write what changed to this folder")
    arguments = parser.parse_args()
    done = []
    for pair in pairs():
        if arguments.projects and pair.old.project not in arguments.projects:
            continue
        try:
            with tempfile.TemporaryDirectory(prefix="rehome-pairs-") as scratch:
                done.append(check(pair, Path(scratch)))
        except (ReleaseError, subprocess.SubprocessError) as error:
            print(f"infer-pairs: {pair}: {error}", file=sys.stderr)
            return 2
        print("\n".join(_row(done[-1:])), file=sys.stderr)
    text = markdown(done)
    if arguments.markdown:
        arguments.markdown.write_text(text, "utf-8")
    else:
        print(text)
    if arguments.diffs:
        _write_diffs(arguments.diffs, done)
    return 1 if any(each.wrong for each in done) else 0


_COLUMNS = (
    *("releases", "sure", "wrong", "imported here", "by text", "neither"),
    *("same body", "changed", "old name kept", "gone", "doubtful", "seconds"),
)


def markdown(done: Sequence[Checked]) -> str:
    """The table, what is wrong, and every entry whose definition changed."""
    lines = [
        "# What `rehome infer` is sure of, checked",
        "",
        "By `scripts/infer-pairs`: each sure entry imported in a fresh process of its",
        "own, from both releases, or where the release or what it needs cannot be",
        "imported on this Python, looked for in the text; the definitions compared by",
        "their syntax trees. Of what is gone there is no definition to compare.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"| --- |{' ---: |' * (len(_COLUMNS) - 1)}",
        *_row(done),
        "",
    ]
    for title, attribute in (
        ("Wrong", "wrong"),
        ("Neither importable here nor told by the text", "not_here"),
    ):
        every = [(c.pair, each) for c in done for each in getattr(c, attribute)]
        if every:
            lines += [f"## {title}", ""]
            lines += [f"- {pair}: `{_plain(each)}`" for pair, each in every]
            lines.append("")
    every_change = [(c.pair, change) for c in done for change in c.changed]
    if every_change:
        lines += ["## Definitions that changed", ""]
        lines += [f"- {pair}: {change.told}" for pair, change in every_change]
        lines.append("")
    return "\n".join(lines)


def _row(done: Sequence[Checked]) -> list[str]:
    rows = []
    for each in done:
        figures = (
            *(each.sure + each.gone, len(each.wrong), each.tried),
            *(
                each.by_text,
                len(each.not_here),
                each.same,
                len(each.changed),
                each.kept,
            ),
            *(each.gone, each.doubtful, f"{each.seconds:.1f}"),
        )
        rows.append(f"| {each.pair} | {' | '.join(map(str, figures))} |")
    return rows


def _plain(text: str) -> str:
    """One line without the paths of this machine."""
    without = re.sub(r"(?:\s*\()?/[\w.+-]+(?:/[\w.+-]+)+\)?", "", text)
    return " ".join(without.replace("`", "'").split())[:200]


def _write_diffs(folder: Path, done: Sequence[Checked]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for each in done:
        name = f"{each.pair.old.project}-{each.pair.new.version}.diff"
        text = "\n".join(f"{c.told}\n{c.diff}" for c in each.changed)
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
