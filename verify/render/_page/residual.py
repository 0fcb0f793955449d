"""The lines to read, old beside new, with the words that differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from verify.outcome import Table
from verify.render._escape import visible
from verify.render._page.tables import has_columns, number_in, records

# Of a whole page, markup included; what is beyond is said.
MOST_CHARACTERS = 900_000
_ROW, _HEADING = 170, 250  # characters of markup
_COLUMNS = ("file", "old line", "removed", "new line", "added")
_LONGEST = 2_000  # characters of one line
_ALIKE = 0.35  # as much of two lines must be the same for their words to be marked
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Pair:
    """A removed line beside an added one; the number is empty where there is none.
    One that `is_apart` does not follow directly on the pair before.
    """

    old_number: str
    old: Markup
    new_number: str
    new: Markup
    is_apart: bool


@dataclass(slots=True)
class File:
    """The lines to read of one file."""

    path: str
    pairs: list[Pair] = field(default_factory=list)
    removed: int = 0
    added: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Residual:
    """The files to read, and what the page has no room for: `files_left_out` with
    `lines_left_out` in them.
    """

    files: list[File]
    files_left_out: int = 0
    lines_left_out: int = 0


def residual_of(table: Table | None) -> Residual:
    """The residual's rows by file, as many as a page holds."""
    found: dict[str, File] = {}
    last = ("", 0, 0)
    characters = 0
    if table is not None and not has_columns(table, _COLUMNS):
        table = None
    for row in records(table):
        old, new = row["old line"], row["new line"]
        if row["file"] not in found:
            characters += _HEADING
        file = found.setdefault(row["file"], File(row["file"]))
        file.removed += bool(old)
        file.added += bool(new)
        if characters > MOST_CHARACTERS:
            file.left_out += bool(old) + bool(new)
            continue
        here = (row["file"], number_in(old), number_in(new))
        is_apart = bool(file.pairs) and not _follows(last, here)
        texts = _marked(row["removed"], row["added"], is_pair=bool(old and new))
        characters += _ROW + len(texts[0]) + len(texts[1])
        file.pairs.append(Pair(old, texts[0], new, texts[1], is_apart))
        last = (row["file"], here[1] or last[1], here[2] or last[2])
    shown = [file for file in found.values() if file.pairs]
    others = [file for file in found.values() if not file.pairs]
    return Residual(shown, len(others), sum(file.left_out for file in others))


_Where = tuple[str, int, int]


def _follows(last: _Where, here: _Where) -> bool:
    """Whether on one side, at least, a line is the next one."""
    return last[0] == here[0] and any(
        new and new == old + 1 for old, new in zip(last[1:], here[1:], strict=True)
    )


def _marked(old: str, new: str, *, is_pair: bool) -> tuple[Markup, Markup]:
    """Both lines; of a pair that is alike, with the words that differ marked."""
    texts = [_shortened(visible(text, keep="\t")) for text in (old, new)]
    if not is_pair or texts[0] == texts[1]:
        return escape(texts[0]), escape(texts[1])
    words = [_WORDS.findall(text) for text in texts]
    matcher = SequenceMatcher(None, words[0], words[1], autojunk=False)
    steps = matcher.get_opcodes()
    if _alike(steps, words) < _ALIKE:
        return escape(texts[0]), escape(texts[1])
    return (
        _joined(_pieces([(tag, words[0][i:j]) for tag, i, j, _, _ in steps]), "del"),
        _joined(_pieces([(tag, words[1][i:j]) for tag, _, _, i, j in steps]), "ins"),
    )


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}\N{HORIZONTAL ELLIPSIS}"


_Steps = Sequence[tuple[str, int, int, int, int]]


def _alike(steps: _Steps, words: Sequence[list[str]]) -> float:
    """How much of both lines is the same, blanks aside."""
    same = sum(_weight(words[0][i:j]) for tag, i, j, _, _ in steps if tag == "equal")
    return 2 * same / max(1, sum(map(_weight, words)))


def _weight(words: Sequence[str]) -> int:
    return sum(len(word.strip()) for word in words)


def _pieces(steps: Sequence[tuple[str, list[str]]]) -> Iterator[tuple[bool, str]]:
    for tag, words in steps:
        if words:
            yield tag != "equal", "".join(words)


def _joined(pieces: Iterator[tuple[bool, str]], tag: str) -> Markup:
    return Markup("").join(
        Markup(f"<{tag}>{{}}</{tag}>").format(text) if differs else escape(text)
        for differs, text in pieces
    )
