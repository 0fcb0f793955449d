"""Locals that hold what a fold's function returned, and what is made of them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from codemods.folding.matching import (
    Match,
    Parents,
    doubt_around,
    match_around,
)
from codemods.folding.pattern import Pattern, is_multiple
from codemods.scopes import Scope, Use, analyse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SEES_LOCALS = frozenset({"dir", "eval", "exec", "locals", "vars", "_getframe"})
Doubt = tuple[ast.expr, str]


@dataclass(frozen=True, eq=False)
class Holder:
    """A local that is assigned a call once, and read only inside `matches`.

    `statement` assigns it.
    """

    name: str
    statement: ast.Assign | ast.AnnAssign
    matches: tuple[Match, ...]


class Holders:
    """The locals of a file that calls are kept in."""

    def __init__(
        self, tree: ast.Module, parents: Parents, calls: Iterable[ast.expr]
    ) -> None:
        self._tree = tree
        self.parents = parents
        targets = (_sole_target(parents.get(call)) for call in calls)
        names = {target.id for target in targets if target is not None}
        self._uses: dict[tuple[Scope, str], list[Use]] = {}
        self._owners: dict[ast.AST, Scope] = {}
        self._told: set[tuple[Pattern, str, ast.AST]] = set()
        for use in analyse(tree, names).uses if names else ():
            owner = use.scope.lookup(use.name)
            if owner is not None:
                self._uses.setdefault((owner, use.name), []).append(use)
        for owner, name in self._uses:
            self._owners.update(dict.fromkeys(owner.bindings[name], owner))

    def holder_of(
        self, pattern: Pattern, call: ast.Call
    ) -> Holder | list[Doubt] | None:
        """The local that a call is kept in, where that can be folded as a whole.

        Otherwise the places where it may be folded and why that is not sure; None
        where there is none.
        """
        statement = self.parents.get(call)
        target = _sole_target(statement)
        if target is None or not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            doubts = [
                (node, f"`{_chain(kept)}` may hold something else")
                for kept in _loose_targets(call, self.parents)
                for node in self._doubled(pattern, kept)
            ]
            return doubts or None
        return _Judge(self, pattern, target, statement).judged()

    def owner_of(self, target: ast.Name) -> Scope | None:
        """The scope in which a target binds its name; None where nothing reads it."""
        return self._owners.get(target)

    def uses_of(self, owner: Scope, name: str) -> list[Use]:
        return self._uses.get((owner, name), [])

    @cached_property
    def _in_place(self) -> dict[tuple[ast.AST, str], list[ast.AugAssign]]:
        """Augmented assignments, by the function that they stand in and the name."""
        found: dict[tuple[ast.AST, str], list[ast.AugAssign]] = {}
        for node in self.parents:
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                function = function_around(node, self.parents)
                found.setdefault((function, node.target.id), []).append(node)
        return found

    def changes_of(self, target: ast.Name) -> list[ast.AugAssign]:
        """The augmented assignments of a local."""
        function = function_around(target, self.parents)
        return self._in_place.get((function, target.id), [])

    def can_be_seen(self, function: ast.AST) -> bool:
        """Whether a function, or one inside it, can look at its locals by name."""
        return function in self._seeing

    @cached_property
    def _seeing(self) -> set[ast.AST]:
        found: set[ast.AST] = set()
        for node in self.parents:
            if _sees_locals(node):
                around: ast.AST | None = node
                while around is not None:
                    found.add(around)
                    around = self.parents.get(around)
        return found

    @cached_property
    def _reads(self) -> dict[str, list[ast.expr]]:
        """Names and attributes that are read, by how they are spelled."""
        found: dict[str, list[ast.expr]] = {}
        for node in self.parents:
            if isinstance(node, (ast.Name, ast.Attribute)) and _is_read(node):
                found.setdefault(_chain(node), []).append(node)
        found.pop("", None)
        return found

    def _doubled(self, pattern: Pattern, kept: ast.expr) -> Iterator[ast.expr]:
        """Where an expression that is spelled like a target may be folded; each place
        is told of once.
        """
        is_local = isinstance(kept, ast.Name)
        where = function_around(kept, self.parents) if is_local else self._tree
        if (pattern, _chain(kept), where) in self._told:
            return
        self._told.add((pattern, _chain(kept), where))
        alike = set(self._reads.get(_chain(kept), ()))
        seen: set[ast.expr] = set()
        for node in sorted(alike, key=_position):
            if is_local and function_around(node, self.parents) is not where:
                continue
            match = match_around(pattern, node, self.parents, alike.__contains__)
            doubt = doubt_around(pattern, node, self.parents, alike.__contains__)
            root = match.root if match else doubt[0] if doubt else None
            if root is not None and root not in seen:
                seen.add(root)
                yield root


def _sole_target(statement: ast.AST | None) -> ast.Name | None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        return None
    return target if isinstance(target, ast.Name) else None


@dataclass(frozen=True, eq=False)
class _Judge:
    holders: Holders
    pattern: Pattern
    target: ast.Name
    statement: ast.Assign | ast.AnnAssign

    def judged(self) -> Holder | list[Doubt] | None:
        name, parents = self.target.id, self.holders.parents
        owner = self.holders.owner_of(self.target)
        uses = self.holders.uses_of(owner, name) if owner is not None else []
        reads = {use.nodes[0] for use in uses}
        found: dict[ast.expr, Match] = {}
        for read in reads:
            match = match_around(self.pattern, read, parents, reads.__contains__)
            if match is not None:
                found[match.root] = match
        taken = {e for match in found.values() for e in (match.kept, *match.gone)}
        doubts = [
            doubt
            for read in sorted(reads - taken, key=_position)
            if (doubt := doubt_around(self.pattern, read, parents, reads.__contains__))
        ]
        doubts += self._multiplied_in_place()
        why = self._why_not(owner, uses, taken)
        roots = sorted(found, key=_position)
        if found and not why and not doubts:
            return Holder(name, self.statement, tuple(found[root] for root in roots))
        reason = f"`{name}` {why or 'is used otherwise too'}"
        return [*doubts, *((root, reason) for root in roots)] or None

    def _why_not(
        self, owner: Scope | None, uses: Sequence[Use], taken: Set[ast.expr]
    ) -> str:
        if owner is None or not isinstance(owner.node, _FUNCTIONS):
            return "is no local of a function, so others may read it"
        if owner.bindings[self.target.id] != [self.target]:
            return "is bound more than once"
        if self.holders.can_be_seen(owner.node):
            return "can be seen by name: its function looks at its locals"
        for use in uses:
            if use.carrier is not None:
                return "is read inside an f-string or a quoted annotation"
            if use.nodes[0] not in taken or use.attributes:
                return f"is used otherwise too, on line {use.nodes[0].lineno}"
        return ""

    def _multiplied_in_place(self) -> Iterator[Doubt]:
        """`n *= 2` and `n += n`."""
        for node in self.holders.changes_of(self.target):
            times, value = self.pattern.times, node.value
            product = isinstance(node.op, ast.Mult) and is_multiple(value, times)
            itself = isinstance(value, ast.Name) and value.id == self.target.id
            if times and (product or (isinstance(node.op, ast.Add) and itself)):
                assert isinstance(node.target, ast.Name)
                yield node.target, "it is multiplied in place"


def _position(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _sees_locals(node: ast.AST) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    name = getattr(called, "attr", getattr(called, "id", ""))
    return name in _SEES_LOCALS


# Where a call is kept in something else than one local


def _loose_targets(call: ast.Call, parents: Parents) -> Iterator[ast.expr]:
    """The names and attributes that may hold the call's value, among others."""
    node: ast.AST = call
    around = parents.get(node)
    while isinstance(around, (ast.IfExp, ast.BoolOp, ast.Tuple, ast.List)):
        node, around = around, parents.get(around)
    if isinstance(around, ast.NamedExpr):
        yield around.target
    targets = list(around.targets) if isinstance(around, ast.Assign) else []
    if isinstance(around, ast.AnnAssign) and around.value is node:
        targets = [around.target]
    for target in targets:
        elements = (
            target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
        )
        at = _index(node, call)
        if at is not None and at < len(elements):
            elements = [elements[at]]
        yield from (e for e in elements if isinstance(e, (ast.Name, ast.Attribute)))


def _index(whole: ast.AST, call: ast.Call) -> int | None:
    if isinstance(whole, (ast.Tuple, ast.List)) and call in whole.elts:
        return whole.elts.index(call)
    return None


def _is_read(node: ast.Name | ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Load)


def _chain(node: ast.expr) -> str:
    """A name with its attributes as it is spelled; nothing for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join((node.id, *reversed(parts)))


def function_around(node: ast.AST, parents: Parents) -> ast.AST:
    while not isinstance(node, (*_FUNCTIONS, ast.Lambda, ast.Module)):
        node = parents[node]
    return node


# What a local is called afterwards


def new_name(
    local: str, function: str, new: str, is_free: Callable[[str], bool]
) -> str:
    """The name of a local that was called like the function, after the new one.

    `alloc_len` for what get_alloc_len_per_decode returned is `alloc_reserve` for what
    get_alloc_reserve_per_decode does. Other locals keep their names.
    """
    old_words, new_words = function.split("_"), new.split("_")
    head = _common(old_words, new_words)
    tail = _common(old_words[head:][::-1], new_words[head:][::-1])
    before = old_words[head : len(old_words) - tail]
    after = new_words[head : len(new_words) - tail]
    words = local.split("_")
    at = _find(old_words, words)
    if at is None or not before or not after:
        return local
    start = head - at
    if start < 0 or start + len(before) > len(words):
        return local
    name = "_".join([*words[:start], *after, *words[start + len(before) :]])
    fits = name.isidentifier() and is_free(name) and not hasattr(builtins, name)
    return name if fits else local


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def _find(words: Sequence[str], part: Sequence[str]) -> int | None:
    """Where a row of words begins in another."""
    for at in range(len(words) - len(part) + 1):
        if words[at : at + len(part)] == list(part):
            return at
    return None
