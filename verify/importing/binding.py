"""Which names a module has bound in any case when its import has ended."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Bound:
    """What the body of one module binds.

    `surely` are the names that it binds whichever way it takes, `stars` the star
    imports among that, with their leading dots. `changed` are names that a function
    of it binds anew. `effect` is the line of the first statement that does something
    besides binding names, 0 where there is none.
    """

    surely: frozenset[str]
    stars: tuple[str, ...]
    changed: frozenset[str]
    exports: tuple[str, ...] | None
    effect: int


def bound_by(tree: ast.Module) -> Bound:
    """Read off a tree what its module binds."""
    changed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            changed.update(node.names)
    stars = tuple(
        "." * node.level + (node.module or "")
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
    )
    surely = _block(tree.body)
    return Bound(
        frozenset(surely or ()),
        stars,
        frozenset(changed),
        _exports(tree),
        _first_effect(tree.body),
    )


def _exports(tree: ast.Module) -> tuple[str, ...] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
        ):
            try:
                return tuple(map(str, ast.literal_eval(node.value)))
            except (ValueError, TypeError):
                return None
    return None


def _block(body: Iterable[ast.stmt]) -> set[str] | None:
    """What a block binds surely; None where its end is never reached."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, (ast.Raise, ast.Return, ast.Continue, ast.Break)):
            return None
        here = _statement(node)
        if here is None:
            return None
        found |= here
        if isinstance(node, ast.Delete):
            found -= {t.id for t in node.targets if isinstance(t, ast.Name)}
    return found


def _statement(node: ast.stmt) -> set[str] | None:
    if isinstance(node, _DEFINITIONS):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {a.asname or a.name.partition(".")[0] for a in node.names}
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return set() if node.value is None else {n for t in targets for n in _names(t)}
    if isinstance(node, ast.If):
        return _if(node)
    if isinstance(node, ast.Try):
        return _try(node)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        # A context manager may swallow what goes wrong in its block.
        return set()
    return set()


def _names(target: ast.expr) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}


def _if(node: ast.If) -> set[str] | None:
    test = node.test
    name = getattr(test, "attr", getattr(test, "id", ""))
    if name == "TYPE_CHECKING":
        return _block(node.orelse)
    return _common([_block(node.body), _block(node.orelse)])


def _try(node: ast.Try) -> set[str] | None:
    whole = _block([*node.body, *node.orelse])
    ways = [whole, *(_block(handler.body) for handler in node.handlers)]
    last = _block(node.finalbody)
    common = _common(ways)
    return None if common is None or last is None else common | last


def _common(ways: list[set[str] | None]) -> set[str] | None:
    ending = [way for way in ways if way is not None]
    return set.intersection(*ending) if ending else None


# Effects


def _first_effect(body: Iterable[ast.stmt]) -> int:
    for node in body:
        line = _effect(node)
        if line:
            return line
    return 0


def _effect(node: ast.stmt) -> int:
    """The line on which a statement does more than to bind names, or 0."""
    if isinstance(node, _DEFINITIONS):
        decorators = [ast.unparse(d) for d in node.decorator_list]
        return node.lineno if any("register" in d for d in decorators) else 0
    if isinstance(node, ast.Expr):
        return 0 if isinstance(node.value, ast.Constant) else node.lineno
    if isinstance(node, (ast.Raise, ast.Assert, ast.Delete, ast.For, ast.While)):
        return node.lineno
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return node.lineno if any(map(_is_elsewhere, targets)) else 0
    if isinstance(node, ast.If):
        if getattr(node.test, "id", getattr(node.test, "attr", "")) == "TYPE_CHECKING":
            return _first_effect(node.orelse)
        return _first_effect([*node.body, *node.orelse])
    if isinstance(node, ast.Try):
        handled = (each for handler in node.handlers for each in handler.body)
        return _first_effect([*node.body, *handled, *node.orelse, *node.finalbody])
    if isinstance(node, (ast.With, ast.Match)):
        return node.lineno
    return 0


def _is_elsewhere(target: ast.expr) -> bool:
    """Whether something is set that may belong to another module."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(map(_is_elsewhere, target.elts))
    return isinstance(target, (ast.Attribute, ast.Subscript))


# What the names of a module's stars stand for: asked of the module, by its dots.
OfStar = Callable[[str], frozenset[str]]


def with_stars(bound: Bound, of_star: OfStar) -> frozenset[str]:
    """The sure names, with those that star imports bring."""
    return bound.surely.union(*map(of_star, bound.stars))
