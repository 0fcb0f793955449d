"""A definition as a sequence of atoms: the smallest pieces that are compared.

An atom is a simple statement, the head of a compound one, a decorator, a clause
such as `else:`, a comment on lines of its own, or the place of an inner
definition. Every line that is not blank lies in exactly one atom of exactly one
definition. The columns of the atoms tell the structure.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.draft import inner_blocks
from verify.movement.definitions import ASSIGNMENT, FILE, Definition, Module

COMMENT = "comment"
CLAUSE = "clause"
PLACE = "place"
STATEMENT = "statement"
HEAD = "head"
IMPORT = "import"

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


@dataclass(frozen=True, eq=False)
class Atom:
    """A piece of a definition, on the lines `first` to `last`.

    `shape` tells what it is, names and all, but not how it is laid out; two
    atoms of equal shape and equal comments are the same code. `inner` is the
    definition whose place it is.
    """

    kind: str
    owner: Definition
    module: Module
    first: int
    last: int
    nodes: tuple[ast.AST, ...] = ()
    inner: Definition | None = None
    is_own_head: bool = False

    @property
    def path(self) -> str:
        return self.module.path

    @property
    def lines(self) -> range:
        return range(self.first, self.last + 1)

    @cached_property
    def column(self) -> int:
        """How far its first line is indented, a tab counting to the next 8."""
        line = self.module.lines[self.first - 1].expandtabs(8)
        return len(line) - len(line.lstrip())

    @cached_property
    def text(self) -> tuple[str, ...]:
        """Its lines without what surrounds them."""
        found = (self.module.lines[n - 1].strip() for n in self.lines)
        return tuple(line for line in found if line)

    @cached_property
    def comments(self) -> tuple[str, ...]:
        if self.kind in (COMMENT, CLAUSE):
            return ()
        raw = self.module.lines[self.first - 1 : self.last]
        return _comments(raw) if any("#" in line for line in raw) else ()

    @cached_property
    def shape(self) -> str:
        if self.kind == COMMENT:
            return self.text[0]
        if self.kind == CLAUSE:
            return self.module.lines[self.first - 1].strip()
        return "\n".join(shape_of(node, self) for node in self.nodes)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What an atom that is the same code has as well, columns apart."""
        return self.kind, self.shape, self.comments

    @property
    def is_import(self) -> bool:
        return bool(self.nodes) and all(
            isinstance(node, (ast.Import, ast.ImportFrom)) for node in self.nodes
        )


def shape_of(node: ast.AST, atom: Atom) -> str:
    """The dump of what a node says on the atom's own lines."""
    if is_docstring(node, atom.owner):
        return f"docstring {docstring_lines(node, atom)!r}"
    if atom.kind != HEAD:
        return _without_name(node) if node is atom.owner.node else ast.dump(node)
    parts = [type(node).__name__, "elif" if _is_elif(node, atom) else ""]
    for name, value in ast.iter_fields(node):
        if name in _BLOCKS or name == "decorator_list":
            continue
        if atom.is_own_head and name == "name":
            continue
        parts.append(f"{name}={_dumped(value)}")
    return " ".join(parts)


def _dumped(value: object) -> str:
    if isinstance(value, ast.AST):
        return ast.dump(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_dumped, value))}]"
    return repr(value)


def _without_name(node: ast.AST) -> str:
    """The dump of a whole definition but its name."""
    parts = (
        f"{name}={_dumped(value)}"
        for name, value in ast.iter_fields(node)
        if name not in ("name", "targets", "target")
    )
    return f"{type(node).__name__} {' '.join(parts)}"


def _is_elif(node: ast.AST, atom: Atom) -> bool:
    return isinstance(node, ast.If) and atom.text[0].startswith("elif")


def is_docstring(node: ast.AST, owner: Definition) -> bool:
    """Whether a node is the docstring of a definition; a file's goes nowhere."""
    return (
        owner.kind != FILE
        and bool(owner.body)
        and node is owner.body[0]
        and isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def docstring_lines(node: ast.AST, atom: Atom) -> tuple[str, ...]:
    """A docstring's value, further lines without the indentation of the first.

    A definition that is indented differently takes its docstring along.
    """
    assert isinstance(node, ast.Expr)
    assert isinstance(node.value, ast.Constant)
    value = str(node.value.value)
    raw = atom.module.lines[atom.first - 1]
    indent = raw[: len(raw) - len(raw.lstrip())]
    first, *rest = value.split("\n")
    return (first, *(_dedented(line, indent) for line in rest))


def _dedented(line: str, indent: str) -> str:
    """A line less its indentation, marked by whether it had it: no two lines of
    one docstring that differ may become the same."""
    return f"|{line[len(indent) :]}" if line.startswith(indent) else f"!{line}"


def _comments(raw: Iterable[str]) -> tuple[str, ...]:
    """The comments on some lines; the lines themselves where that is unclear."""
    lines = list(raw)
    if len(lines) == 1:
        before, _, after = lines[0].partition("#")
        if "'" not in before and '"' not in before:
            return (f"#{after}".rstrip(),)
    text = "\n".join(lines).lstrip()
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return tuple(line.strip() for line in lines)
    return tuple(t.string for t in tokens if t.type == tokenize.COMMENT)


def atoms_of(definition: Definition, module: Module) -> list[Atom]:
    """The atoms of a definition in the order of its lines."""
    inner = {d.node: d for d in module.inside(definition)}
    splitter = _Splitter(definition, module, inner)
    splitter.split()
    return sorted(splitter.atoms, key=lambda atom: atom.first)


class _Splitter:
    def __init__(
        self,
        owner: Definition,
        module: Module,
        inner: dict[ast.stmt | ast.Module, Definition],
    ) -> None:
        self.owner = owner
        self.module = module
        self.inner = inner
        self.atoms: list[Atom] = []
        self.claimed: set[int] = set()

    def split(self) -> None:
        node = self.owner.node
        if isinstance(node, ast.Module):
            self.block(node.body)
        elif self.owner.kind == ASSIGNMENT:
            self.add(STATEMENT, node.lineno, node)
        else:
            for decorator in getattr(node, "decorator_list", ()):
                self.add(STATEMENT, decorator.lineno, decorator)
            self.compound(node, is_own_head=True)
        self.rest()

    def add(
        self,
        kind: str,
        first: int,
        node: ast.AST,
        last: int | None = None,
        *,
        is_own_head: bool = False,
    ) -> None:
        last = last or getattr(node, "end_lineno", None) or first
        before = self.atoms[-1] if self.atoms else None
        if before is not None and before.last >= first:
            # Statements that share a line, with semicolons.
            self.atoms[-1] = replace(
                before, last=max(before.last, last), nodes=(*before.nodes, node)
            )
        else:
            self.atoms.append(
                Atom(
                    kind,
                    self.owner,
                    self.module,
                    first,
                    last,
                    (node,),
                    None,
                    is_own_head,
                )
            )
        self.claimed.update(range(first, last + 1))

    def place(self, inner: Definition) -> None:
        atom = Atom(PLACE, self.owner, self.module, inner.first, inner.last, (), inner)
        self.atoms.append(atom)
        self.claimed.update(atom.lines)

    def block(self, body: list[ast.stmt]) -> None:
        for node in body:
            if node in self.inner:
                self.place(self.inner[node])
            elif hasattr(node, "body") or hasattr(node, "cases"):
                self.compound(node)
            else:
                self.add(STATEMENT, node.lineno, node)

    def compound(self, node: ast.stmt, *, is_own_head: bool = False) -> None:
        """A statement with blocks: its head, then what is in the blocks."""
        blocks = _blocks(node)
        if any(self.is_behind(block[0]) for block in blocks):
            self.crowded(node, is_own_head=is_own_head)
            return
        cases = getattr(node, "cases", None)
        first = cases[0].pattern.lineno if cases else self.first_line(blocks[0][0])
        last = first - 1
        while last > node.lineno and self.is_no_code(last):
            last -= 1
        self.add(HEAD, node.lineno, node, last, is_own_head=is_own_head)
        for block in blocks:
            self.block(block)

    def crowded(self, node: ast.stmt, *, is_own_head: bool) -> None:
        """A statement of which a block shares a line with its head or clause."""
        inside = [d for n, d in self.inner.items() if n in set(ast.walk(node))]
        if not inside:
            self.add(STATEMENT, node.lineno, node, is_own_head=is_own_head)
        for definition in inside:  # its other lines are left to `rest`
            self.place(definition)

    def first_line(self, node: ast.stmt) -> int:
        if node in self.inner:
            return self.inner[node].first
        decorators = getattr(node, "decorator_list", ())
        return min((d.lineno for d in decorators), default=node.lineno)

    def is_behind(self, node: ast.stmt) -> bool:
        """Whether there is code before a statement on its line."""
        line = self.module.lines[node.lineno - 1].encode()
        is_elif = isinstance(node, ast.If) and line[node.col_offset :][:4] == b"elif"
        return not is_elif and bool(line[: node.col_offset].strip(b" \t\f\v@"))

    def is_no_code(self, number: int) -> bool:
        line = self.module.lines[number - 1].strip()
        return not line or line.startswith("#")

    def rest(self) -> None:
        """The lines that no statement claims: comments and clauses."""
        for number in range(self.owner.first, self.owner.last + 1):
            if number > len(self.module.lines) or number in self.claimed:
                continue
            line = self.module.lines[number - 1].strip()
            if line:
                kind = COMMENT if line.startswith("#") else CLAUSE
                atom = Atom(kind, self.owner, self.module, number, number)
                self.atoms.append(atom)


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The lists of statements directly inside a compound one, in their order."""
    return sorted(inner_blocks(node), key=lambda block: block[0].lineno)
