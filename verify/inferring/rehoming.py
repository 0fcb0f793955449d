"""Attributes whose members live on another object now.

The evidence is in the package itself: files that read `x.pool.alloc` read
`x.allocator.alloc` now, and the class of the new object has what that of the old one
has lost.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from verify.inferring.answer import Confidence, Entry, Kind
from verify.inferring.both import Both
from verify.inferring.outlines import Outline
from verify.surface.importable import Importable
from verify.surface.members import Class, given_to_self, members_of
from verify.surface.modules import Modules

_FEWEST_MEMBERS = 2
_FEWEST_FILES = 2
# Whatever is a list or a dictionary has these: an attribute that was renamed, not an
# object that was split.
_OF_CONTAINERS = frozenset({*dir(dict), *dir(list), *dir(set), *dir(str)})


@dataclass(eq=False)
class Rehoming:
    """Looks for re-homed attributes among the files that differ."""

    both: Both

    def entries(self) -> Iterator[Entry]:
        for (old, new), files in sorted(self._changed_over().items()):
            members = {member for member, _ in files}
            paths = {path for _, path in files}
            if new in self._still_read(old):
                continue  # `x.old.new.member`: one more step, not another object
            telling = members - _OF_CONTAINERS
            if len(telling) >= _FEWEST_MEMBERS and len(paths) >= _FEWEST_FILES:
                yield self._entry(old, new, members, sorted(paths))

    def _changed_over(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        """Pairs of attributes, with the members that were read through one and are
        read through the other, new one, in the same file.
        """
        found: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        for each in self.both.outlines:
            before, after = dict(each.before.members), dict(each.after.members)
            less = [k for k in before if after.get(k, 0) < before[k]]
            more = [k for k in after if before.get(k, 0) < after[k]]
            by_member: dict[str, list[str]] = defaultdict(list)
            for attribute, member in more:
                if attribute not in self._known_before:
                    by_member[member].append(attribute)
            for attribute, member in less:
                for new in by_member.get(member, ()):
                    found[attribute, new].add((member, each.path))
        return found

    @cached_property
    def _known_before(self) -> frozenset[str]:
        """The attributes that the old version had already, in any changed file."""
        return frozenset(
            attribute
            for each in self.both.outlines
            for attribute, _ in (
                *(k for k, _ in each.before.members),
                *each.before.made,
            )
        )

    def _entry(self, old: str, new: str, seen: set[str], paths: list[str]) -> Entry:
        files = "1 file" if len(paths) == 1 else f"{len(paths)} files"
        shown = ", ".join(paths[:2]) + (", ..." if len(paths) > 2 else "")
        listed = ", ".join(sorted(seen))
        evidence = [f"{files} of the package read {listed} through it now: {shown}"]
        classes = self._classes(old, new)
        if classes is None:
            evidence.append("of which classes the two objects are cannot be told")
            members = tuple(sorted(seen))
            still = self._still_read(old) - seen
            confidence = Confidence.UNSURE
            return Entry(
                Kind.REHOME,
                old,
                new,
                confidence,
                (*evidence,),
                (),
                "",
                members,
                tuple(sorted(still)),
            )
        was, stays, became = classes
        given = was.all & became.all
        kept = was.all & stays.all
        shared = kept & became.all
        # What the old object never had does no harm, and completes the picture.
        members = tuple(sorted(became.all - kept))
        evidence.append(
            f"`{was.name}` lost what `{became.name}` has now: {', '.join(members)}"
        )
        clear = seen <= given and len(members) >= _FEWEST_MEMBERS and seen <= {*members}
        rest = self._still_read(old) - {*members}
        return Entry(
            Kind.REHOME,
            old,
            new,
            Confidence.SURE if clear else Confidence.UNSURE,
            tuple(evidence),
            (),
            "",
            members or tuple(sorted(seen)),
            tuple(sorted((kept | rest) - {*(members or seen)})),
            tuple(sorted(shared)),
        )

    def _still_read(self, attribute: str) -> set[str]:
        """What the new version reads through an attribute."""
        return {
            member
            for each in self.both.outlines
            for (name, member), _ in each.after.members
            if name == attribute
        }

    def _classes(self, old: str, new: str) -> tuple[_Kind, _Kind, _Kind] | None:
        """The class of the old object before and after, and that of the new one."""
        before = _made(self.both.outlines, old, "before")
        after = _made(self.both.outlines, old, "after") & before
        became = _made(self.both.outlines, new, "after")
        if not len(before) == len(after) == len(became) == 1:
            return None
        sides = self.both.modules
        was = _class_named(min(before), sides[0], self.both.was, self._paths(0))
        stays = _class_named(min(after), sides[1], self.both.now, self._paths(1))
        now = _class_named(min(became), sides[1], self.both.now, self._paths(1))
        return (was, stays, now) if was and stays and now else None

    def _paths(self, side: int) -> list[str]:
        known = self.both.modules[side].known
        return [e.path for e in self.both.outlines if e.path in known]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A class, with all that its objects have."""

    name: str
    all: frozenset[str]


def _made(outlines: tuple[Outline, ...], attribute: str, when: str) -> set[str]:
    """The classes of which an attribute is given instances."""
    usages = (each.before if when == "before" else each.after for each in outlines)
    made = (pair for usage in usages for pair in usage.made)
    return {name for known, name in made if known == attribute}


def _class_named(
    name: str, modules: Modules, side: Importable, paths: list[str]
) -> _Kind | None:
    """The one class of a name among some files; None where there is none, or more."""
    found = []
    for path in paths:
        data = modules.sources.read(path) or b""
        if b"class " + name.encode() not in data:
            continue
        module = modules.at(path)
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and node.name == name:
                found.append(Class(module, node))
    if len(found) != 1:
        return None
    members = members_of(found[0], side)
    if members.unknown:
        return None
    own = {name for name in members.of if not name.startswith("__")}
    given = {name for node in members.classes for name in given_to_self(node)}
    return _Kind(name, frozenset(own | given))
