"""Bugs of one token, to see whether a comparison finds them; text in, text out."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_SIGNS: dict[type[ast.AST], tuple[str, str, str]] = {
    ast.Lt: ("comparison", "<", "<="),
    ast.LtE: ("comparison", "<=", "<"),
    ast.Gt: ("comparison", ">", ">="),
    ast.GtE: ("comparison", ">=", ">"),
    ast.Eq: ("comparison", "==", "!="),
    ast.NotEq: ("comparison", "!=", "=="),
    ast.Is: ("comparison", "is", "is not"),
    ast.IsNot: ("comparison", "is not", "is"),
    ast.Add: ("arithmetic", "+", "-"),
    ast.Sub: ("arithmetic", "-", "+"),
    ast.Mult: ("arithmetic", "*", "//"),
    ast.FloorDiv: ("arithmetic", "//", "*"),
    ast.Mod: ("arithmetic", "%", "//"),
    ast.And: ("and-or", "and", "or"),
    ast.Or: ("and-or", "or", "and"),
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_DTYPES = {"int64": "int32", "int32": "int64", "bool": "uint8", "uint8": "int8"}


@dataclass(frozen=True, slots=True)
class Bug:
    """A span of one file, by its offsets in bytes, and the text that it becomes.

    `source` is the line on which it stands, `becomes` what that line is then.
    """

    kind: str
    path: str
    line: int
    start: int
    end: int
    text: str
    source: str
    becomes: str

    def planted(self, content: bytes) -> bytes:
        """The file with the bug."""
        return content[: self.start] + self.text.encode() + content[self.end :]


def bugs_in(path: str, content: bytes) -> list[Bug]:
    """Every bug that can be planted in a file of UTF-8, those of one line together.

    None stands in an annotation, a message, an assertion or a docstring.
    """
    planter = _Planter(path, content)
    bugs = [bug for node in _code_of(ast.parse(content)) for bug in planter.bugs(node)]
    return sorted(bugs, key=lambda bug: (bug.start, bug.end, bug.text))


def _code_of(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _says_only(child):
                yield from _code_of(child)


def _says_only(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
        return True
    return isinstance(node, (ast.Raise, ast.JoinedStr, ast.Assert))


class _Planter:
    def __init__(self, path: str, content: bytes) -> None:
        self._path = path
        self._content = content
        self._lines = content.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def bugs(self, node: ast.AST) -> Iterator[Bug]:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            yield from method(node)

    # By the type of the node.

    def _constant(self, node: ast.Constant) -> Iterator[Bug]:
        if isinstance(node.value, bool):
            yield self._replaced("flipped-flag", node, str(not node.value))
        elif isinstance(node.value, int):
            yield self._replaced("off-by-one", node, str(node.value + 1))

    def _compare(self, node: ast.Compare) -> Iterator[Bug]:
        if len(node.ops) == 1:
            yield from self._sign(node.ops[0], node.left, node.comparators[0])

    def _binop(self, node: ast.BinOp) -> Iterator[Bug]:
        yield from self._sign(node.op, node.left, node.right)

    def _boolop(self, node: ast.BoolOp) -> Iterator[Bug]:
        yield from self._sign(node.op, node.values[0], node.values[1])

    def _unaryop(self, node: ast.UnaryOp) -> Iterator[Bug]:
        if isinstance(node.op, ast.Not):
            yield self._replaced("dropped-not", node, self._text(node.operand))

    def _name(self, node: ast.Name) -> Iterator[Bug]:
        if node.id in _NAMES:
            yield self._replaced("wrong-name", node, _NAMES[node.id])

    def _attribute(self, node: ast.Attribute) -> Iterator[Bug]:
        _, end = self._span(node)
        start = end - len(node.attr.encode())
        for kind, names in (("wrong-name", _NAMES), ("wrong-dtype", _DTYPES)):
            if node.attr in names:
                yield self._bug(kind, start, end, names[node.attr])

    def _call(self, node: ast.Call) -> Iterator[Bug]:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in ("sort", "sorted", "unique") and node.args:
            # Of `values, indices = torch.sort(...)` the order alone shall go.
            kept = self._text(node.args[0])
            text = f"({kept}, None)" if name == "sort" else kept
            yield self._replaced("dropped-sort", node, text)
        plain = [each for each in node.args if not isinstance(each, ast.Starred)]
        for left, right in pairwise(plain):
            yield from self._swapped(left, right)

    def _expr(self, node: ast.Expr) -> Iterator[Bug]:
        if isinstance(node.value, ast.Call):
            yield self._replaced("dropped-call", node, "None")

    # Helpers.

    def _sign(self, sign: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Bug]:
        known = _SIGNS.get(type(sign))
        if known is None:
            return
        kind, wanted, text = known
        low, high = self._span(left)[1], self._span(right)[0]
        start = self._content.find(wanted.encode(), low, high)
        if start >= 0:
            yield self._bug(kind, start, start + len(wanted), text)

    def _swapped(self, left: ast.expr, right: ast.expr) -> Iterator[Bug]:
        start, middle = self._span(left)
        resumed, end = self._span(right)
        if self._text(left) != self._text(right):
            between = self._content[middle:resumed].decode()
            text = f"{self._text(right)}{between}{self._text(left)}"
            yield self._bug("swapped-arguments", start, end, text)

    def _replaced(self, kind: str, node: Any, text: str) -> Bug:
        start, end = self._span(node)
        return self._bug(kind, start, end, text)

    def _bug(self, kind: str, start: int, end: int, text: str) -> Bug:
        line = self._content.count(b"\n", 0, start) + 1
        source = self._lines[line - 1].decode().strip()
        before = self._content[self._starts[line - 1] : start].decode()
        after = self._content[end:].partition(b"\n")[0].decode()
        becomes = " ".join(f"{before}{text}{after}".split())
        return Bug(kind, self._path, line, start, end, text, source, becomes)

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._content[start:end].decode()

    def _span(self, node: Any) -> tuple[int, int]:
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )
