"""Things that are on both sides, but in another order, where that can matter.

Inside functions the order is part of what is compared. In the body of a module or
class definitions may change places, as long as nothing can tell.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from verify.movement.aligning import rising
from verify.movement.atoms import COMMENT, PLACE, Atom
from verify.movement.definitions import CLASS, FILE, Definition
from verify.movement.effects import (
    Effects,
    can_matter,
    effects_of,
    puts_off_annotations,
)
from verify.movement.matching import Matches

_BODIES = (FILE, CLASS)


@dataclass(frozen=True, eq=False)
class Item:
    """A thing in a body at base and at head: lines of each, and what it does."""

    old: range
    new: range
    nodes: tuple[ast.AST, ...]
    name: str
    is_import: bool


@dataclass(frozen=True, eq=False)
class Displaced:
    """A thing that changed its order beside another one, and that can matter."""

    old_body: Definition
    new_body: Definition
    item: Item
    beside: Item


def displaced(matches: Matches, partners: dict[Atom, Atom]) -> Iterator[Displaced]:
    """Every thing that stands before another one on one side only, where it can
    tell.
    """
    for (old_body, new_body), items in _by_body(matches, partners).items():
        items.sort(key=lambda item: item.old.start)
        places = [(i, item.new.start) for i, item in enumerate(items)]
        kept = {i for i, _ in rising(places)}
        if len(kept) == len(items):
            continue
        defined = frozenset(item.name for item in items if item.name)
        lazy = all(puts_off_annotations(_file(b)) for b in (old_body, new_body))
        known = [effects_of(item.nodes, lazy=lazy) for item in items]
        for i, item in enumerate(items):
            if i in kept:
                continue
            beside = _first_crossed(i, items, known, defined)
            if beside is not None:
                yield Displaced(old_body, new_body, item, beside)


def _first_crossed(
    index: int, items: list[Item], known: list[Effects], defined: frozenset[str]
) -> Item | None:
    item = items[index]
    for other, effects in zip(items, known, strict=True):
        before = other.old.start < item.old.start, other.new.start < item.new.start
        if other is item or before[0] is before[1]:
            continue
        if item.is_import and other.is_import:
            continue  # which is how imports are sorted
        if can_matter(known[index], effects, defined):
            return other
    return None


def _by_body(
    matches: Matches, partners: dict[Atom, Atom]
) -> dict[tuple[Definition, Definition], list[Item]]:
    found: dict[tuple[Definition, Definition], list[Item]] = defaultdict(list)
    for old, new in matches.of_old.items():
        if old.parent is None or new.parent is None:
            continue
        if old.parent.kind in _BODIES and new.parent.kind in _BODIES:
            found[old.parent, new.parent].append(
                Item(_lines(old), _lines(new), (old.node,), old.name, False)
            )
    for old_atom, new_atom in partners.items():
        if old_atom.owner not in matches.of_old and old_atom.owner.kind != FILE:
            continue
        if old_atom.owner.kind in _BODIES and _is_step(old_atom):
            body = old_atom.owner, new_atom.owner
            nodes = tuple(map(_own, old_atom.nodes))
            found[body].append(
                Item(old_atom.lines, new_atom.lines, nodes, "", old_atom.is_import)
            )
    return found


def _is_step(atom: Atom) -> bool:
    return atom.kind not in (COMMENT, PLACE) and not atom.is_own_head


def _own(node: ast.AST) -> ast.AST:
    """What of a compound statement is run before its blocks."""
    parts = [getattr(node, name, None) for name in ("test", "iter", "subject")]
    if not hasattr(node, "body"):
        return node
    return ast.Tuple([part for part in parts if isinstance(part, ast.expr)], ast.Load())


def _file(definition: Definition) -> ast.AST:
    while definition.parent is not None:
        definition = definition.parent
    return definition.node


def _lines(definition: Definition) -> range:
    return range(definition.first, definition.last + 1)
