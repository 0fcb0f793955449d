"""Where a word of a text stands in another version of that text, by their diff.

Lines are compared first and words within the lines that differ, so that a word is
followed through a change of its line, of its layout and of its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or a sign, and the offset at which it starts."""

    start: int
    text: str


def words(text: str, offset: int = 0) -> list[Word]:
    """The words and signs of a text that starts at an offset of a larger one."""
    return [Word(offset + m.start(), m.group()) for m in _WORDS.finditer(text)]


class Landings:
    """The words of an old text, each with the one that stands for it in a new text.

    `followed` are the words that may replace one another: of a stretch of words
    that was replaced by another, these land on one another in turn.
    """

    def __init__(self, old: str, new: str, followed: frozenset[str]) -> None:
        self._landed: dict[int, Word] = {}
        self._followed = followed
        for before, after in _stretches(old, new):
            if [w.text for w in before] == [w.text for w in after]:
                self._pair(before, after)
            else:
                self._compare(before, after)

    def of(self, start: int) -> Word | None:
        """What the word at `start` became, None where nothing stands for it."""
        return self._landed.get(start)

    def _compare(self, before: list[Word], after: list[Word]) -> None:
        matcher = SequenceMatcher(
            None, [w.text for w in before], [w.text for w in after], autojunk=False
        )
        for tag, i1, i2, j1, j2 in matcher.get_opcodes():
            if tag == "equal":
                self._pair(before[i1:i2], after[j1:j2])
            elif tag == "replace":
                self._pair_followed(before[i1:i2], after[j1:j2])

    def _pair(self, before: list[Word], after: list[Word]) -> None:
        self._landed.update(
            (old.start, new) for old, new in zip(before, after, strict=True)
        )

    def _pair_followed(self, before: list[Word], after: list[Word]) -> None:
        old = [w for w in before if w.text in self._followed]
        new = [w for w in after if w.text in self._followed]
        if len(old) == len(new):
            self._pair(old, new)


def _stretches(old: str, new: str) -> Iterator[tuple[list[Word], list[Word]]]:
    """Runs of lines that stand for one another, as words."""
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    starts = _starts(before), _starts(after)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, i1, i2, j1, j2 in matcher.get_opcodes():
        yield (
            words("".join(before[i1:i2]), starts[0][i1]),
            words("".join(after[j1:j2]), starts[1][j1]),
        )


def _starts(lines: list[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts
