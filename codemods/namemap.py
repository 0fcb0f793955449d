"""Many migrations as one map: from old names to where they live now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.composition import compose, in_release_order
from codemods.migration import Migration, Name
from codemods.prefilter import Prefilter

__all__ = ["Moved", "NameMap", "Removed", "Unsupported", "in_release_order"]


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


@dataclass(frozen=True, slots=True, order=True)
class Unsupported:
    """A declared change that `rehome apply` does not make yet, and where it stands."""

    migration: str
    place: str
    table: str
    what: str


@dataclass(frozen=True, eq=False)
class NameMap:
    """Where each old name lives now, over all the composed migrations.

    Make one with `compose`. Nothing changes it, and it can be pickled. Two maps
    are equal only if they are the same object, so that a map is a quick key.
    """

    moves: tuple[Moved, ...]
    removals: tuple[Removed, ...]
    unsupported: tuple[Unsupported, ...]

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
        unsupported = (
            each for migration in ordered for each in _unsupported(migration)
        )
        return cls(tuple(sorted(moves)), tuple(sorted(removals)), tuple(unsupported))

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
        """The top-level packages of the old names."""
        return frozenset(name.top for name in self.old_names)

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
        return Prefilter(self.old_names)

    def __reduce__(self) -> tuple[object, ...]:
        """Send the facts only: the tables are quickly made again."""
        return type(self), (self.moves, self.removals, self.unsupported)


def _unsupported(migration: Migration) -> Iterator[Unsupported]:
    for index, rehome in enumerate(migration.rehomes):
        place = migration.place_of("rehome", index)
        what = f"{rehome.old} to {rehome.new}"
        yield Unsupported(migration.id, place, "rehome", what)
    for index, fold in enumerate(migration.folds):
        place = migration.place_of("fold", index)
        what = f"{fold.pattern} to {fold.new}"
        yield Unsupported(migration.id, place, "fold", what)
