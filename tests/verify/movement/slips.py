"""One slip in code that moved, and the lines of which some must be left to read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tests.verify.movement.refactorings import (
    Function,
    Made,
    Texts,
    blocks,
    functions,
    span,
)


@dataclass(frozen=True)
class Slip:
    """The head with a slip. Of `either` one group of lines has to be left."""

    head: Texts
    either: tuple[frozenset[str], ...] = ()


@dataclass
class Place:
    """One file of the head, and a function in it that took part in the move."""

    made: Made
    path: str
    text: str
    function: Function
    random: Random

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines(keepends=True)

    def part(self, node: ast.stmt) -> list[str]:
        return self.lines[slice(*span(node))]

    def firsts(self, node: ast.stmt) -> frozenset[str]:
        """The first line of a statement, and of each one in it."""
        return frozenset(self.lines[n.lineno - 1].strip() for n in _statements(node))

    def own(self, node: ast.stmt) -> frozenset[str]:
        """The first line of a statement, which tells how far it is indented."""
        return frozenset({self.lines[node.lineno - 1].strip()})

    def with_lines(self, lines: list[str], *either: frozenset[str]) -> Slip:
        head = {**self.made.head, self.path: "".join(lines)}
        return Slip(head, either)

    def neighbours(self) -> tuple[ast.stmt, ast.stmt] | None:
        """Two statements that follow each other, each on lines of its own."""
        found = [
            (a, b)
            for _, block in blocks(self.function)
            for a, b in pairwise(block)
            if span(a)[1] <= span(b)[0] and not _is_text(a) and not _defines(a, b)
        ]
        return self.random.choice(found) if found else None


def _statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """A statement and those in it; functions in it are moves of their own."""
    if _defines(node):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        parts = ast.iter_child_nodes(child) if _is_part(child) else (child,)
        for inner in parts:
            if isinstance(inner, ast.stmt):
                yield from _statements(inner)


def _is_part(node: ast.AST) -> bool:
    """Whether it is a part of a statement that holds others."""
    return type(node).__name__ in ("ExceptHandler", "match_case")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _defines(*nodes: ast.stmt) -> bool:
    kinds = (*Function.__args__, ast.ClassDef, ast.Import, ast.ImportFrom)
    return any(isinstance(node, kinds) for node in nodes)


def swapped(place: Place) -> Slip | None:
    both = place.neighbours()
    if both is None:
        return None
    (a, b), (c, d) = map(span, both)
    x, y = place.lines[a:b], place.lines[c:d]
    if x == y:
        return None
    lines = [*place.lines[:a], *y, *place.lines[b:c], *x, *place.lines[d:]]
    one, two = map(place.firsts, both)
    return place.with_lines(lines, one - two or one, two - one or two)


def dropped(place: Place) -> Slip | None:
    both = place.neighbours()
    if both is None:
        return None
    first, last = span(place.random.choice(both))
    return place.with_lines([*place.lines[:first], *place.lines[last:]])


def doubled(place: Place) -> Slip | None:
    both = place.neighbours()
    if both is None:
        return None
    first, last = span(both[0])
    here = place.random.choice([last, span(both[1])[1]])
    part = place.lines[first:last]
    return place.with_lines([*place.lines[:here], *part, *place.lines[here:]])


def dedented(place: Place) -> Slip | None:
    """The last statement of a block leaves it, downwards or upwards."""
    found = [
        n
        for n in ast.walk(place.function)
        if isinstance(n, (ast.If, ast.For, ast.While, ast.With))
        and not getattr(n, "orelse", None)
        and len(n.body) > 1
    ]
    if not found:
        return None
    holder = place.random.choice(found)
    first, last = span(holder.body[-1])
    by = holder.body[-1].col_offset - holder.col_offset
    part = place.lines[first:last]
    if any(x.strip() and not x.startswith(" " * by) for x in part):
        return None
    out = [x[by:] if x.strip() else x for x in part]
    head = place.own(holder)
    if place.random.random() < 0.5:
        lines = [*place.lines[:first], *out, *place.lines[last:]]
    else:
        start = holder.lineno - 1
        if place.lines[start].lstrip().startswith("elif"):
            return None
        lines = [*place.lines[:start], *out, *place.lines[start:first]]
        lines += place.lines[last:]
    return place.with_lines(lines, place.own(holder.body[-1]), head)


def indented(place: Place) -> Slip | None:
    """What follows a block goes into it."""
    found = [
        (a, b)
        for _, block in blocks(place.function)
        for a, b in pairwise(block)
        if isinstance(a, (ast.If, ast.For, ast.While, ast.With))
        and not _defines(b)
        and span(a)[1] <= span(b)[0]
    ]
    if not found:
        return None
    holder, after = place.random.choice(found)
    inner = (getattr(holder, "orelse", None) or holder.body)[-1]
    by = " " * (inner.col_offset - after.col_offset)
    if not by:
        return None
    first, last = span(after)
    part = place.lines[first:last]
    more = [f"{by}{x}" if x.strip() else x for x in part]
    lines = [*place.lines[:first], *more, *place.lines[last:]]
    head = place.own(holder)
    return place.with_lines(lines, place.own(after), head, frozenset({"else:"}))


def reworded(place: Place) -> Slip | None:
    """A number, a text, a name or the order of arguments."""
    kinds: list[Callable[[Place], tuple[ast.expr, str] | None]]
    kinds = [_number, _words, _name, _arguments]
    found = place.random.choice(kinds)(place)
    if found is None or found[0].lineno != found[0].end_lineno:
        return None
    node, new = found
    lines = list(place.lines)
    line = lines[node.lineno - 1]
    if not line.isascii():
        return None
    changed = line[: node.col_offset] + new + line[node.end_col_offset :]
    lines[node.lineno - 1] = changed
    return place.with_lines(lines)


def _expressions(place: Place) -> list[ast.expr]:
    body = [n for statement in place.function.body for n in ast.walk(statement)]
    return [n for n in body if isinstance(n, ast.expr)]


def _number(place: Place) -> tuple[ast.expr, str] | None:
    found = [
        n
        for n in _expressions(place)
        if isinstance(n, ast.Constant) and type(n.value) is int
    ]
    if not found:
        return None
    node = place.random.choice(found)
    assert isinstance(node.value, int)
    return node, str(node.value + 1)


def _words(place: Place) -> tuple[ast.expr, str] | None:
    found = [
        n
        for n in _expressions(place)
        if isinstance(n, ast.Constant)
        and isinstance(n.value, str)
        and len(n.value) > 2
        and n.lineno == n.end_lineno
    ]
    if not found:
        return None
    node = place.random.choice(found)
    raw = place.lines[node.lineno - 1][node.col_offset : node.end_col_offset]
    return (node, f"{raw[:-2]}~{raw[-2:]}") if raw.endswith(("'", '"')) else None


def _name(place: Place) -> tuple[ast.expr, str] | None:
    found = [
        n
        for n in _expressions(place)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    ]
    others = sorted({n.id for n in found})
    if len(others) < 2:
        return None
    node = place.random.choice(found)
    return node, place.random.choice([other for other in others if other != node.id])


def _arguments(place: Place) -> tuple[ast.expr, str] | None:
    found = [
        n
        for n in _expressions(place)
        if isinstance(n, ast.Call)
        and len(n.args) == 2
        and n.lineno == n.end_lineno
        and ast.dump(n.args[0]) != ast.dump(n.args[1])
        and not any(isinstance(a, ast.Starred) for a in n.args)
    ]
    if not found:
        return None
    node = place.random.choice(found)
    line = place.lines[node.lineno - 1]
    one, two = (line[a.col_offset : a.end_col_offset] for a in node.args)
    first, last = node.args[0], node.args[1]
    between = line[first.end_col_offset : last.col_offset]
    start = line[node.col_offset : first.col_offset]
    end = line[last.end_col_offset : node.end_col_offset]
    return node, f"{start}{two}{between}{one}{end}"


def across(place: Place) -> Slip | None:
    """A statement slips across the call of what was extracted."""
    name = place.made.call
    lines = {p: t.splitlines(keepends=True) for p, t in place.made.head.items()}
    inside = _called(place.made.head, name)
    outside = _calling(place.made.head, name)
    if not name or inside is None or outside is None:
        return None
    path, helper = inside
    at, block, index = outside
    call = block[index]
    firsts = {
        node: frozenset(lines[where][n.lineno - 1].strip() for n in _statements(node))
        for where, nodes in ((path, helper.body), (at, block))
        for node in nodes
    }
    by = call.col_offset - helper.body[0].col_offset
    kind = place.random.choice(["leak", "soak", "call"])
    if kind == "leak":
        is_last = place.random.random() < 0.5
        node = helper.body[-1 if is_last else 0]
        if len(helper.body) < 2:
            return None
        here = span(call)[0 if is_last else 1]
        crossed = [n for n in helper.body if n is not node]
        _carry(lines, (path, node), (at, here), by)
    else:
        others = [k for k in (index - 1, index + 1) if 0 <= k < len(block)]
        if not others:
            return None
        k = place.random.choice(others)
        node = block[k]
        crossed = helper.body
        if kind == "soak":
            here = span(helper.body[-1])[1] if k < index else span(helper.body[0])[0]
            _carry(lines, (at, node), (path, here), -by)
        else:
            _carry(lines, (at, node), (at, span(call)[k < index]), 0)
    if _is_text(node) or _defines(node) or _leaves(node):
        return None
    every = frozenset(line for n in crossed for line in firsts[n])
    head = {p: "".join(x) for p, x in lines.items()}
    return Slip(head, (firsts[node], every))


def _carry(
    lines: dict[str, list[str]],
    source: tuple[str, ast.stmt],
    target: tuple[str, int],
    by: int,
) -> None:
    """Take a statement from one place to another one that is indented by more."""
    first, last = span(source[1])
    part = lines[source[0]][first:last]
    part = [(" " * by + x if by > 0 else x[-by:]) if x.strip() else x for x in part]
    lines[target[0]][target[1] : target[1]] = part
    if source[0] == target[0] and target[1] <= first:
        first, last = first + len(part), last + len(part)
    del lines[source[0]][first:last]


def _leaves(node: ast.stmt) -> bool:
    kinds = (ast.Return, ast.Break, ast.Continue, ast.Raise)
    return any(isinstance(n, kinds) for n in ast.walk(node))


def _called(head: Texts, name: str) -> tuple[str, Function] | None:
    for path, text in head.items():
        for function in functions(ast.parse(text)):
            if function.name == name:
                return path, function
    return None


def _calling(head: Texts, name: str) -> tuple[str, list[ast.stmt], int] | None:
    for path, text in head.items():
        for function in functions(ast.parse(text)):
            for _, block in blocks(function):
                for index, node in enumerate(block):
                    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                        called = node.value.func
                        if isinstance(called, ast.Name) and called.id == name:
                            return path, block, index
    return None


SLIPS: dict[str, Callable[[Place], Slip | None]] = {
    "swapped": swapped,
    "dropped": dropped,
    "doubled": doubled,
    "dedented": dedented,
    "indented": indented,
    "reworded": reworded,
    "across": across,
}
