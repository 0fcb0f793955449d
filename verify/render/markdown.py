"""Markdown for a comment on a pull request.

Tables and changes are folded into `<details>`. A comment has a largest size, so long
lists are cut, and say so. Text of a user is spelled so that no piece of it is markup,
a link, or the mention of a person or an issue: as code where that shows it as it is,
else with an entity for each character that could mean something.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codemods.finding import Finding, Severity, Verdict
from verify.outcome import Accepted, Case, Change, Listing, Outcome, Table
from verify.render._escape import inert, visible
from verify.render._page.findings import Group, groups
from verify.terminal import Terminal

LARGEST = 65_000  # characters; GitHub takes 65,536
_MOST_ROWS = 60
_MOST_FINDINGS = 100
_MOST_LINES = 400
_LONGEST = 400  # characters of one text
# The names of what is left out; an entity may stand for each character.
_ROOM_FOR_NOTE = 100 + 16 * _LONGEST

_VERDICTS = {
    Verdict.OK: "\N{WHITE HEAVY CHECK MARK} ok",
    Verdict.FAIL: "\N{CROSS MARK} fail",
    Verdict.UNDECIDED: "\N{BLACK QUESTION MARK ORNAMENT} undecided",
}
_SEVERITIES = {
    Severity.ERROR: "**error**",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}
# Text with one of these cannot be a span of code that stands in a table.
_NOT_IN_CODE = frozenset("`|\\")
_HARMLESS = frozenset(" .,;'()/%=?-")
# An empty comment keeps what GitHub would link from being one word.
_APART = "<!-- -->"
_LINKED = frozenset("@#:")
_SPECIAL_WORD = re.compile(r"(www(?=\.)|GH(?=-)|^\d+(?=[.)]))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    """A piece of the comment, and what to call it where it is left out."""

    name: str
    text: str


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return the outcome as GitHub's Markdown; the terminal makes no difference."""
    title = f"### `rehome {_command(outcome.command)}`: {_VERDICTS[outcome.verdict]}"
    blocks = [_Block("title", title), *_answers(outcome)]
    findings = [*_findings(outcome.findings)]
    blocks += findings
    if outcome.accepted:
        number = f"{_counted(len(outcome.accepted), 'finding')} accepted"
        blocks.append(_Block(number, _accepted(number, outcome.accepted)))
    if outcome.summary:
        blocks += _summary(outcome, follows_list=blocks[-1:] == findings[:1])
    blocks += [_Block(f"file {each.name}", _listing(each)) for each in outcome.listings]
    tables = [table for table in outcome.tables if table.rows]
    blocks += [_Block(f"table {table.name}", _table(table)) for table in tables]
    if outcome.changes:
        blocks.append(_Block("changes", _changes(outcome.changes)))
    return _fitted(blocks)


def prose(text: str) -> str:
    """A sentence of ours, in which names stand between backticks."""
    parts = _shortened(text).split("`")
    if len(parts) % 2 == 0:
        return escaped(text)
    shown = (
        _code(part) if index % 2 else _plain(part, starts=index == 0)
        for index, part in enumerate(parts)
    )
    return "".join(shown)


def escaped(text: str) -> str:
    """Text that reads as it is, and means nothing to Markdown, HTML or GitHub."""
    return _plain(_shortened(text), starts=True)


def _shortened(text: str) -> str:
    shown = visible(text)
    if len(shown) > _LONGEST:
        return shown[: _LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return shown


def _plain(shown: str, *, starts: bool) -> str:
    # What is harmless inside a line may be a list or a block of code at its start,
    # and blanks beside code are a part of what surrounds it.
    first = shown[:1]
    if starts and first and not first.isalnum():
        first = _entity(first)
    else:
        first = _inside(first)
    return _SPECIAL_WORD.sub(rf"\1{_APART}", first + _inside(shown[1:]))


def _inside(text: str) -> str:
    shown = (
        char if char.isalnum() or char in _HARMLESS else _entity(char) for char in text
    )
    return "".join(shown).replace(f"{_entity(':')} ", ": ")  # links nothing


def _entity(char: str) -> str:
    return f"&#{ord(char)};{_APART if char in _LINKED else ''}"


def _code(text: str) -> str:
    """Text in a fixed width, between backticks where it can stand there."""
    shown = _shortened(text)
    if not shown:
        return ""
    fits = _NOT_IN_CODE.isdisjoint(shown) and shown == shown.strip()
    if fits and shown == inert(shown):
        return f"`{shown}`"
    return f"<code>{_plain(shown, starts=True)}</code>"


def _command(name: str) -> str:
    return inert(visible(name).replace("`", "'"))


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _answers(outcome: Outcome) -> Iterator[_Block]:
    """What was asked, and each answer: what needs a person first."""
    cases = _asked(outcome)
    if not cases:
        yield from (_Block("heading", prose(line)) for line in outcome.heading)
        return
    if outcome.parts:
        sources = dict.fromkeys(part.source for part in outcome.parts)
        yield _Block("sources", f"Of {', '.join(map(_code, sources))}.")
    # Of several outcomes, the first line says what the table says.
    heading = outcome.heading[1:] if outcome.parts else outcome.heading
    yield from (_Block("heading", prose(line)) for line in heading)
    order = [Verdict.FAIL, Verdict.UNDECIDED, Verdict.OK, None]
    lines = ["| verdict | check | found |", "| --- | --- | --- |"]
    for case in sorted(cases, key=lambda case: order.index(case.verdict)):
        verdict = _VERDICTS[case.verdict] if case.verdict else prose(case.message)
        message = case.message if case.verdict else ""
        lines.append(f"| {verdict} | {escaped(case.name)} | {prose(message)} |")
    yield _Block("verdicts", "\n".join(lines))


def _asked(outcome: Outcome) -> list[Case]:
    """The questions, where there were several."""
    group = "report" if outcome.parts else "checks"
    cases = [case for case in outcome.cases if case.group == group]
    return cases if len(cases) > 1 else []


def _summary(outcome: Outcome, *, follows_list: bool) -> Iterator[_Block]:
    lines = "\n".join(f"- {prose(line)}" for line in outcome.summary)
    if _asked(outcome):
        number = _counted(len(outcome.summary), "line")
        yield _Block("summary", _details(f"summary: {number}", lines))
        return
    if follows_list:
        yield _Block("", _APART)  # or the two would be one list
    yield _Block("summary", lines)


class _Room:
    """How much of the findings has been taken: the worst, as many as fit into half of
    a comment, each of them whole.
    """

    def __init__(self) -> None:
        self.findings = 0
        self.size = 0

    def takes(self, text: str) -> bool:
        if self.findings >= _MOST_FINDINGS or self.size + len(text) > LARGEST // 2:
            self.size = LARGEST  # what comes after it is no worse
            return False
        self.findings += 1
        self.size += len(text) + 1
        return True


def _findings(findings: Sequence[Finding]) -> Iterator[_Block]:
    """What is wrong, and the notes, folded."""
    room = _Room()
    left = Counter(finding.severity.value for finding in findings)
    lines = [*_by_rules(groups(findings, notes=False), room, left)]
    folded = [*_by_rules(groups(findings, notes=True), room, left)]
    left = +left
    if left:
        kinds = ", ".join(_counted(n, severity) for severity, n in left.items())
        last = f"- and {left.total()} more ({kinds}), which `--format json` lists"
        (folded or lines).append(last)
    if lines:
        yield _Block("findings", "\n".join(lines))
    if folded:
        number = sum(each.severity is Severity.NOTE for each in findings)
        body = "\n".join(folded)
        yield _Block("notes", _details(_counted(number, "note"), body))


def _by_rules(found: Iterable[Group], room: _Room, left: Counter[str]) -> Iterator[str]:
    """The findings of each rule below what it means; takes those off what is left."""
    for group in found:
        lines = [_of_rule(group)]
        for finding in group.findings:
            fix = "" if group.fix else finding.fix
            lines.append(f"  - {_place(finding)}: {prose(finding.message)}{_todo(fix)}")
            if not room.takes("\n".join(lines)):
                return
            yield from lines
            lines = []
            left[finding.severity.value] -= 1


def _of_rule(group: Group) -> str:
    rule = group.rule
    untold = " (could not be told)" if rule.undecided else ""
    severity = f"{_SEVERITIES[rule.severity]} {_code(rule.id)}{untold}"
    return f"- {severity}: {prose(rule.title)}{_todo(group.fix)}"


def _todo(fix: str) -> str:
    return f"<br>To do: {prose(fix)}" if fix else ""


def _place(finding: Finding) -> str:
    place = finding.place
    return _code(f"{place.path}:{place.line}" if place.line else place.path)


def _accepted(heading: str, accepted: Sequence[Accepted]) -> str:
    lines = [
        f"- {_code(each.finding.rule.id)} {_place(each.finding)}:"
        f" {prose(each.finding.message)}<br>accepted{_until(each)}"
        f" ({_code(each.where)}): {escaped(each.reason)}"
        for each in accepted[:_MOST_ROWS]
    ]
    left = len(accepted) - _MOST_ROWS
    if left > 0:
        lines.append(f"- and {left} more, which `--format json` lists")
    return _details(heading, "\n".join(lines))


def _until(each: Accepted) -> str:
    return f" until {escaped(each.until)}" if each.until else ""


def _listing(listing: Listing) -> str:
    """A whole file between fences that it cannot end."""
    text = listing.text.removesuffix("\n")
    lines = [inert(visible(line, keep="\t")) for line in text.split("\n")]
    kept = lines[:_MOST_LINES]
    longest = max((len(run) for run in re.findall("`+", "\n".join(kept))), default=0)
    fence = "`" * max(3, longest + 1)
    body = "\n".join((f"{fence}{_language(listing.language)}", *kept, fence))
    if len(lines) > len(kept):
        left = len(lines) - len(kept)
        body += f"\n\n{_counted(left, 'more line')}: `--format json` has all"
    return _details(escaped(listing.name), body)


def _language(name: str) -> str:
    return name if name.isalnum() else ""


def _table(table: Table) -> str:
    number = len(table.rows)
    rows = [table.columns, *table.rows[:_MOST_ROWS]]
    header, *body = (" | ".join(map(_code_cell, row)) for row in rows)
    rule = " | ".join("---" for _ in table.columns)
    lines = [f"| {line} |" for line in (header, rule, *body)]
    if number > _MOST_ROWS:
        lines += ["", f"{number - _MOST_ROWS} more rows: `--format json` lists them"]
    heading = f"{escaped(table.name)}: {_counted(number, 'row')}"
    return _details(heading, "\n".join(lines))


def _code_cell(text: str) -> str:
    return _code(text) if {*text} & {*"/_.[<"} else escaped(text)


def _changes(changes: Sequence[Change]) -> str:
    lines = list(_change_lines(changes[:_MOST_ROWS]))
    left = len(changes) - _MOST_ROWS
    if left > 0:
        lines.append(f"- and {left} more, which `--format json` lists")
    return _details(f"{_counted(len(changes), 'file')} changed", "\n".join(lines))


def _change_lines(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        verb = "rewritten" if change.written else "would be rewritten"
        yield f"- {_code(change.path)} {verb}"
        lines = [line for line in (change.diff or "").split("\n") if line]
        yield from (f"  <br>{_code(line)}" for line in lines[:_MOST_ROWS])
        left = len(lines) - _MOST_ROWS
        if left > 0:
            yield f"  <br>{_counted(left, 'more line')}: `--format json` has all"


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def _fitted(blocks: Iterable[_Block]) -> str:
    """All that fits into one comment, in whole blocks, with what does not by name."""
    kept: list[str] = []
    left: list[str] = []
    size = _ROOM_FOR_NOTE
    for block in blocks:
        if size + len(block.text) + 2 > LARGEST:
            left.append(block.name)
            continue
        size += len(block.text) + 2
        kept.append(block.text)
    if left:
        names = escaped(", ".join(left))
        kept.append(f"Left out, to fit a comment: {names}. `--format json` has all.")
    return "\n\n".join(kept) + "\n"
