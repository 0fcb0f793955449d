"""A module's text cut into pieces: statements with the comments about them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_COMPOUND = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.Match,
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LINE_END = re.compile(r"\r\n|\r|\n")
LEGAL = re.compile(r"copyright|licen[cs]e|spdx", re.IGNORECASE)


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Lines that stay together: `first` and `last` count from 1.

    `nodes` are the statements on them, more than one where they share a line, none
    for comments that stand for themselves. `gap` is the number of empty lines above.
    """

    first: int
    last: int
    gap: int
    nodes: tuple[ast.stmt, ...] = field(default=())

    @property
    def is_comment(self) -> bool:
        return not self.nodes

    @property
    def is_definition(self) -> bool:
        """Whether two empty lines belong around it."""
        return any(isinstance(node, _DEFINITIONS) for node in self.nodes)

    @property
    def is_import(self) -> bool:
        kinds = (ast.Import, ast.ImportFrom)
        return bool(self.nodes) and all(isinstance(n, kinds) for n in self.nodes)

    @property
    def node(self) -> ast.stmt | None:
        """The only statement, None where there are more or none."""
        return self.nodes[0] if len(self.nodes) == 1 else None


def split_lines(text: str) -> list[str]:
    """The lines as `ast` counts them, without their ends."""
    lines = LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return lines


def pieces_of(lines: Sequence[str], tree: ast.Module) -> list[Piece]:
    """The pieces of a module in order; every line that is not empty is in one."""
    found: list[Piece] = []
    end = 0
    for first, last, nodes in _rows(tree.body):
        end = _loose(found, lines, end, first)
        above = _comment_above(lines, end, first)
        if above == 1 and _is_header(lines[: first - 1], nodes):
            above = first
        found += _comments(lines, end, above)
        end = found[-1].last if found else 0
        found.append(Piece(above, last, above - end - 1, nodes))
        end = last
    _loose(found, lines, end, len(lines) + 1, last=True)
    return found


def _is_header(comment: Sequence[str], nodes: Sequence[ast.stmt]) -> bool:
    """Whether what a file begins with is about the file, not about what follows."""
    if not isinstance(nodes[0], _DEFINITIONS):
        return True
    return any(line.startswith("#!") or LEGAL.search(line) for line in comment)


def _rows(body: Sequence[ast.stmt]) -> Iterator[tuple[int, int, tuple[ast.stmt, ...]]]:
    """Statements with their lines, joined where they share one."""
    row: list[ast.stmt] = []
    first = last = 0
    for node in body:
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        start = min([node.lineno, *(d.lineno for d in decorators)])
        if row and start > last:
            yield first, last, tuple(row)
            row = []
        if not row:
            first, last = start, start
        row.append(node)
        last = max(last, node.end_lineno or node.lineno)
    if row:
        yield first, last, tuple(row)


def _loose(
    found: list[Piece],
    lines: Sequence[str],
    end: int,
    first: int,
    *,
    last: bool = False,
) -> int:
    """Give indented comments below a compound statement to it; at the end of the file
    keep the other comments, too. Returns the last line that is accounted for.
    """
    if found and found[-1].nodes and isinstance(found[-1].nodes[-1], _COMPOUND):
        at = end
        for number in range(end + 1, first):
            line = lines[number - 1]
            if line.strip() and not line[0].isspace():
                break
            if line.strip():
                at = number
        if at > end:
            piece = found[-1]
            found[-1] = Piece(piece.first, at, piece.gap, piece.nodes)
            end = at
    if last:
        found += _comments(lines, end, first)
    return end


def _comment_above(lines: Sequence[str], end: int, first: int) -> int:
    """The first of the comment lines directly above a line."""
    while first - 1 > end and lines[first - 2].startswith("#"):
        first -= 1
    return first


def _comments(lines: Sequence[str], end: int, first: int) -> Iterator[Piece]:
    """The comments between two lines, a piece for each run of lines."""
    start = 0
    for number in range(end + 1, first + 1):
        is_text = number < first and bool(lines[number - 1].strip())
        if is_text and not start:
            start = number
        elif start and not is_text:
            yield Piece(start, number - 1, start - end - 1)
            end, start = number - 1, 0
