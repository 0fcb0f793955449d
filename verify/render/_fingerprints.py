"""Names for problems that stay the same while the lines around them move.

A fingerprint is made of the rule, the path and what the message says, with the
numbers of its prose (lines, counts, times) left out, and addresses in memory: names,
which stand between backticks, keep theirs. Equal ones are numbered in the order of
their lines.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from verify.render._problems import Problem

_NUMBER = re.compile(r"(?<![\w\[.])\d+(?:[.,]\d+)*(?![\w\]]|[.,]\d)")
_ADDRESS = re.compile(r"\b0x[0-9a-f]+", re.IGNORECASE)
_DIGITS = 32


def fingerprints(problems: Sequence[Problem]) -> list[str]:
    """One for each, in their order; no two are equal."""
    by_line = sorted(range(len(problems)), key=lambda n: _line(problems[n]))
    seen: Counter[str] = Counter()
    found = [""] * len(problems)
    for n in by_line:
        name = _name(problems[n])
        seen[name] += 1
        found[n] = f"{name}:{seen[name]}"
    return found


def _line(problem: Problem) -> tuple[int, int]:
    place = problem.finding.place
    return place.line, place.column


def _name(problem: Problem) -> str:
    finding = problem.finding
    content = _steady(finding.message)
    if problem.edit is not None:
        content = " ".join(problem.edit.before.split())
    text = "\0".join((finding.rule.id, finding.place.path, content))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _steady(message: str) -> str:
    """The message without the numbers of its prose, in one layout."""
    parts = message.split("`")
    if len(parts) % 2 == 0:  # no pairs of backticks
        parts = [message]
    parts[::2] = [_NUMBER.sub("#", part) for part in parts[::2]]
    return " ".join(_ADDRESS.sub("0x#", "`".join(parts)).split())
