"""One parsed file: what stands around a node, and whose a name is.

A file is large and what is asked of it is little, so only those of its units are
taken apart that are asked for. A unit is a statement at the top of the file or of
a class, a class itself excepted.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.rehoming.modules import Modules
from codemods.scopes import Scope, Scopes, Use, analyse
from codemods.source import Source

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
Method = ast.FunctionDef | ast.AsyncFunctionDef
_METHODS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Nodes that `ast` may share between places, and that nobody asks for.
_SHARED = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop, ast.cmpop)


@dataclass(frozen=True, slots=True)
class Variable:
    """A name in the scope that owns it: what binds it, and every use of it."""

    name: str
    owner: ast.AST | None
    bindings: tuple[ast.AST, ...]
    uses: tuple[Use, ...]

    @property
    def is_local(self) -> bool:
        """Whether nothing outside one function can see it."""
        return isinstance(self.owner, FUNCTIONS)

    @property
    def key(self) -> tuple[str, int]:
        return self.name, id(self.bindings[0]) if self.bindings else id(self.owner)


@dataclass(eq=False)
class File:
    """A file with the ways through it. `modules` finds other files, if any can be;
    `introduced` has the names that locals of a function get, with their old ones.
    """

    source: Source
    tree: ast.Module
    modules: Modules | None = None
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    _units: list[ast.stmt] = field(default_factory=list)
    _indexed: dict[ast.stmt, list[ast.AST]] = field(default_factory=dict)
    introduced: dict[tuple[ast.AST, str], str] = field(default_factory=dict)
    _scopes: dict[tuple[int, str], Scopes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._outline(self.tree)

    def _outline(self, holder: ast.Module | ast.ClassDef) -> None:
        for statement in holder.body:
            self.parents[statement] = holder
            if isinstance(statement, ast.ClassDef):
                self._outline(statement)
                for name in ("decorator_list", "bases", "keywords", "type_params"):
                    for part in getattr(statement, name, ()):
                        self.parents[part] = statement
                        self._walk(part)
            else:
                self._units.append(statement)

    def _walk(self, node: ast.AST) -> list[ast.AST]:
        """Note what is around everything inside a node, and return all of it."""
        found = [node]
        parents = self.parents
        for at in found:
            for child in ast.iter_child_nodes(at):
                if not isinstance(child, _SHARED):
                    parents[child] = at
                    found.append(child)
        return found

    def lookups_by_name(self, owner: ast.AST) -> list[ast.Call]:
        """The calls by which a function reaches its locals without spelling them."""
        if owner not in self._lookups:
            calls = (n for n in ast.walk(owner) if isinstance(n, ast.Call))
            self._lookups[owner] = [call for call in calls if _is_lookup(call)]
        return self._lookups[owner]

    @cached_property
    def _lookups(self) -> dict[ast.AST, list[ast.Call]]:
        return {}

    def inside(self, unit: ast.stmt) -> list[ast.AST]:
        """A unit and every node in it, taken apart now if it was not yet."""
        if unit not in self._indexed:
            self._indexed[unit] = self._walk(unit)
        return self._indexed[unit]

    def nodes_with(self, words: Iterable[str]) -> list[ast.AST]:
        """Every node of the units that spell one of some names, in the file's order."""
        lines = self._lines_of(frozenset(words))
        found: list[ast.AST] = []
        for unit in self._units:
            if lines is None or _has_line(unit, lines):
                found.extend(self.inside(unit))
        return found

    def _lines_of(self, words: frozenset[str]) -> list[int] | None:
        """The lines that spell one of some names; None where spelling says nothing."""
        if not self._spells_as_read:
            return None
        pattern = re.compile("|".join(map(re.escape, sorted(words))))
        found = pattern.finditer(self.source.text)
        return [self.source.place(match.start())[0] for match in found]

    @cached_property
    def _spells_as_read(self) -> bool:
        """Whether Python, which has a normal form, reads names as they are spelt."""
        text = self.source.text
        return text.isascii() or unicodedata.is_normalized("NFKC", text)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Every node around one, innermost first."""
        at = self.parents.get(node)
        while at is not None:
            yield at
            at = self.parents.get(at)

    def function_around(self, node: ast.AST) -> ast.AST:
        """The innermost function around a node, the module where there is none."""
        around = (each for each in self.around(node) if isinstance(each, FUNCTIONS))
        return next(around, self.tree)

    def statement_of(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that a node is in, or is."""
        for each in (node, *self.around(node)):
            if isinstance(each, ast.stmt):
                return each
        return None

    def f_string_around(self, node: ast.AST) -> ast.JoinedStr | None:
        """The outermost f-string that a node is in: its positions are of no use."""
        found = None
        for each in self.around(node):
            if isinstance(each, ast.stmt):
                break
            if isinstance(each, ast.JoinedStr):
                found = each
        return found

    def self_class(self, node: ast.expr) -> ast.ClassDef | None:
        """The class whose `self` or `cls` an expression is, in one of its methods."""
        if not isinstance(node, ast.Name):
            return None
        for each in self.around(node):
            if not isinstance(each, FUNCTIONS):
                continue
            arguments = each.args
            named = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
            if node.id not in named:
                continue
            holder = self.parents[each]
            if not isinstance(holder, ast.ClassDef) or named[0] != node.id:
                return None
            if isinstance(each, ast.Lambda) or "staticmethod" in decorators(each):
                return None
            return None if _rebinds(each, node.id) else holder
        return None

    @cached_property
    def classes(self) -> list[ast.ClassDef]:
        """Every class of the file, those inside functions too."""
        if not re.search(r"^[ \t]+class\b", self.source.text, re.MULTILINE):
            return [each for each in self.tree.body if isinstance(each, ast.ClassDef)]
        return [
            each for each in _statements(self.tree) if isinstance(each, ast.ClassDef)
        ]

    def variable(self, node: ast.Name | ast.arg) -> Variable:
        """The variable that a name, as a use or a binding, is of."""
        name = node.arg if isinstance(node, ast.arg) else node.id
        found = self._local(node, name)
        if found is None:
            found = self._variable_in(node, name, self.tree)
        return found or Variable(name, None, (node,) if _binds(node) else (), ())

    def bindings_of(self, node: ast.Name) -> tuple[ast.AST, ...]:
        """What binds a name; its uses are not looked for, which is quicker."""
        found = self._local(node, node.id)
        return tuple(self.bindings(node.id)) if found is None else found.bindings

    def bindings(self, name: str) -> list[ast.AST]:
        """What binds a name at the top of the file."""
        declared = rf"\bglobal\b[^\n]*\b{re.escape(name)}\b"
        if not self._spells_as_read or re.search(declared, self.source.text):
            found = self._analysed(self.tree, name).module.bindings.get(name, [])
            self._index(found)
            return found
        return self._bound_at_top.get(name, [])

    @cached_property
    def _bound_at_top(self) -> dict[str, list[ast.AST]]:
        bound: dict[str, list[ast.AST]] = {}
        for statement in self.tree.body:
            single = isinstance(statement, (*_METHODS, ast.ClassDef))
            nodes = [statement] if single else self.inside(statement)
            for node in nodes:
                for name in _names_bound(node):
                    if self.function_around(node) is self.tree:
                        bound.setdefault(name, []).append(node)
        return bound

    def _local(self, node: ast.Name | ast.arg, name: str) -> Variable | None:
        """The variable inside the outermost function, None if it is not in there."""
        outermost = [n for n in self.around(node) if isinstance(n, FUNCTIONS)]
        if not outermost or name not in self._bound_inside(outermost[-1]):
            return None
        return self._variable_in(node, name, outermost[-1])

    def _bound_inside(self, function: ast.AST) -> frozenset[str]:
        if function not in self._bound:
            names = (n for node in ast.walk(function) for n in _names_bound(node))
            self._bound[function] = frozenset(names)
        return self._bound[function]

    @cached_property
    def _bound(self) -> dict[ast.AST, frozenset[str]]:
        return {}

    def _variable_in(
        self, node: ast.Name | ast.arg, name: str, part: ast.AST
    ) -> Variable | None:
        scopes = self._analysed(part, name)
        owner = _owner(scopes, node, name)
        if owner is None and part is not self.tree and _binds(node):
            return Variable(name, part, (node,), ())  # bound and never used
        if owner is None or (owner is scopes.module and part is not self.tree):
            return None
        bindings = tuple(owner.bindings.get(name, ()))
        uses = tuple(scopes.uses_of(owner, name))
        if part is self.tree:
            self._index([*bindings, *(use.nodes[0] for use in uses)])
        return Variable(name, owner.node, bindings, uses)

    def _index(self, nodes: Iterable[ast.AST]) -> None:
        """Take everything apart if one of some nodes is in a unit that was not."""
        if any(node not in self.parents for node in nodes):
            for unit in self._units:
                self.inside(unit)

    def _analysed(self, part: ast.AST, name: str) -> Scopes:
        key = id(part), name
        if key not in self._scopes:
            tree = part if isinstance(part, ast.Module) else _as_module(part)
            self._scopes[key] = analyse(tree, {name})
        return self._scopes[key]


def decorators(function: Method) -> list[str]:
    """The names of a function's decorators, empty for one that has no plain name."""
    return [
        each.id if isinstance(each, ast.Name) else ""
        for each in function.decorator_list
    ]


def path_of(node: ast.expr) -> tuple[str, ...] | None:
    """The names of a plain chain like `a.b.c`, None for any other expression."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return (node.id, *names) if isinstance(node, ast.Name) else None


def _statements(tree: ast.Module) -> list[ast.AST]:
    """Every statement, with what holds blocks of them; expressions hold none."""
    found: list[ast.AST] = [tree]
    for node in found:
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, block, ())
    return found


def _is_lookup(call: ast.Call) -> bool:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return name in ("eval", "exec", "locals") or (name == "vars" and not call.args)


def _has_line(unit: ast.stmt, lines: list[int]) -> bool:
    first = min([unit.lineno, *(d.lineno for d in getattr(unit, "decorator_list", ()))])
    last = unit.end_lineno or first
    return any(first <= line <= last for line in lines)


def _as_module(node: ast.AST) -> ast.Module:
    if not isinstance(node, ast.stmt):
        assert isinstance(node, ast.expr)
        node = ast.Expr(value=node)
    return ast.Module(body=[node], type_ignores=[])


def _binds(node: ast.Name | ast.arg) -> bool:
    return isinstance(node, ast.arg) or not isinstance(node.ctx, ast.Load)


def _names_bound(node: ast.AST) -> Iterator[str]:
    """The names that a node binds, or declares to be bound elsewhere."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    elif not isinstance(node, (ast.Attribute, ast.keyword)):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            yield name


def _owner(scopes: Scopes, node: ast.Name | ast.arg, name: str) -> Scope | None:
    for use in scopes.uses:
        if use.nodes[0] is node:
            return use.scope.lookup(name)
    for use in scopes.uses:
        owner = use.scope.lookup(name)
        if owner is not None and node in owner.bindings.get(name, ()):
            return owner
    if node in scopes.module.bindings.get(name, ()):
        return scopes.module
    return None


def _rebinds(function: Method, name: str) -> bool:
    return any(
        isinstance(node, ast.Name)
        and node.id == name
        and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(function)
    )
