"""Annotations on the changed lines of a pull request, for GitHub Actions.

The runner reads commands such as `::error file=a.py,line=3::message` from a
step's output. Each finding is one, and so is each edit that was not written.
"""

from __future__ import annotations

from codemods.finding import Finding, Severity
from verify.outcome import Change, Edit, Outcome
from verify.render._escape import inert, visible
from verify.terminal import Terminal

_COMMANDS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "notice",
}


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one annotation a line, and the summary as plain lines."""
    lines = [_of_finding(finding) for finding in outcome.findings]
    for change in outcome.changes:
        lines += [_of_edit(outcome.command, change, edit) for edit in change.edits]
    lines += [inert(visible(line)) for line in outcome.summary]
    return "".join(f"{line}\n" for line in lines)


def _of_finding(finding: Finding) -> str:
    place = finding.place
    where = {"file": place.path}
    if place.line:
        where |= {"line": str(place.line), "col": str(place.column)}
    return _annotation(
        _COMMANDS[finding.severity],
        {**where, "title": finding.rule.id},
        f"{finding.message}\n{finding.fix}",
    )


def _of_edit(command: str, change: Change, edit: Edit) -> str:
    verb = "rewritten" if change.written else "would be rewritten"
    return _annotation(
        "notice" if change.written else "error",
        {"file": change.path, "line": str(edit.line), "title": f"rehome {command}"},
        "\n".join((f"{verb}:", edit.before.rstrip("\n"), edit.after.rstrip("\n"))),
    )


def _annotation(command: str, properties: dict[str, str], message: str) -> str:
    where = ",".join(f"{key}={_property(text)}" for key, text in properties.items())
    return f"::{command} {where}::{_data(visible(message, keep=chr(10)))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")
