"""Which imports inside functions nothing in their own file keeps there. Pure."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from codemods.home import ModuleHome
from codemods.scopes import Scope, Scopes, analyse
from codemods.source import Source

ImportStatement = ast.Import | ast.ImportFrom
_FunctionDef = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Decorators that neither call what they decorate nor read its source.
_HARMLESS = frozenset(
    {
        *("abstractmethod", "cache", "cached_property", "classmethod", "deleter"),
        *("fixture", "final", "getter", "inference_mode", "lru_cache", "no_grad"),
        *("overload", "override", "parametrize", "property", "setter", "skip"),
        *("skipIf", "skipUnless", "skipif", "staticmethod", "wraps"),
    }
)
# Called by Python itself, while a module is imported or when all is taken down.
_CALLED_BY_PYTHON = frozenset(
    {"__class_getitem__", "__del__", "__dir__", "__getattr__", "__init_subclass__"}
    | {"__set_name__"}
)
_SEES_LOCALS = frozenset({"eval", "exec", "globals", "locals", "vars"})
_PREPARES = frozenset({"chdir", "environ", "path", "putenv", "set_start_method"})
_ENDS = (ast.Return, ast.Raise, ast.Assert, ast.Await, ast.Break, ast.Continue)

# What a name is bound to by an import.
Meaning = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Local:
    """An import inside a function.

    `why_kept` says what in the file keeps it there, and is empty where nothing does.
    `missing` are its names that the top of the file does not import likewise.
    `conditional` says that what stands before it may end the function, or set
    something up for it.
    """

    node: ImportStatement
    function: str
    why_kept: str
    missing: tuple[ast.alias, ...]
    conditional: bool

    @property
    def place(self) -> tuple[int, int]:
        """Its line and column, both from 1, as `ast` counts them."""
        return self.node.lineno, self.node.col_offset + 1


def local_imports_in(
    source: Source, tree: ast.Module, home: ModuleHome | None = None
) -> list[Local]:
    """The imports inside functions, in the order of the file."""
    return list(_File(source, tree, home).locals())


def local_name(node: ImportStatement, alias: ast.alias) -> str:
    """The name that an import binds."""
    if alias.asname or isinstance(node, ast.ImportFrom):
        return alias.asname or alias.name
    return alias.name.partition(".")[0]


@dataclass(eq=False)
class _File:
    source: Source
    tree: ast.Module
    home: ModuleHome | None
    statement_of: dict[ast.AST, ImportStatement] = field(default_factory=dict)

    def locals(self) -> Iterator[Local]:
        found = [chain for chain in _chains(self.tree) if _is_local(chain)]
        if not found:
            return
        self._note_statements()
        for chain in found:
            node = chain[-1]
            assert isinstance(node, (ast.Import, ast.ImportFrom))
            function = ".".join(getattr(n, "name", "") for n in chain if _named(n))
            why = _reason_around(chain) or self._reason_at(chain, node)
            missing = () if why else tuple(self._missing(node))
            conditional = not why and _is_conditional(chain[-2], node)
            yield Local(node, function, why, missing, conditional)

    def _note_statements(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.statement_of.update(dict.fromkeys(node.names, node))

    @cached_property
    def scopes(self) -> Scopes:
        names = {
            local_name(node, alias)
            for alias, node in self.statement_of.items()
            if isinstance(alias, ast.alias)
        }
        return analyse(self.tree, names)

    @cached_property
    def bindings(self) -> Mapping[str, list[ast.AST]]:
        """Everything in the file that binds a name, whatever the scope."""
        found: dict[str, list[ast.AST]] = {}
        scopes: dict[int, Scope] = {id(self.scopes.module): self.scopes.module}
        scopes |= {id(use.scope): use.scope for use in self.scopes.uses}
        scopes |= {id(each): each for each in self.scopes.of_node.values()}
        for scope in scopes.values():
            for name, nodes in scope.bindings.items():
                found.setdefault(name, []).extend(nodes)
        return found

    @cached_property
    def top(self) -> frozenset[ast.AST]:
        """The import statements that run whenever the module does."""
        kinds = (ast.Import, ast.ImportFrom)
        return frozenset(n for n in self.tree.body if isinstance(n, kinds))

    def meaning(self, node: ImportStatement, alias: ast.alias) -> Meaning:
        """What the name is bound to, however that is written."""
        if isinstance(node, ast.Import):
            whole = alias.name if alias.asname else alias.name.partition(".")[0]
            return "module", whole, ""
        return "from", self.base(node), alias.name

    def base(self, node: ast.ImportFrom) -> str:
        dots = "." * node.level
        if not node.level or self.home is None or not self.home.package:
            return dots + (node.module or "")
        parts = self.home.package.split(".")
        if node.level > len(parts):
            return dots + (node.module or "")
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, node.module] if node.module else kept)

    def _missing(self, node: ImportStatement) -> Iterator[ast.alias]:
        for alias in node.names:
            if not any(self._same(node, alias, each) for each in self.top):
                yield alias

    def _same(self, node: ImportStatement, alias: ast.alias, top: ast.AST) -> bool:
        assert isinstance(top, (ast.Import, ast.ImportFrom))
        for other in top.names:
            if isinstance(node, ast.Import) and not alias.asname:
                plain = isinstance(top, ast.Import) and not other.asname
                if plain and f"{other.name}.".startswith(f"{alias.name}."):
                    return True
                continue
            same_name = local_name(top, other) == local_name(node, alias)
            if same_name and self.meaning(top, other) == self.meaning(node, alias):
                return True
        return False

    # Reasons

    def _reason_at(self, chain: Sequence[ast.AST], node: ImportStatement) -> str:
        if self._shares_its_line(node):
            return "it shares its line with something else"
        if self._has_comment(chain[-2], node):
            return "a comment goes with it"
        for alias in node.names:
            if alias.name == "*":
                return "it is a star import"
            why = self._reason_of_name(chain[-2], node, alias)
            if why:
                return why
        return ""

    def _shares_its_line(self, node: ImportStatement) -> bool:
        source = self.source
        start, end = source.start(node), source.end(node)
        before = source.text[source.line_start(start) : start]
        after = source.text[end : source.line_end(end)].strip()
        return bool(before.strip(" \t")) or bool(after and not after.startswith("#"))

    def _has_comment(self, function: ast.AST, node: ImportStatement) -> bool:
        """Whether a comment stands on its lines, or above it and its neighbours."""
        source = self.source
        start = source.line_start(source.start(node))
        if "#" in source.text[start : source.line_end(source.end(node))]:
            return True
        body = getattr(function, "body", [])
        at = body.index(node)
        while at and isinstance(body[at - 1], (ast.Import, ast.ImportFrom)):
            if body[at - 1].end_lineno + 1 != body[at].lineno:
                break
            at -= 1
        first = source.line_start(source.start(body[at]))
        if not first:
            return False
        above = source.text[source.line_start(first - 1) : first]
        return above.lstrip().startswith("#")

    def _reason_of_name(
        self, function: ast.AST, node: ImportStatement, alias: ast.alias
    ) -> str:
        name = local_name(node, alias)
        owner = self.scopes.scope_of(alias)
        if owner.node is not function:
            return f"`{name}` is declared global"
        if hasattr(builtins, name):
            return f"`{name}` is a name of Python's own"
        if name.startswith("__"):
            return f"`{name}` is a private name"
        meaning = self.meaning(node, alias)
        for other in self.bindings.get(name, ()):
            statement = self.statement_of.get(other)
            if statement is None or not isinstance(other, ast.alias):
                return f"`{name}` is bound to something else in the file too"
            if self.meaning(statement, other) != meaning:
                return f"`{name}` is imported from elsewhere in the file too"
        at_top = self.scopes.module.bindings.get(name, ())
        if any(self.statement_of[each] not in self.top for each in at_top):
            return f"`{name}` is imported at the top under a condition"
        if not self.scopes.uses_of(owner, name):
            return f"`{name}` is not used: it is there for what the import does"
        uses = (use for use in self.scopes.uses if use.name == name)
        if any(use.scope.lookup(name) is None for use in uses):
            return f"`{name}` is read where nothing binds it"
        return ""


def _chains(tree: ast.Module) -> Iterator[tuple[ast.AST, ...]]:
    """Every import statement with what stands around it, outermost first."""
    waiting: list[tuple[ast.AST, ...]] = [(tree,)]
    while waiting:
        chain = waiting.pop()
        if isinstance(chain[-1], (ast.Import, ast.ImportFrom)):
            yield chain
            continue
        inner = [
            each
            for each in ast.iter_child_nodes(chain[-1])
            if isinstance(each, (ast.stmt, ast.ExceptHandler, ast.match_case))
        ]
        waiting += ((*chain, each) for each in reversed(inner))


def _is_local(chain: Sequence[ast.AST]) -> bool:
    return any(isinstance(each, _FUNCTIONS) for each in chain)


def _named(node: ast.AST) -> bool:
    return isinstance(node, (*_FUNCTIONS, ast.ClassDef))


def _reason_around(chain: Sequence[ast.AST]) -> str:
    """Why an import has to stay for the sake of what stands around it."""
    inner = chain[1:-1]
    if sum(isinstance(each, _FUNCTIONS) for each in inner) > 1:
        return "it is in a nested function"
    if isinstance(inner[-1], ast.ClassDef):
        return "it is in the body of a class"
    if any(isinstance(e, (ast.Try, ast.ExceptHandler)) for e in inner):
        return "it is inside a try"
    if not isinstance(inner[-1], _FUNCTIONS):
        return "it is under a condition, or inside a with or a loop"
    if not all(map(_named, inner)):
        return "its function is defined under a condition"
    return _reason_of_function(inner[-1])


def _reason_of_function(function: _FunctionDef) -> str:
    if function.name in _CALLED_BY_PYTHON:
        return f"Python itself calls `{function.name}`"
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = getattr(called, "attr", getattr(called, "id", ""))
        if name not in _HARMLESS:
            return f"its function is decorated with `{ast.unparse(called)}`"
    for node in _inside(function.body):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return "its function is a generator"
        if isinstance(node, ast.Name) and node.id in _SEES_LOCALS:
            return f"its function uses `{node.id}`"
    return ""


def _inside(block: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of a function's body, functions within it left out."""
    waiting = list(block)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_FUNCTIONS, ast.Lambda)):
            waiting += ast.iter_child_nodes(node)


def _is_conditional(function: ast.AST, node: ImportStatement) -> bool:
    body: list[ast.stmt] = getattr(function, "body", [])
    for part in _inside(body[: body.index(node)]):
        name = getattr(part, "attr", getattr(part, "id", ""))
        if isinstance(part, _ENDS) or name in _PREPARES:
            return True
    return False
