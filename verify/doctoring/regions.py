"""What stands around a line: a function, a type checker's block, a guard.

A guard is a choice that the code makes itself: `try` with an `except` that takes the
error of a failed import, an `if` that asks for a version. Its arms are counted from 0.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from verify.surface.flow import truth_of

MODULE, NAME, ATTRIBUTE = "module", "name", "attribute"
# What fails, by the errors that a handler takes.
_CAUGHT = {
    "ImportError": frozenset({MODULE, NAME}),
    "ModuleNotFoundError": frozenset({MODULE}),
    "AttributeError": frozenset({ATTRIBUTE}),
    "Exception": frozenset({MODULE, NAME, ATTRIBUTE}),
    "BaseException": frozenset({MODULE, NAME, ATTRIBUTE}),
}
_ALL = _CAUGHT["Exception"]
# Tests that ask which version there is, by words that their names have.
_ASKS = ("version", "find_spec", "hasattr", "has_", "is_available", "importable")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class When(str, Enum):
    """When a statement runs; the values are words for people."""

    IMPORT = "importing this file"
    CALL = "this function, when it is called,"
    MAIN = "running this file"
    TYPES = "type checking"


@dataclass(frozen=True, slots=True)
class Guard:
    """A choice between arms. Of a `try` the first is its body, and `catches` says
    which failures lead to the others; an `if` catches nothing. `raises` are the arms
    that end in an exception.
    """

    arms: int
    catches: frozenset[str] = frozenset()
    raises: frozenset[int] = frozenset()

    @property
    def is_try(self) -> bool:
        return bool(self.catches)


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a line; each guard, outermost first, with the arm."""

    when: When = When.IMPORT
    arms: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Regions:
    """The regions of a file, in order; an inner one behind the one around it."""

    guards: list[Guard] = field(default_factory=list)
    spans: list[tuple[int, int, Around]] = field(default_factory=list)

    def around(self, line: int) -> Around | None:
        """What stands around a line, None where it never runs."""
        best = Around()
        for first, last, around in self.spans:
            if first <= line <= last:
                best = around
            elif first > line:
                break
        return None if best is _NEVER else best


_NEVER = Around(arms=((-1, -1),))


def regions_of(tree: ast.Module) -> Regions:
    """Everything in a module that tells when, and whether, a line runs."""
    regions = Regions()
    _Walk(regions).block(tree.body, Around())
    regions.spans.sort(key=lambda span: (span[0], -span[1]))
    return regions


@dataclass(slots=True)
class _Walk:
    regions: Regions

    def block(self, body: Iterable[ast.stmt], around: Around) -> None:
        for node in body:
            self.statement(node, around)

    def inside(self, body: Sequence[ast.stmt], around: Around) -> None:
        """A block that has an answer of its own."""
        if body:
            first = _first_line(body[0])
            last = body[-1].end_lineno or body[-1].lineno
            self.regions.spans.append((first, last, around))
            if around is not _NEVER:
                self.block(body, around)

    def statement(self, node: ast.stmt, around: Around) -> None:
        if isinstance(node, _FUNCTIONS):
            self.inside(node.body, self.later(around))
        elif isinstance(node, ast.If):
            self.choice(node, around)
        elif isinstance(node, ast.Try) or type(node).__name__ == "TryStar":
            self.attempt(node, around)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            self.context(node, around)
        elif isinstance(node, ast.Match):
            for case in node.cases:
                self.block(case.body, around)
        else:
            for part in ("body", "orelse"):
                self.block(getattr(node, part, ()), around)

    def later(self, around: Around) -> Around:
        """What stands in a function: no `try` outside catches what fails in it."""
        guards = self.regions.guards
        arms = tuple(each for each in around.arms if not guards[each[0]].is_try)
        return Around(When.CALL if around.when is When.IMPORT else around.when, arms)

    def choice(self, node: ast.If, around: Around) -> None:
        truth = truth_of(node.test)
        if _is_main(node.test):
            self.inside(node.body, Around(When.MAIN, around.arms))
            self.block(node.orelse, around)
        elif truth is not None:
            unseen = Around(When.TYPES, around.arms)
            if not _is_of_types(node.test):
                unseen = _NEVER
            parts = (node.body, node.orelse) if truth else (node.orelse, node.body)
            self.block(parts[0], around)
            self.inside(parts[1], unseen)
        elif _asks_for_version(node.test):
            self.guarded(Guard(2), [node.body, node.orelse], around)
        else:
            self.block(node.body, around)
            self.block(node.orelse, around)

    def attempt(self, node: ast.stmt, around: Around) -> None:
        handlers: list[ast.ExceptHandler] = getattr(node, "handlers", [])
        caught = [each for each in handlers if _catches(each.type)]
        rest = [each for each in handlers if each not in caught]
        body: list[ast.stmt] = getattr(node, "body", [])
        if caught:
            catches = frozenset().union(*(_catches(each.type) for each in caught))
            raises = {i for i, each in enumerate(caught, 1) if _raises(each.body)}
            guard = Guard(1 + len(caught), catches, frozenset(raises))
            self.guarded(guard, [body, *(each.body for each in caught)], around)
        else:
            self.block(body, around)
        for handler in rest:
            self.block(handler.body, around)
        self.block(getattr(node, "orelse", []), around)
        self.block(getattr(node, "finalbody", []), around)

    def context(self, node: ast.With | ast.AsyncWith, around: Around) -> None:
        """`with suppress(ImportError)` is a `try` whose handler does nothing."""
        catches = frozenset().union(*(_suppressed(i.context_expr) for i in node.items))
        if catches:
            self.guarded(Guard(2, catches), [node.body], around)
        else:
            self.block(node.body, around)

    def guarded(
        self, guard: Guard, bodies: list[list[ast.stmt]], around: Around
    ) -> None:
        number = len(self.regions.guards)
        self.regions.guards.append(guard)
        for arm, body in enumerate(bodies):
            arms = (*around.arms, (number, arm))
            self.inside(body, Around(around.when, arms))


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and any(
        isinstance(each, ast.Constant) and each.value == "__main__"
        for each in (test.left, *test.comparators)
    )


def _is_of_types(test: ast.expr) -> bool:
    names = (getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(test))
    return any(name in ("TYPE_CHECKING", "MYPY") for name in names)


def _asks_for_version(test: ast.expr) -> bool:
    for node in ast.walk(test):
        word = getattr(node, "id", None) or getattr(node, "attr", None)
        if isinstance(word, str) and any(each in word.lower() for each in _ASKS):
            return True
    return False


def _catches(node: ast.expr | None) -> frozenset[str]:
    """What a handler takes of all that can fail with an import."""
    if node is None:
        return _ALL
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return frozenset().union(*(_CAUGHT.get(_tail(each), frozenset()) for each in names))


def _suppressed(context: ast.expr) -> frozenset[str]:
    if not isinstance(context, ast.Call) or _tail(context.func) != "suppress":
        return frozenset()
    return frozenset().union(*map(_catches, context.args))


def _tail(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _raises(body: list[ast.stmt]) -> bool:
    return isinstance(body[-1], ast.Raise)
