"""What importing a module first does, told from the sources alone."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from verify.importing.outcomes import Failure, Fate, Place, Reason, Result
from verify.importing.platforms import Platform
from verify.importing.recording import Memory
from verify.importing.replaying import Replayer
from verify.importing.sources import ModuleSource, Sources
from verify.importing.world import Exhausted, Stopped

_MOST_WORLDS = 48
# Steps of the simulated code, over all conditions that are tried.
_MOST_STEPS = 40_000
_RECURSION = 12_000
_NONE: Mapping[str, bool] = {}


class Simulator:
    """Simulates imports of the same sources from many entries.

    Args:
        modules: the sources by dotted name.
        platform: where the imports run.
        complete: whether a module that the sources lack does not exist.
        opaque: modules that are there, and of which nothing is known.
    """

    def __init__(
        self,
        modules: Mapping[str, ModuleSource],
        platform: Platform | None = None,
        *,
        complete: bool = False,
        opaque: Collection[str] = (),
    ) -> None:
        self._sources = Sources(modules, complete=complete, opaque=opaque)
        self._platform = platform or Platform()
        self._known = self._platform.values()
        self._memory = Memory()

    def simulate(self, entry: str, *, conditions: int = _MOST_WORLDS) -> Result:
        """What importing `entry` first in a fresh interpreter does.

        `conditions` is how many answers to conditions that cannot be told are
        tried, one at a time.

        Raises:
            KeyError: the sources have no such module.
        """
        if entry not in self._sources.submodules:
            raise KeyError(entry)
        with _deep_recursion():
            return self._explored(entry, conditions)

    def _explored(self, entry: str, conditions: int) -> Result:
        first, failure = self._once(entry, _NONE)
        failures = [failure] if failure else []
        passed = failure is None
        tried = {frozenset[tuple[str, bool]]()}
        waiting = list(_flipped(first, {}))
        left = _MOST_STEPS
        while waiting and len(tried) <= conditions and (left > 0 or not passed):
            assumed = waiting.pop(0)
            if frozenset(assumed.items()) in tried:
                continue
            tried.add(frozenset(assumed.items()))
            world, found = self._once(entry, assumed)
            left -= world.taken
            if found is None:
                passed = True
                continue
            failures.append(replace(found, when=_as_text(assumed)))
            if not passed:
                waiting += _flipped(world, assumed)
        result = self._result(entry, first, failures, passed, failure)
        return replace(result, untried=sum(len(one) == 1 for one in waiting))

    def _result(
        self,
        entry: str,
        world: Replayer,
        failures: list[Failure],
        passed: bool,
        failure: Failure | None,
    ) -> Result:
        reasons = tuple(self._with_text(one) for one in world.reasons)
        conditional: tuple[Failure, ...] = ()
        fate = Fate.BENIGN
        if failure is not None and not passed:
            fate = Fate.FATAL
        elif any(one.partial or not one.when for one in failures):
            fate = Fate.UNDECIDED
            conditional = tuple(
                _distinct(one for one in failures if one.partial or not one.when)
            )
        if reasons:
            fate = Fate.UNDECIDED
        shown = failure if not passed else None
        return Result(
            entry,
            fate,
            self._told(shown) if shown else None,
            tuple(self._told(one) for one in conditional),
            tuple(
                replace(
                    one,
                    failure=self._told(one.failure),
                    handler=self._shown(one.handler),
                )
                for one in world.swallowed.values()
            ),
            reasons,
            tuple(world.absent),
        )

    def _once(
        self, entry: str, assumed: Mapping[str, bool]
    ) -> tuple[Replayer, Failure | None]:
        world = Replayer(
            self._sources, self._known, self._platform.facts, assumed, self._memory
        )
        try:
            world.load(None, entry)
        except Stopped as stopped:
            return world, stopped.failure
        except (Exhausted, RecursionError):
            place = Place(entry, 1, 1)
            world.reasons[Reason("the import takes too many steps", place)] = None
        return world, None

    def _told(self, failure: Failure) -> Failure:
        chain = tuple(self._shown(place) for place in failure.chain)
        return replace(failure, place=self._shown(failure.place), chain=chain)

    def _with_text(self, reason: Reason) -> Reason:
        return replace(reason, place=self._shown(reason.place))

    def _shown(self, place: Place) -> Place:
        text = self._sources.text(place.module, place.line, place.end)
        return replace(place, text=text)


def simulate(
    modules: Mapping[str, ModuleSource], entry: str, platform: Platform | None = None
) -> Result:
    """What importing `entry` first does; see `Simulator` for many entries."""
    return Simulator(modules, platform).simulate(entry)


def what_if(
    modules: Mapping[str, ModuleSource],
    changes: Mapping[str, ModuleSource | None],
    entries: Iterable[str],
    platform: Platform | None = None,
) -> dict[str, Result]:
    """What importing each entry first would do after some changes; a module that
    is changed to None is gone."""
    changed = {
        name: source
        for name, source in {**modules, **changes}.items()
        if source is not None
    }
    simulator = Simulator(changed, platform)
    return {entry: simulator.simulate(entry) for entry in entries}


def _flipped(world: Replayer, assumed: Mapping[str, bool]) -> Iterator[dict[str, bool]]:
    for condition, answer in world.asked.items():
        if condition not in assumed:
            yield {**assumed, condition: not answer}


def _as_text(assumed: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(
        text if answer else f"not ({text})" for text, answer in assumed.items()
    )


def _distinct(failures: Iterator[Failure]) -> list[Failure]:
    places: dict[tuple[Place, str], Failure] = {}
    for failure in failures:
        places.setdefault((failure.place, failure.message), failure)
    return list(places.values())


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Imports nest deep, and each takes some calls here."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
