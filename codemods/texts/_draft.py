"""One text on its way to its new content: what its kind reads and what it says."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from codemods.draft import Options
from codemods.finding import Finding, Place, Rule
from codemods.namemap import NameMap
from codemods.rules import COMPAT_LIMIT, REMOVED_NAME, TEXT_REFERENCE, TEXT_UNSURE
from codemods.source import Source, Splice
from codemods.texts._hit import Hit


@dataclass(eq=False)
class TextDraft:
    """A decoded text; its kind puts replacements and findings on it."""

    path: str
    source: Source
    names: NameMap
    options: Options
    splices: list[Splice] = field(default_factory=list)
    found: dict[Finding, None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.source.text

    @cached_property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def take(self, hit: Hit) -> None:
        """Say of a hit, whose span is one of the text, what becomes of it."""
        if hit.new is None:
            rule = REMOVED_NAME if hit.gone else TEXT_UNSURE
            self.report(rule, hit.start, *words_of(hit))
        elif self.options.compat:
            why = "a text can name only one of both versions"
            message = f"the text names `{hit.old}`, but {why}"
            self.report(COMPAT_LIMIT, hit.start, message, _by_hand(hit.hint or hit.new))
        elif not self.options.text:
            self.report(
                TEXT_REFERENCE,
                hit.start,
                f"the text names `{hit.old}`, which moved",
                f"name `{hit.hint or hit.new}`, or run with --text",
            )
        else:
            self.splices.append(Splice(hit.start, hit.end, hit.new))

    def report(self, rule: Rule, offset: int, message: str, fix: str) -> None:
        line, column = self.source.place(offset)
        place = Place(self.path, line, column)
        self.found[Finding(rule, place, plain(message), plain(fix))] = None

    @cached_property
    def line_starts(self) -> list[int]:
        starts, at = [0], 0
        for line in self.text.splitlines(keepends=True):
            at += len(line)
            starts.append(at)
        return starts

    def line_of(self, offset: int) -> int:
        """The number of a line, from 1, as `str.splitlines` counts them."""
        return bisect_right(self.line_starts, offset)


def plain(text: str) -> str:
    """One line, without anything that is not printable."""
    return "".join(char if char.isprintable() else " " for char in text)


def words_of(hit: Hit) -> tuple[str, str]:
    """The message and the fix for a hit that a person must decide."""
    if hit.gone:
        message = f"the text names `{hit.old}`, which is gone"
        return message, f"instead: {hit.gone}"
    message = f"the text may mean `{hit.old}`, which moved: {hit.why}"
    return message, _by_hand(hit.hint) if hit.hint else "look at it by hand"


def _by_hand(new: str) -> str:
    return f"name `{new}` by hand, if that is meant"
