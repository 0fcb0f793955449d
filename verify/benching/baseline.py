"""A saved run as the base: what nothing pairs with the new one.

The head is measured in pairs with itself, and its pairs' medians are set against the
saved ones, as two samples. What drifted between the two runs is in no interval, so
that this is the weaker experiment, and says so. On another machine it is none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from codemods.finding import Finding, Place
from verify.benching.experiment import HEAD, Measured
from verify.benching.judging import Row
from verify.benching.rules import FORCED_BASELINE
from verify.benching.saving import (
    SCHEMA_VERSION,
    BaselineError,
    sides_of,
    times_of,
)
from verify.statistics import (
    ALPHA,
    Speed,
    corrected,
    estimate_between,
    pairs_to_settle,
    speed_of,
)

# What makes a machine another one, for times; the node is its name.
_SAME = ("node", "machine", "system", "python_implementation", "python_version")
_WEAK = (
    "the base was saved by an earlier run: what drifted between the two runs is in no"
    " interval; run both sides for an answer to trust"
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A saved side: pairs' medians in seconds, by benchmark and clock; `differs` says
    in what its machine is another one.
    """

    path: str
    medians: Mapping[tuple[str, str], Sequence[float]]
    differs: tuple[str, ...] = ()


def read_baseline(
    path: Path, machine: Mapping[str, Any], *, forced: bool = False
) -> Baseline:
    """Read a file that `--save` wrote. Raises BaselineError for any other, and for
    one of another machine unless it is forced.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        medians = dict(_medians(document))
        saved = document.get("machine_info") or {}
        differs = tuple(_differences(saved, machine))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BaselineError(f"{str(path)!r} cannot be read: {error!r}") from None
    if not medians:
        raise BaselineError(
            f"{str(path)!r} was not written by `rehome bench --save`: times without"
            " their pairs cannot be compared"
        )
    if differs and not forced:
        raise BaselineError(
            f"{str(path)!r} is from another machine ({'; '.join(differs)}): measure"
            " both sides here. --force-baseline takes it, and then no run can pass"
        )
    return Baseline(str(path), medians, differs)


def _medians(document: Any) -> Any:
    for each in document["benchmarks"]:
        saved = (each.get("extra_info") or {}).get("rehome") or {}
        if saved.get("schema_version") != SCHEMA_VERSION:
            continue
        values = [float(value) for value in saved["pair_medians"]]
        if values and all(value > 0 and math.isfinite(value) for value in values):
            name = each["fullname"].removesuffix(f" ({saved['clock']})")
            yield (name, saved["clock"]), values


def _differences(saved: Mapping[str, Any], here: Mapping[str, Any]) -> Any:
    for key in _SAME:
        if saved.get(key) != here[key]:
            yield _difference(key, saved.get(key), here[key])
    cpu = saved.get("cpu") or {}
    for key in ("brand_raw", "count"):
        if cpu.get(key) != here["cpu"][key]:
            yield _difference(f"cpu {key}", cpu.get(key), here["cpu"][key])


def _difference(key: str, was: Any, now: Any) -> str:
    return f"{key} was {str(was)[:60]!r} and is {str(now)[:60]!r}"


def against(
    baseline: Baseline,
    rows: Sequence[Row],
    benchmarks: Sequence[Measured],
    margin: float,
    *,
    is_selection: bool = False,
) -> tuple[list[Row], list[str], list[Finding]]:
    """The rows judged against the baseline, what to say, and findings. What the
    baseline alone has is told, unless some of the benchmarks were asked for.
    """
    by_name = {each.name: each for each in benchmarks}
    share = corrected(ALPHA, sum(row.found is not None for row in rows))
    judged = [_against(baseline, r, by_name[r.name], margin, share) for r in rows]
    if not is_selection:
        judged += _gone(baseline, by_name)
    findings = []
    if baseline.differs:
        message = f"the baseline is from another machine: {'; '.join(baseline.differs)}"
        fix = "Measure both sides on one machine."
        findings.append(Finding(FORCED_BASELINE, Place(baseline.path), message, fix))
    return judged, [_WEAK], findings


def _gone(baseline: Baseline, here: Mapping[str, Measured]) -> list[Row]:
    """What the baseline has of the same files, and nobody measured now."""
    files = {name.partition("::")[0] for name in here}
    return [
        Row(name, clock, problem="only the baseline has it")
        for name, clock in baseline.medians
        if name not in here and name.partition("::")[0] in files
    ]


def _against(
    baseline: Baseline, row: Row, measured: Measured, margin: float, alpha: float
) -> Row:
    if row.found is None:
        return row
    saved = baseline.medians.get((row.name, row.clock))
    if saved is None:
        return Row(row.name, row.clock, problem="the baseline does not have it")
    pairs = sides_of(HEAD, measured)
    mine = [median(times_of(pair, row, measured.calls)) for pair in pairs]
    found = estimate_between([*map(math.log, saved)], [*map(math.log, mine)], alpha)
    speed = speed_of(found, margin)
    unsettled = speed is Speed.TOO_NOISY
    return replace(
        row,
        found=found,
        speed=speed,
        needed=pairs_to_settle(found, margin, alpha) if unsettled else None,
        base=median(saved),
        beside=None,
        effects=(),
    )
