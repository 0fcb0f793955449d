"""Call sites as `codemods` would rewrite them for the moves that were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.home import ModuleHome
from codemods.name import Name
from codemods.namemap import Moved, NameMap
from codemods.rewrite import rewrite
from codemods.source import SourceError
from verify.movement.atoms import PLACE, Atom, atoms_of
from verify.movement.definitions import FILE, Definition, Module, parse_module

_TOP = ("function", "class", "assignment")


def migration_of(matches: Mapping[Definition, Definition]) -> NameMap:
    """What call sites must follow: modules, and what modules define, that moved."""
    moves = [
        Moved(Name(a.module, a.qualified), Name(b.module, b.qualified))
        for a, b in matches.items()
        if a.dotted != b.dotted and _is_named(a) and _is_named(b)
    ]
    return NameMap(tuple(sorted(moves)), (), ())


def _is_named(definition: Definition) -> bool:
    is_top = definition.kind in _TOP and not definition.guards
    parts = definition.dotted.split(".")
    return (is_top or definition.kind == FILE) and all(map(str.isidentifier, parts))


Place = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Repointed:
    """A file as it is once its call sites follow the moves. `atoms` are those that
    differ, by the path and line of what they were; imports are left out.
    """

    module: Module
    atoms: Mapping[Place, Atom]


def repointed(module: Module, names: NameMap) -> Repointed | None:
    """Rewrite a file; None where nothing changes, or it cannot be told apart."""
    data = module.source.encode(module.source.text)
    if not names.moves or not names.relevant(data):
        return None
    home = ModuleHome(module.name, module.is_package)
    made = rewrite(data, names, path=module.path, home=home)
    if not made.changed:
        return None
    try:
        after = parse_module(module.path, module.name, made.new)
    except SourceError:
        return None
    if len(after.definitions) != len(module.definitions):
        return None
    found: dict[Place, Atom] = {}
    owners = zip(
        (module.root, *module.definitions),
        (after.root, *after.definitions),
        strict=True,
    )
    for old, new in owners:
        if _text(old, module) == _text(new, after):
            continue
        found.update(_changed(_code(old, module), _code(new, after)))
    return Repointed(after, found)


def _text(definition: Definition, module: Module) -> tuple[str, ...]:
    return module.lines[definition.first - 1 : definition.last]


def _code(definition: Definition, module: Module) -> list[Atom]:
    atoms = atoms_of(definition, module)
    return [a for a in atoms if a.kind != PLACE and not a.is_import]


def _changed(old: list[Atom], new: list[Atom]) -> dict[Place, Atom]:
    if len(old) != len(new):
        return {}
    pairs = zip(old, new, strict=True)
    return {(a.path, a.first): b for a, b in pairs if a.key != b.key}
