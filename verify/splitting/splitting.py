"""A module taken apart as a plan says: what changes, before anything is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from codemods.finding import Finding
from codemods.home import ModuleHome
from codemods.moving.module import ModuleText
from codemods.moving.moving import Made, Refusal, move
from codemods.moving.request import Request, Target, Why, World
from codemods.sorting import ImportSorter, sorter_for
from codemods.source import Source, SourceError
from verify.moving.changes import FileChange, Lineage
from verify.moving.effecting import Reach
from verify.moving.project import Project
from verify.moving.refusing import Refused, finding_of
from verify.moving.trees import WorkTree
from verify.moving.world import ProjectWorld
from verify.splitting.askers import Asked, asked_of
from verify.splitting.files import Layout, layout_of
from verify.splitting.heading import (
    heading_of,
    joined,
    licence_string,
    with_one_line_below_imports,
)
from verify.splitting.inventory import Inventory, inventory_of
from verify.splitting.ordering import Ordering, Swap
from verify.splitting.packaging import as_package, objections
from verify.splitting.plan import Plan, PlanError
from verify.splitting.reexporting import (
    Kept,
    Reexports,
    kept_names,
    less_future,
    with_all,
    with_docstring,
)
from verify.surface.modules import Modules


@dataclass(eq=False)
class Split:
    """One split of one module. What it is made of is worked out when asked for.

    Raises `PlanError` for a plan that does not fit, `Refused` for one that would
    change behaviour.
    """

    tree: WorkTree
    plan: Plan
    allowed: frozenset[Why] = frozenset()

    @cached_property
    def modules(self) -> Modules:
        return Modules(self.tree, self.tree)

    @cached_property
    def layout(self) -> Layout:
        try:
            return layout_of(self.tree, self.modules, self.plan)
        except ValueError as error:
            raise PlanError(f"{self.plan.where}: {error}") from None

    @cached_property
    def inventory(self) -> Inventory:
        path = self.layout.source
        try:
            source = Source.decode(self._read(path))
            inventory = inventory_of(self.plan.module, source)
        except SourceError as error:
            what = "does not parse" if error.decoded else "cannot be decoded"
            message = f"{path}:{error.line}: {what}: {error.message}"
            raise PlanError(message) from None
        self.plan.check(inventory)
        return inventory

    @cached_property
    def asked(self) -> Asked:
        return asked_of(self.modules, self.layout.source)

    @cached_property
    def kept(self) -> Kept:
        return kept_names(self.plan, self.inventory, self.asked)

    @cached_property
    def made(self) -> Made:
        """The texts as the engine of `rehome move` makes them."""
        if self.layout.converts:
            self._refuse_package()
        made = move(self._request())
        if isinstance(made, Refusal):
            raise Refused(self._shown(made))
        for name, targets in sorted(made.borrowed.items()):
            if self.layout.converts or self.is_package:
                raise self._homeless(name, min(targets))
        return made

    @property
    def is_package(self) -> bool:
        """Whether the module was a package before."""
        return self.layout.source.endswith("/__init__.py")

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The new module of everything that left, what came along included."""
        return {**self.plan.homes, **self.made.came}

    def changes(self) -> tuple[FileChange, ...]:
        """The files that come, change or go, call sites left out."""
        return tuple(sorted(self._changes(), key=lambda each: each.path))

    def swaps(self) -> Iterator[Swap]:
        """What runs at import in another order than before."""
        texts = {
            where.module: Source.decode(self.made.texts[where.module]).text
            for where in self.layout.destinations
        }
        left = self._left(self.made.texts[self.plan.module])
        texts[self.plan.module] = Source.decode(left).text
        asks = any(
            b"__subclasses__" in (self.tree.read(path) or b"")
            for path in self.modules.paths
        )
        module = self.plan.module
        return Ordering(self.inventory, self.homes, texts, module, asks).swaps()

    def lineage(self) -> Lineage:
        targets = [each.path for each in self.layout.destinations]
        if self.layout.converts:
            targets.insert(0, self.layout.left)
        return Lineage(
            self.layout.source, tuple(targets), stays=not self.layout.converts
        )

    # The request

    def _request(self) -> Request:
        layout, module = self.layout, self.plan.module
        files = zip(self.plan.declared.files, layout.destinations, strict=True)
        targets = {}
        for file, where in files:
            home = layout.home(where.module)
            heading = heading_of(file, self.inventory).encode()
            data = heading if where.is_new else self._read(where.path)
            text = ModuleText.read(home, data) if data else None
            targets[where.module] = Target(home, text, self._sorter(where.path))
        kept = frozenset(self.kept.moved)
        return Request(
            ModuleText.read(ModuleHome(module, self.is_package), self._source),
            self.plan.homes,
            targets,
            self._world,
            self._sorter(layout.source),
            kept=kept,
            is_lazy=self.plan.declared.lazy,
            is_bare=not self.plan.declared.lazy,
            allowed=self.allowed,
        )

    @property
    def _world(self) -> World:
        world = ProjectWorld(Project(self.tree), self.plan.module, Reach(self.tree))
        world.taken.used |= {*self.kept.moved, *self.kept.imported}
        return world

    def _shown(self, refusal: Refusal) -> Iterator[Finding]:
        paths = {d.module: d.path for d in self.layout.destinations}
        for each in refusal.objections:
            yield finding_of(each, paths.get(each.module, self.layout.source))

    @property
    def _source(self) -> bytes:
        return self._read(self.layout.source)

    def _read(self, path: str) -> bytes:
        data = self.tree.read(path)
        if data is None:
            raise PlanError(f"{path}: cannot be read")
        return data

    def _sorter(self, path: str) -> ImportSorter | None:
        file = self.tree.root / path
        folder = file.parent
        while not folder.exists():  # one that comes has the settings of those above
            folder = folder.parent
        return sorter_for(folder / file.name)

    def _refuse_package(self) -> None:
        found = list(objections(self.inventory.tree))
        if found:
            first, more = found[0], len(found) - 1
            others = f" (and {more} more like it)" if more else ""
            raise PlanError(
                f"{self.layout.source}:{first.line}: {self.plan.module} cannot become"
                f" a package, it {first.message}{others}; {first.fix}"
            )

    def _homeless(self, name: str, target: str) -> PlanError:
        moved = next(n for n, where in self.plan.homes.items() if where == target)
        fix = "name it in the symbols of a [[file]]"
        unit = self.inventory.units.get(name)
        if unit is not None and unit.is_logger:
            fix += ", or let each file have its own (--allow module-name)"
        return self.plan.error(
            f"{target} needs {name}, which stays in {self.plan.module}: it would be"
            f" imported before it is there; {fix}",
            moved,
        )

    # The result

    def _changes(self) -> Iterator[FileChange]:
        layout, made = self.layout, self.made
        mode = self.tree.mode(layout.source)
        left = self._left(made.texts[self.plan.module])
        if layout.converts:
            yield FileChange(layout.source, self._source, None, mode)
            yield FileChange(layout.left, None, left)
        elif left != self._source:
            yield FileChange(layout.source, self._source, left, mode)
        for where in layout.destinations:
            after = made.texts[where.module]
            before = None if where.is_new else self._read(where.path)
            if where.is_new:
                written = ModuleText.read(layout.home(where.module), after)
                text = with_one_line_below_imports(written)
                data = written.source.encode(self._with_own_ends(text))
                yield FileChange(where.path, None, data)
            elif after != before:
                yield FileChange(where.path, before, after, self.tree.mode(where.path))

    def _left(self, data: bytes) -> bytes:
        """What is left in the source, with the names that it still gives out."""
        declared, layout = self.plan.declared, self.layout
        source = Source.decode(data)
        text = as_package(source) if layout.converts else source.text
        text = less_future(with_docstring(text, self._docstring(), declared.header))
        is_init = layout.left.endswith("/__init__.py")
        home = ModuleHome(self.plan.module, is_init)
        if not declared.lazy:
            names = {name: self.plan.homes[name] for name in self.kept.moved}
            reexports = Reexports(home, names, self._is_relative)
            text = reexports.into(text, self._sorter(layout.source))
        if is_init:
            text = with_all(text, self._exports(text))
        return source.encode(self._with_own_ends(text))

    def _with_own_ends(self, text: str) -> str:
        """The text with line ends like the source's, where it has none of them."""
        newline = self.inventory.source.newline_at(0)
        return text if "\r" in text else text.replace("\n", newline)

    def _docstring(self) -> str | None:
        declared = self.plan.declared
        if declared.docstring is None or declared.header is not None:
            return declared.docstring
        return joined(declared.docstring, licence_string(self.inventory.tree))

    def _exports(self, text: str) -> set[str]:
        """The names that `__all__` is to have, of those that the text binds."""
        stay = set(self.inventory.units) - self.homes.keys()
        bound = inventory_of(self.plan.module, Source(text, "utf-8", b"")).names
        names = {*self.kept.moved, *((stay | {*self.kept.imported}) & bound)}
        return {name for name in names if not name.startswith("_")}

    @cached_property
    def _is_relative(self) -> bool:
        """Whether the module, or one beside it, names its own package by dots."""
        texts = self.inventory.tree.body
        own = self.plan.module.partition(".")[0]
        froms = [n for n in texts if isinstance(n, ast.ImportFrom)]
        if any(n.level for n in froms):
            return True
        return not any((n.module or "").partition(".")[0] == own for n in froms)
