"""Both sides as files that pytest-benchmark and the tools around it read.

`pytest-benchmark compare` needs of each benchmark group, name, fullname and its
stats; dashboards read machine_info and commit_info as well. What only this experiment
knows stands under `extra_info`, in `rehome`.
"""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from statistics import median, stdev
from typing import Any

from verify.benching.answer import Asked
from verify.benching.experiment import BASE, HEAD, Measured
from verify.benching.judging import INSTRUCTIONS, Row, place_of
from verify.statistics import quantiles

FORMAT_VERSION = "5.1.0"  # of pytest-benchmark, whose format this is
SCHEMA_VERSION = 1  # of what stands under `rehome`
_NAMES = ("base.json", "head.json")


class BaselineError(Exception):
    """A saved file that cannot be compared with; the text says why."""


def save(
    folder: Path, asked: Asked, rows: Sequence[Row], benchmarks: Sequence[Measured]
) -> None:
    """Write base.json and head.json, each whole or not at all. Raises OSError."""
    from verify.report import save_text

    folder.mkdir(exist_ok=True)
    for which, name in enumerate(_NAMES):
        document = document_of(which, asked, rows, benchmarks)
        save_text(folder / name, _json(document))


def _json(document: Mapping[str, Any]) -> str:
    import json

    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def document_of(
    which: int, asked: Asked, rows: Sequence[Row], benchmarks: Sequence[Measured]
) -> dict[str, Any]:
    """One side, as pytest-benchmark writes a run of it."""
    by_name = {each.name: each for each in benchmarks}
    label = (asked.base, asked.head)[which]
    entries = [
        _entry(which, label, asked, row, by_name[row.name])
        for row in rows
        if row.found is not None
    ]
    return {
        "machine_info": machine(),
        "commit_info": {
            "id": label,
            "time": None,
            "author_time": None,
            "dirty": False,
            "project": "",
            "branch": label,
        },
        "benchmarks": entries,
        "datetime": datetime.now(timezone.utc).isoformat(),
        "version": FORMAT_VERSION,
    }


def _entry(
    which: int, label: str, asked: Asked, row: Row, measured: Measured
) -> dict[str, Any]:
    about = measured.about
    one_clock = row.clock in ("cpu", "wall")
    suffix = "" if one_clock else f" ({row.clock})"
    times = [times_of(pair, row, measured.calls) for pair in sides_of(which, measured)]
    extra = about.get("extra_info") or {}
    return {
        "group": about.get("group"),
        "name": f"{about.get('name', row.name)}{suffix}",
        "fullname": f"{row.name}{suffix}",
        "params": about.get("params"),
        "param": about.get("param"),
        "extra_info": {**extra, "rehome": _extra(label, asked, row, times)},
        "options": {
            "disable_gc": True,
            "timer": row.clock,
            "min_rounds": len(times[0]),
            "max_time": 0.0,
            "min_time": 0.0,
            "warmup": True,
        },
        "stats": stats([time for pair in times for time in pair], measured.calls),
    }


def _extra(
    label: str, asked: Asked, row: Row, times: Sequence[Sequence[float]]
) -> dict[str, Any]:
    found = row.found
    if found is None or row.speed is None:
        return {}
    return {
        "schema_version": SCHEMA_VERSION,
        "side": label,
        "compared": [asked.base, asked.head],
        "clock": row.clock,
        "verdict": row.speed.value,
        "ratio": found.ratio,
        "interval": [_finite(end) for end in found.interval],
        "margin": asked.margin,
        "pairs": found.pairs,
        "effects": list(row.effects),
        "pair_medians": [median(pair) for pair in times],
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sides_of(which: int, measured: Measured) -> list[list[list[float]]]:
    """The rounds of one side, pair by pair."""
    sides = {
        BASE: [p.base for p in measured.pairs],
        HEAD: [p.head for p in measured.pairs],
    }
    return sides[which]


def times_of(rounds: Sequence[Sequence[float]], row: Row, calls: int) -> list[float]:
    """Seconds (or instructions) a call, round by round."""
    unit = calls * (1 if row.clock == INSTRUCTIONS else 1e9)
    return [each[place_of(row.clock)] / unit for each in rounds]


def stats(times: Sequence[float], calls: int) -> dict[str, Any]:
    """The statistics that pytest-benchmark gives of a run, in seconds."""
    ordered = sorted(times)
    total, mean = sum(ordered), sum(ordered) / len(ordered)
    spread = stdev(ordered) if len(ordered) > 1 else 0.0
    _, q1, middle, q3, _ = quantiles(ordered, 4)
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    beyond = [t for t in ordered if not low <= t <= high]
    far = [t for t in ordered if abs(t - mean) > spread]
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": spread,
        "rounds": len(ordered),
        "median": middle,
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": len(beyond),
        "stddev_outliers": len(far),
        "outliers": f"{len(far)};{len(beyond)}",
        "ld15iqr": min(t for t in ordered if t >= low),
        "hd15iqr": max(t for t in ordered if t <= high),
        "ops": len(ordered) / total if total else 0.0,
        "total": total,
        "data": list(times),
        "iterations": calls,
    }


def machine() -> dict[str, Any]:
    """This machine, under the names that pytest-benchmark uses."""
    return {
        "node": platform.node(),
        "processor": platform.processor(),
        "machine": platform.machine(),
        "python_compiler": platform.python_compiler(),
        "python_implementation": platform.python_implementation(),
        "python_implementation_version": platform.python_version(),
        "python_version": platform.python_version(),
        "python_build": list(platform.python_build()),
        "release": platform.release(),
        "system": platform.system(),
        "cpu": {"brand_raw": _cpu_name(), "count": os.cpu_count()},
    }


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if "model name" in line)
    return next(named, platform.processor())
