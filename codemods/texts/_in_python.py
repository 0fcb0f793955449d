"""Texts inside Python files: comments, and code in strings."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from codemods.draft import Draft
from codemods.rules import REMOVED_NAME, TEXT_UNSURE
from codemods.texts._code import comments
from codemods.texts._draft import words_of
from codemods.texts._hit import Hit
from codemods.texts._search import search

_LITERAL = re.compile(
    r"[rRuU]?(?P<quote>'''|\"\"\"|'|\")(?P<inside>.*)(?P=quote)", re.DOTALL
)
_ONE_LINE = "it needs more lines than the string can have"


def follow_comments(draft: Draft) -> None:
    """Follow the references in the comments of a file."""
    for row, column, comment in comments(draft.source.text):
        start = draft.source.offset(row, 0) + column
        if draft.source.text.startswith(comment, start):
            for hit in search(comment, draft.names):
                _take(draft, start, hit)


def follow_string(draft: Draft, node: ast.Constant) -> bool:
    """Follow the imports and paths in a string that holds code, or settings.

    Returns False, with nothing said, where the string is not written as it reads.
    """
    segment = draft.source.segment(node)
    literal = _LITERAL.fullmatch(segment)
    if literal is None or not _is_one_literal(segment):
        return False
    hits = search(literal["inside"], draft.names)
    meant = search(str(node.value), draft.names)
    if not hits or list(map(_words, hits)) != list(map(_words, meant)):
        return False
    for hit in hits:
        is_too_long = "\n" in (hit.new or "") and len(literal["quote"]) == 1
        told = hit.doubted(_ONE_LINE) if is_too_long else hit
        _take(draft, draft.source.start(node) + literal.start("inside"), told)
    return True


def _words(hit: Hit) -> tuple[str, str, str]:
    return hit.old, "".join((hit.new or hit.why).split()), hit.gone


def _is_one_literal(segment: str) -> bool:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(f"({segment})").readline))
    except (tokenize.TokenError, SyntaxError):
        return False
    return sum(token.type == tokenize.STRING for token in tokens) == 1


def _take(draft: Draft, start: int, hit: Hit) -> None:
    if hit.new is not None:
        draft.replace(start + hit.start, start + hit.end, hit.new)
        return
    rule = REMOVED_NAME if hit.gone else TEXT_UNSURE
    draft.report_at(rule, start + hit.start, *words_of(hit))
