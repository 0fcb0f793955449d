"""Run a side's pytest suite, and write what happens as lines of JSON as it happens.

Each line goes out whole and at once, so that a crash leaves all that came before it:
`{"start": ID}`, `{"result": ID, "outcome": ..., "text": ...}`, `{"broken": ID,
"text": ...}` for a file that could not be collected, at last `{"finished": STATUS}`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import sys
from typing import TYPE_CHECKING, Any

from .encoding import ADDRESS
from .reach import Reach

if TYPE_CHECKING:
    from verify.sides.inside.start import Started

_LONGEST = 2000
_MOST_TOLD = 3
# What would shuffle, distribute or write into the project's folder.
_QUIET = (
    *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:random_order"),
    "--continue-on-collection-errors",
)
# The worst that any phase of a test came to.
_ORDER = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")


def main(started: Started) -> int:
    told = started.arguments
    reach = Reach(told["watch"])
    descriptor = os.open(told["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(message: dict[str, Any]) -> None:
        os.write(descriptor, json.dumps(message).encode("ascii") + b"\n")

    try:
        import pytest
    except ImportError:
        write({"finished": None, "why": "pytest is not installed beside the code"})
        return 0
    recorder = Recorder(write, started.folder, told["seed"])
    reach.start()
    arguments = [*_QUIET, f"--rootdir={started.folder}", *_single(told["seed"])]
    status = pytest.main([*arguments, *told["arguments"]], plugins=[recorder])
    write(
        {
            "finished": int(status),
            "stopped": recorder.stopped,
            "not_run": sorted(recorder.expected - recorder.done)[:_MOST_TOLD],
            "strangers": started.strangers(),
            "own": started.own(),
            "reached": reach.reached(),
        }
    )
    return 0


def _single(seed: int) -> list[str]:
    """Options of plugins, where they are there: one process, and fixed seeds."""
    options = []
    if importlib.util.find_spec("xdist") is not None:
        options += ["-p", "xdist", "-n0"]
    if importlib.util.find_spec("hypothesis") is not None:
        options.append(f"--hypothesis-seed={seed}")
    return options


class Recorder:
    """The pytest plugin: writes what pytest reports, and seeds every test."""

    def __init__(self, write: Any, folder: str, seed: int) -> None:
        self._write = write
        self._folder = folder
        self._seed = seed
        self._worst: dict[str, tuple[str, str]] = {}
        self.expected: set[str] = set()
        self.done: set[str] = set()
        self.stopped = ""

    def pytest_collection_finish(self, session: Any) -> None:
        if not session.config.option.collectonly:
            self.expected |= {item.nodeid for item in session.items}

    def pytest_sessionfinish(self, session: Any) -> None:
        self.stopped = str(session.shouldfail or session.shouldstop or "")

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self._worst[nodeid] = ("", "")
        self._write({"start": nodeid})

    def pytest_runtest_setup(self, item: Any) -> None:
        random.seed(self._seed)
        numpy: Any = sys.modules.get("numpy")
        if numpy is not None and hasattr(numpy, "random"):
            numpy.random.seed(self._seed % (1 << 32))
        torch: Any = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "manual_seed"):
            torch.manual_seed(self._seed)

    def pytest_runtest_logreport(self, report: Any) -> None:
        outcome = _outcome(report)
        before, _ = self._worst.get(report.nodeid, ("", ""))
        if outcome and (not before or _ORDER.index(outcome) > _ORDER.index(before)):
            self._worst[report.nodeid] = (outcome, self._text(report))

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        outcome, text = self._worst.pop(nodeid, ("", ""))
        self.done.add(nodeid)
        self._write({"result": nodeid, "outcome": outcome or "error", "text": text})

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._write({"broken": report.nodeid, "text": self._text(report)})
        elif report.skipped:
            self._write({"left_out": report.nodeid, "text": self._text(report)})

    def _text(self, report: Any) -> str:
        """Why it did not pass, in a line or two that say nothing of this machine."""
        told = report.longrepr
        if told is None:
            return ""
        crash = getattr(told, "reprcrash", None)
        if crash is not None:
            text = crash.message
        elif isinstance(told, tuple) and len(told) == 3:
            text = told[2]
        else:
            text = str(told)
        for place in (os.path.realpath(self._folder), self._folder):
            text = text.replace(place, "<side>")
        text = text.replace(os.environ["TMPDIR"], "<tmp>")
        return ADDRESS.sub("0x", text)[:_LONGEST]


def _outcome(report: Any) -> str:
    """What one phase of a test came to; nothing where it says nothing of the test."""
    expected = hasattr(report, "wasxfail")
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    if report.outcome == "skipped":
        return "xfailed" if expected else "skipped"
    if report.outcome == "passed" and report.when == "call":
        return "xpassed" if expected else "passed"
    return ""
