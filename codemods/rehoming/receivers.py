"""What a call does with a value that it is given."""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.rehoming.callees import (
    Callee,
    are_replaced,
    callees_of,
    parameter_for,
)
from codemods.rehoming.following import Follower
from codemods.rehoming.meanings import Kind, Meaning, of_member, together
from codemods.rehoming.tree import File

_READERS = frozenset({"getattr", "hasattr", "setattr", "delattr"})
_FAR = 30
"""No value is followed through more variables than this."""


def received(follower: Follower, call: ast.Call, value: ast.expr) -> Meaning:
    """What passing `value` to `call` tells of it."""
    name = builtin_of(follower.file, call.func)
    if name in _READERS and value in call.args[:1]:
        member = literal_of(call)
        if member is not None and member.isidentifier():
            return of_member(follower.attribute, member, value)
        return _unknown(value, "a member with a computed name is used")
    if name == "bool" and value in call.args:
        return Meaning(Kind.TEST, value, "it is tested")
    callees = callees_of(follower.file, call)
    if not callees:
        return _unknown(value, f"it is passed to `{spelled(call.func)}`")
    found = [_by(follower, callee, call, value) for callee in callees]
    first = found[0]
    if any((m.kind, m.target) != (first.kind, first.target) for m in found):
        name = spelled(call.func)
        return _unknown(value, f"the definitions of `{name}` use it differently")
    if first.kind is not Kind.UNKNOWN and are_replaced(follower.file, callees):
        why = f"it is passed to `{spelled(call.func)}`, which something may replace"
        return _unknown(value, why)
    return first


def builtin_of(file: File, func: ast.expr) -> str:
    """The name of a builtin function that nothing in the file rebinds, else ''."""
    if not isinstance(func, ast.Name) or func.id not in (*_READERS, "bool"):
        return ""
    return "" if file.bindings_of(func) else func.id


def literal_of(call: ast.Call) -> str | None:
    """The attribute that `getattr(x, "name")` and its like spell out."""
    if len(call.args) < 2 or call.keywords:
        return None
    second = call.args[1]
    if isinstance(second, ast.Constant) and isinstance(second.value, str):
        return second.value
    return None


def spelled(func: ast.expr) -> str:
    """A short name for what is called."""
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else "a function"


def _by(follower: Follower, callee: Callee, call: ast.Call, value: ast.expr) -> Meaning:
    name = spelled(call.func)
    parameter = parameter_for(callee, call, value)
    if parameter is None:
        return _unknown(value, f"it is passed to `{name}` in a way of many arguments")
    inside = replace(follower, file=callee.file)
    if len(follower.seen) > _FAR:
        return _unknown(value, f"it is passed to `{name}` and far beyond")
    callee.file.inside(callee.function)
    meanings = inside.of_variable(callee.file.variable(parameter))
    told = together(meanings)
    if told.kind is Kind.UNKNOWN:
        return _unknown(value, f"it is passed to `{name}`, where {told.why}")
    why = f"it is passed to `{name}`"
    members = sorted({m.member for m in meanings if m.member})
    return Meaning(told.kind, value, why, told.target, ", ".join(members))


def _unknown(value: ast.expr, why: str) -> Meaning:
    return Meaning(Kind.UNKNOWN, value, why)
