"""Imports inside functions that a move set free: they dodged an import cycle through
the old home of what they import, and no cycle leads through the new one.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from codemods.discovery import discover
from codemods.finding import Finding, Place
from codemods.generated import is_generated
from codemods.hoistable import Local, local_imports_in
from codemods.hoisting import edits_between, hoist
from codemods.home import ModuleHome
from codemods.namemap import NameMap
from codemods.reading import shown
from codemods.rewrite import Rewritten
from codemods.rules import KEPT_LOCAL
from codemods.sorting import sorter_for
from codemods.source import Source, SourceError
from verify.importing.graph import Graph
from verify.importing.hoisting import Plan, plan
from verify.importing.lazy import Reach
from verify.importing.moving import failing_in, folder_of, in_graph, project_of
from verify.importing.packages import NoPackage
from verify.importing.parsing import Files, Reader
from verify.importing.store import Loaded, in_folder, load
from verify.importing.survey import Side, examine


@dataclass(frozen=True)
class HoistFreed:
    """Moves to the top what is free now, in the files at and below `paths`.

    Called with the files that were rewritten, before anything is written.
    """

    paths: Sequence[Path]
    names: NameMap
    cache: Path | None = None

    def __call__(self, rewritten: Mapping[Path, Rewritten]) -> dict[Path, Rewritten]:
        """What becomes of each file: those given, and others that change too.

        The findings are those that are new.
        """
        made = {p: replace(r, findings=()) for p, r in rewritten.items()}
        roots: dict[Path, dict[Path, None]] = {}
        for path in self.paths:
            files = dict.fromkeys(discover([path]).files)
            roots.setdefault(project_of(path), {}).update(files)
        for root, files in roots.items():
            try:
                project = _Project(root, list(files), self.names, made, self.cache)
            except NoPackage:
                continue
            made |= project.changed()
        return made


@dataclass(eq=False)
class _Project:
    """One project: its files as they are, and as they are after the rewrite."""

    root: Path
    wanted: list[Path]
    names: NameMap
    rewritten: Mapping[Path, Rewritten]
    cache: Path | None
    findings: dict[Path, list[Finding]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        files = in_folder(self.root)
        self.before = load(files, self.cache)
        folder = folder_of(self.root, files.oids)
        self.paths = dict(in_graph(self.wanted, folder, self.before))
        new = {
            inner: self.rewritten[path].new
            for inner, path in self.paths.items()
            if path in self.rewritten
        }
        self.files = _with(files, new)

    @cached_property
    def homes(self) -> _Homes:
        return _Homes(self.names)

    def changed(self) -> dict[Path, Rewritten]:
        """The files that change by this, or have something to tell."""
        candidates = dict(self._candidates())
        if not candidates:
            return {}
        side = examine(self.files, self.cache)
        free = _Free(self.before.graph, side.loaded, self.homes)
        allowed: dict[str, set[tuple[int, int]]] = {}
        for inner, found in candidates.items():
            for local, olds in found:
                why = free.judge(inner, local, olds)
                if why:
                    self._tell(inner, local, why)
                elif why is not None:
                    allowed.setdefault(inner, set()).add(local.place)
        plans = plan(
            side.loaded,
            allowed,
            failing=failing_in(side),
            wanted=lambda path, local: local.place in allowed.get(path, ()),
            called=False,
        )
        self._still_sound(side, plans)
        made = dict(filter(None, map(self._moved, plans)))
        for inner, path in self.paths.items():
            if path in self.findings:
                known = made.get(path) or self._as_it_is(inner)
                both = (*known.findings, *self.findings[path])
                made[path] = replace(known, findings=both)
        return made

    def _candidates(self) -> Iterator[tuple[str, list[tuple[Local, frozenset[str]]]]]:
        """The imports inside functions of names in their new homes, with the old."""
        spelled = [name.encode() for name in self.homes.symbols]
        for inner, data in self._texts():
            if not any(name in data for name in spelled):
                continue
            module = next(
                (m for m in self.before.graph.modules.values() if m.path == inner), None
            )
            home = ModuleHome(module.dotted, module.is_package) if module else None
            try:
                source = Source.decode(data)
                tree = source.parse()
            except SourceError:
                continue
            found = [
                (local, olds)
                for local in local_imports_in(source, tree, home)
                if (olds := self.homes.old_of(local.node, home))
            ]
            if found:
                yield inner, found

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        oids = {inner: self.files.oids[inner] for inner in self.paths}
        contents = self.files.read(oids.values())
        yield from ((inner, contents[oid]) for inner, oid in sorted(oids.items()))

    def _tell(self, inner: str, local: Local, why: str) -> None:
        path = self.paths[inner]
        names = ", ".join(f"`{alias.name}`" for alias in local.node.names)
        finding = Finding(
            KEPT_LOCAL,
            Place(shown(path), *local.place),
            f"{names} is still imported inside `{local.function}`: {why}",
            "move it to the top by hand, if nothing speaks against it",
        )
        self.findings.setdefault(path, []).append(finding)

    def _still_sound(self, side: Side, plans: Sequence[Plan]) -> None:
        """Ask the cycle check again with all in its new place; take back what makes
        the import of a module fail that did not before.
        """
        new = {each.path: self._hoisted(each).new for each in plans if each.moved}
        if not new:
            return
        after = examine(_with(self.files, new), self.cache)
        broken = failing_in(after).keys() - failing_in(side).keys()
        for each in plans if broken else ():
            why = f"at the top it may make the import of `{min(broken)}` fail"
            each.waiting |= dict.fromkeys(each.moved, why)
            each.moved.clear()

    def _hoisted(self, plan: Plan) -> Rewritten:
        path = self.paths[plan.path]
        return hoist(
            plan.source,
            plan.tree,
            plan.moved,
            path=shown(path),
            sorter=sorter_for(path),
        )

    def _moved(self, plan: Plan) -> tuple[Path, Rewritten] | None:
        path = self.paths[plan.path]
        for kept in plan.kept:
            self._tell(plan.path, kept.local, f"no cycle needs that, but {kept.why}")
        if not plan.moved or is_generated(
            plan.source.encode(plan.source.text), path.name
        ):
            return None
        done = self._hoisted(plan)
        was = self._as_it_is(plan.path)
        old, new = (Source.decode(each).text for each in (was.old, done.new))
        edits = tuple(edits_between(old, new))
        return path, replace(was, new=done.new, edits=edits, findings=done.findings)

    def _as_it_is(self, inner: str) -> Rewritten:
        path = self.paths[inner]
        if path in self.rewritten:
            return self.rewritten[path]
        oid = self.files.oids[inner]
        data = self.files.read([oid])[oid]
        return Rewritten(shown(path), data, data)


def _with(files: Files, new: Mapping[str, bytes]) -> Files:
    """The files with other contents for some of them."""
    oids = {
        path: hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        for path, data in new.items()
    }
    contents = {oids[path]: data for path, data in new.items()}
    read = _Overlaid(files.read, contents)
    return replace(files, oids={**files.oids, **oids}, read=read)


@dataclass(frozen=True)
class _Overlaid:
    """Reads what is in `contents` there, all else below; in any process."""

    below: Reader
    contents: Mapping[str, bytes]

    def __call__(self, oids: Iterable[str]) -> Mapping[str, bytes]:
        wanted = list(oids)
        known = self.below([oid for oid in wanted if oid not in self.contents])
        return {**known, **{o: self.contents[o] for o in wanted if o in self.contents}}


class _Homes:
    """The old homes of what has a new one, by its new dotted path."""

    def __init__(self, names: NameMap) -> None:
        self._old: dict[str, set[str]] = {}
        self._modules: list[tuple[str, str]] = []
        for move in names.moves:
            if move.new.is_module:
                self._modules.append((move.old.module, move.new.module))
            elif move.old.module != move.new.module:
                self._add(move.new.dotted, [move.old.module])
        for fold in names.folds:
            self._add(fold.new.dotted, [name.module for name in fold.functions])
            self._old[fold.new.dotted].discard(fold.new.module)

    def _add(self, path: str, modules: Iterable[str]) -> None:
        self._old.setdefault(path, set()).update(modules)

    @property
    def symbols(self) -> list[str]:
        """Texts of which a file that imports from a new home has one."""
        tails = {path.rpartition(".")[2] for path in self._old}
        return sorted(tails | {new.rpartition(".")[2] for _, new in self._modules})

    def old_of(
        self, node: ast.Import | ast.ImportFrom, home: ModuleHome | None
    ) -> frozenset[str]:
        """The old homes of all that a statement imports; none where only some moved."""
        if isinstance(node, ast.Import):
            return frozenset()
        base = _base_of(node, home)
        found: set[str] = set()
        for alias in node.names:
            olds = self._of(base, alias.name) if base else set()
            if not olds:
                return frozenset()
            found |= olds
        return frozenset(found)

    def _of(self, base: str, name: str) -> set[str]:
        olds = self._old.get(f"{base}.{name}", set())
        if olds:
            return olds
        return {
            old + base[len(new) :]
            for old, new in self._modules
            if f"{base}.".startswith(f"{new}.")
        }


def _base_of(node: ast.ImportFrom, home: ModuleHome | None) -> str | None:
    if not node.level:
        return node.module
    parts = home.package.split(".") if home is not None and home.package else []
    if node.level > len(parts):
        return None
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


@dataclass(eq=False)
class _Free:
    """Which imports dodged a cycle before, and have none to dodge after."""

    before: Graph
    after: Loaded
    homes: _Homes

    @cached_property
    def reach_before(self) -> Reach:
        return Reach.of(self.before)

    @cached_property
    def reach_after(self) -> Reach:
        return Reach.of(self.after.graph)

    def judge(self, path: str, local: Local, olds: Collection[str]) -> str | None:
        """Nothing for an import that is free, None for one that has to stay or has no
        cycle to do with; else why that cannot be told.
        """
        graph = self.after.graph
        module = next((n for n, m in graph.modules.items() if m.path == path), None)
        if module is None:
            return "its file is no module of the project"
        for old in sorted(olds):
            if self._find(self.before, module, old) is None:
                return f"`{old}` is not in the project, so cycles cannot be told"
        if not any(
            self._leads(self.before, self.reach_before, module, old) for old in olds
        ):
            return None
        assert isinstance(local.node, ast.ImportFrom)
        home = graph.modules[module]
        base = _base_of(local.node, ModuleHome(home.dotted, home.is_package)) or ""
        if self._find(graph, module, base) is None:
            return f"`{base}` is not in the project, so cycles cannot be told"
        if self._leads(graph, self.reach_after, module, base):
            return None
        return ""

    def _find(self, graph: Graph, module: str, dotted: str) -> str | None:
        return graph.layout.find(dotted, graph.modules[module])

    def _leads(self, graph: Graph, reach: Reach, module: str, dotted: str) -> bool:
        """Whether importing a module, by its dotted name, imports this one."""
        target = self._find(graph, module, dotted)
        if target is None:
            return False
        own = {module, *graph.parents(module)}
        loads = {target, *graph.parents(target)} - (own - {target})
        return any(reach.leads(each, module) for each in loads)
