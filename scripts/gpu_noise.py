"""What `rehome bench --device cuda` says of equal and of slower code.

See `scripts/gpu-noise`. Every part is one file in OUT, written anew after each pair of
processes, so that whatever ends this loses one pair; the table is made of the files.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.gpu_noise_report import EQUAL_RUNS, table  # noqa: E402
from verify.benching.engine import parents_ahead  # noqa: E402
from verify.benching.experiment import (  # noqa: E402
    Experiment,
    Measured,
    PairTimes,
    Plan,
)
from verify.benching.parents import Job, SideFailed  # noqa: E402
from verify.sides.errors import SideError  # noqa: E402
from verify.sides.workplace import Workplace  # noqa: E402

NOISE = ROOT / "tests" / "benchmarks" / "noise"
STRATEGIES = ROOT / "tests" / "benchmarks" / "test_strategies.py"
BEFORE, AFTER = "0.5.12.post1", "0.5.13"
EQUAL_PAIRS = 12
SPLIT_PAIRS, OURS_PAIRS, SPLIT_BLOCK = 60, 15, 0.06
AHEAD = parents_ahead("cuda")
SOME = "(16-32 or 64-1024)"
SPLIT = {
    "split-lists": "(test_token or test_window) and 32",
    "split-paged": f"test_paged and {SOME}",
    "split-paged-placement": f"test_placement and paged and {SOME}",
    "split-window-placement": "test_placement and window and 16-32",
}
OURS = {
    "ours": "(test_token or test_paged and 16- or test_placement and paged and 16-)"
    " and 32"
}
PLANTED = {
    "planted-device": {"DEVICE": 0.05, "HOST": 0.0},
    "planted-host": {"DEVICE": 0.0, "HOST": 5.0},
}
NOTHING = {"DEVICE": 0.0, "HOST": 0.0}
SECONDS = 540.0
PART_SECONDS = 240.0
TO_BEGIN = 20.0  # seconds that are worth beginning a part in
TO_END = 20.0  # of SECONDS, for the processes to go
MOST_FAILURES = 3  # parts one after another in which nothing was measured
ANSWER = 60.0  # the longest that one answer of a benchmark may take


class OutOfTime(Exception):
    """The time of a part is over. No OSError, which channels take for their own."""


@dataclass(frozen=True, slots=True)
class Part:
    """One experiment: where its sides are, what is run, how often."""

    name: str
    job: Job
    plan: Plan
    pairs: int


def main(arguments: list[str]) -> int:
    out, releases = Path(arguments[0]).resolve(), Path(arguments[1]).resolve()
    seconds = float(arguments[2]) if len(arguments) > 2 else SECONDS
    out.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds - TO_END
    end_anyway(out, seconds)
    is_whole, failures = True, 0
    for part in parts():
        if is_done(out, part):
            continue
        if failures == MOST_FAILURES:
            say("nothing is measured in part after part")
            return 2
        left = deadline - time.monotonic()
        if left < TO_BEGIN:
            say(f"{part.name}: no time left")
            is_whole = False
            continue
        is_whole &= run(part, out, releases, min(PART_SECONDS, left))
        failures = 0 if any_pair(out, part) else failures + 1
        write_table(out)
    write_table(out)
    return 0 if is_whole else 2


def parts() -> Iterator[Part]:
    """What is most wanted first."""
    for name, keyword in [*SPLIT.items(), *OURS.items()]:
        job = Job((str(STRATEGIES),), str(ROOT), "cuda", keyword, ANSWER)
        pairs = SPLIT_PAIRS if name in SPLIT else OURS_PAIRS
        yield Part(name, job, Plan(SPLIT_BLOCK, parents_ahead=AHEAD), pairs)
    suite = Job((str(NOISE / "device_suite.py"),), str(NOISE), "cuda", timeout=ANSWER)
    equal = [f"equal-{number:02}" for number in range(EQUAL_RUNS)]
    for seed, name in enumerate([*PLANTED, *equal], 1):
        yield Part(name, suite, Plan(parents_ahead=AHEAD, seed=seed), EQUAL_PAIRS)


def say(text: str) -> None:
    print(text, flush=True)


def end_anyway(out: Path, seconds: float) -> None:
    """End this process in so many seconds, whatever it does then.

    Its sides' processes and folders go with it: their janitor sees to that.
    """

    def end() -> None:
        say("ended in the middle: it went on beyond its time")
        try:
            write_table(out)
        finally:
            os._exit(2)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def run(part: Part, out: Path, releases: Path, seconds: float) -> bool:
    """Run or go on with a part and keep it; False where it is not whole after that."""
    begin = time.monotonic()
    before = read(out, part)
    kept = Kept(out, part, before, begin)
    try:
        with TemporaryDirectory(prefix="rehome-gpu-") as scratch:
            measure(part, sides_of(part.name, releases, Path(scratch)), kept, seconds)
    except (SideFailed, SideError, OSError) as error:
        kept.cut = f"could not tell: {error}"
    except Exception:  # the parts after it are still wanted; it is told as cut
        kept.cut = traceback.format_exc()
    if kept.benchmarks:
        kept.write()
    pairs = max((len(each.pairs) for each in kept.benchmarks), default=0)
    took = time.monotonic() - begin
    said = f"cut: {kept.cut[-900:]}" if kept.cut else "whole"
    say(f"{part.name}: {took:.0f} s, {pairs} of {part.pairs} pairs, {said}")
    for each in kept.benchmarks:
        if each.problem:
            say(f"    {each.name}: {' '.join(each.problem.split())[-300:]}")
    return is_done(out, part)


def measure(part: Part, sides: list[Path], kept: Kept, seconds: float) -> None:
    """Measure what is missing, for so long; `kept` says where it was cut."""
    end = time.monotonic() + seconds
    with Workplace() as place:
        base, head = (place.open(str(folder)) for folder in sides)
        with Experiment(place, (base, head), part.job, kept.plan()) as experiment:
            try:
                with limited(seconds):
                    kept.go_on_with(experiment.start())
                    experiment.run(
                        kept.missing(),
                        kept.benchmarks,
                        lambda done: kept.write(),
                        lambda: time.monotonic() > end,
                    )
                    kept.cut = experiment.lost
            except OutOfTime:
                kept.cut = "something hung when its time was over"
    if not any(each.stands for each in kept.benchmarks):
        kept.cut = kept.cut or "no benchmark could be measured"
    elif kept.missing():
        kept.cut = kept.cut or f"no more time after {seconds:.0f} seconds"


class Kept:
    """What is measured of a part, and its file."""

    def __init__(
        self, out: Path, part: Part, before: dict[str, Any], begin: float
    ) -> None:
        self._path = out / f"{part.name}.json"
        self._part = part
        self._before = {each.name: each for each in benchmarks_of(before)}
        self._seconds = before.get("seconds", 0.0)
        self._begin = begin
        self.benchmarks: list[Measured] = []
        self.cut = ""

    def plan(self) -> Plan:
        """The part's, but not with the same chances when it goes on."""
        plan = self._part.plan
        made = max((len(each.pairs) for each in self._before.values()), default=0)
        seed = plan.seed + 1000 * made
        return Plan(plan.block, plan.round, plan.parents_ahead, seed)

    def go_on_with(self, benchmarks: list[Measured]) -> None:
        """Give the benchmarks of this run what was measured of them before."""
        for each in benchmarks:
            before = self._before.get(each.name)
            if before is not None and not before.problem:
                each.calls, each.pairs = before.calls, before.pairs
                each.about, each.facts = before.about, before.facts
                each.own, each.strangers = before.own, before.strangers
        self.benchmarks = benchmarks

    def missing(self) -> int:
        """Pairs that the benchmark with the fewest still needs."""
        pairs = [len(each.pairs) for each in self.benchmarks if each.stands]
        return max(0, self._part.pairs - min(pairs, default=0))

    def write(self) -> None:
        found = {
            "part": self._part.name,
            "planned": self._part.pairs,
            "seconds": self._seconds + time.monotonic() - self._begin,
            "cut": self.cut,
            "benchmarks": [asdict(each) for each in self.benchmarks],
        }
        unfinished = self._path.with_suffix(".part")
        unfinished.write_text(json.dumps(found, default=sorted), "utf-8")
        unfinished.replace(self._path)


def read(out: Path, part: Part) -> dict[str, Any]:
    """What there is of a part; nothing where it is planned otherwise by now."""
    try:
        found: dict[str, Any] = json.loads(
            (out / f"{part.name}.json").read_text("utf-8")
        )
    except FileNotFoundError:
        return {}
    return found if found["planned"] == part.pairs else {}


def is_done(out: Path, part: Part) -> bool:
    measured = [each for each in benchmarks_of(read(out, part)) if each.stands]
    return bool(measured) and all(len(each.pairs) >= part.pairs for each in measured)


def any_pair(out: Path, part: Part) -> bool:
    return any(each.pairs for each in benchmarks_of(read(out, part)))


def benchmarks_of(found: dict[str, Any]) -> list[Measured]:
    """The benchmarks of a part's file."""
    benchmarks = []
    for each in found.get("benchmarks", []):
        pairs = [PairTimes(**pair) for pair in each["pairs"]]
        sets = {
            key: (set(each[key][0]), set(each[key][1])) for key in ("own", "strangers")
        }
        benchmarks.append(Measured(**{**each, "pairs": pairs, **sets}))
    return benchmarks


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise OutOfTime inside a little after so many seconds, where something hangs."""

    def end(signum: int, frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds + TO_END / 4)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def sides_of(name: str, releases: Path, scratch: Path) -> list[Path]:
    """The two folders of a part. Raises OSError."""
    if name in SPLIT:
        return [releases / BEFORE, releases / AFTER]
    folders = [scratch / side for side in ("base", "head")]
    if name in OURS:
        shutil.copytree(ROOT / "allocator", folders[1] / "allocator")
        return [releases / AFTER, folders[1]]
    for folder, told in zip(
        folders, (NOTHING, PLANTED.get(name, NOTHING)), strict=True
    ):
        folder.mkdir()
        shutil.copy(NOISE / "device_workload.py", folder)
        lines = [f"{key} = {value}\n" for key, value in told.items()]
        (folder / "planted.py").write_text("".join(lines), "utf-8")
    return folders


def write_table(out: Path) -> None:
    found = {}
    for part in parts():
        kept = read(out, part)
        if kept:
            found[part.name] = {**kept, "measured": benchmarks_of(kept)}
    unfinished = out / "gpu-noise.md.part"
    unfinished.write_text("\n".join(table(found)) + "\n", "utf-8")
    unfinished.replace(out / "gpu-noise.md")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
