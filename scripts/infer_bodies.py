"""Two definitions of one name in two releases, compared by their syntax trees.

With no code of what it checks: a name is followed through plain imports alone.
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codemods.name import Name

_HOPS = 6


@dataclass(frozen=True, slots=True)
class Change:
    """A definition that is not the same: in one line, and as a diff."""

    told: str
    diff: str = ""


def change_of(old_root: Path, old: Name, new_root: Path, new: Name) -> Change | None:
    """How the definition of a name changed, None where it did not."""
    before, after = found(old_root, old), found(new_root, new)
    entry = f"`{old}` is `{new}`"
    if before is None or after is None:
        which = "older" if before is None else "newer"
        return Change(f"{entry}: the {which} definition was not found")
    ours, theirs = _plain(before), _plain(after)
    if ast.dump(ours) == ast.dump(theirs):
        return None
    texts = ast.unparse(ours).splitlines(), ast.unparse(theirs).splitlines()
    if type(ours) is not type(theirs):
        kinds = f"{type(ours).__name__} and {type(theirs).__name__}"
        return Change(f"{entry}: {kinds}", "\n".join((*texts[0], "---", *texts[1])))
    diff = [*difflib.unified_diff(*texts, lineterm="", n=1)][2:]
    changed = sum(line.startswith(("+", "-")) for line in diff)
    equal = difflib.SequenceMatcher(None, texts[0], texts[1], autojunk=False).ratio()
    told = f"{entry}: {changed} lines of {len(texts[0])}, {equal:.0%} alike"
    return Change(told, "\n".join(diff))


def found(root: Path, name: Name, hops: int = _HOPS) -> ast.AST | None:
    """The definition of a name, None where plain imports do not lead to one."""
    path = _file_of(root, name.module)
    tree = _parsed(path) if path else None
    if path is None or tree is None or not name.symbol:
        return tree
    first, _, rest = name.symbol.partition(".")
    statements = _statements(tree.body)
    imports = [each for each in statements if isinstance(each, ast.ImportFrom)]
    for node in statements:
        if first in _bound(node):
            return _member(node, rest) if rest else node
    if not hops:
        return None
    inside = path.name == "__init__.py"
    for target in _named(imports, first, rest, name.module, inside):
        inner = found(root, target, hops - 1)
        if inner is not None:
            return inner
    return None


def _named(
    imports: list[ast.ImportFrom], first: str, rest: str, module: str, inside: bool
) -> Iterator[Name]:
    """Where a name may come from: by its name, as a module, or by a star."""
    for node in imports:
        source = _absolute(node, module, inside)
        for alias in node.names:
            if (alias.asname or alias.name) == first:
                yield Name(source, f"{alias.name}.{rest}" if rest else alias.name)
                yield Name(f"{source}.{alias.name}", rest)
            elif alias.name == "*":
                yield Name(source, f"{first}.{rest}" if rest else first)


def _member(node: ast.AST, rest: str) -> ast.AST | None:
    for part in rest.split("."):
        inner = (each for each in getattr(node, "body", ()) if part in _bound(each))
        found_inner = next(inner, None)
        if found_inner is None:
            return None
        node = found_inner
    return node


def _bound(node: ast.AST) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    return {each.id for each in targets if isinstance(each, ast.Name)}


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements of a module, those in branches included, the last ones first."""
    every: list[ast.stmt] = []
    for node in reversed(body):
        if isinstance(node, (ast.If, ast.Try)):
            handlers = getattr(node, "handlers", [])
            inner = [statement for each in handlers for statement in each.body]
            every += _statements([*inner, *node.orelse, *node.body])
        every.append(node)
    return every


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    kept = parts[: len(parts) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _file_of(root: Path, module: str) -> Path | None:
    base = root.joinpath(*module.split("."))
    for path in (base / "__init__.py", base.with_name(f"{base.name}.py")):
        if path.is_file():
            return path
    return None


def _parsed(path: Path) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return None


def _plain(node: ast.AST) -> ast.AST:
    """A copy without the name of the definition itself and without docstrings."""
    copy = ast.parse(ast.unparse(node))
    body = copy.body
    if len(body) == 1 and hasattr(body[0], "name") and not isinstance(node, ast.Module):
        body[0].name = "_"
    for inner in ast.walk(copy):
        block = getattr(inner, "body", None)
        if isinstance(block, list) and block and _is_docstring(block[0]):
            block[0] = ast.Pass()
    return copy


def _is_docstring(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
