"""What a split makes of a project: the files, the call sites, and what a person must
see. Writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.finding import Finding, Place
from codemods.migration import Migration, loads
from codemods.moving.request import Why
from codemods.name import Name
from verify.leftovers.rules import OLD_NAME_IN_CODE
from verify.moving.callsites import follow
from verify.moving.changes import FileChange, Planned
from verify.moving.checking import proven
from verify.moving.losing import Losses
from verify.moving.proving import Proof
from verify.moving.publishing import internal_migration, migration_of
from verify.moving.refusing import Refused
from verify.moving.trees import Overlay, WorkTree
from verify.splitting.packaged import missing_in_lists
from verify.splitting.plan import Plan
from verify.splitting.rules import HANDED_ON, ORDER_OF_IMPORTS
from verify.splitting.splitting import Split


@dataclass(frozen=True)
class Wish:
    """What a user asks for beside the plan.

    `rewrite` names the new homes at every call site, where else those stay as they
    are that still work. `allowed` are reasons to refuse that do not count, `since` is
    the release that the migration names, `text` follows references in files that are
    no Python.
    """

    rewrite: bool = False
    allowed: frozenset[Why] = frozenset()
    since: str = "0"
    text: bool = False


def plan_split(
    tree: WorkTree, plan: Plan, wish: Wish, cache: Path | None = None
) -> Planned:
    """Plan a split. Raises `PlanError` for a plan that does not fit the project, and
    `Refused`, with every reason, for one that would change behaviour.
    """
    return _Planner(tree, Split(tree, plan, wish.allowed), wish, cache).planned()


@dataclass(eq=False)
class _Planner:
    tree: WorkTree
    split: Split
    wish: Wish
    cache: Path | None

    def planned(self) -> Planned:
        own = self.split.changes()
        disordered = list(self.disordered())
        followed, findings = self.call_sites({each.path for each in own})
        changes = tuple(sorted((*own, *followed), key=lambda each: each.path))
        findings += disordered
        findings += self.told()
        planned = Planned(
            changes,
            (self.split.lineage(),),
            self.migration(),
            tuple(dict.fromkeys(findings)),
            tuple(sorted(self.moves.items())),
        )
        after = Overlay(self.tree, changes)
        paths = [each.path for each in changes]
        proof = Proof(self.tree, after, paths, self.moves, self.cache)
        answer = proven(planned, proof, self.wish.allowed, frozenset())
        if isinstance(answer, Refused):
            raise answer
        # A call site that no rewrite can follow would fail when it runs.
        broken = [f for f in proof.leftovers if f.rule is OLD_NAME_IN_CODE]
        if broken:
            raise Refused(broken)
        lost = Losses(self.tree, after, paths, self.cache).findings(self.wish.allowed)
        if lost:
            raise Refused(lost)
        return answer

    @cached_property
    def moves(self) -> Mapping[str, str]:
        """The old and the new name of everything that moves."""
        module = self.split.plan.module
        homes = self.split.homes.items()
        return {f"{module}:{name}": f"{home}:{name}" for name, home in homes}

    @cached_property
    def lost(self) -> list[tuple[Name, Name]]:
        """Those that the module no longer gives out."""
        kept = {f"{self.split.plan.module}:{n}" for n in self.split.kept.moved}
        kept |= {f"{self.split.plan.module}:{n}" for n in self.split.made.repeated}
        return [
            (Name.parse(old), Name.parse(new))
            for old, new in sorted(self.moves.items())
            if old not in kept
        ]

    def migration(self) -> Migration | None:
        """What downstream needs: the public names that lost their old path."""
        public = [p for p in self.lost if not p[0].symbol.startswith("_")]
        if not public:
            return None
        return loads(migration_of(public, since=self.wish.since), "the migration")

    def call_sites(self, own: set[str]) -> tuple[list[FileChange], list[Finding]]:
        pairs = self.lost
        if self.wish.rewrite:
            moves = self.moves.items()
            pairs = [(Name.parse(old), Name.parse(new)) for old, new in moves]
        if not pairs:
            return [], []
        done = follow(
            self.tree,
            internal_migration(pairs),
            self.tree.root,
            skip=own,
            text=self.wish.text,
        )
        changes = [
            FileChange(each.path, each.old, each.new, self.tree.mode(each.path))
            for each in done.changed
        ]
        return changes, done.findings

    def disordered(self) -> Iterator[Finding]:
        """What runs at import in another order, and is not sure to matter.

        Raises `Refused` for what is, unless that is allowed.
        """
        sure: list[Finding] = []
        for swap in self.split.swaps():
            place = Place(self.split.layout.source, swap.second, 1)
            finding = Finding(
                ORDER_OF_IMPORTS,
                place,
                f"would be run {_when(swap.first)}, and something may tell",
                "leave it where it is, or allow side-effects (--allow side-effects)",
            )
            if not swap.is_sure:
                yield finding
            elif Why.EFFECTS not in self.wish.allowed:
                sure.append(finding)
        if sure:
            raise Refused(sure)

    def told(self) -> Iterator[Finding]:
        split = self.split
        if split.layout.converts:
            source = split.layout.source
            yield from missing_in_lists(self.tree, source, split.plan.module)
        for place in split.asked.handed:
            yield Finding(
                HANDED_ON,
                place,
                f"`{split.plan.module}`, which is split, is handed on here as a value",
                "look at what the receiver sets in it, or reads by a computed name",
            )


def _when(first: int) -> str:
    if first:
        return f"before line {first}, once they are in two files"
    return "only when somebody asks for what it defines"
