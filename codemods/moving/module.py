"""One module's text, the names that it binds at its top level, and who uses them."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from codemods.home import ModuleHome
from codemods.moving.pieces import Piece, pieces_of, split_lines
from codemods.scopes import Scope, Scopes, Use, analyse, identifiers
from codemods.source import Source

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Role(Enum):
    """When a name is looked up."""

    IMPORT = "import"  # while the module is imported
    RUN = "run"  # when a function is called
    TYPES = "types"  # never, or when somebody asks for an annotation


@dataclass(frozen=True, slots=True)
class Used:
    """A name of the module's top level, or a builtin, where it is used."""

    name: str
    role: Role
    line: int
    node: ast.expr
    attributes: tuple[str, ...]
    parent: ast.AST | None


@dataclass(frozen=True, slots=True)
class Bound:
    """A name of the top level, where it is bound.

    `alias` is set where an import binds it, `for_types` where only a type checker
    sees that. `line` counts from 1. `rebinds` marks what a function binds when it
    is called (`global`), and `del`.
    """

    name: str
    piece: Piece
    line: int
    alias: ast.alias | None = None
    for_types: bool = False
    rebinds: bool = False


@dataclass(frozen=True, eq=False)
class ModuleText:
    """A parsed module; equal only to itself."""

    home: ModuleHome
    source: Source
    tree: ast.Module

    @classmethod
    def read(cls, home: ModuleHome, data: bytes) -> ModuleText:
        """Raises `codemods.source.SourceError` where it does not decode or parse."""
        source = Source.decode(data)
        return cls(home, source, source.parse())

    @property
    def name(self) -> str:
        return self.home.name

    @cached_property
    def lines(self) -> list[str]:
        return split_lines(self.source.text)

    @cached_property
    def pieces(self) -> list[Piece]:
        return pieces_of(self.lines, self.tree)

    @cached_property
    def _code(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.nodes]

    def piece_at(self, line: int) -> Piece:
        """The piece of statements that a line lies in."""
        starts = [piece.first for piece in self._code]
        return self._code[bisect_right(starts, line) - 1]

    def text_of(self, piece: Piece) -> str:
        """Its lines, each with `\\n` at its end."""
        return "".join(f"{line}\n" for line in self.lines[piece.first - 1 : piece.last])

    # Names

    @cached_property
    def bound(self) -> dict[str, list[Bound]]:
        """What binds each name of the top level, in order."""
        found: dict[str, list[Bound]] = {}
        for name, nodes in self._scopes.module.bindings.items():
            for node in nodes:
                found.setdefault(name, []).append(self._binding(name, node))
        return {
            name: sorted(all_, key=lambda b: b.line) for name, all_ in found.items()
        }

    def names_of(self, piece: Piece) -> set[str]:
        """The names that a piece binds."""
        return self._names.get(piece, set())

    @cached_property
    def _names(self) -> dict[Piece, set[str]]:
        found: dict[Piece, set[str]] = {}
        for name, bindings in self.bound.items():
            for each in bindings:
                found.setdefault(each.piece, set()).add(name)
        return found

    def uses_in(self, piece: Piece) -> list[Used]:
        """The uses of names that are not the piece's own locals, in order."""
        return self._uses.get(piece, [])

    @cached_property
    def users(self) -> dict[str, set[Piece]]:
        """The pieces that use each name."""
        found: dict[str, set[Piece]] = {}
        for piece, uses in self._uses.items():
            for use in uses:
                found.setdefault(use.name, set()).add(piece)
        return found

    @cached_property
    def star_imports(self) -> list[ast.ImportFrom]:
        return [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        ]

    @cached_property
    def futures(self) -> tuple[str, ...]:
        """What the module imports from `__future__`."""
        return tuple(
            alias.name
            for node in self.tree.body
            if isinstance(node, ast.ImportFrom) and node.module == "__future__"
            for alias in node.names
        )

    @cached_property
    def prefers_relative(self) -> bool:
        """Whether it imports from its own top-level package by relative imports."""
        top = self.name.partition(".")[0]
        froms = [n for n in ast.walk(self.tree) if isinstance(n, ast.ImportFrom)]
        relative = sum(bool(node.level) for node in froms)
        own = [n for n in froms if not n.level and f"{n.module}.".startswith(f"{top}.")]
        return relative > len(own)

    def base_of(self, node: ast.ImportFrom) -> str | None:
        """The absolute module of a from-import, None where it leads out of the root."""
        if not node.level:
            return node.module
        parts = self.home.package.split(".") if self.home.package else []
        if node.level > len(parts):
            return None
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    @cached_property
    def _scopes(self) -> Scopes:
        return analyse(self.tree, identifiers(self.tree))

    @cached_property
    def _uses(self) -> dict[Piece, list[Used]]:
        found: dict[Piece, list[Used]] = {}
        for use in self._scopes.uses:
            scope = use.scope.lookup(use.name)
            if scope is None or scope.parent is None or _falls_through(use, scope):
                made = self._used(use)
                found.setdefault(self.piece_at(made.line), []).append(made)
        return found

    def _used(self, use: Use) -> Used:
        anchor = use.anchor
        return Used(
            use.name, self._role(use), anchor.lineno, anchor, use.attributes, use.parent
        )

    def _role(self, use: Use) -> Role:
        if isinstance(use.carrier, ast.Constant):
            return Role.TYPES
        in_annotation = use.anchor in self._annotations
        scope: Scope | None = use.scope
        while scope is not None:
            if isinstance(scope.node, _FUNCTIONS):
                return Role.TYPES if in_annotation and scope is use.scope else Role.RUN
            scope = scope.parent
        if in_annotation and "annotations" in self.futures:
            return Role.TYPES
        return Role.IMPORT

    def is_annotation(self, node: ast.AST) -> bool:
        """Whether an expression stands in an annotation."""
        return node in self._annotations

    @cached_property
    def _annotations(self) -> set[ast.AST]:
        return {
            inner
            for node in ast.walk(self.tree)
            for annotation in _annotations(node)
            for inner in ast.walk(annotation)
        }

    def _binding(self, name: str, node: ast.AST) -> Bound:
        line = getattr(node, "lineno", 1)
        piece = self.piece_at(line)
        alias = node if isinstance(node, ast.alias) else None
        deleted = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
        return Bound(
            name,
            piece,
            line,
            alias,
            alias is not None and is_types_block(piece.node),
            deleted or node in self._inner_nodes,
        )

    @cached_property
    def _inner_nodes(self) -> set[ast.AST]:
        """All that stands inside functions and classes."""
        return {
            inner
            for node in ast.walk(self.tree)
            if isinstance(node, (*_DEFINITIONS, ast.Lambda))
            for inner in ast.walk(node)
            if inner is not node
        }


def _falls_through(use: Use, scope: Scope) -> bool:
    """Whether a class body reads a name before it binds it, as `name = name` does: that
    is the module's.
    """
    if not scope.is_class or scope is not use.scope:
        return False
    lines = [getattr(node, "lineno", 0) for node in scope.bindings[use.name]]
    return use.anchor.lineno <= min(lines)


def is_types_block(node: ast.stmt | None) -> bool:
    """Whether a statement is `if TYPE_CHECKING:` around imports and nothing else."""
    if not isinstance(node, ast.If) or node.orelse:
        return False
    test = node.test
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    imports = (ast.Import, ast.ImportFrom, ast.Pass)
    return name == "TYPE_CHECKING" and all(isinstance(n, imports) for n in node.body)


def is_import_branch(node: ast.stmt | None) -> bool:
    """Whether a compound statement only imports, in a way that depends on something:
    it may stand twice in a program. Constants in its arms count as such imports.
    """
    if not isinstance(node, (ast.If, ast.Try)):
        return False
    return all(_imports_or_constant(each) for each in _simple(node))


def _imports_or_constant(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant) and all(
            isinstance(target, ast.Name) for target in node.targets
        )
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))


def _simple(node: ast.stmt) -> Iterator[ast.stmt]:
    inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt)]
    inner += [n for h in getattr(node, "handlers", ()) for n in h.body]
    if not inner:
        yield node
    for each in inner:
        yield from _simple(each)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.arg) and node.annotation is not None:
        yield node.annotation
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns:
        yield node.returns
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation
