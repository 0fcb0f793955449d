"""`--until-decided`: looks at growing data, on times that are made up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from verify.benching import engine
from verify.benching.engine import Settings
from verify.benching.experiment import Measured, PairTimes
from verify.benching.judging import Row
from verify.statistics import MOST_PAIRS, Speed

Noise = Callable[[random.Random, int], float]  # of the pair of that number


class MadeUp:
    """An experiment in whose pairs host and device differ by what was given."""

    def __init__(self, *, host: Noise, device: Noise) -> None:
        self._noises = host, device
        self._chance = random.Random(1)
        self.lost = ""
        self.looks: list[int] = []

    def start(self) -> list[Measured]:
        return [Measured("test_it", 1)]

    def run(
        self, pairs: int, wanted: Iterable[Measured], told: Any, enough: Any
    ) -> None:
        self.looks.append(pairs)
        for each in wanted:
            for _ in range(pairs):
                number = len(each.pairs)
                head = [1000 * (1 + n(self._chance, number)) for n in self._noises]
                each.pairs.append(PairTimes([[1000, 1000, 0, 1]], [[*head, 0, 1]]))


def rows_of(experiment: MadeUp) -> tuple[dict[str, Row], list[str]]:
    settings = Settings(("x.py",), device="cuda", pairs=24, until_decided=1000)
    made: Any = experiment
    rows, notes = engine._measure(made, settings, lambda done, of: None)
    return {row.clock: row for row in rows}, notes


def quiet(chance: random.Random, number: int) -> float:
    return chance.gauss(0, 0.001)


def quiet_at_first(chance: random.Random, number: int) -> float:
    return chance.gauss(0, 0.001 if number < 24 else 0.5)


def noisy(chance: random.Random, number: int) -> float:
    return chance.gauss(0, 0.12)


def test_what_a_look_decided_stays_though_the_other_clock_goes_on() -> None:
    experiment = MadeUp(host=quiet_at_first, device=noisy)
    rows, notes = rows_of(experiment)
    assert experiment.looks[:2] == [24, 24]
    host, device = rows["host"], rows["device"]
    assert host.speed is Speed.UNCHANGED
    assert host.found is not None
    assert host.found.pairs == 24
    assert device.speed is Speed.UNCHANGED
    assert notes == []


def test_looks_end_where_more_pairs_are_of_no_use() -> None:
    experiment = MadeUp(
        host=quiet, device=lambda chance, _: 0.05 + chance.gauss(0, 0.01)
    )
    rows, notes = rows_of(experiment)
    assert sum(experiment.looks) == MOST_PAIRS
    assert rows["device"].speed is Speed.TOO_NOISY
    assert rows["device"].needed is None
    assert notes == [f"{len(experiment.looks)} looks; 1 undecided after the last"]


@pytest.mark.parametrize("clock", ["host", "device"])
def test_each_look_errs_by_less(clock: str) -> None:
    once, _ = rows_of(MadeUp(host=quiet, device=quiet))
    settings = Settings(("x.py",), device="cuda", pairs=24)
    made: Any = MadeUp(host=quiet, device=quiet)
    alone, _ = engine._measure(made, settings, lambda done, of: None)
    found = {row.clock: row.found for row in alone}[clock]
    first = once[clock].found
    assert found is not None
    assert first is not None
    assert first.high - first.low > found.high - found.low
