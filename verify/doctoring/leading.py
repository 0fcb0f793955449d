"""Which module a name of a release's module leads to, through those that hand it on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from verify.surface.flow import Star, Way
from verify.surface.importable import Certainty, Importable
from verify.surface.modules import Module


@dataclass(frozen=True, slots=True)
class Leads:
    """What a name may lead to: some `modules` of the release, and with `other` to what
    is none of them, or cannot be told.
    """

    modules: frozenset[str] = frozenset()
    other: bool = False


_OTHER = Leads(other=True)
_NOTHING = Leads()


# A name of a module that another leads to.
_Key = tuple[str, str]
_Part = Leads | _Key


@dataclass(slots=True)
class Leading:
    """Follows names; answers are kept, in memory only."""

    names: Importable
    _known: dict[_Key, Leads] = field(default_factory=dict)
    _open: set[_Key] = field(default_factory=set)

    def of(self, module: str, name: str) -> Leads:
        """What `name` of a module may be, once everything is imported."""
        key = (module, name)
        if key in self._known:
            return self._known[key]
        leads = self._followed(key)
        if not self._open:
            self._known[key] = leads
        return leads

    def _followed(self, start: _Key) -> Leads:
        """All that is reached; names that lead to each other are looked at once."""
        found: list[Leads] = []
        seen: set[_Key] = set()
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key not in seen:
                seen.add(key)
                for part in self._parts(*key):
                    if isinstance(part, Leads):
                        found.append(part)
                    else:
                        waiting.append(part)
        return _joined(found)

    def _parts(self, module: str, name: str) -> Iterator[_Part]:
        found = self.names.modules.find(module)
        is_folder = found is None or found.is_package
        own = self._submodule(f"{module}.{name}") if is_folder else _NOTHING
        yield own
        if found is None:
            return
        bound = found.state.names.get(name)
        for way in bound.ways if bound else ():
            yield self._way(found, way, name)
        for star in reversed(found.state.stars.values()):
            part, is_last = self._starred(found, star, name)
            if part != _OTHER or not (bound or own.modules):
                yield part
            if is_last:
                break
        if name in found.rebound:
            yield _OTHER
        if bound is None or not bound.sure:
            yield from self._lazy(found, name, known=bool(own.modules))

    def _lazy(self, module: Module, name: str, *, known: bool) -> Iterator[_Part]:
        """What a `__getattr__` makes of it; of what is `known` to be a submodule only
        if it knows the name.
        """
        lazy = module.lazy
        if name in lazy.names:
            way = lazy.names[name]
            yield self._way(module, way, name) if way else _OTHER
            if name in lazy.maybe:
                yield _OTHER
        elif (lazy.opaque or module.writers) and not known:
            yield _OTHER

    def _starred(self, module: Module, star: Star, name: str) -> tuple[_Part, bool]:
        """What a star brings, and whether it surely does."""
        target = module.absolute(star.source)
        if target is None:
            return _NOTHING, False
        found = self.names.modules.find(target, module.path)
        if found is None:
            is_ours = self._is_ours(target)
            return self._submodule(f"{target}.{name}") if is_ours else _OTHER, False
        brought = self.names.exported(found, name).certainty
        if brought is Certainty.NO:
            return _NOTHING, False
        if brought is Certainty.UNTOLD:
            return _OTHER, False
        return (found.name, name), star.sure and brought is Certainty.YES

    def _submodule(self, inner: str) -> Leads:
        return Leads(frozenset({inner})) if self._is_module(inner) else _NOTHING

    def _way(self, module: Module, way: Way, name: str) -> _Part:
        if way.source is None:
            return self._assigned(module, way.statement, name)
        target = module.absolute(way.source)
        if target is None:
            return _OTHER
        if way.name is not None:
            return (target, way.name) if self._is_ours(target) else _OTHER
        if _binds_the_top(way, name):
            target = target.partition(".")[0]
        return Leads(frozenset({target})) if self._is_module(target) else _OTHER

    def _assigned(self, module: Module, statement: ast.stmt, name: str) -> Leads:
        """What `name = first.second` leads to; `first` may have been another then."""
        value = statement.value if isinstance(statement, ast.Assign) else None
        first, *others = _chain(value)
        key = (module.name, first)
        if not first or first == name or key in self._open:
            return _OTHER
        self._open.add(key)
        try:
            leads = self.of(*key)
            for attribute in others:
                parts = [self.of(each, attribute) for each in leads.modules]
                leads = _joined([*parts, _OTHER] if leads.other else parts)
        finally:
            self._open.discard(key)
        if not leads.modules or first in module.state.again:
            return _joined([leads, _OTHER])
        return leads

    def _is_module(self, name: str) -> bool:
        there = self.names.has_module(name).certainty is Certainty.YES
        return there and self._is_ours(name)

    def _is_ours(self, name: str) -> bool:
        return self.names.modules.exists(name.partition(".")[0])


def _binds_the_top(way: Way, name: str) -> bool:
    """Whether an `import a.b` binds `a`, as it does without `as`."""
    statement = way.statement
    return isinstance(statement, ast.Import) and any(
        alias.asname is None and alias.name.partition(".")[0] == name
        for alias in statement.names
    )


def _chain(node: ast.expr | None) -> list[str]:
    """The names of `first.second`, an empty one where it is anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *reversed(names)]


def _joined(found: list[Leads]) -> Leads:
    modules = frozenset[str]().union(*(each.modules for each in found))
    return Leads(modules, any(each.other for each in found))
