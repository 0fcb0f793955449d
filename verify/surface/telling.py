"""A comparison of surfaces in words: findings, a table, and what to publish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from codemods.finding import Finding, Place
from verify.outcome import Table
from verify.surface import rules
from verify.surface.answer import Fate, Loss, Surface
from verify.surface.importers import Broken
from verify.surface.publishing import Entry
from verify.surface.scope import Standing

# So many names are listed in one line.
_FEW = 5


def findings_of(surface: Surface) -> Iterator[Finding]:
    """What a person must see, in the order of the names."""
    for each in surface.unread:
        place = Place(each.path, each.line, min(each.line, 1))
        fix = "correct it; what it gave out has to be compared by hand"
        yield Finding(rules.SURFACE_UNREAD, place, each.reason, fix)
    for loss in surface.losses:
        if loss.standing is Standing.PUBLIC:
            yield from _of_loss(loss)
    yield from _incidental(surface)
    for broken in surface.broken:
        yield _of_broken(broken)


def entries_of(surface: Surface) -> Iterator[Entry]:
    """The moves that a migration must declare so that nobody is left alone."""
    for loss in surface.losses:
        if loss.standing is Standing.PUBLIC and loss.fate is Fate.GONE:
            yield from _entries(loss)


def _entries(loss: Loss) -> Iterator[Entry]:
    if loss.published:
        return
    if loss.new is not None:
        yield loss.name, loss.new
    for inner in loss.inside:
        if not _follows(inner, loss):
            yield from _entries(inner)


def _follows(inner: Loss, outer: Loss) -> bool:
    """Whether what holds of a module holds of a name in it."""
    if outer.new is None or inner.new is None:
        return False
    rest = inner.name.module[len(outer.name.module) :]
    whole = outer.new.module + rest
    return (inner.new.module, inner.new.symbol) == (whole, inner.name.symbol)


def _of_loss(loss: Loss) -> Iterator[Finding]:
    place = Place(loss.path)
    if loss.fate is Fate.UNTOLD and loss.name.is_module:
        message = f"which names `{loss.name}` gave out cannot be told: {loss.why}"
        fix = "look whether each can still be imported, and bind them by name"
        yield Finding(rules.SURFACE_UNTOLD, place, message, fix)
    elif loss.fate is Fate.UNTOLD:
        message = f"whether `{loss.name}` can be imported cannot be told: {loss.why}"
        fix = "look whether it is still there, and bind it by name"
        yield Finding(rules.SURFACE_UNTOLD, place, message, fix)
    elif loss.fate is Fate.CONDITIONAL:
        message = f"`{loss.name}` could always be imported; now {loss.why}"
        fix = "bind it in every branch, or say where it is not to be had"
        yield Finding(rules.NAME_CONDITIONAL, place, message, fix)
    elif loss.fate is Fate.UNTYPED:
        message = f"the stub no longer has `{loss.name}`, which can still be imported"
        yield Finding(rules.STUB_NAME_GONE, place, message, "declare it in the stub")
    elif loss.fate is Fate.GONE and not loss.published:
        yield _of_gone(loss, place)


def _of_gone(loss: Loss, place: Place) -> Finding:
    if loss.name.is_module:
        return _of_module(loss, place)
    if loss.new is not None:
        message = (
            f"`{loss.name}` is `{loss.new}` now, and not imported at its old place"
        )
        return Finding(rules.MOVED_WITHOUT_ALIAS, place, message, _publish(loss))
    what = (
        "is no longer a member" if loss.name.is_member else "can no longer be imported"
    )
    why = f": {loss.why}" if loss.why else ""
    if loss.name.is_member and loss.why:
        why = f", {loss.why}"
    near = f" ({loss.near} comes near)" if loss.near else ""
    fix = f"keep it, or declare it under [[removed]] with what to use instead{near}"
    return Finding(rules.NAME_GONE, place, f"`{loss.name}` {what}{why}", fix)


def _publish(loss: Loss) -> str:
    return (
        "import it at its old place, or publish in a migration:"
        f' [[move]], from = "{loss.name}", to = "{loss.new}"'
    )


def _of_module(loss: Loss, place: Place) -> Finding:
    every = list(_all_inside(loss))
    modules = [each for each in every if each.name.is_module]
    names = [each for each in every if not each.name.is_module]
    lost = [each for each in names if each.new is None and not each.published]
    within = f", nor {_counted(len(modules), 'module')} in it" if modules else ""
    message = f"the module `{loss.name}` can no longer be imported{within}"
    if loss.new is not None:
        message += f"; it is `{loss.new}` now"
        fix = _publish(loss)
        if lost:
            message += f", which has no {_listed(lost)}"
            fix += f"; say what to use instead of {_counted(len(lost), 'name')}"
        return Finding(rules.MODULE_GONE, place, message, fix)
    moved = sum(each.new is not None for each in names)
    if names:
        message += f"; of its {_counted(len(names), 'name')} {moved} moved"
    fix = "leave a module there that imports the names from their new places"
    if moved:
        fix += ", or publish the moves (see the migration)"
    if lost:
        fix += f"; say what to use instead of {_listed(lost)}"
    return Finding(rules.MODULE_GONE, place, message, fix)


def _all_inside(loss: Loss) -> Iterator[Loss]:
    for inner in loss.inside:
        yield inner
        yield from _all_inside(inner)


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _listed(losses: list[Loss]) -> str:
    """A few names in words."""
    few = ", ".join(f"`{loss.name.symbol}`" for loss in losses[:_FEW])
    more = len(losses) - _FEW
    return f"{few} and {more} more" if more > 0 else few


def _incidental(surface: Surface) -> Iterator[Finding]:
    """One note for each module whose own imports went."""
    modules: dict[tuple[str, str], list[str]] = {}
    for loss in surface.losses:
        if loss.standing is Standing.INCIDENTAL and loss.fate is Fate.GONE:
            key = loss.path, loss.name.module
            modules.setdefault(key, []).append(loss.name.symbol)
    for (path, module), names in modules.items():
        listed = ", ".join(f"`{name}`" for name in names)
        yield Finding(
            rules.IMPORTS_GONE,
            Place(path),
            f"`{module}` no longer imports {listed}",
            "import them from where they are defined",
        )


def _of_broken(broken: Broken) -> Finding:
    what = f"`{broken.module}`"
    if broken.name:
        has = "has no such name" if broken.never else "no longer has it"
        what = f"`{broken.name}` from {what}, which {has}"
    else:
        what += ", which is gone"
    effect = "importing this file fails" if broken.at_import else "this import fails"
    return Finding(
        rules.BROKEN_IMPORT,
        Place(broken.path, broken.line, broken.column),
        f"imports {what}: {effect}",
        "import it from its new place, or drop the import",
    )


def table_of(surface: Surface) -> Table:
    """Every public name whose place changed, and what covers it."""
    rows = tuple(row for loss in surface.losses for row in _rows(loss))
    columns = ("name", "now", "new place", "published by")
    return Table("surface", columns, rows)


def _rows(loss: Loss) -> Iterator[tuple[str, ...]]:
    if loss.standing is not Standing.PUBLIC:
        return
    new = str(loss.new) if loss.new else ""
    yield str(loss.name), loss.fate.value, new, loss.published
    for inner in loss.inside:
        yield from _rows(inner)


def summary_of(surface: Surface) -> Iterator[str]:
    """What was found, in a few lines, what was left out included."""
    public = [loss for loss in surface.losses if loss.standing is Standing.PUBLIC]
    gone = [loss for loss in public if loss.fate is Fate.GONE]
    open_ = sum(not loss.published for loss in gone)
    covered = len(gone) - open_
    yield (
        f"{open_} of {surface.examined} names of {surface.modules} modules can no"
        f" longer be imported, without a migration; {covered} with one"
    )
    fates = Counter(loss.fate for loss in public)
    for fate in Fate:
        if fates[fate] and fate is not Fate.GONE:
            yield f"{fates[fate]} {fate.value}"
    left = Counter(loss.standing for loss in surface.losses)
    if left[Standing.PRIVATE]:
        names = _counted(left[Standing.PRIVATE], "private name")
        yield f"{names} went as well: left out"
    if surface.aside:
        names = _counted(surface.aside, "name")
        yield f"{names} of tests and scripts went as well: left out"
