"""What a mutant is, and what can be said of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from verify.movement.sources import Sources
from verify.mutation import names, planted, text
from verify.mutation.code import Change

KINDS = (*text.KINDS, *names.KINDS, *planted.KINDS)
BASE, HEAD = 0, 1

# Why a change is no mutant.
NO_PROGRAM = "Python cannot compile it"
SAME_TREE = "its syntax tree is the same"
OTHER_TREE = "it is more than a comment"
SORTED = "two imports of different names change places, as sorting does"
AS_BEFORE = "it makes annotations again what they were at base"
READ_ALREADY = "its line was to be read before"

# How a mutant was reported.
EDITED, OTHER, UNDECIDED, NOTE = "edited", "other meaning", "undecided", "note"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one file of one side."""

    side: int
    path: str
    change: Change


@dataclass(frozen=True, slots=True)
class Mutant:
    """`inside` are the moved definitions that the change is in, or that read the
    name, by their dotted paths at base. `path` and `line` are for people.
    """

    kind: str
    path: str
    line: int
    edits: tuple[Edit, ...]
    inside: frozenset[str]
    name: str = ""

    @property
    def is_of_text(self) -> bool:
        return self.kind in text.KINDS


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of a mutant; `missed` says what should have been, empty where
    all was; `how` is what was said."""

    mutant: Mutant
    missed: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Sources with some files changed."""

    under: Sources
    changed: Mapping[str, bytes]

    def paths(self) -> Collection[str]:
        return self.under.paths()

    def read(self, path: str) -> bytes | None:
        found = self.changed.get(path)
        return self.under.read(path) if found is None else found


def tally(judged: list[Judged]) -> Mapping[str, tuple[int, int]]:
    """Of each kind, how many were reported of how many."""
    total = Counter(each.mutant.kind for each in judged)
    good = Counter(each.mutant.kind for each in judged if not each.missed)
    return {kind: (good[kind], total[kind]) for kind in total}
