"""What moved between two revisions, and the lines that no move explains. Pure."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from verify.movement.adapting import Adapter
from verify.movement.answer import Match, Movement
from verify.movement.atoms import COMMENT, Atom
from verify.movement.blocks import (
    Indices,
    Pair,
    Pieces,
    Run,
    find_runs,
    show_edited,
)
from verify.movement.callorder import CallOrder
from verify.movement.calls import Calls
from verify.movement.callsites import Place, Repointed, migration_of, repointed
from verify.movement.chains import Chain, bound_in, class_of
from verify.movement.comparing import Comparison, Gap, compare
from verify.movement.definitions import BLOCK, FILE, Definition
from verify.movement.delegates import settle_delegates
from verify.movement.guards import settle_guards
from verify.movement.imports import Imports, Uses, names_used
from verify.movement.inventory import Inventory, take_inventory
from verify.movement.ledger import Ledger
from verify.movement.licences import settle_licences
from verify.movement.matching import match
from verify.movement.meaning import Difference, differences
from verify.movement.order import Displaced, displaced
from verify.movement.origins import Origins
from verify.movement.prints import Side
from verify.movement.refining import refine
from verify.movement.residual import hunks
from verify.movement.resolving import Resolving
from verify.movement.settling import Settling
from verify.movement.sources import Sources
from verify.movement.structure import Structure
from verify.movement.verdicts import Likeness, likeness
from verify.movement.world import World

__all__ = ["Match", "Movement", "examine"]


def examine(base: Sources, head: Sources, changed: Collection[str]) -> Movement:
    """Find the moves among the changed files and what they leave to read."""
    return _Engine(base, head, take_inventory(base, head, changed)).run()


def judge(base: Sources, head: Sources, taken: Inventory) -> Iterator[Match]:
    """Match what was taken of both sides, and judge what has another place now.

    Of definitions alone: no lines are accounted for. What moved along with what holds
    it is judged with that.
    """
    engine = _Engine(base, head, taken)
    moved = [
        (a, b)
        for a, b in engine.matches.of_old.items()
        if a.kind != FILE and engine.moved_by_place(a, b)
    ]
    for a, b in moved:
        engine.compare(a, b)
    adapted = engine.adapt()
    for a, b in moved:
        if not engine.moved_along(a, b):
            yield engine.judged(a, b, adapted)


@dataclass(eq=False)
class _Engine:
    base: Sources
    head: Sources
    taken: Inventory
    comparisons: list[Comparison] = field(default_factory=list)
    left: list[Pair] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.old, self.new = self.taken.old, self.taken.new
        self.books = self.taken.books
        self.settling = Settling(self.books)
        self.matches = match(self.old, self.new)

    def run(self) -> Movement:
        for a, b in list(self.matches.of_old.items()):
            self.compare(a, b)
        adapted = self.adapt()
        order = CallOrder((self.old, self.new), self.matches, self.settling)
        runs = order.in_order(tuple(self.runs()))
        show_edited(self.left, self.settling)
        settle_delegates((self.old, self.new), self.matches, self.settling)
        self.imports(runs)
        disordered = tuple(self.reopened())
        for comparison in self.comparisons:
            refine(comparison, self.settling)
        order.reopen_shown(runs)
        self.reopen_guarded()
        moves = tuple(self.moves(adapted))
        blocks = tuple(self.blocks(runs))
        return Movement(
            moves,
            blocks,
            hunks(self.comparisons, self.books),
            _frozen(self.books[0]),
            _frozen(self.books[1]),
            max(self.taken.changed, sum(book.left for book in self.books)),
            tuple(self.taken.unread),
            disordered,
            tuple(self.taken.renamed),
            self.moved,
        )

    # Definitions

    def compare(self, a: Definition, b: Definition) -> None:
        if a.kind != FILE and self.is_untouched(a, b):
            self.books[0].settle(a.path, range(a.first, a.last + 1), "same")
            self.books[1].settle(b.path, range(b.first, b.last + 1), "same")
            return
        sides = self.old, self.new
        made = compare(a, b, sides, self.matches, self.repointed)
        for x, y in made.same:
            self.settling.settle(x, y, "same")
        if made.gaps:
            self.comparisons.append(made)

    def is_untouched(self, a: Definition, b: Definition) -> bool:
        """Whether two definitions are the same with all that is in them."""
        if self.old.text(a) != self.new.text(b):
            return False
        inner = self.old.inside(a), self.new.inside(b)
        return len(inner[0]) == len(inner[1]) and all(
            self.matches.of_old.get(x) is y and self.is_untouched(x, y)
            for x, y in zip(*inner, strict=True)
        )

    def moved_by_place(self, a: Definition, b: Definition) -> bool:
        return a.dotted != b.dotted or a.path != b.path

    def moved_along(self, a: Definition, b: Definition) -> bool:
        """Whether a definition is where it was in what holds it."""
        if a.parent is None or a.parent.kind == FILE or a.name != b.name:
            return False
        return self.matches.of_old.get(a.parent) is b.parent

    @cached_property
    def moved(self) -> dict[str, str]:
        return {
            a.dotted: b.dotted
            for a, b in self.matches.of_old.items()
            if a.dotted != b.dotted
        }

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The last names of what got a new one."""
        pairs = ((a.name, b.name) for a, b in self.matches.of_old.items())
        return {old: new for old, new in pairs if old != new and old and new}

    @cached_property
    def rewritten(self) -> dict[str, Repointed]:
        names = migration_of(self.matches.of_old)
        made = {p: repointed(m, names) for p, m in self.old.modules.items()}
        return {path: each for path, each in made.items() if each is not None}

    @cached_property
    def repointed(self) -> dict[Place, Atom]:
        every = (each.atoms.items() for each in self.rewritten.values())
        return {place: atom for atoms in every for place, atom in atoms}

    @cached_property
    def resolving(self) -> tuple[Resolving, Resolving]:
        return (
            Resolving(Origins(self.base, self.head, self.old.modules), self.old),
            Resolving(Origins(self.head, self.base, self.new.modules), self.new),
        )

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.new.modules.values(), self.resolving[1].dotted)

    def adapter(self, a: Definition, b: Definition) -> Adapter:
        def resolve_old(definition: Definition, chain: Chain) -> str | None:
            return self.resolving[0].dotted(definition, chain)

        def resolve_new(definition: Definition, chain: Chain) -> str | None:
            return self.resolving[1].dotted(definition, chain)

        around = class_of(a)
        holder = self.matches.of_old.get(around) if around is not None else None
        return Adapter(
            a,
            b,
            (resolve_old, resolve_new),
            lambda dotted: self.moved.get(dotted, dotted),
            lambda function, parts: self.calls.handed(function, parts, holder),
            lambda method, name: self.calls.kept(method, name, holder),
            self.renamed,
        )

    def adapt(self) -> set[Definition]:
        """Settle what is the same in the gaps of counterparts but for what is
        around it, and in moved code but for names that follow from the moves;
        returns the definitions of which nothing else changed.
        """
        whole: set[Definition] = set()
        for made in self.comparisons:
            adapter = self.adapter(made.old, made.new)
            adapter.is_strict = made.old.kind == FILE
            adapter.is_in_place = not self.moved_by_place(made.old, made.new)
            if self.is_adapted_whole(made, adapter):
                whole.add(made.old)
        return whole

    def is_adapted_whole(self, made: Comparison, adapter: Adapter) -> bool:
        structures = self.structures(made.old, made.new)
        settled: set[Atom] = set()
        gaps = [self.open_code(gap) for gap in made.gaps]
        found = find_runs(gaps, adapter, structures, self.settling)
        for (old, new), runs in zip(gaps, found, strict=True):
            taken: Indices = []
            for run, group in runs:
                taken += group
                for a, b in zip(run.old, run.new, strict=True):
                    self.settling.settle(a, b, "adapted")
                if run.shift == made.shift:
                    settled |= {*run.old, *run.new}
            self.left.append(Pair(old, new, taken, structures))
        left = {a for gap in made.gaps for a in (*gap.old, *gap.new)} - settled
        rest = [atom for atom in left if atom.kind != COMMENT]
        if adapter.is_strict:
            return not rest
        return not rest or (
            all(atom.is_own_head for atom in rest) and adapter.same_heads()
        )

    def open_code(self, gap: Gap) -> tuple[list[Atom], list[Atom]]:
        """What is open in a gap, but for imports, which are accounted for later."""
        old, new = ([a for a in side if not a.is_import] for side in (gap.old, gap.new))
        return self.settling.open(old, 0), self.settling.open(new, 1)

    def structures(self, a: Definition, b: Definition) -> tuple[Structure, Structure]:
        return Structure(self.old.atoms(a)), Structure(self.new.atoms(b))

    def runs(self) -> Iterator[Run]:
        pieces = Pieces(self.open_atoms(self.old, 0), self.open_atoms(self.new, 1))
        for a, b in pieces.likely():
            if self.matches.may_share(a, b):
                adapter, structures = self.adapter(a, b), self.structures(a, b)
                yield from pieces.between((a, b), adapter, structures, self.settling)
        self.left += pieces.left

    def open_atoms(self, side: Side, which: int) -> Iterator[Atom]:
        book = self.books[which]
        for module in side.modules.values():
            lines = book.open[module.path]
            for owner in (module.root, *module.definitions):
                if lines and not lines.isdisjoint(range(owner.first, owner.last + 1)):
                    yield from (a for a in side.atoms(owner) if book.is_open(a))

    def imports(self, runs: tuple[Run, ...]) -> None:
        uses = list(self.uses(runs))
        self.account(uses)
        more = settle_guards((self.old, self.new), uses, self.settling)
        if more:
            self.account(more)
        settle_licences((self.old, self.new), uses, self.settling)

    def account(self, uses: list[Uses]) -> None:
        known = Imports(
            self.old,
            self.new,
            self.matches,
            self.moved,
            self.resolving[0].origins,
            self.resolving[1].origins,
            uses,
            {path: each.module for path, each in self.rewritten.items()},
            self.books,
        )
        known.account()
        for a, b in known.pairs():
            self.settling.partners.setdefault(a, b)

    def uses(self, runs: tuple[Run, ...]) -> Iterator[Uses]:
        for a, b in self.matches.of_old.items():
            if a.path != b.path and a.kind != FILE:
                names = names_used([a.node], [b.node])
                yield Uses(self.old.module(a), self.new.module(b), names, _top(b))
        for run in runs:
            sides = (run.old, run.new)
            nodes = [[n for atom in side for n in atom.nodes] for side in sides]
            modules = run.old[0].module, run.new[0].module
            yield Uses(*modules, names_used(*nodes), _top(run.new[0].owner))

    def reopened(self) -> Iterator[Displaced]:
        """What changed its order, its lines taken back into the residual."""
        partners = {
            a: b
            for a, b in self.settling.partners.items()
            if a.module is self.old.modules.get(a.path)
        }
        for each in displaced(self.matches, partners):
            self.books[0].reopen(each.old_body.path, each.item.old)
            self.books[1].reopen(each.new_body.path, each.item.new)
            yield each

    def reopen_guarded(self) -> None:
        """Leave the head of what stands under another condition now to be read."""
        for a, b in self.matches.of_old.items():
            if a.guards != b.guards:
                self.reopen_heads(a, b)

    def reopen_heads(self, *pair: Definition) -> None:
        for book, each in zip(self.books, pair, strict=True):
            book.reopen(each.path, [getattr(each.node, "lineno", each.first)])

    # The answer

    def moves(self, adapted: set[Definition]) -> Iterator[Match]:
        for a, b in self.matches.of_old.items():
            if not self.is_listed(a, b):
                continue
            yield self.judged(a, b, adapted)

    def judged(self, a: Definition, b: Definition, adapted: set[Definition]) -> Match:
        """How far two counterparts are the same; what they differ in is reopened."""
        how = likeness(a, b, self.old, self.new)
        if how is Likeness.EDITED and self.is_adapted(a, adapted):
            how = Likeness.ADAPTED
        if self.matches.is_exchanged(a, b):
            self.reopen_heads(a, b)
            how = Likeness.EDITED
        found = self.differences(a, b, how)
        self.reopen_different(b, found)
        return Match(a, b, how, found)

    def reopen_different(self, b: Definition, found: tuple[Difference, ...]) -> None:
        """Leave the lines to be read on which a name means something else now."""
        lines = [d.line for d in found if not (d.undecided or d.is_note)]
        self.books[1].reopen(b.path, lines)

    def blocks(self, runs: tuple[Run, ...]) -> Iterator[Match]:
        """The runs as blocks that moved from one definition to another."""
        for run in runs:
            owners = run.old[0].owner, run.new[0].owner
            a, b = _block(run.old), _block(run.new)
            how = Likeness.ADAPTED
            if run.is_same:
                how = Likeness.REINDENTED if run.shift else Likeness.VERBATIM
            local = bound_in(owners[0]) | bound_in(owners[1])
            found = tuple(
                d
                for d in (self.differences(a, b, how) if b.body else ())
                # A local is handed over by lines that are there to read.
                if d.name.partition(".")[0] not in local and b.first <= d.line <= b.last
            )
            self.reopen_different(b, found)
            yield Match(a, b, how, found)

    def differences(
        self, a: Definition, b: Definition, how: Likeness
    ) -> tuple[Difference, ...]:
        if how is Likeness.EDITED and a.kind == FILE:
            return ()  # what is in it is looked at by itself
        is_adapted = how is Likeness.ADAPTED
        return differences(a, b, self.moved, *self.worlds, is_adapted=is_adapted)

    @cached_property
    def worlds(self) -> tuple[World, World]:
        return World(self.base, self.head), World(self.head, self.base)

    def is_listed(self, a: Definition, b: Definition) -> bool:
        """Whether a definition moved by itself, not along with what holds it.

        What is in a file that moved is listed where the file was edited.
        """
        if not self.moved_by_place(a, b):
            return False
        if a.parent is None or b.parent is None:
            return a.path != b.path
        if self.matches.of_old.get(a.parent) is not b.parent or a.name != b.name:
            return True
        if a.parent.kind != FILE:
            return not self.moved_by_place(a.parent, b.parent)
        return self.old.text(a.parent) != self.new.text(b.parent)

    def is_adapted(self, a: Definition, adapted: set[Definition]) -> bool:
        b = self.matches.of_old.get(a)
        if b is None or a.guards != b.guards:
            return False
        inner = self.old.inside(a), self.new.inside(b)
        if len(inner[0]) != len(inner[1]):
            return False
        changed = {made.old for made in self.comparisons}
        return (a in adapted or a not in changed) and all(
            self.is_adapted(each, adapted) for each in inner[0]
        )


def _block(atoms: tuple[Atom, ...]) -> Definition:
    """Some neighbouring atoms of a definition as a block of it."""
    owner = atoms[0].owner
    body = [node for atom in atoms for node in atom.nodes if isinstance(node, ast.stmt)]
    return Definition(
        owner.path,
        owner.module,
        owner.qualified,
        BLOCK,
        ast.Module(body, []),
        atoms[0].first,
        atoms[-1].last,
        owner.source,
        owner,
    )


def _top(definition: Definition) -> str:
    """The name that a module binds for a definition, or for what it is part of."""
    return definition.qualified.partition(".")[0]


def _frozen(ledger: Ledger) -> dict[str, frozenset[int]]:
    return {path: frozenset(lines) for path, lines in ledger.open.items() if lines}
