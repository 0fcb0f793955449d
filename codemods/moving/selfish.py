"""Code that tells which module or file it is in."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.moving.module import ModuleText, Used
from codemods.moving.pieces import Piece

_NAMES = frozenset(
    {
        *("__name__", "__file__", "__spec__", "__package__", "__path__", "__doc__"),
        *("__loader__", "__cached__", "__builtins__", "globals", "eval", "exec"),
        *("__import__", "__dict__"),
    }
)
_OF_A_SCOPE = frozenset({"locals", "vars", "dir"})
_ATTRIBUTES = frozenset(
    {
        *("__globals__", "__module__", "co_filename", "f_globals", "f_back"),
        *("_getframe", "_getframemodulename", "currentframe"),
    }
)
_OF_INSPECT = frozenset(
    {
        *("getmodule", "getsourcefile", "getsource", "getsourcelines", "getfile"),
        *("stack", "trace", "getabsfile", "getmoduleinfo"),
    }
)


def own_name_uses(module: ModuleText, piece: Piece) -> Iterator[tuple[str, int]]:
    """What in a piece depends on its module's name, with the line."""
    for use in module.uses_in(piece):
        if use.name in module.bound:
            continue
        if use.name in _NAMES and not _asks_whether_main(use):
            yield use.name, use.line
        elif use.name in _OF_A_SCOPE and _has_no_argument(use):
            yield f"{use.name}()", use.line
    for statement in piece.nodes:
        for node in ast.walk(statement):
            if isinstance(node, ast.Attribute) and _tells(node):
                yield node.attr, node.lineno
            elif _is_modules_table(node):
                yield "sys.modules", getattr(node, "lineno", piece.first)
            elif isinstance(node, ast.ImportFrom):
                yield from _told_by_import(node)


def reads_own_name(module: ModuleText, piece: Piece) -> bool:
    return next(own_name_uses(module, piece), None) is not None


def _told_by_import(node: ast.ImportFrom) -> Iterator[tuple[str, int]]:
    for alias in node.names:
        if alias.name in _ATTRIBUTES or (
            node.module == "inspect" and alias.name in _OF_INSPECT
        ):
            yield alias.name, node.lineno


def _tells(node: ast.Attribute) -> bool:
    if node.attr in _ATTRIBUTES:
        return True
    of_inspect = isinstance(node.value, ast.Name) and node.value.id == "inspect"
    return of_inspect and node.attr in _OF_INSPECT


def is_own_logger(piece: Piece) -> bool:
    """Whether a piece is `name = logging.getLogger(__name__)`, which a module that is
    split has in each part.
    """
    node = piece.node
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return False
    value = node.value
    if not isinstance(value, ast.Call) or value.keywords or len(value.args) != 1:
        return False
    argument = value.args[0]
    return (
        ast.unparse(value.func) in ("logging.getLogger", "getLogger")
        and isinstance(argument, ast.Name)
        and argument.id == "__name__"
        and isinstance(node.targets[0], ast.Name)
    )


def _is_modules_table(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and node.attr == "modules"
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    )


def _has_no_argument(use: Used) -> bool:
    return not isinstance(use.parent, ast.Call) or not use.parent.args


def _asks_whether_main(use: Used) -> bool:
    parent = use.parent
    sides = (
        (parent.left, *parent.comparators) if isinstance(parent, ast.Compare) else ()
    )
    return any(isinstance(s, ast.Constant) and s.value == "__main__" for s in sides)
