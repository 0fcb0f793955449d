"""Where a file makes the attribute, or names it in a way that no use tells.

A class that has the old attribute and not the new one is where the new object is
missing: whoever reads a moved member through it will not find it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.rehoming.attributes import Rehomed
from codemods.rehoming.callees import callees_of, parameter_for
from codemods.rehoming.deciding import Decision
from codemods.rehoming.following import Follower, alternatives, bound_values
from codemods.rehoming.meanings import Kind, together
from codemods.rehoming.receivers import spelled
from codemods.rehoming.tree import File

_MAKERS = frozenset({"SimpleNamespace", "Mock", "MagicMock", "NonCallableMock"})


@dataclass(frozen=True, slots=True)
class Place:
    """A node to be shown, and what is to be said of it."""

    node: ast.expr | ast.stmt | ast.arg
    what: str


def definitions(file: File, attribute: Rehomed) -> Iterator[Place]:
    """Every place that makes the old attribute where nothing makes the new one."""
    for holder in file.classes:
        yield from _in_class(holder, attribute)
    for node in file.nodes_with({attribute.old}):
        if isinstance(node, ast.Attribute) and node.attr == attribute.old:
            if isinstance(node.ctx, ast.Store):
                if not _sets_new(file, node, attribute):
                    yield Place(node, "is set here")
            elif isinstance(node.ctx, ast.Del):
                yield Place(node, "is deleted here")
        elif isinstance(node, ast.Call) and spelled(node.func) in _MAKERS:
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if attribute.old in given and not given.keys() & attribute.targets:
                yield Place(given[attribute.old], "is set here")


def _sets_new(file: File, node: ast.Attribute, attribute: Rehomed) -> bool:
    """Whether the new attribute of the same object is set beside the old one."""
    holder = file.self_class(node.value)
    around: ast.AST = holder or file.function_around(node)
    wanted = ast.dump(node.value)
    return any(
        isinstance(each, ast.Attribute)
        and each.attr in attribute.targets
        and not isinstance(each.ctx, ast.Load)
        and ast.dump(each.value) == wanted
        for each in ast.walk(around)
    ) or (holder is not None and bool(_bound_in(holder) & attribute.targets))


def _in_class(node: ast.ClassDef, attribute: Rehomed) -> Iterator[Place]:
    if attribute.old not in _bound_in(node) or _bound_in(node) & attribute.targets:
        return
    for statement in node.body:
        if attribute.old in _bound_by(statement):
            yield Place(statement, f"is an attribute of the class `{node.name}`")
            return


def _bound_in(node: ast.ClassDef) -> set[str]:
    return {name for statement in node.body for name in _bound_by(statement)}


def _bound_by(statement: ast.stmt) -> set[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return {statement.name}
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def strings(
    file: File, attribute: Rehomed, decisions: list[Decision]
) -> Iterator[Place]:
    """Every string that is the attribute's name, or a path that has it, or code that
    reads a moved member of it, and is not part of a reading. Patterns of `match`
    name attributes too.
    """
    read = {decision.reading.name for decision in decisions}
    members = "|".join(re.escape(member) for member, _ in attribute.homes)
    code = re.compile(rf"\.{re.escape(attribute.old)}\.(?:{members})\b")
    for node in file.nodes_with({attribute.old}):
        if isinstance(node, ast.MatchClass) and attribute.old in node.kwd_attrs:
            yield Place(node.cls, "is named in a pattern")
        elif isinstance(node, ast.Constant) and node not in read:
            value = node.value if isinstance(node.value, str) else ""
            if value.rstrip().endswith("=") and file.f_string_around(node):
                continue  # f"{x.pool=}" shows its own code, which is looked at
            if _is_path_with(value, attribute) or code.search(value):
                yield Place(node, "is named in a string")


def _is_path_with(value: str, attribute: Rehomed) -> bool:
    """Whether a string is a dotted path in which a moved member may be meant."""
    parts = value.split(".")
    if not all(map(str.isidentifier, parts)) or attribute.old not in parts:
        return False
    follower = [*parts, ""][parts.index(attribute.old) + 1]
    return follower not in attribute.keeps or follower in attribute.shared


def parameters(
    file: File, attribute: Rehomed, decisions: list[Decision]
) -> Iterator[Place]:
    """Every parameter with the attribute's name that no call in the file gives the
    right object, though the function uses members of the new one.
    """
    for node in file.nodes_with({attribute.old}):
        if not isinstance(node, ast.arg) or node.arg != attribute.old:
            continue
        meanings = Follower(file, attribute).of_variable(file.variable(node))
        told = together(meanings)
        if told.kind in (Kind.OLD, Kind.TEST):
            continue
        if told.kind is Kind.NEW and _is_given(file, node, attribute, decisions):
            continue
        doubts = [m for m in meanings if m.kind is Kind.UNKNOWN]
        for doubt in doubts:
            yield Place(doubt.value, f"is a parameter, and {doubt.why}")
        if not doubts:
            why = told.why or "what its callers give is not seen"
            yield Place(node, f"is a parameter, and {why}")


def _is_given(
    file: File, node: ast.arg, attribute: Rehomed, decisions: list[Decision]
) -> bool:
    """Whether some call in the file gives the new object for a parameter."""
    moved = {decision.reading.node for decision in decisions if decision.target}
    for call in file.nodes_with({attribute.old, *attribute.targets}):
        if not isinstance(call, ast.Call):
            continue
        for value in (*call.args, *(keyword.value for keyword in call.keywords)):
            if not any(
                each in moved or _is_new(each, attribute)
                for each in _values(file, value)
            ):
                continue
            callees = callees_of(file, call)
            if any(parameter_for(c, call, value) is node for c in callees):
                return True
    return False


def _is_new(value: ast.expr, attribute: Rehomed) -> bool:
    return isinstance(value, ast.Attribute) and value.attr in attribute.targets


def _values(file: File, value: ast.expr) -> Iterator[ast.expr]:
    """An argument, and what it is bound to if it is a local."""
    yield from alternatives(value)
    if isinstance(value, ast.Name):
        for binding in file.variable(value).bindings:
            yield from bound_values(file, binding)
