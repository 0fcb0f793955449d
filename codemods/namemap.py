"""Many migrations as one map: from old names to where they live now."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.composition import compose, in_release_order, transferred
from codemods.folding.composing import Folded, FoldsClash, compose_folds
from codemods.migration import Migration, MigrationError, Name
from codemods.past import is_binary
from codemods.prefilter import Prefilter
from codemods.rehoming.attributes import Rehomed, compose_rehomes

__all__ = ["Moved", "NameMap", "Removed", "in_release_order"]


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """An old name, its new one, and what a path has beyond the old name.

    `migration` is the id of the migration that speaks of the old name.
    """

    old: Name
    new: Name
    rest: tuple[str, ...] = ()
    migration: str = ""

    @property
    def path(self) -> str:
        """The new dotted path, with what follows the name."""
        return ".".join((self.new.dotted, *self.rest))


@dataclass(frozen=True, slots=True, order=True)
class Removed:
    """A name that is gone, what to use instead, and what a path has beyond it."""

    name: Name
    instead: str
    rest: tuple[str, ...] = ()
    migration: str = ""


@dataclass(frozen=True, eq=False)
class NameMap:
    """Where each old name lives now, over all the composed migrations.

    Make one with `compose`. Nothing changes it, and it can be pickled. Two maps
    are equal only if they are the same object, so that a map is a quick key.
    """

    moves: tuple[Moved, ...]
    removals: tuple[Removed, ...]
    folds: tuple[Folded, ...] = ()
    rehomed: tuple[Rehomed, ...] = ()

    @classmethod
    def compose(cls, migrations: Iterable[Migration]) -> NameMap:
        """Compose migrations in the order of their releases, then of their ids.

        Raises `MigrationError`, which names both places, when they contradict
        each other or themselves.
        """
        ordered, changes = compose(migrations)
        moves = [
            Moved(change.old, change.new, (), change.migration)
            for change in changes
            if change.new is not None
        ]
        removals = [
            Removed(change.old, change.instead, (), change.migration)
            for change in changes
            if change.new is None
        ]
        names = cls(tuple(sorted(moves)), tuple(sorted(removals)))
        try:
            folds = compose_folds(ordered, names.current, names.former)
        except FoldsClash as clash:
            raise MigrationError(f"{clash.place}: {clash}") from None
        return replace(names, folds=folds, rehomed=compose_rehomes(ordered))

    def current(self, name: Name) -> Name | None:
        """Where a name lives now, None for one that is gone."""
        hit = self.resolve(name.dotted)
        if isinstance(hit, Moved):
            symbol = ".".join(filter(None, (hit.new.symbol, *hit.rest)))
            return Name(hit.new.module, symbol)
        return None if isinstance(hit, Removed) else name

    def former(self, name: Name) -> Iterator[Name]:
        """The names that something had before it came to have this one."""
        for move in self.moves:
            before = transferred(name, move.new, move.old)
            if before is not None:
                yield before

    def resolve(self, dotted: str) -> Moved | Removed | None:
        """What became of a dotted path: the longest old name that it begins with.

        None when no old name does. Resolving the path of a move never gives
        another move: a path that an old name takes to where another old name was
        is None as well, for only its author knows which of the two it means.
        """
        found = self._longest(dotted)
        if isinstance(found, Moved) and self._longest(found.path):
            return None
        return found

    def _longest(self, dotted: str) -> Moved | Removed | None:
        head = dotted
        while head:
            known = self._by_path.get(head)
            if known is not None:
                rest = dotted[len(head) + 1 :]
                return replace(known, rest=tuple(rest.split("."))) if rest else known
            head = head.rpartition(".")[0]
        return None

    def lost(self, module: str) -> tuple[Name, ...]:
        """The symbols and members that were in exactly this module and left it."""
        return self._lost.get(module, ())

    def leads_to_move(self, dotted: str) -> bool:
        """Whether an old name is this path, or lies under it."""
        return dotted in self._ancestors

    def relevant(self, data: bytes) -> bool:
        """Whether a file with these bytes can have a call site or a finding.

        Quick, and True rather than wrong: see `codemods.prefilter`.
        """
        return self._prefilter.matches(data)

    def mentioned(self, data: bytes) -> bool:
        """Whether a text with these bytes, which is no Python, can name an old name.

        True rather than wrong, as `relevant` is. False for what is binary.
        """
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            data = data.decode("utf-16", "replace").encode("utf-8", "replace")
        if not any(package in data for package in self._tops):
            return False
        if not self.relevant(data) and not any(p in data for p in self._file_paths):
            return False
        return not is_binary(data)

    @cached_property
    def _tops(self) -> tuple[bytes, ...]:
        return tuple(package.encode() for package in sorted(self.packages))

    @cached_property
    def _file_paths(self) -> tuple[bytes, ...]:
        modules = (name.module for name in self.old_names if name.is_module)
        return tuple(module.replace(".", "/").encode() for module in modules)

    @cached_property
    def old_names(self) -> tuple[Name, ...]:
        """Every name that moved or is gone."""
        return tuple(sorted(name for name, _ in self._known()))

    @cached_property
    def old_modules(self) -> frozenset[str]:
        """Modules that moved, are gone, or lost a name."""
        return frozenset(name.module for name in self.old_names)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level packages of the names that code can have."""
        names = (*self.old_names, *self.folded_functions)
        return frozenset(name.top for name in names)

    @cached_property
    def folds_of(self) -> dict[str, tuple[Folded, ...]]:
        """The folds by the dotted path of the function that they are of."""
        found: dict[str, list[Folded]] = {}
        for fold in self.folds:
            for name in fold.functions:
                found.setdefault(name.dotted, []).append(fold)
        return {path: tuple(folds) for path, folds in found.items()}

    @cached_property
    def folded_functions(self) -> tuple[Name, ...]:
        """Every name of a function in a fold's pattern."""
        return tuple(sorted({name for fold in self.folds for name in fold.functions}))

    @cached_property
    def members(self) -> tuple[Moved, ...]:
        """The moves of what lies inside a class."""
        return tuple(move for move in self.moves if move.old.is_member)

    def _known(self) -> Iterator[tuple[Name, Moved | Removed]]:
        yield from ((move.old, move) for move in self.moves)
        yield from ((removed.name, removed) for removed in self.removals)

    @cached_property
    def _by_path(self) -> dict[str, Moved | Removed]:
        return {name.dotted: what for name, what in self._known()}

    @cached_property
    def _lost(self) -> dict[str, tuple[Name, ...]]:
        lost: dict[str, list[Name]] = {}
        for name in self.old_names:
            if not name.is_module:
                lost.setdefault(name.module, []).append(name)
        return {module: tuple(names) for module, names in lost.items()}

    @cached_property
    def _ancestors(self) -> frozenset[str]:
        return frozenset(
            path for name in self.old_names for path in (name.dotted, *name.ancestors)
        )

    @cached_property
    def _prefilter(self) -> Prefilter:
        return Prefilter(self.old_names, self.folded_functions, self.rehomed)

    def __reduce__(self) -> tuple[object, ...]:
        """Send the facts only: the tables are quickly made again."""
        facts = (self.moves, self.removals, self.folds, self.rehomed)
        return type(self), facts
