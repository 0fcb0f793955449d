"""Where names and attributes stand in the text, inside f-strings too.

Before Python 3.12 `ast` gives nothing inside an f-string a usable position. There
a chain is looked for by its names: all chains of one f-string that are spelt the
same must get the same new spelling, or it is not known which is which. LibCST is
asked last, for most runs have loaded none of it.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from codemods.draft import Draft
from codemods.fstrings import Chain, chains_in
from codemods.rehoming.tree import File

_Spelt = tuple[str, tuple[str, ...]]


class NotFound(Exception):
    """A name whose place in the text cannot be told."""


@dataclass(eq=False)
class Speller:
    """Places of names in one file. `replace_name` and `replace_attribute` return
    the replacement, which the caller applies when all of them are known.
    """

    draft: Draft
    file: File
    _chains: dict[tuple[ast.JoinedStr, str], list[Chain] | None] = field(
        default_factory=dict
    )

    def name(self, node: ast.Name) -> list[tuple[int, int]]:
        """Every span of a name: one, or all of its like in an f-string."""
        carrier = self.file.f_string_around(node)
        if carrier is None:
            start = self.draft.source.start(node)
            return [self._checked(start, start + len(node.id), node.id)]
        spans = []
        for chain in self._like(carrier, self._chain_around(node)):
            start = self.draft.source.start(carrier) + chain.start
            spans.append(self._checked(start, start + len(node.id), node.id))
        return spans

    def attribute(self, node: ast.Attribute) -> list[tuple[int, int]]:
        """Every span of the last name of an attribute chain."""
        carrier = self.file.f_string_around(node)
        if carrier is None:
            end = self.draft.source.end(node)
            return [self._checked(end - len(node.attr), end, node.attr)]
        depth = 0
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            depth += 1
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise NotFound
        spans = []
        for chain in self._like(carrier, self._chain_around(inner)):
            end = self.draft.source.start(carrier) + chain.ends[depth]
            spans.append(self._checked(end - len(node.attr), end, node.attr))
        return spans

    def literal(self, node: ast.expr, value: str) -> list[tuple[int, int]]:
        """The span of a string's text inside its quotes."""
        if self.file.f_string_around(node) is not None:
            raise NotFound
        segment = self.draft.source.segment(node)
        if segment.count(value) != 1 or len(segment) != len(value) + 2:
            raise NotFound
        start = self.draft.source.start(node) + 1
        return [(start, start + len(value))]

    def like(self, node: ast.Name) -> list[ast.Name]:
        """The names that share the replacements of one: those in its f-string that
        begin a chain spelt the same.
        """
        carrier = self.file.f_string_around(node)
        if carrier is None:
            return [node]
        return self._same(carrier, self._chain_around(node))

    def _chain_around(self, node: ast.Name) -> _Spelt:
        attributes: list[str] = []
        at: ast.AST = self.file.parents[node]
        inner: ast.AST = node
        while isinstance(at, ast.Attribute) and at.value is inner:
            attributes.append(at.attr)
            inner, at = at, self.file.parents[at]
        return node.id, tuple(attributes)

    def _like(self, carrier: ast.JoinedStr, spelt: _Spelt) -> list[Chain]:
        name, attributes = spelt
        count = len(self._same(carrier, spelt))
        segment = self.draft.source.segment(carrier)
        plain = _plain_chains(segment, spelt, count)
        if plain is not None:
            return plain
        key = carrier, name
        if key not in self._chains:
            self._chains[key] = chains_in(segment, name)
        chains = self._chains[key]
        if chains is None:
            raise NotFound
        found = [chain for chain in chains if chain.attributes == attributes]
        if len(found) != count:
            raise NotFound
        return found

    def _same(self, carrier: ast.JoinedStr, spelt: _Spelt) -> list[ast.Name]:
        return [
            node
            for node in ast.walk(carrier)
            if isinstance(node, ast.Name) and self._chain_around(node) == spelt
        ]

    def _checked(self, start: int, end: int, name: str) -> tuple[int, int]:
        if self.draft.source.text[start:end] != name:
            raise NotFound
        return start, end


def _plain_chains(segment: str, spelt: _Spelt, count: int) -> list[Chain] | None:
    """The chains of a spelling in an f-string, found by their text.

    None unless there are `count` of them. Each must be code: with another name put
    in its place, there is such a name where there was the chain.
    """
    name, attributes = spelt
    links = "".join(rf"\s*\.\s*{re.escape(each)}()" for each in attributes)
    ahead, behind = r"(?<![\w.])", r"(?!\w|\s*\.\s*\w)"
    found = list(re.finditer(rf"{ahead}{re.escape(name)}(){links}{behind}", segment))
    if len(found) != count:
        return None
    marked, mark = segment, f"{name}_"
    while mark in segment:
        mark += "_"
    for match in reversed(found):
        marked = marked[: match.start()] + mark + marked[match.end(1) :]
    try:
        tree = ast.parse(f"({marked}\n)")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == mark]
    if len(names) != count:
        return None
    groups = range(1, len(attributes) + 2)
    return [
        Chain(attributes, match.start(), tuple(match.end(g) for g in groups))
        for match in found
    ]
