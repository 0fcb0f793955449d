"""The tokens of an atom, each with the lines that it stands on.

Two pieces of code with equal tokens differ in nothing but where lines break: the
commas that a formatter adds before a closing bracket are left out, where they
mean nothing.
"""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from verify.movement.atoms import CLAUSE, COMMENT, Atom

_LAYOUT = frozenset(
    {
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)
_OPEN, _CLOSE = "([{", ")]}"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` on the lines `first` to `last` of a file; `column` is how far the
    atom is indented that it begins, None for the others.
    """

    text: str
    first: int
    last: int
    column: int | None = None


def tokens_of(atom: Atom) -> list[Token]:
    """The tokens of an atom; its lines as they are where that is unclear."""
    if atom.kind in (COMMENT, CLAUSE):
        found = _by_line(atom)
    else:
        try:
            found = list(_without_commas(_tokenized(atom)))
        except (tokenize.TokenError, SyntaxError):
            found = _by_line(atom)
    if found and atom.kind != COMMENT:
        head = found[0]
        found[0] = Token(head.text, head.first, head.last, atom.column)
    return found


def _by_line(atom: Atom) -> list[Token]:
    lines = ((n, atom.module.lines[n - 1].strip()) for n in atom.lines)
    return [Token(line, n, n) for n, line in lines if line]


def _tokenized(atom: Atom) -> list[Token]:
    lines = [atom.module.lines[n - 1] for n in atom.lines]
    text = "\n".join([lines[0].lstrip(), *lines[1:]])
    start = atom.first - 1
    return [
        Token(token.string, token.start[0] + start, token.end[0] + start)
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _LAYOUT
    ]


def _without_commas(tokens: list[Token]) -> Iterator[Token]:
    """All but the commas before a closing bracket that make no tuple."""
    free: list[bool] = []
    for index, token in enumerate(tokens):
        if token.text in _OPEN and token.text:
            before = tokens[index - 1].text if index else ""
            free.append(_is_free(token.text, before))
        elif token.text in _CLOSE and token.text and free:
            free.pop()
        follows = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.text == "," and follows and follows in _CLOSE and free and free[-1]:
            continue
        yield token


def _is_free(bracket: str, before: str) -> bool:
    """Whether the last comma in a bracket means nothing: in a call, list or set."""
    follows_value = before in (")", "]") or (
        before.isidentifier() and not keyword.iskeyword(before)
    )
    return bracket == "{" or (bracket == "(") == follows_value
