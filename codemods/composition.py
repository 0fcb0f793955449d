"""How migrations compose, one release after the other, and what they must not say.

A to B in one release and B to C in the next is A to C. A name inside a module
or class that moved earlier is followed under all the names that it had. What
cannot be followed without a guess is refused, with both places named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from codemods.migration import Migration, MigrationError
from codemods.name import Name


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one old name: a new name, or else what to use instead."""

    old: Name
    new: Name | None
    instead: str
    migration: str
    place: str

    @property
    def says(self) -> str:
        return f"{self.old} moves to {self.new}" if self.new else f"{self.old} is gone"

    def agrees_with(self, other: Change) -> bool:
        return self.new == other.new and self.instead == other.instead


_Changes = dict[str, Change]
"""Changes by the dotted path of their old name."""


def compose(
    migrations: Iterable[Migration],
) -> tuple[list[Migration], list[Change]]:
    """Each migration once, in the order of the releases, and what all of them say.

    Raises `MigrationError` for contradictions.
    """
    ordered = _in_order(migrations)
    steps = [_step(migration) for migration in ordered]
    for step in steps:  # each by itself, for a mistake in one is no clash of two
        _Composition().add(step)
    composition = _Composition()
    for step in steps:
        composition.add(step)
    return ordered, list(composition.now.values())


def in_release_order(migration: Migration) -> tuple[object, ...]:
    """The key to sort by: `since`, then the id, its numbers compared as numbers."""
    pieces = re.split(r"([0-9]+)", migration.id)
    return migration.version, [int(p) if p.isdecimal() else p for p in pieces]


def _in_order(migrations: Iterable[Migration]) -> list[Migration]:
    by_id: dict[str, Migration] = {}
    for migration in migrations:
        known = by_id.setdefault(migration.id, migration)
        if not known.declares_the_same(migration):
            raise MigrationError(
                f"{migration.file}: has the id {migration.id}, as {known.file} has,"
                " but says something else; give it an id of its own"
            )
    return sorted(by_id.values(), key=in_release_order)


def _changes(migration: Migration) -> Iterator[Change]:
    for index, move in enumerate(migration.moves):
        place = migration.place_of("move", index)
        yield Change(move.old, move.new, "", migration.id, place)
    for index, gone in enumerate(migration.removals):
        place = migration.place_of("removed", index)
        yield Change(gone.name, None, gone.instead, migration.id, place)


def _step(migration: Migration) -> _Changes:
    """One migration's changes; two of one name that differ are refused."""
    step: _Changes = {}
    for change in _changes(migration):
        known = step.setdefault(change.old.dotted, change)
        if known.old == change.old and not known.agrees_with(change):
            raise _contradiction(change, known, "keep one of them")
        if known.old != change.old:
            raise _two_kinds(change.old, change.place, known.old, known.place)
    return step


class _Composition:
    """All the migrations so far: `now` has every old name with what became of it,
    `_declared` has what the files say themselves."""

    def __init__(self) -> None:
        self.now: _Changes = {}
        self._declared: _Changes = {}
        self._kinds: dict[str, tuple[Name, str]] = {}

    def add(self, step: _Changes) -> None:
        """Take in the next migration. Raises `MigrationError` for contradictions."""
        before = dict(self.now)
        for change in step.values():
            self._check_kinds(change)
        for path, change in before.items():
            self.now[path] = _followed(change, step)
        self._reach_back(before, step)
        for path, change in step.items():
            if _begun_by(before, path) is None:
                self.now[path] = change
            else:
                self._check_agrees(before, step, change)
        self._declared = {**step, **self._declared}
        for change in step.values():
            self._check_target(change)
        self._check_stable()

    def _check_kinds(self, change: Change) -> None:
        """One path cannot be a module and a symbol."""
        for name in filter(None, (change.old, change.new)):
            known, place = self._kinds.setdefault(name.dotted, (name, change.place))
            if known != name:
                raise _two_kinds(name, change.place, known, place)

    def _reach_back(self, before: _Changes, step: _Changes) -> None:
        """Find what changes now under the names from before its module moved."""
        by_new = _by_new(before)
        for change in step.values():
            for path in change.old.ancestors:
                for earlier in by_new.get(path, ()):
                    oldest = transferred(change.old, earlier.new, earlier.old)
                    if oldest and _begun_by(before, oldest.dotted) is earlier:
                        self.now[oldest.dotted] = replace(change, old=oldest)

    def _check_agrees(self, before: _Changes, step: _Changes, change: Change) -> None:
        """Refuse a change of a name that an earlier migration took away."""
        path = change.old.dotted
        if path in self._declared and self._declared[path].agrees_with(change):
            return
        earlier = _begun_by(before, path)
        assert earlier is not None
        composed = _followed(_narrowed(earlier, change.old), step)
        if not composed.agrees_with(change):
            raise _contradiction(change, earlier, "keep one of them")

    def _check_target(self, change: Change) -> None:
        """Refuse a new name that is an old one: a second run would move it on."""
        if change.new is None:
            return
        blocking = _begun_by(self._declared, change.new.dotted)
        if blocking is change:
            raise MigrationError(
                f"{change.place}: {change.says}, which begins with its old name;"
                " a second run would move it again"
            )
        if blocking is not None:
            fix = "a second run would move it again"
            if self._leads_back(change):
                fix = "they go in a circle; leave one of them out"
            raise _contradiction(change, blocking, fix)

    def _leads_back(self, change: Change) -> bool:
        seen = set()
        at: Change | None = change
        while at is not None and at.new is not None and at.new not in seen:
            seen.add(at.new)
            at = self._declared.get(at.new.dotted)
        return change.old in seen

    def _check_stable(self) -> None:
        """Refuse what would move to where another name was taken away from."""
        for change in self.now.values():
            blocking = change.new and _begun_by(self.now, change.new.dotted)
            if blocking:
                fix = "one path is a module or a symbol, not both"
                raise _contradiction(change, blocking, fix)
        by_new = _by_new(self.now)
        for other in self.now.values():
            for path in other.old.ancestors:
                for change in by_new.get(path, ()):
                    inside = transferred(other.old, change.new, change.old)
                    if inside and _begun_by(self.now, inside.dotted) is change:
                        fix = f"say with a [[move]] where {inside} goes"
                        raise _contradiction(change, other, fix)


def _contradiction(change: Change, other: Change, fix: str) -> MigrationError:
    return MigrationError(
        f"{change.place}: {change.says}, but {other.says} at {other.place}; {fix}"
    )


def _two_kinds(name: Name, place: str, known: Name, at: str) -> MigrationError:
    return MigrationError(
        f"{place}: {name} is {known} at {at}; one path is a module or a symbol,"
        " write the colon at the same place"
    )


def _by_new(changes: _Changes) -> dict[str, list[Change]]:
    by_new: dict[str, list[Change]] = {}
    for change in changes.values():
        if change.new is not None:
            by_new.setdefault(change.new.dotted, []).append(change)
    return by_new


def _begun_by(changes: _Changes, dotted: str) -> Change | None:
    """The change of the longest name that the path begins with."""
    while dotted:
        if dotted in changes:
            return changes[dotted]
        dotted = dotted.rpartition(".")[0]
    return None


def transferred(name: Name, start: Name | None, end: Name | None) -> Name | None:
    """The name with `start`, in which it lies, replaced by `end`; None where it
    does not lie in it."""
    if start is None or end is None:
        return None
    if name == start:
        return end
    if start.is_module:
        if name.module == start.module:
            return Name(end.module, name.symbol)
        if name.module.startswith(f"{start.module}."):
            return Name(end.module + name.module[len(start.module) :], name.symbol)
    elif name.module == start.module and name.symbol.startswith(f"{start.symbol}."):
        return Name(end.module, end.symbol + name.symbol[len(start.symbol) :])
    return None


def _narrowed(change: Change, name: Name) -> Change:
    """What a change means for a name that lies inside the changed one."""
    if change.new is None:
        return replace(change, old=name)
    new = transferred(name, change.old, change.new)
    return replace(change, old=name, new=new or name)


def _followed(change: Change, step: _Changes) -> Change:
    """A change, and what the next migration makes of its new name."""
    if change.new is None:
        return change
    following = _begun_by(step, change.new.dotted)
    if following is None or not transferred(change.new, following.old, following.old):
        return change
    if following.new is None:
        return replace(change, new=None, instead=following.instead)
    return replace(change, new=transferred(change.new, following.old, following.new))
