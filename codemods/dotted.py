"""What becomes of `import a.b.c` and of the chains `a.b.c.name` read through it."""

from __future__ import annotations

import ast

from codemods.aliases import (
    imports_itself,
    new_homes,
    report_compat,
    report_rebound,
)
from codemods.beside import (
    free_name,
    new_module_entry,
    report_renamed,
    report_unsafe,
    through,
)
from codemods.chains import ChainEdit, splices_for
from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.guards import serves_both_versions
from codemods.imports import stands_alone
from codemods.namemap import Moved
from codemods.scopes import Use
from codemods.uses import AliasGroup, MovedUse, moved_uses, report_lost_uses

Site = tuple[ImportSite, ast.alias, str]


def follow_dotted(draft: Draft, group: AliasGroup) -> None:
    """Rewrite the chains that moved; import their new modules beside the old."""
    if _is_paired(draft, group):
        return
    moved = moved_uses(draft, group, group.local)
    whole = [s for s in group.sites if _module_moved(draft, s[1].name)]
    if group.other_bindings and (moved or whole):
        report_rebound(draft, group)
        return
    report_lost_uses(draft, group, group.local)
    if not moved and not whole:
        return
    if imports_itself(draft, group, moved, None):
        return
    sites = [s for s, _, _ in group.sites]
    if draft.options.compat and not all(stands_alone(draft, s) for s in sites):
        report_compat(draft, group)
        return
    _follow(draft, group, moved)


def _is_paired(draft: Draft, group: AliasGroup) -> bool:
    """Whether another branch imports the new home of what is imported here."""
    return any(
        serves_both_versions(draft, site, target, target)
        for site, alias, _ in group.sites
        for target in new_homes(draft, alias.name)
    )


def _module_moved(draft: Draft, name: str) -> str | None:
    hit = draft.names.resolve(name)
    return hit.path if isinstance(hit, Moved) else None


def _follow(draft: Draft, group: AliasGroup, moved: list[MovedUse]) -> None:
    needed: dict[tuple[str, str], tuple[Planned, Site]] = {}
    edits: list[ChainEdit] = []
    for each in moved:
        new, old = each.hit.new, each.hit.old
        if draft.options.compat and new.symbol != old.symbol:
            report_renamed(draft, each)
            continue
        if new.module == old.module or _comes_along(group, each):
            text = new.dotted
        else:
            key = (old.module, new.module)
            if key not in needed:
                site = _site_for(group, each)
                needed[key] = (_import_of(draft, site, key, group), site)
            text = through(needed[key][0], new.symbol)
        edits.append(ChainEdit(each.use, each.length, text))
    splices = splices_for(draft, edits)
    if splices is None:
        report_unsafe(draft, group, edits)
        return
    draft.splices += splices
    _plan_imports(draft, group, moved, list(needed.values()))


def _comes_along(group: AliasGroup, each: MovedUse) -> bool:
    """Whether an import in the group names the moved module, or one inside it."""
    module = each.hit.old.module
    return not each.hit.old.symbol and any(
        f"{alias.name}.".startswith(f"{module}.") for _, alias, _ in group.sites
    )


def _site_for(group: AliasGroup, each: MovedUse) -> Site:
    """The import that the use went through: the one that names most of its path."""
    full = ".".join((group.local, *each.use.attributes)) + "."
    fitting = [s for s in group.sites if full.startswith(s[1].name + ".")]
    return max(fitting or group.sites, key=lambda site: len(site[1].name))


def _import_of(
    draft: Draft, site: Site, modules: tuple[str, str], group: AliasGroup
) -> Planned:
    """An import of the new module that captures nothing and is captured by nothing."""
    old, module = modules
    if draft.options.compat:
        name = free_name(draft, module)
        return Planned(
            new_module_entry(site[0], module, name),
            new_module_entry(site[0], old, name),
        )
    top = module.partition(".")[0]
    if top == group.local or draft.is_free(top):
        return Planned(Entry(module))
    return Planned(new_module_entry(site[0], module, free_name(draft, module)))


def _plan_imports(
    draft: Draft,
    group: AliasGroup,
    moved: list[MovedUse],
    needed: list[tuple[Planned, Site]],
) -> None:
    edited = {each.use for each in moved}
    staying = [use for use in group.uses if use not in edited]
    for site, alias, _ in group.sites:
        plans = [p for p, (_, a, _) in needed if a is alias]
        new_home = _module_moved(draft, alias.name)
        if new_home is not None and not any(p.entry.module == new_home for p in plans):
            fallback = Entry(alias.name) if draft.options.compat else None
            plans.append(Planned(Entry(new_home), fallback))
        if not plans:
            continue
        if new_home is None and _still_needed(group, alias, staying):
            site.added += plans
            continue
        site.replaced[alias] = plans
        top = group.local
        rebinds = any(p.entry.module.partition(".")[0] == top for p in plans)
        if staying and len(group.sites) == 1 and not rebinds:
            site.replaced[alias] = [*plans, Planned(Entry(top))]


def _still_needed(group: AliasGroup, alias: ast.alias, staying: list[Use]) -> bool:
    """Whether something that stays is read through what this import loads."""
    loaded = alias.name
    if "." not in loaded:
        return True
    for use in staying:
        full = ".".join((group.local, *use.attributes))
        if f"{full}.".startswith(f"{loaded}.") or f"{loaded}.".startswith(f"{full}."):
            return True
    return False
