"""What changes moved code though each of its names leads where it did.

Its own name can be bound again, `self` can be another object, annotations can be
evaluated or not, and what runs when a module is imported can run at another time.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache

from verify.movement import comparison
from verify.movement.annotated import readers
from verify.movement.bindings import FROM, Binding, Names, names_of
from verify.movement.comparison import Verdict
from verify.movement.definitions import FILE, Definition
from verify.movement.difference import Difference, made
from verify.movement.freenames import ANNOTATION, FreeName
from verify.movement.modules import ModuleFile
from verify.movement.receivers import other_attributes
from verify.movement.registering import imports, registering
from verify.movement.resolve import live_bindings
from verify.movement.targets import RUN_TIME
from verify.movement.world import World


def of_surroundings(
    pair: tuple[Definition, Definition],
    files: tuple[ModuleFile, ModuleFile],
    moved: Mapping[str, str],
    now: Mapping[tuple[str, str], list[FreeName]],
    head: World,
) -> Iterator[Difference]:
    """What the new place changes; `now` are the names that the code has there, and
    `moved` the dotted paths of all that moved, at base and at head."""
    yield from _of_its_name(pair, files)
    yield from _of_those_left(pair, files, head)
    yield from _of_receiver(pair, files[1], moved, head)
    yield from _of_decorators(pair, files[1], head)
    yield from _of_modules(files, pair[1], now, head)


def _of_its_name(
    pair: tuple[Definition, Definition], files: tuple[ModuleFile, ModuleFile]
) -> Iterator[Difference]:
    """Whether its name leads to the definition, or to what is bound after it."""
    own = [own_binding(*each) for each in zip(pair, files, strict=True)]
    if own[1] is None:
        return
    around = [_names_around(*each) for each in zip(pair, files, strict=True)]
    kinds = [
        [
            other.kind
            for other in names.bindings.get(each.name, ())
            if binding is not None and other.at != binding.at
        ]
        for each, names, binding in zip(pair, around, own, strict=True)
    ]
    if kinds[0] == kinds[1]:
        return
    live = [b.at for b in live_bindings(around[1], pair[1].name, RUN_TIME)]
    verdict = Verdict(comparison.REBOUND, undecided=own[1].at in live)
    said = (_bound_by(kinds[0]), _bound_by(kinds[1]))
    yield made(pair[1].name, (pair[1].first, 1), verdict, said)


def own_binding(definition: Definition, file: ModuleFile) -> Binding | None:
    """What binds a definition in the body of its module or class."""
    at = (
        getattr(definition.node, "lineno", 0),
        getattr(definition.node, "col_offset", 0),
    )
    bound = _names_around(definition, file).bindings
    for binding in bound.get(definition.name, ()) if definition.qualified else ():
        if (binding.statement.lineno, binding.statement.col_offset) == at:
            return binding
    return None


def _names_around(definition: Definition, file: ModuleFile) -> Names:
    """What the body binds that a definition stands in, if of a module or class."""
    around = definition.parent
    if around is None or around.kind == FILE:
        return file.names
    if isinstance(around.node, ast.ClassDef):
        return _names_in(around.node)
    return Names()


@lru_cache(maxsize=64)
def _names_in(node: ast.ClassDef) -> Names:
    """What the body of a class binds; asked for each of its methods."""
    return names_of(ast.Module(node.body, []))


def _bound_by(kinds: list[str]) -> str:
    """The other statements that bind the name of a definition."""
    return f"also bound by {', '.join(kinds)}" if kinds else "bound by this alone"


def _of_those_left(
    pair: tuple[Definition, Definition],
    files: tuple[ModuleFile, ModuleFile],
    head: World,
) -> Iterator[Difference]:
    """Whether code of the old module reads a variable that functions rebind: what
    it imports is the value that the variable had first."""
    old, new = pair
    left = head.modules.at(old.path)
    if (
        left is None
        or left.path == new.path
        or new.qualified not in files[1].names.rebound
        or own_binding(new, files[1]) is None
    ):
        return
    reads = any(
        isinstance(node, ast.Name) and node.id == old.qualified
        for node in ast.walk(left.tree)
    )
    bound = left.names.bindings.get(old.qualified, ())
    if reads and any(binding.kind == FROM for binding in bound):
        verdict = Verdict(comparison.STATE)
        said = (f"read in {old.path}", "read there as it was when imported")
        yield made(new.qualified, (new.first, 1), verdict, said)


def _of_receiver(
    pair: tuple[Definition, Definition],
    after: ModuleFile,
    moved: Mapping[str, str],
    head: World,
) -> Iterator[Difference]:
    """The attributes that a method reads off an object of another class now."""
    for node, was, now in other_attributes(*pair, moved, head.resolver):
        verdict = Verdict(comparison.RECEIVER, undecided=True)
        said = (f"an attribute of {was}", f"an attribute of {now}")
        place = after.source.place(after.source.offset(node.lineno, node.col_offset))
        yield made(ast.unparse(node), place, verdict, said)


def _of_decorators(
    pair: tuple[Definition, Definition], after: ModuleFile, head: World
) -> Iterator[Difference]:
    """Whether a definition is entered somewhere when another module is imported."""
    old, new = pair
    left = head.modules.at(old.path)
    if left is None or left.path == after.path:
        return
    for node in registering(new, after, head.resolver):
        if not imports(left, after.name, head.resolver):
            verdict = Verdict(comparison.REGISTERED, undecided=True)
            said = tuple(f"run when {each.path} is imported" for each in pair)
            place = after.source.place(after.source.start(node))
            name = ast.unparse(node.func if isinstance(node, ast.Call) else node)
            yield made(name, place, verdict, (said[0], said[1]))


def _of_modules(
    files: tuple[ModuleFile, ModuleFile],
    new: Definition,
    now: Mapping[tuple[str, str], list[FreeName]],
    head: World,
) -> list[Difference]:
    """What the two modules do to names and annotations in general."""
    found: list[Difference] = []
    before, after = files
    if not now:
        return found
    first = next(iter(now.values()))[0]
    reasons = (before.names.dynamic, after.names.dynamic)
    if any(reasons) and (before.path != after.path or reasons[0] != reasons[1]):
        verdict = Verdict(comparison.DYNAMIC, undecided=True)
        said = (_uses(reasons[0]), _uses(reasons[1]))
        found.append(made(reasons[1] or reasons[0], first.place, verdict, said))
    noted = [names[0] for (_, role), names in now.items() if role == ANNOTATION]
    if noted and before.names.lazy_annotations is not after.names.lazy_annotations:
        found.append(_of_annotations(noted[0].place, new, after, head))
    return found


def _of_annotations(
    place: tuple[int, int], new: Definition, after: ModuleFile, head: World
) -> Difference:
    """Of annotations that are evaluated in one of two modules only."""
    looking = next(readers(list(ast.walk(new.node)), after, head.resolver), "")
    verdict = Verdict(comparison.ANNOTATIONS)
    if looking:
        verdict = Verdict(comparison.ANNOTATIONS_READ, undecided=True)
    lazy = after.names.lazy_annotations
    told = f", where {looking} may read them" if looking else ""
    return made(
        "annotations", place, verdict, (_evaluated(lazy), _evaluated(not lazy) + told)
    )


def _uses(reason: str) -> str:
    return f"a module that uses {reason}" if reason else "a plain module"


def _evaluated(is_evaluated: bool) -> str:
    return "evaluated" if is_evaluated else "kept as text"
