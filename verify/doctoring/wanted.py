"""What a file wants of a package: its imports, and what it reads off its modules. Pure.

Nothing is looked up here but which dotted names are modules of the package.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.draft import inner_blocks
from codemods.home import ModuleHome
from codemods.scopes import Scope, Use, analyse
from codemods.source import Source
from verify.doctoring.regions import Around, Guard, Regions, When, regions_of
from verify.doctoring.strings import SIGN, named_in_calls
from verify.movement.effects import puts_off_annotations

_SIMPLE = (ast.Expr, ast.Assign, ast.Return, ast.AnnAssign, ast.AugAssign, ast.Assert)
_BUILTIN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__path__"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`module` must be there and have `name`, if one is given, and what is read off
    it. Where `modules` has several, any of them will do: the name is bound to each.

    `name` is `*` for all names, `used` are then those that can come from nowhere
    else. `read` tells a chain of attributes from an import, `spelled` what
    stands in a string. `unsure` says why a failure may be none.
    """

    modules: tuple[str, ...]
    name: str
    line: int
    column: int
    when: When = When.IMPORT
    arms: tuple[tuple[int, int], ...] = ()
    read: bool = False
    attributes: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    unsure: str = ""
    spelled: bool = False

    @property
    def module(self) -> str:
        return self.modules[0]

    @property
    def text(self) -> str:
        """The dotted path as it is wanted."""
        return ".".join(filter(None, (self.module, self.name, *self.attributes)))


@dataclass(slots=True)
class FileWants:
    """All that a file wants, and the guards that stand in it."""

    wanted: list[Wanted] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    loaded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Package:
    """What is looked for: top-level names, the dotted names of their modules, and the
    names, as `module.name`, by which modules hand on others.
    """

    tops: frozenset[str]
    modules: Collection[str]
    handed: Collection[str] = ()

    def has(self, module: str) -> bool:
        return module.partition(".")[0] in self.tops


def wants_of(source: Source, home: ModuleHome | None, package: Package) -> FileWants:
    """What a file wants; `home` is its own module, needed for relative imports.

    Raises `SourceError` for what does not parse, RecursionError for what is nested
    too deeply.
    """
    return _Reader(source, source.parse(), home, package).read()


@dataclass(frozen=True, slots=True)
class _Binding:
    """An import that binds a local name to a module of the package, by its own path or
    by one that leads to it.
    """

    alias: ast.alias
    local: str
    module: str


class _Reader:
    def __init__(
        self,
        source: Source,
        tree: ast.Module,
        home: ModuleHome | None,
        package: Package,
    ) -> None:
        self.source, self.tree = source, tree
        self.home, self.package = home, package
        self.found: list[Wanted] = []
        self.bindings: list[_Binding] = []
        self.stars: list[ast.ImportFrom] = []
        self.loaded: set[str] = set()
        self._regions: Regions | None = None

    @cached_property
    def plain_lines(self) -> frozenset[int]:
        """The lines of the imports around which nothing stands."""
        return frozenset(
            alias.lineno
            for node in self.tree.body
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        )

    @property
    def regions(self) -> Regions:
        if self._regions is None:
            self._regions = regions_of(self.tree)
        return self._regions

    def read(self) -> FileWants:
        for node in _imports_in(self.tree.body):
            if isinstance(node, ast.Import):
                self.plain(node)
            else:
                self.named(node)
        if SIGN.search(self.source.text):
            for call in ast.walk(self.tree):
                if isinstance(call, ast.Call):
                    self.called(call)
        if self.bindings:
            self.chains()
        for star in self.stars:
            self.star(star)
        guards = self._regions.guards if self._regions else []
        self.found.sort(key=lambda each: (each.line, each.column))
        return FileWants(self.found, guards, frozenset(self.loaded))

    # Imports

    def plain(self, node: ast.Import) -> None:
        for alias in node.names:
            if not self.package.has(alias.name):
                continue
            self.want(alias, (alias.name,), "")
            self.load(alias.name)
            if alias.asname:
                self.bindings.append(_Binding(alias, alias.asname, alias.name))
            else:
                top = alias.name.partition(".")[0]
                self.bindings.append(_Binding(alias, top, top))

    def named(self, node: ast.ImportFrom) -> None:
        base = self.base_of(node)
        if base is None or not self.package.has(base):
            return
        for alias in node.names:
            if alias.name == "*":
                self.load(base)
                self.stars.append(node)
                continue
            self.want(alias, (base,), alias.name)
            inner = f"{base}.{alias.name}"
            self.load(inner if inner in self.package.modules else base)
            if inner in self.package.modules or inner in self.package.handed:
                local = alias.asname or alias.name
                self.bindings.append(_Binding(alias, local, inner))

    def called(self, node: ast.Call) -> None:
        """Modules and names that are imported by a string, as `mock.patch` does."""
        for text, is_module, place in named_in_calls(node):
            if self.package.has(text) and "." in text:
                around = self.regions.around(place.lineno)
                if around is not None:
                    self.by_string(text, is_module, place, around)

    def by_string(
        self, text: str, is_module: bool, place: ast.expr, around: Around
    ) -> None:
        module, *others = [text] if is_module else text.split(".")
        when = When.CALL if around.when is When.IMPORT else around.when
        self.want(
            place,
            (module,),
            "",
            attributes=tuple(others),
            around=Around(when, around.arms),
            read=not is_module,
            spelled=True,
        )

    def base_of(self, node: ast.ImportFrom) -> str | None:
        """The absolute module of a from-import, None where it cannot be told."""
        if not node.level:
            return node.module
        parts = self.home.package.split(".") if self.home else []
        if node.level > len(parts):
            return None
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def load(self, module: str) -> None:
        while module and module not in self.loaded:
            self.loaded.add(module)
            module = module.rpartition(".")[0]

    # What is read off modules

    def chains(self) -> None:
        """Attributes that are read off a local name that is bound to a module."""
        scopes = analyse(self.tree, {each.local for each in self.bindings})
        groups: dict[tuple[Scope, str], list[_Binding]] = {}
        for each in self.bindings:
            owner = scopes.scope_of(each.alias)
            groups.setdefault((owner, each.local), []).append(each)
        uses: dict[tuple[Scope | None, str], list[Use]] = {}
        for use in scopes.uses:
            owner_of = use.scope.lookup(use.name)
            uses.setdefault((owner_of, use.name), []).append(use)
        for (scope, local), bound in groups.items():
            aliases = {each.alias for each in bound}
            others = [n for n in scope.bindings.get(local, ()) if n not in aliases]
            unsure = f"`{local}` is bound to something else as well" if others else ""
            modules = tuple(dict.fromkeys(each.module for each in bound))
            for use in uses.get((scope, local), ()):
                self.use(use, modules, unsure)

    def use(self, use: Use, modules: tuple[str, ...], unsure: str) -> None:
        attributes = use.attributes
        last = use.nodes[-1]
        if isinstance(last, ast.Attribute) and not isinstance(last.ctx, ast.Load):
            attributes = attributes[:-1]  # it is set here
        around = self.regions.around(use.anchor.lineno)
        if not attributes or around is None:
            return
        if self.is_never_evaluated(use):
            around = Around(When.TYPES, around.arms)
        self.want(
            use.anchor,
            modules,
            "",
            attributes=attributes,
            around=around,
            read=True,
            unsure=unsure,
        )

    def is_never_evaluated(self, use: Use) -> bool:
        """Whether a use stands in an annotation that is text at run time."""
        is_quoted = isinstance(use.carrier, ast.Constant)
        return is_quoted or id(use.nodes[0]) in self.late_names

    @cached_property
    def late_names(self) -> frozenset[int]:
        """The names in annotations, by identity, where the module puts these off."""
        if not puts_off_annotations(self.tree):
            return frozenset()
        parts = (
            part
            for node in ast.walk(self.tree)
            for part in (getattr(node, "annotation", None), getattr(node, "returns", 0))
            if isinstance(part, ast.expr)
        )
        names = (name for part in parts for name in ast.walk(part))
        return frozenset(id(each) for each in names if isinstance(each, ast.Name))

    # Star imports

    def star(self, node: ast.ImportFrom) -> None:
        """A star import wants the names that can come from nowhere else."""
        base = self.base_of(node) or ""
        used = tuple(sorted(self.unbound - _BUILTIN))
        unsure = ""
        if self.other_stars(node):
            unsure = "the file has another star import that may bring it"
        self.want(node.names[0], (base,), "*", used=used, unsure=unsure)

    def other_stars(self, node: ast.ImportFrom) -> bool:
        return any(
            isinstance(each, ast.ImportFrom)
            and each is not node
            and each.names[0].name == "*"
            for each in ast.walk(self.tree)
        )

    @property
    def unbound(self) -> set[str]:
        """The names that are read somewhere and bound nowhere in the file."""
        read = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        return read - set(_bound_in(self.tree))

    # Everything

    def want(
        self,
        node: ast.alias | ast.expr,
        modules: tuple[str, ...],
        name: str,
        *,
        attributes: tuple[str, ...] = (),
        used: tuple[str, ...] = (),
        around: Around | None = None,
        read: bool = False,
        unsure: str = "",
        spelled: bool = False,
    ) -> None:
        if around is None and node.lineno not in self.plain_lines:
            around = self.regions.around(node.lineno)
            if around is None:
                return  # it never runs
        around = around or Around()
        line, column = self.source.place(self.source.start(node))
        self.found.append(
            Wanted(
                modules,
                name,
                line,
                column,
                around.when,
                around.arms,
                read,
                attributes,
                used,
                unsure,
                spelled,
            )
        )


def _imports_in(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Every import below some statements, without a look into expressions."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif not isinstance(node, _SIMPLE):
            for part in inner_blocks(node):
                yield from _imports_in(part)


def _bound_in(tree: ast.Module) -> Iterator[str]:
    """Every name that anything in a module binds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield node.id
        elif not isinstance(node, (ast.Constant, ast.Attribute)):
            yield from _bound_by(node)


def _bound_by(node: ast.AST) -> set[str]:
    """What a node binds by itself, whatever lies in it."""
    if isinstance(node, ast.alias):
        return {node.asname or node.name.partition(".")[0]}
    name = getattr(node, "name", None) or getattr(node, "rest", None)
    if isinstance(node, ast.arg):
        name = node.arg
    return {name} if isinstance(name, str) else set()
