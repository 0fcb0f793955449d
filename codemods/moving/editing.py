"""Imports and pieces taken out of a text, and imports put in."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence

from codemods.draft import Entry
from codemods.hoisting import with_imports
from codemods.home import ModuleHome
from codemods.layout import Statement
from codemods.moving.module import ModuleText, is_types_block
from codemods.moving.needing import Need
from codemods.moving.pieces import Piece
from codemods.reshape import indented
from codemods.sorting import ImportSorter
from codemods.source import Source, Splice, splice

_WIDTH = 88
_TYPES = Need(Entry("typing", "TYPE_CHECKING"))


def without(
    module: ModuleText,
    pieces: Collection[Piece],
    aliases: Collection[ast.alias],
    sorter: ImportSorter | None,
    more: Sequence[Splice] = (),
) -> str:
    """The text less some pieces and some imported names; `more` is applied, too."""
    width = sorter.line_length if sorter is not None else _WIDTH
    gone = set(pieces)
    splices: list[Splice] = list(more)
    for piece in module.pieces:
        if piece in gone:
            continue
        for node in _imports_in(piece):
            leaving = {i for i, a in enumerate(node.names) if a in aliases}
            if len(leaving) == len(node.names):
                if piece.is_import:
                    gone.add(piece)
                else:
                    splices.append(_whole_lines(module.source, node))
            elif leaving:
                splices.append(_shorter(module.source, node, leaving, width))
    return splice(module.source.text, [*splices, *_removed(module, gone)])


def _imports_in(piece: Piece) -> Iterator[ast.Import | ast.ImportFrom]:
    nodes: Sequence[ast.stmt] = piece.nodes if len(piece.nodes) == 1 else ()
    if isinstance(piece.node, ast.If) and is_types_block(piece.node):
        nodes = piece.node.body
    yield from (n for n in nodes if isinstance(n, (ast.Import, ast.ImportFrom)))


def _whole_lines(source: Source, node: ast.stmt) -> Splice:
    start = source.line_start(source.start(node))
    return Splice(start, source.line_end(source.end(node)), "")


def _shorter(
    source: Source, node: ast.Import | ast.ImportFrom, leaving: set[int], width: int
) -> Splice:
    start = source.start(node)
    whole = source.line_start(start)
    indent = source.text[whole:start]
    end = source.line_end(source.end(node))
    text = source.text[start:end]
    body = text.rstrip("\r\n")
    lines = re.split(r"\r\n|\r|\n", body)
    lines = [lines[0], *(line.removeprefix(indent) for line in lines[1:])]
    statement = Statement.parse("\n".join(lines)).without(leaving)
    new = indented(statement.fitted(width - len(indent)).code, indent)
    newline = source.newline_at(start)
    return Splice(whole, whole + len(indent + body), new.replace("\n", newline))


def _removed(module: ModuleText, gone: Collection[Piece]) -> Iterator[Splice]:
    """Whole pieces less the empty lines around them; the wider gap is left."""
    source, pieces = module.source, module.pieces
    at = 0
    while at < len(pieces):
        last = at
        gap = 0
        while last < len(pieces) and pieces[last] in gone:
            gap = max(gap, pieces[last].gap)
            last += 1
        if last > at:
            before = pieces[at - 1] if at else None
            after = pieces[last] if last < len(pieces) else None
            yield _cut(source, before, after, max(gap, after.gap if after else 0))
        at = max(last, at + 1)


def _cut(source: Source, before: Piece | None, after: Piece | None, gap: int) -> Splice:
    start = 0 if before is None else source.line_end(source.offset(before.last, 0))
    end = len(source.text) if after is None else source.offset(after.first, 0)
    if before is None or after is None:
        gap = 0
    return Splice(start, end, source.newline_at(0) * gap)


def with_needs(
    text: str, needs: Sequence[Need], home: ModuleHome, sorter: ImportSorter | None
) -> str:
    """The text with imports added to its top and to its `if TYPE_CHECKING:`.

    Raises ValueError where that is not possible.
    """
    plain = [need for need in needs if not need.for_types]
    types = [need for need in needs if need.for_types]
    tree = ast.parse(text)
    block = next((n for n in tree.body if is_types_block(n)), None)
    if types and block is None and _TYPES not in plain:
        plain.append(_TYPES)
    if types and isinstance(block, ast.If):
        text = _into_block(text, block, types, home, sorter)
    pairs = [(need.entry, need.comment) for need in plain]
    source = Source(text, "utf-8", b"")
    text = with_imports(source, source.parse(), pairs, home, sorter)
    if types and block is None:
        text = _with_block(text, types, home, sorter)
    return text


def _into_block(
    text: str,
    block: ast.If,
    types: Sequence[Need],
    home: ModuleHome,
    sorter: ImportSorter | None,
) -> str:
    source = Source(text, "utf-8", b"")
    first, last = block.body[0], block.body[-1]
    start = source.line_start(source.start(first))
    end = source.line_end(source.end(last))
    indent = source.text[start : source.start(first)]
    if indent.strip():
        raise ValueError("`if TYPE_CHECKING:` is written on one line")
    body = "".join(
        line.removeprefix(indent) for line in text[start:end].splitlines(keepends=True)
    )
    inner = Source(body, "utf-8", b"")
    pairs = [(need.entry, need.comment) for need in types]
    new = with_imports(inner, ast.parse(body), pairs, home, sorter)
    return splice(text, [Splice(start, end, indented(new, indent))])


def _with_block(
    text: str, types: Sequence[Need], home: ModuleHome, sorter: ImportSorter | None
) -> str:
    source = Source(text, "utf-8", b"")
    pairs = [(need.entry, need.comment) for need in types]
    empty = Source("", "utf-8", b"")
    inner = with_imports(empty, ast.parse(""), pairs, home, sorter)
    line = last_import_line(ast.parse(text))
    at = source.line_end(source.offset(line, 0))
    newline = source.newline_at(0)
    lines = f"\nif TYPE_CHECKING:\n{indented(inner, '    ')}"
    return splice(text, [Splice(at, at, lines.replace("\n", newline))])


def last_import_line(tree: ast.Module) -> int:
    """The last line of the imports at the top of a module, or of its docstring."""
    line = 0
    for node in tree.body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (is_text and not line):
            line = node.end_lineno or node.lineno
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            break
    return line
