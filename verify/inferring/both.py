"""Both versions of a package as modules, and what each gives to who imports it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from codemods.name import Name
from verify.inferring.outlines import Outline
from verify.inferring.trees import Tree
from verify.surface.comparing import modules_of
from verify.surface.importable import Answer, Certainty, Importable
from verify.surface.modules import Modules


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where something is defined: a module, and the name it has there."""

    module: str
    symbol: str

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.symbol}"


@dataclass(eq=False)
class Both:
    """The two versions, and what of each file is different."""

    old: Tree
    new: Tree
    outlines: tuple[Outline, ...]
    _sides: tuple[Modules, Modules] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._sides = modules_of(self.old, self.new)

    @property
    def modules(self) -> tuple[Modules, Modules]:
        return self._sides

    @cached_property
    def was(self) -> Importable:
        return Importable(self._sides[0], self._sides[1])

    @cached_property
    def now(self) -> Importable:
        return Importable(self._sides[1], self._sides[0])

    def origin_was(self, name: Name) -> Origin | None:
        """Where a name of the old version is defined, None outside of the package."""
        return self._origin(self.was, name)

    def origin_now(self, name: Name) -> Origin | None:
        return self._origin(self.now, name)

    def _origin(self, side: Importable, name: Name) -> Origin | None:
        outer, dot, member = name.symbol.partition(".")
        answer = side.look_up(name.module, outer)
        if answer.home is None or not answer.symbol:
            return None
        return Origin(answer.home.name, f"{answer.symbol}{dot}{member}")

    def gives(self, name: Name) -> Answer:
        """Whether the new version gives a name; of a member, whether its class."""
        if name.is_module:
            return self.now.has_module(name.module)
        return self.now.look_up(name.module, name.symbol.partition(".")[0])

    def is_there(self, name: Name) -> bool:
        """Whether a name can be imported for sure from the new version."""
        if not self.modules[1].exists(name.module):
            return False
        return self.gives(name).certainty is Certainty.YES

    # Who imports what

    def followers(self, old: Name, new: Iterable[Name]) -> list[str]:
        """The files of the package that imported the old name and now import one of
        the new names of the same thing.
        """
        before = self._dropped.get(str(old), frozenset())
        after: set[str] = set()
        for name in new:
            after |= self._taken.get(str(name), frozenset())
        return sorted(before & after)

    def neighbours(self, old: Name, new: Iterable[Name]) -> list[str]:
        """The files that imported the old name and now import other names of the
        modules of the new one.
        """
        before = self._dropped.get(str(old), frozenset())
        after: set[str] = set()
        for module in {name.module for name in new}:
            after |= self._taken_of_module.get(module, set())
        return sorted(before & after)

    def importers(self, old: Name) -> frozenset[str]:
        """The changed files that imported an old name, and no longer do."""
        return self._dropped.get(str(old), frozenset())

    def taken_from(self, symbol: str) -> list[Name]:
        """The paths by which files import a name now, and did not before."""
        return self._taken_by_symbol.get(symbol, [])

    @cached_property
    def _dropped(self) -> dict[str, frozenset[str]]:
        return _by_name((each.path, each.dropped) for each in self.outlines)

    @cached_property
    def _taken(self) -> dict[str, frozenset[str]]:
        return _by_name((each.path, each.taken) for each in self.outlines)

    @cached_property
    def _taken_of_module(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for text, paths in self._taken.items():
            found.setdefault(text.rpartition(":")[0], set()).update(paths)
        return found

    @cached_property
    def _taken_by_symbol(self) -> dict[str, list[Name]]:
        found: dict[str, list[Name]] = {}
        for text in sorted(self._taken):
            module, _, symbol = text.rpartition(":")
            found.setdefault(symbol, []).append(Name(module, symbol))
        return found


def _by_name(
    groups: Iterable[tuple[str, frozenset[str]]],
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for path, names in groups:
        for name in names:
            found.setdefault(name, set()).add(path)
    return {name: frozenset(paths) for name, paths in found.items()}
