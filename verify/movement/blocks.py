"""Runs of atoms that became others: in gaps of counterparts, and across them.

Code of a function that became a function of its own, or the reverse, and the
pieces of one that was split or joined. Runs of two definitions keep their order,
and none slips into or out of a block that is itself accounted for.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from verify.movement.adapting import Adapter
from verify.movement.aligning import align
from verify.movement.atoms import COMMENT, PLACE, Atom
from verify.movement.definitions import FILE, Definition
from verify.movement.matching import dice
from verify.movement.prints import tidied
from verify.movement.refining import refine_gap
from verify.movement.settling import Settling
from verify.movement.structure import Structure, fits

_LEAST = 60  # characters of a run between definitions that are no counterparts
_COMMON = 4  # how often a line may occur that tells where code came from
_LONG = 3  # lines of a statement that is shown beside what it became
_ALIKE = 0.4
_NEAR = 3  # atoms between a small run and a large one
_RESULT = re.compile(r"\A(?:return |[\w.]+ = )")

Indices = list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Run:
    """Neighbouring atoms of one definition, and what they became in another."""

    old: tuple[Atom, ...]
    new: tuple[Atom, ...]

    @property
    def is_same(self) -> bool:
        return all(a.key == b.key for a, b in zip(self.old, self.new, strict=True))

    @property
    def weight(self) -> int:
        """How much text it is."""
        return sum(len(line) for atom in self.old for line in atom.text)

    @property
    def shift(self) -> int:
        """How far the new code is indented beside the old."""
        pairs = zip(self.old, self.new, strict=True)
        return next((b.column - a.column for a, b in pairs if a.kind != COMMENT), 0)


def find_runs(
    gaps: list[tuple[list[Atom], list[Atom]]],
    adapter: Adapter,
    structures: tuple[Structure, Structure],
    settling: Settling,
) -> list[list[tuple[Run, Indices]]]:
    """What of some atoms became what of others, in order, gap by gap; settles
    nothing. Names differ in one way only in all the gaps.
    """
    likely = [
        align(
            [adapter.loose(a) for a in old],
            [adapter.loose(a) for a in new],
            [len(a.text) for a in old],
        )
        for old, new in gaps
    ]
    chosen = set(
        adapter.choose(
            [
                (old[i], new[j])
                for (old, new), pairs in zip(gaps, likely, strict=True)
                for i, j in pairs
            ]
        )
    )
    found: list[list[tuple[Run, Indices]]] = []
    for (old, new), pairs in zip(gaps, likely, strict=True):
        kept = [(i, j) for i, j in pairs if (old[i], new[j]) in chosen]
        found.append(
            [
                (
                    Run(
                        tuple(old[i] for i, _ in group), tuple(new[j] for _, j in group)
                    ),
                    group,
                )
                for group in _neighbours(old, new, kept)
            ]
        )
    return _in_place(found, structures, settling)


def _in_place(
    found: list[list[tuple[Run, Indices]]],
    structures: tuple[Structure, Structure],
    settling: Settling,
) -> list[list[tuple[Run, Indices]]]:
    """The runs that depend on the same things as before. They may depend on what is
    in each other, so it is told again once one of them is found not to.
    """
    while True:
        partners = dict(settling.partners)
        for runs in found:
            for run, _ in runs:
                partners.update(zip(run.old, run.new, strict=True))
                partners.update(zip(run.new, run.old, strict=True))
        kept = [
            [each for each in runs if _is_in_place(each[0], structures, partners)]
            for runs in found
        ]
        if kept == found:
            return kept
        found = kept


def _is_in_place(
    run: Run, structures: tuple[Structure, Structure], partners: Mapping[Atom, Atom]
) -> bool:
    return all(
        fits(pair, structures, partners)
        for pair in zip(run.old, run.new, strict=True)
        if pair[0].kind != COMMENT
    )


@dataclass(frozen=True, eq=False)
class Pair:
    """What is open in two definitions, or in two gaps of them; `taken` are the
    indices of what became what.
    """

    old: list[Atom]
    new: list[Atom]
    taken: Indices
    structures: tuple[Structure, Structure]


def show_edited(pairs: Iterable[Pair], settling: Settling) -> None:
    """Show long statements that were edited on the way beside each other, the most
    alike first.

    Of one that went into another block the first line stays to be read.
    """
    likely = [each for pair in pairs for each in _alike(pair, settling)]
    likely.sort(key=lambda each: (-each[0], each[2], each[3]))
    for _, pair, i, j in likely:
        a, b = pair.old[i], pair.new[j]
        in_order = all((i < k) == (j < m) and i != k and j != m for k, m in pair.taken)
        if in_order and settling.are_whole(a, b):
            pair.taken.append((i, j))
            settling.edited[a] = b
            refine_gap([a], [b], settling)
            if not fits((a, b), pair.structures, settling.partners):
                settling.reopen_first(a, b)


def _alike(pair: Pair, settling: Settling) -> Iterator[tuple[float, Pair, int, int]]:
    """The long statements that have much in common, and how much."""
    words = [
        {
            i: Counter(map(_plain, atom.text))
            for i, atom in enumerate(side)
            if len(atom.text) >= _LONG and settling.books[which].is_open(atom)
        }
        for which, side in enumerate((pair.old, pair.new))
    ]
    for i, old in words[0].items():
        for j, new in words[1].items():
            score = dice(old, new)
            if score >= _ALIKE:
                yield score + _beside(pair, i, j), pair, i, j


def _beside(pair: Pair, i: int, j: int) -> float:
    """How much more likely two statements belong together than their lines say."""
    follows = (i - 1, j - 1) in pair.taken or (i + 1, j + 1) in pair.taken
    return (follows + (pair.old[i].text[0] == pair.new[j].text[0])) / 4


class Pieces:
    """Definitions that have code in common which nothing accounts for."""

    def __init__(self, old: Iterable[Atom], new: Iterable[Atom]) -> None:
        self.old = _by_owner(old)
        self.new = _by_owner(new)
        self.left: list[Pair] = []
        self.common = [_count(side.values()) for side in (self.old, self.new)]

    def likely(self) -> list[tuple[Definition, Definition]]:
        """Pairs of definitions with lines in common, those with most first."""
        holders: dict[str, set[Definition]] = defaultdict(set)
        for owner, atoms in self.new.items():
            for line in self.telling(atoms):
                holders[line].add(owner)
        shared: Counter[tuple[Definition, Definition]] = Counter()
        for owner, atoms in self.old.items():
            for line in self.telling(atoms):
                for other in holders.get(line, ()):
                    shared[owner, other] += len(line)
        ranked = [(n, a, b) for (a, b), n in shared.items() if n >= _LEAST // 3]
        ranked.sort(key=lambda r: (-r[0], r[1].path, r[1].first, r[2].path, r[2].first))
        return [(a, b) for _, a, b in ranked]

    def telling(self, atoms: Iterable[Atom]) -> set[str]:
        """The lines of atoms that stand on both sides, and not everywhere."""
        lines = {_plain(line) for atom in atoms for line in atom.text}
        return {n for n in lines if all(0 < side[n] <= _COMMON for side in self.common)}

    def between(
        self,
        pair: tuple[Definition, Definition],
        adapter: Adapter,
        structures: tuple[Structure, Structure],
        settling: Settling,
    ) -> Iterator[Run]:
        """The runs of two definitions, settled as they are found."""
        old = settling.open(self.old[pair[0]], 0)
        new = settling.open(self.new[pair[1]], 1)
        if not old or not new:
            return
        [found] = find_runs([(old, new)], adapter, structures, settling)
        taken = self.certain([(run, group) for run, group in found])
        for run, group in found:
            if group[0] in taken:
                for a, b in zip(run.old, run.new, strict=True):
                    settling.settle(a, b, "block")
                yield run
        self.left.append(Pair(old, new, taken, structures))

    def certain(self, found: list[tuple[Run, Indices]]) -> Indices:
        """The pairs of the runs that are no coincidence: those of some size with
        code that is not everywhere, and smaller ones close to them.
        """
        taken: Indices = []
        for run, group in found:
            if run.weight >= _LEAST and self.telling(run.old):
                taken += group
        for _, group in found if taken else ():
            if group[0] not in taken and any(
                _is_close(one, other) for one in group for other in taken
            ):
                taken += group
        return taken


def _is_close(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) <= _NEAR and abs(one[1] - other[1]) <= _NEAR


def _by_owner(atoms: Iterable[Atom]) -> dict[Definition, list[Atom]]:
    found: dict[Definition, list[Atom]] = defaultdict(list)
    for atom in atoms:
        is_code = not (atom.is_import and atom.owner.kind == FILE)
        if is_code and atom.kind != PLACE and not atom.is_own_head:
            found[atom.owner].append(atom)
    return found


def _count(owners: Iterable[list[Atom]]) -> Counter[str]:
    return Counter(_plain(line) for atoms in owners for a in atoms for line in a.text)


def _plain(line: str) -> str:
    """A line without its receivers, and without what becomes of its value."""
    return _RESULT.sub("", tidied(line))


def _neighbours(old: list[Atom], new: list[Atom], pairs: Indices) -> Iterator[Indices]:
    """Pairs that follow each other on both sides and are indented alike."""
    group: Indices = []
    shift: int | None = None
    for i, j in pairs:
        is_code = old[i].kind != COMMENT
        now = new[j].column - old[i].column if is_code else shift
        follows = group and (i, j) == (group[-1][0] + 1, group[-1][1] + 1)
        if group and (not follows or (shift is not None and now != shift)):
            yield group
            group, shift = [], None
        group.append((i, j))
        shift = now if is_code else shift
    if group:
        yield group
