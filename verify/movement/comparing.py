"""Two counterparts, atom by atom: what is the same in the same place.

An atom's place is its order and how far it is indented beside its definition,
so that nothing slips into or out of a block unseen.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field

from verify.movement.aligning import Pairs, align
from verify.movement.atoms import COMMENT, PLACE, Atom
from verify.movement.definitions import Definition
from verify.movement.matching import Matches
from verify.movement.prints import Side, column_of

SAME = "same"


@dataclass(frozen=True, eq=False)
class Gap:
    """What stands between two atoms that are the same on both sides."""

    old: list[Atom]
    new: list[Atom]


@dataclass(eq=False)
class Comparison:
    """How two counterparts relate; `shift` is how far the new one is indented
    beside the old one.
    """

    old: Definition
    new: Definition
    shift: int
    same: list[tuple[Atom, Atom]]
    gaps: list[Gap]
    displaced: list[tuple[Definition, Definition]] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.gaps


def compare(
    old: Definition,
    new: Definition,
    sides: tuple[Side, Side],
    matches: Matches,
    repointed: Mapping[tuple[str, int], Atom],
) -> Comparison:
    """Line up the atoms of two counterparts.

    `repointed` are atoms of the base as they are once call sites follow the moves:
    where the head has one, this is what it is compared with.
    """
    base, head = sides
    a, b = base.atoms(old), head.atoms(new)
    columns = column_of(old, base), column_of(new, head)
    new_keys = [_key(atom, columns[1], matches) for atom in b]
    there = set(new_keys)
    old_keys = []
    for atom in a:
        key = _key(atom, columns[0], matches)
        after = repointed.get((atom.path, atom.first))
        if after is not None and key not in there and atom.kind == after.kind:
            key = (atom.column - columns[0], *after.key)
        old_keys.append(key)
    pairs = align(old_keys, new_keys, [_weight(atom) for atom in a])
    same = [(a[i], b[j]) for i, j in pairs]
    made = Comparison(old, new, columns[1] - columns[0], same, list(gaps(a, b, pairs)))
    made.displaced = _displaced(made, matches)
    return made


def _weight(atom: Atom) -> int:
    """How much it saves a reader that an atom kept its place: its lines, those of
    another definition not being its own.
    """
    return 1 if atom.kind == PLACE else len(atom.text)


def _key(atom: Atom, column: int, matches: Matches) -> Hashable:
    if atom.kind == COMMENT:
        return atom.key
    if atom.kind == PLACE:
        inner = atom.inner
        assert inner is not None
        inner = matches.of_old.get(inner, inner)
        return (PLACE, atom.column - column, inner)
    return (atom.column - column, *atom.key)


def gaps(old: list[Atom], new: list[Atom], pairs: Pairs) -> Iterator[Gap]:
    """The parts of two sequences between the pairs."""
    i = j = 0
    for a, b in (*pairs, (len(old), len(new))):
        if i < a or j < b:
            yield Gap(old[i:a], new[j:b])
        i, j = a + 1, b + 1


def _displaced(
    made: Comparison, matches: Matches
) -> list[tuple[Definition, Definition]]:
    """Inner definitions that are on both sides, but not in the same order."""
    there = {atom.inner for gap in made.gaps for atom in gap.new if atom.inner}
    return [
        (atom.inner, matches.of_old[atom.inner])
        for gap in made.gaps
        for atom in gap.old
        if atom.inner and matches.of_old.get(atom.inner) in there
    ]
