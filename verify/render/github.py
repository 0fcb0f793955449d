"""Annotations on the changed lines of a pull request, for GitHub Actions.

The runner reads commands such as `::error file=a.py,line=3::message` from a
step's output. Each finding is one, and so is each edit. GitHub shows the first ten
errors, warnings and notices of a step: the worst come first, and a line of the log
says where there are more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from codemods.finding import Finding, Severity
from verify.cases import line_of_accepted
from verify.outcome import Change, Edit, Outcome, from_the_top
from verify.render._escape import inert, visible
from verify.render._problems import rank
from verify.terminal import Terminal

NEEDS = frozenset({"changes", "findings"})

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


MOST_SHOWN = 10  # of a kind, in one step


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one annotation a line; heading and summary follow as plain lines."""
    outcome = from_the_top(outcome)
    told = [
        (_COMMANDS[each.severity], _of_finding(each))
        for each in sorted(outcome.findings, key=lambda f: rank(f.severity))
    ]
    for change in outcome.changes:
        command = "notice" if change.written else "error"
        told += [(command, _of_edit(outcome.command, change, e)) for e in change.edits]
    lines = [line for _, line in told]
    lines += _unshown(Counter(command for command, _ in told))
    plain = [*outcome.heading, *map(line_of_accepted, outcome.accepted)]
    plain += outcome.summary
    if outcome.listings:
        names = ", ".join(listing.name for listing in outcome.listings)
        plain.append(f"not shown here, `--format json` has it: {names}")
    lines += [inert(visible(line)) for line in plain]
    return "".join(f"{line}\n" for line in lines)


def _unshown(counted: Counter[str]) -> Iterator[str]:
    over = [
        f"{number} {command}s"
        for command, number in counted.items()
        if number > MOST_SHOWN
    ]
    if over:
        yield (
            f"GitHub shows the first {MOST_SHOWN} of each kind on the lines they are"
            f" about; this log has all: {', '.join(over)}"
        )


def _of_finding(finding: Finding) -> str:
    place = finding.place
    where = {"file": place.path}
    if place.line:
        where["line"] = str(place.line)
    if place.line and place.column:
        where["col"] = str(place.column)
    return _annotation(
        _COMMANDS[finding.severity],
        {**where, "title": finding.rule.id},
        "\n".join(line for line in (finding.message, finding.fix) if line),
    )


def _of_edit(command: str, change: Change, edit: Edit) -> str:
    verb = "rewritten" if change.written else "would be rewritten"
    lines = (f"{verb}:", edit.before, edit.after)
    return _annotation(
        "notice" if change.written else "error",
        {"file": change.path, "line": str(edit.line), "title": f"rehome {command}"},
        "\n".join(each.replace("\r\n", "\n").rstrip("\n") for each in lines),
    )


def _annotation(command: str, properties: dict[str, str], message: str) -> str:
    where = ",".join(f"{key}={_property(text)}" for key, text in properties.items())
    return f"::{command} {where}::{_data(visible(message, keep=chr(10)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
