"""What is read from an imported module, and what of it has moved."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from codemods.draft import Draft, ImportSite
from codemods.namemap import Moved, Removed
from codemods.rules import DYNAMIC_NAME, MODULE_ESCAPES, REMOVED_NAME
from codemods.scopes import Scope, Use

_READERS = frozenset({"getattr", "hasattr", "setattr", "delattr", "object"})


@dataclass(eq=False)
class AliasGroup:
    """A local name in one scope, the imports that bind it, and its uses."""

    scope: Scope
    local: str
    uses: list[Use]
    sites: list[tuple[ImportSite, ast.alias, str]] = field(default_factory=list)

    @property
    def is_dotted(self) -> bool:
        """Bound by `import a.b.c`, which binds `a`."""
        site, alias, _ = self.sites[0]
        return isinstance(site.node, ast.Import) and alias.asname is None

    @property
    def paths(self) -> set[str]:
        return {path for _, _, path in self.sites}

    @property
    def other_bindings(self) -> list[ast.AST]:
        imported = {alias for _, alias, _ in self.sites}
        bound = self.scope.bindings.get(self.local, [])
        return [node for node in bound if node not in imported]


@dataclass(frozen=True, slots=True)
class MovedUse:
    """A use whose path has moved, and how many attributes the old name takes."""

    use: Use
    hit: Moved
    length: int


def moved_uses(draft: Draft, group: AliasGroup, path: str) -> list[MovedUse]:
    """The uses of `group` that read a moved name through `path`."""
    depth = path.count(".") + 1
    found: list[MovedUse] = []
    for use in group.uses:
        folded = draft.folded.get(use.nodes[-1])
        hit = folded or draft.names.resolve(full_path(path, use))
        if isinstance(hit, Moved):
            length = hit.old.dotted.count(".") + 1 - depth
            found.append(MovedUse(use, hit, length))
    return found


def full_path(path: str, use: Use) -> str:
    return ".".join((path, *use.attributes))


def is_test(use: Use) -> bool:
    """Whether a bare use only asks if the module is there: `if o`, `o is None`."""
    parent = use.parent
    if use.attributes or parent is None:
        return False
    if isinstance(parent, ast.Compare):
        return all(isinstance(op, (ast.Is, ast.IsNot)) for op in parent.ops)
    if isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        return parent.test is use.nodes[0]
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)


def report_lost_uses(draft: Draft, group: AliasGroup, path: str) -> None:
    """Report what no rewrite can follow: removed names, names known at run time
    only, and the module itself where it is handed on.
    """
    for use in group.uses:
        if use.nodes[-1] in draft.folded:
            continue
        full = full_path(path, use)
        hit = draft.names.resolve(full)
        if isinstance(hit, Removed):
            draft.report(
                REMOVED_NAME,
                use.anchor,
                f"`{hit.name.dotted}` is gone",
                f"instead: {hit.instead}",
            )
        elif hit is None:
            _report_escape(draft, use, full)


def _report_escape(draft: Draft, use: Use, full: str) -> None:
    """Report a module that is handed on, when names have left that module."""
    module, _, last = full.rpartition(".")
    if last == "__dict__" and draft.names.lost(module):
        _report_dynamic(draft, use, module, None)
    lost = draft.names.lost(full)
    if not lost or isinstance(use.parent, ast.Expr) or is_test(use):
        return
    reading = _reading(use)
    if reading is None:
        names = ", ".join(sorted({name.symbol for name in lost}))
        draft.report(
            MODULE_ESCAPES,
            use.anchor,
            f"the module `{full}`, which lost {names}, is handed on here",
            "look at what the receiver reads from it",
        )
        return
    attribute = reading[0]
    if attribute is None or any(attribute == _top(n.symbol) for n in lost):
        _report_dynamic(draft, use, full, attribute)


def _top(symbol: str) -> str:
    return symbol.partition(".")[0]


def _reading(use: Use) -> tuple[str | None] | None:
    """The attribute that a call like `getattr(module, "name")` reads: known, or
    None inside the tuple where it is computed. None for any other use.
    """
    call = use.parent
    if not isinstance(call, ast.Call) or use.nodes[-1] not in call.args:
        return None
    at = call.args.index(use.nodes[-1])
    follower = call.args[at + 1] if at + 1 < len(call.args) else None
    literal = isinstance(follower, ast.Constant) and isinstance(follower.value, str)
    if literal and isinstance(follower, ast.Constant):
        return (str(follower.value),)
    func = call.func
    name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
    return (None,) if follower is not None and name in _READERS else None


def _report_dynamic(draft: Draft, use: Use, module: str, attribute: str | None) -> None:
    hit = draft.names.resolve(f"{module}.{attribute}") if attribute else None
    if hit is None:
        names = sorted({name.symbol for name in draft.names.lost(module)})
        message = f"which name is read from `{module}` is known at run time only"
        fix = f"these have left the module: {', '.join(names)}"
    else:
        message = f"`{attribute}` is reached by its name in `{module}`"
        fix = (
            f"it lives in `{hit.new.module}` now"
            if isinstance(hit, Moved)
            else f"it is gone; instead: {hit.instead}"
        )
    parent = use.parent
    around = parent if isinstance(parent, ast.Call) else None
    node = around if around is not None and use.carrier is None else use.anchor
    draft.report(DYNAMIC_NAME, node, message, fix)
