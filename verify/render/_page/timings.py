"""What a benchmark run told, as rows of a picture."""

from __future__ import annotations

import math

from verify.outcome import Fact, Table
from verify.render._drawing.intervals import Interval
from verify.render._page.tables import has_columns, records

_COLUMNS = ("verdict", "benchmark", "clock", "ratio", "interval")
_MARGIN = 0.05


def intervals_of(table: Table | None) -> tuple[Interval, ...]:
    """The rows that have an interval."""
    if table is None or not has_columns(table, _COLUMNS):
        return ()
    found = []
    for row in records(table):
        low, _, high = row["interval"].partition(" to ")
        ends = _log(row["ratio"]), _log(low), _log(high)
        if row["ratio"] and math.isfinite(ends[0]):
            name = f"{short_name(row['benchmark'])} ({row['clock']})"
            found.append(Interval(name, row["verdict"], *ends))
    return tuple(found)


def short_name(benchmark: str) -> str:
    """Without the file; a parameter may hold the same sign."""
    test, bracket, parameter = benchmark.partition("[")
    return f"{test.rpartition('::')[2]}{bracket}{parameter}"


def margin_of(percent: Fact) -> float:
    """The margin as a share; what it is by default where it cannot be read."""
    try:
        share = float(str(percent)) / 100
    except ValueError:
        return _MARGIN
    return share if 0 < share <= 1 else _MARGIN


def _log(text: str) -> float:
    """Of a ratio as text; `any` has no end above, `0` none below."""
    try:
        ratio = float(text)
    except ValueError:
        return math.inf
    return math.log(ratio) if ratio > 0 else -math.inf
