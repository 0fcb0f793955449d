"""What becomes of everything that a file wants, guards taken into account. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import msgspec

from verify.doctoring.lookup import Lookup, Told
from verify.doctoring.regions import ATTRIBUTE, MODULE, NAME
from verify.doctoring.wanted import FileWants, Package, Wanted
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


def handed_on(wants: FileWants, package: Package, lookup: Lookup) -> list[str]:
    """The names, as `module.name`, that a file imports and that lead to modules whose
    path is another, for all or for some.
    """
    found = []
    for each in wants.wanted:
        path = f"{each.module}.{each.name}"
        if each.name not in ("", "*") and path not in package.modules:
            told = lookup.name(each.module, each.name)
            if told.inner:
                found.append(path)
    return found


@dataclass(frozen=True)
class _Looking:
    wants: FileWants
    lookup: Lookup

    def at(self, wanted: Wanted) -> Judged:
        if wanted.name == "*":
            return self.star(wanted)
        if wanted.attributes:
            opened = [(path, self.opened(path)) for path in wanted.modules]
            there = [each for each in opened if each[1].inner] or opened
            chains = [self.chain(wanted, *each) for each in there]
            best = max(chains, key=lambda told: told.certainty)
        elif wanted.name:
            best = self.lookup.name(wanted.module, wanted.name)
        else:
            best = self.lookup.module(wanted.module)
        return _judged(wanted, best)

    def opened(self, path: str) -> Told:
        """The module that the path of an import is, or those that it leads to."""
        told = self.lookup.module(path)
        parent, tail = _split(path)
        handed = self.lookup.name(parent, tail) if parent else told
        if handed.inner:
            return handed
        return Told(told.certainty, inner=(path,)) if told.is_there else told

    def chain(self, wanted: Wanted, path: str, opened: Told) -> Told:
        """What is read off a module, as far as it leads through modules."""
        if opened.is_missing and wanted.spelled:
            return opened
        if not opened.inner or opened.certainty < Certainty.CONDITIONAL:
            return Told(Certainty.YES)  # told where it is imported
        if opened.mixed and not wanted.spelled:
            return _mixed(*_split(path))
        told = self.read(wanted, opened.inner, wanted.attributes)
        return min(opened, told, key=lambda each: each.certainty)

    def read(
        self, wanted: Wanted, modules: tuple[str, ...], names: tuple[str, ...]
    ) -> Told:
        """The same, read off each of the modules that it may be."""
        answers = [self.read_off(wanted, module, names) for module in modules]
        best, worst = _sorted(answers)[-1], _sorted(answers)[0]
        if worst.is_missing and not best.is_missing:
            why = f"it may be any of {_listed(modules)}, of which some lack it"
            return Told(min(best.certainty, Certainty.CONDITIONAL), worst.what, why)
        return worst

    def read_off(self, wanted: Wanted, module: str, names: tuple[str, ...]) -> Told:
        name, *more = names
        told = self.attribute(wanted, module, name)
        if not more or not told.inner or told.certainty < Certainty.CONDITIONAL:
            return told
        if told.mixed:
            return _mixed(module, name)
        return _sorted([told, self.read(wanted, told.inner, (*more,))])[0]

    def attribute(self, wanted: Wanted, module: str, name: str) -> Told:
        """One attribute of a module: a submodule is there once it is imported."""
        told = self.lookup.name(module, name)
        if told.certainty < Certainty.CONDITIONAL or wanted.spelled:
            return told
        if f"{module}.{name}" not in told.inner:
            return told
        loaded = self.lookup.loaded(module, name, self.wants.loaded)
        if loaded.is_there:
            return told
        return msgspec.structs.replace(loaded, inner=told.inner, mixed=told.mixed)

    def star(self, wanted: Wanted) -> Judged:
        there = self.lookup.module(wanted.module)
        if not there.is_there:
            return _judged(wanted, there)
        answers = self.lookup.star(wanted.module, wanted.used)
        lost = [name for name, told in answers if told.certainty <= Certainty.UNTOLD]
        if not lost:
            brought = [told for _, told in answers]
            worst = min([there, *brought], key=lambda told: told.certainty)
            return _judged(wanted, worst)
        few = ", ".join(f"`{name}`" for name in lost[:5])
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        why = f"nothing in the file binds {few}{more}, and the star may not bring it"
        return Judged(wanted, State.UNTOLD, f"{wanted.module}:*", why)


def _sorted(answers: Iterable[Told]) -> list[Told]:
    """The worst first."""
    return sorted(answers, key=lambda told: told.certainty)


def _listed(modules: Iterable[str]) -> str:
    return ", ".join(f"`{module}`" for module in modules)


def _split(path: str) -> tuple[str, str]:
    parent, _, tail = path.rpartition(".")
    return parent, tail


def _mixed(module: str, name: str) -> Told:
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
