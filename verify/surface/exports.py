"""What `__all__` lists, as far as the text tells it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from verify.surface.flow import truth_of

_ALL = "__all__"
_COPIERS = frozenset({"list", "tuple", "set", "sorted", "frozenset"})


@dataclass(frozen=True, slots=True)
class Exports:
    """The names that `__all__` lists always, and those that it lists maybe.

    `others` are the modules, by the local name, whose `__all__` it takes over;
    `opaque` tells that it holds more than the text says.
    """

    names: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    opaque: bool = False

    def joined(self, other: Exports) -> Exports:
        return Exports(
            self.names | other.names,
            self.maybe | other.maybe,
            self.others | other.others,
            self.opaque or other.opaque,
        )

    def doubted(self) -> Exports:
        """The same, of which nothing is sure."""
        maybe = self.maybe | self.names
        return Exports(
            frozenset(), maybe, frozenset(), self.opaque or bool(self.others)
        )

    def without(self, name: str) -> Exports:
        return Exports(
            self.names - {name}, self.maybe - {name}, self.others, self.opaque
        )


def exports_of(body: list[ast.stmt]) -> Exports | None:
    """What the `__all__` of a module lists, None where it has none."""
    reader = _Reader(body)
    reader.block(body, sure=True)
    return reader.found


class _Reader:
    def __init__(self, body: list[ast.stmt]) -> None:
        self.body = body
        self.found: Exports | None = None

    def block(self, body: list[ast.stmt], *, sure: bool) -> None:
        for statement in body:
            self.statement(statement, sure=sure)
            if isinstance(statement, ast.If):
                truth = truth_of(statement.test)
                if truth is not False:
                    self.block(statement.body, sure=sure and truth is True)
                if truth is not True:
                    self.block(statement.orelse, sure=sure and truth is False)
                continue
            for part in _blocks(statement):
                self.block(part, sure=False)

    def statement(self, node: ast.stmt, *, sure: bool) -> None:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(_is_all(target) for target in targets):
                self.assigned(self.value(node.value), sure=sure)
            elif any(_mentions_all(target) for target in targets):
                self.added(Exports(opaque=True), sure=sure)
        elif isinstance(node, ast.AugAssign) and _is_all(node.target):
            self.added(self.value(node.value), sure=sure)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self.called(node.value, sure=sure)
        elif isinstance(node, ast.ImportFrom) and any(
            (alias.asname or alias.name) == _ALL for alias in node.names
        ):
            self.assigned(Exports(opaque=True), sure=sure)

    def called(self, call: ast.Call, *, sure: bool) -> None:
        """`__all__.extend(...)` and its like."""
        function = call.func
        if not isinstance(function, ast.Attribute) or not _is_all(function.value):
            return
        argument = call.args[-1] if call.args else None
        name = argument.value if isinstance(argument, ast.Constant) else None
        if function.attr == "extend" and argument is not None:
            self.added(self.value(argument), sure=sure)
        elif function.attr in ("append", "insert") and isinstance(name, str):
            self.added(Exports(frozenset({name})), sure=sure)
        elif function.attr == "remove" and isinstance(name, str) and self.found:
            gone = self.found.without(name)
            if not sure and name in self.found.names | self.found.maybe:
                gone = gone.joined(Exports(maybe=frozenset({name})))
            self.found = gone
        elif function.attr not in ("sort", "reverse", "copy", "index", "count"):
            self.added(Exports(opaque=True), sure=sure)

    def assigned(self, value: Exports, *, sure: bool) -> None:
        if sure:
            self.found = value
        else:
            earlier = self.found.doubted() if self.found else Exports()
            self.found = earlier.joined(value.doubted())

    def added(self, value: Exports, *, sure: bool) -> None:
        self.found = (self.found or Exports()).joined(
            value if sure else value.doubted()
        )

    def value(self, node: ast.expr) -> Exports:
        """What an expression adds to the list."""
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            found = Exports()
            for element in node.elts:
                found = found.joined(self.element(element))
            return found
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.BitOr)):
            return self.value(node.left).joined(self.value(node.right))
        if isinstance(node, ast.Attribute) and node.attr == _ALL:
            if isinstance(node.value, ast.Name):
                return Exports(others=frozenset({node.value.id}))
        elif isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            function = node.func
            if isinstance(function, ast.Name) and function.id in _COPIERS:
                return self.value(node.args[0])
        elif _is_all(node):
            return self.found or Exports()
        elif isinstance(node, ast.Name):
            return self.variable(node.id)
        return Exports(opaque=True)

    def element(self, node: ast.expr) -> Exports:
        if isinstance(node, ast.Starred):
            return self.value(node.value)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return Exports(frozenset({node.value}))
        return Exports(opaque=True)

    def variable(self, name: str) -> Exports:
        """The value of a list that is assigned once, to that name."""
        values = [
            node.value
            for node in self.body
            if isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
        ]
        if len(values) != 1 or not isinstance(values[0], (ast.List, ast.Tuple)):
            return Exports(opaque=True)
        if any(isinstance(each, ast.Starred) for each in values[0].elts):
            return Exports(opaque=True)
        return self.value(values[0])


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == _ALL


def _mentions_all(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == _ALL for n in ast.walk(node))


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a compound statement that has no scope of its own."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    for name in ("body", "orelse", "finalbody"):
        part = getattr(statement, name, None)
        if isinstance(part, list):
            yield part
    for clause in (
        *getattr(statement, "handlers", ()),
        *getattr(statement, "cases", ()),
    ):
        yield clause.body
