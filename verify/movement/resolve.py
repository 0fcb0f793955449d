"""What a name means: the definition that it leads to, through imports and
re-exports, in one revision.

Where several branches bind a name it means several things, each under its
conditions. Where the text does not tell, the meaning says so (`doubt`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from verify.movement.bindings import (
    DELETED,
    FROM,
    IMPORT,
    Binding,
    Guard,
    Names,
)
from verify.movement.modules import ModuleFile, Modules
from verify.movement.targets import (
    BUILTINS,
    OF_THE_MODULE,
    RUN_TIME,
    Condition,
    Kind,
    Meaning,
    Target,
    When,
)

# Modules that import everything from each other have more ways than can be tried.
_MOST = 2000


@dataclass(eq=False, slots=True)
class Resolver:
    """Follows names through the modules of one revision."""

    modules: Modules
    _known: dict[tuple[str, str, When], Meaning] = field(default_factory=dict)
    _open: set[tuple[str, str]] = field(default_factory=set)
    _steps: int = 0

    def name(self, module: ModuleFile, name: str, when: When = RUN_TIME) -> Meaning:
        """What a name means that no scope inside the module binds."""
        if name in OF_THE_MODULE and name not in module.names.bindings:
            return Meaning((Target(Kind.OWN, f"{module.name}.{name}", home=module),))
        found = self.bound(module, name, when)
        if _always(found):
            return found
        if name in BUILTINS:
            last = Target(Kind.BUILTIN, name)
        elif found.targets:
            return found
        elif self._has_submodule(module, name):
            last = Target(Kind.MODULE, f"{module.name}.{name}")
        else:
            last = Target(Kind.MISSING, f"{module.name}.{name}")
        return replace(found, targets=(*found.targets, last))

    def member(self, module: str, name: str, near: str, when: When) -> Meaning:
        """What `from module import name` gives a file at the path `near`."""
        dotted = f"{module}.{name}"
        path = self.modules.find(module, near)
        if path is None:
            return Meaning((self._not_found(module, dotted),))
        file = self.modules.at(path) if path else None
        if file is None:
            why = f"{path} does not parse" if path else f"several files are {module}"
            return Meaning(doubt=why)
        found = self.bound(file, name, When(types=when.types))
        hops = ((file, name), *found.hops)
        if found.doubt or _always(found):
            return replace(found, hops=hops)
        last: tuple[Target, ...] = ()
        if self._has_submodule(file, name):
            last = (Target(Kind.MODULE, f"{file.name}.{name}"),)
        elif name in OF_THE_MODULE:
            last = (Target(Kind.OWN, dotted, home=file),)
        elif "__getattr__" in file.names.bindings:
            return Meaning(doubt=f"{file.name} has a __getattr__", hops=hops)
        elif not found.targets:
            last = (Target(Kind.MISSING, dotted),)
        return Meaning((*found.targets, *last), hops=hops)

    def attribute(self, meaning: Meaning, name: str, near: str, when: When) -> Meaning:
        """What an attribute read off a meaning means."""
        if meaning.doubt and not meaning.targets:
            return meaning  # of whatever it is, the same attribute
        results = [self._attribute_of(t, name, near, when) for t in meaning.targets]
        if len(results) == 1:
            return replace(results[0], doubt=meaning.doubt or results[0].doubt)
        return _joined(results, meaning.doubt)

    def expression(self, module: ModuleFile, node: ast.AST) -> Meaning | None:
        """What `a.b.c` means at a module's top level, None for what is no such
        chain."""
        attributes: list[str] = []
        while isinstance(node, ast.Attribute):
            attributes.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        meaning = self.name(module, node.id)
        for attribute in reversed(attributes):
            meaning = self.attribute(meaning, attribute, module.path, RUN_TIME)
        return meaning

    def bound(self, module: ModuleFile, name: str, when: When) -> Meaning:
        """What a module's own text binds a name to, nothing where it does not."""
        key = (module.path, name, when)
        if key in self._known:
            return self._known[key]
        if key[:2] in self._open:
            return Meaning()  # an import of itself: what it finds is the submodule
        self._steps = self._steps + 1 if self._open else 0
        if self._steps > _MOST:
            return Meaning(doubt="its imports lead through too many modules")
        self._open.add(key[:2])
        try:
            found = self._bound(module, name, when)
        finally:
            self._open.discard(key[:2])
        if not self._open:
            self._known[key] = found
        return found

    def module_of(self, node: ast.ImportFrom, file: ModuleFile) -> str | None:
        """The module that a from-import names, None above the top-level package."""
        if not node.level:
            return node.module or ""
        parts = file.package.split(".") if file.package else []
        if node.level > len(parts):
            return None
        base = parts[: len(parts) - node.level + 1]
        return ".".join((*base, node.module)) if node.module else ".".join(base)

    def imported(
        self,
        node: ast.Import | ast.ImportFrom,
        alias: ast.alias,
        file: ModuleFile,
        when: When = RUN_TIME,
    ) -> Meaning:
        """What an import statement binds its name to."""
        if isinstance(node, ast.Import):
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            return self._module(name, file.path)
        module = self.module_of(node, file)
        if module is None:
            return Meaning(doubt="a relative import above its top-level package")
        found = self.member(module, alias.name, file.path, when)
        return replace(found, targets=tuple(map(_copied, found.targets)))

    def _bound(self, module: ModuleFile, name: str, when: When) -> Meaning:
        live = live_bindings(module.names, name, when)
        if any(binding.kind == DELETED for binding in live):
            return Meaning(doubt=f"{module.name} deletes {name}")
        is_late = name in module.names.rebound and when.before is None
        if is_late and any(binding.kind in (IMPORT, FROM) for binding in live):
            return Meaning(doubt=f"a function of {module.name} rebinds {name}")
        results = [self._starred(module, name, when, live)]
        if (live or is_late) and not any(b.kind in (IMPORT, FROM) for b in live):
            results.append(Meaning((_symbol(module, name, live, ()),)))
        else:
            results += [self._of_binding(module, name, b, when) for b in live]
        results = [result for result in results if result.targets or result.doubt]
        if len(results) == 1:
            return results[0]
        return _joined(results, "")

    def _of_binding(
        self, module: ModuleFile, name: str, binding: Binding, when: When
    ) -> Meaning:
        conditions = _conditions(binding.guards, module, when)
        if binding.alias is None:
            return Meaning((_symbol(module, name, [binding], conditions),))
        assert isinstance(binding.statement, (ast.Import, ast.ImportFrom))
        found = self.imported(binding.statement, binding.alias, module, when)
        return _under(conditions, found)

    def _starred(
        self, module: ModuleFile, name: str, when: When, live: list[Binding]
    ) -> Meaning:
        """What star imports may give a name; what is bound after them hides it."""
        last = max((b.at for b in live if not b.guards), default=(0, 0))
        results = []
        for star in module.names.stars:
            late = when.before is not None and star.at >= when.before
            if star.at < last or late:
                continue
            conditions = _conditions(star.guards, module, when)
            found = self._out_of_star(star.statement, name, module, when)
            results.append(_under(conditions, found))
        return _joined(results, "")

    def _out_of_star(
        self, node: ast.ImportFrom, name: str, file: ModuleFile, when: When
    ) -> Meaning:
        module = self.module_of(node, file)
        if module is None:
            return Meaning(doubt="a relative import above its top-level package")
        path = self.modules.find(module, file.path)
        starred = self.modules.at(path) if path else None
        if starred is None:
            return Meaning((Target(Kind.STAR, module),))
        if starred.names.dynamic:
            return Meaning(doubt=f"{module} uses {starred.names.dynamic}")
        if "__all__" in starred.names.bindings:
            exported = _exported(starred.names)
            if exported is None:
                return Meaning(doubt=f"{module} computes its __all__")
            hidden = name not in exported
        else:
            hidden = name.startswith("_")
        if hidden:
            return Meaning()
        found = self.bound(starred, name, When(types=when.types))
        return replace(
            found,
            targets=tuple(map(_copied, found.targets)),
            hops=((starred, name), *found.hops),
        )

    def _module(self, name: str, near: str) -> Meaning:
        path = self.modules.find(name, near)
        if path == "":
            return Meaning(doubt=f"several files are {name}")
        if path or self.modules.is_package(name):
            # A script's neighbour is told by its path: its name is not its own.
            file = self.modules.at(path) if path else None
            return Meaning((Target(Kind.MODULE, file.name if file else name),))
        return Meaning((self._not_found(name.rpartition(".")[0], name),))

    def _not_found(self, module: str, dotted: str) -> Target:
        if self.modules.is_package(module) and self.modules.find(dotted) is not None:
            return Target(Kind.MODULE, dotted)
        if self.modules.is_package(dotted):
            return Target(Kind.MODULE, dotted)
        if self.modules.owns(dotted):
            return Target(Kind.MISSING, dotted)
        return Target(Kind.EXTERNAL, dotted)

    def _attribute_of(
        self, target: Target, name: str, near: str, when: When
    ) -> Meaning:
        if target.kind is Kind.EXTERNAL:
            return Meaning((replace(target, path=f"{target.path}.{name}"),))
        if target.kind is not Kind.MODULE:
            return Meaning((replace(target, rest=(*target.rest, name)),))
        found = self.member(target.path, name, near, when)
        return _under(target.conditions, found)

    def _has_submodule(self, module: ModuleFile, name: str) -> bool:
        dotted = f"{module.name}.{name}"
        return module.is_package and (
            self.modules.find(dotted) is not None or self.modules.is_package(dotted)
        )


def live_bindings(names: Names, name: str, when: When) -> list[Binding]:
    """The bindings that can hold when a name is looked up.

    An unconditional one ends all before it. Only a type checker goes into
    `if TYPE_CHECKING:`, and it does not go into its else-branch.
    """
    live: list[Binding] = []
    for binding in names.bindings.get(name, ()):
        if when.before is not None and binding.at > when.before:
            continue
        sides = [_type_checking(guard) for guard in binding.guards]
        if any(side is not None and side is not when.types for side in sides):
            continue
        if all(side is not None for side in sides):
            live.clear()
        live.append(binding)
    return live


def _type_checking(guard: Guard) -> bool | None:
    """Whether a branch is a type checker's (True), or never its (False)."""
    test, holds = guard.test, guard.holds
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, holds = test.operand, not holds
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return holds if name == "TYPE_CHECKING" else None


def _conditions(
    guards: Iterable[Guard], module: ModuleFile, when: When
) -> tuple[Condition, ...]:
    return tuple(
        Condition(guard, module) for guard in guards if _type_checking(guard) is None
    )


def _symbol(
    module: ModuleFile,
    name: str,
    live: list[Binding],
    conditions: tuple[Condition, ...],
) -> Target:
    return Target(
        Kind.SYMBOL,
        f"{module.name}.{name}",
        conditions=conditions,
        home=module,
        bindings=tuple(live),
    )


def _under(conditions: tuple[Condition, ...], meaning: Meaning) -> Meaning:
    if not conditions:
        return meaning
    targets = (
        replace(t, conditions=conditions + t.conditions) for t in meaning.targets
    )
    return Meaning(tuple(targets), meaning.doubt)


def _copied(target: Target) -> Target:
    return replace(target, copied=True) if target.kind is Kind.SYMBOL else target


def _joined(results: list[Meaning], doubt: str) -> Meaning:
    targets = dict.fromkeys(t for result in results for t in result.targets)
    doubts = [doubt, *(result.doubt for result in results)]
    return Meaning(tuple(targets), next((d for d in doubts if d), ""))


def _always(meaning: Meaning) -> bool:
    """Whether a name is bound whatever the conditions are."""
    if meaning.doubt:
        return True
    return any(not t.conditions and t.kind is not Kind.STAR for t in meaning.targets)


def _exported(names: Names) -> frozenset[str] | None:
    """What `__all__` lists, None where it is computed."""
    found = names.bindings["__all__"]
    value = found[0].value
    if len(found) > 1 or not isinstance(value, (ast.List, ast.Tuple)):
        return None
    listed = [getattr(element, "value", None) for element in value.elts]
    if not all(isinstance(each, str) for each in listed):
        return None
    return frozenset(str(each) for each in listed)
