"""Counting the instructions of this thread, in user mode, by Linux's perf events.

`perf_event_open(2)`: the counter runs from when it is opened and is read before and
after a round. Noise of the machine does not touch it; neither do memory stalls. Where
there is no such counter, the process may run under callgrind: see `callgrind`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from itertools import repeat
from typing import Any, Protocol

from .blocks import WARM_UP_CALLS, Round, Work
from .callgrind import FOLDER, CounterError, counter_of_process
from .channel import Message

_NUMBERS = {"x86_64": 298, "aarch64": 241}
_TYPE_HARDWARE, _COUNT_INSTRUCTIONS = 0, 1
_ATTRIBUTES_SIZE = 112
_EXCLUDE_KERNEL_AND_HYPERVISOR = 1 << 5 | 1 << 6
_CLOSE_ON_EXEC = 8
_WITH_TIMES = 1 | 2  # how long it was enabled, and how long it ran
_MOST_TRIES = 50


def opened() -> int:
    """A descriptor of the counter of this thread. Raises CounterError."""
    number = _NUMBERS.get(platform.machine())
    if sys.platform != "linux" or number is None:
        raise CounterError("instructions are counted on Linux alone (x86-64, arm64)")
    attributes = struct.pack(
        "IIQQQQQ",
        *(_TYPE_HARDWARE, _ATTRIBUTES_SIZE, _COUNT_INSTRUCTIONS, 0, 0),
        _WITH_TIMES,
        _EXCLUDE_KERNEL_AND_HYPERVISOR,
    ).ljust(_ATTRIBUTES_SIZE, b"\0")
    library = ctypes.CDLL(None, use_errno=True)
    found: int = library.syscall(number, attributes, 0, -1, -1, _CLOSE_ON_EXEC)
    if found < 0:
        why = os.strerror(ctypes.get_errno())
        raise CounterError(
            f"this machine does not count instructions: {why}. It needs counters in"
            " hardware (virtual machines often hide them) and"
            " /proc/sys/kernel/perf_event_paranoid at 2 or less"
        )
    return found


class Counter(Protocol):
    """Counts instructions between `start` and `stop`."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def taken(self) -> int:
        """What was counted since the last time that this was asked."""
        ...

    def lost(self) -> int:
        """Grows whenever something was not counted that should have been."""
        ...


class PerfCounter:
    """The counter of this thread. Raises CounterError where there is none."""

    def __init__(self) -> None:
        self._descriptor = opened()
        self._begin = self._sum = 0

    def start(self) -> None:
        self._begin = self._read()

    def stop(self) -> None:
        self._sum += self._read() - self._begin

    def taken(self) -> int:
        taken, self._sum = self._sum, 0
        return taken

    def lost(self) -> int:
        """For how long so far the counter did not run though it should have."""
        _, enabled, running = struct.unpack("QQQ", os.read(self._descriptor, 24))
        return int(enabled - running)

    def _read(self) -> int:
        return int(struct.unpack("QQQ", os.read(self._descriptor, 24))[0])


def counter_here() -> Counter:
    """Callgrind's where this process runs under it, else that of perf."""
    if FOLDER in os.environ:
        counter = counter_of_process(os.environ[FOLDER])
        counter.reset()
        return counter
    return PerfCounter()


class InstructionBlocks:
    """Rounds as the number of instructions, three times over."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._counter = counter_here()
        between = work.setup or work.teardown or work.inputs
        self._round = self._one_by_one if between else self._all_at_once

    def warm_up(self) -> Any:
        result = None
        for _ in range(WARM_UP_CALLS):
            result = self._work.call()
        return result

    def calls_in(self, nanoseconds: float) -> int:
        """Calls that make about as many instructions: some 1 to 4 a nanosecond."""
        took = min(self._undisturbed(1)[0] for _ in range(3))
        return max(1, round(nanoseconds / max(took, 1)))

    def rounds(self, calls: int, count: int) -> list[Round]:
        return [self._undisturbed(calls) for _ in range(count)]

    def _undisturbed(self, calls: int) -> Round:
        """A round in which nobody else had the counter. Raises CounterError."""
        for _ in range(_MOST_TRIES):
            lost = self._counter.lost()
            self._round(calls)
            made = self._counter.taken()
            if self._counter.lost() == lost:
                return [made, made, made]
        raise CounterError("others use this machine's counters all the time")

    def facts(self) -> Message:
        return {}

    def _all_at_once(self, calls: int) -> None:
        target, args, kwargs = self._work.target, self._work.args, self._work.kwargs
        turns = repeat(None, calls)
        self._counter.start()
        for _ in turns:
            target(*args, **kwargs)
        self._counter.stop()

    def _one_by_one(self, calls: int) -> None:
        work = self._work
        for _ in range(calls):
            args, kwargs = work.next_arguments()
            self._counter.start()
            work.target(*args, **kwargs)
            self._counter.stop()
            if work.teardown is not None:
                work.teardown(*args, **kwargs)
