"""Modules and names that a call imports by a string."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# The argument of these is a module, and of those others a path into one.
_MODULES = frozenset({"import_module", "__import__", "importorskip"})
_PATHS = frozenset({"patch", "resolve_name"})
# A text in which this is not found has no such call.
SIGN = re.compile(
    r"\b(?:import_module|__import__|importorskip|patch|resolve_name|setattr)"
    r"\s*\(\s*[rRuU]?[\"']"
)
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def named_in_calls(call: ast.Call) -> Iterator[tuple[str, bool, ast.Constant]]:
    """The dotted paths that a call imports, whether each is a module, and where."""
    function = call.func
    name = getattr(function, "attr", None) or getattr(function, "id", "")
    if name == "setattr":  # of pytest's monkeypatch; the built-in has no path
        is_known = isinstance(function, ast.Attribute) and len(call.args) == 2
    else:
        is_known = name in _MODULES or name in _PATHS
    first = call.args[0] if call.args else None
    if not is_known or not isinstance(first, ast.Constant):
        return
    if any(each.arg in ("create", "package", "raising") for each in call.keywords):
        return
    if isinstance(first.value, str) and _DOTTED.fullmatch(first.value):
        yield first.value, name in _MODULES, first
