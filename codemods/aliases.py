"""What becomes of a module bound by an import, and of what is read from it.

Two shapes: a binding re-pointed as a whole, where everything read from it moved
to one module; else a second import beside it, and edited uses.
"""

from __future__ import annotations

import ast
from pathlib import PurePath

from codemods.beside import add_beside, report_unsafe
from codemods.chains import ChainEdit, splices_for
from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.guards import is_import_fallback, serves_both_versions
from codemods.imports import stands_alone
from codemods.namemap import Moved
from codemods.rules import (
    COMPAT_LIMIT,
    MODULE_ESCAPES,
    OWN_MODULE,
    REBOUND_ALIAS,
)
from codemods.uses import (
    AliasGroup,
    MovedUse,
    full_path,
    is_test,
    moved_uses,
    report_lost_uses,
)


def follow_alias(draft: Draft, group: AliasGroup) -> None:
    """Rewrite a module bound under one name (`import m as x`, `from p import m`)."""
    if len(group.paths) > 1 or _is_paired(draft, group):
        _report_pair(draft, group)
        return
    (path,) = group.paths
    moved = moved_uses(draft, group, path)
    exported = _exports(draft, group)
    keep = exported is not None or _is_package_name(draft, group)
    target = _repoint_target(draft, group, path, moved, keep)
    others = group.other_bindings
    is_fallback = all(is_import_fallback(draft, node) for node in others)
    if others and (moved or target) and not (target and is_fallback):
        report_rebound(draft, group)
        return
    if target is None:
        report_lost_uses(draft, group, path)
        if exported is not None and draft.names.lost(path):
            _report_exported(draft, group, exported)
    if not moved and target is None:
        return
    if _is_refused(draft, group, moved, target):
        return
    if target is not None:
        _repoint(draft, group, target, moved, renamed=bool(others))
    else:
        add_beside(draft, group, moved, keep=keep)


def _is_refused(
    draft: Draft, group: AliasGroup, moved: list[MovedUse], target: str | None
) -> bool:
    """Whether the group must stay as it is; says why in a finding."""
    if group.scope.is_class:
        draft.report(
            MODULE_ESCAPES,
            group.sites[0][1],
            f"`{group.local}` makes the module an attribute of a class",
            "re-point it by hand, with what is read from it",
        )
        return True
    if imports_itself(draft, group, moved, target):
        return True
    if not draft.options.compat:
        return False
    if not all(stands_alone(draft, site) for site, _, _ in group.sites):
        report_compat(draft, group)
        return True
    return False


def _exports(draft: Draft, group: AliasGroup) -> ast.Constant | None:
    """Where `__all__` lists the local name, if it does."""
    for statement in draft.tree.body:
        targets = getattr(statement, "targets", [getattr(statement, "target", None)])
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            for node in ast.walk(statement):
                if isinstance(node, ast.Constant) and node.value == group.local:
                    return node
    return None


def _is_package_name(draft: Draft, group: AliasGroup) -> bool:
    """Whether the name is one of a package: importers may read it from there."""
    is_package = PurePath(draft.path).stem == "__init__"
    return is_package and group.scope.parent is None


def _report_exported(draft: Draft, group: AliasGroup, where: ast.Constant) -> None:
    draft.report(
        MODULE_ESCAPES,
        where,
        f"`{group.local}`, a module that lost names, is part of what is exported",
        "look at what importers of this file read from it",
    )


def _is_paired(draft: Draft, group: AliasGroup) -> bool:
    return any(
        serves_both_versions(draft, site, group.local, target)
        for site, _, path in group.sites
        for target in new_homes(draft, path)
    )


def new_homes(draft: Draft, path: str) -> set[str]:
    """The modules to which a module, or names of it, went."""
    hit = draft.names.resolve(path)
    if isinstance(hit, Moved):
        return {hit.path}
    found = (draft.names.resolve(name.dotted) for name in draft.names.lost(path))
    return {each.new.module for each in found if isinstance(each, Moved)}


def _report_pair(draft: Draft, group: AliasGroup) -> None:
    """Two modules under one name: fine when one is the other's new home."""
    if _is_paired(draft, group):
        return
    if any(moved_uses(draft, group, path) for path in sorted(group.paths)):
        report_rebound(draft, group)


def report_rebound(draft: Draft, group: AliasGroup) -> None:
    others = [n for n in group.other_bindings if isinstance(n, (ast.expr, ast.stmt))]
    aliases = [n for n in group.other_bindings if isinstance(n, ast.alias)]
    draft.report(
        REBOUND_ALIAS,
        [*others, *aliases, group.sites[-1][1]][0],
        f"`{group.local}` is bound to something else here, and moved names are read"
        " from it",
        "give each binding a name of its own, then run again",
    )


def report_compat(draft: Draft, group: AliasGroup) -> None:
    draft.report(
        COMPAT_LIMIT,
        group.sites[0][1],
        "an import that shares its line has no room for a fallback",
        "give the import a line of its own, then run again",
    )


def imports_itself(
    draft: Draft, group: AliasGroup, moved: list[MovedUse], target: str | None
) -> bool:
    if draft.home is None:
        return False
    targets = {use.hit.new.module for use in moved} | {target}
    if draft.home.name not in targets:
        return False
    draft.report(
        OWN_MODULE,
        group.sites[0][1],
        f"`{group.local}` leads to this module's own names by their old home",
        "name them directly, or leave them out of the migration",
    )
    return True


def _repoint_target(
    draft: Draft, group: AliasGroup, path: str, moved: list[MovedUse], keep: bool
) -> str | None:
    """The module to which the whole binding can go, None if only parts can."""
    hit = draft.names.resolve(path)
    if isinstance(hit, Moved):
        stays_with_it = all(
            m.hit.path == full_path(hit.path, m.use) or m.hit.new.module == hit.path
            for m in moved
        )
        return hit.path if stays_with_it else None
    modules = {use.hit.new.module for use in moved}
    read = [use for use in group.uses if not is_test(use)]
    if keep or len(modules) != 1 or len(moved) != len(read):
        return None
    (module,) = modules
    if module == path or not draft.names.lost(path):
        return None
    if any(use.hit.old.module != path or "." in use.hit.old.symbol for use in moved):
        return None
    if draft.options.compat and any(_is_renamed(use) for use in moved):
        return None
    return module


def _is_renamed(moved: MovedUse) -> bool:
    return moved.hit.new.symbol != moved.hit.old.symbol


def _repoint(
    draft: Draft,
    group: AliasGroup,
    target: str,
    moved: list[MovedUse],
    *,
    renamed: bool,
) -> None:
    """Bind the new module under the old name, or under its own where it is free."""
    tail = target.rpartition(".")[2]
    local = group.local
    plain_from = isinstance(group.sites[0][0].node, ast.ImportFrom) and not any(
        alias.asname for _, alias, _ in group.sites
    )
    if plain_from and tail != local and not renamed and _can_rename(draft, group, tail):
        local = tail
    splices = splices_for(draft, _repoint_edits(group, moved, local))
    if splices is None and local != group.local:
        local = group.local
        splices = splices_for(draft, _repoint_edits(group, moved, local))
    if splices is None:
        report_unsafe(draft, group, _repoint_edits(group, moved, local))
        return
    draft.splices += splices
    for site, alias, _ in group.sites:
        entry = _module_entry(site, alias, target, local)
        site.replaced[alias] = [_planned(draft, site, alias, entry)]


def _repoint_edits(
    group: AliasGroup, moved: list[MovedUse], local: str
) -> list[ChainEdit]:
    """The uses as they must read once the module is bound under `local`."""
    symbols = {each.use: each for each in moved if _is_renamed(each)}
    edits: list[ChainEdit] = []
    for use in group.uses:
        each = symbols.get(use)
        if each is not None:
            text = f"{local}.{each.hit.new.symbol}"
            edits.append(ChainEdit(use, each.length, text))
        elif local != group.local:
            edits.append(ChainEdit(use, 0, local))
    return edits


def _can_rename(draft: Draft, group: AliasGroup, tail: str) -> bool:
    """Whether the local name is nobody else's business and the new one is free."""
    if not draft.is_free(tail) or draft.options.compat:
        return False
    if draft.home is not None and draft.home.is_package and group.scope.parent is None:
        return False
    return not any(
        isinstance(node, ast.Constant) and node.value == group.local
        for node in ast.walk(draft.tree)
    )


def _module_entry(site: ImportSite, alias: ast.alias, module: str, local: str) -> Entry:
    if isinstance(site.node, ast.Import):
        return Entry(module, None, alias.asname)
    parent, _, tail = module.rpartition(".")
    if not parent:
        return Entry(module, None, local if local != tail else None)
    # `import x as x` is how a stub says that it exports a name.
    asname = local if alias.asname or local != tail else None
    return Entry(parent, tail, asname, relative=bool(site.node.level))


def _planned(draft: Draft, site: ImportSite, alias: ast.alias, entry: Entry) -> Planned:
    if not draft.options.compat:
        return Planned(entry)
    if isinstance(site.node, ast.Import):
        return Planned(entry, Entry(alias.name, None, alias.asname))
    base = draft.base_of(site.node) or ""
    old = Entry(base, alias.name, alias.asname, relative=bool(site.node.level))
    return Planned(entry, old)
