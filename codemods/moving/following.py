"""What goes with a definition: private helpers and platform branches.

The rule: a piece of the source's top level goes along where everything that uses it
goes to the same target, all its names are private, and no other file takes one of
them. A branch that only imports, and constants that say what was found, goes along
under the same condition, whatever its names; where others use it as well it is
repeated in the target; so is `logger = logging.getLogger(__name__)`, if a person
allows that. Everything else stays, and the target imports it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.moving.module import ModuleText, is_import_branch, is_types_block
from codemods.moving.pieces import Piece
from codemods.moving.request import Request, Why
from codemods.moving.selfish import is_own_logger, reads_own_name

_MOVABLE = (
    ast.Assign,
    ast.AnnAssign,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


@dataclass(frozen=True)
class Following:
    """Which pieces go where. `gone` maps each that leaves the source to its target,
    `repeated` has those that a target gets and the source keeps.
    """

    gone: dict[Piece, str]
    repeated: dict[str, set[Piece]]

    def to(self, target: str) -> list[Piece]:
        """What a target gets, in the order of the source."""
        pieces = {piece for piece, where in self.gone.items() if where == target}
        return sorted(pieces | self.repeated.get(target, set()), key=lambda p: p.first)


def follow(request: Request) -> Following:
    """Decide for every piece of the source."""
    source = request.source
    gone = {
        bound.piece: target
        for name, target in request.moves.items()
        for bound in source.bound.get(name, ())
        if not bound.rebinds
    }
    repeated: dict[str, set[Piece]] = {}
    for target in sorted(set(gone.values())):
        chosen = {piece for piece, where in gone.items() if where == target}
        reached = set(_reached(source, chosen, set(gone)))
        along = _only_used_there(request, chosen, reached)
        gone |= dict.fromkeys(along, target)
        repeated[target] = {
            piece
            for piece in _reached(source, chosen | along, set(gone))
            if _may_repeat(request, piece) and _is_needed(source, piece, chosen | along)
        }
    return Following(gone, repeated)


def _may_repeat(request: Request, piece: Piece) -> bool:
    """Whether it does the same wherever it stands, or is allowed not to."""
    if Why.MODULE_NAME in request.allowed and is_own_logger(piece):
        return True
    return is_import_branch(piece.node) and not is_types_block(piece.node)


def _is_needed(source: ModuleText, piece: Piece, users: set[Piece]) -> bool:
    return any(source.users.get(name, set()) & users for name in source.names_of(piece))


def _reached(
    source: ModuleText, chosen: set[Piece], taken: set[Piece]
) -> Iterator[Piece]:
    """The pieces that the chosen ones use, and those that these use."""
    todo, seen = list(chosen), set(taken)
    while todo:
        for use in source.uses_in(todo.pop()):
            for bound in source.bound.get(use.name, ()):
                piece = bound.piece
                if piece in seen or piece.is_import or is_types_block(piece.node):
                    continue
                seen.add(piece)
                todo.append(piece)
                yield piece


def _only_used_there(
    request: Request, chosen: set[Piece], reached: set[Piece]
) -> set[Piece]:
    """Of what is reached, the largest part that nothing else uses."""
    along = {piece for piece in reached if _may_follow(request, piece)}
    while True:
        inside = chosen | along
        kept = {
            piece
            for piece in along
            if all(
                request.source.users.get(name, set()) <= inside | {piece}
                for name in request.source.names_of(piece)
            )
        }
        if kept == along:
            return along
        along = kept


def _may_follow(request: Request, piece: Piece) -> bool:
    source = request.source
    names = source.names_of(piece)
    if not names or reads_own_name(source, piece):
        return False
    if not is_import_branch(piece.node):
        if not all(name.startswith("_") and not _is_special(name) for name in names):
            return False
        if not isinstance(piece.node, _MOVABLE):
            return False
    if any(len({b.piece for b in source.bound[name]}) > 1 for name in names):
        return False
    world = request.world
    return not any(world.is_used(n) or world.is_assigned(n) for n in names)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
