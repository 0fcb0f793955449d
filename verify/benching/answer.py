"""The outcome of a benchmark run: findings, a table, facts, and what to say."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from codemods.finding import Finding, Place, Rule, Verdict, verdict_of
from verify.benching.experiment import Measured
from verify.benching.judging import INSTRUCTIONS, Row
from verify.benching.rules import (
    COULD_NOT_TELL,
    FASTER,
    NOT_OF_THE_SIDE,
    SLOWER,
    TOO_NOISY,
)
from verify.cases import lines_of
from verify.outcome import Case, Fact, Outcome, Table
from verify.statistics import MOST_PAIRS, Estimate, Speed

COLUMNS = ("verdict", "benchmark", "clock", "ratio", "interval", "base", "head", "more")
_MOST_MODULES = 5  # named in one finding
_LONGEST = 300  # characters of a reason in a finding
_TOO_MANY = f"over {MOST_PAIRS:,}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for. `gates` are the verdicts that fail the run."""

    base: str
    head: str
    margin: float
    gates: frozenset[Speed]
    alpha: float
    pairs: int


def outcome_of(
    asked: Asked,
    rows: Sequence[Row],
    benchmarks: Sequence[Measured],
    notes: Sequence[str] = (),
    others: Sequence[Finding] = (),
) -> Outcome:
    """All that was measured, and the verdict over it; `others` are more findings."""
    findings = [*others, *_provenance(asked, benchmarks)]
    if not any(row.found or row.problem for row in rows):
        message = "no benchmark was measured: each is skipped"
        findings.append(Finding(COULD_NOT_TELL, Place(asked.head), message, _MEND))
    cases = [_of_run(finding) for finding in findings]
    cases += [_case(row, asked) for row in rows]
    files = {each.name: each.file for each in benchmarks if each.file}
    findings += [
        found
        for row in rows
        if (found := _finding(row, asked, _place(row, files))) is not None
    ]
    counted = Counter(word_of(row) for row in rows)
    facts: dict[str, Fact] = {
        "base": asked.base,
        "head": asked.head,
        "margin_percent": f"{asked.margin * 100:g}",
        "confidence_percent": f"{(1 - asked.alpha) * 100:g}",
        "benchmarks": len(rows),
        "verdicts": dict(sorted(counted.items())),
    }
    return Outcome(
        command="bench",
        verdict=verdict_of(findings),
        findings=tuple(findings),
        tables=(Table("benchmarks", COLUMNS, tuple(map(_cells, rows))),),
        facts=facts | _machine(benchmarks),
        heading=(f"{asked.base} to {asked.head}: {_counts(counted)}",),
        summary=(*_summary(asked, rows), *notes),
        cases=tuple(cases),
        otherwise=Verdict.OK,
    )


def _of_run(finding: Finding) -> Case:
    """What is to be said of the run as a whole."""
    verdict = verdict_of([finding])
    return Case("run", finding.rule.id, verdict, finding.message, lines_of(finding))


def _case(row: Row, asked: Asked) -> Case:
    name = f"{row.name} [{row.clock}]"
    if row.found is None or row.speed is None:
        why = row.problem or row.skipped
        skips = row.skipped and not row.problem
        verdict = None if skips else Verdict.UNDECIDED
        return Case("benchmarks", name, verdict, " ".join(why.split())[-_LONGEST:])
    verdict = Verdict.FAIL if row.speed in asked.gates else Verdict.OK
    if row.speed is Speed.TOO_NOISY:
        verdict = Verdict.UNDECIDED
    message = f"{row.speed.value}: {_times(row.found)}"
    cells = zip(COLUMNS, _cells(row), strict=True)
    details = tuple(f"{column}: {cell}" for column, cell in cells if cell)
    return Case("benchmarks", name, verdict, message, details)


def cut_short(why: str, head: str) -> Finding:
    """A process of a side was lost; what is shown was measured before."""
    message = f"the run was cut short: {' '.join(why.split())[-_LONGEST:]}"
    fix = "What is shown was measured until then: see to the cause, and run again."
    return Finding(COULD_NOT_TELL, Place(head), message, fix)


def _counts(counted: Counter[str]) -> str:
    order = [*(speed.value for speed in Speed), "could not tell", "skipped"]
    said = [f"{counted[word]} {word}" for word in order if counted[word]]
    return ", ".join(said) or "no benchmark"


def word_of(row: Row) -> str:
    if row.speed is not None:
        return row.speed.value
    return "skipped" if row.skipped and not row.problem else "could not tell"


def _place(row: Row, files: Mapping[str, str]) -> Place:
    """The file of a benchmark, as it is called from the current folder."""
    file = files.get(row.name)
    path = os.path.relpath(file) if file else row.name.partition("::")[0]
    return Place(PurePath(path).as_posix())


def _finding(row: Row, asked: Asked, place: Place) -> Finding | None:
    name = f"`{row.name}` by {row.clock}"
    if row.found is None or row.speed is None:
        if row.skipped and not row.problem:
            return None
        why = " ".join(row.problem.split())[-_LONGEST:]
        return Finding(COULD_NOT_TELL, place, f"{name}: {why}", _MEND)
    if row.speed is Speed.UNCHANGED:
        return None
    rule: Rule = {
        Speed.SLOWER: SLOWER,
        Speed.FASTER: FASTER,
        Speed.TOO_NOISY: TOO_NOISY,
    }[row.speed]
    if row.speed is Speed.SLOWER and Speed.SLOWER not in asked.gates:
        return None
    if row.speed is Speed.FASTER and Speed.FASTER not in asked.gates:
        return None
    if row.speed is Speed.TOO_NOISY:
        message = f"{name}: {_times(row.found)}, and the margin is {_percent(asked)}"
        return Finding(rule, place, message, _more_pairs(row, asked))
    what = f"{name} is {row.speed.value}: {_times(row.found)}"
    return Finding(rule, place, what, "Look at what changed in the code that it runs.")


_MEND = "Mend the benchmark or the side, or leave it out with -k."


def _more_pairs(row: Row, asked: Asked) -> str:
    if row.needed is None:
        return (
            f"Not even {MOST_PAIRS:,} pairs would settle it: the effect sits on the"
            " margin, or the noise is far beyond it. Choose another --margin."
        )
    if row.found is not None and math.isinf(row.found.high):
        return f"An interval needs at least {row.needed} pairs: --pairs {row.needed}."
    return f"About {row.needed} pairs would settle it: --pairs {row.needed}."


def _percent(asked: Asked) -> str:
    return f"{asked.margin * 100:g} %"


def _times(found: Estimate) -> str:
    return f"{found.ratio:.3f} times the time ({interval_of(found)})"


def interval_of(found: Estimate) -> str:
    """The ends as ratios, for people."""
    low, high = found.interval
    return f"{_ratio(low)} to {_ratio(high)}"


def _ratio(ratio: float) -> str:
    return f"{ratio:.3f}" if 0.001 <= ratio < 1e6 else ("0" if ratio < 1 else "any")


def _cells(row: Row) -> tuple[str, ...]:
    if row.found is None:
        why = " ".join((row.problem or row.skipped).split())[-_LONGEST:]
        return (word_of(row), row.name, row.clock, "", "", "", "", why)
    return (
        word_of(row),
        row.name,
        row.clock,
        f"{row.found.ratio:.3f}",
        interval_of(row.found),
        quantity(row.base, row.clock),
        quantity(row.head, row.clock),
        _beside(row),
    )


def _beside(row: Row) -> str:
    said = [row.note] if row.note else []
    if row.beside is not None:
        said.append(f"wall {row.beside.ratio:.3f} ({interval_of(row.beside)})")
    if row.speed is Speed.TOO_NOISY:
        least = "at least " if row.found and math.isinf(row.found.high) else ""
        said.append(f"needs {least}{row.needed or _TOO_MANY} pairs")
    return "; ".join(said)


def quantity(value: float, clock: str) -> str:
    """A time in seconds, or a number of instructions, for people."""
    if clock == INSTRUCTIONS:
        return f"{value:,.0f}"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def _summary(asked: Asked, rows: Sequence[Row]) -> Iterator[str]:
    pairs = [row.found.pairs for row in rows if row.found is not None]
    if pairs:
        number = f"{min(pairs)}" if min(pairs) == max(pairs) else f"up to {max(pairs)}"
        yield (
            f"margin {_percent(asked)}; {number} pairs of processes;"
            f" intervals at {(1 - asked.alpha) * 100:g} % for all together"
        )


def _provenance(asked: Asked, benchmarks: Sequence[Measured]) -> Iterator[Finding]:
    """Findings where what ran was not the sides' code."""
    if not any(each.pairs for each in benchmarks):
        return
    for which, side in enumerate((asked.base, asked.head)):
        own = {name for each in benchmarks for name in each.own[which]}
        strangers = {name for each in benchmarks for name in each.strangers[which]}
        if not own:
            message = f"`{side}`: the benchmarks loaded no module of it"
            fix = "Give the folder that holds its packages, or --root."
            yield Finding(NOT_OF_THE_SIDE, Place(side), message, fix)
        if strangers:
            some = ", ".join(sorted(strangers)[:_MOST_MODULES])
            message = f"`{side}`: loaded from elsewhere: {some}"
            fix = "Keep the import path of the benchmarks free of other copies."
            yield Finding(NOT_OF_THE_SIDE, Place(side), message, fix)


def _machine(benchmarks: Sequence[Measured]) -> dict[str, Fact]:
    """What the benchmarks' processes say of a device."""
    found = next((each.facts for each in benchmarks if each.facts), {})
    return {f"device_{key}": str(value) for key, value in sorted(found.items())}
