"""Which imports inside functions can go to the top of their file, one by one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from codemods.hoistable import Local, local_imports_in, local_name
from codemods.hoisting import end_of_imports
from codemods.home import ModuleHome
from codemods.source import Source, SourceError
from verify.importing.binding import Bound, bound_by, with_stars
from verify.importing.leading import Leading, is_everywhere
from verify.importing.patching import patches_in
from verify.importing.statements import Form, Kind, Statement
from verify.importing.store import Loaded

# A module that loads more of its own project than that is heavy.
_MANY = 10
_NOTHING: Mapping[str, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """An import that stays, and why."""

    path: str
    local: Local
    why: str


@dataclass
class Plan:
    """What becomes of one file."""

    path: str
    module: str
    source: Source
    tree: ast.Module
    home: ModuleHome
    moved: list[Local] = field(default_factory=list)
    waiting: dict[Local, str] = field(default_factory=dict)

    @property
    def kept(self) -> Iterator[Kept]:
        return (Kept(self.path, local, why) for local, why in self.waiting.items())


def plan(
    loaded: Loaded,
    paths: Collection[str],
    *,
    heavy: bool = False,
    others: bool = False,
    failing: Mapping[str, frozenset[str]] = _NOTHING,
    wanted: Callable[[str, Local], bool] = lambda path, local: True,
    called: bool = True,
) -> list[Plan]:
    """What can be moved in the files at `paths`, by their paths in the graph.

    Each import is judged in the graph that those accepted before it make, until no
    more can be. With `heavy` what takes time to load may be loaded at the top as
    well, with `others` what is neither the project's nor Python's: whether that is
    installed everywhere, and does nothing but define names, cannot be told. `failing`
    are modules that may fail when they are the first of their cycle to be imported,
    each with that cycle: what enters it there stays. What is not `wanted`, asked with
    its path, is neither moved nor told of. Without `called`, cycles through functions
    that only may be called while a module is imported count for nothing where the top
    of the file imports the same module already.
    """
    judge = _Judge(loaded, heavy=heavy, others=others, failing=failing, called=called)
    plans = [each for path in sorted(paths) if (each := judge.plan_of(path))]
    for each in plans:
        each.waiting = {k: v for k, v in each.waiting.items() if wanted(each.path, k)}
    moving = True
    while moving:
        accepted = [judge.accept(each) for each in plans]
        moving = any(accepted)
    return [each for each in plans if each.moved or each.waiting]


class _Judge:
    def __init__(
        self,
        loaded: Loaded,
        *,
        heavy: bool,
        others: bool,
        failing: Mapping[str, frozenset[str]],
        called: bool,
    ) -> None:
        self._loaded = loaded
        self._called = called
        self._graph = loaded.graph
        self._heavy = heavy
        self._others = others
        self._leading = Leading(loaded.graph)
        self._failing = failing
        oids = loaded.files.oids
        self._sources = loaded.files.read(oids.values())
        self._patches = patches_in(self._sources.values())
        self._known: dict[str, Bound] = {}
        self._by_path = {m.path: name for name, m in self._graph.modules.items()}
        self._starred = set(_starred(loaded))
        self._statements: dict[str, dict[tuple[int, int], list[Statement]]] = {}
        self._last_lines: dict[str, int] = {}

    def plan_of(self, path: str) -> Plan | None:
        """A file with its imports in functions; None where it has none, or is none
        that can be read.
        """
        name = self._by_path.get(path)
        if name is None or self._graph.modules[name].is_stub:
            return None
        lazy = [s for s in self._graph.imports(name).statements if s.function]
        if not lazy:
            return None
        try:
            source = Source.decode(self._sources[self._loaded.files.oids[path]])
            tree = source.parse()
        except SourceError:
            return None
        module = self._graph.modules[name]
        home = ModuleHome(module.dotted, module.is_package)
        grouped: dict[tuple[int, int], list[Statement]] = {}
        for statement in lazy:
            at = (statement.line, statement.column)
            grouped.setdefault(at, []).append(statement)
        self._statements[name] = grouped
        self._last_lines[name] = end_of_imports(source, tree)
        found = Plan(path, name, source, tree, home)
        for local in local_imports_in(source, tree, home):
            found.waiting[local] = local.why_kept
        return found

    def accept(self, plan: Plan) -> bool:
        """Move what can be moved; whether that was anything."""
        before = len(plan.moved)
        for local in list(plan.waiting):
            if local.why_kept:
                continue
            why = self._why_kept(plan.module, local)
            if why:
                plan.waiting[local] = why
                continue
            del plan.waiting[local]
            plan.moved.append(local)
            statements = self._statements[plan.module][local.place]
            targets = [t for s in statements for t in self._targets(plan.module, s)]
            self._leading.add(plan.module, targets)
        return len(plan.moved) > before

    def _targets(self, module: str, statement: Statement) -> list[str]:
        return self._leading.targets_of(module, statement)

    def _why_kept(self, module: str, local: Local) -> str:
        reasons = (self._why_not_here, self._why_not_those, self._why_not_loaded)
        for reason in reasons:
            why = reason(module, local)
            if why:
                return why
        return ""

    # The module that it stands in

    def _why_not_here(self, module: str, local: Local) -> str:
        dotted = self._graph.modules[module].dotted
        for alias in local.node.names:
            name = local_name(local.node, alias)
            if self._patches.reach(dotted, name):
                return f"`{dotted}.{name}` is patched or set anew somewhere"
        if not local.missing:
            return ""
        if self._graph.imports(module).asks_getattr:
            return "the module has a `__getattr__`, which new names would bypass"
        for alias in local.missing:
            name = local_name(local.node, alias)
            if f"{dotted}.{name}" in self._graph.modules:
                return f"`{name}` is the name of a module of this package"
            if module in self._starred and not name.startswith("_"):
                return "another file imports all names of this one with a star"
        return ""

    # What it takes

    def _why_not_those(self, module: str, local: Local) -> str:
        for statement in self._statements[module][local.place]:
            targets = self._targets(module, statement)
            if module in targets:
                return "it imports its own module"
            base = self._leading.base_of(module, statement) or statement.module
            replaced = self._patches.modules & {base, *targets}
            if replaced:
                return f"`{min(replaced)}` is replaced by another module somewhere"
            if not targets:
                why = self._why_not_external(local, statement)
            elif statement.form is Form.FROM:
                why = self._why_not_names(module, statement, targets)
            else:
                asked = self._leading.base_of(module, statement)
                why = "" if asked in targets else f"there is no file of `{asked}`"
            if why:
                return why
        return ""

    def _why_not_external(self, local: Local, statement: Statement) -> str:
        for name, _ in statement.names if statement.form is Form.FROM else ():
            if self._patches.reach(statement.module, name):
                return f"`{statement.module}.{name}` is patched or set anew somewhere"
        if not local.missing:
            return ""
        if is_everywhere(statement.module):
            wanted, what = self._heavy, "takes time to load (see --heavy)"
        else:
            wanted, what = self._others, "may be missing somewhere (see --others)"
        return "" if wanted else f"`{statement.module or '.'}` {what}"

    def _why_not_names(
        self, module: str, statement: Statement, targets: Collection[str]
    ) -> str:
        base = self._leading.base_of(module, statement)
        if base is None:
            return f"there is no file of `{statement.module}`"
        source = self._graph.layout.find(base, self._graph.modules[module])
        names = self._sure_names(source) if source else frozenset()
        for name, _ in statement.names:
            if self._patches.reach(base, name):
                return f"`{base}.{name}` is patched or set anew somewhere"
            inner = f"{base}.{name}" in targets
            if source is not None and name in self._bound(source).changed:
                return f"`{name}` is bound anew by a function of its module"
            if inner and source is not None and name in names:
                continue
            if not inner and name not in names:
                return f"`{base}` does not bind `{name}` in any case"
        return ""

    def _bound(self, module: str) -> Bound:
        if module not in self._known:
            path = self._graph.modules[module].path
            source = self._sources[self._loaded.files.oids[path]]
            try:
                self._known[module] = bound_by(Source.decode(source).parse())
            except SourceError:
                self._known[module] = bound_by(ast.Module([], []))
        return self._known[module]

    def _sure_names(
        self, module: str, seen: frozenset[str] = frozenset()
    ) -> frozenset[str]:
        bound = self._bound(module)
        if module in seen:
            return bound.surely

        def of_star(dotted: str) -> frozenset[str]:
            source = self._leading.resolve(module, dotted)
            if source is None:
                return frozenset()
            names = self._sure_names(source, seen | {module})
            exports = self._bound(source).exports
            if exports is not None:
                return names & frozenset(exports)
            return frozenset(n for n in names if not n.startswith("_"))

        return with_stars(bound, of_star)

    # What that loads

    def _why_not_loaded(self, module: str, local: Local) -> str:
        if not local.missing:
            return ""
        statements = self._statements[module][local.place]
        named = {t for s in statements for t in self._targets(module, s)}
        loads = self._leading.loaded_by(module, named)
        exposed = self._called or not self._is_imported_above(module, named)
        for each in sorted(loads) if exposed else ():
            if self._leading.leads(each, module):
                return f"`{each}` imports this module, if by way of others"
        all_new = self._leading.new_for(module, loads)
        bad = sorted(
            each
            for each, ring in self._failing.items()
            if self._leading.enters(loads, each, ring)
        )
        if bad and not self._is_imported_above(module, named):
            return f"it leads to an import cycle that can fail, at `{bad[0]}`"
        if not all_new:
            return ""
        if local.conditional:
            return "what stands before it decides whether it runs, or prepares for it"
        return self._why_not_new(module, all_new)

    def _is_imported_above(self, module: str, named: Collection[str]) -> bool:
        """Whether the imports that new ones go among have all that already, or those
        before them: then nothing is loaded in another order.
        """
        last = self._last_lines[module]
        above = {
            target
            for target, statement in self._graph.named[module]
            if statement.kind is Kind.EAGER and statement.line <= last
        }
        return above.issuperset(named)

    def _why_not_new(self, module: str, new: Collection[str]) -> str:
        for each in sorted(new):
            imports = self._graph.imports(each)
            if imports.problem:
                return f"it would load `{each}`, which cannot be analysed"
            if any(
                s.form is Form.COMPUTED and not s.function for s in imports.statements
            ):
                return f"it would load `{each}`, which computes what it imports"
            line = self._bound(each).effect
            if line:
                return f"it would load `{each}`, which does something, on line {line}"
        outside = self._leading.external(new) - self._leading.has_external(module)
        if outside and not self._others:
            return f"it would load `{min(outside)}` of others (see --others)"
        if len(new) > _MANY and not self._heavy:
            return f"it would load {len(new)} modules more (see --heavy)"
        return ""


def _starred(loaded: Loaded) -> Iterator[str]:
    """Modules without `__all__` that a star import takes names of."""
    graph = loaded.graph
    for named in graph.named.values():
        for target, statement in named:
            star = any(name == "*" for name, _ in statement.names)
            if star and not graph.imports(target).exports:
                yield target
