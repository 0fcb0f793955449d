"""Whether `from module import name` works in a revision, followed to the end."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

from verify.surface.exports import Exports
from verify.surface.flow import Bound, Star, Way
from verify.surface.modules import Module, Modules

# Every module has these, whatever its text.
OF_ANY_MODULE = frozenset(
    {
        *("__builtins__", "__cached__", "__dict__", "__doc__", "__file__"),
        *("__loader__", "__name__", "__package__", "__spec__", "__annotations__"),
    }
)


class Certainty(IntEnum):
    """How sure it is that a name can be imported.

    `UNTOLD` where the text does not tell, `CONDITIONAL` where it depends on what
    is known at run time only.
    """

    NO = 0
    UNTOLD = 1
    CONDITIONAL = 2
    YES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a name can be imported, and what it leads to.

    `why` says what speaks against it. `home` is the module whose text defines it,
    `definition` the statement there and `symbol` its name there, where there is one
    of each.
    """

    certainty: Certainty
    why: str = ""
    home: Module | None = None
    definition: ast.stmt | None = None
    symbol: str = ""

    @property
    def is_class(self) -> bool:
        return isinstance(self.definition, ast.ClassDef)


_YES = Answer(Certainty.YES)
_NOT_BOUND = Answer(Certainty.NO)


@dataclass(eq=False, slots=True)
class Importable:
    """Answers for the modules of one side; `other` are those of the other side."""

    modules: Modules
    other: Modules
    _known: dict[tuple[str, str], Answer] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)

    def look_up(self, module: str, name: str, near: str = "") -> Answer:
        """Whether `from module import name` works in a file at the path `near`."""
        found = self.modules.find(module, near)
        if found is not None:
            return self.in_file(found, name)
        if self.modules.exists(module):
            if self.modules.exists(f"{module}.{name}"):
                return _YES
            return Answer(Certainty.NO, f"`{module}` is a folder without it")
        return self._elsewhere(module)

    def in_file(self, module: Module, name: str) -> Answer:
        """Whether a module of the tree gives out a name."""
        key = (module.path, name)
        if key in self._known:
            return self._known[key]
        if key in self._open:  # it imports itself in a circle: what is there?
            return self._in_circle(module, name)
        self._open.add(key)
        try:
            answer = self._in_file(module, name)
        finally:
            self._open.discard(key)
        if not self._open:
            self._known[key] = answer
        return answer

    def _in_circle(self, module: Module, name: str) -> Answer:
        if name in module.state.again:
            why = f"`{module.name}` takes it in a circle, perhaps when it is there"
            return Answer(Certainty.CONDITIONAL, why)
        return self._submodule(module, name)

    def has_module(self, name: str) -> Answer:
        """Whether a module can be imported, as far as the tree tells."""
        return _YES if self.modules.exists(name) else self._elsewhere(name)

    def names(self, module: Module) -> frozenset[str]:
        """Every name that a module is known to give out, submodules apart."""
        return frozenset(self._names(module, set()))

    def way(self, module: Module, way: Way, name: str) -> Answer:
        """Whether what an assignment, a definition or an import binds is there."""
        if way.source is None:
            return Answer(Certainty.YES, "", module, way.statement, name)
        target = module.absolute(way.source)
        if target is None:
            return _YES  # above the top-level package: it never worked
        if way.name is None:
            return self.has_module(target)
        return self.look_up(target, way.name, module.path)

    def exported(self, module: Module, name: str) -> Answer:
        """Whether `from module import *` brings a name."""
        exports = self.exports(module)
        if exports is None:
            hidden = name.startswith("_")
            return _NOT_BOUND if hidden else self._bound(module, name)
        if name in exports.names:
            return self.in_file(module, name)
        if name in exports.maybe or exports.opaque:
            found = self.in_file(module, name)
            why = f"`{module.name}` computes its `__all__`"
            untold = min(found.certainty, Certainty.UNTOLD)
            return replace(found, certainty=untold, why=why)
        return _NOT_BOUND

    def exports(self, module: Module) -> Exports | None:
        """`__all__`, with those that it takes over from other modules."""
        return self._exports(module, set())

    # One file

    def _in_file(self, module: Module, name: str) -> Answer:
        if module.problem:
            why = f"{module.path} {module.problem}"
            return Answer(Certainty.UNTOLD, why)
        if name in OF_ANY_MODULE:
            return _YES
        answers = [self._bound(module, name), self._submodule(module, name)]
        best = _best(answers)
        if best.certainty is not Certainty.YES:
            best = _best([*answers, self._lazy(module, name)])
        elif answers[0].certainty is not Certainty.YES and name in module.lazy.names:
            best = self._before_submodule(module, name, best)
        if best.certainty is Certainty.NO:
            return self._behind(module, name) or best
        return best

    def _before_submodule(self, module: Module, name: str, answer: Answer) -> Answer:
        """The answer for a submodule that a `__getattr__` is asked for first."""
        if self._lazy(module, name).certainty is not Certainty.NO:
            return answer
        why = f"the `__getattr__` of `{module.name}` fails where it is not loaded yet"
        return replace(answer, certainty=Certainty.CONDITIONAL, why=why)

    def _bound(self, module: Module, name: str) -> Answer:
        """Of what the text binds: where modules star-import each other in a circle
        nothing new comes out of the second round.
        """
        key = (module.path, f"{name} bound")
        if key in self._open:
            return _NOT_BOUND
        self._open.add(key)
        try:
            return self._bound_by(module, name)
        finally:
            self._open.discard(key)

    def _bound_by(self, module: Module, name: str) -> Answer:
        bound = module.state.names.get(name)
        answers = [self._of_bound(module, bound, name)] if bound else []
        if (bound is None or not bound.sure) and name not in module.state.hidden:
            for star in module.state.stars.values():
                answers.append(self._starred(module, star, name))
                if answers[-1].certainty is Certainty.YES:
                    break  # nothing is surer
        if name in module.rebound:
            why = f"only functions of `{module.name}` bind it"
            answers.append(Answer(Certainty.CONDITIONAL, why, module))
        return _best(answers)

    def _of_bound(self, module: Module, bound: Bound, name: str) -> Answer:
        answers = [self.way(module, way, name) for way in bound.ways]
        best, worst = _best(answers), min(answers, key=lambda a: a.certainty)
        if best.certainty is Certainty.YES and not bound.sure:
            why = f"`{module.name}` binds it under a condition only"
            return replace(best, certainty=Certainty.CONDITIONAL, why=why)
        if best.certainty is Certainty.YES and worst.certainty is not Certainty.YES:
            if any(
                way.guarded
                for way, answer in zip(bound.ways, answers, strict=True)
                if answer is worst
            ):
                return best  # falls back on it
            certainty = Certainty.CONDITIONAL
            if worst.certainty is Certainty.UNTOLD:
                certainty = Certainty.UNTOLD
            return replace(best, certainty=certainty, why=worst.why)
        return best

    def _starred(self, module: Module, star: Star, name: str) -> Answer:
        target = module.absolute(star.source)
        found = self.modules.find(target, module.path) if target else None
        if found is None:
            if target is None or self.modules.exists(target):
                return _NOT_BOUND
            if self._elsewhere(target).certainty is Certainty.NO:
                return Answer(Certainty.NO, f"`{target}` is gone")
            return Answer(Certainty.UNTOLD, f"it may come out of `{target}`")
        if found.problem:
            return Answer(Certainty.UNTOLD, f"{found.path} {found.problem}")
        answer = self.exported(found, name)
        if answer.certainty is Certainty.YES and not star.sure:
            why = f"`{module.name}` imports it under a condition only"
            return replace(answer, certainty=Certainty.CONDITIONAL, why=why)
        return answer

    def _submodule(self, module: Module, name: str) -> Answer:
        if module.is_package and self.modules.exists(f"{module.name}.{name}"):
            return _YES
        return _NOT_BOUND

    def _lazy(self, module: Module, name: str) -> Answer:
        lazy = module.lazy
        answer = _NOT_BOUND
        if name in lazy.names:
            way = lazy.names[name]
            answer = self.way(module, way, name) if way else _YES
            if name not in lazy.maybe:
                return answer
            why = f"`{module.name}` defines `__getattr__` under a condition only"
            least = min(answer.certainty, Certainty.CONDITIONAL)
            answer = replace(answer, certainty=least, why=answer.why or why)
        if lazy.opaque and answer.certainty is Certainty.NO:
            why = f"`{module.name}` has a `__getattr__` that may know it"
            return Answer(Certainty.UNTOLD, why)
        return answer

    def _behind(self, module: Module, name: str) -> Answer | None:
        if not module.writers:
            return None
        why = f"`{module.name}` binds names by `{module.writers[0]}`"
        return Answer(Certainty.UNTOLD, why)

    def _elsewhere(self, module: str) -> Answer:
        """Of a module that this tree does not have: it is gone where the other
        side has it, and else is installed; of a package that the tree has, it may be
        built.
        """
        if self.other.exists(module):
            return Answer(Certainty.NO, f"there is no `{module}`")
        if self.modules.exists(module.partition(".")[0]):
            why = f"`{module}` is not in the repository, and may be built"
            return Answer(Certainty.UNTOLD, why)
        return _YES

    # All names of a file

    def _names(self, module: Module, seen: set[str]) -> Iterable[str]:
        seen.add(module.path)
        yield from module.state.names
        yield from module.lazy.names
        for star in module.state.stars.values():
            target = module.absolute(star.source)
            found = self.modules.find(target, module.path) if target else None
            if found is None or found.path in seen:
                continue
            for name in list(self._names(found, seen)):
                if self.exported(found, name).certainty is not Certainty.NO:
                    yield name

    def untold_stars(self, module: Module) -> set[str]:
        """The modules of which it takes all names, where no text has them all."""
        return set(self._untold_stars(module, {module.path}))

    def _untold_stars(self, module: Module, seen: set[str]) -> Iterable[str]:
        for star in module.state.stars.values():
            target = module.absolute(star.source)
            found = self.modules.find(target, module.path) if target else None
            if found is None:
                yield target or "." * star.source.level
            elif found.path not in seen and self.exports(found) is None:
                seen.add(found.path)
                if found.writers or found.problem:
                    yield found.name
                yield from self._untold_stars(found, seen)

    def _exports(self, module: Module, seen: set[str]) -> Exports | None:
        seen.add(module.path)
        found = module.exports
        if found is None or not found.others:
            return found
        whole = Exports(found.names, found.maybe, frozenset(), found.opaque)
        for local in sorted(found.others):
            other = self._module_bound_to(module, local)
            if other is None or other.path in seen:
                whole = whole.joined(Exports(opaque=True))
                continue
            more = self._exports(other, seen)
            whole = whole.joined(more or Exports(opaque=True))
        return whole

    def _module_bound_to(self, module: Module, local: str) -> Module | None:
        bound = module.state.names.get(local)
        if bound is None:  # `from .a import *` loads it, which binds it as well
            name = f"{module.name}.{local}" if module.is_package else ""
            return self.modules.find(name, module.path)
        way = bound.ways[0]
        target = module.absolute(way.source) if way.source else None
        if len(bound.ways) > 1 or target is None:
            return None
        name = f"{target}.{way.name}" if way.name else target
        return self.modules.find(name, module.path)


def _best(answers: Iterable[Answer]) -> Answer:
    """The surest of several ways to a name."""
    found = list(answers)
    return max(found, key=lambda a: (a.certainty, bool(a.why)), default=_NOT_BOUND)
