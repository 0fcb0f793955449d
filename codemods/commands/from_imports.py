"""Re-point `from module import name` at the module that the name moved to.

from pkg.old import A, B          from pkg.new import A
                            ->    from pkg.old import B
"""

from __future__ import annotations

import ast

from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.guards import serves_both_versions
from codemods.imports import stands_alone
from codemods.namemap import Moved, Removed
from codemods.rules import (
    COMPAT_LIMIT,
    OWN_MODULE,
    REMOVED_NAME,
    STAR_IMPORT,
)


def propose(draft: Draft) -> None:
    """Plan the new imports of every moved name that is imported by name."""
    for site in draft.imports:
        if isinstance(site.node, ast.ImportFrom):
            base = draft.base_of(site.node)
            if base is not None:
                for alias in site.node.names:
                    _propose_alias(draft, site, site.node, base, alias)


def _propose_alias(
    draft: Draft, site: ImportSite, node: ast.ImportFrom, base: str, alias: ast.alias
) -> None:
    if alias.name == "*":
        _propose_star(draft, site, node, base, alias)
        return
    if alias in site.replaced:  # it goes, or has its new name, with a fold
        return
    path = f"{base}.{alias.name}"
    hit = draft.names.resolve(path)
    if isinstance(hit, Removed):
        draft.report(
            REMOVED_NAME, alias, f"`{path}` is gone", f"instead: {hit.instead}"
        )
    elif isinstance(hit, Moved) and not _is_module_itself(hit):
        _repoint(draft, site, node, alias, hit)


def _is_module_itself(hit: Moved) -> bool:
    """A moved module is imported like a name, but its uses follow its new tail."""
    return not hit.old.symbol and not hit.rest


def _repoint(
    draft: Draft, site: ImportSite, node: ast.ImportFrom, alias: ast.alias, hit: Moved
) -> None:
    local = alias.asname or alias.name
    if serves_both_versions(draft, site, local, hit.path):
        return
    module, _, name = hit.path.rpartition(".")
    if draft.home is not None and draft.home.name == module:
        draft.report(
            OWN_MODULE,
            alias,
            f"`{local}` is imported from its old home by its new home `{module}`",
            "define it here, or leave it out of the migration",
        )
        return
    asname = alias.asname or (alias.name if name != alias.name else None)
    entry = Entry(module, name, asname, relative=bool(node.level))
    plan(draft, site, alias, entry)


def plan(draft: Draft, site: ImportSite, alias: ast.alias, entry: Entry) -> bool:
    """Replace one imported name, guarded by the old one under `--compat`."""
    fallback = None
    if draft.options.compat:
        if not stands_alone(draft, site):
            draft.report(
                COMPAT_LIMIT,
                alias,
                "an import that shares its line has no room for a fallback",
                "give the import a line of its own, then run again",
            )
            return False
        fallback = _old_entry(draft, site, alias)
    site.replaced[alias] = [Planned(entry, fallback)]
    return True


def _old_entry(draft: Draft, site: ImportSite, alias: ast.alias) -> Entry:
    if isinstance(site.node, ast.Import):
        return Entry(alias.name, None, alias.asname)
    base = draft.base_of(site.node) or ""
    return Entry(base, alias.name, alias.asname, relative=bool(site.node.level))


def _propose_star(
    draft: Draft, site: ImportSite, node: ast.ImportFrom, base: str, alias: ast.alias
) -> None:
    hit = draft.names.resolve(base)
    if isinstance(hit, Moved):
        if not serves_both_versions(draft, site, "*", f"{hit.path}.*"):
            entry = Entry(hit.path, "*", None, relative=bool(node.level))
            plan(draft, site, alias, entry)
        return
    lost = draft.names.lost(base)
    if lost:
        names = ", ".join(sorted({name.symbol for name in lost}))
        draft.report(
            STAR_IMPORT,
            alias,
            f"the star import of `{base}` no longer brings {names}",
            "import by name what this file uses of it",
        )
