"""What the migrations say of attributes that live on another object now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from codemods.migration import Migration, MigrationError, Rehome


@dataclass(frozen=True, slots=True, order=True)
class Rehomed:
    """The attribute `old`, and where each of its members lives now.

    `homes` pairs a member with its new attribute. `keeps` are the members that
    stay with the old object, `shared` those of them that the new one has as well.
    """

    old: str
    homes: tuple[tuple[str, str], ...]
    keeps: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    def home_of(self, member: str) -> str | None:
        """The attribute that has the member now; `old` if it stayed, None if no
        migration speaks of it.
        """
        if member in self.keeps:
            return self.old
        return dict(self.homes).get(member)

    @property
    def new(self) -> str:
        """All the attributes that its members went to, for people to read."""
        return " or ".join(sorted(self.targets))

    @property
    def targets(self) -> frozenset[str]:
        return frozenset(new for _, new in self.homes)


@dataclass
class _Attribute:
    """One old attribute while the migrations are read; each with its place."""

    homes: dict[str, tuple[str, str]] = field(default_factory=dict)
    keeps: dict[str, str] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)


def compose_rehomes(ordered: Iterable[Migration]) -> tuple[Rehomed, ...]:
    """Where the members of every old attribute live, all migrations together.

    The migrations come in the order of their releases. Raises `MigrationError`,
    with both places named, where they contradict each other or go in a circle.
    """
    known: dict[str, _Attribute] = {}
    for migration in ordered:
        for rehome, place in _entries(migration):
            _follow_earlier(known, rehome, place)
            _add(known.setdefault(rehome.old, _Attribute()), rehome, place)
    for old, attribute in known.items():
        for member, (new, place) in attribute.homes.items():
            again = known[new].homes.get(member) if new in known else None
            if again is not None:
                raise MigrationError(
                    f"{place}: {old}.{member} moves to {new}, and {new}.{member}"
                    f" moves on at {again[1]}; a second run would move it again"
                )
    return tuple(
        Rehomed(
            old,
            tuple(sorted((name, new) for name, (new, _) in attribute.homes.items())),
            tuple(sorted(attribute.keeps)),
            tuple(sorted(attribute.shared)),
        )
        for old, attribute in sorted(known.items())
    )


def _entries(migration: Migration) -> Iterator[tuple[Rehome, str]]:
    for index, rehome in enumerate(migration.rehomes):
        yield rehome, migration.place_of("rehome", index)


def _follow_earlier(known: dict[str, _Attribute], rehome: Rehome, place: str) -> None:
    """What went to this attribute in an earlier release moves on with it."""
    for old, attribute in known.items():
        for member, (new, _) in attribute.homes.items():
            if new == rehome.old and member in rehome.members:
                if rehome.new == old:
                    raise MigrationError(
                        f"{place}: {new}.{member} moves to {old}, where it came"
                        " from; they go in a circle, leave one of them out"
                    )
                attribute.homes[member] = rehome.new, place


def _add(attribute: _Attribute, rehome: Rehome, place: str) -> None:
    for member in rehome.members:
        new, at = attribute.homes.get(member, (rehome.new, place))
        if member in attribute.keeps:
            new, at = rehome.old, attribute.keeps[member]
        if new != rehome.new:
            raise _contradiction(rehome, member, place, rehome.new, new, at)
        attribute.homes[member] = new, at
    for member in rehome.keeps:
        if member in attribute.homes:
            new, at = attribute.homes[member]
            raise _contradiction(rehome, member, place, rehome.old, new, at)
        attribute.keeps.setdefault(member, place)
    attribute.shared.update(rehome.shared)


def _contradiction(
    rehome: Rehome, member: str, place: str, here: str, there: str, at: str
) -> MigrationError:
    return MigrationError(
        f"{place}: {rehome.old}.{member} is on {here}, but at {at} it is on {there};"
        " keep one of them"
    )
