"""Make mutants of real commits that moved code, and print which were reported.

Prints a table of kinds and commits, how each kind was reported, and what was set
aside, with the reason. Also says what is found on the commits as they are.

Exit status: 0 when every mutant was reported, 1 when one was not, 2 when the clone
cannot be read.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from verify.checks._sides import TreeSources
from verify.git import GitError, Repository
from verify.mutation.harness import Commit
from verify.mutation.mutant import KINDS, Judged, Mutant

# Commits of SGLang that moved code as it was.
COMMITS = {
    "#26675": "c06220159",
    "#26676": "1af53f67b",
    "#29431": "e789ca24a",
    "#31257": "dc078ddd2",
    "#30616": "9dd57ef8c",
    "#30249": "108a183f6",
    "#31222": "50d1edaa7",
    "#31151": "205a2f2de",
    "#31146": "cad8fe7a6",
    "#30586": "0562ccb1a",
    "#26052": "074bb928f",
    "#29621": "5ae214f18",
}

_at_work: list[tuple[Commit, list[Mutant]]] = []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clone", type=Path, help="a clone of SGLang, whole history")
    parser.add_argument("--number", type=int, default=1200, help="about how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--commit", action="append", help="one of its own, or more")
    given = parser.parse_args()
    named = {text: text for text in given.commit or ()} or COMMITS
    kinds = given.kind or list(KINDS)
    judged: dict[str, list[Judged]] = {}
    left_out: Counter[tuple[str, str]] = Counter()
    left = given.number
    try:
        repository = Repository.open(given.clone)
        for position, (title, text) in enumerate(named.items()):
            commit = commit_of(repository, text)
            mutants = list(
                chosen(commit, given.seed, left, len(named) - position, kinds)
            )
            left -= len(mutants)
            print(untouched(title, text, commit), f"{len(mutants)} mutants", flush=True)
            judged[title] = list(judge_all(commit, mutants, given.jobs))
            left_out += commit.left_out
    except GitError as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 2
    print_tables(judged, left_out)
    return summary([each for some in judged.values() for each in some])


def commit_of(repository: Repository, text: str) -> Commit:
    compared = repository.range_of(text)
    changed = [change.path for change in compared.changes()]
    base = TreeSources(compared, compared.base)
    head = TreeSources(compared, compared.head)
    base.fetch(changed)
    head.fetch(changed)
    return Commit(base, head, changed)


def untouched(title: str, text: str, commit: Commit) -> str:
    """What is found on the commit as it is."""
    matches = commit.untouched.matches
    differences = [d for match in matches for d in match.differences]
    notes = sum(d.is_note for d in differences)
    undecided = sum(d.undecided for d in differences)
    other = len(differences) - notes - undecided
    return (
        f"{title} ({text}): {len(commit.clean)} of {len(matches)} moves are clean;"
        f" {other} names with another meaning, {undecided} undecided, {notes} notes;"
    )


def chosen(
    commit: Commit, seed: int, left: int, commits: int, names: list[str]
) -> Iterator[Mutant]:
    """This commit's share: the kinds in turn, so that every kind has its own."""
    every = commit.by_kind(seed)
    kinds = [every[name] for name in names]
    number = -(-left // commits)
    while kinds and number > 0:
        for kind in list(kinds):
            mutant = next(kind, None)
            if mutant is None:
                kinds.remove(kind)
            elif number > 0:
                number -= 1
                yield mutant


def judge_all(commit: Commit, mutants: list[Mutant], jobs: int) -> Iterator[Judged]:
    """Judge mutants in processes that have the commit from the start."""
    commit.untouched  # noqa: B018 (once, before there are several processes)
    _at_work[:] = [(commit, mutants)]
    numbers = range(len(mutants))
    if jobs == 1:
        found: Iterator[Judged] = map(judge_one, numbers)
        yield from shown(commit, found)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from shown(commit, pool.imap(judge_one, numbers))


def judge_one(number: int) -> Judged:
    [(commit, mutants)] = _at_work
    return commit.judge(mutants[number])


def shown(commit: Commit, judged: Iterator[Judged]) -> Iterator[Judged]:
    """Print each that was missed as it comes by."""
    for each in judged:
        if each.missed:
            mutant = each.mutant
            print(f"MISSED {mutant.kind} {mutant.path}:{mutant.line}: {each.missed}")
            for edit in mutant.edits:
                for part in edit.change:
                    was = commit.text_at(edit, part.start, part.end)
                    print(f"    {edit.path}: {was!r} became {part.text!r}", flush=True)
        yield each


def print_tables(
    judged: dict[str, list[Judged]], left_out: Counter[tuple[str, str]]
) -> None:
    titles = list(judged)
    print(f"\n{'mutants by kind':22}", *(f"{title:>7}" for title in titles), "    all")
    for kind in KINDS:
        counts = [sum(e.mutant.kind == kind for e in judged[t]) for t in titles]
        if sum(counts):
            cells = (f"{count or '':>7}" for count in (*counts, sum(counts)))
            print(f"{kind:22}", *cells)
    every = [each for some in judged.values() for each in some]
    ways = sorted({each.how for each in every if each.how})
    print(f"\n{'how reported':22}", *(f"{way:>14}" for way in ways), f"{'MISSED':>14}")
    for kind in KINDS:
        of_kind = [each for each in every if each.mutant.kind == kind]
        if of_kind:
            numbers = [sum(e.how == way for e in of_kind) for way in ways]
            numbers.append(sum(bool(e.missed) for e in of_kind))
            print(f"{kind:22}", *(f"{number or '':>14}" for number in numbers))
    print("\nset aside")
    for (kind, reason), count in sorted(left_out.items()):
        print(f"{kind:22} {count:7} {reason}")


def summary(judged: list[Judged]) -> int:
    missed = sum(bool(each.missed) for each in judged)
    print(f"\n{len(judged) - missed} of {len(judged)} mutants were reported")
    return 1 if missed or not judged else 0


if __name__ == "__main__":
    sys.exit(main())
