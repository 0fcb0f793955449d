"""Timing the calls of one benchmark in rounds, as the controller asks for them.

A round is one number of calls, timed as a whole: wall clock, CPU time of this thread,
and of the whole process (which tells of work in other threads), all in nanoseconds;
and how often this thread gave up its core by itself, which tells waiting from being
pushed aside on a busy machine (left out where the system does not say).
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from statistics import median
from typing import Any

from .channel import Message

Round = list[float]  # wall, thread, process, waits
WARM_UP_CALLS = 3
_CLOCK_READINGS = 301
_THREAD: int | None = getattr(resource, "RUSAGE_THREAD", None)  # Linux has it
KNOWS_WAITS = _THREAD is not None


@dataclass
class Work:
    """The callable of a benchmark, with all that pytest-benchmark allows around it.

    `inputs` are positional arguments to take in turn, call after call: see the hook
    `benchmark.inputs` in `fixture`.
    """

    target: Callable[..., Any]
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    setup: Callable[[], Any] | None = None
    teardown: Callable[..., Any] | None = None
    inputs: Sequence[tuple[Any, ...]] = ()
    _turn: int = 0

    def next_arguments(self) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
        """What the next call gets. Raises TypeError as pytest-benchmark does."""
        if self.inputs:
            self._turn = (self._turn + 1) % len(self.inputs)
            return self.inputs[self._turn], self.kwargs
        if self.setup is None:
            return self.args, self.kwargs
        made = self.setup()
        if not made:
            return self.args, self.kwargs
        if self.args or self.kwargs:
            raise TypeError("`setup` returns arguments, so there can be no others")
        args, kwargs = made
        return args, kwargs

    def call(self) -> Any:
        """One call that nobody times."""
        args, kwargs = self.next_arguments()
        result = self.target(*args, **kwargs)
        if self.teardown is not None:
            self.teardown(*args, **kwargs)
        return result


class CpuBlocks:
    """Rounds by the clocks of the CPU."""

    def __init__(self, work: Work) -> None:
        self._work = work
        between = work.setup or work.teardown or work.inputs
        self._round = self._one_by_one if between else self._all_at_once
        self._cost = cost_of_clocks()

    def warm_up(self) -> Any:
        """Call until the first calls are behind us; returns the last one's result."""
        result = None
        for _ in range(WARM_UP_CALLS):
            result = self._work.call()
        return result

    def calls_in(self, nanoseconds: float) -> int:
        """How many calls take about so long, at least one."""
        calls = 1
        while True:
            took = min(self._round(calls)[0] for _ in range(3))
            if took >= nanoseconds / 4 or calls >= 1 << 24:
                return max(1, round(calls * nanoseconds / max(took, 1)))
            calls *= 2

    def rounds(self, calls: int, count: int) -> list[Round]:
        return [self._round(calls) for _ in range(count)]

    def facts(self) -> Message:
        return {}

    def _all_at_once(self, calls: int) -> Round:
        target, args, kwargs = self._work.target, self._work.args, self._work.kwargs
        turns = repeat(None, calls)
        begun = waits()
        process = time.process_time_ns()
        thread, wall = time.thread_time_ns(), time.perf_counter_ns()
        if kwargs:
            for _ in turns:
                target(*args, **kwargs)
        else:
            for _ in turns:
                target(*args)
        wall = time.perf_counter_ns() - wall
        thread = time.thread_time_ns() - thread
        process = time.process_time_ns() - process
        return _told([wall, thread, process], waits() - begun)

    def _one_by_one(self, calls: int) -> Round:
        """Each call alone, since there is work between calls that does not count."""
        work = self._work
        wall = thread = 0.0
        waited = waits()
        process, own = time.process_time_ns(), time.thread_time_ns()
        for _ in range(calls):
            args, kwargs = work.next_arguments()
            begun, start = time.thread_time_ns(), time.perf_counter_ns()
            work.target(*args, **kwargs)
            wall += time.perf_counter_ns() - start
            thread += time.thread_time_ns() - begun
            if work.teardown is not None:
                work.teardown(*args, **kwargs)
        own = time.thread_time_ns() - own
        in_others = time.process_time_ns() - process - own
        wall = max(wall - calls * self._cost[0], 1.0)
        thread = max(thread - calls * self._cost[1], 1.0)
        with_others = thread + max(0.0, in_others)
        return _told([wall, thread, with_others], waits() - waited)


def _told(times: Round, waited: int) -> Round:
    return [*times, waited] if KNOWS_WAITS else times


def waits() -> int:
    """How often this thread has given up its core by itself, as far as is known."""
    if _THREAD is None:
        return 0
    return resource.getrusage(_THREAD).ru_nvcsw


def cost_of_clocks() -> tuple[float, float]:
    """What reading the clocks adds to a call, in nanoseconds: wall, thread.

    It would make two calls more alike than they are.
    """
    walls, threads = [], []
    for _ in range(_CLOCK_READINGS):
        begun, start = time.thread_time_ns(), time.perf_counter_ns()
        walls.append(time.perf_counter_ns() - start)
        threads.append(time.thread_time_ns() - begun)
    return float(median(walls)), float(median(threads))
