"""Calls of the functions that folds are of, resolved by scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.draft import Draft, ImportSite
from codemods.name import Name
from codemods.scopes import Scope, Use, analyse

Binding = tuple[ImportSite, ast.alias, str, str]


@dataclass(eq=False)
class Imported:
    """A local name in one scope, bound by imports that lead to a fold's function.

    `path` is what it stands for. `is_function` where it is the function itself,
    else a module or class that the function is read from.
    """

    scope: Scope
    local: str
    path: str
    is_function: bool
    uses: list[Use]
    sites: list[tuple[ImportSite, ast.alias]] = field(default_factory=list)
    other_paths: bool = False

    @property
    def is_rebound(self) -> bool:
        """Whether something else binds the name too, or another import does."""
        imported = {alias for _, alias in self.sites}
        bound = self.scope.bindings.get(self.local, [])
        return self.other_paths or any(node not in imported for node in bound)


@dataclass(frozen=True, eq=False)
class FoldCall:
    """A call of a fold's function: `function` is its name as the import has it."""

    call: ast.Call
    use: Use
    function: Name
    imported: Imported


def fold_calls(draft: Draft) -> tuple[list[Imported], list[FoldCall]]:
    """The imports that lead to functions of folds, and the calls through them."""
    bindings = list(_bindings(draft))
    if not bindings:
        return [], []
    scopes = analyse(draft.tree, {local for _, _, local, _ in bindings})
    found: dict[tuple[Scope, str], Imported] = {}
    for site, alias, local, path in bindings:
        scope = scopes.scope_of(alias)
        is_function = path in draft.names.folds_of
        each = found.get((scope, local))
        if each is None:
            uses = scopes.uses_of(scope, local)
            each = Imported(scope, local, path, is_function, uses)
            found[scope, local] = each
        each.sites.append((site, alias))
        each.other_paths |= each.path != path
    imported = list(found.values())
    return imported, [call for each in imported for call in _calls(draft, each)]


def _bindings(draft: Draft) -> Iterator[Binding]:
    wanted = draft.names.folds_of
    above = {path for n in draft.names.folded_functions for path in n.ancestors}
    for site in draft.imports:
        for alias in site.node.names:
            if isinstance(site.node, ast.Import):
                top = alias.name.partition(".")[0]
                local, path = (alias.asname, alias.name) if alias.asname else (top, top)
            else:
                base = draft.base_of(site.node)
                if base is None or alias.name == "*":
                    continue
                local, path = alias.asname or alias.name, f"{base}.{alias.name}"
            if path in wanted or path in above:
                yield site, alias, local, path


def _calls(draft: Draft, imported: Imported) -> Iterator[FoldCall]:
    by_path = {name.dotted: name for name in draft.names.folded_functions}
    for use in imported.uses:
        function = by_path.get(".".join((imported.path, *use.attributes)))
        call = use.parent
        if function is None or not isinstance(call, ast.Call):
            continue
        if call.func is use.nodes[-1]:
            yield FoldCall(call, use, function, imported)
