"""One file on its way to its new text: what codemods read and what they say.

A codemod reads a `Draft` and says what it wants of it: text to replace, imports
to re-point, things a person must see. Nothing is applied until every codemod
has spoken (`codemods.rewrite`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.finding import Finding, Place, Rule
from codemods.home import ModuleHome
from codemods.namemap import Moved, NameMap
from codemods.rehoming.modules import Modules
from codemods.scopes import Use, analyse, identifiers
from codemods.source import Source, Splice

ImportStatement = ast.Import | ast.ImportFrom


@dataclass(frozen=True, slots=True)
class Options:
    """How to rewrite: `compat` keeps both versions working; `only` names the
    codemods to run, all of them when it is None; `text` follows references in
    texts and comments, and code in strings, too.
    """

    compat: bool = False
    only: frozenset[str] | None = None
    text: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One imported name: `from module import name as asname`, or, without a
    name, `import module as asname`. `relative` asks for leading dots.
    """

    module: str
    name: str | None = None
    asname: str | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """An import to write, and the one to fall back to on an older version."""

    entry: Entry
    fallback: Entry | None = None


@dataclass(eq=False, slots=True)
class ImportSite:
    """An import statement and where it stands.

    `block` is the list of statements that holds it; `around` are the compound
    statements about it, innermost last, each with the part it stands in.
    """

    node: ImportStatement
    block: list[ast.stmt]
    around: tuple[tuple[ast.stmt, list[ast.stmt]], ...]
    replaced: dict[ast.alias, list[Planned]] = field(default_factory=dict)
    added: list[Planned] = field(default_factory=list)

    @property
    def is_planned(self) -> bool:
        return bool(self.replaced or self.added)

    @property
    def at_module_level(self) -> bool:
        return not self.around


@dataclass(eq=False)
class Draft:
    """One parsed file, with what the codemods have said of it so far."""

    path: str
    source: Source
    tree: ast.Module
    names: NameMap
    home: ModuleHome | None
    options: Options
    modules: Modules | None = None
    splices: list[Splice] = field(default_factory=list)
    found: dict[Finding, None] = field(default_factory=dict)
    bound: dict[str, int] = field(default_factory=dict)
    carried: dict[tuple[ast.expr, str], list[Use]] = field(default_factory=dict)
    # Functions read off a module in a call that is folded: what they become, and the
    # edits around the call that go with it. And those whose call is left out.
    folded: dict[ast.expr, Moved] = field(default_factory=dict)
    folded_around: dict[ast.expr, tuple[Splice, ...]] = field(default_factory=dict)
    gone: set[ast.expr] = field(default_factory=set)

    @cached_property
    def imports(self) -> list[ImportSite]:
        return list(_import_sites(self.tree.body, ()))

    @cached_property
    def identifiers(self) -> set[str]:
        return identifiers(self.tree)

    @property
    def findings(self) -> list[Finding]:
        """What was reported, each thing once, in the order of the file."""
        return sorted(self.found, key=lambda f: (f.place, f.rule.id, f.message))

    def times_bound(self, name: str) -> int:
        """How often anything in the file binds a name."""
        if name not in self.bound:
            self.bound[name] = analyse(self.tree, {name}).times_bound
        return self.bound[name]

    def has_string(self, name: str) -> bool:
        """Whether a string in the file is this name, as `__all__` has it."""
        return name in self._strings

    @cached_property
    def _strings(self) -> frozenset[str]:
        return frozenset(
            node.value
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )

    def is_free(self, name: str) -> bool:
        """Whether a name can be bound anywhere in the file without a clash."""
        return name not in self.identifiers

    def base_of(self, node: ast.ImportFrom) -> str | None:
        """The absolute module of a from-import, None where it cannot be told."""
        if not node.level:
            return node.module
        if self.home is None:
            return None
        parts = self.home.package.split(".")
        if node.level > len(parts):
            return None
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def uses_inside(self, carrier: ast.expr, name: str) -> list[Use]:
        """Every use of a name inside an f-string, in order."""
        return self.carried.get((carrier, name), [])

    def replace(self, start: int, end: int, text: str) -> None:
        self.splices.append(Splice(start, end, text))

    def report(
        self,
        rule: Rule,
        node: ast.expr | ast.stmt | ast.alias | ast.arg,
        message: str,
        fix: str,
    ) -> None:
        self.report_at(rule, self.source.start(node), message, fix)

    def report_at(self, rule: Rule, offset: int, message: str, fix: str) -> None:
        line, column = self.source.place(offset)
        self.found[Finding(rule, Place(self.path, line, column), message, fix)] = None


def _import_sites(
    block: list[ast.stmt], around: tuple[tuple[ast.stmt, list[ast.stmt]], ...]
) -> Iterator[ImportSite]:
    for statement in block:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield ImportSite(statement, block, around)
            continue
        for part in inner_blocks(statement):
            yield from _import_sites(part, (*around, (statement, part)))


def inner_blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The lists of statements directly inside a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        part = getattr(statement, name, None)
        if part:
            yield part
    for clause in (
        *getattr(statement, "handlers", ()),
        *getattr(statement, "cases", ()),
    ):
        yield clause.body
