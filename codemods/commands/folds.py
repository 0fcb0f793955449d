"""Write expressions that have a name now by that name.

from pkg.m import length                from pkg.m import reserve
need = a + 2 * length(x)          ->    need = a + reserve(x)
n = length(x); need(2 * n)        ->    n = reserve(x); need(n)

With `--compat` nothing is folded: the older version has no such name, and the
expression is right in both.
"""

from __future__ import annotations

import ast
from pathlib import PurePath

from codemods.draft import Draft, Entry, ImportSite, Planned
from codemods.folding.calls import FoldCall, Imported, fold_calls
from codemods.folding.composing import Folded
from codemods.folding.holders import Doubt
from codemods.folding.planning import Plan, plan_folds
from codemods.guards import serves_both_versions
from codemods.imports import stands_alone
from codemods.name import Name, printable
from codemods.namemap import Moved
from codemods.rules import OWN_MODULE, POSSIBLE_FOLD
from codemods.source import Splice

_LONGEST = 60


def propose(draft: Draft) -> None:
    """Fold what is one for certain, and report what may be one."""
    if not draft.names.folds or draft.options.compat:
        return
    imported, calls = fold_calls(draft)
    calls = [call for call in calls if not _is_left_alone(draft, call)]
    if not calls:
        return
    planning = plan_folds(draft, calls)
    for fold, doubt in planning.largest_doubts():
        _report(draft, fold, doubt, planning.string_around(doubt[0]))
    for each in imported:
        plans = [plan for plan in planning.plans if plan.call.imported is each]
        if plans and not _is_refused(draft, each, plans):
            if each.is_function:
                _call_directly(draft, each, plans)
            else:
                _call_through_module(draft, plans)


def _report(
    draft: Draft, fold: Folded, doubt: Doubt, at: ast.expr | None = None
) -> None:
    node, why = doubt
    draft.report(
        POSSIBLE_FOLD,
        at or node,
        f"`{_shown(draft, node)}` may be `{fold.new.symbol}` now, but {why}",
        f"call `{fold.new.dotted}` by hand if it is `{printable(fold.pattern)}`",
    )


def _shown(draft: Draft, node: ast.expr) -> str:
    text = printable(" ".join(ast.unparse(node).split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _is_left_alone(draft: Draft, call: FoldCall) -> bool:
    """Whether the import serves two versions, of which one lacks the new name."""
    imported = call.imported
    hit = draft.names.resolve(call.function.dotted)
    old_and_new = {name.dotted for f in _folds(draft, call) for name in f.functions}
    if isinstance(hit, Moved):
        old_and_new.add(hit.path)
    paths = old_and_new if imported.is_function else {_module(p) for p in old_and_new}
    return any(
        serves_both_versions(draft, site, imported.local, path)
        for site, _ in imported.sites
        for path in paths
    )


def _folds(draft: Draft, call: FoldCall) -> tuple[Folded, ...]:
    return draft.names.folds_of[call.function.dotted]


def _module(path: str) -> str:
    return path.rpartition(".")[0]


def _is_refused(draft: Draft, imported: Imported, plans: list[Plan]) -> bool:
    """Whether nothing of an import can be folded; says why in findings."""
    why = ""
    if imported.is_rebound:
        why = f"`{imported.local}` is bound to something else too"
    elif any(not _is_bound_here(imported, site) for site, _ in imported.sites):
        why = f"`{imported.local}` is declared global or nonlocal"
    elif imported.scope.is_class:
        why = f"`{imported.local}` is an attribute of a class"
    for plan in plans if why else ():
        _report(draft, plan.fold, (plan.root, why))
    return bool(why)


def _is_bound_here(imported: Imported, site: ImportSite) -> bool:
    """Whether an import binds its names in the scope that it stands in."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    inner = [each for each, _ in site.around if isinstance(each, kinds)]
    node = imported.scope.node
    return node is inner[-1] if inner else isinstance(node, ast.Module)


# Through a module


def _call_through_module(draft: Draft, plans: list[Plan]) -> None:
    """Leave it to `module_aliases`, which knows what each use of a module needs."""
    for plan in plans:
        use = plan.call.use
        hit = Moved(plan.call.function, plan.fold.new, (), plan.fold.migration)
        if not _is_own(draft, plan):
            draft.folded[use.nodes[-1]] = hit
            draft.folded_around[use.nodes[-1]] = plan.splices
            draft.gone.update(call.use.nodes[-1] for call in plan.gone)


def _is_own(draft: Draft, plan: Plan) -> bool:
    """Whether the file is the home of the new name, which may be defined by this."""
    new = plan.fold.new
    if draft.home is None or draft.home.name != new.module:
        return False
    if not _is_inside(draft, plan.root, new):
        draft.report(
            OWN_MODULE,
            plan.root,
            f"`{_shown(draft, plan.root)}` is `{new.symbol}`, which lives here",
            f"call `{new.symbol}` by hand where it is defined by then",
        )
    return True


def _is_inside(draft: Draft, node: ast.expr, new: Name) -> bool:
    """Whether a node is part of the definition of a name."""
    top = new.symbol.partition(".")[0]
    return any(
        getattr(statement, "name", "") == top
        and any(inner is node for inner in ast.walk(statement))
        for statement in draft.tree.body
    )


# By name


def _call_directly(draft: Draft, imported: Imported, plans: list[Plan]) -> None:
    made: list[Plan] = []
    entries: dict[Name, str] = {}
    for plan in plans:
        if _is_own(draft, plan):
            continue
        new = plan.fold.new
        local = entries.get(new) or _local_name(draft, new, plans)
        if local is None or new.is_member:
            why = f"the name `{new.symbol}` is taken in this file"
            _report(draft, plan.fold, (plan.root, why))
            continue
        entries[new] = local
        made.append(plan)
        function = plan.call.use.nodes[-1]
        start, end = draft.source.start(function), draft.source.end(function)
        draft.splices += [*plan.splices, Splice(start, end, local)]
    if made:
        _import(draft, imported, made, list(entries))


def _local_name(draft: Draft, new: Name, plans: list[Plan]) -> str | None:
    """What the new name is called in the file, None where that is not free."""
    known = _imported_already(draft, new, plans)
    if known is not None:
        return known
    return new.symbol if draft.is_free(new.symbol) else None


def _imported_already(draft: Draft, new: Name, plans: list[Plan]) -> str | None:
    """The name under which the top of the file has it before all that is folded, if
    no one else has that name.
    """
    first = min(plan.root.lineno for plan in plans)
    for site in draft.imports:
        if not isinstance(site.node, ast.ImportFrom) or not site.at_module_level:
            continue
        if site.node.lineno >= first:
            continue
        base = draft.base_of(site.node)
        for alias in site.node.names:
            local = alias.asname or alias.name
            path = f"{base}.{alias.name}"
            hit = draft.names.resolve(path)
            current = hit.path if isinstance(hit, Moved) else path
            if current == new.dotted and draft.times_bound(local) == 1:
                return local
    return None


def _import(
    draft: Draft, imported: Imported, plans: list[Plan], news: list[Name]
) -> None:
    """Import the new names, and no longer the function where nothing uses it."""
    edited = {call.use for plan in plans for call in (plan.call, *plan.gone)}
    is_dead = all(use in edited for use in imported.uses)
    for site, alias in imported.sites:
        relative = isinstance(site.node, ast.ImportFrom) and bool(site.node.level)
        fresh = [
            Planned(Entry(new.module, new.symbol, None, relative))
            for new in news
            if _imported_already(draft, new, plans) is None
        ]
        if not is_dead or _is_wanted(draft, imported, site, alias):
            site.added += [plan for plan in fresh if plan not in site.added]
            continue
        if not fresh and _is_all(draft, site):
            fresh = [Planned(Entry(n.module, n.symbol, None, relative)) for n in news]
        site.replaced[alias] = fresh


def _is_wanted(
    draft: Draft, imported: Imported, site: ImportSite, alias: ast.alias
) -> bool:
    """Whether an import may be there for who imports from this file."""
    if alias.asname == alias.name or draft.has_string(imported.local):
        return True
    start = draft.source.start(site.node)
    end = draft.source.line_end(draft.source.end(site.node))
    if "noqa" in draft.source.text[start:end].lower():
        return True
    is_package = PurePath(draft.path).stem == "__init__"
    return is_package and imported.scope.parent is None


def _is_all(draft: Draft, site: ImportSite) -> bool:
    """Whether a block, or a line, would be left with nothing in it."""
    alone = len(site.block) == 1 or not stands_alone(draft, site)
    return alone and len(site.node.names) == 1
