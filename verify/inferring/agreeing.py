"""Whether two definitions of one name can be used alike, and how much they differ."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator

from verify.movement.answer import Match

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_MOST_LINES = 24


def disagreements(match: Match, *, bases: bool = True) -> list[str]:
    """What whoever uses the old definition would notice: parameters and members that
    are other ones, and bases of another name. Empty where none is seen.
    """
    found = list(_disagreements(match.old.node, match.new.node))
    one, other = match.old.node, match.new.node
    if bases and isinstance(one, ast.ClassDef) and isinstance(other, ast.ClassDef):
        was, now = _bases(one), _bases(other)
        if was != now:
            found.append(f"its bases are ({', '.join(now)}), were ({', '.join(was)})")
    return found


def _disagreements(old: ast.AST, new: ast.AST) -> Iterator[str]:
    if type(old) is not type(new):
        yield f"was {_kind(old)}, is {_kind(new)}"
    elif isinstance(old, _FUNCTIONS) and isinstance(new, _FUNCTIONS):
        if not _accepts(old.args, new.args):
            yield f"takes ({ast.unparse(new.args)}), took ({ast.unparse(old.args)})"
    elif isinstance(old, ast.ClassDef) and isinstance(new, ast.ClassDef):
        yield from _of_classes(old, new)


def _of_classes(old: ast.ClassDef, new: ast.ClassDef) -> Iterator[str]:
    was, now = _members(old), _members(new)
    for name, node in was.items():
        if name.startswith("_") and name != "__init__":
            continue
        if name not in now:
            yield f"has no own `{name}` any more"
        elif isinstance(node, _FUNCTIONS) and isinstance(now[name], _FUNCTIONS):
            yield from (f"`{name}` {each}" for each in _disagreements(node, now[name]))


def _bases(node: ast.ClassDef) -> list[str]:
    return [ast.unparse(base).rpartition(".")[2] for base in node.bases]


def _members(node: ast.ClassDef) -> dict[str, ast.stmt]:
    found: dict[str, ast.stmt] = {}
    for statement in node.body:
        if isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
            found[statement.name] = statement
        elif isinstance(statement, ast.AnnAssign):
            if isinstance(statement.target, ast.Name):
                found[statement.target.id] = statement
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = statement
    return found


def _accepts(old: ast.arguments, new: ast.arguments) -> bool:
    """Whether every call that fits the old parameters fits the new ones."""
    before = [*old.posonlyargs, *old.args]
    after = [*new.posonlyargs, *new.args]
    if [a.arg for a in before] != [a.arg for a in after][: len(before)]:
        return False
    if len(new.posonlyargs) > len(old.posonlyargs):
        return False
    required = len(after) - len(new.defaults)
    if required > len(before) - len(old.defaults):
        return False
    if (old.vararg and not new.vararg) or (old.kwarg and not new.kwarg):
        return False
    # What comes after a `*args` that was there is reached by name alone.
    if old.vararg and len(after) > len(before):
        return False
    known = {a.arg for a in (*new.kwonlyargs, *after)}
    if not {a.arg for a in old.kwonlyargs} <= known and not new.kwarg:
        return False
    needed = {
        a.arg
        for a, default in zip(new.kwonlyargs, new.kw_defaults, strict=True)
        if default is None
    }
    always = {
        a.arg
        for a, default in zip(old.kwonlyargs, old.kw_defaults, strict=True)
        if default is None
    }
    return needed <= always


def _kind(node: ast.AST) -> str:
    names = {
        "FunctionDef": "a function",
        "AsyncFunctionDef": "an async function",
        "ClassDef": "a class",
    }
    return names.get(type(node).__name__, "a value")


def similarity(old: tuple[str, ...], new: tuple[str, ...]) -> float:
    """How many of the lines are the same, from 0 to 1, indentation left out."""
    a, b = ([line.strip() for line in side if line.strip()] for side in (old, new))
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def changed_lines(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """The lines that differ, `-` for old and `+` for new, the first of them."""
    a, b = (_dedented(side) for side in (old, new))
    lines = [
        line.rstrip()
        for line in difflib.unified_diff(a, b, n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    ]
    if len(lines) <= _MOST_LINES:
        return tuple(lines)
    return (*lines[:_MOST_LINES], f"... and {len(lines) - _MOST_LINES} lines more")


def _dedented(lines: tuple[str, ...]) -> list[str]:
    first = next((line for line in lines if line.strip()), "")
    indent = first[: len(first) - len(first.lstrip())]
    return [line.removeprefix(indent) for line in lines]
