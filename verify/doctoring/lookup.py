"""Whether a release has what is wanted of it, followed to the end."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType

import msgspec

from verify.doctoring.hooks import made_at_run_time
from verify.doctoring.leading import Leading, Leads
from verify.importing.keeping import Kept
from verify.releasing.release import Release
from verify.surface.flow import Way, run, truth_of
from verify.surface.importable import Answer, Certainty, Importable
from verify.surface.modules import Module, parents

SCHEMA = 3


class Told(msgspec.Struct, frozen=True, array_like=True):
    """Whether something is there. `what` is missing or untold, where not all is:
    a module, or `module:name`; `why` says more in words. `inner` are the modules that
    the name may lead to; it is `mixed` where it may be something else as well.
    """

    certainty: int
    what: str = ""
    why: str = ""
    inner: tuple[str, ...] = ()
    mixed: bool = False

    @property
    def is_there(self) -> bool:
        return self.certainty == Certainty.YES

    @property
    def is_missing(self) -> bool:
        return self.certainty == Certainty.NO

    @property
    def is_untold(self) -> bool:
        return self.certainty == Certainty.UNTOLD


_THERE = Told(Certainty.YES)
_OF_MODULES = frozenset(dir(ModuleType)) - {"__getattr__"}
# Of folders without an `__init__` as well.
_OF_PACKAGES = frozenset(
    {"__path__", "__name__", "__package__", "__spec__", "__loader__"}
)


@dataclass(eq=False, slots=True)
class ReleaseNames(Importable):
    """Answers for the modules of a release, compiled ones included."""

    release: Release | None = None

    def look_up(self, module: str, name: str, near: str = "") -> Answer:
        release = self._release
        found = self.modules.find(module)
        if module in release.compiled:  # it is taken before a file of that name
            known = found is not None and Importable.in_file(self, found, name)
            if known and known.certainty is Certainty.YES:
                why = f"`{module}` is compiled, perhaps without it"
                return replace(known, certainty=Certainty.CONDITIONAL, why=why)
            return _compiled(module)
        if found is None and module in release.folders:
            return self._submodule_of(module, name) or Answer(
                Certainty.NO, f"`{module}` is a folder without it"
            )
        answer = Importable.look_up(self, module, name, near)
        if answer.certainty is Certainty.UNTOLD and found is not None:
            return self._lazily(found, name) or answer
        return answer

    def starred(self, module: str, name: str) -> Answer:
        """Whether `from module import *` brings a name."""
        found = self.modules.find(module)
        if found is not None:
            return self.exported(found, name)
        if module in self._release.compiled:
            return _compiled(module)
        return self._once_loaded(module, name)

    def exported(self, module: Module, name: str) -> Answer:
        """The same; a star takes the submodules along that are loaded by then."""
        answer = Importable.exported(self, module, name)
        is_all = module.is_package and self.exports(module) is None
        if answer.certainty is not Certainty.NO or not is_all:
            return answer
        answer = self._once_loaded(module.name, name)
        is_loaded = answer.certainty is Certainty.CONDITIONAL and (
            f"{module.name}.{name}" in _imported_by(module)
        )
        return Answer(Certainty.YES) if is_loaded else answer

    def _lazy(self, module: Module, name: str) -> Answer:
        answer = Importable._lazy(self, module, name)
        if answer.certainty is Certainty.YES and name in module.lazy.computed:
            why = f"the `__getattr__` of `{module.name}` imports what it computes"
            return replace(answer, certainty=Certainty.CONDITIONAL, why=why)
        return answer

    def _once_loaded(self, module: str, name: str) -> Answer:
        inner = f"{module}.{name}"
        if name.startswith("_") or self.there_is(inner).certainty is not Certainty.YES:
            return _NOT_BOUND
        why = f"`{module}` has it once something imports `{inner}`"
        return Answer(Certainty.CONDITIONAL, why)

    def _lazily(self, module: Module, name: str) -> Answer | None:
        """The answer where a module computes what it gives out, and the imports that
        it has for type checkers alone say that this name is among it.
        """
        key = (module.path, f"{name} for types")
        may_be = name not in module.state.names and key not in self._open
        if not may_be or not (module.writers or module.lazy.opaque):
            return None
        self._open.add(key)
        try:
            ways = _for_types(module, name)
            answers = [self.way(module, way, name) for way in ways]
        finally:
            self._open.discard(key)
        for answer in answers:
            if answer.certainty >= Certainty.CONDITIONAL:
                why = f"`{module.name}` gives it out lazily, by its imports for types"
                return replace(answer, certainty=Certainty.CONDITIONAL, why=why)
        return None

    @property
    def _release(self) -> Release:
        assert self.release is not None
        return self.release

    def there_is(self, module: str) -> Answer:
        """Whether a module can be imported."""
        release = self._release
        path = self.modules.path_of(module)
        if (
            path is not None
            and path.endswith(".pyi")
            and module not in release.compiled
        ):
            why = f"there is only a stub of `{module}`"
            return Answer(Certainty.NO if release.complete else Certainty.UNTOLD, why)
        if path or module in release.compiled or module in release.folders:
            return Answer(Certainty.YES)
        if module.partition(".")[0] not in release.packages:
            return Answer(Certainty.YES)  # of others, and taken to be installed
        if release.may_be_built(module):
            return Answer(Certainty.UNTOLD, f"`{module}` may be made by a build")
        return Answer(Certainty.NO, f"there is no `{module}`")

    def has_module(self, name: str) -> Answer:
        return self.there_is(name)

    def _elsewhere(self, module: str) -> Answer:
        return self.there_is(module)

    def _submodule(self, module: Module, name: str) -> Answer:
        inner = f"{module.name}.{name}"
        if not module.is_package:
            return Answer(Certainty.NO)
        if inner.partition(".")[0] in self._release.packages:
            answer = self.there_is(inner)
            return answer if answer.certainty is not Certainty.NO else _NOT_BOUND
        return _NOT_BOUND

    def _submodule_of(self, module: str, name: str) -> Answer | None:
        answer = self.there_is(f"{module}.{name}")
        return answer if answer.certainty is not Certainty.NO else None


_NOT_BOUND = Answer(Certainty.NO)


def _compiled(module: str) -> Answer:
    return Answer(Certainty.UNTOLD, f"`{module}` is compiled")


@dataclass(eq=False)
class Lookup:
    """Looks things up in a release; answers are kept in `cache`, a folder, for a
    release whose content cannot change. Nothing fails for its sake.
    """

    release: Release
    kept: Kept[Told]
    _known: dict[str, Told] = field(default_factory=dict)
    _fresh: bool = False
    _names: ReleaseNames | None = None

    @cached_property
    def _leading(self) -> Leading:
        return Leading(self.names)

    @property
    def names(self) -> ReleaseNames:
        if self._names is None:
            modules = self.release.modules
            self._names = ReleaseNames(modules, modules, release=self.release)
        return self._names

    def load(self) -> None:
        """Take over what was found out before."""
        self._known = self.kept.load()

    def save(self) -> None:
        """Keep what was found out, where any of it is new."""
        if self._fresh:
            self.kept.save(self._known, self._known.keys())

    def module(self, name: str) -> Told:
        """Whether a module can be imported, and every package that it lies in."""
        return self._told(name, "", self._module)

    def name(self, module: str, name: str) -> Told:
        """Whether `from module import name` works."""
        return self._told(module, name, self._name)

    def star(self, module: str, names: Iterable[str]) -> list[tuple[str, Told]]:
        """Whether `from module import *` brings each of some names."""
        answers = ((name, self.names.starred(module, name)) for name in names)
        return [(name, _told(a, f"{module}:{name}")) for name, a in answers]

    def loaded(self, module: str, name: str, loaded: Collection[str]) -> Told:
        """Whether an attribute that is a submodule is there once all of `loaded`,
        modules of the package, are imported.
        """
        inner = f"{module}.{name}"
        if self._told(module, f"-{name}", self._is_deleted).is_there:
            why = f"`{module}` deletes it"
            return Told(Certainty.CONDITIONAL, f"{module}:{name}", why)
        if inner in loaded or self.is_bound(module, name):
            return _THERE
        if any(self._told(each, f">{inner}", self._loads).is_there for each in loaded):
            return _THERE
        why = f"nothing here imports `{inner}`"
        return Told(Certainty.CONDITIONAL, f"{module}:{name}", why)

    def _told(self, module: str, name: str, ask: _Ask) -> Told:
        key = f"{module}:{name}"
        if key not in self._known:
            told = ask(module, name)
            self._known[key] = self._hooked(told) if told.what else told
            self._fresh = True
        return self._known[key]

    def _hooked(self, told: Told) -> Told:
        """The same, unless code of the release may make what is missing."""
        if not told.is_missing:
            return told
        path = told.what.replace(":", ".")
        for prefix, file in self._made.items():
            if f"{path}.".startswith(f"{prefix}."):
                why = f"{file} makes modules at run time"
                return Told(Certainty.UNTOLD, told.what, why)
        return told

    @cached_property
    def _made(self) -> dict[str, str]:
        return made_at_run_time(self.release)

    def is_bound(self, module: str, name: str) -> bool:
        """Whether the text of a module surely binds a name."""
        return self._told(module, f"={name}", self._is_bound).is_there

    def _is_bound(self, module: str, name: str) -> Told:
        found = self.release.modules.find(module)
        bound = found.state.names.get(name.lstrip("=")) if found else None
        return _THERE if bound and bound.sure else Told(Certainty.NO)

    def _is_deleted(self, module: str, name: str) -> Told:
        """Whether the text of a module deletes a name that it has imported."""
        found = self.release.modules.find(module)
        is_deleted = found is not None and name.lstrip("-") in found.state.hidden
        return _THERE if is_deleted else Told(Certainty.NO)

    def _loads(self, module: str, inner: str) -> Told:
        """Whether importing a module imports another of the release on its way."""
        loads = inner.lstrip(">") in self._reached(module)
        return _THERE if loads else Told(Certainty.NO)

    def _reached(self, module: str) -> set[str]:
        modules = self.release.modules
        reached: set[str] = set()
        waiting = [module]
        while waiting:
            name = waiting.pop()
            if name in reached or not modules.exists(name):
                continue
            reached.add(name)
            waiting += parents(name)
            found = modules.find(name)
            if found is not None:
                waiting += _imported_by(found)
        return reached

    def _module(self, module: str, _: str) -> Told:
        parts = module.split(".")
        for length in range(1, len(parts) + 1):
            path = ".".join(parts[:length])
            answer = self.names.there_is(path)
            if answer.certainty is not Certainty.YES:
                return _told(answer, path)
        return _THERE

    def _is_package(self, module: str) -> bool:
        found = self.release.modules.find(module)
        return module in self.release.folders and (found is None or found.is_package)

    def _name(self, module: str, name: str) -> Told:
        there = self.module(module)
        if not there.is_there:
            return there
        if name in _OF_MODULES or (name in _OF_PACKAGES and self._is_package(module)):
            return _THERE
        answer = self.names.look_up(module, name)
        is_there = answer.certainty >= Certainty.CONDITIONAL
        leads = self._leading.of(module, name) if is_there else None
        return _told(answer, f"{module}:{name}", leads)


def _for_types(module: Module, name: str) -> tuple[Way, ...]:
    """What a type checker takes a name of a module for."""
    for node in module.tree.body:
        if isinstance(node, ast.If) and truth_of(node.test) is False:
            bound = run(node.body).names.get(name)
            if bound is not None:
                return bound.ways
    return ()


def _imported_by(module: Module) -> Iterator[str]:
    """The modules that a module imports, whatever happens, when it is imported."""
    state = module.state
    for star in state.stars.values():
        if star.sure:
            yield module.absolute(star.source) or ""
    for bound in state.names.values():
        for way in bound.ways if bound.sure and len(bound.ways) == 1 else ():
            target = module.absolute(way.source) if way.source else None
            if target:
                yield target
                yield f"{target}.{way.name}"


_Ask = Callable[[str, str], Told]


def _told(answer: Answer, what: str, leads: Leads | None = None) -> Told:
    inner = tuple(sorted(leads.modules)) if leads else ()
    mixed = bool(leads and inner and leads.other)
    if answer.certainty is Certainty.YES:
        return Told(Certainty.YES, "", "", inner, mixed) if inner else _THERE
    return Told(int(answer.certainty), what, answer.why, inner, mixed)
