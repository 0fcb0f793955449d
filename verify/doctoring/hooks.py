"""Modules that code of a release makes at run time, as far as its text tells.

An import hook (`sys.meta_path`) or an entry in `sys.modules` can serve names that no
file has. For which is read off the strings around it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from verify.releasing.release import Release
from verify.surface.modules import Module

_SIGN = re.compile(rb"\bmeta_path\b|\bpath_hooks\b|\bmodules\s*\[[^\]]*\]\s*=(?!=)")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# The methods in which an import hook says for which modules it is.
_CHOOSING = frozenset({"find_spec", "find_module", "find_loader", "__init__"})
_TABLES = ("meta_path", "path_hooks")


def made_at_run_time(release: Release) -> dict[str, str]:
    """The dotted prefixes under which modules may be made, with the path that does."""
    found: dict[str, str] = {}
    for path in release.modules.paths:
        if path.endswith(".py") and _SIGN.search(release.read(path) or b""):
            module = release.modules.at(path)
            for text in _spelled(module):
                prefix = text.strip(".")
                if prefix.partition(".")[0] in release.packages:
                    found.setdefault(prefix, path)
    return found


def _spelled(module: Module) -> Iterator[str]:
    """The strings that may be the names, or beginnings of names, of made modules."""
    for statement in module.tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Subscript) and _is_entry(node):
                yield from _texts(module, node.slice)
                yield from _texts_of_names(module, node.slice, set())
            elif isinstance(node, ast.Attribute) and node.attr in _TABLES:
                yield from _around_hook(module, statement)


def _is_entry(node: ast.Subscript) -> bool:
    """`sys.modules[...] = ...`, other than of the module's own name."""
    is_table = isinstance(node.value, ast.Attribute) and node.value.attr == "modules"
    own = isinstance(node.slice, ast.Name) and node.slice.id == "__name__"
    return is_table and isinstance(node.ctx, ast.Store) and not own


def _around_hook(module: Module, statement: ast.stmt) -> Iterator[str]:
    """The strings by which the classes that hook in choose, and those of the
    statements that make them.
    """
    names = _names_in(statement)
    for each in module.tree.body:
        if isinstance(each, ast.Assign) and names & _names_in(*each.targets):
            names |= _names_in(each.value)
    classes = [n for n in ast.walk(statement) if isinstance(n, ast.ClassDef)]
    for each in module.tree.body:
        if isinstance(each, ast.ClassDef) and each.name in names:
            classes.append(each)
    for found in classes:
        for method in found.body:
            if getattr(method, "name", "") in _CHOOSING:
                yield from _texts(module, method)
    made = {found.name for found in classes}
    for each in (*module.tree.body, statement):
        if not isinstance(each, _SCOPES) and made & _names_in(each):
            yield from _texts(module, each)


def _names_in(*nodes: ast.AST) -> set[str]:
    every = (node for each in nodes for node in ast.walk(each))
    return {node.id for node in every if isinstance(node, ast.Name)}


def _texts(module: Module, node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            if re.fullmatch(r"[\w.]+", inner.value):
                yield inner.value
        elif isinstance(inner, ast.Name) and inner.id == "__name__":
            yield module.name


def _texts_of_names(module: Module, node: ast.AST, seen: set[str]) -> Iterator[str]:
    """The strings in what is assigned to the names that an expression has."""
    names = _names_in(node) - seen
    for inner in ast.walk(module.tree) if names else ():
        if isinstance(inner, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id in names
            for target in inner.targets
        ):
            yield from _texts(module, inner.value)
            yield from _texts_of_names(module, inner.value, seen | names)
