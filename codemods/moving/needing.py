"""The imports that moved code needs in its new home."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codemods.draft import Entry
from codemods.moving.following import Following
from codemods.moving.module import Bound, ModuleText, Used
from codemods.moving.pieces import Piece
from codemods.moving.request import Request

_IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(frozen=True, slots=True)
class Need:
    """An import to have: `for_types` under `if TYPE_CHECKING`."""

    entry: Entry
    for_types: bool = False
    comment: str = ""

    @property
    def local(self) -> str:
        entry = self.entry
        if entry.name is not None:
            return entry.asname or entry.name
        return entry.asname or entry.module.partition(".")[0]


def names_needed(source: ModuleText, pieces: Iterable[Piece]) -> dict[str, list[Used]]:
    """The names that pieces use and do not bind, with the uses."""
    pieces = list(pieces)
    own = {name for piece in pieces for name in source.names_of(piece)}
    found: dict[str, list[Used]] = {}
    for piece in pieces:
        for use in source.uses_in(piece):
            if use.name not in own:
                found.setdefault(use.name, []).append(use)
    return found


def needs_of(request: Request, following: Following, target: str) -> list[Need]:
    """What a target has to import for what it gets, in the order of the source."""
    source = request.source
    home = {
        name: where
        for piece, where in following.gone.items()
        for name in source.names_of(piece)
    }
    found: list[Need] = []
    there = request.targets[target].text
    relative = (there or source).prefers_relative
    for name, uses in names_needed(source, following.to(target)).items():
        if name in home:
            found.append(Need(Entry(home[name], name, relative=relative)))
        elif name in source.bound:
            found += _from_binding(request, name, uses, target, relative)
    return list(dict.fromkeys(found))


def _from_binding(
    request: Request, name: str, uses: list[Used], target: str, relative: bool
) -> Iterator[Need]:
    source = request.source
    bindings = [each for each in source.bound[name] if not each.rebinds]
    imported = [each for each in bindings if each.alias is not None]
    if not imported:
        yield Need(Entry(source.name, name, relative=relative))
        return
    for each in imported:
        if is_import(each) and _is_asked_for(each, uses, imported):
            yield Need(
                entry_of(request, each, target),
                each.for_types,
                comment_of(source, each),
            )


def is_import(bound: Bound) -> bool:
    """Whether an import statement of the top level, or of a block for type checkers,
    makes the binding.
    """
    return bound.alias is not None and (bound.piece.is_import or bound.for_types)


def _is_asked_for(each: Bound, uses: list[Used], all_: list[Bound]) -> bool:
    """Of `import a.b` beside `import a.c`: whether a use may read this one."""
    alias = each.alias
    if alias is None or alias.asname or len(all_) == 1 or "." not in alias.name:
        return True
    path = tuple(alias.name.split(".")[1:])
    return any(use.attributes[: len(path)] in (path, use.attributes) for use in uses)


def statement_of(module: ModuleText, bound: Bound) -> ast.Import | ast.ImportFrom:
    """The statement that an imported name is in."""
    for statement in bound.piece.nodes:
        for node in ast.walk(statement):
            if isinstance(node, _IMPORTS) and bound.alias in node.names:
                return node
    raise ValueError(f"{bound.name} is in no import")


def entry_of(request: Request, bound: Bound, target: str) -> Entry:
    """The import as the target has to write it."""
    source = request.source
    node, alias = statement_of(source, bound), bound.alias
    assert alias is not None
    if isinstance(node, ast.Import):
        return Entry(alias.name, None, alias.asname)
    module, name = source.base_of(node) or "", alias.name
    # The package's own `__init__` may not have run to its end when it gets there.
    while is_inside(target, module):
        step = request.world.passed_on(module, name)
        if step is None:
            break
        module, name = step
    asname = alias.asname
    if name != alias.name:
        asname = alias.asname or alias.name
    return Entry(module, name, asname, relative=bool(node.level))


def is_inside(module: str, package: str) -> bool:
    return module.startswith(f"{package}.")


def comment_of(module: ModuleText, bound: Bound) -> str:
    """The comment at the end of the statement, for tools that read it."""
    node = statement_of(module, bound)
    end = module.source.end(node)
    return module.source.text[end : module.source.line_end(end)].strip()
