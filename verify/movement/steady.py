"""Whether an expression gives one and the same value wherever it is evaluated."""

from __future__ import annotations

import ast

from verify.movement.modules import ModuleFile
from verify.movement.resolve import Resolver
from verify.movement.targets import Meaning


def is_steady(value: ast.expr, file: ModuleFile, resolver: Resolver) -> bool:
    """Whether evaluating an expression again gives the very same object: it has
    nothing but literals and calls of functions that remember their one result."""
    if isinstance(value, ast.Call):
        return (
            not value.args
            and not value.keywords
            and _remembers(resolver.expression(file, value.func), resolver)
        )
    if isinstance(value, ast.BoolOp):
        return all(is_steady(each, file, resolver) for each in value.values)
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return is_steady(value.operand, file, resolver)
    return is_literal(value)


def _remembers(meaning: Meaning | None, resolver: Resolver) -> bool:
    """Whether a function of the repository has no parameters and only a cache as
    its decorator: it runs once."""
    if meaning is None or meaning.doubt or len(meaning.targets) != 1:
        return False
    [target] = meaning.targets
    if target.home is None or target.rest or len(target.bindings) != 1:
        return False
    node = target.bindings[0].statement
    if not isinstance(node, ast.FunctionDef) or len(node.decorator_list) != 1:
        return False
    if any(ast.iter_child_nodes(node.args)):
        return False
    if _forgets(target.home):
        return False
    return _is_cache(node.decorator_list[0], target.home, resolver)


def _forgets(file: ModuleFile) -> bool:
    """Whether a module clears a cache; which one, is not followed."""
    return b"cache_clear" in file.data and any(
        isinstance(node, ast.Attribute)
        and node.attr == "cache_clear"
        and isinstance(node.ctx, ast.Load)
        for node in ast.walk(file.tree)
    )


def _is_cache(decorator: ast.expr, file: ModuleFile, resolver: Resolver) -> bool:
    called, given = decorator, []
    if isinstance(decorator, ast.Call):
        called = decorator.func
        given = [*decorator.args, *(k.value for k in decorator.keywords)]
    if not all(
        isinstance(g, ast.Constant) and g.value not in (0, False) for g in given
    ):
        return False  # may remember nothing
    meaning = resolver.expression(file, called)
    names = [target.path for target in meaning.targets] if meaning is not None else []
    return names in (["functools.lru_cache"], ["functools.cache"])


def is_literal(value: ast.expr) -> bool:
    """Whether an expression gives one and the same unchangeable value always."""
    if isinstance(value, ast.Constant):
        return True
    if isinstance(value, ast.Tuple):
        return all(is_literal(element) for element in value.elts)
    if isinstance(value, ast.UnaryOp):
        return is_literal(value.operand)
    if isinstance(value, ast.BinOp):
        return is_literal(value.left) and is_literal(value.right)
    return False
