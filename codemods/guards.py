"""Imports that already serve two versions at once.

Code that follows a moving package imports a name from its new home and, where
that fails, from its old one. Such a pair is left alone: it works before and
after the move, and re-pointing its old half would make both halves the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.draft import Draft, ImportSite, inner_blocks

_IMPORT_ERRORS = frozenset(
    {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
)


def serves_both_versions(
    draft: Draft, site: ImportSite, local: str, new_path: str
) -> bool:
    """Whether another branch around `site` binds `local` to the new path."""
    for statement, part in site.around:
        if not isinstance(statement, (ast.Try, ast.If)):
            continue
        for other in inner_blocks(statement):
            if other is not part and any(
                bound == local and path == new_path
                for bound, path in _bound_by_imports(draft, other)
            ):
                return True
    return False


def is_import_fallback(draft: Draft, node: ast.AST) -> bool:
    """Whether a binding is `name = None` in an `except ImportError` block."""
    for statement in ast.walk(draft.tree):
        if not isinstance(statement, ast.Try):
            continue
        for handler in statement.handlers:
            if _catches_import_errors(handler.type) and any(
                isinstance(inner, ast.Assign)
                and isinstance(inner.value, ast.Constant)
                and inner.value.value is None
                and node in inner.targets
                for inner in handler.body
            ):
                return True
    return False


def _catches_import_errors(node: ast.expr | None) -> bool:
    if node is None:
        return True
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(
        isinstance(name, ast.Name) and name.id in _IMPORT_ERRORS for name in names
    )


def _bound_by_imports(draft: Draft, block: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement in block:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.asname or alias.name, alias.name
        elif isinstance(statement, ast.ImportFrom):
            base = draft.base_of(statement)
            for alias in statement.names:
                yield alias.asname or alias.name, f"{base}.{alias.name}"
        else:
            for part in inner_blocks(statement):
                yield from _bound_by_imports(draft, part)
