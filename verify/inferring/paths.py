"""The path by which call sites should import something from the new version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from codemods.name import Name
from verify.inferring.both import Both, Origin
from verify.surface.importable import Certainty
from verify.surface.modules import parents
from verify.surface.scope import Standing, standing_of_module, standing_of_name


@dataclass(frozen=True, slots=True)
class Path:
    """A name of the new version, and why it is the one to use."""

    name: Name
    certainty: Certainty
    why: str = ""


def best_path(both: Both, old: Name, origin: Origin) -> Path | None:
    """The path to use for what is defined at `origin` of the new version; None where
    it cannot be imported.

    A package that hands it on for others comes first, then a module inside of what the
    old module became, then where it is defined.
    """
    outer, dot, member = origin.symbol.partition(".")
    there = Origin(origin.module, outer)
    for name, why in _candidates(both, old, there):
        if name.module == old.module and name.symbol == old.symbol.partition(".")[0]:
            continue
        answer = both.gives(name)
        if both.origin_now(name) == there and answer.certainty is Certainty.YES:
            return Path(
                Name(name.module, f"{name.symbol}{dot}{member}"), Certainty.YES, why
            )
    name = Name(there.module, outer)
    answer = both.gives(name)
    if answer.certainty is Certainty.NO or not both.modules[1].exists(name.module):
        return None
    why = answer.why or "defined there"
    return Path(Name(name.module, f"{name.symbol}{dot}{member}"), answer.certainty, why)


def givers(both: Both, origin: Origin) -> list[Name]:
    """The paths by which the package itself imports what is defined at `origin`."""
    found = {Name(origin.module, origin.symbol)}
    for name in both.taken_from(origin.symbol):
        if both.modules[1].exists(name.module) and both.origin_now(name) == origin:
            found.add(name)
    return sorted(found)


def _candidates(both: Both, old: Name, origin: Origin) -> Iterator[tuple[Name, str]]:
    # What it was imported from gives it still, under another name.
    known = (old.module,) if old.module in parents(origin.module) else ()
    for package in (*known, *parents(origin.module)):
        if _publishes(both, package, origin.symbol):
            where = f"defined in {origin.module}, which `{package}` hands on"
            yield Name(package, origin.symbol), where
    if not f"{origin.module}.".startswith(f"{old.module}."):
        inside = [
            name
            for name in _inside(both, old.module, origin.symbol)
            if both.origin_now(name) == origin
        ]
        if len(inside) == 1:
            yield inside[0], f"defined in {origin.module}"
    yield Name(origin.module, origin.symbol), ""


def _publishes(both: Both, package: str, symbol: str) -> bool:
    """Whether a package hands a name on for others to import."""
    module = both.modules[1].find(package)
    if module is None or not module.is_package or module.problem:
        return False
    if standing_of_module(package, module.path) is not Standing.PUBLIC:
        return False
    given = symbol in module.state.names or symbol in module.lazy.names
    return given and standing_of_name(module, symbol) is Standing.PUBLIC


def _inside(both: Both, package: str, symbol: str) -> Iterator[Name]:
    """The modules inside what the old module became that have a name."""
    modules = both.modules[1]
    for path in modules.paths:
        name = modules.name_of(path)
        if name.startswith(f"{package}."):
            data = modules.sources.read(path) or b""
            if symbol.encode() in data and symbol in modules.at(path).state.names:
                yield Name(name, symbol)
