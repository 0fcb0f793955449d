"""Jupyter notebooks: all code cells are one module, every other string is text.

The JSON is never written anew: only the characters of lines that change are replaced,
so that indentation, escapes and the order of keys stay.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from codemods.blocks import without_magic
from codemods.source import Splice
from codemods.texts import _json
from codemods.texts._code import Line, follow, in_line, unparsed
from codemods.texts._draft import TextDraft
from codemods.texts.json_strings import in_string
from codemods.texts.json_strings import propose as propose_json

__all__ = ["SUFFIXES", "is_intact", "propose"]

SUFFIXES = (".ipynb",)
# Commands of which the rest of the cell is Python.
_PYTHON_MAGIC = frozenset({"%%time", "%%timeit", "%%capture", "%%prun", "%%memit"})
_RECORDED = "it is recorded output, and the next run of the notebook makes another"


def propose(draft: TextDraft) -> None:
    """Follow the code of all cells together, then each other string."""
    notebook = _json.placed(draft.text)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        propose_json(draft)
        return
    done = _Cells(draft)
    for cell in cells:
        if isinstance(cell, dict):
            done.add(cell)
    done.follow()
    for string in _json.strings(draft.text):
        if string.start not in done.taken:
            in_string(draft, string)


def is_intact(old: str, new: str) -> bool:
    """Whether the notebook says the same but for strings, however its sources are
    cut into lines.
    """
    before, after = _json.shape(old), _json.shape(new)
    return _json.is_alike(_joined(before), _joined(after))


def _joined(shape: object) -> object:
    """A shape with every list of strings as one string."""
    if isinstance(shape, _json.Pairs):
        return _json.Pairs((key, _joined(value)) for key, value in shape)
    if not isinstance(shape, list):
        return shape
    if shape and all(isinstance(each, str) for each in shape):
        return "".join(shape)
    return [_joined(each) for each in shape]


class _Cells:
    """The cells of a notebook; `taken` are the starts of strings dealt with."""

    def __init__(self, draft: TextDraft) -> None:
        self.draft = draft
        self.code: list[Line] = []
        self.strings: list[list[_json.Written]] = []
        self.taken: set[int] = set()

    def add(self, cell: dict[str, Any]) -> None:
        for output in _placed_in(cell.get("outputs")):
            self._report_output(output)
        source = cell.get("source")
        parts = source if isinstance(source, list) else [source]
        strings = [part for part in parts if isinstance(part, _json.Written)]
        if len(strings) != len(parts) or not strings:
            return
        lines = self._lines(strings)
        if lines is None:
            return  # each string for itself
        self.taken.update(string.start for string in strings)
        self.strings.append(strings)
        kind = cell.get("cell_type")
        is_code = isinstance(kind, _json.Written) and kind.value == "code"
        if not is_code or _is_magic(lines):
            self._follow_text(lines)
        elif _parses(lines):
            self.code += lines
        else:
            unparsed(self.draft, lines)

    def follow(self) -> None:
        if self.code and not follow(self.draft, self.code, self._grow):
            unparsed(self.draft, self.code)

    def _follow_text(self, lines: list[Line]) -> None:
        for line in lines:
            in_line(self.draft, line)

    def _report_output(self, output: _json.Written) -> None:
        self.taken.add(output.start)
        for part in _lines_in(output, 0):
            in_line(self.draft, part, _RECORDED)

    def _lines(self, strings: list[_json.Written]) -> list[Line] | None:
        """The lines of a cell, None where one goes on in the next string."""
        group, lines = len(self.strings), []
        for number, string in enumerate(strings):
            if number + 1 < len(strings) and not string.value.endswith("\n"):
                return None
            lines += list(_lines_in(string, group))
        return lines

    def _grow(self, lines: Sequence[Line], new: list[str]) -> Splice | None:
        start, end = lines[0].at(0), lines[-1].at(len(lines[-1].text))
        cell = self.strings[lines[0].group]
        edited = [each for each in cell if each.start <= end and start <= each.end]
        by_line = all("\n" not in each.value[:-1] for each in edited)
        if len(edited) == 1 and (len(cell) == 1 or not by_line):
            between = "\\n"
        elif by_line:
            between = f'\\n",{self._between(cell)}"'
        else:
            return None
        return Splice(start, end, between.join(map(edited[0].spell, new)))

    def _between(self, cell: list[_json.Written]) -> str:
        """What stands between two strings of a cell, after the comma."""
        return self.draft.text[cell[0].end + 1 : cell[1].start - 1].partition(",")[2]


def _placed_in(value: object) -> Iterator[_json.Written]:
    """Every string value inside a value."""
    pending = [value]
    while pending:
        each = pending.pop()
        if isinstance(each, _json.Written):
            yield each
        elif isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list):
            pending += each


def _lines_in(string: _json.Written, group: int) -> Iterator[Line]:
    at = 0
    for text in string.value.split("\n"):
        if text or at < len(string.value):
            yield _line(string, text, at, group)
        at += len(text) + 1


def _line(string: _json.Written, text: str, at: int, group: int) -> Line:
    return Line(
        without_magic(text),
        text,
        lambda column: string.at(at + column),
        string.spell,
        group,
    )


def _is_magic(lines: list[Line]) -> bool:
    first = next((line.text for line in lines if line.text.strip()), "")
    word = first.split()[0] if first else ""
    return word.startswith("%%") and word not in _PYTHON_MAGIC


def _parses(lines: list[Line]) -> bool:
    code = "\n".join(line.code for line in lines)
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True
