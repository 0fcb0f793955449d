"""Change what uses of a re-homed attribute mean, rewrite them, and judge the result.

Takes the files that use the attribute at the parent of the commit that re-homed it,
makes one small change at a time, and lets `rehome apply` rewrite all of them. A mutant
is good where the rewrite is right or a finding tells of it; how that is decided is
told in `verify/mutation/rehoming/judging.py`.

Exit status: 0 when every mutant is good, 1 when one is not, 2 when the clone cannot
be read.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from codemods.catalogue import find
from codemods.migration import MigrationError
from verify.checks._sides import TreeSources
from verify.git import GitError, Repository
from verify.mutation.rehoming.edits import CHAINS, HANDED, KINDS, LOCALS, Mutant
from verify.mutation.rehoming.harness import Material
from verify.mutation.rehoming.judging import REPORTED, RIGHT, UNREACHED, Judged

MIGRATION, COMMIT = "sglang-27256", "e57323cae910743185be763bb5c836dbb61f9996"
# More are made than are asked for, in place of those that no run reaches.
SPARE = 1.15
GROUPS: dict[str, tuple[str, ...]] = {
    "a chain": tuple(CHAINS),
    "a local": tuple(LOCALS),
    "a function": tuple(HANDED),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clone", type=Path, help="a clone of SGLang, whole history")
    parser.add_argument("--number", type=int, default=300, help="how many to judge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    parser.add_argument("--kind", action="append", choices=KINDS)
    given = parser.parse_args()
    try:
        material = material_of(given.clone)
    except (GitError, MigrationError) as error:
        print(f"rehoming-mutants: {error}", file=sys.stderr)
        return 2
    wanted = given.kind or KINDS
    every = (m for m in material.chosen(given.seed) if m.kind in wanted)
    mutants = list(islice(every, int(given.number * SPARE) + 1))
    judged = list(islice(judge_all(material, mutants, given.jobs), given.number))
    print_table(judged, material)
    return summary(judged)


def material_of(clone: Path) -> Material:
    """The files that have the word at the parent of the commit."""
    migration = find(MIGRATION)[0]
    repository = Repository.open(clone)
    try:
        compared = repository.range_of(COMMIT)
        sources = TreeSources(compared, compared.base)
        paths = [path for path in sources.paths() if path.endswith(".py")]
        sources.fetch(paths)
        word = migration.rehomes[0].old.encode()
        found = {path: sources.read(path) or b"" for path in sorted(paths)}
        files = {path: data.decode() for path, data in found.items() if word in data}
        return Material(files, migration)
    finally:
        repository.close()


def judge_all(
    material: Material, mutants: Sequence[Mutant], jobs: int
) -> Iterator[Judged]:
    """Those that are reached, in their order; each missed one is printed."""
    context = multiprocessing.get_context("fork")
    folders: SimpleQueue[Path] = context.SimpleQueue()
    with ExitStack() as stack:
        for _ in range(jobs):
            folder = stack.enter_context(material.laid_out())
            material.untouched(folder)
            folders.put(folder)
        pool = context.Pool(jobs, start_worker, (material, folders))
        for each in stack.enter_context(pool).imap(judge_one, mutants):
            if each.how == UNREACHED:
                material.left_out[each.mutant.kind, UNREACHED] += 1
                continue
            if each.missed:
                print_missed(each)
            yield each


_at_work: list[tuple[Material, Path]] = []


def start_worker(material: Material, folders: SimpleQueue[Path]) -> None:
    """Each process has a folder of its own."""
    _at_work[:] = [(material, folders.get())]


def judge_one(mutant: Mutant) -> Judged:
    [(material, folder)] = _at_work
    return material.judge(mutant, folder)


def print_missed(judged: Judged) -> None:
    mutant = judged.mutant
    print(f"MISSED {mutant.kind} {mutant.path}:{mutant.lines[0]}: {judged.missed}")
    for line in mutant.text.splitlines()[mutant.lines[0] - 1 : mutant.lines[-1] + 1]:
        print(f"    {line!r}", flush=True)


def print_table(judged: Sequence[Judged], material: Material) -> None:
    """A table in Markdown: a row for each kind, and one for all."""
    ways = (RIGHT, REPORTED)
    print(f"\n| change of | kind | mutants | {' | '.join(ways)} | missed |")
    print("| --- | --- | --- | --- | --- | --- |")
    for group, kinds in GROUPS.items():
        for kind in kinds:
            of_kind = [each for each in judged if each.mutant.kind == kind]
            if of_kind:
                print(row((group, kind), of_kind))
    print(row(("all", ""), judged))
    for (kind, reason), count in sorted(material.left_out.items()):
        print(f"\nset aside: {count} of the kind {kind!r}: {reason}")


def row(names: tuple[str, str], judged: Sequence[Judged]) -> str:
    counts = Counter(each.how for each in judged)
    missed = sum(bool(each.missed) for each in judged)
    cells = (*names, len(judged), counts[RIGHT], counts[REPORTED], missed)
    return f"| {' | '.join(map(str, cells))} |"


def summary(judged: Sequence[Judged]) -> int:
    good = sum(not each.missed for each in judged)
    print(f"\n{good} of {len(judged)} mutants are rewritten rightly or reported")
    return 0 if judged and good == len(judged) else 1


if __name__ == "__main__":
    sys.exit(main())
