"""SARIF 2.1.0, the standard format of static analysis, for code scanning and editors.

Written from the standard (docs.oasis-open.org/sarif/sarif/v2.1.0) and from what GitHub
documents of its code scanning: at most 25,000 results in a run and 10 MB compressed,
or the upload is refused; 5,000 are shown, so that the worst come first.

A finding that says that something could not be told is a result, since a person must
see it, and a notification that the run has failed, since a program must. What was
rewritten already is no problem any more, and is left out. What the project's settings
accept is there, as suppressed, after all else.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from typing import Any

from codemods.finding import Rule, Severity, Verdict
from verify import about
from verify.outcome import Outcome, from_the_top
from verify.render._escape import inert_json, visible
from verify.render._fingerprints import fingerprints
from verify.render._problems import Problem, accepted_of, problems_of
from verify.render._sarif_places import BASE, fix_of, location_of
from verify.terminal import Terminal

NEEDS = frozenset({"changes", "findings"})

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
MOST_SHOWN = 5_000
MOST_BYTES = 10_000_000  # of the file, compressed
_MOST_NOTIFICATIONS = 100
_LONGEST = 1024  # characters of a rule's description

# GitHub reads the first alone; for any other program the second says who made it.
_FINGERPRINTS = ("primaryLocationLineHash", "rehome/v1")

_ENDINGS = {
    Verdict.OK: "clean",
    Verdict.FAIL: "findings",
    Verdict.UNDECIDED: "could not decide",
}
_WEIGHTS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}

Object = dict[str, Any]


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return the outcome as ASCII JSON; the terminal makes no difference."""
    outcome = from_the_top(outcome)
    problems = [*problems_of(outcome), *accepted_of(outcome)]
    named = list(zip(problems, fingerprints(problems), strict=True))
    most = MOST_RESULTS
    while True:
        text = _written(_log(outcome, named[:most], len(named)))
        if most < 2 or len(text) <= MOST_BYTES or _compressed(text) <= MOST_BYTES:
            return text
        most = min(most, len(named)) // 2


def _written(log: Object) -> str:
    return inert_json(json.dumps(log, indent=1, sort_keys=True)) + "\n"


def _compressed(text: str) -> int:
    return len(gzip.compress(text.encode("ascii")))


def _log(outcome: Outcome, named: Sequence[tuple[Problem, str]], total: int) -> Object:
    known = {p.finding.rule.id: p.finding.rule for p, _ in named}
    rules = [known[id_] for id_ in sorted(known)]
    numbers = {rule.id: number for number, rule in enumerate(rules)}
    suppress = bool(outcome.accepted)
    base = {"text": "The folder that all paths start from: the repository's root."}
    run = {
        "tool": {"driver": _driver(rules)},
        "automationDetails": {"id": f"rehome/{'-'.join(outcome.command.split())}/"},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {BASE: {"description": base}},
        "invocations": [_invocation(outcome, named, total)],
        "results": [
            _result(p, name, numbers) | (_suppressions(p) if suppress else {})
            for p, name in named
        ],
        "properties": {
            "command": outcome.command,
            "verdict": outcome.verdict.value,
            "heading": [visible(line) for line in outcome.heading],
            "summary": [visible(line) for line in outcome.summary],
            "listings": {
                visible(listing.name): visible(listing.text, keep="\n\t")
                for listing in outcome.listings
            },
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _driver(rules: Sequence[Rule]) -> Object:
    driver: Object = {"name": "rehome", "rules": [_rule(rule) for rule in rules]}
    known, address = about.version(), about.documentation()
    if known:
        driver["version"] = known
    if address:
        driver["informationUri"] = address
    return driver


def _rule(rule: Rule) -> Object:
    title, why = rule.title[:_LONGEST], rule.why[:_LONGEST]
    told: Object = {
        "id": rule.id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": _help(rule),
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "tags": ["refactoring", *(["undecided"] if rule.undecided else [])],
            "problem.severity": _WEIGHTS[rule.severity],
        },
    }
    name = "".join(word.capitalize() for word in rule.id.split("-"))
    if name.lower() != rule.id:  # the standard's own validator asks that they differ
        told["name"] = name
    address = about.documentation()
    if address:
        told["helpUri"] = f"{address}#{rule.id}"
    return told


def _help(rule: Rule) -> Object:
    """What there is to say of a rule; its why where only a saved result knows it."""
    from verify.explaining.pages import help_of
    from verify.explaining.plain import plain

    known = help_of(rule.id)
    if known is not None:
        return {"text": plain(known), "markdown": known}
    text = f"{rule.title}\n\n{rule.why}"
    return {"text": text, "markdown": f"**{rule.title}**\n\n{rule.why}"}


def _result(problem: Problem, name: str, numbers: dict[str, int]) -> Object:
    finding = problem.finding
    told: Object = {
        "ruleId": finding.rule.id,
        "ruleIndex": numbers[finding.rule.id],
        "level": finding.severity.value,
        "message": {"text": message_text(_said(problem))},
        "locations": [location_of(finding.place, problem.edit)],
        "partialFingerprints": dict.fromkeys(_FINGERPRINTS, name),
    }
    if finding.related:
        told["relatedLocations"] = [
            location_of(each.place)
            | {"id": number, "message": {"text": message_text(visible(each.message))}}
            for number, each in enumerate(finding.related, 1)
        ]
    fix = fix_of(finding.place, problem.edit)
    if fix is not None:
        told["fixes"] = [fix]
    return told


def _suppressions(problem: Problem) -> Object:
    """Section 3.27.23: all results of a run say whether they are suppressed, or none; a
    suppression without a status is in force.

    A program that does not know of it, as code scanning, sees a note.
    """
    accepted = problem.accepted
    if accepted is None:
        return {"suppressions": []}
    until = f" (until {accepted.until})" if accepted.until else ""
    return {
        "level": Severity.NOTE.value,
        "suppressions": [
            {
                "kind": "external",
                "justification": f"{visible(accepted.reason)}{until},"
                f" {visible(accepted.where)}",
            }
        ],
    }


def _said(problem: Problem) -> str:
    finding = problem.finding
    lines = (finding.message, finding.fix)
    return "\n".join(visible(line) for line in lines if line) or finding.rule.title


def message_text(text: str) -> str:
    """Text as a message that says nothing but it.

    Section 3.11: a pair of braces stands for one where there may be placeholders, and
    what looks like a link needs backslashes. Both are left out where nothing can be
    taken for either, since many programs show them as they are.
    """
    if "](" in text:
        for char in "\\[]":
            text = text.replace(char, f"\\{char}")
    if any(f"{{{digit}" in text for digit in "0123456789") or _doubled(text):
        text = text.replace("{", "{{").replace("}", "}}")
    return text


def _doubled(text: str) -> bool:
    return "{{" in text or "}}" in text


# How the run went


def _invocation(
    outcome: Outcome, named: Sequence[tuple[Problem, str]], total: int
) -> Object:
    return {
        "executionSuccessful": outcome.verdict is not Verdict.UNDECIDED,
        "exitCode": outcome.verdict.exit_status,
        "exitCodeDescription": _ENDINGS[outcome.verdict],
        "toolExecutionNotifications": [
            *_untold(outcome, [problem for problem, _ in named]),
            *_cuts(len(named), total),
        ],
    }


def _untold(outcome: Outcome, problems: Sequence[Problem]) -> Iterator[Object]:
    """What could not be told: an error, which the standard takes for a failed run."""
    untold = [p for p in problems if p.finding.rule.undecided]
    for problem in untold[:_MOST_NOTIFICATIONS]:
        yield {
            "level": "error",
            "message": {"text": message_text(_said(problem))},
            "locations": [location_of(problem.finding.place)],
            "associatedRule": {"id": problem.finding.rule.id},
        }
    left = len(untold) - _MOST_NOTIFICATIONS
    if left > 0:
        yield _notification("error", f"{left} more could not be told: see the results")
    if outcome.verdict is Verdict.UNDECIDED and not untold:
        heading = "; ".join(visible(line) for line in outcome.heading)
        yield _notification("error", message_text(heading) or "could not decide")


def _cuts(number: int, total: int) -> Iterator[Object]:
    if number < total:
        yield _notification(
            "warning",
            f"{total - number} of {total} results were left out, the least severe, to"
            " keep to what code scanning takes; `--format json` has all",
        )
    if number > MOST_SHOWN:
        yield _notification(
            "note",
            f"code scanning shows {MOST_SHOWN} of these {number} results, the worst"
            " first",
        )


def _notification(level: str, text: str) -> Object:
    return {"level": level, "message": {"text": text}}
