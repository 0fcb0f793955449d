"""Uses of a local that mean the new object, where others mean the old one.

They go through the object that the local came from, `x.allocator` for `pool` where
`pool = x.pool`. That is the same object only if `x` is, so: the local is bound
once, by nothing but the reading; `x` is a plain name, bound once and before it;
and the use stands later in the same block, in the same function, so that whenever
it runs the binding has run since `x` was bound.
"""

from __future__ import annotations

import ast

from codemods.draft import inner_blocks
from codemods.rehoming.deciding import Decision
from codemods.rehoming.following import assigned_targets
from codemods.rehoming.meanings import Meaning
from codemods.rehoming.tree import File

_LATER = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.GeneratorExp,
)


def object_at(file: File, decision: Decision, use: Meaning) -> str:
    """How the object is written at a use, empty where that is not safe."""
    holder, name = decision.reading.holder, use.value
    if not isinstance(decision.reading.node, ast.Attribute):
        return ""
    if not isinstance(name, ast.Name) or not isinstance(holder, ast.Name):
        return ""
    binding = _binding(file, decision)
    local = file.variable(name)
    if binding is None or local.bindings != (binding,):
        return ""
    origin = file.variable(holder)
    if len(origin.bindings) != 1 or not _is_before(origin.bindings[0], binding):
        return ""
    function = file.function_around(name)
    if _is_set_elsewhere(function, {local.name, origin.name}, decision.reading.name):
        return ""
    if _is_shadowed(file, name, holder.id):
        return ""
    return holder.id if _runs_after(file, binding, name) else ""


def _binding(file: File, decision: Decision) -> ast.Name | None:
    """The one name that the reading is bound to, straight and always."""
    node = decision.reading.node
    parent = file.parents[node]
    if isinstance(parent, ast.NamedExpr):
        return parent.target if _is_always_run(file, parent) else None
    targets = assigned_targets(file, node) or []
    if len(targets) == 1 and isinstance(targets[0], ast.Name):
        return targets[0]
    return None


def _is_always_run(file: File, node: ast.NamedExpr) -> bool:
    """Whether a walrus runs whenever its statement is reached."""
    at: ast.AST = node
    for each in file.around(node):
        if isinstance(each, ast.If):
            return each.test is at
        if isinstance(each, (ast.Expr, ast.Assign, ast.Return)):
            return True
        is_call = isinstance(each, ast.Call) and each.func is at
        if not is_call and not isinstance(
            each, (ast.Compare, ast.UnaryOp, ast.Attribute)
        ):
            return False
        if isinstance(each, ast.Compare) and each.left is not at:
            return False
        at = each
    return False


def _is_before(binding: ast.AST, other: ast.Name) -> bool:
    if isinstance(binding, ast.arg):
        return True
    if not isinstance(binding, ast.Name) or not isinstance(binding.ctx, ast.Store):
        return False
    return (binding.lineno, binding.col_offset) < (other.lineno, other.col_offset)


def _is_set_elsewhere(function: ast.AST, names: set[str], attribute: ast.expr) -> bool:
    """Whether a function lets inner functions bind the names, or sets the attribute."""
    old = attribute.attr if isinstance(attribute, ast.Attribute) else ""
    for node in ast.walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)) and names & set(node.names):
            return True
        if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
            continue
        if node.attr == old:
            return True
    return False


def _is_shadowed(file: File, use: ast.Name, name: str) -> bool:
    """Whether a comprehension around a use binds a name anew."""
    for each in file.around(use):
        if isinstance(each, (ast.ListComp, ast.SetComp, ast.DictComp)):
            targets = [generator.target for generator in each.generators]
            if any(
                isinstance(node, ast.Name) and node.id == name
                for target in targets
                for node in ast.walk(target)
            ):
                return True
    return False


def _runs_after(file: File, binding: ast.Name, use: ast.Name) -> bool:
    """Whether a use stands later in the block of a binding, in its own function."""
    statement = file.statement_of(binding)
    if statement is None:
        return False
    shared = {statement, *file.around(statement)}
    within: list[ast.AST] = [use, *file.around(use)]
    if any(isinstance(each, _LATER) for each in within if each not in shared):
        return False
    if statement in within:
        return (binding.lineno, binding.col_offset) < (use.lineno, use.col_offset)
    for block in _blocks(file.parents[statement]):
        if statement in block:
            later = block[block.index(statement) + 1 :]
            return any(each in later for each in within)
    return False


def _blocks(node: ast.AST) -> list[list[ast.stmt]]:
    if isinstance(node, ast.stmt):
        return list(inner_blocks(node))
    body = getattr(node, "body", [])
    return [body] if isinstance(body, list) else []
