"""Tell which code only moved, and which lines a reviewer must read.

Finds every definition that left one place and appeared in another, says how far it
is the same, follows every name in it to what it means before and after, and accounts
for import lines that follow from the moves. What is left is the residual.

\b
rehome moves main..my-branch
rehome moves --format markdown origin/main...HEAD
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from codemods.finding import Finding, Place, Related, verdict_of_check
from verify.check import CheckResult, Settings
from verify.checks._shared import shared
from verify.git import Range
from verify.movement import rules
from verify.movement.engine import Match, Movement
from verify.movement.flows import flows_of
from verify.movement.inventory import Unread, text_lines
from verify.movement.order import Displaced
from verify.movement.residual import Hunk
from verify.movement.sources import Sources
from verify.movement.verdicts import Likeness
from verify.outcome import Table


def check(compared: Range, settings: Settings) -> CheckResult:
    """Compare base and head; raises `GitError` where git cannot answer."""
    known = shared(compared)
    return result_of(known.movement(), known.base, known.head)


def result_of(movement: Movement, base: Sources, head: Sources) -> CheckResult:
    """The answer as findings, tables and a summary."""
    findings = tuple(_findings(movement))
    return CheckResult(
        "moves",
        verdict_of_check(findings),
        findings,
        (
            _moves(movement),
            _blocks(movement),
            _flows(movement, base, head),
            _residual(movement, base, head),
        ),
        _facts(movement),
        tuple(_summary(movement)),
    )


def _findings(movement: Movement) -> Iterator[Finding]:
    for each in movement.unread:
        yield _of_unread(each)
    for match in (*movement.matches, *movement.blocks):
        yield from _of_match(match)
    for displaced in movement.displaced:
        yield _of_order(displaced)
    yield from _to_read(movement)


def _to_read(movement: Movement) -> Iterator[Finding]:
    """The residual: a finding for each file, at the first of its lines."""
    by_file: dict[str, list[Hunk]] = {}
    for hunk in movement.hunks:
        by_file.setdefault(hunk.new_path or hunk.old_path, []).append(hunk)
    for path, hunks in by_file.items():
        first = hunks[0].new_lines or hunks[0].old_lines
        number = sum(len(each.old_lines) + len(each.new_lines) for each in hunks)
        yield Finding(
            rules.RESIDUAL,
            Place(path, first[0], 1),
            f"{'1 changed line' if number == 1 else f'{number} changed lines'} to read:"
            " no move explains them",
            "read them; they are in the table of the residual",
        )


def _of_unread(unread: Unread) -> Finding:
    if unread.is_opaque:
        fix = "look at it with a tool that knows what it is"
        return Finding(rules.OPAQUE, Place(unread.path), unread.reason, fix)
    place = Place(unread.path, unread.line, 1 if unread.line else 0)
    message = f"does not parse: {unread.reason}"
    return Finding(rules.UNREAD, place, message, "read its changed lines")


def _of_order(displaced: Displaced) -> Finding:
    item, beside = displaced.item, displaced.beside
    names = [
        f"`{each.name}`" if each.name else "a statement" for each in (item, beside)
    ]
    return Finding(
        rules.ORDER,
        Place(displaced.new_body.path, item.new.start, 1),
        f"{names[0]} and {names[1]} (line {beside.new.start}) changed places",
        "make sure that neither needs the other, or what it does, to be first",
        (Related(Place(displaced.new_body.path, beside.new.start, 1), names[1]),),
    )


def _of_match(match: Match) -> Iterator[Finding]:
    was = f"{match.old.kind} `{match.old.qualified or match.old.path}`"
    if match.likeness is Likeness.EDITED:
        yield Finding(
            rules.EDITED_MOVE,
            Place(match.new.path, match.new.first, 1),
            f"{was} moved here from {match.old.path} and was edited",
            "read the lines that differ",
        )
    for each in match.differences:
        rule = rules.UNCLEAR_MEANING if each.undecided else rules.OTHER_MEANING
        yield Finding(
            rules.MEANING_NOTE if each.is_note else rule,
            Place(match.new.path, each.line, each.column),
            f"`{each.name}` in {was}, moved from {match.old.path}:"
            f" {each.old} before, {each.new} now",
            "make sure that both are the same",
        )


def _headline(movement: Movement) -> str:
    return f"{movement.residual} of {movement.changed} changed lines to read"


def _summary(movement: Movement) -> Iterator[str]:
    yield _headline(movement)
    count = Counter(match.verdict.value for match in movement.matches)
    verdicts = [f"{count[v.value]} {v.value}" for v in Likeness if count[v.value]]
    if verdicts:
        yield f"{sum(count.values())} definitions moved: {', '.join(verdicts)}"


def _facts(movement: Movement) -> dict[str, int | dict[str, int]]:
    count = Counter(match.verdict.value for match in movement.matches)
    return {
        "changed_lines": movement.changed,
        "residual_lines": movement.residual,
        "moves": {v.value: count[v.value] for v in Likeness},
    }


def _moves(movement: Movement) -> Table:
    rows = [
        (
            match.verdict.value,
            match.old.kind,
            match.old.qualified,
            match.new.qualified if match.new.qualified != match.old.qualified else "",
            f"{match.old.path}:{match.old.first}",
            f"{match.new.path}:{match.new.first}",
        )
        for match in movement.matches
    ]
    for each in movement.renamed:
        how = Likeness.VERBATIM if each.is_same else Likeness.EDITED
        rows.append((how.value, "file", "", "", each.old, each.new))
    columns = ("verdict", "kind", "name", "new name", "from", "to")
    return Table("moves", columns, tuple(rows))


def _blocks(movement: Movement) -> Table:
    rows = [
        (
            match.verdict.value,
            f"{match.old.path}:{match.old.first}-{match.old.last}",
            match.old.qualified,
            f"{match.new.path}:{match.new.first}-{match.new.last}",
            match.new.qualified,
        )
        for match in movement.blocks
    ]
    columns = ("verdict", "from", "out of", "to", "into")
    return Table("moved blocks", columns, tuple(rows))


def _flows(movement: Movement, base: Sources, head: Sources) -> Table:
    """How many lines went where, of the files that code moved between."""
    rows = (
        (flow.source, flow.target, flow.how, str(flow.lines))
        for flow in flows_of(movement, base, head)
    )
    return Table("flows", ("from", "to", "how", "lines"), tuple(rows))


def _residual(movement: Movement, base: Sources, head: Sources) -> Table:
    """Every line to read once, what was edited beside what it became."""
    texts = _Texts(base), _Texts(head)
    rows = []
    for hunk in movement.hunks:
        path = _joint(hunk.old_path or hunk.new_path, hunk.new_path or hunk.old_path)
        for old, new in zip_longest(hunk.old_lines, hunk.new_lines):
            removed = texts[0].line(hunk.old_path, old)
            rows.append((path, *removed, *texts[1].line(hunk.new_path, new)))
    columns = ("file", "old line", "removed", "new line", "added")
    return Table("residual", columns, tuple(rows))


def _joint(old: str, new: str) -> str:
    """Two paths in one: `a/{b => c}/d.py`."""
    if old == new:
        return old
    parts = old.split("/"), new.split("/")
    least = min(map(len, parts))
    start = next(
        i for i in range(least) if i == least - 1 or parts[0][i] != parts[1][i]
    )
    most = least - start
    end = next(
        (i for i in range(most) if parts[0][-1 - i] != parts[1][-1 - i]),
        most,
    )
    middle = ("/".join(side[start : len(side) - end]) for side in parts)
    kept = parts[0][len(parts[0]) - end :]
    return "/".join([*parts[0][:start], f"{{{' => '.join(middle)}}}", *kept])


class _Texts:
    def __init__(self, side: Sources) -> None:
        self.side = side
        self.lines: dict[str, tuple[str, ...]] = {}

    def line(self, path: str, number: int | None) -> tuple[str, str]:
        """The number of a line and its text; both empty for none."""
        if number is None:
            return "", ""
        if path not in self.lines:
            self.lines[path] = text_lines(self.side.read(path) or b"")
        return str(number), self.lines[path][number - 1]
