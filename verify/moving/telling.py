"""A plan as people and programs see it."""

from __future__ import annotations

from dataclasses import replace

from codemods.finding import Verdict, verdict_of
from codemods.hoisting import edits_between
from verify.diff import unified_diff
from verify.lineage import Written
from verify.moving.changes import FileChange, Planned
from verify.moving.refusing import Refused
from verify.outcome import Change, Edit, Listing, Outcome, Table


def outcome_of(
    command: str,
    planned: Planned,
    *,
    migration: str = "",
    diff: bool = False,
    written: bool,
) -> Outcome:
    """What a plan does, or did; `migration` is the text of one to show."""
    listings = (Listing("migration", "toml", migration),) if migration else ()
    return Outcome(
        command=command,
        verdict=verdict_of(list(planned.findings)),
        findings=planned.findings,
        changes=tuple(_change(c, diff=diff, written=written) for c in planned.changes),
        tables=(_moves(planned),),
        facts={
            "moved": len(planned.moved),
            "files_changed": len(planned.changes),
            "findings": len(planned.findings),
            "written": written,
        },
        summary=(_summary(planned, written=written),),
        listings=listings,
    )


def refusal_of(command: str, refused: Refused) -> Outcome:
    """A plan that was refused."""
    number = len(refused.findings)
    reasons = "1 reason" if number == 1 else f"{number} reasons"
    return Outcome(
        command=command,
        verdict=Verdict.FAIL,
        findings=refused.findings,
        facts={"written": False, "refused": True, "findings": number},
        summary=(f"refused, for {reasons}; nothing was changed",),
    )


def _moves(planned: Planned) -> Table:
    rows = tuple(
        (old, new, "goes along" if old in planned.along else "")
        for old, new in planned.moved
    )
    return Table("moves", ("name", "new home", "why"), rows)


def _change(change: FileChange, *, diff: bool, written: bool) -> Change:
    old, new = change.before or b"", change.after or b""
    texts = (data.decode("utf-8", "backslashreplace") for data in (old, new))
    edits = tuple(Edit(e.line, e.before, e.after) for e in edits_between(*texts))
    text = unified_diff(change.path, old, new) if diff else None
    return Change(change.path, edits, written, text)


def _summary(planned: Planned, *, written: bool) -> str:
    moved = "moved" if written else "would be moved"
    changed = "changed" if written else "would change"
    names = _count(len(planned.moved), "name")
    files = _count(len(planned.changes), "file")
    findings = _count(len(planned.findings), "finding")
    return f"{names} {moved}; {files} {changed}; {findings}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def with_history(outcome: Outcome, written: Written) -> Outcome:
    """The outcome with what was told of the commits."""
    findings = (*outcome.findings, *written.findings)
    return replace(
        outcome,
        verdict=verdict_of(list(findings)),
        findings=findings,
        tables=(*outcome.tables, *written.tables),
        summary=(*outcome.summary, *written.summary),
        facts={**outcome.facts, **written.facts},
    )
