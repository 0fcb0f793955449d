"""What a block of statements has bound once it has run: surely, or maybe.

Follows the control flow of a module or class body, as far as its text tells it:
branches that only a type checker takes, and those that end in an exception, give
nothing.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from verify.syntax import outside_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINING = (*_FUNCTIONS, ast.ClassDef)
_INNER_SCOPES = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CAPTURES = (ast.MatchAs, ast.MatchStar, ast.MatchMapping)
_ENDING = frozenset({"exit", "_exit", "quit"})
_ENDS = (ast.Raise, ast.Return, ast.Break, ast.Continue)


@dataclass(frozen=True, slots=True)
class Reference:
    """A module as an import names it; `level` counts its leading dots."""

    module: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """One thing that a name may be: what a statement defines or assigns or, with a
    `source`, what is imported: `name` of it, or the module itself.

    `same` is set for `import x as x`, which says that x is meant to be exported.
    `guarded` tells that an exception there is caught.
    """

    statement: ast.stmt
    source: Reference | None = None
    name: str | None = None
    same: bool = False
    guarded: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """What a name is bound to in the end; `sure` unless it may not be."""

    sure: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Star:
    """A `from source import *`."""

    source: Reference
    statement: ast.stmt
    sure: bool = True
    guarded: bool = False


@dataclass(slots=True)
class State:
    """The names that are bound at one point; `hidden` were deleted before it, `again`
    bound more than once.
    """

    names: dict[str, Bound] = field(default_factory=dict)
    stars: dict[Reference, Star] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    again: frozenset[str] = frozenset()

    def copy(self) -> State:
        return State(dict(self.names), dict(self.stars), set(self.hidden))


def run(body: Iterable[ast.stmt]) -> State:
    """What is bound after all the statements; nothing where they cannot end."""
    flow = _Flow()
    state = flow.block(body, State()) or State()
    times = Counter(name for name, _ in flow.log)
    state.again = frozenset(name for name, number in times.items() if number > 1)
    return state


class _Flow:
    def __init__(self) -> None:
        # Everything that was ever bound, in order: what a block leaves behind
        # where it does not run to its end.
        self.log: list[tuple[str, Way]] = []
        self.guarded = 0

    def block(self, body: Iterable[ast.stmt], state: State) -> State | None:
        """Run statements on a state, None where they do not come to their end."""
        for statement in body:
            after = self.statement(statement, state)
            if after is None:
                return None
            state = after
        return state

    def statement(self, node: ast.stmt, state: State) -> State | None:
        if isinstance(node, _DEFINING):
            for part in outside_of(node):
                self.expression(part, node, state)
            self.bind(node.name, Way(node), state)
            return state
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            self.imported(node, state)
            return state
        for part in _own_expressions(node):
            self.expression(part, node, state)
        if isinstance(node, _ENDS) or _ends_program(node):
            return None
        return self.compound(node, state)

    def compound(self, node: ast.stmt, state: State) -> State | None:
        if isinstance(node, ast.If):
            return self.choice(node, state)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self.loop(node, state)
        if isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            return self.attempt(node, state)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self.context(node, state)
        if isinstance(node, ast.Match):
            return self.cases(node, state)
        return state

    # Binding

    def bind(self, name: str, way: Way, state: State) -> None:
        way = replace(way, guarded=True) if self.guarded else way
        state.names[name] = Bound(True, (way,))
        self.log.append((name, way))

    def imported(self, node: ast.Import | ast.ImportFrom, state: State) -> None:
        for alias in node.names:
            same = alias.asname is not None and alias.asname == alias.name
            if isinstance(node, ast.Import):
                local = alias.asname or alias.name.partition(".")[0]
                way = Way(node, Reference(alias.name), None, same)
            elif alias.name == "*":
                source = Reference(node.module or "", node.level)
                state.stars.pop(source, None)  # the last one counts
                state.stars[source] = Star(source, node, guarded=bool(self.guarded))
                continue
            else:
                local = alias.asname or alias.name
                source = Reference(node.module or "", node.level)
                way = Way(node, source, alias.name, same)
            self.bind(local, way, state)

    def expression(self, node: ast.AST, statement: ast.stmt, state: State) -> None:
        for name, deleted in _stored(node):
            if deleted:
                state.names.pop(name, None)
                state.hidden.add(name)
            else:
                self.bind(name, Way(statement), state)

    # Control flow

    def choice(self, node: ast.If, state: State) -> State | None:
        truth = truth_of(node.test)
        if truth is not None:
            return self.block(node.body if truth else node.orelse, state)
        taken = self.block(node.body, state.copy())
        return _merged(taken, self.block(node.orelse, state.copy()))

    def loop(
        self, node: ast.For | ast.AsyncFor | ast.While, state: State
    ) -> State | None:
        start = len(self.log)
        before = state.copy()
        if not isinstance(node, ast.While):
            for name, _ in _stored(node.target):
                self.bind(name, Way(node), state)
        body = self.block(node.body, state)
        after = self.weakened(_merged(before, body) or before, start)
        if isinstance(node, ast.While) and truth_of(node.test):
            return after
        return _merged(after, self.block(node.orelse, after.copy()))

    def attempt(self, node: ast.stmt, state: State) -> State | None:
        handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
        start, before = len(self.log), state.copy()
        self.guarded += bool(handlers)
        body = self.block(getattr(node, "body", []), state)
        self.guarded -= bool(handlers)
        failed = self.weakened(before, start)
        if body is not None:
            body = self.block(getattr(node, "orelse", []), body)
        for handler in handlers:
            entry = failed.copy()
            if handler.name:
                self.bind(handler.name, Way(node), entry)
            end = self.block(handler.body, entry)
            if end is not None and handler.name:
                end.names.pop(handler.name, None)
            body = _merged(body, end)
        final: list[ast.stmt] = getattr(node, "finalbody", [])
        return self.block(final, body) if body is not None else None

    def context(self, node: ast.With | ast.AsyncWith, state: State) -> State | None:
        swallows = any(_swallows(item.context_expr) for item in node.items)
        if not swallows:
            return self.block(node.body, state)
        start, before = len(self.log), state.copy()
        self.guarded += 1
        body = self.block(node.body, state)
        self.guarded -= 1
        return _merged(self.weakened(before, start), body)

    def cases(self, node: ast.Match, state: State) -> State | None:
        after: State | None = None
        complete = False
        for case in node.cases:
            entry = state.copy()
            for name, _ in _stored(case.pattern):
                self.bind(name, Way(node), entry)
            after = _merged(after, self.block(case.body, entry))
            complete |= case.guard is None and _is_irrefutable(case.pattern)
        return after if complete else _merged(after, state)

    def weakened(self, state: State, start: int) -> State:
        """A state to which everything logged since `start` may have been added."""
        weak = state.copy()
        for name, way in self.log[start:]:
            known = weak.names.get(name)
            ways = known.ways if known else ()
            sure = known.sure if known else False
            if way not in ways:
                weak.names[name] = Bound(sure, (*ways, way))
        return weak


def _merged(one: State | None, other: State | None) -> State | None:
    """What holds where either of two ways was taken."""
    if one is None or other is None:
        return one or other
    names: dict[str, Bound] = {}
    nothing = Bound(False, ())
    for name in {**one.names, **other.names}:
        a, b = one.names.get(name, nothing), other.names.get(name, nothing)
        ways = (*a.ways, *(way for way in b.ways if way not in a.ways))
        names[name] = Bound(a.sure and b.sure, ways)
    stars = {
        source: star
        if source in one.stars and source in other.stars
        else replace(star, sure=False)
        for source, star in {**one.stars, **other.stars}.items()
    }
    return State(names, stars, one.hidden & other.hidden)


def truth_of(test: ast.expr) -> bool | None:
    """What a test gives when the module is imported, None where it depends."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Name) and test.id in ("TYPE_CHECKING", "MYPY"):
        return False
    if isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth_of(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _truth_of_all(test)
    if isinstance(test, ast.Compare) and _asks_for_main(test):
        return isinstance(test.ops[0], ast.NotEq)
    return None


def _truth_of_all(test: ast.BoolOp) -> bool | None:
    decisive = isinstance(test.op, ast.Or)
    truths = [truth_of(value) for value in test.values]
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def _asks_for_main(test: ast.Compare) -> bool:
    sides = (test.left, *test.comparators)
    return (
        len(sides) == 2
        and isinstance(test.ops[0], (ast.Eq, ast.NotEq))
        and any(isinstance(s, ast.Name) and s.id == "__name__" for s in sides)
        and any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)
    )


def _ends_program(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assert):
        return truth_of(node.test) is False
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    function = node.value.func
    if isinstance(function, ast.Attribute):
        owner = function.value
        known = isinstance(owner, ast.Name) and owner.id in ("sys", "os")
        return known and function.attr in _ENDING
    return isinstance(function, ast.Name) and function.id in _ENDING


def _swallows(context: ast.expr) -> bool:
    """Whether leaving a context may end an exception."""
    called = context.func if isinstance(context, ast.Call) else context
    name = called.attr if isinstance(called, ast.Attribute) else ""
    name = called.id if isinstance(called, ast.Name) else name
    return "suppress" in name.lower() or name == "raises"


def _is_irrefutable(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchOr):
        return any(map(_is_irrefutable, pattern.patterns))
    return isinstance(pattern, ast.MatchAs) and (
        pattern.pattern is None or _is_irrefutable(pattern.pattern)
    )


def _stored(node: ast.AST, inside: bool = False) -> Iterator[tuple[str, bool]]:
    """The names that an expression or a target binds, and whether it deletes them.

    `inside` a comprehension only a walrus reaches the scope around it.
    """
    if isinstance(node, ast.Name):
        if not inside and not isinstance(node.ctx, ast.Load):
            yield node.id, isinstance(node.ctx, ast.Del)
        return
    if isinstance(node, ast.NamedExpr):
        yield from _stored(node.value, inside)
        yield node.target.id, False
        return
    if isinstance(node, ast.Lambda):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _stored(default, inside)
        return
    captured = getattr(node, "name", None) or getattr(node, "rest", None)
    if isinstance(node, _CAPTURES) and isinstance(captured, str):
        yield captured, False
    inside = inside or isinstance(node, _INNER_SCOPES)
    for child in ast.iter_child_nodes(node):
        yield from _stored(child, inside)


def _own_expressions(node: ast.stmt) -> Iterator[ast.AST]:
    """What a statement evaluates itself, its blocks apart."""
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return  # declares a type, binds nothing
    if isinstance(node, (ast.For, ast.AsyncFor)):
        yield node.iter  # its target may never be bound
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield child
