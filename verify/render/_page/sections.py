"""The sections of a page, in the order in which a reader asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from codemods.finding import Severity
from verify.outcome import Outcome, Part, Table
from verify.render._drawing.element import written
from verify.render._drawing.flowing import Band, flowing
from verify.render._drawing.intervals import intervals
from verify.render._page import (
    behaviour,
    blame,
    changes,
    cycles,
    findings,
    residual,
    timings,
)
from verify.render._page.tables import Shown, named, number_in, records, shown


@dataclass(frozen=True, slots=True)
class Section:
    """One section: what a template of its name shows. `answers` are the checks and
    commands whose results it has; `tables` those of the outcome that it takes care of;
    `source` is what it was found in, where there are several.
    """

    id: str
    title: str
    template: str
    view: Mapping[str, Any]
    answers: tuple[str, ...] = ()
    tables: frozenset[str] = frozenset()
    source: str = ""


def sections_of(outcome: Outcome) -> list[Section]:
    """Of an outcome, or of all that it gathers; their ids and titles are unique."""
    parts = outcome.parts or (Part("", outcome),)
    found = [*_findings(outcome)]
    for number, part in enumerate(parts, 1):
        prefix = f"part-{number}-" if len(parts) > 1 else ""
        found += (
            replace(each, id=f"{prefix}{each.id}", source=part.source)
            for each in _sections_of_part(part.outcome, prefix)
        )
    found.sort(key=lambda section: section.template == "summary.html")
    return _titled(found)


def _titled(sections: list[Section]) -> list[Section]:
    """With the source in those titles that there are several of."""
    count = Counter(each.title for each in sections)
    return [
        replace(each, title=f"{each.title}: {each.source}")
        if count[each.title] > 1
        else each
        for each in sections
    ]


def _findings(outcome: Outcome) -> Iterator[Section]:
    told = findings.groups(outcome.findings, notes=False)
    notes = findings.groups(outcome.findings, notes=True)
    accepted = findings.accepted(outcome)
    if told or notes or accepted:
        view = {
            "groups": told,
            "counts": [*findings.counts(told)],
            "notes": notes,
            "number_of_notes": sum(each.number for each in notes),
            "accepted": accepted,
            "note": Severity.NOTE,
        }
        yield Section("findings", "Findings", "findings.html", view)


def _sections_of_part(outcome: Outcome, prefix: str) -> Iterator[Section]:
    taken: set[str] = set()
    for build in _BUILDERS:
        for section in build(outcome, prefix):
            taken |= section.tables
            yield section
    yield from _rest(outcome, prefix, taken)


_Build = Callable[[Outcome, str], Iterable[Section]]


def _moved(outcome: Outcome, prefix: str) -> Iterator[Section]:
    names = ("moves", "moved blocks", "flows")
    tables = [each for name in names if (each := named(outcome.tables, name))]
    if not tables:
        return
    bands = [*_bands(named(outcome.tables, "flows"))]
    svg, folder = Markup(), ""
    if any(band.is_moved for band in bands):
        drawn, folder = flowing(bands, f"{prefix}flows")
        svg = Markup(written(drawn))
    captions = {"moves": "definitions that moved", "flows": "lines by file"}
    view = {
        "svg": svg,
        "folder": folder,
        "kinds": {band.how for band in bands},
        "tables": [
            shown(
                table,
                f"{prefix}table-{table.name.replace(' ', '-')}",
                captions.get(table.name, ""),
                folded=True if table.name == "flows" else None,
            )
            for table in tables
        ],
    }
    yield Section(
        "moves", "What moved where", "flows.html", view, ("moves",), _set(names)
    )


def _bands(table: Table | None) -> Iterator[Band]:
    for row in records(table):
        if {"from", "to", "how", "lines"} <= {*row} and number_in(row["lines"]):
            yield Band(row["from"], row["to"], row["how"], number_in(row["lines"]))


def _to_read(outcome: Outcome, prefix: str) -> Iterator[Section]:
    table = named(outcome.tables, "residual")
    facts = outcome.facts
    number = facts.get("residual_lines", facts.get("moves_residual_lines"))
    if table is None and number is None:
        return
    view = {
        "residual": residual.residual_of(table),
        "number": number,
        "changed": facts.get("changed_lines", facts.get("moves_changed_lines")),
        "is_unsure": any(each.rule.undecided for each in outcome.findings),
    }
    title = "What a person must read"
    yield Section("read", title, "residual.html", view, ("moves",), _set(["residual"]))


def _blame(outcome: Outcome, prefix: str) -> Iterator[Section]:
    files = blame.files_of(named(outcome.tables, "blame"))
    names = ("blame", "blame credited to", "blame lost")
    if not files:
        return
    captions = {
        "blame credited to": "retained lines by what they are credited to",
        "blame lost": "lines that blame does not retain",
    }
    tables = [
        shown(table, f"{prefix}table-{name.replace(' ', '-')}", caption, folded=True)
        for name, caption in captions.items()
        if (table := named(outcome.tables, name))
    ]
    view = {"files": files, "id": f"{prefix}table-blame", "tables": tables}
    title = "History that git blame finds"
    yield Section("blame", title, "blame.html", view, ("blame",), _set(names))


def _cycles(outcome: Outcome, prefix: str) -> Iterator[Section]:
    table = named(outcome.tables, "cycles")
    if not outcome.diagrams and not table:
        return
    pictures = [*cycles.pictures_of(outcome.diagrams, f"{prefix}picture")]
    compares = bool(outcome.facts.get("base"))
    changed = [each for each in pictures if each.has_changed or not compares]
    tables = _by_change(table) if table and compares else (table, None)
    view = {
        "legend": cycles.legend_of(outcome.diagrams, f"{prefix}legend"),
        "changed": changed,
        "stayed": [each for each in pictures if each not in changed],
        "compares": compares,
        "table": _shown(tables[0], f"{prefix}table-cycles", "import cycles"),
        "stayed_table": _shown(tables[1], f"{prefix}table-stayed", "those that stayed"),
    }
    yield Section(
        "cycles", "Import cycles", "cycles.html", view, ("cycles",), _set(["cycles"])
    )


def _by_change(table: Table) -> tuple[Table | None, Table | None]:
    """The rows of cycles that are new or other than before, and of the others."""
    if "cycle" not in table.columns:
        return table, None
    place = table.columns.index("cycle")
    stayed = tuple(row for row in table.rows if row[place] == "stayed")
    changed = tuple(row for row in table.rows if row[place] != "stayed")
    parts = (replace(table, rows=rows) if rows else None for rows in (changed, stayed))
    return next(parts), next(parts)


def _shown(table: Table | None, name: str, caption: str) -> Shown | None:
    return shown(table, name, caption) if table else None


def _names(outcome: Outcome, prefix: str) -> Iterator[Section]:
    captions = {
        "surface": "public names that moved or are gone",
        "leftovers": "uses of an old name, those that still work included",
    }
    tables = [
        shown(table, f"{prefix}table-{name}", caption)
        for name, caption in captions.items()
        if (table := named(outcome.tables, name))
    ]
    if tables:
        answers = ("surface", "leftovers")
        view = {"tables": tables}
        yield Section(
            "names", "Old names", "tables.html", view, answers, _set(captions)
        )


def _behaviour(outcome: Outcome, prefix: str) -> Iterator[Section]:
    if outcome.command != "behaviour":
        return
    tables = [t for t in outcome.tables if t.rows]
    view = {
        "outcome": outcome,
        "found": [f for f in outcome.findings if f.rule.id == "step-differs"],
        "replay": behaviour.replay_of(outcome.listings),
        "tables": [*_numbered(tables, f"{prefix}table-behaviour")],
    }
    taken = _set(table.name for table in outcome.tables)
    yield Section(
        "behaviour", "Behaviour", "behaviour.html", view, ("behaviour",), taken
    )


def _timings(outcome: Outcome, prefix: str) -> Iterator[Section]:
    table = named(outcome.tables, "benchmarks")
    if outcome.command != "bench":
        return
    rows = timings.intervals_of(table)
    margin = timings.margin_of(outcome.facts.get("margin_percent"))
    base, head = (outcome.facts.get(side, "") for side in ("base", "head"))
    title = f"Time of {head}, compared with {base}"
    svg = written(intervals(rows, margin, f"{prefix}intervals", title)) if rows else ""
    view = {
        "outcome": outcome,
        "svg": Markup(svg),
        "margin": f"{margin * 100:g}",
        "table": shown(table, f"{prefix}table-bench", folded=False) if table else None,
    }
    yield Section(
        "bench", "Timings", "timings.html", view, ("bench",), _set(["benchmarks"])
    )


_BUILDERS: tuple[_Build, ...] = (
    _moved,
    _to_read,
    _cycles,
    _blame,
    _names,
    _behaviour,
    _timings,
)


def _rest(outcome: Outcome, prefix: str, taken: set[str]) -> Iterator[Section]:
    """What no other section shows: tables, files to save, changed files, a summary."""
    tables = [t for t in outcome.tables if t.rows and t.name not in taken]
    if tables:
        view: dict[str, Any] = {"tables": [*_numbered(tables, f"{prefix}table")]}
        yield Section("tables", "Tables", "tables.html", view, (outcome.command,))
    if outcome.changes:
        shown_ones = changes.fitting(outcome.changes)
        view = {
            "changes": shown_ones,
            "left_out": len(outcome.changes) - len(shown_ones),
        }
        yield Section("changes", "Changes", "changes.html", view, (outcome.command,))
    if outcome.listings:
        view = {"listings": outcome.listings}
        yield Section("listings", "Files to save", "listings.html", view)
    if outcome.summary and outcome.command not in ("behaviour", "bench"):
        view = {"lines": outcome.summary}
        yield Section("summary", "In words", "summary.html", view)


def _numbered(tables: Iterable[Table], name: str) -> Iterator[Shown]:
    return (shown(table, f"{name}-{n}") for n, table in enumerate(tables, 1))


def _set(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)
