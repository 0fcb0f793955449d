"""How the dotted path of a moved name is spelled in a text, and its new spelling."""

from __future__ import annotations

import re
from functools import lru_cache

from codemods.namemap import Moved, NameMap, Removed


@lru_cache(maxsize=8)
def spellings(names: NameMap) -> tuple[str, ...]:
    """Every old path as `pkg.module.Symbol` and as `pkg.module:Symbol`, so ordered
    that the first that fits at a place is the longest.
    """
    paths: set[str] = set()
    for name in names.old_names:
        paths.add(name.dotted)
        if name.symbol:
            paths.add(f"{name.module}:{name.symbol}")
    return tuple(sorted(paths, key=lambda path: (-len(path), path)))


@lru_cache(maxsize=8)
def pattern(names: NameMap, before: str) -> re.Pattern[str]:
    """An old path as group 1 behind `before`, a regular expression; no name goes on
    after it, though members may follow.
    """
    inner = "|".join(map(re.escape, spellings(names)))
    return re.compile(rf"{before}({inner})(?!\w)")


def fate(names: NameMap, path: str) -> Moved | Removed | None:
    """What became of a path, which may be spelled with a `:`."""
    return names.resolve(path.replace(":", "."))


def new_text(names: NameMap, path: str) -> str | None:
    """The path's new spelling, its `:` kept where it had one; None if it has none."""
    found = fate(names, path)
    if not isinstance(found, Moved):
        return None
    if ":" in path and found.new.symbol:
        return ".".join((f"{found.new.module}:{found.new.symbol}", *found.rest))
    return found.path
