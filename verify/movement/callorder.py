"""Whether code that went into a function of its own still runs in its old order.

The function runs where it is called: both sides are read as if the code stood there.
The same holds for a function that is gone, where it was called. What is accounted
for must follow each other as before, and depend on the same heads as before.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from verify.movement.atoms import COMMENT, Atom
from verify.movement.blocks import Run
from verify.movement.chains import chain_of, class_of
from verify.movement.definitions import CLASS, FILE, Definition
from verify.movement.leaving import hands_on, leaves, split_at
from verify.movement.matching import Matches
from verify.movement.prints import Side
from verify.movement.settling import Settling, Shown
from verify.movement.structure import Structure

Where = tuple[Definition, int]  # in which outermost function, and where in it
_MOST = 20_000  # statements of a function with all that it calls
_NO_CODE = frozenset({FILE, CLASS})


@dataclass(eq=False)
class Reading:
    """The functions of one side that took part, each with those that it calls in
    the place of the call.

    A function is read there if it or its caller has no counterpart: what two that
    stay do with each other is no matter of a move.
    """

    side: Side
    members: Collection[Definition]
    stays: Collection[Definition]
    places: dict[Atom, list[Where]] = field(default_factory=dict)
    calls: dict[Definition, list[Atom]] = field(default_factory=dict)
    structures: dict[Definition, Structure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.named = Counter(each.name for each in self.members)
        self.called = {each: self.calls_of(each) for each in self.members}
        inner = {
            other
            for calls in self.called.values()
            for others in calls.values()
            for other in others
        }
        for each in self.members:
            if each not in inner:
                self.read(each)
        for each in self.members:  # those that call each other in a circle
            if each in inner and each not in self.calls:
                self.read(each)

    def calls_of(self, caller: Definition) -> dict[Atom, list[Definition]]:
        """The statements of a function that call others. The first call counts; of
        what shares its name with another one, every call.
        """
        others = [
            (_call_of(caller, each), each)
            for each in self.members
            if each is not caller and not (each in self.stays and caller in self.stays)
        ]
        found: dict[Atom, list[Definition]] = {}
        seen: set[Definition] = set()
        for atom in self.side.atoms(caller) if others else ():
            if atom.kind == COMMENT or atom.is_own_head:
                continue
            for pattern, other in others:
                if other not in seen and any(map(pattern.search, atom.text)):
                    found.setdefault(atom, []).append(other)
                    if self.named[other.name] == 1:
                        seen.add(other)
        return found

    def read(self, root: Definition) -> None:
        count = 0
        inside: list[Definition] = []

        def walk(function: Definition) -> None:
            nonlocal count
            inside.append(function)
            for atom in self.side.atoms(function):
                for other in self.called[function].get(atom, ()):
                    if other not in inside and count < _MOST:
                        self.calls.setdefault(other, []).append(atom)
                        walk(other)
                count += 1
                self.places.setdefault(atom, []).append((root, count))
            inside.pop()

        walk(root)

    def above(self, atom: Atom) -> Iterator[Atom]:
        """What an atom depends on, the closest first, over the call of its function."""
        seen: set[Definition] = set()
        at: Atom | None = atom
        while at is not None and at.owner not in seen:
            seen.add(at.owner)
            if at.owner not in self.structures:
                self.structures[at.owner] = Structure(self.side.atoms(at.owner))
            above = self.structures[at.owner].above(at)
            yield from (each for each in reversed(above) if not each.is_own_head)
            at = next(iter(self.calls.get(at.owner, ())), None)


@dataclass(eq=False)
class Order:
    """Pairs that follow each other in the same order, by outermost functions."""

    old: Reading
    new: Reading
    family: frozenset[Definition] = frozenset()
    taken: dict[tuple[Definition, Definition], list[tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def takes(self, pairs: Iterable[tuple[Atom, Atom]]) -> bool:
        """Whether some pairs are in order with all before; if so, they count."""
        places = [place for a, b in pairs for place in self.of_pair(a, b)]
        if not all(map(self.fits, places)):
            return False
        for roots, place in places:
            insort(self.taken[roots], place)
        return True

    def of_pair(
        self, a: Atom, b: Atom
    ) -> Iterator[tuple[tuple[Definition, Definition], tuple[int, int]]]:
        for one, i in self.old.places.get(a, ()):
            for other, j in self.new.places.get(b, ()):
                yield (one, other), (i, j)

    def fits(self, each: tuple[tuple[Definition, Definition], tuple[int, int]]) -> bool:
        roots, (i, j) = each
        taken = self.taken[roots]
        at = bisect_left(taken, (i, j))
        before = taken[at - 1][1] <= j if at else True
        return before and (at == len(taken) or j <= taken[at][1])


@dataclass(eq=False)
class CallOrder:
    """Checks runs between functions, and then the lines shown as equal beside them."""

    sides: tuple[Side, Side]
    matches: Matches
    settling: Settling

    def in_order(self, runs: Iterable[Run]) -> tuple[Run, ...]:
        """The runs that keep their order; the lines of the others are to be read."""
        runs = list(runs)
        kept: list[Run] = []
        for family in families(map(self.family, runs)):
            here = [run for run in runs if run.old[0].owner in family]
            kept += self.settled(self.order(family), here)
        return tuple(sorted(kept, key=_place))

    def reopen_shown(self, runs: Iterable[Run]) -> None:
        """Leave the equal lines to be read that are not in order with the runs, or
        with what else is accounted for.
        """
        runs, every = list(runs), self.settling.shown
        across = [self.family(run) for run in runs]
        across += [f for each in every if len(f := self.owners(each)) > 2]
        for family in families(across):
            order = self.order(family)
            for run in runs:
                if run.old[0].owner in family:
                    order.takes(_pairs(run))
            for shown in every:
                if not self.owners(shown) <= family:
                    continue
                if not order.takes(p for p in shown.pairs if _counts(*p)):
                    self.settling.hide(shown)

    def family(self, run: Run) -> set[Definition]:
        return self.related(run.old[0].owner, run.new[0].owner)

    def owners(self, shown: Shown) -> set[Definition]:
        return self.related(shown.pairs[0][0].owner, shown.pairs[0][1].owner)

    def related(self, a: Definition, b: Definition) -> set[Definition]:
        """Two functions and their counterparts."""
        every = {a, b, self.matches.of_old.get(a), self.matches.of_new.get(b)}
        return {each for each in every if each and each.kind not in _NO_CODE}

    def order(self, family: Iterable[Definition]) -> Order:
        """The order of what is accounted for of functions and their counterparts."""
        members = sorted(family, key=lambda each: (each.path, each.first))
        sides = [[m for m in members if _is_of(m, side)] for side in self.sides]
        old = Reading(self.sides[0], sides[0], self.matches.of_old)
        new = Reading(self.sides[1], sides[1], self.matches.of_new)
        order = Order(old, new, frozenset(family))
        for pair in self.stayed(old):
            order.takes([pair])
        return order

    def settled(self, order: Order, runs: list[Run]) -> list[Run]:
        runs = [part for run in runs for part in self.without_exits(order, run)]
        order, kept, late = self.taken(order, runs)
        if late and self.outweighs(order, late):
            order, kept, late = self.taken(self.order(order.family), runs)
        for run in late:
            self.reopen(run.old, run.new)
        self.reopen_loose(order, kept, list(self.stayed(order.old)))
        return kept

    def without_exits(self, order: Order, run: Run) -> list[Run]:
        """A run without the statements that now leave another function."""
        exits = [
            (a, b)
            for a, b in zip(run.old, run.new, strict=True)
            if leaves(a) and not self.leaves_alike(order, a, b)
        ]
        if not exits:
            return [run]
        for a, b in exits:
            self.reopen((a,), (b,))
        return list(split_at(run, exits))

    def leaves_alike(self, order: Order, a: Atom, b: Atom) -> bool:
        """Whether whoever calls the function that a statement leaves is left too."""
        if self.matches.of_old.get(a.owner) is b.owner:
            return True
        calls = [(c, a.owner.name) for c in order.old.calls.get(a.owner, ())]
        calls += [(c, b.owner.name) for c in order.new.calls.get(b.owner, ())]
        return bool(calls) and all(hands_on(call, name) for call, name in calls)

    def taken(
        self, order: Order, runs: Iterable[Run]
    ) -> tuple[Order, list[Run], list[Run]]:
        """The runs that are in order and those that are not, the largest first."""
        kept: list[Run] = []
        late: list[Run] = []
        for run in sorted(runs, key=lambda run: (-run.weight, _place(run))):
            pairs = _pairs(run)
            is_taken = self.depend_alike(order, pairs) and order.takes(pairs)
            (kept if is_taken else late).append(run)
        return order, kept, late

    def outweighs(self, order: Order, late: list[Run]) -> bool:
        """Whether what moved is more than what stayed and changed its order beside it;
        if so, this is what a person reads.
        """
        alone = Order(order.old, order.new)
        moved = [
            run
            for run in late
            if self.depend_alike(order, _pairs(run)) and alone.takes(_pairs(run))
        ]
        crossed = [p for p in self.stayed(order.old) if not alone.takes([p])]
        if _lines(p for run in moved for p in _pairs(run)) <= _lines(crossed):
            return False
        for pair in crossed:
            self.reopen(*((atom,) for atom in pair))
        return True

    def stayed(self, reading: Reading) -> Iterator[tuple[Atom, Atom]]:
        """What is accounted for of functions and their counterparts."""
        for owner in reading.members:
            for a in reading.side.atoms(owner):
                b = self.settling.partners.get(a)
                if b is None or b.owner is not self.matches.of_old.get(owner):
                    continue
                if _counts(a, b):
                    yield a, b

    def reopen_loose(
        self, order: Order, kept: list[Run], stayed: list[tuple[Atom, Atom]]
    ) -> None:
        """Leave what depends on a head that another function took along, or that is
        left to be read itself.
        """
        is_new = True
        while is_new:
            is_new = False
            for run in [r for r in kept if not self.depend_alike(order, _pairs(r))]:
                self.reopen(run.old, run.new)
                kept.remove(run)
                is_new = True
            for pair in [p for p in stayed if not self.depend_alike(order, [p])]:
                self.reopen(*((atom,) for atom in pair))
                stayed.remove(pair)
                is_new = True

    def reopen(self, old: Iterable[Atom], new: Iterable[Atom]) -> None:
        for a, b in zip(old, new, strict=True):
            self.settling.books[0].reopen(a.path, a.lines)
            self.settling.books[1].reopen(b.path, b.lines)
            self.settling.partners.pop(a, None)
            self.settling.partners.pop(b, None)

    def depend_alike(self, order: Order, pairs: Iterable[tuple[Atom, Atom]]) -> bool:
        partners = self.settling.partners
        for a, b in pairs:
            heads = (
                next((x for x in order.old.above(a) if self.is_in(order.new, x)), None),
                next((y for y in order.new.above(b) if self.is_in(order.old, y)), None),
            )
            if heads[0] is None or heads[1] is None:
                if heads[0] is not heads[1]:
                    return False
            elif partners[heads[0]] is not heads[1]:
                return False
        return True

    def is_in(self, reading: Reading, atom: Atom) -> bool:
        return self.settling.partners.get(atom) in reading.places


def _call_of(caller: Definition, called: Definition) -> re.Pattern[str]:
    """How a call reads; one by `super()` calls what a base class has."""
    name = re.escape(called.name)
    around, holder = class_of(caller), class_of(called)
    bases = getattr(around.node, "bases", ()) if around else ()
    names = {found[-1] for base in bases if (found := chain_of(base))}
    if holder is not None and holder.name in names:
        return re.compile(rf"\b{name}\(")
    return re.compile(rf"(?<!super\(\)\.)\b{name}\(")


def families(found: Iterable[set[Definition]]) -> list[set[Definition]]:
    """Sets that have something in common, joined."""
    joined: list[set[Definition]] = []
    for each in found:
        near = [other for other in joined if not each.isdisjoint(other)]
        joined = [other for other in joined if other not in near]
        joined.append(each.union(*near))
    return joined


def _is_of(definition: Definition, side: Side) -> bool:
    module = side.modules.get(definition.path)
    return module is not None and module.source is definition.source


def _lines(pairs: Iterable[tuple[Atom, Atom]]) -> int:
    return sum(len(atom.text) for pair in pairs for atom in pair)


def _pairs(run: Run) -> list[tuple[Atom, Atom]]:
    return [p for p in zip(run.old, run.new, strict=True) if _counts(*p)]


def _place(run: Run) -> tuple[str, int, str, int]:
    return run.old[0].path, run.old[0].first, run.new[0].path, run.new[0].first


def _counts(old: Atom, new: Atom) -> bool:
    return old.kind != COMMENT and not (new.is_own_head or new.is_import)
