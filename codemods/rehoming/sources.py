"""Where a file reads an attribute: `x.pool`, `getattr(x, "pool")`, `hasattr`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.rehoming.callees import imported_module
from codemods.rehoming.receivers import builtin_of, literal_of
from codemods.rehoming.tree import File, path_of


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An expression whose value is the attribute of `holder`, or, for `hasattr`,
    whether there is one. `name` is the node that spells the attribute.
    """

    node: ast.expr
    holder: ast.expr
    name: ast.expr
    only_asks: bool = False


def readings(file: File, attribute: str) -> list[Reading]:
    """Every reading of an attribute, in the order of the file."""
    found = list(_readings(file, attribute))
    return sorted(found, key=lambda r: (r.node.lineno, r.node.col_offset))


def _readings(file: File, attribute: str) -> Iterator[Reading]:
    for node in file.nodes_with({attribute}):
        if isinstance(node, ast.Attribute) and node.attr == attribute:
            if isinstance(node.ctx, ast.Load):
                yield Reading(node, node.value, node)
        elif isinstance(node, ast.Constant) and node.value == attribute:
            call = file.parents[node]
            if isinstance(call, ast.Call) and node in call.args[1:2]:
                reading = _by_name(file, call, node)
                if reading is not None:
                    yield reading


def _by_name(file: File, call: ast.Call, name: ast.Constant) -> Reading | None:
    builtin = builtin_of(file, call.func)
    if builtin not in ("getattr", "hasattr") or literal_of(call) is None:
        return None
    if builtin == "getattr" and len(call.args) > 2 and not _is_none(call.args[2]):
        return None
    return Reading(call, call.args[0], name, only_asks=builtin == "hasattr")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def is_module(file: File, holder: ast.expr) -> bool:
    """Whether what has the attribute may be a module, not an object."""
    path = path_of(holder)
    if path is None:
        return False
    root = holder
    while isinstance(root, ast.Attribute):
        root = root.value
    assert isinstance(root, ast.Name)
    for binding in file.bindings_of(root):
        statement = file.parents.get(binding)
        if not isinstance(binding, ast.alias):
            continue
        if isinstance(statement, ast.Import):
            bound = (binding.asname or binding.name).split(".")
            if len(path) <= len(bound):
                return True
        elif len(path) == 1 and imported_module(file, binding) is not None:
            return True
    return False
