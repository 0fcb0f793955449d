"""One child: runs the benchmarks' tests in the order and at the time it is told."""

from __future__ import annotations

import gc
import math
import os
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from .blocks import CpuBlocks, Round, Work
from .channel import Channel, Message
from .layout import shaken
from .server import Provenance

_LONGEST = 2000  # characters of a reason
_LONGEST_MESSAGE = 200  # of what was raised


class Blocks(Protocol):
    """What times a benchmark."""

    def warm_up(self) -> Any: ...

    def calls_in(self, nanoseconds: float) -> int: ...

    def rounds(self, calls: int, count: int) -> list[Round]: ...

    def facts(self) -> Message: ...


class Child:
    """Obeys the controller over its own channel until it is told to end."""

    def __init__(self, channel: Channel, order: Message, modules: Provenance) -> None:
        self._channel = channel
        self._order = order
        self._modules = modules
        self._facts: Message = {}
        self._worked = False
        self._is_asked = False
        self._layout: list[object] = []
        self.fixture: Any = None  # of the benchmark that runs; pytest forgets it

    def run(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        if self._order["clock"] == "cuda":
            from .device import begin

            begin()
        if self._order["core"] is not None:
            os.sched_setaffinity(0, {self._order["core"]})
        gc.disable()
        self._layout = shaken(self._order["layout"])
        wanted = [items[index] for index in self._order["order"]]
        for item, following in zip(wanted, [*wanted[1:], None], strict=True):
            self._await("run")
            self._run_one(item, following)
        self._await("end")

    def _await(self, word: str) -> None:
        message = self._channel.receive()
        if message["do"] != word:
            raise RuntimeError(f"told to {message['do']!r}, not to {word!r}")

    def _run_one(self, item: pytest.Item, following: pytest.Item | None) -> None:
        from _pytest.runner import runtestprotocol

        self._worked, self._is_asked, self._facts = False, True, {}
        self.fixture = None
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        reports = runtestprotocol(item, log=False, nextitem=following)
        outcome, why = judged(reports)
        if outcome == "passed" and not self._worked:
            outcome, why = "failed", "the test never called `benchmark`"
        message: Message = {"outcome": outcome, "why": why}
        if self._is_asked:  # looking through all modules takes its time
            message["about"] = about(item, self.fixture)
            message["facts"] = self._facts
            message["modules"] = self._modules.facts()
        self._channel.send(message)

    def run_blocks(self, work: Work) -> Any:
        """Called from inside the test: time its callable until told to finish."""
        self._worked = True
        blocks = self._blocks(work)
        result = blocks.warm_up()
        self._channel.send({"ready": True})
        gc.collect()
        gc.disable()
        answers: dict[str, Callable[[Message], Message]] = {
            "calibrate": lambda m: {"calls": blocks.calls_in(m["nanoseconds"])},
            "rounds": lambda m: {"rounds": blocks.rounds(m["calls"], m["count"])},
        }
        while True:
            message = self._channel.receive()
            if message["do"] == "finish":
                self._is_asked = message["facts"]
                self._facts = blocks.facts() if self._is_asked else {}
                return result
            self._channel.send(answers[message["do"]](message))

    def _blocks(self, work: Work) -> Blocks:
        if self._order["clock"] == "cuda":
            from .device import DeviceBlocks

            return DeviceBlocks(work)
        if self._order["clock"] == "instructions":
            from .counter import InstructionBlocks

            return InstructionBlocks(work)
        return CpuBlocks(work)


def judged(reports: list[pytest.TestReport]) -> tuple[str, str]:
    """How a test ended, of its phases' reports, and why."""
    for report in reports:
        if report.failed:
            return "failed", f"{report.when}: {cause_of(report)}"
        if report.skipped:
            reason = report.longrepr
            text = reason[2] if isinstance(reason, tuple) else str(reason)
            return "skipped", str(text).removeprefix("Skipped: ")[-_LONGEST:]
    return "passed", ""


def cause_of(report: pytest.TestReport) -> str:
    """What was raised and where, where pytest tells; else the end of its text."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return report.longreprtext[-_LONGEST:]
    where = f"{os.path.basename(crash.path)}:{crash.lineno}"
    return f"{crash.message[:_LONGEST_MESSAGE]} ({where})"


def about(item: pytest.Item, benchmark: Any) -> Message:
    """What pytest-benchmark's JSON says of a benchmark, beside its times."""
    callspec = getattr(item, "callspec", None)
    params = getattr(callspec, "params", None)
    return {
        "name": item.name,
        "fullname": item.nodeid,
        "group": getattr(benchmark, "group", None),
        "param": getattr(callspec, "id", None),
        "params": plain(params) if params else None,
        "extra_info": plain(getattr(benchmark, "extra_info", {})),
    }


def plain(value: Any) -> Any:
    """A value that JSON can hold; what it cannot is told as text."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return repr(value)[:200]
