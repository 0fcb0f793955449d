"""Rounds on a CUDA device: time on the device by events, and the host's to enqueue.

Each round begins with a delay on the device, long enough for the host to run ahead:
what lies between the events is then the device's own time, without gaps in which it
waits for the host. A benchmark that waits for the device itself gets no delay, which
would only be part of its time: the host's time is then what a call takes in all, and
the round says that the host did not run ahead. Compilation is over before: see
`warm_up`.
"""

from __future__ import annotations

import subprocess
import time
from collections import deque
from contextlib import suppress
from importlib import import_module
from statistics import mean, median
from typing import Any

from .blocks import Round, Work
from .channel import Message

_WARM_UP_SECONDS = 0.02
_WARM_UP_CALLS = 5
_MOST_CALLS = 400  # the queue of launches takes about 1,000; beyond, the host waits
_MOST_CALLS_APART = 24  # each begins with a delay of its own
_CYCLES_PER_NANOSECOND = 2.0  # at least what a card runs at
# Nanoseconds; in the longest the queue of launches is full, and the host waits anyway.
_SHORTEST_DELAY, _LONGEST_DELAY = 20_000, 30_000_000
_REMEMBERED = 7
_TRIES = (4.0, 4.0, 8.0)  # delays, in calls, in which one call of the host must fit


def _torch() -> Any:
    """The benchmarks' own torch: nothing of ours depends on it."""
    return import_module("torch")


def begin() -> None:
    """Make the process's context now, while the other side's child makes its own.

    What goes wrong here goes wrong again, with its cause, in the first benchmark.
    """
    with suppress(Exception):
        torch = _torch()
        torch.zeros(1, device="cuda")
        torch.cuda.synchronize()


class DeviceBlocks:
    """Rounds as [host, device, wall with the delay, how often the host ran ahead]."""

    def __init__(self, work: Work) -> None:
        torch = _torch()
        if not torch.cuda.is_available():
            raise RuntimeError("there is no GPU that torch can use")
        self._torch = torch
        self._work = work
        self._apart = bool(work.setup or work.teardown)
        # Of one call, in the last rounds: one that was held up must not count.
        self._host: deque[float] = deque([_SHORTEST_DELAY], _REMEMBERED)
        self._waits = False
        self._events = [torch.cuda.Event(enable_timing=True) for _ in range(2)]

    def warm_up(self) -> Any:
        """Call until everything is compiled and loaded, at least 5 times, and see
        whether the benchmark waits for the device; returns the last call's result.
        """
        begin = time.perf_counter()
        calls, result = 0, None
        while calls < _WARM_UP_CALLS or time.perf_counter() - begin < _WARM_UP_SECONDS:
            start = time.perf_counter_ns()
            result = self._work.call()
            self._host.append(float(time.perf_counter_ns() - start))
            calls += 1
            self._torch.cuda.synchronize()
        self._torch.cuda._sleep(1000)
        self._torch.cuda.synchronize()
        self._waits = not any(self._ahead(1, factor)[3] for factor in _TRIES)
        return result

    def calls_in(self, nanoseconds: float) -> int:
        """Calls whose host or device time, the longer, is about so long."""
        host, device, *_ = min(self._round(8) for _ in range(3))
        took = max(host, device, 1) / 8
        most = _MOST_CALLS_APART if self._apart else _MOST_CALLS
        return max(1, min(most, round(nanoseconds / took)))

    def rounds(self, calls: int, count: int) -> list[Round]:
        return [self._round(calls) for _ in range(count)]

    def facts(self) -> Message:
        """The card, its driver, its clocks at this moment, and the versions."""
        torch = self._torch
        facts: Message = {
            "device": torch.cuda.get_device_name(),
            "torch": torch.__version__,
            "cuda": str(torch.version.cuda),
            "capability": ".".join(map(str, torch.cuda.get_device_capability())),
        }
        return facts | _asked_of_driver()

    def _round(self, calls: int) -> Round:
        if not self._apart:
            return self._ahead(calls)
        rounds = [self._ahead(1) for _ in range(calls)]
        host, _, whole, _ = (sum(values) for values in zip(*rounds, strict=True))
        # The others hold gaps in which the device waited for the host.
        ahead = [each[1] for each in rounds if each[3]]
        device = mean(ahead or [each[1] for each in rounds]) * calls
        return [host, device, whole, len(ahead) / calls]

    def _ahead(self, calls: int, factor: float = 1.5) -> Round:
        """Calls behind a delay of `factor` times what they took to enqueue before."""
        torch, work = self._torch, self._work
        arguments = [work.next_arguments() for _ in range(calls)]
        target, (begin, end) = work.target, self._events
        wanted = factor * median(self._host) * calls
        delay = min(_SHORTEST_DELAY + wanted, _LONGEST_DELAY)
        torch.cuda.synchronize()
        whole = time.perf_counter_ns()
        if not self._waits:
            torch.cuda._sleep(int(delay * _CYCLES_PER_NANOSECOND))
        begin.record()
        host = time.perf_counter_ns()
        for args, kwargs in arguments:
            target(*args, **kwargs)
        host = time.perf_counter_ns() - host
        ahead = not self._waits and not begin.query()
        end.record()
        end.synchronize()
        whole = time.perf_counter_ns() - whole
        device = begin.elapsed_time(end) * 1e6
        if work.teardown is not None:
            for args, kwargs in arguments:
                work.teardown(*args, **kwargs)
        if ahead or self._waits:  # else it may hold the delay, and the next would grow
            self._host.append(host / calls)
        return [host, device, whole, float(ahead)]


def _asked_of_driver() -> Message:
    fields = {
        "driver": "driver_version",
        "clock_sm": "clocks.sm",
        "clock_sm_max": "clocks.max.sm",
        "clock_memory": "clocks.mem",
        "temperature": "temperature.gpu",
        "throttled": "clocks_event_reasons.active",
    }
    command = ["nvidia-smi", f"--query-gpu={','.join(fields.values())}"]
    command += ["--format=csv,noheader", "--id=0"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return {"driver": "nvidia-smi does not answer"}
    values = [value.strip() for value in done.stdout.splitlines()[0].split(",")]
    return dict(zip(fields, values, strict=False))
