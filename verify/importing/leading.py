"""What importing a module loads, in a graph to which edges are added."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Set

from verify.importing.graph import Graph, Reading
from verify.importing.statements import Form, Kind, Statement

# Of some systems and builds only: importing one may fail.
_OF_SOME_SYSTEMS = frozenset(
    {"fcntl", "grp", "msvcrt", "posix", "pwd", "resource", "syslog", "termios"}
    | {"tkinter", "tty", "pty", "winreg", "winsound", "curses", "readline", "sqlite3"}
    | {"ctypes", "lzma", "bz2", "dbm", "ssl", "turtle", "idlelib", "ensurepip"}
)
# Of some of the versions 3.10 to 3.15 only (PEP 594 and the release notes).
_OF_SOME_VERSIONS = frozenset(
    {"aifc", "annotationlib", "asynchat", "asyncore", "audioop", "binhex", "cgi"}
    | {"cgitb", "chunk", "compression", "crypt", "distutils", "imghdr", "imp"}
    | {"lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes"}
    | {"smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "tomllib", "uu", "xdrlib"}
)
_EVERYWHERE = sys.stdlib_module_names - _OF_SOME_SYSTEMS - _OF_SOME_VERSIONS


class Leading:
    """Modules that lead to others: by what may run, and by what runs in any case."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._may = _copy(graph.successors(Reading.PARENTS))
        for name, targets in graph.successors(Reading.CALLED).items():
            self._may[name] |= targets
        self._surely = {name: self._eager(name) for name in graph.modules}
        self._closures: dict[tuple[bool, str], frozenset[str]] = {}
        self._external: dict[str, frozenset[str]] = {}
        self._named = {name: _by_place(named) for name, named in graph.named.items()}

    def _eager(self, name: str) -> set[str]:
        direct = {t for t, s in self._graph.named[name] if s.kind is Kind.EAGER}
        return direct | {p for each in direct for p in self._graph.parents(each)}

    # Edges

    def add(self, module: str, targets: Collection[str]) -> None:
        """Note that a module imports others at its top now."""
        surely = {*targets, *(p for t in targets for p in self._graph.parents(t))}
        own = {module, *self._graph.parents(module)}
        may = surely - (own - {*targets}) - {module}
        if surely <= self._surely[module] and may <= self._may[module]:
            return
        self._surely[module] |= surely
        self._may[module] |= may
        self._closures.clear()

    def targets_of(self, module: str, statement: Statement) -> list[str]:
        """The modules that a statement names."""
        at = (statement.line, statement.column, statement.names)
        return self._named[module].get(at, [])

    def base_of(self, module: str, statement: Statement) -> str | None:
        """The dotted name of the module that a statement names, None where there is
        neither a file nor a folder of it.
        """
        dots = "." * statement.level
        base = _absolute(self._graph.modules[module].package, dots + statement.module)
        layout = self._graph.layout
        if base is None or statement.form is Form.IMPORT:
            return base
        found = layout.find(base, self._graph.modules[module])
        return base if found or layout.is_namespace(base) else None

    def resolve(self, module: str, dotted: str) -> str | None:
        """The module that a dotted name, perhaps with leading dots, means in one."""
        importer = self._graph.modules[module]
        base = _absolute(importer.package, dotted)
        return self._graph.layout.find(base, importer) if base else None

    # What is led to

    def loaded_by(self, module: str, targets: Collection[str]) -> set[str]:
        """What an import of `targets` in a module loads first of all."""
        own = {module, *self._graph.parents(module)}
        above = {p for each in targets for p in self._graph.parents(each)}
        return {*targets} | (above - own)

    def leads(self, source: str, target: str) -> bool:
        return source == target or target in self._closure(source, surely=False)

    def all_from(self, modules: Iterable[str]) -> frozenset[str]:
        """The modules with everything that they lead to."""
        modules = frozenset(modules)
        return modules.union(*(self._closure(each, surely=False) for each in modules))

    def enters(
        self, modules: Collection[str], entry: str, ring: frozenset[str]
    ) -> bool:
        """Whether `entry` may be the first of a cycle that importing modules loads."""
        if entry in modules:
            return True
        reached = self.all_from(modules)
        if entry not in reached:
            return False
        return any(entry in self._may[each] for each in reached - ring)

    def new_for(self, module: str, modules: Iterable[str]) -> frozenset[str]:
        """What importing `modules` may load that `module` does not load in any case."""
        known = self._closure(module, surely=True) | {module}
        return frozenset(_reached(modules, self._may.__getitem__, known))

    def _closure(self, module: str, *, surely: bool) -> frozenset[str]:
        key = (surely, module)
        if key not in self._closures:
            after = self._surely if surely else self._may
            found = _reached(after[module], after.__getitem__, ())
            self._closures[key] = frozenset(found)
        return self._closures[key]

    # Modules of others

    def external(self, modules: Iterable[str]) -> frozenset[str]:
        """What modules may load that is neither in the graph nor Python's own."""
        return frozenset().union(*(self._outside(m, surely=False) for m in modules))

    def has_external(self, module: str) -> frozenset[str]:
        """What is loaded of others in any case, packages with it."""
        loaded = (module, *self._closure(module, surely=True))
        direct = frozenset().union(*(self._outside(m, surely=True) for m in loaded))
        parts = (each.split(".") for each in direct)
        return frozenset(".".join(p[:n]) for p in parts for n in range(1, len(p) + 1))

    def _outside(self, module: str, *, surely: bool) -> frozenset[str]:
        found = set()
        for statement in self._graph.imports(module).statements:
            runs = statement.kind is Kind.EAGER if surely else statement.runs_at_import
            if not runs or statement.level or not statement.module:
                continue
            if is_everywhere(statement.module):
                continue
            if not self.targets_of(module, statement):
                found.add(statement.module)
        return frozenset(found)


def is_everywhere(module: str) -> bool:
    """Whether every Python has a module, on every system."""
    return module.partition(".")[0] in _EVERYWHERE


def _by_place(
    named: Iterable[tuple[str, Statement]],
) -> dict[tuple[object, ...], list[str]]:
    found: dict[tuple[object, ...], list[str]] = {}
    for target, statement in named:
        at = (statement.line, statement.column, statement.names)
        found.setdefault(at, []).append(target)
    return found


def _copy(successors: Mapping[str, Set[str]]) -> dict[str, set[str]]:
    return {name: set(targets) for name, targets in successors.items()}


def _reached(
    start: Iterable[str], after: Callable[[str], Set[str]], known: Collection[str]
) -> set[str]:
    found = {each for each in start if each not in known}
    waiting = list(found)
    while waiting:
        new = {each for each in after(waiting.pop()) if each not in known} - found
        found |= new
        waiting += new
    return found


def _absolute(package: str, dotted: str) -> str | None:
    name = dotted.lstrip(".")
    level = len(dotted) - len(name)
    if not level:
        return name
    parts = package.split(".") if package else []
    if level > len(parts):
        return None
    kept = parts[: len(parts) - level + 1]
    return ".".join([*kept, name] if name else kept)
