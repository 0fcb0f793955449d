"""What each changed file lost and what it has new, at a first look at its text.

Quick, one file at a time and in as many processes as there are: what follows looks
closely, and only at files in which there is something to find.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from codemods.source import SourceError
from verify.inferring.usage import NO_USAGE, Usage, usage_of
from verify.movement.definitions import CLASS, Definition, Module, parse_module
from verify.movement.prints import Side
from verify.surface.flow import Reference
from verify.surface.modules import MAX_BYTES
from verify.surface.modules import Module as Surface

# Below this many characters, without layout, equal code says nothing.
_TELLING = 80


@dataclass(frozen=True, slots=True)
class Task:
    """A file as it was and as it is, None where it is not there."""

    path: str
    name: str
    old: bytes | None
    new: bytes | None


@dataclass(frozen=True, slots=True)
class Outline:
    """What became of one file.

    `lost` and `fresh` are the definitions that only one side has, with members as
    `Class.member`; `bodies` tells of them, by a hash that does not depend on their
    names. `loses` tells whether any name can be gone, imports among them. `dropped` are
    the names that only the old text imports, as `module:name`, `taken` those that only
    the new one does; `before` and `after` are how attributes are used on each side. Of
    one that is nested too deeply to be followed nothing is known.
    """

    path: str
    lost: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    lost_bodies: frozenset[bytes] = frozenset()
    fresh_bodies: frozenset[bytes] = frozenset()
    loses: bool = False
    dropped: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    before: Usage = NO_USAGE
    after: Usage = NO_USAGE
    is_too_deep: bool = False


def outline_of(task: Task) -> Outline:
    """Look at one file. Never raises for what is in it."""
    try:
        return _outline_of(task)
    except SourceError:
        return Outline(task.path, loses=True)
    except RecursionError:
        return Outline(task.path, is_too_deep=True)


def _outline_of(task: Task) -> Outline:
    old = _Look(task, task.old) if task.old is not None else None
    new = _Look(task, task.new) if task.new is not None else None
    sides = (old, new)
    before, after = (side.defined if side else frozenset() for side in sides)
    lost, fresh = before - after, after - before
    loses = old is not None and (
        new is None or old.hides != new.hides or not old.names <= new.names
    )
    imported = [side.imported if side else frozenset() for side in sides]
    return Outline(
        task.path,
        lost,
        fresh,
        old.bodies(lost) if old else frozenset(),
        new.bodies(fresh) if new else frozenset(),
        loses,
        imported[0] - imported[1],
        imported[1] - imported[0],
        old.usage if old else NO_USAGE,
        new.usage if new else NO_USAGE,
    )


class _Look:
    """One side of a file."""

    def __init__(self, task: Task, data: bytes) -> None:
        if len(data) > MAX_BYTES:
            raise SourceError("it is too large", line=1, column=1, decoded=True)
        self.module: Module = parse_module(task.path, task.name, data)
        tree = self.module.tree
        self.surface = Surface(task.path, task.name, tree, data)
        self.side = Side({task.path: self.module})
        self.usage, self._imports = usage_of(tree)
        self.defined = frozenset(self._defined())
        lazy = self.surface.lazy.names
        self.names = self.defined | self.surface.state.names.keys() | lazy.keys()

    @property
    def hides(self) -> tuple[object, ...]:
        """What may give out more than the names that the text binds."""
        state = self.surface.state
        weak = frozenset(name for name, bound in state.names.items() if not bound.sure)
        return (
            self.surface.exports,
            self.surface.hidden,
            frozenset(self.surface.lazy.names),
            frozenset(state.stars),
            weak,
        )

    def _defined(self) -> Iterator[str]:
        for definition in self.module.definitions:
            if "<" not in definition.qualified:
                yield definition.qualified
            if definition.kind == CLASS:
                yield from _declared(definition)

    @property
    def imported(self) -> frozenset[str]:
        """The names that it imports from modules, wherever it does so."""
        return frozenset(
            f"{module}:{alias.name}"
            for node in self._imports
            for module in [self.surface.absolute(_source(node))]
            for alias in node.names
        )

    def bodies(self, names: frozenset[str]) -> frozenset[bytes]:
        found = set()
        for definition in self.module.definitions:
            if definition.qualified in names:
                text = self.side.squeezed(definition)
                if len(text) >= _TELLING:
                    found.add(blake2b(text.encode("utf-8", "replace")).digest())
        return frozenset(found)


def _source(node: ast.ImportFrom) -> Reference:
    return Reference(node.module or "", node.level)


def _declared(definition: Definition) -> Iterator[str]:
    """The members that a class binds or declares by assignments."""
    for statement in definition.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield f"{definition.qualified}.{target.id}"
