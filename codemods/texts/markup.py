"""Markdown, reStructuredText and plain prose; their Python blocks are code."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.blocks import Block, fenced
from codemods.source import Splice, splice
from codemods.texts._code import Line, follow, unparsed
from codemods.texts._draft import TextDraft
from codemods.texts._search import search

SUFFIXES = (".md", ".mdx", ".markdown", ".rst", ".rest", ".txt", ".qmd", ".adoc")
NAMES = ("README", "CONTRIBUTING", "INSTALL", "AUTHORS")


def propose(draft: TextDraft) -> None:
    """Follow the code of Python blocks, then the paths in all the rest."""
    done: list[tuple[int, int]] = []
    for block in fenced(draft.text):
        lines = _lines(draft, block)
        if not lines:
            continue
        if not follow(draft, lines, _Growing(draft, block).grow):
            unparsed(draft, lines)
        done += ((line.at(0), line.at(len(line.text))) for line in lines)
    for hit in search(_without(draft.text, done), draft.names):
        draft.take(hit)


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without spans that have been dealt with, all else in its place."""
    return splice(
        text, [Splice(start, end, " " * (end - start)) for start, end in spans]
    )


def _lines(draft: TextDraft, block: Block) -> list[Line]:
    return [
        _line(draft, code, number)
        for code, number in zip(block.text.split("\n"), block.lines, strict=False)
    ]


def _line(draft: TextDraft, code: str, number: int) -> Line:
    start = draft.line_starts[number - 1]
    written = draft.text[start : draft.line_starts[number]].splitlines()
    whole = written[0] if written else ""
    if whole.endswith(code):
        start += len(whole) - len(code)
        return Line(code, code, lambda column: start + column, str, 0)
    # A command of IPython, for which the block has another text.
    return Line(code, whole, lambda column: start + column, str, 0)


class _Growing:
    """Writes more lines, or fewer, with what stands before them in the block."""

    def __init__(self, draft: TextDraft, block: Block) -> None:
        self.draft = draft
        self.block = block

    def grow(self, lines: Sequence[Line], new: list[str]) -> Splice | None:
        draft = self.draft
        start, end = lines[0].at(0), lines[-1].at(len(lines[-1].text))
        numbers = [draft.line_of(line.at(0)) for line in lines]
        if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            return None  # output stands between them
        prefix = draft.text[draft.line_starts[numbers[0] - 1] : start]
        prefixes = self._prefixes(prefix, new)
        if prefixes is None:
            return None
        rest = [before + line for before, line in zip(prefixes, new, strict=True)]
        text = draft.newline.join(rest)[len(prefixes[0]) :] if rest else ""
        return Splice(start, end, text)

    def _prefixes(self, first: str, new: list[str]) -> list[str] | None:
        """What to write before each new line: prompts, where the block has them."""
        if not new:
            return None
        prompt = first.lstrip(" \t")
        if not prompt.startswith((">>>", "...")):
            return [first] * len(new) if not first.strip(" \t>") else None
        if not prompt.startswith(">>>"):
            return None
        try:
            tree = ast.parse("\n".join(new))
        except SyntaxError:
            return None
        starts = {statement.lineno for statement in tree.body}
        margin = first[: len(first) - len(prompt)]
        more = f"{margin}... "
        return [
            first if number in starts else more for number in range(1, len(new) + 1)
        ]
