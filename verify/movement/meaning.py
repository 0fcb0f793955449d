"""Whether the names of a moved definition still mean the same.

Every free name is followed to what it means, in the old revision from the old
place and in the new one from the new place. The two must lead to the same
definition, where one that moved in the range is the same in its new home.

Never guessed: what the text does not tell is a difference that is `undecided`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from verify.movement import comparison
from verify.movement.comparison import Judge, Verdict
from verify.movement.definitions import FILE, Definition
from verify.movement.difference import NOTES, Difference, made
from verify.movement.freenames import RUN, TELLING, FreeName, free_names
from verify.movement.modules import ModuleFile
from verify.movement.resolve import live_bindings
from verify.movement.surroundings import of_surroundings, own_binding
from verify.movement.targets import RUN_TIME, Condition, Kind, Meaning, Target
from verify.movement.world import World

__all__ = ["NOTES", "Difference", "World", "differences"]


# Builtins that see the names of the module around, whichever those are.
_LOOKING = frozenset({"globals", "eval", "exec"})


def differences(
    old: Definition,
    new: Definition,
    moved: Mapping[str, str],
    base: World,
    head: World,
    *,
    is_adapted: bool = False,
) -> tuple[Difference, ...]:
    """What the names of a moved definition no longer mean, in order of place.

    `moved` has the dotted path at base of everything that moved in the range, and
    its path at head. A name that only one of the two texts has is not judged: that
    is a change of the text. A name is reported once, where it first stands.
    """
    before, after = base.modules.at(old.path), head.modules.at(new.path)
    if before is None or after is None:
        return (_unreadable(old, new, before),)
    try:
        found = _found((old, new), (before, after), moved, (base, head), is_adapted)
    except RecursionError:  # code that is nested deeper than we can walk
        return (_unreadable(old, new, before),)
    found.sort(key=lambda d: (d.line, d.column, d.name))
    once = {(d.name.partition(".")[0], d.kind): d for d in reversed(found)}
    return tuple(each for each in found if each in once.values())


def _found(
    pair: tuple[Definition, Definition],
    files: tuple[ModuleFile, ModuleFile],
    moved: Mapping[str, str],
    sides: tuple[World, World],
    is_adapted: bool,
) -> list[Difference]:
    (old, new), (before, after), (base, head) = pair, files, sides
    was = _by_key(free_names(old, before, base.resolver))
    now = _by_key(free_names(new, after, head.resolver))
    judge = Judge(_all_moved(moved, old, new), base.resolver, head.resolver)
    found = [
        each
        for key in now
        if key in was
        for each in _compare(judge, was[key], now[key], files)
    ]
    if is_adapted:
        found += _of_new_names(judge, was, now)
    verdict = judge.conditions(_conditions(old, before), _conditions(new, after))
    if verdict is not None:
        name, one, other = verdict.cause or ("its conditions", Meaning(), Meaning())
        found.append(made(name, (new.first, 1), verdict, (str(one), str(other))))
    all_moved = _all_moved(moved, old, new)
    return [*found, *of_surroundings(pair, files, all_moved, now, head)]


def _conditions(definition: Definition, file: ModuleFile) -> tuple[Condition, ...]:
    """What a definition at the top level of its module stands under."""
    binding = own_binding(definition, file)
    guards = binding.guards if binding is not None else ()
    return tuple(Condition(guard, file) for guard in guards)


def _all_moved(
    moved: Mapping[str, str], old: Definition, new: Definition
) -> dict[str, str]:
    """What moved, the definition itself included."""
    found = {key.replace(":", "."): to.replace(":", ".") for key, to in moved.items()}
    if (old.qualified and new.qualified) or old.kind == new.kind == FILE:
        found.setdefault(old.dotted, new.dotted)
    return found


def _by_key(names: Iterator[FreeName]) -> dict[tuple[str, str], list[FreeName]]:
    found: dict[tuple[str, str], list[FreeName]] = {}
    for name in names:
        found.setdefault(name.key, []).append(name)
    return found


def _compare(
    judge: Judge,
    was: list[FreeName],
    now: list[FreeName],
    files: tuple[ModuleFile, ModuleFile],
) -> Iterator[Difference]:
    """Compare all uses that are written alike."""
    for old, new in _pairs(was, now):
        verdict = judge.compare(old.meaning, new.meaning)
        if verdict is None:
            verdict = _look_closer(old, new, files)
        elif verdict.kind == comparison.MISSING and _is_late(new, files[1]):
            verdict = Verdict(comparison.ORDER, verdict.undecided)
        if verdict is not None:
            yield _difference(old, new, verdict)
            return


def _of_new_names(
    judge: Judge,
    was: Mapping[tuple[str, str], list[FreeName]],
    now: Mapping[tuple[str, str], list[FreeName]],
) -> Iterator[Difference]:
    """The names that follow from a move, where more than one thing can bind them."""
    gone = [name for key in was if key not in now for name in was[key]]
    for key in now:
        if key in was:
            continue
        for name in now[key]:
            if _is_plain(name.meaning) or any(
                judge.compare(old.meaning, name.meaning) is None for old in gone
            ):
                continue
            missing = any(t.kind is Kind.MISSING for t in name.meaning.targets)
            kind = comparison.MISSING if missing else comparison.CONDITIONAL
            verdict = Verdict(kind, undecided=not missing)
            yield made(
                name.text, name.place, verdict, ("written otherwise", str(name.meaning))
            )
            break


def _is_plain(meaning: Meaning) -> bool:
    """Whether a name means one thing, whatever happens."""
    kinds = {target.kind for target in meaning.targets}
    return (
        not meaning.doubt
        and len(meaning.targets) == 1
        and not meaning.targets[0].conditions
        and kinds.isdisjoint({Kind.MISSING, Kind.STAR})
    )


def _pairs(
    was: list[FreeName], now: list[FreeName]
) -> Iterator[tuple[FreeName, FreeName]]:
    """Uses one by one where there are as many; else each with each that differs."""
    if len(was) == len(now):
        pairs = list(zip(was, now, strict=True))
    else:
        pairs = [(old, new) for new in now for old in was]
    seen: set[tuple[Meaning, Meaning, bool]] = set()
    for old, new in pairs:
        key = (old.meaning, new.meaning, new.for_types)
        if key not in seen:
            seen.add(key)
            yield old, new


def _look_closer(
    old: FreeName, new: FreeName, files: tuple[ModuleFile, ModuleFile]
) -> Verdict | None:
    """What can differ though the name means the same."""
    if new.for_types and not old.for_types:
        return Verdict(comparison.TYPES_ONLY)
    if _submodule(old.text, files[0], files[1]):
        return Verdict(comparison.IMPORTED, undecided=True)
    if files[0].path == files[1].path:
        return None
    if new.text in TELLING and files[0].name != files[1].name:
        told = [Meaning((Target(Kind.OWN, f"{f.name}.{new.text}"),)) for f in files]
        return Verdict(comparison.OWN, True, (new.text, told[0], told[1]))
    if any(_looks(target) for target in new.meaning.targets):
        return Verdict(comparison.DYNAMIC, undecided=True)
    return None


def _looks(target: Target) -> bool:
    name = target.path.removeprefix("builtins.")
    return target.kind in (Kind.BUILTIN, Kind.EXTERNAL) and name in _LOOKING


def _submodule(text: str, before: ModuleFile, after: ModuleFile) -> str:
    """The module of a chain that the old file imports and the new one does not:
    whether it is loaded depends on who else imports it."""
    named = {n for n in before.plain_imports if f"{text}.".startswith(f"{n}.")}
    needed = max(named, key=len, default="")
    return needed if "." in needed and not after.loads(needed) else ""


def _is_late(name: FreeName, file: ModuleFile) -> bool:
    root = name.text.partition(".")[0]
    return name.role != RUN and bool(live_bindings(file.names, root, RUN_TIME))


def _difference(old: FreeName, new: FreeName, verdict: Verdict) -> Difference:
    cause = verdict.cause or (new.text, old.meaning, new.meaning)
    return made(cause[0], new.place, verdict, (str(cause[1]), str(cause[2])))


def _unreadable(
    old: Definition, new: Definition, before: ModuleFile | None
) -> Difference:
    path = old.path if before is None else new.path
    verdict = Verdict(comparison.UNKNOWN, undecided=True)
    said = ("cannot be read", "") if before is None else ("", "cannot be read")
    return made(path, (new.first, 1), verdict, said)
