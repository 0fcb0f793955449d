"""Patterns of folds: an expression around one call, with holes for its arguments.

The notation is Semgrep's: `...` is any arguments, `$a` is one argument, and a
hole that stands twice must be the same expression both times. What the pattern
has around the call are numbers, operators and attributes.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from codemods.name import is_identifier, quoted

_STRING_OR_HOLE = re.compile(r"""("[^"]*"|'[^']*')|\$(\w+)""")
_HOLE = "hole__"
_MAX_DEPTH = 20


class PatternError(ValueError):
    """A text that is no pattern; the message says why, and what to write."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """A parsed pattern.

    `function` is the name of the called function as it is written, `call` the call
    inside `root`, `depth` how many nodes stand around it, and `times` is k where
    the pattern says `k * f(...)`, or f(...) added up k times.
    """

    root: ast.expr
    call: ast.Call
    function: str
    depth: int
    times: int | None

    @property
    def is_dotted(self) -> bool:
        return "." in self.function

    def accepts(self, call: ast.Call) -> bool:
        """Whether the arguments of a call are as the pattern has them."""
        holes: dict[str, str] = {}
        return _fits_arguments(self.call, call, holes)

    def surrounds(self, root: ast.expr, inner: ast.expr) -> bool:
        """Whether `root` is the pattern with `inner` in place of the call."""
        return self._surrounds(self.root, root, inner)

    def _surrounds(self, wanted: ast.expr, node: ast.expr, inner: ast.expr) -> bool:
        if wanted is self.call:
            return node is inner
        if isinstance(wanted, ast.BinOp) and isinstance(node, ast.BinOp):
            if type(wanted.op) is not type(node.op):
                return False
            straight = ((wanted.left, node.left), (wanted.right, node.right))
            crossed = ((wanted.left, node.right), (wanted.right, node.left))
            orders = (straight, crossed) if _commutes(wanted) else (straight,)
            return any(
                all(self._surrounds(*pair, inner) for pair in order) for order in orders
            )
        if isinstance(wanted, ast.UnaryOp) and isinstance(node, ast.UnaryOp):
            same = type(wanted.op) is type(node.op)
            return same and self._surrounds(wanted.operand, node.operand, inner)
        if isinstance(wanted, ast.Attribute) and isinstance(node, ast.Attribute):
            same = wanted.attr == node.attr and isinstance(node.ctx, ast.Load)
            return same and self._surrounds(wanted.value, node.value, inner)
        return same_literal(wanted, node)


@lru_cache(maxsize=256)
def parse_pattern(text: str) -> Pattern:
    """Read a pattern. Raises `PatternError` for what is none."""
    root = _parsed(text)
    calls = [node for node in ast.walk(root) if isinstance(node, ast.Call)]
    outer = [call for call in calls if not _is_argument(call, calls)]
    if not outer:
        raise PatternError("calls nothing; write it around a call like f(...)")
    if len(outer) > 1 or len(calls) > 1:
        raise PatternError(
            "has more than one call; write 2 * f(...) for f(...) + f(...)"
        )
    call = outer[0]
    function = _dotted(call.func)
    if function is None:
        raise PatternError(
            "calls what is not a name; write it around a call like f(...)"
        )
    depth = _depth_of(root, call)
    if not depth:
        raise PatternError(
            f"is a call by itself; say with a [[move]] that {function} moved"
        )
    _check_arguments(call)
    return Pattern(root, call, function, depth, _times(root, call))


def same_literal(one: ast.expr, other: ast.expr) -> bool:
    """Whether two nodes are the same literal, of the same type."""
    return (
        isinstance(one, ast.Constant)
        and isinstance(other, ast.Constant)
        and type(one.value) is type(other.value)
        and one.value == other.value
    )


def is_multiple(node: ast.expr, times: int | None) -> bool:
    """Whether a node is a literal number that is a multiple of `times`."""
    value = node.value if isinstance(node, ast.Constant) else None
    if times is None or type(value) not in (int, float):
        return False
    assert isinstance(value, (int, float))
    return bool(value) and value % times == 0


def _parsed(text: str) -> ast.expr:
    def hole(match: re.Match[str]) -> str:
        return match.group(1) or f"{_HOLE}{match.group(2)}"

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = ast.parse(_STRING_OR_HOLE.sub(hole, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise PatternError(f"{quoted(text)} is not a Python expression") from None
    if _HOLE in text:
        raise PatternError(f"{quoted(text)} has a name that begins with {_HOLE}")
    return root


def _is_argument(call: ast.Call, calls: list[ast.Call]) -> bool:
    return any(
        call is not other and any(call is inner for inner in _inside_arguments(other))
        for other in calls
    )


def _inside_arguments(call: ast.Call) -> Iterator[ast.AST]:
    for part in (*call.args, *call.keywords):
        yield from ast.walk(part)


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.insert(0, node.id)
    is_name = all(is_identifier(part) and not part.startswith(_HOLE) for part in parts)
    return ".".join(parts) if is_name else None


def _depth_of(root: ast.expr, call: ast.Call) -> int:
    """How many nodes stand around the call. Raises for what a pattern cannot have."""
    depth, node = 0, root
    while node is not call:
        depth += 1
        if isinstance(node, ast.BinOp):
            left, right = node.left, node.right
            at_left = any(inner is call for inner in ast.walk(left))
            node, other = (left, right) if at_left else (right, left)
            _check_number(other)
        elif isinstance(node, ast.UnaryOp):
            node = node.operand
        elif isinstance(node, ast.Attribute):
            node = node.value
        else:
            raise PatternError(_ALLOWED)
        if depth > _MAX_DEPTH:
            raise PatternError(f"has more than {_MAX_DEPTH} operators")
    return depth


_ALLOWED = (
    "may have numbers, operators and attributes around its call, and nothing else"
)


def _check_number(node: ast.expr) -> None:
    is_number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    if not is_number:
        raise PatternError(_ALLOWED)


def _check_arguments(call: ast.Call) -> None:
    rest = [a for a in call.args if _is_ellipsis(a)]
    if len(rest) > 1 or (rest and not _is_ellipsis(call.args[-1])):
        raise PatternError("has something after `...`; write `...` last, and once")
    for node in (*call.args, *(keyword.value for keyword in call.keywords)):
        if not (_is_ellipsis(node) or _is_hole(node) or isinstance(node, ast.Constant)):
            raise PatternError(
                "may have `...`, holes like $a and literals as arguments only"
            )
    if any(keyword.arg is None for keyword in call.keywords):
        raise PatternError("has `**`; write `...` for any arguments")


def _times(root: ast.expr, call: ast.Call) -> int | None:
    if not isinstance(root, ast.BinOp) or not isinstance(root.op, ast.Mult):
        return None
    other = {root.left: root.right, root.right: root.left}.get(call)
    value = other.value if isinstance(other, ast.Constant) else None
    return value if type(value) is int and value >= 2 else None


def _commutes(wanted: ast.BinOp) -> bool:
    """By value: a number may stand on either side of `+` and `*`."""
    return isinstance(wanted.op, (ast.Add, ast.Mult))


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _is_hole(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id.startswith(_HOLE)


def _fits_arguments(wanted: ast.Call, call: ast.Call, holes: dict[str, str]) -> bool:
    positional = [a for a in wanted.args if not _is_ellipsis(a)]
    is_open = len(positional) < len(wanted.args)
    if len(call.args) < len(positional):
        return False
    if not is_open and len(call.args) > len(positional):
        return False
    pairs = list(zip(positional, call.args, strict=False))
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    for keyword in wanted.keywords:
        if keyword.arg not in given:
            return False
        pairs.append((keyword.value, given.pop(keyword.arg)))
    if given and not is_open:
        return False
    return all(_fits(one, other, holes) for one, other in pairs)


def _fits(wanted: ast.expr, node: ast.expr, holes: dict[str, str]) -> bool:
    if isinstance(node, ast.Starred):
        return False
    if not isinstance(wanted, ast.Name):
        return _is_ellipsis(wanted) or same_literal(wanted, node)
    text = ast.dump(node)
    if wanted.id in holes and not is_repeatable(node):
        return False
    return holes.setdefault(wanted.id, text) == text


def is_repeatable(node: ast.expr) -> bool:
    """Whether evaluating an expression once is as good as evaluating it twice."""
    if isinstance(node, ast.Attribute):
        return is_repeatable(node.value)
    if isinstance(node, ast.UnaryOp):
        return is_repeatable(node.operand)
    return isinstance(node, (ast.Name, ast.Constant))
