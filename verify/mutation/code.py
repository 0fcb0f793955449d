"""A stretch of a file, as nodes that know their text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from codemods.source import Source, Splice

Change = tuple[Splice, ...]


@dataclass(eq=False)
class Code:
    """A stretch of a file, as nodes that know their text."""

    source: Source
    nodes: list[ast.AST]
    first: int
    last: int

    def start(self, node: ast.AST) -> int:
        assert isinstance(node, (ast.expr, ast.stmt, ast.alias, ast.keyword, ast.arg))
        return self.source.offset(node.lineno, node.col_offset)

    def end(self, node: ast.AST) -> int:
        assert isinstance(node, (ast.expr, ast.stmt, ast.alias, ast.keyword, ast.arg))
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.source.offset(node.end_lineno, node.end_col_offset)

    def segment(self, node: ast.AST) -> str:
        return self.source.text[self.start(node) : self.end(node)]

    def replace(self, node: ast.AST, text: str) -> Change:
        return (Splice(self.start(node), self.end(node), text),)

    def between(
        self, left: ast.AST, right: ast.AST, words: tuple[str, str]
    ) -> Iterator[Change]:
        """Replace an operator between two nodes."""
        start, pattern = self.end(left), words[0]
        pattern = re.escape(pattern) if not pattern[0].isalpha() else rf"\b{pattern}\b"
        found = re.search(pattern, self.source.text[start : self.start(right)])
        if found:
            yield (Splice(start + found.start(), start + found.end(), words[1]),)

    def lines_of(self, node: ast.stmt) -> tuple[int, int] | None:
        """The offsets of a statement's lines, None where it shares them."""
        start, end = self.start(node), self.end(node)
        line, close = self.source.line_start(start), self.source.line_end(end)
        before, after = self.source.text[line:start], self.source.text[end:close]
        if before.strip() or (after.strip() and not after.strip().startswith("#")):
            return None
        return line, close

    @cached_property
    def of_f_strings(self) -> frozenset[ast.AST]:
        """Nodes inside f-strings, whose positions older Pythons do not know."""
        return frozenset(
            inner
            for node in self.nodes
            if isinstance(node, ast.JoinedStr)
            for inner in ast.walk(node)
        )

    def of(self, *kinds: type) -> Iterator[ast.AST]:
        for node in self.nodes:
            if isinstance(node, kinds) and node not in self.of_f_strings:
                yield node

    def blocks(self) -> Iterator[tuple[ast.AST, list[ast.stmt]]]:
        for node in self.nodes:
            for part in ("body", "orelse", "finalbody"):
                block = getattr(node, part, None)
                if isinstance(block, list) and block:
                    yield node, block
