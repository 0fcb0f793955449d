"""Which calls are folded, and which may be: for each a plan, or a doubt."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from codemods.draft import Draft
from codemods.folding.calls import FoldCall
from codemods.folding.composing import Folded
from codemods.folding.editing import Unsafe, edits_of_holder, edits_of_match
from codemods.folding.holders import Doubt, Holder, Holders
from codemods.folding.matching import (
    Match,
    Parents,
    doubt_around,
    match_around,
    parents_in,
)
from codemods.folding.pattern import is_repeatable
from codemods.source import Splice


@dataclass(frozen=True, eq=False)
class Plan:
    """A call that becomes one of the fold's new name.

    `splices` change what is around it; calling the new name instead, and importing
    it, is not among them. `gone` are calls that are left out with that. `root` is
    where a person looks for it.
    """

    fold: Folded
    call: FoldCall
    root: ast.expr
    splices: tuple[Splice, ...]
    gone: tuple[FoldCall, ...] = ()


@dataclass(eq=False)
class Planning:
    """What is made of the calls of one file."""

    plans: list[Plan] = field(default_factory=list)
    doubts: list[tuple[Folded, Doubt]] = field(default_factory=list)
    parents: Parents = field(default_factory=dict)

    def largest_doubts(self) -> Iterator[tuple[Folded, Doubt]]:
        """Each doubt, but for those inside an expression that is doubted likewise."""
        roots = {(fold, node) for fold, (node, _) in self.doubts}
        for fold, doubt in self.doubts:
            around = self.parents.get(doubt[0])
            while isinstance(around, ast.expr) and (fold, around) not in roots:
                around = self.parents.get(around)
            if not isinstance(around, ast.expr):
                yield fold, doubt

    def string_around(self, node: ast.expr) -> ast.expr:
        """The outermost f-string that a node stands in, else the node: before Python
        3.12 what is inside has no position of its own.
        """
        found, around = node, self.parents.get(node)
        while isinstance(around, (ast.expr, ast.comprehension, ast.keyword)):
            if isinstance(around, ast.JoinedStr):
                found = around
            around = self.parents.get(around)
        return found


def plan_folds(draft: Draft, calls: Sequence[FoldCall]) -> Planning:
    """A plan for each call that is folded for certain, doubts about others."""
    return _Planner(draft, {each.call: each for each in calls}).run()


@dataclass(eq=False)
class _Planner:
    draft: Draft
    calls: Mapping[ast.expr, FoldCall]
    found: Planning = field(default_factory=Planning)

    def run(self) -> Planning:
        self.parents: Parents = parents_in(self.draft.tree)
        self.found.parents = self.parents
        self.holders = Holders(self.draft.tree, self.parents, list(self.calls))
        self.texts = {node: ast.dump(node) for node in self.calls}
        done: set[FoldCall] = set()
        for call in self.calls.values():
            if call in done:
                continue
            plan = self._plan_of(call)
            if plan is not None:
                self.found.plans.append(plan)
                done.update(plan.gone)
        return self.found

    def _plan_of(self, call: FoldCall) -> Plan | None:
        folds = self.draft.names.folds_of[call.function.dotted]
        matches = [
            (match, fold) for fold in folds if (match := self._match(fold, call))
        ]
        if matches:
            return self._plan_of_match(call, *max(matches, key=self._size))
        doubts: list[tuple[Folded, Doubt]] = []
        for fold in folds:
            outcome = self._otherwise(fold, call)
            if isinstance(outcome, Plan):
                return outcome
            doubts += ((fold, doubt) for doubt in outcome)
        self.found.doubts += doubts
        return None

    def _size(self, found: tuple[Match, Folded]) -> int:
        return sum(1 for _ in ast.walk(found[0].root))

    def _match(self, fold: Folded, call: FoldCall) -> Match | None:
        text = self.texts[call.call]
        repeatable = all(map(is_repeatable, _arguments(call.call)))

        def same(node: ast.expr) -> bool:
            return repeatable and self.texts.get(node) == text

        return match_around(fold.parsed, call.call, self.parents, same)

    def _plan_of_match(self, call: FoldCall, match: Match, fold: Folded) -> Plan | None:
        try:
            if call.use.carrier is not None:
                raise Unsafe("it stands inside a string")
            if not fold.parsed.accepts(call.call):
                raise Unsafe("its arguments are not those of the pattern")
            splices = edits_of_match(self.draft, match)
        except Unsafe as why:
            self.found.doubts.append((fold, (match.root, str(why))))
            return None
        kept = self.calls[match.kept]
        gone = tuple(self.calls[each] for each in match.gone)
        return Plan(fold, kept, match.root, tuple(splices), gone)

    def _otherwise(self, fold: Folded, call: FoldCall) -> Plan | list[Doubt]:
        def alike(node: ast.expr) -> bool:
            other = self.calls.get(node)
            return other is not None and other.function in fold.functions

        pattern = fold.parsed
        doubt = doubt_around(pattern, call.call, self.parents, alike)
        if doubt is not None:
            return [doubt]
        held = self.holders.holder_of(pattern, call.call)
        if not isinstance(held, Holder):
            return held or []
        names = (call.function.symbol, fold.new.symbol)
        root = held.matches[0].root
        try:
            if not pattern.accepts(call.call):
                raise Unsafe("its arguments are not those of the pattern")
            splices = edits_of_holder(self.draft, held, call.call, names, self.parents)
        except Unsafe as why:
            return [(root, str(why))]
        return Plan(fold, call, root, tuple(splices))


def _arguments(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args
    yield from (keyword.value for keyword in call.keywords)
