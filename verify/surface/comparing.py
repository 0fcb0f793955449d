"""Which names of base cannot be imported from head. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from codemods.migration import Migration
from codemods.name import Name
from verify.movement.sources import Sources
from verify.surface.answer import Fate, Loss, Surface, Unread
from verify.surface.breakage import Breakage
from verify.surface.flow import Bound
from verify.surface.importable import Answer, Certainty, Importable
from verify.surface.importers import Prefilter
from verify.surface.members import Class, members_of
from verify.surface.modules import Module, Modules, parents, python_of
from verify.surface.nearest import Nearest
from verify.surface.publishing import Coverage, is_there, parsed
from verify.surface.scope import (
    Standing,
    is_private,
    standing_of_module,
    standing_of_name,
)


def compare(
    base: Sources,
    head: Sources,
    changed: Collection[str],
    moves: Mapping[str, str],
    migrations: Iterable[Migration] = (),
    *,
    suggests: bool = True,
    sides: tuple[Modules, Modules] | None = None,
) -> Surface:
    """Find what can be imported at base and not at head.

    `moves` maps dotted symbols of base, as `pkg.module:Class.method`, to those of
    head. Looks at the changed files, and at whatever hands their names on. With
    `suggests` each name that is gone is told the one that is spelled most like it.
    `sides` are the modules of both, where the caller has parsed some.
    """
    sides = sides or modules_of(base, head)
    comparison = _Comparison(sides, changed, moves, migrations)
    comparison.suggests = suggests
    return comparison.run()


def modules_of(base: Sources, head: Sources) -> tuple[Modules, Modules]:
    """The modules of both sides, which share the trees of files that are the same."""
    old = Modules(base, head)
    return old, Modules(head, base, old.trees)


class _Comparison:
    def __init__(
        self,
        sides: tuple[Modules, Modules],
        changed: Collection[str],
        moves: Mapping[str, str],
        migrations: Iterable[Migration],
    ) -> None:
        self.old, self.new = sides
        self.was = Importable(self.old, self.new)
        self.now = Importable(self.new, self.old)
        self.coverage = Coverage(migrations, self.now)
        self.moves = {
            old: new
            for a, b in moves.items()
            if (old := parsed(a)) is not None and (new := parsed(b)) is not None
        }
        self.changed = changed
        self.found = Surface()
        self.affected: set[str] = set()
        self.gone: dict[str, set[str]] = {}
        self.kept: dict[Name, Loss] = {}
        self.suggests = True

    def run(self) -> Surface:
        waiting = self._changed_modules()
        self.affected = {self.old.at(path).name for path in waiting}
        while waiting:
            before = {module: set(names) for module, names in self.gone.items()}
            for path in sorted(waiting):
                self._compare_module(self.old.at(path))
            waiting = self._importers_of(_difference(self.gone, before))
        self.found.broken = Breakage(self.old, self.new, self.now).of(
            self.gone, python_of(self.changed)
        )
        self.found.losses = self._folded()
        return self.found

    # Which modules

    def _changed_modules(self) -> set[str]:
        """The files of base whose module may have changed."""
        names = {
            side.name_of(path)
            for side in (self.old, self.new)
            for path in python_of(self.changed)
            if path in side.known
        }
        paths = {path for name in names for path in self.old.all_of(name)}
        changed = {p for p in python_of(self.changed) if p in self.old.known}
        return paths | changed

    def _importers_of(self, gone: Mapping[str, frozenset[str]]) -> set[str]:
        """The files of base that may hand on names that are gone."""
        if not gone:
            return set()
        found: set[str] = set()
        prefilter = Prefilter(gone)
        for path in self.new.paths:
            data = self.new.sources.read(path)
            if data is not None and prefilter.matches(data) and path in self.old.known:
                found.add(path)
        self.affected.update(gone)
        return found

    # One module

    def _compare_module(self, module: Module) -> None:
        standing = standing_of_module(module.name, module.path)
        if module.problem:
            self._unread(self.old, module, standing)
            return
        if not self.new.exists(module.name):
            self._module_gone(module, standing)
            return
        after = self.new.find(module.name, module.path)
        if after is not None and after.problem:
            self._unread(self.new, after, standing)
            return
        self.found.modules += 1
        if self._is_beside(module):
            self._compare_stub(module, standing)
            return
        self._compare_hidden(module, after, standing)
        for name in sorted(self.was.names(module)):
            self._compare_name(module, after, name, standing)
            if after is not None and module.exports != after.exports:
                self._compare_star(module, after, name)

    def _is_beside(self, module: Module) -> bool:
        """Whether a file is the stub of a module that has a text of its own."""
        return module.path.endswith(".pyi") and any(
            path.endswith(".py") for path in self.old.all_of(module.name)
        )

    def _compare_stub(self, module: Module, standing: Standing) -> None:
        """Find what a type checker no longer sees, though it is still there."""
        if standing is not Standing.PUBLIC or module.path not in self.new.known:
            return
        after = self.new.at(module.path)
        for name in sorted(self.was.names(module)):
            if standing_of_name(module, name) is not Standing.PUBLIC:
                continue
            if self.now.in_file(after, name).certainty is Certainty.NO:
                there = self.now.look_up(module.name, name, module.path)
                if there.certainty is not Certainty.NO:
                    was = self.was.in_file(module, name)
                    self._keep(
                        self._loss(module, after, name, Fate.UNTYPED, standing, was)
                    )

    def _unread(self, side: Modules, module: Module, standing: Standing) -> None:
        if standing is not Standing.ASIDE:
            which = "at base" if side is self.old else "at head"
            reason = f"{module.problem} ({which})"
            each = Unread(module.path, module.line, reason)
            if each not in self.found.unread:
                self.found.unread.append(each)

    def _module_gone(self, module: Module, standing: Standing) -> None:
        names = self.was.names(module)
        self.gone.setdefault(module.name, set()).update({"", *names})
        parent, _, tail = module.name.rpartition(".")
        if parent:
            self.gone.setdefault(parent, set()).add(tail)
        inside = []
        for name in sorted(names):
            if standing_of_name(module, name) is Standing.PUBLIC:
                was = self.was.in_file(module, name)
                inside.append(self._loss(module, None, name, Fate.GONE, standing, was))
        loss = self._told(Name(module.name), Fate.GONE, standing, module.path)
        self._keep(replace(loss, inside=tuple(inside)))

    def _compare_hidden(
        self, module: Module, after: Module | None, standing: Standing
    ) -> None:
        """Tell where names may be lost that no text has."""
        kept = after.hidden if after is not None else {}
        changed = [w for w, told in module.hidden.items() if kept.get(w) != told]
        whys = [f"its `{what}` is no longer the same" for what in sorted(changed)]
        stars = self.was.untold_stars(module)
        if after is not None:
            stars -= self.now.untold_stars(after)
        whys += [f"it no longer takes all names of `{each}`" for each in sorted(stars)]
        if whys:
            path = after.path if after else module.path
            loss = self._told(Name(module.name), Fate.UNTOLD, standing, path)
            self._keep(replace(loss, why=", and ".join(whys)))

    def _compare_name(
        self, module: Module, after: Module | None, name: str, inherited: Standing
    ) -> None:
        self.found.examined += 1
        if after is not None and self._same_import(module, after, name):
            return
        was = self.was.in_file(module, name)
        if was.certainty is Certainty.NO:
            return
        now = self._look_up(module, after, name)
        standing = standing_of_name(module, name)
        if inherited is not Standing.PUBLIC:
            standing = inherited
        if now.certainty >= was.certainty:
            self._still_there(module, name, was, now, standing)
            return
        if now.certainty is Certainty.NO:
            self.gone.setdefault(module.name, set()).add(name)
        fates = {Certainty.NO: Fate.GONE, Certainty.UNTOLD: Fate.UNTOLD}
        fate = fates.get(now.certainty, Fate.CONDITIONAL)
        loss = self._loss(module, after, name, fate, standing, was)
        self._keep(replace(loss, why=now.why))
        if fate is Fate.GONE:
            self._members_of_moved(module, name, was, standing)

    def _compare_star(self, module: Module, after: Module, name: str) -> None:
        """Have those looked at that take a name by a star import."""
        was = self.was.exported(module, name).certainty
        if self.now.exported(after, name).certainty < was:
            self.gone.setdefault(module.name, set()).add(name)

    def _look_up(self, module: Module, after: Module | None, name: str) -> Answer:
        if after is not None:
            return self.now.in_file(after, name)
        return self.now.look_up(module.name, name, module.path)

    def _same_import(self, module: Module, after: Module, name: str) -> bool:
        """Whether a name is imported as it was, from where nothing changed."""
        before = module.state.names.get(name)
        later = after.state.names.get(name)
        if before is None or later is None:
            return False
        ways = [_imported(module, before), _imported(after, later)]
        if None in ways or ways[0] != ways[1] or before.sure != later.sure:
            return False
        return all(
            target not in self.affected and f"{target}.{name}" not in self.affected
            for target, name in ways[0] or ()
        )

    def _loss(
        self,
        module: Module,
        after: Module | None,
        name: str,
        fate: Fate,
        standing: Standing,
        was: Answer,
    ) -> Loss:
        path = after.path if after else module.path
        loss = self._told(Name(module.name, name), fate, standing, path)
        if loss.new is None and fate is Fate.GONE:
            return replace(loss, new=self._home_of_import(loss.name, was))
        return loss

    def _told(self, name: Name, fate: Fate, standing: Standing, path: str) -> Loss:
        new = self._new_home(name)
        if new is not None and not is_there(new, self.now):
            new = None
        published = self.coverage.of(name) if fate is Fate.GONE else ""
        return Loss(name, fate, standing, path, "", new, published)

    def _home_of_import(self, name: Name, was: Answer) -> Name | None:
        """Where the definition is now that a module no longer hands on."""
        if was.home is None or not was.symbol:
            return None
        origin = Name(was.home.name, was.symbol)
        new = self._new_home(origin) or origin
        return new if new != name and is_there(new, self.now) else None

    def _new_home(self, name: Name) -> Name | None:
        """Where a move of the range took a name, or what it lies in."""
        if name in self.moves:
            return self.moves[name]
        parts = name.symbol.split(".") if name.symbol else []
        for length in range(len(parts) - 1, -1, -1):
            outer = Name(name.module, ".".join(parts[:length]))
            moved = self.moves.get(outer)
            if moved is not None:
                symbol = ".".join(filter(None, (moved.symbol, *parts[length:])))
                return Name(moved.module, symbol)
        return None

    # What is still there

    def _still_there(
        self, module: Module, name: str, was: Answer, now: Answer, standing: Standing
    ) -> None:
        old = Name(module.name, name)
        new = self._new_home(old)
        if new is not None and new != old and was.home is module:
            path = now.home.path if now.home else module.path
            self._keep(Loss(old, Fate.ALIASED, standing, path, "", new))
        if was.home is module:
            self._compare_members(old, was, now, standing)

    def _members_of_moved(
        self, module: Module, name: str, was: Answer, standing: Standing
    ) -> None:
        old = Name(module.name, name)
        new = self._new_home(old)
        if new is not None and new.symbol and not new.is_member:
            now = self.now.look_up(new.module, new.symbol)
            self._compare_members(old, was, now, standing)

    def _compare_members(
        self, name: Name, was: Answer, now: Answer, standing: Standing
    ) -> None:
        before, after = _class_of(was), _class_of(now)
        if before is None or after is None or standing is not Standing.PUBLIC:
            return
        if self._same_class(before, after):
            return
        old, new = members_of(before, self.was), members_of(after, self.now)
        why = ""
        if new.unknown:
            why = f"unless it comes from {', '.join(new.unknown)}"
        elif "__getattr__" in new.of:
            why = "unless its `__getattr__` knows it"
        for member, owner in sorted(old.of.items(), key=lambda each: each[0]):
            if is_private(member) or new.has(member):
                continue
            if owner.node is not before.node and self._lost_by_base(owner, member):
                continue
            full = Name(name.module, f"{name.symbol}.{member}")
            path = after.module.path
            self._keep(replace(self._told(full, Fate.GONE, standing, path), why=why))

    def _same_class(self, before: Class, after: Class) -> bool:
        """Whether a class has the same text, and its bases come from where nothing
        changed: what those lose is told of themselves.
        """
        if before.module.name != after.module.name or before.text != after.text:
            return False
        roots = map(_root, before.node.bases)
        return all(
            root and self._same_import(before.module, after.module, root)
            for root in roots
        )

    def _lost_by_base(self, owner: Class, member: str) -> bool:
        """Whether the class that a member was inherited from has lost it, too."""
        now = _class_of(self.now.look_up(owner.module.name, owner.node.name))
        return now is None or member not in members_of(now, self.now).of

    def _keep(self, loss: Loss) -> None:
        self.kept[loss.name] = loss

    # Afterwards

    def _folded(self) -> list[Loss]:
        """The losses, those inside a package that is gone folded into its own."""
        modules = {
            name.module
            for name, loss in self.kept.items()
            if name.is_module and loss.fate is Fate.GONE
        }
        broken = {(b.path, b.name) for b in self.found.broken if b.at_import}
        tops: dict[str, list[Loss]] = {}
        losses = []
        for name, loss in sorted(self.kept.items()):
            outer = [p for p in parents(name.module) if p in modules]
            if name.is_module and outer:
                tops.setdefault(outer[-1], []).append(loss)
            elif loss.standing is Standing.ASIDE:
                self.found.aside += 1
            elif (loss.path, name.symbol) not in broken:
                losses.append(self._with_nearest(loss))
        return [
            replace(loss, inside=(*loss.inside, *tops.get(loss.name.module, ())))
            if loss.name.is_module
            else loss
            for loss in losses
        ]

    def _with_nearest(self, loss: Loss) -> Loss:
        is_open = loss.fate is Fate.GONE and not loss.published and loss.new is None
        if not (self.suggests and is_open) or loss.standing is not Standing.PUBLIC:
            return loss
        return replace(loss, near=self._nearest.to(loss.name))

    @cached_property
    def _nearest(self) -> Nearest:
        paths = [path for path in python_of(self.changed) if path in self.new.known]
        return Nearest(self.new.at(path) for path in paths)


def _difference(
    gone: Mapping[str, set[str]], before: Mapping[str, set[str]]
) -> dict[str, frozenset[str]]:
    fresh = {
        module: frozenset(names - before.get(module, set()))
        for module, names in gone.items()
    }
    return {module: names for module, names in fresh.items() if names}


def _imported(module: Module, bound: Bound) -> set[tuple[str, str]] | None:
    """What a name is imported from, None where it is more than imported."""
    found: set[tuple[str, str]] = set()
    for way in bound.ways:
        target = module.absolute(way.source) if way.source else None
        if target is None:
            return None
        found.add((target, way.name or ""))
    return found


def _class_of(answer: Answer) -> Class | None:
    if answer.home is None or not isinstance(answer.definition, ast.ClassDef):
        return None
    return Class(answer.home, answer.definition)


def _root(node: ast.expr) -> str:
    """The name that `a`, `a.b` or `a[b]` begins with, empty for anything else."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
