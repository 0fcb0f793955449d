"""The places of a file at which a split attribute is used, to be changed there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from textwrap import indent

from codemods.source import Source, Splice
from verify.mutation.rehoming.fakes import Split
from verify.mutation.rehoming.running import File
from verify.mutation.rehoming.skeleton import Function


@dataclass(frozen=True, slots=True)
class Chain:
    """`owner.word.member`, the statement that it is in, and the function."""

    read: ast.Attribute
    member: ast.Attribute
    statement: ast.stmt
    function: Function


@dataclass(frozen=True, slots=True)
class Local:
    """A name that is assigned from the attribute once, and its uses thereafter."""

    name: str
    assigned: ast.Assign
    owner: str
    uses: tuple[ast.stmt, ...]
    function: Function


@dataclass(frozen=True, slots=True)
class Handed:
    """A call of a function of the same file that is handed the attribute."""

    call: ast.Call
    statement: ast.stmt
    callee: Function
    parameter: str


@dataclass(eq=False)
class Places:
    """What a file has to change."""

    file: File
    split: Split

    @cached_property
    def source(self) -> Source:
        return Source(self.file.text, "utf-8", b"")

    @cached_property
    def chains(self) -> list[Chain]:
        found = []
        for function, statement in self._statements():
            for member in _own(statement):
                match member:
                    case ast.Attribute(value=ast.Attribute(attr=word) as read):
                        if word == self.split.old_word:
                            found.append(Chain(read, member, statement, function))
        return found

    @cached_property
    def locals(self) -> list[Local]:
        found = []
        for function, statement in self._statements():
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    owner = self._owner(value)
                    times = _bound(function, name)
                    if owner is not None and times == 1:
                        uses = tuple(self._uses(function, name, statement))
                        found.append(Local(name, statement, owner, uses, function))
        return found

    @cached_property
    def handed(self) -> list[Handed]:
        found: list[Handed] = []
        for _, statement in self._statements():
            for call in _own(statement):
                match call:
                    case ast.Call(func=ast.Attribute(ast.Name("self"), name)):
                        found += self._handed(call, statement, name)
        return found

    def text(self, node: ast.expr) -> str:
        return self.source.segment(node)

    def replaced(self, node: ast.expr, text: str) -> Splice:
        return Splice(self.source.start(node), self.source.end(node), text)

    def before(self, statement: ast.stmt, text: str) -> Splice:
        """Lines to put before a statement, at its own depth."""
        start = self.source.line_start(self.source.start(statement))
        return Splice(start, start, indent(text, " " * statement.col_offset) + "\n")

    def after(self, statement: ast.stmt, text: str) -> Splice:
        end = self.source.line_end(self.source.end(statement))
        return Splice(end, end, indent(text, " " * statement.col_offset) + "\n")

    def first(self, function: Function) -> ast.stmt:
        """The first statement of a function, less its docstring."""
        body = function.body
        is_docstring = isinstance(body[0], ast.Expr) and isinstance(
            body[0].value, ast.Constant
        )
        return body[1] if is_docstring and len(body) > 1 else body[0]

    def _statements(self) -> Iterator[tuple[Function, ast.stmt]]:
        for _, function in self.file.functions:
            for node in ast.walk(function):
                for name in ("body", "orelse", "finalbody"):
                    block = getattr(node, name, None)
                    if isinstance(block, list):
                        yield from (
                            (function, each) for each in block if self._alone(each)
                        )

    def _alone(self, statement: ast.stmt) -> bool:
        """Whether a statement has its lines to itself."""
        start = self.source.start(statement)
        line = self.source.line_start(start)
        end = self.source.end(statement)
        behind = self.source.text[end : self.source.line_end(end)].strip()
        ahead = self.source.text[line:start]
        return not ahead.strip() and (not behind or behind[0] == "#")

    def _owner(self, value: ast.expr) -> str | None:
        match value:
            case ast.Attribute(attr=word) if word == self.split.old_word:
                return self.text(value.value)
            case ast.Call(
                func=ast.Name(id="getattr"), args=[owner, ast.Constant(value=word), *_]
            ) if word == self.split.old_word:
                return self.text(owner)
        return None

    def _uses(
        self, function: Function, name: str, assigned: ast.Assign
    ) -> Iterator[ast.stmt]:
        for each, statement in self._statements():
            is_later = each is function and statement.lineno > assigned.lineno
            names = (n.id for n in _own(statement) if isinstance(n, ast.Name))
            if is_later and name in names:
                yield statement

    def _handed(
        self, call: ast.Call, statement: ast.stmt, name: str
    ) -> Iterator[Handed]:
        for number, argument in enumerate(call.args):
            match argument:
                case ast.Attribute(attr=word) if word == self.split.old_word:
                    for owner, callee in self.file.functions:
                        if owner is not None and callee.name == name:
                            parameter = callee.args.args[number + 1].arg
                            yield Handed(call, statement, callee, parameter)


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement, less those of statements and f-strings in it."""
    todo: list[ast.AST] = [statement]
    while todo:
        node = todo.pop()
        yield node
        todo += (
            child
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, (ast.stmt, ast.JoinedStr, ast.ExceptHandler))
        )


def _bound(function: Function, name: str) -> int:
    return sum(
        isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)
        for n in ast.walk(function)
    )
