"""The text on a rule, taken apart.

A text has four sections, in this order, each with a heading of level two:

    What it means, Why it matters, Example, How to fix it

and may have a fifth, `How to accept it`, for what is to be said of that besides what
holds of every rule. Blocks of code between fences are told apart from prose by
`example`. Adding a rule asks for one file here, and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_SUFFIX = ".md"
_FOLDER = files(__package__) / "rules"

MEANING = "What it means"
IMPORTANCE = "Why it matters"
EXAMPLE = "Example"
FIX = "How to fix it"
ACCEPTANCE = "How to accept it"
REQUIRED = (MEANING, IMPORTANCE, EXAMPLE, FIX)


class ExplanationError(Exception):
    """What is wrong with a text, in one line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The sections of a text, in Markdown; `acceptance` may be empty."""

    rule_id: str
    meaning: str
    importance: str
    example: str
    fix: str
    acceptance: str


@cache
def explained() -> tuple[str, ...]:
    """The ids of the rules that have a text, in order; reads none of them."""
    names = (each.name for each in _FOLDER.iterdir())
    return tuple(sorted(n.removesuffix(_SUFFIX) for n in names if n.endswith(_SUFFIX)))


def explanation_of(rule_id: str) -> Explanation | None:
    """The text on a rule, None where there is none.

    Raises ExplanationError where it lacks a section or has one that is not known.
    """
    if rule_id not in explained():
        return None
    text = (_FOLDER / f"{rule_id}{_SUFFIX}").read_text(encoding="utf-8")
    return parsed(rule_id, text)


def parsed(rule_id: str, text: str) -> Explanation:
    """Take a text apart. Raises ExplanationError."""
    sections = _sections(rule_id, text)
    found = tuple(sections)
    if found not in (REQUIRED, (*REQUIRED, ACCEPTANCE)):
        wanted = ", ".join(REQUIRED)
        raise ExplanationError(
            f"{rule_id}: the sections are {', '.join(found) or 'none'}; write {wanted},"
            f" and perhaps {ACCEPTANCE}, in this order"
        )
    empty = [name for name, section in sections.items() if not section]
    if empty:
        raise ExplanationError(f"{rule_id}: the section {empty[0]} is empty")
    return Explanation(
        rule_id,
        sections[MEANING],
        sections[IMPORTANCE],
        sections[EXAMPLE],
        sections[FIX],
        sections.get(ACCEPTANCE, ""),
    )


def fence_of(line: str) -> str:
    """The backticks that begin a block of code, and end it; empty for another line."""
    rest = line.lstrip("`")
    marks = line[: len(line) - len(rest)]
    return marks if len(marks) >= len("```") else ""


def fence_after(line: str, fence: str) -> str:
    """What ends the block of code that is open after a line, and before it by `fence`;
    empty where none is.
    """
    if fence:
        return "" if line == fence else fence
    return fence_of(line)


def _sections(rule_id: str, text: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    fence = ""
    lines: list[str] = []
    for line in text.splitlines():
        fence = fence_after(line, fence)
        if line.startswith("## ") and not fence:
            lines = found.setdefault(line.removeprefix("## ").strip(), [])
            if lines:
                raise ExplanationError(f"{rule_id}: a section is there twice: {line}")
        elif not found and line.strip():
            raise ExplanationError(f"{rule_id}: begins with {line!r}, not a section")
        else:
            lines.append(line)
    if fence:
        raise ExplanationError(f"{rule_id}: a block of code does not end")
    return {name: "\n".join(lines).strip() for name, lines in found.items()}
