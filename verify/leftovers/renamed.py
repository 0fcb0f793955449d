"""The old names and paths to look for, and what each is now."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from codemods.name import Name
from codemods.namemap import NameMap
from verify.movement.sources import Sources
from verify.surface.importable import Certainty, Importable
from verify.surface.members import Class, members_of
from verify.surface.modules import Modules
from verify.surface.publishing import agreeing, composed, parsed


@dataclass(frozen=True, slots=True)
class Renamed:
    """A name that moved; `works` where its old path still leads somewhere."""

    old: Name
    new: Name
    works: bool = False


@dataclass(frozen=True, slots=True)
class GonePath:
    """A Python file that is gone, and where what was in it is now; `inner` is its
    path from its top-level package on, `module` its dotted name where that is gone
    as well.
    """

    path: str
    inner: str
    new: str
    module: str = ""


class Reach(IntEnum):
    """How a name is reached by who has nothing but its module."""

    READ = 0  # by anybody
    PRIVATE = 1  # by who should not
    THROUGH_CLASS = 2  # only through a class, which may still be there


@dataclass(frozen=True, slots=True)
class Group:
    """Moves that are alike: `works` where the old paths still lead to the names."""

    names: NameMap
    works: bool
    reach: Reach


@dataclass(frozen=True)
class Targets:
    """Everything to look for."""

    names: tuple[Renamed, ...]
    paths: tuple[GonePath, ...]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The moves as `codemods` takes them, those apart of which a use says less."""
        names: dict[tuple[bool, Reach], list[Renamed]] = {}
        for each in self.names:
            names.setdefault((each.works, _reach(each.old)), []).append(each)
        return tuple(
            Group(found, works, reach)
            for (works, reach), group in sorted(names.items())
            for found in _maps(group)
        )

    def named_in(self, data: bytes) -> bool:
        """Whether a file spells a package, and the last part of a module in it."""
        return any(top in data and tail in data for top, tail in self._parts)

    @cached_property
    def _parts(self) -> frozenset[tuple[bytes, bytes]]:
        modules = {each.old.module for each in self.names}
        return frozenset(
            (
                module.partition(".")[0].encode("utf-8", "surrogateescape"),
                module.rpartition(".")[2].encode(),
            )
            for module in modules
        )


def targets_of(
    base: Sources,
    head: Sources,
    moves: Mapping[str, str],
    moved_files: Mapping[str, str],
) -> Targets:
    """The targets of a range's moves, as `pkg.module:Class.method`, and of the
    files that became others.

    A module that is still there did not move, whatever became of its text.
    """
    old, new = Modules(base, head), Modules(head, base)
    now = Importable(new, old)
    names = []
    for a, b in sorted(moves.items()):
        was, at = parsed(a), parsed(b)
        if was is None or at is None or was.is_module != at.is_module:
            continue
        if was.is_module and new.exists(was.module):
            continue
        names.append(Renamed(was, at, _works(was, now)))
    gone = {path for path in old.paths if path not in new.known}
    paths = []
    for path in sorted(gone):
        now_at = _now_at(path, old, names, moved_files, new)
        if now_at:
            module = old.name_of(path)
            depth = module.count(".") + 1 + path.endswith("/__init__.py")
            inner = "/".join(path.split("/")[-depth:])
            gone_module = "" if new.exists(module) else module
            paths.append(GonePath(path, inner, now_at, gone_module))
    return Targets(tuple(names), tuple(paths))


def _reach(name: Name) -> Reach:
    if name.is_member:
        return Reach.THROUGH_CLASS
    return Reach.PRIVATE if name.symbol.startswith("_") else Reach.READ


def _works(name: Name, now: Importable) -> bool:
    if name.is_module:
        return now.has_module(name.module).certainty is Certainty.YES
    symbol, _, member = name.symbol.partition(".")
    found = now.look_up(name.module, symbol)
    if not member:
        return found.certainty is Certainty.YES
    if found.home is None or not isinstance(found.definition, ast.ClassDef):
        return False
    return members_of(Class(found.home, found.definition), now).has(member)


def _now_at(
    path: str,
    old: Modules,
    names: Iterable[Renamed],
    moved_files: Mapping[str, str],
    new: Modules,
) -> str:
    """What is to be written for a file that is gone, empty if nothing moved."""
    package = path.removesuffix(".py") + "/__init__.py"
    if package in new.known:
        return package.removesuffix("__init__.py")
    if path in moved_files:
        return moved_files[path]
    module = old.name_of(path)
    homes = {
        new.path_of(each.new.module) for each in names if each.old.module == module
    }
    return ", ".join(sorted(home for home in homes if home))


def _maps(names: Iterable[Renamed]) -> Iterator[NameMap]:
    """Moves as the maps that `rehome apply` uses: one, or more where some contradict
    each other, as those do that change places.
    """
    waiting = [(each.old, each.new) for each in names]
    while waiting:
        kept, waiting = agreeing(waiting)
        whole = composed(kept)
        if whole is None or not kept:
            return  # what no migration can say is left to the search of the text
        yield whole
