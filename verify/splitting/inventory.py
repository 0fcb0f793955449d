"""What a module holds that can be taken apart: its definitions, and who uses whom."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from codemods.moving.module import is_types_block
from codemods.scopes import analyse
from codemods.source import Source

_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NO_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.Delete)
_OPAQUE = (*_DEFINING, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# The module machinery reads these by name, or they speak of the module itself.
_OF_THE_MODULE = "belongs to the module itself; it stays"


@dataclass(eq=False)
class Unit:
    """Names that only move together, and the top-level statements that bind them.

    `uses` are the names of other units that they read, whenever they run; `why_not`
    says why they cannot move, empty where nothing in the text is against it.
    """

    names: tuple[str, ...]
    statements: tuple[ast.stmt, ...]
    uses: frozenset[str] = frozenset()
    why_not: str = ""

    @property
    def is_class(self) -> bool:
        return isinstance(self.statements[0], ast.ClassDef)

    @property
    def is_function(self) -> bool:
        return isinstance(self.statements[0], (ast.FunctionDef, ast.AsyncFunctionDef))

    @property
    def is_logger(self) -> bool:
        """Whether it is a logger named after the module: each module has its own."""
        value = getattr(self.statements[0], "value", None)
        if len(self.statements) > 1 or not isinstance(value, ast.Call):
            return False
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        asked = [a.id for a in value.args if isinstance(a, ast.Name)]
        return name == "getLogger" and asked == ["__name__"]

    @property
    def bases(self) -> frozenset[str]:
        """The names that its classes derive from."""
        return frozenset(
            base.id
            for node in self.statements
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name)
        )

    @property
    def line(self) -> int:
        return self.statements[0].lineno

    @property
    def length(self) -> int:
        """How many lines it takes."""
        return sum((s.end_lineno or s.lineno) - s.lineno + 1 for s in self.statements)


@dataclass(frozen=True, eq=False)
class Inventory:
    """The top-level names of a module.

    `imported` are those that imports bind, each with the module it comes from.
    `units` are what definitions and assignments bind, by each of its names.
    """

    module: str
    source: Source
    tree: ast.Module
    imported: Mapping[str, str]
    units: dict[str, Unit]

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that the module binds at its top level."""
        return frozenset((*self.imported, *self.units))

    @cached_property
    def ordered(self) -> tuple[Unit, ...]:
        """The units in the order of the text."""
        return tuple(sorted({*self.units.values()}, key=lambda unit: unit.line))

    @property
    def defined(self) -> tuple[str, ...]:
        """What it defines itself, in the order of the text."""
        return tuple(name for unit in self.ordered for name in unit.names)


def inventory_of(module: str, source: Source) -> Inventory:
    """Take stock of a module. Raises `SourceError` where it does not parse."""
    tree = source.parse()
    imported = dict(_imports(tree.body))
    groups = _groups(tree, frozenset(imported))
    bound = {name for names in groups.values() for name in names}
    uses = _uses(tree, bound | {*imported})
    units: dict[str, Unit] = {}
    for statements, names in groups.items():
        read = {name for each in statements for name in uses.get(each, ())}
        why_not = _why_not(names) or _mangled(statements, bound)
        unit = Unit(names, statements, frozenset(read - {*names}), why_not)
        units |= dict.fromkeys(names, unit)
    return Inventory(module, source, tree, imported, units)


def bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a statement binds in its own scope."""
    yield from _bound_here(node)
    if isinstance(node, _OPAQUE):
        return
    if isinstance(node, _COMPREHENSIONS):
        walked = (n for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
        yield from (each.target.id for each in walked)
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.alias):
            yield from bound_by(child)


def _bound_here(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    else:
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            yield name


def text_of(node: ast.stmt) -> str | None:
    """What a statement that is a string and nothing else says, None for others."""
    value = node.value if isinstance(node, ast.Expr) else None
    text = value.value if isinstance(value, ast.Constant) else None
    return text if isinstance(text, str) else None


def _why_not(names: tuple[str, ...]) -> str:
    special = next((n for n in names if n.startswith("__") and n.endswith("__")), "")
    return f"{special} {_OF_THE_MODULE}" if special else ""


def _mangled(statements: Iterable[ast.stmt], bound: set[str]) -> str:
    """Why a class cannot move that reads a name of the module by a private one."""
    for node in statements:
        if isinstance(node, ast.ClassDef):
            prefix = f"_{node.name.lstrip('_')}"
            inner = (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
            for name in inner:
                if name.startswith("__") and f"{prefix}{name}" in bound:
                    return f"{node.name} reads {prefix}{name} as {name}; rename it"
    return ""


def _imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Each name that an import binds at the top level when the module runs, and where
    it comes from.
    """
    for statement in body:
        if isinstance(statement, _DEFINING) or is_types_block(statement):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    yield name, alias.name
            elif isinstance(node, ast.ImportFrom) and node.module != "__future__":
                for alias in node.names:
                    source = "." * node.level + (node.module or "")
                    yield alias.asname or alias.name, source


@dataclass(eq=False)
class _Groups:
    """Statements that share a name belong together."""

    found: dict[str, set[ast.stmt]] = field(default_factory=dict)
    names: dict[ast.stmt, set[str]] = field(default_factory=dict)

    def add(self, statement: ast.stmt, names: set[str]) -> None:
        joined = {statement}
        for name in names:
            joined |= self.found.get(name, set())
        every = set(names)
        for each in joined:
            every |= self.names.get(each, set())
        for each in joined:
            self.names[each] = every
        for name in every:
            self.found[name] = joined


def _groups(
    tree: ast.Module, imported: frozenset[str]
) -> dict[tuple[ast.stmt, ...], tuple[str, ...]]:
    groups = _Groups()
    for statement in tree.body:
        if isinstance(statement, _NO_DEFINITIONS) or is_types_block(statement):
            continue
        own = set(bound_by(statement)) - imported
        if own:
            groups.add(statement, own)
    order = {name: n for n, s in enumerate(tree.body) for name in bound_by(s)}
    made = {}
    for statements in {id(each): each for each in groups.found.values()}.values():
        together = tuple(sorted(statements, key=lambda s: s.lineno))
        joined = groups.names[together[0]]
        made[together] = tuple(sorted(joined, key=lambda n: (order.get(n, 0), n)))
    return made


def _uses(tree: ast.Module, names: set[str]) -> dict[ast.stmt, set[str]]:
    """The top-level names that each top-level statement reads or rebinds."""
    scopes = analyse(tree, names)
    starts = [(_first_line(statement), statement) for statement in tree.body]
    found: dict[ast.stmt, set[str]] = {}
    for use in scopes.uses:
        if use.scope.lookup(use.name) is scopes.module:
            statement = _at(starts, use.anchor.lineno)
            if statement is not None:
                found.setdefault(statement, set()).add(use.name)
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Global):
                found.setdefault(statement, set()).update({*node.names} & names)
    return found


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", ())
    return min((d.lineno for d in decorators), default=statement.lineno)


def _at(starts: list[tuple[int, ast.stmt]], line: int) -> ast.stmt | None:
    found = None
    for first, statement in starts:
        if first > line:
            break
        found = statement
    return found
