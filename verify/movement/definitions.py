"""The definitions of a file: what can move, and where it stands.

A definition's span has its decorators and the comments directly above it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.source import Source

FUNCTION = "function"
CLASS = "class"
METHOD = "method"
NESTED = "nested"
ASSIGNMENT = "assignment"
BLOCK = "block"
FILE = "file"

_LINE_END = re.compile(r"\r\n|\r|\n")
_DEFINING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Definition:
    """One thing that has a place. Equal only to itself.

    `qualified` is the name inside the module (`Class.method`, `f.<locals>.g`),
    empty for a file. `node` is the statement; a block's is a module of its
    statements. Lines count from 1; `first` and `last` belong to it. `guards`
    are the compound statements, of the parent, that it stands in.
    """

    path: str
    module: str
    qualified: str
    kind: str
    node: ast.stmt | ast.Module
    first: int
    last: int
    source: Source = field(repr=False)
    parent: Definition | None = field(default=None, repr=False)
    guards: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualified.rpartition(".")[2]

    @property
    def dotted(self) -> str:
        """The dotted symbol: module and qualified name."""
        return f"{self.module}.{self.qualified}" if self.qualified else self.module

    @cached_property
    def body(self) -> list[ast.stmt]:
        return list(getattr(self.node, "body", ()))

    @cached_property
    def start(self) -> int:
        """The byte at which its first line starts."""
        return self._byte(self.source.offset(self.first, 0))

    @cached_property
    def end(self) -> int:
        """The byte after its last line, line end included."""
        return self._byte(self.source.line_end(self.source.offset(self.last, 0)))

    @cached_property
    def content(self) -> bytes:
        """Its lines as the file has them."""
        start = self.source.offset(self.first, 0)
        end = self.source.line_end(self.source.offset(self.last, 0))
        return self.source.text[start:end].encode(self.source.encoding)

    def _byte(self, offset: int) -> int:
        return len(self.source.encode(self.source.text[:offset]))


@dataclass(frozen=True, eq=False)
class Module:
    """One parsed file with its definitions, outer ones before inner ones."""

    path: str
    name: str
    source: Source
    tree: ast.Module
    lines: tuple[str, ...]
    root: Definition
    definitions: tuple[Definition, ...]

    def inside(self, parent: Definition) -> list[Definition]:
        """The definitions directly inside one."""
        return self._inside.get(parent, [])

    @cached_property
    def _inside(self) -> dict[Definition | None, list[Definition]]:
        found: dict[Definition | None, list[Definition]] = {}
        for definition in self.definitions:
            found.setdefault(definition.parent, []).append(definition)
        return found

    @property
    def is_package(self) -> bool:
        return self.path.rpartition("/")[2].startswith("__init__.")


def parse_module(path: str, name: str, data: bytes) -> Module:
    """Parse one file; raises `codemods.source.SourceError` where it does not."""
    source = Source.decode(data)
    tree = source.parse()
    lines = split_lines(source.text)
    root = Definition(path, name, "", FILE, tree, 1, max(len(lines), 1), source)
    finder = _Finder(path, name, source, lines)
    return Module(
        path, name, source, tree, lines, root, tuple(finder.inside(root, tree.body))
    )


def split_lines(text: str) -> tuple[str, ...]:
    """The lines as `ast` counts them, without their ends."""
    lines = _LINE_END.split(text)
    if lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _Finder:
    path: str
    module: str
    source: Source
    lines: tuple[str, ...]

    def inside(
        self, parent: Definition, body: list[ast.stmt], guards: tuple[str, ...] = ()
    ) -> Iterator[Definition]:
        for node in body:
            if isinstance(node, _DEFINING):
                made = self.make(parent, node, node.name, _kind(parent, node), guards)
                yield made
                yield from self.inside(made, node.body)
            elif parent.kind == FILE and not guards and (name := assigned_name(node)):
                if not self.shares_a_line(node, body):
                    yield self.make(parent, node, name, ASSIGNMENT, guards)
            else:
                for label, part in _guarded(node):
                    yield from self.inside(parent, part, (*guards, label))

    def make(
        self,
        parent: Definition,
        node: ast.stmt,
        name: str,
        kind: str,
        guards: tuple[str, ...],
    ) -> Definition:
        first = min(
            (d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno
        )
        first = self.with_comments(min(first, node.lineno))
        separator = "." if parent.kind == CLASS else ".<locals>."
        qualified = f"{parent.qualified}{separator}{name}" if parent.qualified else name
        return Definition(
            self.path,
            self.module,
            qualified,
            kind,
            node,
            first,
            node.end_lineno or node.lineno,
            self.source,
            parent,
            guards,
        )

    def shares_a_line(self, node: ast.stmt, body: list[ast.stmt]) -> bool:
        return any(
            other is not node
            and other.lineno <= (node.end_lineno or node.lineno)
            and (other.end_lineno or other.lineno) >= node.lineno
            for other in body
        )

    def with_comments(self, first: int) -> int:
        """The first of the comment lines that stand directly above a line."""
        line = self.lines[first - 1]
        indent = line[: len(line) - len(line.lstrip())]
        while first > 1 and self.lines[first - 2].startswith(f"{indent}#"):
            first -= 1
        return first


def _kind(parent: Definition, node: DefinitionNode) -> str:
    if isinstance(node, ast.ClassDef):
        return CLASS
    if parent.kind == FILE:
        return FUNCTION
    return METHOD if parent.kind == CLASS else NESTED


def assigned_name(node: ast.stmt) -> str:
    """The one name that a statement assigns, empty where it is another one."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target: ast.expr = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _guarded(node: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    """The blocks of a compound statement, each with what it depends on."""
    head = f"{type(node).__name__} {_condition(node)}"
    for part in ("body", "orelse", "finalbody"):
        block = getattr(node, part, None)
        if block:
            yield f"{head} {part}", block
    for handler in getattr(node, "handlers", ()):
        kind = ast.dump(handler.type) if handler.type else ""
        yield f"{head} except {kind}", handler.body
    for case in getattr(node, "cases", ()):
        yield f"{head} case {ast.dump(case.pattern)}", case.body


def _condition(node: ast.stmt) -> str:
    parts = (getattr(node, name, None) for name in ("test", "iter", "subject"))
    return " ".join(ast.dump(part) for part in parts if isinstance(part, ast.AST))
