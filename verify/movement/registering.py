"""Decorators that enter what they decorate somewhere.

Code that does so when it is defined has its effect when its module is imported. In a
new module that is another moment, or never, unless the old module imports the new.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from verify.movement.definitions import Definition
from verify.movement.modules import ModuleFile
from verify.movement.resolve import Resolver
from verify.movement.targets import Kind, Target

_ENTERING = frozenset(
    {"add", "append", "extend", "insert", "register", "setdefault", "update"}
)
_PROPERTIES = frozenset({"deleter", "getter", "setter"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def registering(
    definition: Definition, file: ModuleFile, resolver: Resolver
) -> Iterator[ast.expr]:
    """The decorators of a definition that enter it somewhere, or seem to."""
    for node in getattr(definition.node, "decorator_list", ()):
        called = node.func if isinstance(node, ast.Call) else node
        meaning = resolver.expression(file, called)
        targets = meaning.targets if meaning is not None else ()
        if any(_enters(target) for target in targets):
            yield node


def _enters(target: Target) -> bool:
    path = (*target.path.split("."), *target.rest)
    if target.kind is Kind.EXTERNAL:
        return path[-1].startswith("register")
    if target.kind is not Kind.SYMBOL or path[-1] in _PROPERTIES:
        return False
    for binding in target.bindings:
        node = binding.statement
        if isinstance(node, _FUNCTIONS) and not target.rest:
            if any(map(_is_entering, ast.walk(node))):
                return True
        elif target.rest and not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            return True  # a method of an object: an application, a registry
    return False


def _is_entering(node: ast.AST) -> bool:
    """Whether something is put into a container, or a variable of the module."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.ctx, ast.Store)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in _ENTERING
    return isinstance(node, ast.Global)


def imports(file: ModuleFile, module: str, resolver: Resolver) -> bool:
    """Whether a file imports a module at its top level, or in a block there."""
    todo = list(file.tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            continue
        todo += (n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt))
        if isinstance(node, ast.Import):
            named = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = resolver.module_of(node, file) or ""
            named = {start, *(f"{start}.{alias.name}" for alias in node.names)}
        else:
            continue
        if any(f"{name}.".startswith(f"{module}.") for name in named):
            return True
    return False
