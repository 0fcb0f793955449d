"""Print how many lines `rehome moves` and a plain matcher of lines leave to read.

For each commit of scripts/residuals.toml: the definitions that moved, by verdict,
the lines changed, those left to read, what a line matcher that ignores white space
leaves, and the seconds that `rehome moves` took. With --markdown FILE the same is
written to a file.

Exit status: 0 when each group leaves fewer lines than the matcher and no commit took
longer than the limit, 1 when not, 2 when a commit cannot be read.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from verify.checks._sides import sides_of
from verify.git import GitError, Repository
from verify.memory import collect_rarely
from verify.movement.engine import examine
from verify.movement.linematcher import lines_left
from verify.movement.verdicts import Likeness

COMMITS = Path(__file__).with_suffix(".toml")
LIMIT = 5.0  # seconds for a commit


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in one commit; `moves` counts definitions by verdict."""

    commit: str
    moves: Counter[str]
    changed: int
    residual: int
    matcher: int
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        moves = (str(self.moves[each.value] or "") for each in Likeness)
        figures = self.changed, self.residual, self.matcher
        return (self.commit, *moves, *map(str, figures), f"{self.seconds:.1f}")


COLUMNS = (
    *("commit", *(each.value for each in Likeness)),
    *("changed", "rehome", "matcher", "seconds"),
)


def measure(clone: Path, commit: str) -> Measured:
    """Compare a commit with its first parent, in a repository opened anew."""
    repository = Repository.open(clone)
    try:
        started = time.perf_counter()
        compared = repository.range_of(commit)
        base, head, changed = sides_of(compared)
        movement = examine(base, head, changed)
        seconds = time.perf_counter() - started
        return Measured(
            commit[:9],
            Counter(match.verdict.value for match in movement.matches),
            movement.changed,
            movement.residual,
            lines_left(base, head, changed),
            seconds,
        )
    finally:
        repository.close()


def total(measured: Sequence[Measured]) -> Measured:
    """The sums; of the seconds the most that one commit took."""
    return Measured(
        f"all {len(measured)}",
        sum((each.moves for each in measured), Counter()),
        sum(each.changed for each in measured),
        sum(each.residual for each in measured),
        sum(each.matcher for each in measured),
        max(each.seconds for each in measured),
    )


def markdown(title: str, rows: Iterable[Measured]) -> str:
    lines = [COLUMNS, tuple("---" if c == "commit" else "--:" for c in COLUMNS)]
    lines += [row.cells for row in rows]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"## {title}\n\n{table}\n"


PREFACE = """\
# Lines to read

Made by `scripts/residuals CLONE --markdown FILE`, on the commits of
`scripts/residuals.toml`. Of the lines that a commit changes, `rehome` is how many
`rehome moves` leaves to read and `matcher` how many a line matcher leaves that
ignores white space and believes that equal lines are the same line. The columns of
verdicts count the definitions that moved. Seconds of a total are the most that
one commit took.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clone", type=Path, help="a clone of SGLang, whole history")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file")
    options = parser.parse_args()
    collect_rarely()
    parts = [PREFACE]
    good = True
    for group in tomllib.loads(COMMITS.read_text("utf-8"))["group"]:
        try:
            rows = [measure(options.clone, commit) for commit in group["commits"]]
        except GitError as error:
            print(f"residuals: {error}", file=sys.stderr)
            return 2
        rows.append(total(rows))
        good &= rows[-1].residual < rows[-1].matcher and rows[-1].seconds < LIMIT
        parts.append(markdown(group["title"], rows))
        print(parts[-1])
    if options.markdown:
        options.markdown.write_text("\n".join(parts), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
