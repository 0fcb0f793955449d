"""Why blame lost a line: what kind of line it is."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from tokenize import TokenInfo

from verify.history.subjects import Subject

IMPORT, LICENCE, NEW = "import", "licence header", "new code"
REINDENTED, LOST = "re-indented", "moved but lost"
CLASSES = (IMPORT, LICENCE, NEW, REINDENTED, LOST)

_IMPORT_LINE = re.compile(rb"\s*(?:import|from)\s")
_COMMENT = re.compile(rb"\s*(?:#|//|/\*|\*|<!--|;|--|\"\"\"|''')")
_LICENCE_WORD = re.compile(r"copyright|licen[cs]e|spdx-", re.IGNORECASE)
_PYTHON = (".py", ".pyi")
_NO_CODE = {
    tokenize.ENCODING,
    tokenize.NL,
    tokenize.COMMENT,
    tokenize.INDENT,
    tokenize.DEDENT,
}


def classes_of(subject: Subject) -> dict[int, str]:
    """The class that each line would be lost under, by line number."""
    marked = _marked(subject)
    classes: dict[int, str] = {}
    above = NEW
    for number, line in enumerate(subject.text, 1):
        origin = subject.origins.get(number)
        if number in marked:
            above = marked[number]
        elif origin is not None:
            above = LOST if origin.exact else REINDENTED
        elif line.strip() or above in (LOST, REINDENTED):
            above = NEW  # a blank line is as what it ends
        classes[number] = above
    return {number: classes[number] for number in subject.lines}


def _marked(subject: Subject) -> dict[int, str]:
    """The lines of imports and of licence headers."""
    if not subject.path.endswith(_PYTHON):
        return dict.fromkeys(_comments_at_top(subject.text), LICENCE)
    try:
        return _of_python(subject.text)
    except (tokenize.TokenError, SyntaxError, ValueError, LookupError):
        guessed = {
            number: IMPORT
            for number, line in enumerate(subject.text, 1)
            if _IMPORT_LINE.match(line)
        }
        return guessed | dict.fromkeys(_comments_at_top(subject.text), LICENCE)


def _comments_at_top(lines: Sequence[bytes]) -> range:
    """The comments that a file begins with, where they are about a licence."""
    end = 0
    while end < len(lines) and _COMMENT.match(lines[end]):
        end += 1
    header = b"\n".join(lines[:end]).decode("ascii", "replace")
    return range(1, end + 1 if _LICENCE_WORD.search(header) else 1)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A logical line, or a run of comments: its first token and its extent."""

    kind: int
    text: str
    first: int
    last: int


def _of_python(lines: Sequence[bytes]) -> dict[int, str]:
    marked: dict[int, str] = {}
    at_top = True
    for found in _statements(tokenize.tokenize(_reader(lines))):
        extent = range(found.first, found.last + 1)
        is_import = found.kind == tokenize.NAME and found.text in ("import", "from")
        is_text = found.kind in (tokenize.COMMENT, tokenize.STRING)
        at_top = at_top and (is_import or is_text)
        if is_import:
            marked |= dict.fromkeys(extent, IMPORT)
        elif is_text and at_top and _LICENCE_WORD.search(found.text):
            marked |= dict.fromkeys(extent, LICENCE)
    return marked


def _statements(tokens: Iterator[TokenInfo]) -> Iterator[_Statement]:
    """Each logical line by its first token, and each run of comments between two."""
    first: TokenInfo | None = None
    comments: list[TokenInfo] = []
    for token in tokens:
        if first is None and token.type == tokenize.COMMENT:
            comments.append(token)
            continue
        if token.type in _NO_CODE:
            continue
        if first is None:
            yield from _joined(comments)
            comments, first = [], token
        if token.type == tokenize.NEWLINE:
            yield _Statement(first.type, first.string, first.start[0], token.start[0])
            first = None


def _joined(comments: list[TokenInfo]) -> Iterator[_Statement]:
    if comments:
        text = "\n".join(comment.string for comment in comments)
        first, last = comments[0].start[0], comments[-1].start[0]
        yield _Statement(tokenize.COMMENT, text, first, last)


def _reader(lines: Sequence[bytes]) -> Callable[[], bytes]:
    return io.BytesIO(b"\n".join(lines) + b"\n").readline
