"""Follow moved names that are reached through an imported module.

import pkg.old as o               import pkg.new as o
o.A()                       ->    o.A()
from pkg import old               from pkg import new, old
old.A(), old.B()            ->    new.A(), old.B()
import pkg.old                    import pkg.new
pkg.old.A()                 ->    pkg.new.A()
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from codemods.aliases import follow_alias
from codemods.dotted import follow_dotted
from codemods.draft import Draft, ImportSite
from codemods.namemap import Moved, Removed
from codemods.scopes import analyse
from codemods.uses import AliasGroup


def propose(draft: Draft) -> None:
    """Plan imports and edits for every module binding that leads to a move."""
    interesting = list(_module_bindings(draft))
    if not interesting:
        return
    scopes = analyse(draft.tree, {local for _, _, local, _ in interesting})
    for use in scopes.uses:
        if use.carrier is not None:
            draft.carried.setdefault((use.carrier, use.name), []).append(use)
    groups: dict[tuple[object, str], AliasGroup] = {}
    for site, alias, local, path in interesting:
        scope = scopes.scope_of(alias)
        key = (scope, local)
        if key not in groups:
            uses = scopes.uses_of(scope, local)
            uses = [use for use in uses if use.nodes[-1] not in draft.gone]
            groups[key] = AliasGroup(scope, local, uses)
        groups[key].sites.append((site, alias, path))
    for group in groups.values():
        if group.is_dotted:
            follow_dotted(draft, group)
        else:
            follow_alias(draft, group)


def _module_bindings(
    draft: Draft,
) -> Iterator[tuple[ImportSite, ast.alias, str, str]]:
    """Each import that binds a module (or package) which leads to a move:
    the site, the alias, the local name and the dotted path that it stands for.
    """
    for site in draft.imports:
        for alias in site.node.names:
            if isinstance(site.node, ast.Import):
                top = alias.name.partition(".")[0]
                local, path = alias.asname or top, alias.name
                if alias.asname is None:
                    path = top
            else:
                base = draft.base_of(site.node)
                if base is None or alias.name == "*":
                    continue
                local, path = alias.asname or alias.name, f"{base}.{alias.name}"
            if _is_followed(draft, site, path):
                yield site, alias, local, path


def _is_followed(draft: Draft, site: ImportSite, path: str) -> bool:
    """Whether moved names can be reached through the binding of `path`.

    What a from-import names and what moved itself belongs to `from_imports`.
    """
    hit = draft.names.resolve(path)
    if isinstance(site.node, ast.Import) and hit is not None:
        return True
    if isinstance(hit, Removed):
        return False
    moved_itself = isinstance(hit, Moved) and bool(hit.old.symbol or hit.rest)
    return _leads_somewhere(draft, path) and not moved_itself


def _leads_somewhere(draft: Draft, path: str) -> bool:
    if draft.names.leads_to_move(path):
        return True
    return any(path in hit.old.ancestors for hit in draft.folded.values())
