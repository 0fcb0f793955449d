"""Import lines that follow from the moves, name by name.

A name that a file imports is accounted for when it was imported there before;
when moved code brought it along, and it means what it meant in the old place;
when only moved code needed it; and when it was re-pointed to where it moved.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from codemods.draft import inner_blocks
from codemods.scopes import identifiers
from verify.movement.atoms import Atom
from verify.movement.definitions import ASSIGNMENT, FILE, Definition, Module
from verify.movement.ledger import Ledger
from verify.movement.matching import Matches
from verify.movement.origins import Origins, absolute, binders, local_name
from verify.movement.prints import Side

# What stands beside an import that is there for others: of use to linters alone.
_SAYS_UNUSED = re.compile(r"#\s*noqa(:\s*F401)?\s*")

Guards = dict["ast.Import | ast.ImportFrom", tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Imported:
    """One name of an import statement; `module` is absolute. `guards` are the
    compound statements that it stands in.
    """

    atom: Atom
    alias: ast.alias
    module: str
    name: str | None
    guards: tuple[str, ...]

    @property
    def local(self) -> str:
        return local_name(self.alias)

    @property
    def key(self) -> tuple[object, ...]:
        return self.module, self.name, self.alias.asname, self.guards


@dataclass(frozen=True, eq=False)
class Uses:
    """What moved code reads: names that it uses on both sides, and where. `into`
    is the function or class that it stands in now.
    """

    old: Module
    new: Module
    names: frozenset[str]
    into: str


@dataclass(eq=False)
class Imports:
    """What is known when import lines are accounted for."""

    base: Side
    head: Side
    matches: Matches
    moved: Mapping[str, str]
    in_base: Origins
    in_head: Origins
    uses: list[Uses]
    rewritten: Mapping[str, Module]
    open: tuple[Ledger, Ledger]
    explained: set[Imported] = field(default_factory=set)
    partner: dict[Imported, Imported] = field(default_factory=dict)
    old: set[Imported] = field(default_factory=set)
    _guards: dict[Module, Guards] = field(default_factory=dict)

    def guards(self, module: Module) -> Guards:
        """The import statements of a module, with what each depends on."""
        if module not in self._guards:
            self._guards[module] = dict(_guards(module.tree.body))
        return self._guards[module]

    def account(self) -> None:
        """Settle the import lines that follow from the moves."""
        old = list(self.unsettled(self.base, self.open[0]))
        new = list(self.unsettled(self.head, self.open[1]))
        self.pair(old, new)
        self.follow_rewrite(old, new)
        for one in old:
            if one not in self.explained and self.is_dead(one):
                self.explained.add(one)
        for one in new:
            if one not in self.explained and self.is_needed(one):
                self.explained.add(one)
        for ledger, all_of_side in zip(self.open, (old, new), strict=True):
            self.settle(ledger, all_of_side)

    def pairs(self) -> Iterator[tuple[Atom, Atom]]:
        """The statements, old and new, that share a name that was kept."""
        for one, other in self.partner.items():
            if one in self.old:
                yield one.atom, other.atom

    def unsettled(self, side: Side, ledger: Ledger) -> Iterator[Imported]:
        for module in side.modules.values():
            guards = self.guards(module)
            lines = sorted(node.lineno for node in guards)
            if ledger.open[module.path].isdisjoint(lines):
                continue
            for owner in (module.root, *module.definitions):
                if owner.kind == ASSIGNMENT or not _has_any(lines, owner):
                    continue
                for atom in side.atoms(owner):
                    if atom.is_import and ledger.is_open(atom):
                        yield from imported(atom, guards)

    # One for one

    def pair(self, old: list[Imported], new: list[Imported]) -> None:
        places: dict[object, list[Imported]] = defaultdict(list)
        for one in new:
            places[self.place(one, old_side=False)].append(one)
        for kept in (True, False):
            for one in old:
                if one in self.explained:
                    continue
                there = places[self.place(one, old_side=True)]
                for other in there:
                    if other in self.explained:
                        continue
                    same = one.key == other.key if kept else self.repointed(one, other)
                    if same:
                        self.explained |= {one, other}
                        self.old.add(one)
                        self.partner[one], self.partner[other] = other, one
                        break

    def place(self, one: Imported, *, old_side: bool) -> object:
        owner = one.atom.owner
        return self.matches.of_old.get(owner, one) if old_side else owner

    def repointed(self, old: Imported, new: Imported) -> bool:
        """Whether the new one is what `codemods` makes of the old one."""
        if old.guards != new.guards or (old.name is None) != (new.name is None):
            return False
        target = self.moved.get(_dotted(old))
        if target is None:
            target = self.moved.get(self.in_base.follow(old.module, old.name))
        if target is None or target != _dotted(new):
            return False
        return old.local == new.local or (
            old.alias.asname is None and new.alias.asname is None
        )

    def follow_rewrite(self, old: list[Imported], new: list[Imported]) -> None:
        """Explain what `codemods` takes away and adds, in files that it rewrites."""
        for path, after in self.rewritten.items():
            before = self.base.modules[path]
            now = self.matches.files.get(path)
            was, there = _written(before), _written(after)
            gone, added = was - there, there - was
            if now is None or not added <= _written(self.head.modules[now]):
                continue
            for ones, left, side in ((old, gone, path), (new, added, now)):
                for one in ones:
                    key = (one.atom.owner.qualified, *one.key)
                    if one.atom.path != side or one in self.explained:
                        continue
                    if left[key] > 0:
                        left[key] -= 1
                        self.explained.add(one)

    # For moved code

    def is_dead(self, one: Imported) -> bool:
        """Whether only code that moved away needed an import."""
        module = one.atom.module
        path = self.matches.files.get(module.path)
        now = self.head.modules.get(path) if path else None
        if one.atom.owner.kind != FILE:
            return False
        if now is not None and one.local in identifiers(now.tree):
            return False
        return any(u.old is module and one.local in u.names for u in self.uses)

    def is_needed(self, one: Imported) -> bool:
        """Whether moved code brought an import along, and it means the same."""
        module = one.atom.module
        if one.atom.owner.kind != FILE or one.alias.name == "*":
            return False
        if one.module == "__future__":
            return self.is_same_future(one)
        if self.leads_back(one) or self.leads_on(one):
            return True
        return any(
            self.meant(use.old, one)
            for use in self.uses
            if use.new is module and one.local in use.names
        )

    def is_same_future(self, one: Imported) -> bool:
        sources = [u.old for u in self.uses if u.new is one.atom.module]
        return bool(sources) and all(
            any(
                isinstance(node, ast.ImportFrom)
                and node.module == "__future__"
                and any(a.name == one.name for a in node.names)
                for node in source.tree.body
            )
            for source in sources
        )

    def leads_back(self, one: Imported) -> bool:
        """Whether a name that was defined here is imported from its new home."""
        module = one.atom.module
        if one.guards or one.name is None:
            return False
        before = self.matches.of_new.get(module.root)
        names = {module.name, before.module if before is not None else module.name}
        targets = {self.moved.get(f"{name}.{one.local}", "") for name in names}
        origin = self.origin(one)
        return origin in targets and _is_on_the_way(one, [origin.rpartition(".")[0]])

    def leads_on(self, one: Imported) -> bool:
        """Whether code that moved out of this file is imported back into it: a
        function that was made of it, or the module that it is in now.
        """
        module = one.atom.module
        if one.guards:
            return False  # a name for types alone, or for one way of two
        for use in self.uses:
            if self.matches.files.get(use.old.path) != module.path:
                continue
            if use.new.path != module.path and _dotted(one) in (
                use.new.name,
                f"{use.new.name}.{use.into}",
            ):
                return True
        return False

    def meant(self, old: Module, one: Imported) -> bool:
        """Whether the name was bound in the old module to the same thing."""
        found = list(binders(old.tree.body, one.local))
        if len(found) != 1:
            return False
        if not isinstance(found[0], ast.alias):
            was = f"{old.name}.{one.local}"
            now = self.moved.get(was, was)
            is_same = not one.guards and now == self.origin(one)
            return is_same and _is_on_the_way(one, [now.rpartition(".")[0]])
        for node, around in self.guards(old).items():
            if found[0] in node.names:
                before = next(
                    i for i in _names(node, old, None, around) if i.alias is found[0]
                )
                return around == one.guards and self.same_origin(before, one)
        return False

    def same_origin(self, old: Imported, new: Imported) -> bool:
        if old.key == new.key:
            return True
        if old.name is None or new.name is None:
            return False
        *passed, was = self.in_base.way(old.module, old.name)
        now = self.moved.get(was, was)
        passed = [self.moved.get(module, module) for module in passed]
        known = [*passed, now.rpartition(".")[0]]
        return now == self.origin(new) and _is_on_the_way(new, known)

    def origin(self, one: Imported) -> str:
        return self.in_head.follow(one.module, one.name)

    # Lines

    def settle(self, ledger: Ledger, all_of_side: list[Imported]) -> None:
        of_atom: dict[Atom, list[Imported]] = defaultdict(list)
        for one in all_of_side:
            of_atom[one.atom].append(one)
        for atom, ones in of_atom.items():
            bad = {one.alias.lineno for one in ones if one not in self.explained}
            # Lines without a name, such as the one that opens a bracket, are
            # there for those that have one.
            is_any = any(one in self.explained for one in ones)
            good = set(atom.lines) - bad if is_any else set()
            if not self.same_comments(atom, ones):
                good = {n for n in good if "#" not in atom.module.lines[n - 1]}
            ledger.settle(atom.path, good, "import")

    def same_comments(self, atom: Atom, ones: list[Imported]) -> bool:
        if not atom.comments:
            return True
        if all(map(_SAYS_UNUSED.fullmatch, atom.comments)) and all(
            one.atom.owner.kind == FILE and self.leads_back(one) for one in ones
        ):
            return True
        there = {self.partner[one].atom for one in ones if one in self.partner}
        return any(other.comments == atom.comments for other in there)


def imported(atom: Atom, guards: Guards) -> Iterator[Imported]:
    for node in atom.nodes:
        assert isinstance(node, (ast.Import, ast.ImportFrom))
        yield from _names(node, atom.module, atom, guards[node])


def _names(
    node: ast.Import | ast.ImportFrom,
    module: Module,
    atom: Atom | None,
    guards: tuple[str, ...],
) -> Iterator[Imported]:
    base = absolute(node, module) if isinstance(node, ast.ImportFrom) else None
    for alias in node.names:
        at = atom or Atom("import", module.root, module, node.lineno, node.lineno)
        if isinstance(node, ast.Import):
            yield Imported(at, alias, alias.name, None, guards)
        else:
            yield Imported(at, alias, base or f"?{id(node)}", alias.name, guards)


def _is_on_the_way(one: Imported, known: list[str]) -> bool:
    """Whether an import runs no module but those that are known to be run."""
    return any(f"{module}.".startswith(f"{one.module}.") for module in known)


def _written(module: Module) -> Counter[tuple[object, ...]]:
    """How often each name is imported, by definition."""
    scopes = [d for d in module.definitions if d.kind != ASSIGNMENT]
    scopes.sort(key=lambda d: d.first)
    found: Counter[tuple[object, ...]] = Counter()
    open_: list[Definition] = []
    upcoming = iter([*scopes, None])
    scope = next(upcoming)
    for node, around in sorted(_guards(module.tree.body), key=lambda i: i[0].lineno):
        while scope is not None and scope.first <= node.lineno:
            open_.append(scope)
            scope = next(upcoming)
        open_ = [each for each in open_ if each.last >= node.lineno]
        owner = open_[-1].qualified if open_ else ""
        found.update((owner, *one.key) for one in _names(node, module, None, around))
    return found


def _has_any(lines: list[int], owner: Definition) -> bool:
    """Whether any of some rising lines is in a definition."""
    at = bisect_left(lines, owner.first)
    return at < len(lines) and lines[at] <= owner.last


def _dotted(one: Imported) -> str:
    return f"{one.module}.{one.name}" if one.name else one.module


def _guards(
    body: list[ast.stmt],
) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...]]]:
    """Every import statement with what it depends on, scope by scope."""
    return ((node, around) for node, around, _ in _guarded(body))


def _guarded(
    body: list[ast.stmt],
) -> Iterator[tuple[ast.Import | ast.ImportFrom, tuple[str, ...], bool]]:
    """The same; last whether it stands in a definition, so that nothing further out
    counts.
    """
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, (), False
            continue
        is_scope = isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        )
        for block in inner_blocks(node):
            found = list(_guarded(block))
            is_open = not is_scope and not all(inside for _, _, inside in found)
            head = (_head(node, block),) if is_open else ()
            for each, around, inside in found:
                yield each, around if inside else (*head, *around), inside or is_scope


def _head(node: ast.stmt, block: list[ast.stmt]) -> str:
    """What a block of a compound statement depends on."""
    parts = (getattr(node, name, None) for name in ("test", "iter", "subject"))
    dumps = [ast.dump(part) for part in parts if isinstance(part, ast.AST)]
    which = [n for n in ("body", "orelse", "finalbody") if getattr(node, n, 0) is block]
    handlers = [
        ast.dump(h.type) if h.type else "bare"
        for h in getattr(node, "handlers", ())
        if h.body is block
    ]
    cases = [ast.dump(c.pattern) for c in getattr(node, "cases", ()) if c.body is block]
    return " ".join([type(node).__name__, *dumps, *which, *handlers, *cases])


def names_used(*codes: Iterable[ast.AST]) -> frozenset[str]:
    """The names that occur in every one of some pieces of code."""
    found = [
        frozenset(name for node in nodes for name in identifiers(node))
        for nodes in codes
    ]
    return frozenset.intersection(*found)
