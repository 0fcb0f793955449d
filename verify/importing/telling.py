"""Cycles in words: findings, a table, facts and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from codemods.finding import (
    Finding,
    Place,
    Related,
    Rule,
)
from verify.importing import rules
from verify.importing.components import Change, Component
from verify.importing.graph import Edge, LeftOut
from verify.importing.judging import Judged
from verify.importing.lazy import count_needs
from verify.importing.outcomes import Failure, Fate, Result
from verify.importing.outcomes import Place as Where
from verify.importing.statements import Kind
from verify.importing.survey import Both, Side
from verify.outcome import Fact, Table

# So many modules or statements are listed in one line.
_FEW = 4
_MOST_RELATED = 20
_NEW = frozenset({Change.APPEARED, Change.GREW})


def findings_of(
    side: Side, both: Both | None = None, *, no_new: bool = False
) -> Iterator[Finding]:
    """What a person must see of a revision; of what is new, where there are two."""
    yield from _unread(side, both)
    for judged in side.judged:
        yield from _of_component(side, judged, both, no_new=no_new)
    if both is not None:
        yield from _freed(both)


def _unread(side: Side, both: Both | None) -> Iterator[Finding]:
    for each in side.loaded.graph.left_out:
        old = both is not None and _untouched(each, both)
        rule = rules.OLD_IMPORTS_UNREAD if old else rules.IMPORTS_UNREAD
        place = Place(each.path, each.line, min(each.line, 1))
        fix = "correct it, or name the packages to look at with --package"
        yield Finding(rule, place, f"{each.why}; what it imports is not known", fix)


def _untouched(left_out: LeftOut, both: Both) -> bool:
    """Whether it is the same file on both sides."""
    before, after = both.base.loaded.files, both.head.loaded.files
    if left_out.path not in after.oids:
        return left_out in before.unread
    return before.oids.get(left_out.path) == after.oids[left_out.path]


def _of_component(
    side: Side, judged: Judged, both: Both | None, *, no_new: bool
) -> Iterator[Finding]:
    compared = both.change_of[judged.component.modules] if both else None
    is_new = compared is None or compared.change in _NEW
    yield from _failures(side, judged, both)
    yield from _untold(side, judged, both)
    yield from _swallowed(side, judged, both)
    if not is_new or (judged.failing and not no_new):
        return
    rule = rules.NEW_CYCLE if no_new and both is not None else rules.CYCLE
    if judged.failing and rule is rules.CYCLE:
        return
    edge = judged.component.chain[0]
    place = _place_of(side, edge)
    verb = {Change.APPEARED: "a new cycle of", Change.GREW: "a cycle grew to"}
    what = verb.get(compared.change, "a cycle of") if compared else "a cycle of"
    joined = f" (new in it: {_listed(compared.joined)})" if compared else ""
    joined = joined if compared and compared.change is Change.GREW else ""
    message = f"{what} {_counted(len(judged.component), 'module')}{joined}: "
    message += chain_text(judged.component)
    fix = cut_text(side, judged.component)
    yield Finding(rule, place, message, fix, _related(side, judged))


# Failures


def _failures(side: Side, judged: Judged, both: Both | None) -> Iterator[Finding]:
    old = [each for each in judged.failing if _had(both, each)]
    groups: dict[tuple[Where, str], list[Result]] = {}
    for result in judged.failing:
        if result.failure is not None and result not in old:
            key = (result.failure.place, result.failure.error)
            groups.setdefault(key, []).append(result)
    for results in groups.values():
        fix = cut_text(side, judged.component)
        yield _failure(side, judged, rules.FATAL_CYCLE, results, fix)
    if old:  # one for all: the change has nothing to do with it
        yield _failure(side, judged, rules.OLD_FATAL_CYCLE, old, "")


def _failure(
    side: Side, judged: Judged, rule: Rule, results: list[Result], fix: str
) -> Finding:
    failure = results[0].failure
    assert failure is not None
    message = _failure_text(judged, failure, results)
    place = _place(side, failure.place)
    return Finding(rule, place, message, fix, _related(side, judged))


def _related(side: Side, judged: Judged) -> tuple[Related, ...]:
    """The imports of a shortest cycle."""
    return tuple(
        Related(_place_of(side, edge), f"{edge.importer} imports {edge.imported}")
        for edge in judged.component.chain[:_MOST_RELATED]
    )


def _failure_text(judged: Judged, failure: Failure, results: list[Result]) -> str:
    entries = _listed([result.entry for result in results])
    total, failing = len(judged.results), len(judged.failing)
    often = f"importing {entries} first fails"
    if failing < total:
        often += f" ({failing} of {total} modules do; it depends on the entry)"
    steps = " -> ".join(_where(each) for each in _shortened(failure.chain))
    by = f", by way of {steps}" if steps else ""
    return f"{often}: {failure.error}: {failure.message}, at {failure.place.text!r}{by}"


def _had(both: Both | None, result: Result) -> bool:
    """Whether it ended alike at base, from the same entry."""
    if both is None:
        return False
    before = both.base.results.get(result.entry)
    return (
        before is not None
        and before.fate is result.fate
        and _is_partial(before) == _is_partial(result)
    )


def _is_partial(result: Result) -> bool:
    return result.failure is not None and bool(result.failure.partial)


def _untold(side: Side, judged: Judged, both: Both | None) -> Iterator[Finding]:
    if not judged.untold:
        return
    new = [each for each in judged.untold if not _had(both, each)]
    rule = rules.CYCLE_UNTOLD if new else rules.OLD_CYCLE_UNTOLD
    fix = cut_text(side, judged.component) if new else ""
    first = (new or list(judged.untold))[0]
    place, why = _why_untold(side, first)
    entries = _listed([each.entry for each in new or judged.untold])
    message = f"whether importing {entries} first fails cannot be told: {why}"
    yield Finding(rule, place, message, fix)


def _why_untold(side: Side, result: Result) -> tuple[Place, str]:
    for failure in result.conditional:
        when = " and ".join(failure.when)
        why = f"{failure.error}: {failure.message}, if {when}" if when else ""
        return _place(side, failure.place), why or failure.message
    if result.failure is not None:
        failure = result.failure
        why = f"it fails otherwise: {failure.error}: {failure.message}"
        return _place(side, failure.place), why
    for reason in result.reasons:
        return _place(side, reason.place), reason.text
    return Place(side.path(result.entry)), "the simulation does not say why"


def _swallowed(side: Side, judged: Judged, both: Both | None) -> Iterator[Finding]:
    seen: set[tuple[Where, Where]] = set()
    before = _swallowed_before(both)
    for result in judged.results:
        for each in result.swallowed:
            key = (each.handler, each.failure.place)
            if key in seen or not each.failure.partial:
                continue
            seen.add(key)
            old = (each.handler.module, each.failure.place.text) in before
            rule = rules.OLD_SWALLOWED_IMPORT if old else rules.SWALLOWED_IMPORT
            place = _place(side, each.failure.place)
            names = _listed(each.names)
            left = f", which leaves another value in {names}" if each.names else ""
            message = (
                f"{each.failure.error}: {each.failure.message} is swallowed at"
                f" {_where(each.handler)} when {result.entry} is imported first{left}"
            )
            yield Finding(rule, place, message, cut_text(side, judged.component))


def _swallowed_before(both: Both | None) -> set[tuple[str, str]]:
    if both is None:
        return set()
    return {
        (each.handler.module, each.failure.place.text)
        for result in both.base.results.values()
        for each in result.swallowed
    }


def _freed(both: Both) -> Iterator[Finding]:
    for each in both.freed:
        place = Place(
            both.head.path(each.importer), each.statement.line, each.statement.column
        )
        message = (
            f"`{each.statement.text}` in {each.statement.function} dodged a cycle that"
            f" is gone ({each.need.value})"
        )
        yield Finding(rules.LAZY_CAN_GO, place, message, "move it to the top")


# Pieces of text


def chain_text(component: Component) -> str:
    """A shortest cycle as `a -> b (line 3) -> a (line 1)`."""
    chain = component.chain
    steps = (f" -> {edge.imported} (line {edge.line})" for edge in chain)
    return chain[0].importer + "".join(steps)


def cut_text(side: Side, component: Component) -> str:
    """The cheapest statements to change."""
    edges = component.cut_edges()
    places = dict.fromkeys(
        f"{side.path(edge.importer)}:{edge.line} `{edge.statement.brief}`"
        for edge in edges
    )
    best = "the fewest" if component.cut.exact else "about the fewest"
    number = _counted(len(places), "statement")
    what = f"cut the cycle at {best} places, {number}"
    return f"{what}: {_listed(list(places), quote='')}"


def _shortened(chain: tuple[Where, ...]) -> tuple[Where, ...]:
    return chain if len(chain) <= _FEW else (*chain[:2], *chain[-2:])


def _where(place: Where) -> str:
    return f"{place.module}:{place.line}"


def _place(side: Side, where: Where) -> Place:
    modules = side.loaded.graph.modules
    if where.module not in modules:
        return Place(where.module)
    return Place(modules[where.module].path, where.line, min(where.line, 1))


def _place_of(side: Side, edge: Edge) -> Place:
    return Place(side.path(edge.importer), edge.line, edge.statement.column)


def _listed(texts: Iterable[str], quote: str = "`") -> str:
    every = [f"{quote}{text}{quote}" for text in texts]
    few, others = every[:_FEW], len(every) - _FEW
    if others > 0:
        return f"{', '.join(few)} and {others} more"
    return ", ".join(few)


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


# Tables, facts and the summary


def table_of(side: Side, both: Both | None = None) -> Table:
    """A row for each component."""
    columns = ("cycle", "modules", "verdict", "fails first", "shortest chain", "cut")
    rows = [_row(judged, both) for judged in side.judged]
    for each in both.changes if both else ():
        if each.change is Change.WENT_AWAY:
            modules = each.left
            row = (each.change.value, str(len(modules)), "", "", _listed(modules, ""))
            rows.append((*row, ""))
    return Table("cycles", columns, tuple(rows))


def _row(judged: Judged, both: Both | None) -> tuple[str, ...]:
    component = judged.component
    change = both.change_of[component.modules].change.value if both else "is there"
    failing = f"{len(judged.failing)} of {len(judged.results)}"
    cut = component.cut
    number = f"{len(cut.pairs)}" if cut.exact else f"at most {len(cut.pairs)}"
    size = str(len(component))
    chain = chain_text(component)
    return change, size, judged.fate.value, failing, chain, number


def facts_of(side: Side, both: Both | None = None) -> dict[str, Fact]:
    """The same for programs."""
    graph = side.loaded.graph
    kinds = Counter(s.kind.value for named in graph.named.values() for _, s in named)
    computed = sum(not each.name for each in graph.unresolved)
    facts: dict[str, Fact] = {
        "modules": len(graph.modules),
        "edges": {kind.value: kinds[kind.value] for kind in Kind if kinds[kind.value]},
        "cycles": len(side.judged),
        "largest_cycle": max((len(j.component) for j in side.judged), default=0),
        "fatal": sum(j.fate is Fate.FATAL for j in side.judged),
        "undecided": sum(j.fate is Fate.UNDECIDED for j in side.judged),
        "function_local_imports": count_needs(side.local),
        "left_out": len(graph.left_out),
        "hidden": len(graph.hidden),
        "unresolved": len(graph.unresolved) - computed,
        "computed": computed,
        "untried": side.untried,
    }
    if both is not None:
        facts["changes"] = both.counts
        facts["lazy_can_go"] = len(both.freed)
        facts["not_reached"] = both.left_out
    return facts


def summary_of(side: Side, both: Both | None = None) -> Iterator[str]:
    """The same for people, the headline first."""
    graph = side.loaded.graph
    fates = Counter(judged.fate for judged in side.judged)
    number = _counted(len(side.judged), "import cycle")
    told = ", ".join(f"{fates[fate]} {fate.value}" for fate in Fate if fates[fate])
    headline = f"{number} among {_counted(len(graph.modules), 'module')}"
    headline += f" ({told})" if told else ""
    if both is not None:
        changed = {k: n for k, n in both.counts.items() if n and k != "stayed"}
        ways = ", ".join(f"{n} {change}" for change, n in changed.items())
        headline += f": {ways or 'none is new'}"
    yield headline
    needs = count_needs(side.local)
    words = ", ".join(f"{count} {need}" for need, count in needs.items())
    yield f"function-local imports, {sum(needs.values())}: {words}"
    if both is not None and both.left_out:
        yield (
            "left out, as nothing that changed leads to it:"
            f" {_counted(both.left_out, 'file')}; --package names what to look at"
        )
    yield from _asides(side)


def _asides(side: Side) -> Iterator[str]:
    graph = side.loaded.graph
    computed = [each for each in graph.unresolved if not each.name]
    missing = len(graph.unresolved) - len(computed)
    if graph.left_out:
        yield f"left out: {_counted(len(graph.left_out), 'file')}, each named above"
    if graph.hidden:
        paths = _listed([f"{p} ({why})" for p, why in graph.hidden.items()], quote="")
        yield f"no import reaches {_counted(len(graph.hidden), 'file')}: {paths}"
    if side.untried:
        yield (
            f"not simulated: {_counted(side.untried, 'larger cycle')} through functions"
            " that may be called while a module is imported"
        )
    if missing:
        names = dict.fromkeys(each.name for each in graph.unresolved if each.name)
        yield (
            f"{_counted(missing, 'import')} of modules that have no file here:"
            f" {_listed(names, quote='')}"
        )
    if computed:
        places = [f"{side.path(e.importer)}:{e.statement.line}" for e in computed]
        yield (
            f"{_counted(len(computed), 'import')} by a computed name:"
            f" {_listed(places, quote='')}"
        )
