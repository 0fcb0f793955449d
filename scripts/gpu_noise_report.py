"""The table of what `scripts/gpu-noise` measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from verify.benching.answer import interval_of, quantity, word_of
from verify.benching.experiment import Measured
from verify.benching.judging import Row, Rule, judge

EQUAL_RUNS = 20
MARGINS = (0.02, 0.05)
ALARMS = ("slower", "faster")
PLANTED = {
    "planted-device": ("a kernel that does 5 percent more", "test_large", "device"),
    "planted-host": ("5 microseconds more on the host", "test_small", "host"),
}

Found = Mapping[str, Mapping[str, Any]]
Judged = list[tuple[Row, list[str]]]


def table(found: Found) -> Iterator[str]:
    """What the parts say that are there, by name, with the `measured` of each."""
    yield "# `rehome bench --device cuda` on this machine"
    yield ""
    everything = [each for part in found.values() for each in part["measured"]]
    machine = next((each.facts for each in everything if each.facts), None)
    if machine is None:
        yield "Nothing was measured."
        yield from states(found)
        return
    yield ", ".join(f"{key} {value}" for key, value in machine.items())
    yield from comparison(found, "split", "SGLang 0.5.12.post1 against 0.5.13")
    yield from comparison(found, "ours", "SGLang 0.5.13 against `allocator`")
    yield from equal(found)
    for name, (what, benchmark, clock) in PLANTED.items():
        if name in found:
            yield from ("", f"## Planted: {what}", "")
            yield f"`{benchmark}` by {clock} should be slower, and nothing else."
            yield from states({name: found[name]})
            yield from lines(judged(found[name]["measured"]))


def comparison(found: Found, start: str, heading: str) -> Iterator[str]:
    """All parts whose names begin so, as one run: they share what it may err by."""
    chosen = {name: part for name, part in found.items() if name.startswith(start)}
    measured = [each for part in chosen.values() for each in part["measured"]]
    if not measured:
        return
    rows = judged(measured)
    yield from ("", f"## {heading}", "")
    for place, margin in enumerate(MARGINS):
        counted = Counter(words[place] for _, words in rows)
        said = ", ".join(f"{n} {word}" for word, n in sorted(counted.items()))
        yield f"At a margin of {margin:.0%}: {said}."
    yield f"Intervals at 99 % for all {len(rows)} rows together."
    yield from states(chosen)
    yield from strangers(measured)
    yield from lines(rows)


def states(found: Found) -> Iterator[str]:
    """How many pairs there are of each part, and why it was cut where it was."""
    for name, part in found.items():
        pairs = [len(each.pairs) for each in part["measured"] if each.stands]
        made, planned = min(pairs, default=0), part["planned"]
        if made < planned:
            why = part["cut"].strip().rpartition("\n")[2] or "it was ended"
            yield f"Cut: `{name}` has {made} of {planned} pairs: {why}."


def strangers(measured: Sequence[Measured]) -> Iterator[str]:
    for which, side in enumerate(("base", "head")):
        if not any(each.own[which] for each in measured):
            yield f"No module of the {side} was loaded: nothing of this counts."
        if any(each.strangers[which] for each in measured):
            yield f"Modules of the {side} came from elsewhere: nothing of this counts."


def judged(measured: Sequence[Measured]) -> Judged:
    """The rows of one run, with the word of each for each margin."""
    by_margin = [judge(measured, "cuda", Rule(margin)) for margin in MARGINS]
    return [
        (rows[0], [word_of(row) for row in rows])
        for rows in zip(*by_margin, strict=True)
    ]


def equal(found: Found) -> Iterator[str]:
    """False alarms over the runs with the same code on both sides."""
    runs = {name: part for name, part in found.items() if name.startswith("equal-")}
    if not runs:
        return
    yield from (
        "",
        f"## The same code on both sides, {len(runs)} of {EQUAL_RUNS} runs",
        "",
    )
    yield from states(runs)
    words = [[said for _, said in judged(run["measured"])] for run in runs.values()]
    yield "| margin | runs with a false alarm | unchanged | too noisy | not told |"
    yield "| ---: | ---: | ---: | ---: | ---: |"
    for place, margin in enumerate(MARGINS):
        of_runs = [[said[place] for said in run] for run in words]
        alarms = sum(any(word in ALARMS for word in run) for run in of_runs)
        counted = Counter(word for run in of_runs for word in run)
        numbers = (counted[w] for w in ("unchanged", "too noisy", "could not tell"))
        cells = " | ".join(map(str, numbers))
        yield f"| {margin:.0%} | {alarms} of {len(runs)} | {cells} |"


def lines(rows: Judged) -> Iterator[str]:
    yield ""
    yield "| benchmark | clock | pairs | base | head | ratio | at 2 % | at 5 % | |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | --- | --- | --- |"
    for row, words in rows:
        name = row.name.rpartition("::")[2]
        said = " | ".join(words)
        if row.found is None:
            why = " ".join((row.problem or row.skipped).split())[-120:]
            yield f"| {name} | {row.clock} | | | | | {said} | {why} |"
            continue
        times = f"{quantity(row.base, row.clock)} | {quantity(row.head, row.clock)}"
        yield (
            f"| {name} | {row.clock} | {row.found.pairs} | {times} |"
            f" {row.found.ratio:.3f} ({interval_of(row.found)}) | {said} | {row.note} |"
        )
