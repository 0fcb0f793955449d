"""The graph of imports between the modules of a set of files.

An import of `a.b.c` runs `a`, then `a.b`, then `a.b.c`. The one that is named is a
direct edge, the others are implicit: they follow from the name, so they are worked
out where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path

from verify.importing.layout import Layout, Module, layout_of
from verify.importing.rings import Rings, Successors, rings_of
from verify.importing.statements import FileImports, Form, Kind, Statement


class Reading(str, Enum):
    """Which edges count for a cycle; the values are words for people."""

    DIRECT = "direct"
    # Those to the packages that what is imported lies in, less the importer's own,
    # which run before it in any case.
    PARENTS = "with parents"
    # Those to the importer's own packages too, whether or not it names one.
    ANCESTORS = "with all ancestors"
    # Direct edges, and those of imports inside functions.
    LAZY = "with lazy"
    # With parents, with those of imports inside functions that may be called while
    # a module is imported, and with a package's own where `import a.b.c` makes its
    # code ask `a` for `b`, which it has only once `b` has finished.
    CALLED = "with called"


@dataclass(frozen=True, slots=True)
class Edge:
    """One module imports another, by one statement.

    `own` marks an implicit edge to a package that the importer lies in itself.
    """

    importer: str
    imported: str
    kind: Kind
    statement: Statement
    own: bool = False

    @property
    def line(self) -> int:
        return self.statement.line


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of which nothing is known, and why."""

    path: str
    why: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unresolved:
    """An import of a module that its package has no file for, or that is computed."""

    importer: str
    statement: Statement
    name: str


# What a statement of a module imports by name.
Named = tuple[str, Statement]


@dataclass(eq=False)
class Graph:
    """The modules, and for each what its statements name.

    `left_out` are the files that could not be read or parsed; their modules are
    in the graph, without edges. `hidden` are files that no import reaches, stubs
    among them, and why.
    """

    layout: Layout
    files: Mapping[str, FileImports]  # by path
    left_out: tuple[LeftOut, ...] = ()
    unresolved: list[Unresolved] = field(default_factory=list)
    cache: Path | None = None  # a folder for what was worked out before

    @property
    def modules(self) -> Mapping[str, Module]:
        return self.layout.modules

    @property
    def hidden(self) -> Mapping[str, str]:
        return self.layout.hidden

    @cached_property
    def named(self) -> Mapping[str, tuple[Named, ...]]:
        """For each module what its statements name, in order."""
        resolver = _Resolver(self.layout, self.files, self.unresolved)
        return {name: tuple(resolver.named_by(m)) for name, m in self.modules.items()}

    def imports(self, module: str) -> FileImports:
        """The statements of a module."""
        return self.files[self.modules[module].path]

    def edges_of(self, module: str) -> Iterator[Edge]:
        """Everything that a module imports: the direct edges of each statement, and
        the implicit ones, once a statement.
        """
        own = frozenset(self.parents(module))
        for statement, targets in self.by_statement(module):
            for target in targets:
                yield Edge(module, target, statement.kind, statement)
            seen = set(targets)
            for target in targets:
                for parent in self.parents(target):
                    if parent not in seen:
                        seen.add(parent)
                        is_own = parent in own or parent == module
                        yield Edge(module, parent, Kind.IMPLICIT, statement, is_own)

    def by_statement(self, module: str) -> Iterator[tuple[Statement, list[str]]]:
        """Each statement of a module that names others, with those, in order."""
        targets: list[str] = []
        last: Statement | None = None
        for target, statement in self.named[module]:
            if statement is not last:
                if last is not None:
                    yield last, targets
                last, targets = statement, []
            if target not in targets:
                targets.append(target)
        if last is not None:
            yield last, targets

    def parents(self, module: str) -> tuple[str, ...]:
        """The regular packages that a module lies in, outermost first."""
        if module not in self._parents:
            self._parents[module] = tuple(self._find_parents(self.modules[module]))
        return self._parents[module]

    @cached_property
    def _parents(self) -> dict[str, tuple[str, ...]]:
        return {}

    def _find_parents(self, module: Module) -> Iterator[str]:
        parts = module.dotted.split(".")
        for length in range(1, len(parts)):
            found = self.layout.find(".".join(parts[:length]), module)
            if found is not None:
                yield found

    def successors(self, reading: Reading, within: str = "") -> Successors:
        """For each module those that it imports, under one reading; only modules of
        the package `within`, where one is named.
        """
        key = (reading, within)
        if key not in self._successors:
            self._successors[key] = self._find_successors(reading, within)
        return self._successors[key]

    @cached_property
    def _successors(self) -> dict[tuple[Reading, str], Successors]:
        return {}

    def rings(self, reading: Reading, within: str = "") -> Rings:
        """The strongly connected components of one reading, sorted each."""
        key = (reading, within)
        if key not in self._rings:
            self._rings[key] = rings_of(self.successors(reading, within), self.cache)
        return self._rings[key]

    @cached_property
    def _rings(self) -> dict[tuple[Reading, str], Rings]:
        return {}

    def _find_successors(self, reading: Reading, within: str) -> Successors:
        if reading is Reading.CALLED:
            return self._find_called(within)
        known = self.within(within)
        lazy = reading is Reading.LAZY
        found: dict[str, set[str]] = {}
        for module in known:
            direct = {
                target
                for target, statement in self.named[module]
                if statement.runs_at_import or (lazy and statement.kind is Kind.LAZY)
            }
            if reading not in (Reading.DIRECT, Reading.LAZY):
                direct |= self._above(module, direct)
                if reading is Reading.ANCESTORS:
                    direct.update(self.parents(module))
            direct.discard(module)
            found[module] = direct & known if within else direct
        return found

    def _above(self, module: str, targets: Set[str]) -> set[str]:
        """The packages that targets lie in, less the module's own."""
        above = {parent for target in targets for parent in self.parents(target)}
        return above.difference(self.parents(module))

    def _find_called(self, within: str) -> Successors:
        known = self.within(within)
        found: dict[str, Set[str]] = {}
        for module, before in self.successors(Reading.PARENTS, within).items():
            called = self._live.get(module, frozenset())
            more = {
                target
                for target, statement in self.named[module]
                if called and _runs_in(statement, called)
            }
            more |= self._above(module, more)
            more.discard(module)
            more |= self._asked_for(module)
            found[module] = before | (more & known if within else more)
        return found

    def _asked_for(self, module: str) -> set[str]:
        """Of the packages that a module lies in, or is, those that its code asks their
        own package for: `a.b` after `import a.b.c`.
        """
        own = {p for p in self.parents(module) if "." in self.modules[p].dotted}
        if self.modules[module].is_package and "." in self.modules[module].dotted:
            own.add(module)
        if not own:
            return own
        return {
            parent
            for target, statement in self.named[module]
            if statement.is_dotted and statement.runs_at_import
            for parent in self.parents(target)
            if parent in own
        }

    @cached_property
    def _live(self) -> Mapping[str, frozenset[str]]:
        """For each module with imports in functions the names of those functions and
        classes that it, or one that imports it, may call when it is imported.
        """
        found: dict[str, set[str]] = {
            module: set()
            for module, named in self.named.items()
            if any(_may_be_called(statement) for _, statement in named)
        }
        for module, named in self.named.items():
            called = {*self.imports(module).called}
            called |= {
                name
                for _, statement in named
                for name, alias in statement.names
                if alias in called
            }
            targets = {t for t, s in named if t in found and s.runs_at_import}
            for target in targets:
                found[target].update(called)
                if self.imports(target).asks_getattr:
                    found[target].add("__getattr__")
            if module in found:
                found[module].update(called)
        return {module: frozenset(names) for module, names in found.items()}

    def within(self, package: str) -> Set[str]:
        """The modules of a package, all where none is named."""
        if not package:
            return self.modules.keys()
        inner = f"{package}."
        return {
            name
            for name, module in self.modules.items()
            if module.dotted == package or module.dotted.startswith(inner)
        }


def graph_of(files: Mapping[str, FileImports]) -> Graph:
    """The graph of files, given by their paths."""
    layout = layout_of(files)
    left_out = [
        LeftOut(path, imports.problem, imports.problem_line)
        for path, imports in sorted(files.items())
        if imports.problem and path not in layout.hidden
    ]
    return Graph(layout, files, tuple(left_out))


class _Resolver:
    """Tells which modules a statement names."""

    def __init__(
        self,
        layout: Layout,
        files: Mapping[str, FileImports],
        unresolved: list[Unresolved],
    ) -> None:
        self._layout = layout
        self._files = files
        self._unresolved = unresolved
        modules = layout.modules.values()
        self._tops = {m.dotted.partition(".")[0] for m in modules}
        self._regular_tops = {m.dotted for m in modules if m.is_package}
        self._foreign: dict[str, bool] = {}

    def named_by(self, module: Module) -> Iterator[Named]:
        if module.is_stub:  # never runs
            return
        has_neighbours = module.dotted.partition(".")[0] not in self._regular_tops
        for statement in self._files[module.path].statements:
            if not has_neighbours and self._is_foreign(statement):
                continue  # most are: this is what makes it quick
            if statement.form is Form.COMPUTED:
                self._unresolved.append(Unresolved(module.name, statement, ""))
                continue
            base = statement.module
            if statement.level:
                absolute = _absolute(module, statement)
                if absolute is None:
                    name = "." * statement.level + statement.module
                    missing = Unresolved(module.name, statement, name)
                    self._unresolved.append(missing)
                    continue
                base = absolute
            for target in self._targets(base, statement, module):
                yield target, statement

    def _is_foreign(self, statement: Statement) -> bool:
        """Whether it imports a package of which there is no file here."""
        if statement.level or not statement.module:
            return False
        known = self._foreign.get(statement.module)
        if known is None:
            known = statement.module.partition(".")[0] not in self._tops
            self._foreign[statement.module] = known
        return known

    def _targets(
        self, base: str, statement: Statement, importer: Module
    ) -> Iterator[str]:
        layout = self._layout
        if base.partition(".")[0] not in self._tops:
            near = self._neighbour(base, importer)
            if near is not None:
                yield near
            return
        found = layout.find(base, importer)
        if found is None and not layout.is_namespace(base):
            near = self._neighbour(base, importer)
            if near is not None:
                yield near
                return
            yield from self._closest(base, statement, importer)
            return
        inner = list(self._named_modules(base, found, statement, importer))
        # What a package is asked for its modules alone is an implicit edge.
        takes_names = len(inner) < len(statement.names) or _is_star(statement)
        if found is not None and (takes_names or not inner):
            yield found
        yield from inner

    def _neighbour(self, base: str, importer: Module) -> str | None:
        if importer.dotted.partition(".")[0] in self._regular_tops:
            return None
        return self._layout.neighbour(base, importer)

    def _closest(
        self, base: str, statement: Statement, importer: Module
    ) -> Iterator[str]:
        """What runs before the import of a module that is not there fails."""
        if base.partition(".")[0] in self._regular_tops:
            self._unresolved.append(Unresolved(importer.name, statement, base))
        parent = base.rpartition(".")[0]
        while parent:
            found = self._layout.find(parent, importer)
            if found is not None:
                yield found
                return
            parent = parent.rpartition(".")[0]

    def _named_modules(
        self, base: str, found: str | None, statement: Statement, importer: Module
    ) -> Iterator[str]:
        """The modules among the names that are taken out of a package."""
        if statement.form is Form.IMPORT:
            return
        names: list[str] = [name for name, _ in statement.names]
        if _is_star(statement):
            module = self._layout.modules[found] if found is not None else None
            names = list(self._files[module.path].exports) if module else []
        for name in names:
            target = self._layout.find(f"{base}.{name}", importer)
            if target is not None:
                yield target


def _runs_in(statement: Statement, called: Set[str]) -> bool:
    """Whether one of the functions or classes around a statement is among those."""
    return _may_be_called(statement) and not called.isdisjoint(
        statement.function.split(".")
    )


def _may_be_called(statement: Statement) -> bool:
    return statement.kind is Kind.LAZY or statement.kind is Kind.DYNAMIC


def _is_star(statement: Statement) -> bool:
    return any(name == "*" for name, _ in statement.names)


def _absolute(importer: Module, statement: Statement) -> str | None:
    """The dotted name that a relative import means; None above the top."""
    package = importer.package
    parts = package.split(".") if package else []
    if statement.level > len(parts):
        return None
    kept = parts[: len(parts) - statement.level + 1]
    return ".".join([*kept, statement.module] if statement.module else kept)
