"""Which modules and names others are meant to import."""

from __future__ import annotations

from enum import Enum

from verify.surface.flow import Bound
from verify.surface.modules import Module

# Top-level folders that hold no package that is published.
_ASIDE = frozenset(
    {
        *("bench", "benches", "benchmark", "benchmarks", "ci", "demo", "demos"),
        *("doc", "docs", "e2e", "example", "examples", "experiments", "notebooks"),
        *("playground", "scripts", "script", "test", "tests", "tools", "utils_ci"),
    }
)
_FILES_ASIDE = frozenset({"conftest", "noxfile", "setup"})


class Standing(str, Enum):
    """For whom a module or a name is; the values are words for people."""

    PUBLIC = "public"
    PRIVATE = "private"  # begins with an underscore
    INCIDENTAL = "incidental"  # imported for the module's own use
    ASIDE = "aside"  # of tests, scripts or documentation


def standing_of_module(name: str, path: str) -> Standing:
    """For whom a module is, by its name and the folders that it lies in."""
    top, *inner = name.split(".")
    if top in _ASIDE or "tests" in inner or _is_test(top):
        return Standing.ASIDE
    if (inner or [top])[-1] in _FILES_ASIDE or any(
        folder.startswith(".") for folder in path.split("/")
    ):
        return Standing.ASIDE
    return Standing.PRIVATE if any(map(is_private, (top, *inner))) else Standing.PUBLIC


def standing_of_name(module: Module, name: str) -> Standing:
    """For whom a name of a module is."""
    exports = module.exports
    if exports is not None and name in exports.names | exports.maybe:
        return Standing.PUBLIC
    if is_private(name) or _is_special(name):
        return Standing.PRIVATE
    bound = module.state.names.get(name)
    if bound is None or not _is_imported(bound):
        return Standing.PUBLIC
    if any(way.same for way in bound.ways):
        return Standing.PUBLIC
    if exports is None and module.is_package and _is_own(module, bound):
        return Standing.PUBLIC
    return Standing.INCIDENTAL


def is_private(name: str) -> bool:
    return name.startswith("_") and not _is_special(name)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith(("_test", "_tests"))


def _is_imported(bound: Bound) -> bool:
    return all(way.source is not None for way in bound.ways)


def _is_own(module: Module, bound: Bound) -> bool:
    """Whether a package takes a name from its own modules, to hand it on."""
    top = module.name.partition(".")[0]
    for way in bound.ways:
        target = module.absolute(way.source) if way.source else None
        if target is not None and target.partition(".")[0] == top:
            return True
    return False
