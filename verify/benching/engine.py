"""One run of `rehome bench`: measure, judge, go on while it is undecided, keep it."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from codemods.finding import Finding, Place
from verify.benching.answer import Asked, cut_short, outcome_of
from verify.benching.counting import valgrind_if_needed
from verify.benching.experiment import Experiment, Measured, Plan
from verify.benching.inside.callgrind import CounterError
from verify.benching.judging import INSTRUCTIONS, Row, Rule, judge
from verify.benching.parents import Job, SideFailed
from verify.benching.rules import NOT_WRITTEN
from verify.outcome import Outcome
from verify.progress import Advance
from verify.sides.workplace import Workplace
from verify.statistics import ALPHA, MOST_PAIRS, Speed

if TYPE_CHECKING:
    from verify.benching.baseline import Baseline

PAIRS, PAIRS_ON_DEVICE = 24, 16
# Imports take many times a pair's time on a GPU and under valgrind. Half of the cores
# at most import, for both sides.
_MOST_AHEAD = 6
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of the command, under their names."""

    files: tuple[str, ...]
    margin: float = 0.05
    pairs: int | None = None
    block: float = 0.04
    until_decided: float | None = None
    device: str = "cpu"
    counter: str | None = None
    fail_on: tuple[str, ...] = ("slower",)
    keyword: str = ""
    save: Path | None = None
    html: Path | None = None
    svg: Path | None = None
    force_baseline: bool = False
    timeout: float = 120.0
    memory: int | None = None
    roots: tuple[str, ...] = ()
    python: str | None = None
    repo: Path = Path()
    seed: int = 1

    @property
    def clock(self) -> str:
        """What the experiment measures with: cpu, cuda or instructions."""
        return INSTRUCTIONS if self.counter else self.device

    @property
    def first_pairs(self) -> int:
        return self.pairs or (PAIRS_ON_DEVICE if self.clock == "cuda" else PAIRS)

    @property
    def is_selection(self) -> bool:
        """Whether only some of the files' benchmarks are asked for."""
        return bool(self.keyword) or any("::" in file for file in self.files)

    @property
    def gates(self) -> frozenset[Speed]:
        return frozenset(Speed(word) for word in self.fail_on if word != "never")


def bench(base: str, head: str, settings: Settings, progress: Advance) -> Outcome:
    """Measure and judge. Raises SideError and SideFailed where a side cannot be had
    or run, BaselineError where BASE is a saved file that does not do.
    """
    from verify.benching.baseline import against

    look_for(settings.files)
    baseline = _baseline(base, settings)
    memory = settings.memory * _MEBIBYTE if settings.memory else None
    with Workplace(python=settings.python, memory=memory) as place:
        sides = [
            place.open(text, repository=settings.repo, roots=settings.roots)
            for text in (head if baseline else base, head)
        ]
        job, plan = _job(settings), _plan(settings)
        with Experiment(place, (sides[0], sides[1]), job, plan) as experiment:
            rows, notes = _measure(experiment, settings, progress)
        labels = base if baseline else str(sides[0]), str(sides[1])
    if job.valgrind:
        notes.append("instructions of all threads, counted by valgrind's callgrind")
    others = [cut_short(experiment.lost, labels[1])] if experiment.lost else []
    if baseline:
        rows, more, beside = against(
            baseline,
            rows,
            experiment.benchmarks,
            settings.margin,
            is_selection=settings.is_selection,
        )
        notes += more
        others += beside
    asked = Asked(*labels, settings.margin, settings.gates, ALPHA, settings.first_pairs)
    outcome = outcome_of(asked, rows, experiment.benchmarks, notes, others)
    unwritten = _keep(settings, outcome, asked, rows, experiment.benchmarks)
    if not unwritten:
        return outcome
    return outcome_of(asked, rows, experiment.benchmarks, notes, others + unwritten)


def _baseline(base: str, settings: Settings) -> Baseline | None:
    """The saved run, where BASE is one. Raises BaselineError."""
    from verify.benching.baseline import read_baseline
    from verify.benching.saving import BaselineError, machine

    if not base.endswith(".json") or not Path(base).is_file():
        return None
    if settings.until_decided is not None:
        raise BaselineError(
            "--until-decided needs both sides, not a saved one: nothing that is"
            " measured now makes its times more certain"
        )
    return read_baseline(Path(base), machine(), forced=settings.force_baseline)


def _plan(settings: Settings) -> Plan:
    return Plan(
        block=settings.block,
        parents_ahead=parents_ahead(settings.clock),
        seed=settings.seed,
    )


def parents_ahead(clock: str) -> int:
    """How many pairs of parents import ahead of the one that is measured by a clock.

    One for CPU time, which imports beside it would disturb for no gain.
    """
    if clock not in ("cuda", INSTRUCTIONS):
        return 1
    return max(1, min(_MOST_AHEAD, (os.cpu_count() or 1) // 4))


def _job(settings: Settings) -> Job:
    return Job(
        settings.files,
        str(Path.cwd()),
        settings.clock,
        settings.keyword,
        settings.timeout,
        _valgrind(settings),
    )


def _valgrind(settings: Settings) -> str:
    """Where instructions are counted under valgrind, its path."""
    if settings.clock != INSTRUCTIONS:
        return ""
    try:
        return valgrind_if_needed()
    except CounterError as error:
        raise SideFailed(str(error)) from None


def look_for(files: Sequence[str]) -> None:
    """Raises SideFailed where a file of benchmarks is not there."""
    for file in files:
        named = file.partition("::")[0]
        if named.startswith("-") or not Path(named).exists():
            raise SideFailed(f"there is no file of benchmarks {named!r}")


def _measure(
    experiment: Experiment, settings: Settings, progress: Advance
) -> tuple[list[Row], list[str]]:
    """Measure once, or in looks that double the pairs until all is decided."""
    deadline = time.monotonic() + (settings.until_decided or math.inf)
    benchmarks = experiment.start()

    def measure(pairs: int, wanted: Sequence[Measured]) -> None:
        experiment.run(
            pairs,
            wanted,
            lambda done: progress(done, pairs),
            lambda: time.monotonic() >= deadline,
        )

    measure(settings.first_pairs, benchmarks)
    if settings.until_decided is None:
        return judge(benchmarks, settings.clock, Rule(settings.margin)), []
    rows: list[Row] = []
    look = 0
    while True:
        fresh = judge(benchmarks, settings.clock, Rule(settings.margin, look=look))
        rows = _with_decided(rows, fresh)
        undecided = {row.name for row in rows if row.speed is Speed.TOO_NOISY}
        left = [each for each in benchmarks if each.name in undecided]
        made = max((len(each.pairs) for each in left), default=0)
        more = min(made, MOST_PAIRS - made)
        if not more or experiment.lost or time.monotonic() >= deadline:
            break
        measure(more, left)
        look += 1
    if not left:
        return rows, []
    return rows, [f"{look + 1} looks; {len(left)} undecided after the last"]


def _with_decided(before: Sequence[Row], fresh: Sequence[Row]) -> list[Row]:
    """The rows of a look, but what an earlier one decided stays as it was decided:
    a later look may err by less, and would take it back.
    """
    decided = {
        (row.name, row.clock): row
        for row in before
        if row.speed not in (None, Speed.TOO_NOISY)
    }
    return [decided.pop((row.name, row.clock), row) for row in fresh]


def _keep(
    settings: Settings,
    outcome: Outcome,
    asked: Asked,
    rows: Sequence[Row],
    benchmarks: Sequence[Measured],
) -> list[Finding]:
    """Draw and save what was asked for. What cannot be written is a finding, and does
    not take the result with it.
    """
    from verify.benching.pictures import page, picture
    from verify.benching.saving import save
    from verify.report import save_text

    def draw(path: Path) -> None:
        save_text(path, page(outcome, asked, rows, benchmarks))

    wanted: list[tuple[Path | None, Callable[[Path], None]]] = [
        (settings.html, draw),
        (settings.svg, lambda path: save_text(path, picture(asked, rows))),
        (settings.save, lambda path: save(path, asked, rows, benchmarks)),
    ]
    findings = []
    for path, write in wanted:
        try:
            if path is not None:
                write(path)
        except (click.ClickException, OSError) as error:
            fix = "The result is not affected: make room or choose another place."
            findings.append(Finding(NOT_WRITTEN, Place(str(path)), f"{error}", fix))
    return findings
