"""Where attribute chains stand inside an f-string, on every version of Python.

Before Python 3.12 `ast` gives the nodes inside an f-string no usable position;
LibCST does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider


@dataclass(frozen=True, slots=True)
class Chain:
    """A name with its attributes; offsets into the text of the f-string.

    `ends[k]` is where the k-th attribute ends, `ends[0]` where the name does.
    """

    attributes: tuple[str, ...]
    start: int
    ends: tuple[int, ...]


def chains_in(segment: str, name: str) -> list[Chain] | None:
    """The chains that begin with `name`, in order; None if the text is beyond us."""
    # In parentheses, so that a string in several pieces may span lines.
    text = re.sub(r"\r\n|\r", "\n", f"({segment}\n)")
    if len(text) != len(segment) + 3:
        return None
    try:
        module = cst.parse_module(text)
    except cst.ParserSyntaxError:
        return None
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    finder = _Finder(name)
    wrapper.visit(finder)
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1  # less the parenthesis

    return [
        Chain(
            attributes,
            offset(*places[0][0]),
            tuple(offset(*end) for _, end in places),
        )
        for attributes, places in finder.found
    ]


Point = tuple[int, int]


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.found: list[tuple[tuple[str, ...], list[tuple[Point, Point]]]] = []

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        chain: list[cst.Attribute | cst.Name] = []
        inner: cst.BaseExpression = node
        while isinstance(inner, cst.Attribute):
            chain.insert(0, inner)
            inner = inner.value
        if not isinstance(inner, cst.Name):
            return True
        if inner.value == self.name:
            self.record([inner, *chain])
        return False

    def visit_Name(self, node: cst.Name) -> None:
        if node.value == self.name:
            self.record([node])

    def visit_Arg(self, node: cst.Arg) -> bool:
        # `f(name=1)`: a keyword is no use of the name.
        node.value.visit(self)
        return False

    def record(self, chain: list[cst.Attribute | cst.Name]) -> None:
        attributes = tuple(n.attr.value for n in chain if isinstance(n, cst.Attribute))
        places = []
        for node in chain:
            where = self.get_metadata(PositionProvider, node)
            start, end = where.start, where.end
            places.append(((start.line, start.column), (end.line, end.column)))
        self.found.append((attributes, places))
