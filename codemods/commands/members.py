"""Report attributes that may be a moved member, read through an instance.

`B.size` is rewritten where `B` is imported (`module_aliases`). Of `k.size` only
the types could tell whether it is the same member: a person must look.
"""

from __future__ import annotations

import ast

from codemods.draft import Draft
from codemods.namemap import Moved
from codemods.rules import MEMBER_USE


def propose(draft: Draft) -> None:
    """Report uses of a moved member's name in files that import its class."""
    members = {
        hit.old.symbol.rpartition(".")[2]: hit
        for hit in draft.names.members
        if _imports_class(draft, hit.old.module, hit.old.symbol.partition(".")[0])
    }
    if not members:
        return
    paths = _imported_paths(draft)
    for node in ast.walk(draft.tree):
        if not isinstance(node, ast.Attribute) or node.attr not in members:
            continue
        hit = members[node.attr]
        if isinstance(draft.names.resolve(_path_of(node, paths)), Moved):
            continue
        draft.report(
            MEMBER_USE,
            node,
            f"`.{node.attr}` may be `{hit.old}`, which is `{hit.new}` now",
            "rename it if the object is one of those",
        )


def _imported_paths(draft: Draft) -> dict[str, str]:
    """What each imported local name stands for."""
    paths: dict[str, str] = {}
    for site in draft.imports:
        for alias in site.node.names:
            if isinstance(site.node, ast.ImportFrom):
                base = draft.base_of(site.node)
                paths[alias.asname or alias.name] = f"{base}.{alias.name}"
            elif alias.asname:
                paths[alias.asname] = alias.name
            else:
                top = alias.name.partition(".")[0]
                paths[top] = top
    return paths


def _path_of(node: ast.Attribute, paths: dict[str, str]) -> str:
    """The dotted path of a chain that begins with an import, else nothing."""
    attributes: list[str] = []
    inner: ast.expr = node
    while isinstance(inner, ast.Attribute):
        attributes.insert(0, inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name) or inner.id not in paths:
        return ""
    return ".".join([paths[inner.id], *attributes])


def _imports_class(draft: Draft, module: str, symbol: str) -> bool:
    for site in draft.imports:
        for alias in site.node.names:
            if isinstance(site.node, ast.Import):
                if alias.name == module:
                    return True
                continue
            base = draft.base_of(site.node)
            path = f"{base}.{alias.name}"
            if path in (module, f"{module}.{symbol}"):
                return True
            if base == module and alias.name == "*":
                return True
    return False
