"""From times to verdicts: a row for each benchmark and each clock it is judged by.

Work on the CPU is judged by the CPU time of its thread, with the wall clock beside it,
as long as that time is what its users wait for. Work that waits, or that goes on in
other threads or processes, is judged by the wall clock. On a GPU there are two rows:
the device's own time and the host's to enqueue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from verify.benching.experiment import Measured, PairTimes
from verify.benching.inside.blocks import Round
from verify.statistics import (
    ALPHA,
    Estimate,
    Speed,
    corrected,
    effect_of_pair,
    estimate,
    pairs_to_settle,
    speed_of,
)

CPU, WALL, HOST, DEVICE = "cpu", "wall", "host", "device"
INSTRUCTIONS = "instructions"
_PLACES = {WALL: 0, CPU: 1, HOST: 0, DEVICE: 1, INSTRUCTIONS: 0}

_ON_CPU = 0.9  # of the wall time in undisturbed rounds, or it waits for something
_NEVER_WAITS = 0.75  # of all rounds
_IN_OTHERS = 1.1  # CPU time of the process to that of the thread
_NO_TIME = "took no time that the clock can tell"


@dataclass(frozen=True, slots=True)
class Row:
    """One benchmark by one clock. `found` and `speed` are None where `problem` or
    `skipped` says why; `base` and `head` are times of a call in seconds (or
    instructions); `beside` is the wall clock's estimate, next to that of CPU time.
    """

    name: str
    clock: str
    found: Estimate | None = None
    speed: Speed | None = None
    needed: int | None = None
    base: float = 0.0
    head: float = 0.0
    beside: Estimate | None = None
    effects: tuple[float, ...] = ()
    problem: str = ""
    skipped: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How rows are judged: against `margin`, erring at most by `alpha` in all; `look`
    counts the looks at growing data (None where there is one).
    """

    margin: float = 0.05
    alpha: float = ALPHA
    look: int | None = None


def judge(benchmarks: Sequence[Measured], kind: str, rule: Rule) -> list[Row]:
    """The rows of an experiment; `kind` is its clock: cpu, cuda or instructions."""
    clocks = [clocks_of(each, kind) for each in benchmarks]
    tests = sum(
        len(c) for each, c in zip(benchmarks, clocks, strict=True) if each.pairs
    )
    share = corrected(rule.alpha, tests, rule.look)
    return [
        _row(each, clock, share, rule.margin)
        for each, of_it in zip(benchmarks, clocks, strict=True)
        for clock in of_it
    ]


def clocks_of(measured: Measured, kind: str) -> tuple[str, ...]:
    """The clocks that a benchmark is judged by."""
    if kind == "cuda":
        return HOST, DEVICE
    if kind == INSTRUCTIONS:
        return (INSTRUCTIONS,)
    sides = (
        [round_ for pair in measured.pairs for round_ in pair.base],
        [round_ for pair in measured.pairs for round_ in pair.head],
    )
    return (CPU,) if all(_is_on_cpu(side) for side in sides) else (WALL,)


def _is_on_cpu(rounds: Sequence[Round]) -> bool:
    """Whether CPU time of the thread is what a user waits for.

    It is where most rounds never give up the core by themselves; else the fastest
    quarter tells, from which the machine took the least away.
    """
    if not rounds:
        return True
    fastest = sorted(rounds)[: max(1, len(rounds) // 4)]
    if any(each[1] <= 0 for each in rounds):
        return False
    if median(process / thread for _, thread, process, *_ in fastest) > _IN_OTHERS:
        return False
    without_wait = sum(each[3:] == [0] for each in rounds)
    if without_wait >= _NEVER_WAITS * len(rounds):
        return True
    return median(thread / wall for wall, thread, *_ in fastest) >= _ON_CPU


def _row(measured: Measured, clock: str, alpha: float, margin: float) -> Row:
    if not measured.stands or not measured.pairs:
        problem = measured.problem or (
            "" if measured.skipped else "no pair was measured"
        )
        return Row(measured.name, clock, problem=problem, skipped=measured.skipped)
    place = _PLACES[clock]
    if any(r[place] <= 0 for p in measured.pairs for r in (*p.base, *p.head)):
        return _without_time(measured, clock, place)
    effects = effects_of(measured.pairs, place)
    found = estimate(effects, alpha)
    speed = speed_of(found, margin)
    unsettled = speed is Speed.TOO_NOISY
    unit = measured.calls * (1 if clock == INSTRUCTIONS else 1e9)
    return Row(
        measured.name,
        clock,
        found,
        speed,
        pairs_to_settle(found, margin, alpha) if unsettled else None,
        base=median(r[place] for p in measured.pairs for r in p.base) / unit,
        head=median(r[place] for p in measured.pairs for r in p.head) / unit,
        beside=_beside(measured.pairs, alpha) if clock == CPU else None,
        effects=tuple(effects),
        note=_note(measured.pairs, clock),
    )


def _without_time(measured: Measured, clock: str, place: int) -> Row:
    """Work without any time on the device is skipped there, if that holds for both."""
    rounds = [r for p in measured.pairs for r in (*p.base, *p.head)]
    if clock == DEVICE and all(r[place] <= 0 for r in rounds):
        return Row(measured.name, clock, skipped="does nothing on the device")
    return Row(measured.name, clock, problem=_NO_TIME)


def place_of(clock: str) -> int:
    """Where in a round the time of a clock stands."""
    return _PLACES[clock]


def effects_of(pairs: Iterable[PairTimes], place: int) -> list[float]:
    """The effect of each pair, by the clock at that place of a round."""
    return [
        effect_of_pair([r[place] for r in p.base], [r[place] for r in p.head])
        for p in pairs
    ]


def _beside(pairs: Sequence[PairTimes], alpha: float) -> Estimate:
    return estimate(effects_of(pairs, _PLACES[WALL]), alpha)


def _note(pairs: Sequence[PairTimes], clock: str) -> str:
    if clock != DEVICE:
        return ""
    rounds = [r for p in pairs for r in (*p.base, *p.head)]
    ahead = sum(r[3] for r in rounds) / len(rounds)
    if ahead > 0.5:
        return ""
    return "holds the host's time too: the benchmark waits for the device"
