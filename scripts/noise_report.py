"""The table of what `scripts/noise` measured."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from verify.statistics import ALPHA, estimate

RESULTS = Path(__file__).resolve().parent.parent / "tests" / "benchmarks" / "results"
MARGINS = ("0.05", "0.02")
PLANTED = {"same": "nothing", "ten": "10 %", "five": "5 %"}
ALARMS = ("slower", "faster")
RULES = ("median", "min")

Run = dict[str, Any]


def write(folder: Path) -> int:
    """Write the table of the folder's runs, and print it; the exit status."""
    runs = [json.loads(p.read_text("utf-8")) for p in sorted(folder.glob("*-*.json"))]
    if not runs:
        print(f"{folder} holds no runs")
        return 2
    text = "\n".join(table(runs)) + "\n"
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "noise.md").write_text(text, "utf-8")
    print(text)
    return 0


def table(runs: list[Run]) -> Iterator[str]:
    loads = sorted(run["load"] for run in runs)
    seconds = sorted(run["seconds"] for run in runs)
    yield "# False alarms and misses of `rehome bench`"
    yield ""
    yield (
        "Suites of eight allocator-like benchmarks, 24 pairs of processes each, in"
        f" {seconds[len(seconds) // 2]:.0f} seconds (median; {seconds[0]:.0f} to"
        f" {seconds[-1]:.0f}), on a shared machine of {os.cpu_count()} cores at a load"
        f" of {loads[0]:.1f} to {loads[-1]:.1f}, Python {platform.python_version()}. By"
        " `scripts/noise`; intervals at 99 % for the eight together."
    )
    yield from ours(runs)
    yield ""
    missed, intervals = misses(runs)
    yield (
        f"Of {intervals} intervals of code that is the same on both sides {missed} miss"
        f" equal times, whatever the margin; at 99 % for eight it should be"
        f" {intervals * ALPHA / 8:.1f}."
    )
    yield from theirs(runs)


def misses(runs: list[Run]) -> tuple[int, int]:
    """How many intervals leave equal times out where they are equal, of how many."""
    missed = intervals = 0
    for run in runs:
        for each in run["rows"]:
            if each["name"] not in run["planted"]:
                found = estimate(each["cpu"], ALPHA / len(run["rows"]))
                missed += not found.low <= 0 <= found.high
                intervals += 1
    return missed, intervals


def ours(runs: list[Run]) -> Iterator[str]:
    yield from ("", "## `rehome bench`", "")
    yield (
        "| planted | margin | runs | suites with a false alarm | planted: slower |"
        " too noisy | unchanged | faster | the others: unchanged | too noisy |"
    )
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind, said in PLANTED.items():
        of_kind = [run for run in runs if run["kind"] == kind]
        for margin in MARGINS if of_kind else ():
            yield f"| {said} | {float(margin):.0%} | {row(of_kind, margin)} |"


def row(runs: list[Run], margin: str) -> str:
    planted: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    alarms = 0
    for run in runs:
        words = {each["name"]: each["verdicts"][margin] for each in run["rows"]}
        with_more = set(run["planted"])
        planted.update(words[name] for name in with_more)
        others = [word for name, word in words.items() if name not in with_more]
        equal.update(others)
        alarms += any(word in ALARMS for word in others)
    cells = [f"{len(runs)}", f"{alarms} of {len(runs)}"]
    cells += [
        share(planted[w], planted)
        for w in ("slower", "too noisy", "unchanged", "faster")
    ]
    cells += [share(equal[word], equal) for word in ("unchanged", "too noisy")]
    return " | ".join(cells)


def share(number: int, of_all: Counter[str]) -> str:
    total = sum(of_all.values())
    return f"{number} of {total} ({number / total:.0%})" if total else ""


def theirs(runs: list[Run]) -> Iterator[str]:
    """pytest-benchmark's rule: more than 5 percent apart is slower, or faster."""
    yield from ("", "## pytest-benchmark, saved and compared, in the same time", "")
    yield (
        "One run on the base, saved, then one on the head; more than 5 % apart by the"
        " median or the minimum (`--benchmark-compare-fail`) is an alarm."
    )
    yield ""
    yield (
        "| planted | rule | runs | suites with a false alarm | planted: slower |"
        " faster | the others: slower | faster |"
    )
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for kind, said in PLANTED.items():
        of_kind = [r for r in runs if r["kind"] == kind and r["pytest_benchmark"]]
        for rule in RULES if of_kind else ():
            yield f"| {said} | {rule} | {their_row(of_kind, rule)} |"


def their_row(runs: list[Run], rule: str) -> str:
    planted: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    alarms = 0
    for run in runs:
        words = {
            name: word_of(*times[rule])
            for name, times in run["pytest_benchmark"].items()
        }
        planted.update(words[name] for name in run["planted"])
        others = [word for name, word in words.items() if name not in run["planted"]]
        equal.update(others)
        alarms += any(word in ALARMS for word in others)
    cells = [f"{len(runs)}", f"{alarms} of {len(runs)}"]
    cells += [share(planted[word], planted) for word in ALARMS]
    cells += [share(equal[word], equal) for word in ALARMS]
    return " | ".join(cells)


def word_of(base: float, head: float) -> str:
    if head > base * 1.05:
        return "slower"
    return "faster" if head < base / 1.05 else "unchanged"
