"""What becomes of everything that a file wants, guards taken into account. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from verify.doctoring.lookup import Lookup, Told
from verify.doctoring.regions import ATTRIBUTE, MODULE, NAME
from verify.doctoring.wanted import FileWants, Wanted
from verify.surface.importable import Certainty


class State(str, Enum):
    """What can be said of something wanted; the values are words for people."""

    FOUND = "found"
    DEPENDS = "found under a condition"
    GUARDED = "missing, and the code has a way that works"
    FALLBACK = "missing, and the fallback is taken"
    UNTOLD = "could not tell"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Judged:
    """`lost` is what is not there, as `module` or `module:name`, or of which that is
    not known; `why` says more in words.
    """

    wanted: Wanted
    state: State
    lost: str = ""
    why: str = ""

    @property
    def kind(self) -> str:
        """What is not there: a module, a name to import, or an attribute."""
        if ":" not in self.lost:
            return ATTRIBUTE if self.wanted.read else MODULE
        return ATTRIBUTE if self.wanted.read else NAME


def judge(wants: FileWants, lookup: Lookup) -> list[Judged]:
    """Look up everything that a file wants, in the order of the file."""
    told = [_Looking(wants, lookup).at(each) for each in wants.wanted]
    return [*_Guarded(wants, told).judged()]


@dataclass(frozen=True)
class _Looking:
    wants: FileWants
    lookup: Lookup

    def at(self, wanted: Wanted) -> Judged:
        if wanted.name == "*":
            return self.star(wanted)
        if wanted.attributes:
            there = [m for m in wanted.modules if self.lookup.module(m).is_there]
            chains = [self.chain(wanted, module) for module in there or wanted.modules]
            best = max(chains, key=lambda told: told.certainty)
        elif wanted.name:
            best = self.lookup.name(wanted.module, wanted.name)
        else:
            best = self.lookup.module(wanted.module)
        return _judged(wanted, best)

    def chain(self, wanted: Wanted, module: str) -> Told:
        """What is read off a module, as far as it leads through modules."""
        worst = self.lookup.module(module)
        if worst.is_missing and wanted.spelled:
            return worst
        if not worst.is_there:
            return Told(Certainty.YES)  # told where it is imported
        parent, _, tail = module.rpartition(".")
        if parent and not wanted.spelled and self.lookup.is_shadowed(parent, tail):
            return _shadowed(parent, tail)
        for attribute, *more in _tails(wanted.attributes):
            told = self.lookup.name(module, attribute)
            if told.certainty < Certainty.CONDITIONAL:
                return told
            worst = min(worst, told, key=lambda each: each.certainty)
            if self.lookup.is_shadowed(module, attribute) and not (
                wanted.spelled or (not more and self.lookup.is_bound(module, attribute))
            ):
                return _shadowed(module, attribute)
            if not told.inner:
                break
            if not wanted.spelled:
                loaded = self.lookup.loaded(module, attribute, self.wants.loaded)
                worst = min(worst, loaded, key=lambda each: each.certainty)
            module = told.inner
        return worst

    def star(self, wanted: Wanted) -> Judged:
        there = self.lookup.module(wanted.module)
        if not there.is_there:
            return _judged(wanted, there)
        answers = self.lookup.star(wanted.module, wanted.used)
        lost = [name for name, told in answers if told.certainty <= Certainty.UNTOLD]
        if not lost:
            return Judged(wanted, State.FOUND)
        few = ", ".join(f"`{name}`" for name in lost[:5])
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        why = f"nothing in the file binds {few}{more}, and the star may not bring it"
        return Judged(wanted, State.UNTOLD, f"{wanted.module}:*", why)


def _tails(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(len(names)):
        yield names[start:]


def _shadowed(module: str, name: str) -> Told:
    """The answer where an attribute is a module or something else."""
    why = f"`{name}` is a module in `{module}`, and a name that it binds"
    return Told(Certainty.CONDITIONAL, f"{module}:{name}", why)


def _judged(wanted: Wanted, told: Told) -> Judged:
    if told.is_there:
        return Judged(wanted, State.FOUND)
    state = State.DEPENDS
    if told.is_missing:
        state = State.UNTOLD if wanted.unsure else State.MISSING
    elif told.is_untold:
        state = State.UNTOLD
    return Judged(wanted, state, told.what, wanted.unsure or told.why)


@dataclass(frozen=True)
class _Guarded:
    """Takes guards into account: what fails in one arm may be caught by another."""

    wants: FileWants
    told: list[Judged]

    def judged(self) -> Iterator[Judged]:
        lost = {
            each.lost.replace(":", ".")
            for each in self.told
            if each.state is State.MISSING and not each.wanted.read
        }
        for each in self.told:
            if each.wanted.read and each.lost.replace(":", ".") in lost:
                continue  # told where it is imported
            yield self.settled(each, 0)

    def settled(self, each: Judged, depth: int) -> Judged:
        """The same, with what the guards from a depth on make of it."""
        if each.state not in (State.MISSING, State.UNTOLD):
            return each
        for number, arm in reversed(each.wanted.arms[depth:]):
            state = self.caught(each, number, arm)
            if state is not None:
                if each.state is State.UNTOLD and state is State.FALLBACK:
                    state = State.DEPENDS
                return replace(each, state=state)
        return each

    def caught(self, each: Judged, number: int, arm: int) -> State | None:
        """What one guard makes of a failure in one of its arms, None for nothing."""
        guard = self.wants.guards[number]
        if not guard.is_try:
            others = self.arms_of(number) - {arm}
            works = any(self.works(number, other) for other in others)
            return State.GUARDED if works else None
        if arm:
            return State.GUARDED if self.works(number, 0) else None
        if each.kind not in guard.catches:
            return None
        handlers = set(range(1, guard.arms)) - guard.raises
        if not handlers:
            return None
        wanting = handlers & self.arms_of(number)
        if not wanting:
            return State.FALLBACK
        works = all(self.works(number, other) for other in wanting)
        return State.GUARDED if works else None

    def arms_of(self, number: int) -> set[int]:
        """The arms of a guard that import something of the package."""
        return {arm for guard, arm in self._inside if guard == number}

    def works(self, number: int, arm: int) -> bool:
        """Whether an arm imports something, and nothing in it fails."""
        inside = self._inside.get((number, arm), [])
        settled = (self.settled(each, depth + 1) for each, depth in inside)
        failing = (State.MISSING, State.UNTOLD)
        return bool(inside) and all(each.state not in failing for each in settled)

    @cached_property
    def _inside(self) -> dict[tuple[int, int], list[tuple[Judged, int]]]:
        """The imports in each arm of each guard, with how deep the guard stands."""
        found: dict[tuple[int, int], list[tuple[Judged, int]]] = {}
        for each in self.told:
            if not each.wanted.read:
                for depth, key in enumerate(each.wanted.arms):
                    found.setdefault(key, []).append((each, depth))
        return found
