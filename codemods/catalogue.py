"""The built-in migrations, and how a user picks from them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from packaging.version import InvalidVersion, Version

from codemods.migration import Migration, MigrationError, load, loads
from codemods.name import nearest, quoted
from codemods.namemap import in_release_order


@cache
def builtin() -> tuple[Migration, ...]:
    """Every built-in migration, in the order of the releases."""
    folder = files("codemods") / "migrations"
    loaded = (
        loads(entry.read_text(encoding="utf-8"), entry.name)
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )
    return tuple(sorted(loaded, key=in_release_order))


def find(argument: str) -> list[Migration]:
    """The migrations that an argument means: an id, a package with all that are
    built in for it, or the path of a `.toml` file.

    Raises `MigrationError` for anything else, with the nearest name that is known.
    """
    found = [m for m in builtin() if argument in (m.id, m.package)]
    if found:
        return found
    if argument.endswith(".toml") or os.sep in argument:
        return [load(Path(argument))]
    known = {name for m in builtin() for name in (m.id, m.package)}
    hint = nearest(argument, known) or f"known are {', '.join(sorted(known))}"
    raise MigrationError(
        f"{quoted(argument)} is no migration, no package that has one, and no"
        f" .toml file; {hint}"
    )


def between(
    migrations: Iterable[Migration], from_version: str | None, to_version: str | None
) -> list[Migration]:
    """Those that an upgrade meets: `from_version` < since <= `to_version`.

    None leaves that end open. Raises `MigrationError` for a text that is not a
    version, and for versions that do not go up.
    """
    low = None if from_version is None else _version(from_version)
    high = None if to_version is None else _version(to_version)
    if low is not None and high is not None and low >= high:
        raise MigrationError(
            f"version {low} is not before {high}; an upgrade goes from the older"
            " to the newer"
        )
    return [
        migration
        for migration in migrations
        if (low is None or low < migration.version)
        and (high is None or migration.version <= high)
    ]


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion:
        raise MigrationError(
            f"{quoted(text)} is not a version; write it like 0.5.13"
        ) from None
