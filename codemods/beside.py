"""Import a module beside the old one, under a name that is free, and use it."""

from __future__ import annotations

import ast

from codemods.chains import ChainEdit, splices_for
from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.rules import COMPAT_LIMIT, UNSAFE_REWRITE
from codemods.uses import AliasGroup, MovedUse


def add_beside(
    draft: Draft, group: AliasGroup, moved: list[MovedUse], *, keep: bool
) -> None:
    """Import the new modules beside the old one and edit the moved uses."""
    edits: list[ChainEdit] = []
    added: dict[tuple[str, str], Planned] = {}
    site = group.sites[0][0]
    for each in moved:
        new, old = each.hit.new, each.hit.old
        if draft.options.compat and new.symbol != old.symbol:
            report_renamed(draft, each)
            continue
        is_fold = each.use.nodes[-1] in draft.folded
        if old.module == new.module and ("." in old.symbol or is_fold):
            text = _member_text(each, group.local)
        else:
            known = _bound_already(draft, new.module, each)
            key = (old.module, new.module)
            if known is None and key not in added:
                added[key] = _beside(draft, site, old.module, new.module)
            text = (
                through(added[key], new.symbol)
                if known is None
                else f"{known}.{new.symbol}"
            )
        edits.append(ChainEdit(each.use, each.length, text))
    splices = splices_for(draft, edits)
    if splices is None:
        report_unsafe(draft, group, edits)
        return
    draft.splices += splices
    nothing_stays = not keep and bool(added) and len(edits) == len(group.uses)
    for site, alias, path in group.sites:
        if nothing_stays and path in {old for old, _ in added}:
            site.replaced[alias] = list(added.values())
        else:
            site.added += [p for p in added.values() if p not in site.added]


def _bound_already(draft: Draft, module: str, each: MovedUse) -> str | None:
    """The name under which the file has the new module at its top level, if the
    use comes after that import and nothing else in the file has the name.
    """
    if draft.options.compat:
        return None
    for site in draft.imports:
        if not site.at_module_level or site.node.lineno >= each.use.anchor.lineno:
            continue
        for alias in site.node.names:
            if isinstance(site.node, ast.Import):
                path, local = alias.name, alias.asname
            else:
                path = f"{draft.base_of(site.node)}.{alias.name}"
                local = alias.asname or alias.name
            if path == module and local and draft.times_bound(local) == 1:
                return local
    return None


def through(planned: Planned, symbol: str) -> str:
    """How a symbol is written through the module that an entry binds."""
    entry = planned.entry
    local = entry.asname or entry.name or entry.module
    return f"{local}.{symbol}" if symbol else local


def report_renamed(draft: Draft, each: MovedUse) -> None:
    draft.report(
        COMPAT_LIMIT,
        each.use.anchor,
        f"`{each.hit.old}` has another name in its new home",
        f"choose between it and `{each.hit.new}` by the version",
    )


def _member_text(each: MovedUse, local: str) -> str:
    """A renamed member keeps the way in which its class is reached."""
    kept = each.use.attributes[: each.length - 1]
    return ".".join((local, *kept, each.hit.new.symbol.rpartition(".")[2]))


def report_unsafe(draft: Draft, group: AliasGroup, edits: list[ChainEdit]) -> None:
    for edit in edits:
        draft.report(
            UNSAFE_REWRITE,
            edit.use.anchor,
            f"`{'.'.join(edit.parts)}` moved, but not every use of `{group.local}`"
            " in this file can be rewritten",
            f"write `{edit.text}` by hand",
        )


def _beside(draft: Draft, site: ImportSite, old: str, new: str) -> Planned:
    """An import of `new`, under a name that nothing else in the file has."""
    name = free_name(draft, new)
    entry = new_module_entry(site, new, name)
    if not draft.options.compat:
        return Planned(entry)
    return Planned(entry, new_module_entry(site, old, name))


def new_module_entry(site: ImportSite, module: str, name: str) -> Entry:
    parent, _, tail = module.rpartition(".")
    relative = isinstance(site.node, ast.ImportFrom) and bool(site.node.level)
    asname = name if name != tail else None
    if not parent:
        return Entry(module, None, asname)
    return Entry(parent, tail, asname, relative)


def free_name(draft: Draft, module: str) -> str:
    """A readable name for a module that is bound nowhere in the file yet."""
    parts = module.split(".")
    candidates = [parts[-1], "_".join(parts[-2:])]
    name = next((c for c in candidates if draft.is_free(c)), candidates[-1])
    while not draft.is_free(name):
        name += "_"
    draft.identifiers.add(name)
    return name
