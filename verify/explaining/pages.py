"""The text on a rule as Markdown: what is the same for every rule, and its own."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.finding import Severity
from verify.explaining.accepting import acceptance_of
from verify.explaining.example import BYTES, GONE, TOLD, Block, pieces
from verify.explaining.explanation import (
    ACCEPTANCE,
    EXAMPLE,
    FIX,
    IMPORTANCE,
    MEANING,
    Explanation,
    explanation_of,
)
from verify.explaining.telling import Told, told_rules

_SEVERITIES = {
    Severity.ERROR: "an error",
    Severity.WARNING: "a warning",
    Severity.NOTE: "a note",
}


def markdown_of(rule_id: str, *, level: int = 1) -> str | None:
    """All that there is to say of a rule, None of one that has no text; its heading
    has a level, those of its sections the next one.
    """
    body = help_of(rule_id, level=level + 1)
    if body is None:
        return None
    told = told_rules()[rule_id]
    title, _, rest = body.partition("\n\n")
    return f"{'#' * level} {rule_id}\n\n{title} {line_of(told)}\n\n{rest}"


def help_of(rule_id: str, *, level: int = 2) -> str | None:
    """The same without a heading, and without who tells it."""
    explanation = explanation_of(rule_id)
    told = told_rules().get(rule_id)
    if explanation is None or told is None:
        return None
    title = told.rule.title.rstrip(".")
    parts = [f"{title}.", *sections_of(explanation, told, "#" * level)]
    return "\n\n".join(parts) + "\n"


def line_of(told: Told) -> str:
    """How bad a finding is, and who tells it, in a line."""
    severity = _SEVERITIES[told.rule.severity]
    ends = "; the verdict is `undecided` (exit status 2)" if told.rule.undecided else ""
    by = ", ".join(f"`{name}`" for name in told.by)
    return f"It is {severity}{ends}. Told by: {by}."


def sections_of(explanation: Explanation, told: Told, marks: str) -> Iterator[str]:
    """The sections with their headings, one by one."""
    sections = {
        MEANING: explanation.meaning,
        IMPORTANCE: explanation.importance,
        EXAMPLE: explanation.example,
        FIX: explanation.fix,
        ACCEPTANCE: acceptance_of(told, explanation),
    }
    for name, text in sections.items():
        shown = "\n\n".join(_shown(piece) for piece in pieces(text))
        yield f"{marks} {name}\n\n{shown}"


def _shown(piece: str | Block) -> str:
    """A block as any reader of Markdown shows it: with its path above it."""
    if isinstance(piece, str):
        return piece
    if piece.language == GONE or (piece.path and not piece.text):
        return f"{piece.caption}."
    language = "text" if piece.language in (TOLD, BYTES) else piece.language
    fence = "````" if "```" in piece.text else "```"
    block = f"{fence}{language}\n{piece.text}{fence}"
    return f"{piece.caption}\n\n{block}" if piece.caption else block
