"""Heads of functions whose code moved on and that kept their place and signature.

What is there now hands over to the code in its new place. Its lines are new, but
for the head: that is the same line in the same place, and callers see no difference.
"""

from __future__ import annotations

from verify.movement.atoms import Atom
from verify.movement.definitions import CLASS, FILE, Definition
from verify.movement.matching import Matches
from verify.movement.prints import Side
from verify.movement.settling import Settling


def settle_delegates(
    sides: tuple[Side, Side], matches: Matches, settling: Settling
) -> None:
    """Account for the heads that are the same on both sides, one for one."""
    new = {
        (each.path, each.qualified): each
        for module in sides[1].modules.values()
        for each in module.definitions
        if _is_function(each)
    }
    for old, moved in matches.of_old.items():
        path = matches.files.get(old.path)
        if path is None or not _is_function(old):
            continue
        there = new.get((path, old.qualified))
        if there is None or there is moved or there in matches:
            continue
        if old.guards == there.guards and _is_alone(old, sides[0]):
            _settle(_heads(old, sides[0]), _heads(there, sides[1]), settling)


def _settle(old: list[Atom], new: list[Atom], settling: Settling) -> None:
    """The last of them is what has the name and parameters, above it decorators."""
    if [_told(atom) for atom in old] != [_told(atom) for atom in new]:
        return
    for a, b in zip(old, new, strict=True):
        if not settling.are_whole(a, b):
            return
    for a, b in zip(old, new, strict=True):
        settling.books[0].settle_atom(a, "same")
        settling.books[1].settle_atom(b, "same")


def _told(atom: Atom) -> tuple[object, ...]:
    return atom.column, atom.text, atom.key


def _heads(definition: Definition, side: Side) -> list[Atom]:
    """The decorators and the head."""
    atoms = side.atoms(definition)
    last = next((i for i, atom in enumerate(atoms) if atom.is_own_head), None)
    return [] if last is None else [a for a in atoms[: last + 1] if a.nodes]


def _is_function(definition: Definition) -> bool:
    parent = definition.parent
    return hasattr(definition.node, "args") and (
        parent is not None and parent.kind in (FILE, CLASS)
    )


def _is_alone(definition: Definition, side: Side) -> bool:
    """Whether nothing else in the file has the same name."""
    every = side.module(definition).definitions
    return [d.qualified for d in every].count(definition.qualified) == 1
