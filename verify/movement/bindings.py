"""What a module binds at its top level: where, how and under which conditions.

Only the module's own scope counts; what its functions rebind through `global` is
told apart, since that happens at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from verify.syntax import is_own_module, is_own_names, outside_of

IMPORT = "import"
FROM = "from"
DEFINITION = "definition"
VARIABLE = "variable"
DELETED = "deleted"

Position = tuple[int, int]  # line from 1, column in bytes, as `ast` has them

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINING = (*_FUNCTIONS, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_READERS = frozenset({"get", "keys", "values", "items", "copy"})
_CAPTURES = (ast.MatchAs, ast.MatchStar, ast.MatchMapping)


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition that a statement stands under.

    `test` is there for an `if`, whose else-branch has `holds` false.
    """

    text: str
    test: ast.expr | None = None
    holds: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Binding:
    """One statement that gives a name its value; `at` is where it has it.

    `value` is the expression of a plain assignment to the one name.
    """

    name: str
    kind: str
    at: Position
    guards: tuple[Guard, ...]
    statement: ast.stmt
    alias: ast.alias | None = None
    value: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Star:
    """A `from module import *`."""

    statement: ast.ImportFrom
    at: Position
    guards: tuple[Guard, ...]


@dataclass(slots=True)
class Names:
    """The top level of a module.

    `rebound` are the names that functions declare `global`; `dynamic` says why
    the text does not tell all names, empty where it does.
    """

    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    stars: list[Star] = field(default_factory=list)
    rebound: frozenset[str] = frozenset()
    dynamic: str = ""
    lazy_annotations: bool = False

    def is_constant(self, name: str) -> bool:
        """Whether the name is bound once, unconditionally, and never again."""
        found = self.bindings.get(name, [])
        return len(found) == 1 and not found[0].guards and name not in self.rebound


def names_of(tree: ast.Module) -> Names:
    """Read the top level of a parsed module."""
    collector = _Collector()
    collector.block(tree.body, ())
    names = collector.names
    for found in names.bindings.values():
        found.sort(key=lambda binding: binding.at)
    _survey(tree, names)
    return names


def end_of(node: ast.AST) -> Position:
    """Where a node ends."""
    line: int | None = getattr(node, "end_lineno", None)
    column: int | None = getattr(node, "end_col_offset", None)
    return line or 0, column or 0


class _Collector:
    def __init__(self) -> None:
        self.names = Names()

    def block(self, body: list[ast.stmt], guards: tuple[Guard, ...]) -> None:
        for statement in body:
            self.statement(statement, guards)

    def statement(self, node: ast.stmt, guards: tuple[Guard, ...]) -> None:
        if isinstance(node, _DEFINING):
            self.bind(node.name, DEFINITION, end_of(node), guards, node)
            for part in outside_of(node):
                self.expression(part, node, guards)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imported(node, guards)
        else:
            for part in _own_expressions(node):
                self.expression(part, node, guards)
            for handler in getattr(node, "handlers", ()):
                if handler.name:  # is unbound again where the handler ends
                    where = end_of(handler)
                    self.bind(handler.name, DELETED, where, guards, node)
            for guard, block in _blocks(node):
                self.block(block, (*guards, guard) if guard else guards)

    def imported(
        self, node: ast.Import | ast.ImportFrom, guards: tuple[Guard, ...]
    ) -> None:
        kind = IMPORT if isinstance(node, ast.Import) else FROM
        for alias in node.names:
            if alias.name == "*" and isinstance(node, ast.ImportFrom):
                self.names.stars.append(Star(node, end_of(node), guards))
                continue
            name = alias.asname or alias.name.partition(".")[0]
            self.bind(name, kind, end_of(node), guards, node, alias=alias)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            self.names.lazy_annotations |= any(
                alias.name == "annotations" for alias in node.names
            )

    def expression(
        self, node: ast.AST, statement: ast.stmt, guards: tuple[Guard, ...]
    ) -> None:
        for name, kind, at in _stored(node):
            value = _plain_value(statement, node)
            where = end_of(statement) if value is not None else at
            self.bind(name, kind, where, guards, statement, value=value)

    def bind(
        self,
        name: str,
        kind: str,
        at: Position,
        guards: tuple[Guard, ...],
        statement: ast.stmt,
        alias: ast.alias | None = None,
        value: ast.expr | None = None,
    ) -> None:
        made = Binding(name, kind, at, guards, statement, alias, value)
        self.names.bindings.setdefault(name, []).append(made)


def _plain_value(statement: ast.stmt, target: ast.AST) -> ast.expr | None:
    if not isinstance(target, ast.Name):
        return None
    if isinstance(statement, ast.Assign) and target in statement.targets:
        return statement.value
    if isinstance(statement, ast.AnnAssign) and statement.target is target:
        return statement.value
    return None


def _stored(node: ast.AST, inside: bool = False) -> Iterator[tuple[str, str, Position]]:
    """The names that an expression or target binds in the scope it stands in.

    `inside` a comprehension only a walrus reaches that scope.
    """
    if isinstance(node, ast.NamedExpr):
        yield node.target.id, VARIABLE, end_of(node)
        yield from _stored(node.value, inside)
        return
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load) and not inside:
            deleted = isinstance(node.ctx, ast.Del)
            yield node.id, DELETED if deleted else VARIABLE, end_of(node)
        return
    if isinstance(node, ast.Lambda):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _stored(default, inside)
        return
    captured = getattr(node, "name", None) or getattr(node, "rest", None)
    if isinstance(node, _CAPTURES) and isinstance(captured, str):
        yield captured, VARIABLE, end_of(node)
    inside = inside or isinstance(node, _COMPREHENSIONS)
    for child in ast.iter_child_nodes(node):
        yield from _stored(child, inside)


def _own_expressions(node: ast.stmt) -> Iterator[ast.AST]:
    """What a statement consists of besides its blocks."""
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return  # declares a type, binds nothing
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler)):
            if isinstance(child, ast.match_case):
                yield child.pattern
                if child.guard is not None:
                    yield child.guard
            else:
                yield child


def _blocks(node: ast.stmt) -> Iterator[tuple[Guard | None, list[ast.stmt]]]:
    """The blocks of a compound statement, with what each depends on."""
    if isinstance(node, ast.If):
        text = ast.unparse(node.test)
        yield Guard(f"if {text}", node.test), node.body
        yield Guard(f"if not ({text})", node.test, holds=False), node.orelse
    elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
        yield from _try_blocks(node)
    elif isinstance(node, (ast.For, ast.AsyncFor)):
        text = f"for {ast.unparse(node.target)} in {ast.unparse(node.iter)}"
        yield Guard(text), node.body
        yield Guard(f"{text}: else"), node.orelse
    elif isinstance(node, ast.While):
        yield Guard(f"while {ast.unparse(node.test)}"), node.body
        yield Guard(f"while {ast.unparse(node.test)}: else"), node.orelse
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        items = ", ".join(ast.unparse(item) for item in node.items)
        yield Guard(f"with {items}"), node.body
    elif isinstance(node, ast.Match):
        for case in node.cases:
            text = f"match {ast.unparse(node.subject)}: case "
            yield Guard(text + ast.unparse(case.pattern)), case.body


def _try_blocks(node: ast.stmt) -> Iterator[tuple[Guard | None, list[ast.stmt]]]:
    handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
    kinds = [ast.unparse(h.type) if h.type else "" for h in handlers]
    text = f"try (except {', '.join(kinds)})"
    # Without a handler nothing goes on after an exception.
    yield Guard(text) if handlers else None, getattr(node, "body", [])
    for handler, kind in zip(handlers, kinds, strict=True):
        yield Guard(f"except {kind}"), handler.body
    yield Guard(f"{text}: else"), getattr(node, "orelse", [])
    yield None, getattr(node, "finalbody", [])


def _survey(tree: ast.Module, names: Names) -> None:
    """Note what happens to the module's names elsewhere in its text."""
    rebound: set[str] = set()
    reading: set[ast.AST] = set()
    for node in ast.walk(tree):  # outer nodes come first
        if isinstance(node, ast.Global):
            rebound.update(node.names)
        elif node in reading:
            continue
        elif reason := _dynamic(node):
            names.dynamic = names.dynamic or reason
        reading.update(_only_read(node))
    names.rebound = frozenset(rebound)


def _dynamic(node: ast.AST) -> str:
    """Why names may come and go behind the text, empty where they do not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == "exec":
            return "exec()"
        if is_own_names(node):
            return f"{node.func.id}()"
    if is_own_module(node):
        return "sys.modules[__name__]"
    return ""


def _only_read(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an expression that are looked into and not changed."""
    if (isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)) or (
        isinstance(node, ast.Attribute) and node.attr in _READERS
    ):
        yield node.value
    elif isinstance(node, ast.Compare):
        yield from node.comparators
