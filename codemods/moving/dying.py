"""The imports that the source needs no more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.moving.exporting import exported
from codemods.moving.following import Following
from codemods.moving.module import Bound, ModuleText, is_import_branch, is_types_block
from codemods.moving.needing import is_import, statement_of
from codemods.moving.pieces import Piece
from codemods.moving.request import Request

_KEEPS = re.compile(r"#.*\bnoqa\b|#.*\bpragma\b|#.*\bisort:|#.*\bunused", re.IGNORECASE)


def dying(request: Request, following: Following) -> tuple[set[ast.alias], set[Piece]]:
    """The aliases of imports, and the branches around imports, that go.

    Only what the moved code used, nothing that stays uses and no other file takes
    from the source. What was unused before stays: somebody wanted it there.
    """
    source = request.source
    left = {piece for piece in source.pieces if piece not in following.gone}
    gone_pieces = set(following.gone)
    aliases: set[ast.alias] = set()
    branches: set[Piece] = set()
    while True:
        used = _used_by(source, left - branches)
        was_used = _used_by(source, gone_pieces | branches)
        lost = {n for n in was_used - used if not _is_wanted(request, n)}
        more = {
            piece
            for target in following.repeated.values()
            for piece in target
            if piece not in branches
            and all(name in lost for name in source.names_of(piece))
        }
        found = {
            bound.alias
            for name in lost
            for bound in source.bound.get(name, ())
            if bound.alias is not None and _may_go(request, bound)
        }
        emptied = {
            piece
            for piece in left - branches
            if is_types_block(piece.node) and _aliases_of(piece) <= found
        }
        if found == aliases and not (more | emptied) - branches:
            return aliases, branches
        aliases = found
        branches |= more | emptied


def _aliases_of(piece: Piece) -> set[ast.alias]:
    node = piece.node
    assert isinstance(node, ast.If)
    imports = (n for n in node.body if isinstance(n, (ast.Import, ast.ImportFrom)))
    found = {alias for each in imports for alias in each.names}
    return found or {ast.alias("")}  # an empty block never goes


def _used_by(source: ModuleText, pieces: set[Piece]) -> set[str]:
    return {use.name for piece in pieces for use in source.uses_in(piece)}


def _is_wanted(request: Request, name: str) -> bool:
    source, world = request.source, request.world
    return name in exported(source) or world.is_used(name) or world.is_assigned(name)


def _may_go(request: Request, bound: Bound) -> bool:
    source = request.source
    if not is_import(bound) or len(bound.piece.nodes) != 1:
        return False
    if is_import_branch(bound.piece.node) and not bound.for_types:
        return False
    node, alias = statement_of(source, bound), bound.alias
    assert alias is not None
    if alias.asname == alias.name or alias.name == "*":
        return False
    if source.home.is_package and not bound.name.startswith("_"):
        return False  # what an `__init__` imports is there to be taken
    text = source.source.text
    comment = text[
        source.source.end(node) : source.source.line_end(source.source.end(node))
    ]
    if _KEEPS.search(comment) or (node.lineno > 1 and _has_comment_above(source, node)):
        return False
    return not any(map(request.world.has_effects, _loaded_by(source, node, alias)))


def _has_comment_above(source: ModuleText, node: ast.stmt) -> bool:
    line = source.lines[node.lineno - 2].lstrip()
    is_header = source.piece_at(node.lineno).first == node.lineno
    return line.startswith("#") and not (is_header and node in source.tree.body)


def _loaded_by(
    source: ModuleText, node: ast.Import | ast.ImportFrom, alias: ast.alias
) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield alias.name
        return
    base = source.base_of(node) or ""
    yield base
    yield f"{base}.{alias.name}"
