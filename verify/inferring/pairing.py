"""Which definition that is gone is which of those that are new, by `rehome moves`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from verify.inferring.outlines import Outline
from verify.inferring.trees import Tree
from verify.movement.answer import Match
from verify.movement.definitions import FILE, Definition, Module
from verify.movement.engine import judge
from verify.movement.inventory import take_inventory
from verify.movement.matching import is_stub
from verify.movement.prints import Side

# A name that so many files have new is no hint: `logger`, `main`.
_MANY = 8


@dataclass(eq=False)
class Pairing:
    """What became of the definitions that are gone.

    `matches` are by the dotted name at base, `files` tells which file became which.
    """

    old: Side
    new: Side
    matches: dict[str, Match] = field(default_factory=dict)

    def definition(self, dotted: str) -> Definition | None:
        """What is gone, by its dotted name; None where it is not told of, or twice."""
        found = self._gone.get(dotted, [])
        return found[0] if len(found) == 1 else None

    def namesakes(self, old: Definition) -> list[Definition]:
        """What is new at the top of a module and has the name of what is gone."""
        return [
            new
            for new in self._new_like.get(old.name, ())
            if "." not in new.qualified and not is_stub(new.path)
        ]

    @cached_property
    def _gone(self) -> Mapping[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for module in self.old.modules.values():
            for each in module.definitions:
                if not is_stub(each.path):
                    found.setdefault(each.dotted, []).append(each)
        return found

    def rivals(self, match: Match) -> list[Definition]:
        """What else is new and could be meant: of the same name, or of the same code;
        and what is gone and has the same claim to what is new.
        """
        return [*self._others(match.old, self.old), *self._others(match.new, self.new)]

    def _others(self, one: Definition, side: Side) -> Iterator[Definition]:
        known = self._old_like if side is self.old else self._new_like
        seen = {one}
        for key in _keys(one, side):
            for other in known.get(key, ()):
                if other not in seen and is_stub(other.path) is is_stub(one.path):
                    seen.add(other)
                    yield other

    @cached_property
    def _old_like(self) -> Mapping[object, list[Definition]]:
        return _by_key(self.old)

    @cached_property
    def _new_like(self) -> Mapping[object, list[Definition]]:
        return _by_key(self.new)


def pair(old: Tree, new: Tree, outlines: Iterable[Outline]) -> Pairing:
    """Match what the outlines tell to be gone with what they tell to be new."""
    kept = {each.path: each for each in _of_interest(list(outlines))}
    taken = take_inventory(old, new, kept.keys())
    taken.old = Side({p: _only(m, kept[p].lost) for p, m in taken.old.modules.items()})
    taken.new = Side({p: _only(m, kept[p].fresh) for p, m in taken.new.modules.items()})
    found = Pairing(taken.old, taken.new)
    for match in judge(old, new, taken):
        found.matches.setdefault(match.old.dotted, match)
    return found


def _of_interest(outlines: list[Outline]) -> Iterator[Outline]:
    """The files that have something to be matched, on either side."""
    lost = _names(each.lost for each in outlines)
    fresh = _names(each.fresh for each in outlines)
    common = {n for n in lost.keys() & fresh.keys() if fresh[n] <= _MANY}
    bodies = _bodies(e.lost_bodies for e in outlines) & _bodies(
        e.fresh_bodies for e in outlines
    )
    for each in outlines:
        names = {*map(_last, each.lost), *map(_last, each.fresh)}
        same = not bodies.isdisjoint(each.lost_bodies | each.fresh_bodies)
        if same or not common.isdisjoint(names):
            yield each


def _names(groups: Iterable[frozenset[str]]) -> dict[str, int]:
    """In how many files a name is, but for those that every class has."""
    found: dict[str, int] = {}
    for group in groups:
        for name in {_last(each) for each in group}:
            if not name.startswith("__"):
                found[name] = found.get(name, 0) + 1
    return found


def _bodies(groups: Iterable[frozenset[bytes]]) -> set[bytes]:
    return set().union(*groups)


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _only(module: Module, names: frozenset[str]) -> Module:
    """A module with the named definitions, what is in them and what they are in."""
    wanted: set[Definition] = set()
    for each in module.definitions:
        if each.qualified in names or each.parent in wanted:
            wanted.add(each)
    around = {p for each in wanted for p in _parents(each)}
    kept = tuple(d for d in module.definitions if d in wanted or d in around)
    return replace(module, definitions=kept)


def _parents(definition: Definition) -> Iterator[Definition]:
    parent = definition.parent
    while parent is not None and parent.kind != FILE:
        yield parent
        parent = parent.parent


def _by_key(side: Side) -> Mapping[object, list[Definition]]:
    found: dict[object, list[Definition]] = {}
    for module in side.modules.values():
        for each in module.definitions:
            if not _is_part(each):
                for key in _keys(each, side):
                    found.setdefault(key, []).append(each)
    return found


def _keys(definition: Definition, side: Side) -> tuple[object, ...]:
    return definition.name, ("code", side.squeezed(definition))


def _is_part(definition: Definition) -> bool:
    """Whether nobody can name it from outside."""
    return "<" in definition.qualified
