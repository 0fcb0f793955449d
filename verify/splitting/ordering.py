"""What runs at import in another order once it stands in several files.

Python runs a module's statements from top to bottom, and those of a package's files
as its `__init__` imports them. Functions can change places; a decorator that keeps a
list of what it decorates can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from verify.movement.effects import effects_of, puts_off_annotations
from verify.splitting.inventory import Inventory, text_of

# What a class of these does when it is made is known: nothing that others see.
_QUIET_BASES = frozenset(
    {"ABC", "Exception", "Generic", "Module", "Protocol", "object"}
)
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Swap:
    """A statement, by its line, that is run before another one of a line above it; not
    at all, when the module is imported, where `first` is 0. `is_sure` where it, or
    both, run code that can tell, and not only bases of which nothing is known.
    """

    second: int
    first: int
    is_sure: bool


@dataclass(eq=False)
class Ordering:
    """A module before, and the files after: `homes` of the names that move, and the
    `texts` of `module`, which is split, and of each module that gets something.
    `counts_subclasses` tells that some code asks a class for those derived from it.
    """

    inventory: Inventory
    homes: Mapping[str, str]
    texts: Mapping[str, str]
    module: str
    counts_subclasses: bool = False

    def swaps(self) -> Iterator[Swap]:
        """Everything that is run in another order, where that can matter."""
        loud = [s for s in self.inventory.tree.body if self._sound(s) > 0]
        places = {statement: at for at, statement in enumerate(self._order())}
        for statement in loud:
            if statement not in places:
                yield Swap(statement.lineno, 0, self._sound(statement) > 1)
        for index, first in enumerate(loud):
            for second in loud[index + 1 :]:
                if places.get(second, 0) < places.get(first, 0):
                    sure = min(self._sound(first), self._sound(second)) > 1
                    yield Swap(second.lineno, first.lineno, sure)

    def _order(self) -> list[ast.stmt]:
        """The statements as they are run after the split."""
        found: list[ast.stmt] = []
        self._run(self.module, found, set())
        return found

    def _run(self, module: str, found: list[ast.stmt], begun: set[str]) -> None:
        begun.add(module)
        for target in self._imports(module):
            if target in self.texts and target not in begun:
                self._run(target, found, begun)
        for statement in self.inventory.tree.body:
            if self._homes_of.get(statement, self.module) == module:
                found.append(statement)

    def _imports(self, module: str) -> Iterator[str]:
        for node in ast.parse(self.texts[module]).body:
            if isinstance(node, ast.ImportFrom):
                yield self._absolute(module, node)

    def _absolute(self, module: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        # Only the split module itself can be a package's `__init__` here.
        parts = module.split(".")
        depth = node.level - (module == self.module and self._is_package)
        kept = parts[: len(parts) - depth]
        return ".".join([*kept, *([node.module] if node.module else [])])

    @cached_property
    def _is_package(self) -> bool:
        return any(each.startswith(f"{self.module}.") for each in self.texts)

    @cached_property
    def _homes_of(self) -> dict[ast.stmt, str]:
        return {
            statement: self.homes[name]
            for name, unit in self.inventory.units.items()
            if name in self.homes
            for statement in unit.statements
        }

    # What can tell

    def _sound(self, statement: ast.stmt) -> int:
        """0 where nothing can tell when it was run, 1 where that is not known, 2 where
        something can.
        """
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return 0
        if text_of(statement) is not None:
            return 0
        if isinstance(statement, ast.ClassDef):
            return self._sound_of_class(statement)
        return 2 if effects_of([statement], lazy=self._lazy).is_loud else 0

    @cached_property
    def _lazy(self) -> bool:
        return puts_off_annotations(self.inventory.tree)

    def _sound_of_class(self, node: ast.ClassDef) -> int:
        plain = ast.ClassDef("_", [], [], node.body, node.decorator_list)
        if effects_of([plain], lazy=self._lazy).is_loud:
            return 2
        if self.counts_subclasses and node.bases:
            return 2
        return max([0, *(self._sound_of_base(b, {node.name}) for b in _bases(node))])

    def _sound_of_base(self, base: ast.expr, seen: set[str]) -> int:
        name = _tail(base)
        unit = self.inventory.units.get(name)
        if unit is None or not isinstance(base, (ast.Name, ast.Subscript)):
            quiet = effects_of([ast.Call(base, [], [])]).is_loud is False
            return 0 if quiet or name in _QUIET_BASES else 1
        if not unit.is_class:
            return 2
        node = unit.statements[0]
        assert isinstance(node, ast.ClassDef)
        if name in seen:
            return 0
        defined = {n.name for n in node.body if isinstance(n, _DEFINING)}
        if defined & {"__init_subclass__", "__set_name__"}:
            return 2
        inner = (self._sound_of_base(b, seen | {name}) for b in _bases(node))
        return max([0, *inner])


def _bases(node: ast.ClassDef) -> list[ast.expr]:
    """The bases of a class, its metaclass among them."""
    keywords = [k.value for k in node.keywords if k.arg in (None, "metaclass")]
    return [*node.bases, *keywords]


def _tail(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        return _tail(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"
