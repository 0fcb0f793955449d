"""The version of a package that a project pins, read off its own files."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from codemods.files import FileProblem, read_regular

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_MOST_BYTES = 16 << 20
_EXACT = ("==", "===")


def pinned(name: str, folder: Path) -> dict[str, Path]:
    """The versions to which a project pins a package exactly, each with a file that
    does: those of the closest folder, from `folder` upwards, that pins it at all.
    """
    start = folder.resolve()
    for above in (start, *start.parents):
        found: dict[str, Path] = {}
        for path, version in _pins_in(canonicalize_name(name), above):
            found.setdefault(version, path)
        if found or (above / ".git").exists():
            return found
    return {}


def _pins_in(name: str, folder: Path) -> Iterator[tuple[Path, str]]:
    for lock in _LOCKS:
        for package in _list(_toml(folder / lock), "package", "packages"):
            if canonicalize_name(str(package.get("name", ""))) == name:
                yield folder / lock, str(package.get("version", ""))
    project = folder / "pyproject.toml"
    for text in _strings(_toml(project)):
        yield from ((project, version) for version in _exact(name, text))
    for path in sorted(folder.glob("*requirements*.txt")):
        for line in _read(path).splitlines():
            text = re.split(r"\s#|\s--", line)[0]
            yield from ((path, version) for version in _exact(name, text))


def _exact(name: str, text: str) -> Iterator[str]:
    """The version of `name==version`, nothing for any other requirement."""
    try:
        requirement = Requirement(text.strip())
    except InvalidRequirement:
        return
    if canonicalize_name(requirement.name) == name:
        for each in requirement.specifier:
            if each.operator in _EXACT and not each.version.endswith("*"):
                yield each.version


def _list(data: dict[str, Any], *keys: str) -> Iterator[dict[str, Any]]:
    for key in keys:
        value = data.get(key)
        if isinstance(value, list):
            yield from (each for each in value if isinstance(each, dict))


def _strings(value: object) -> Iterator[str]:
    """Every string in the lists of a settings file: requirements are among them."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, str):
                yield inner
            else:
                yield from _strings(inner)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(path))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _read(path: Path) -> str:
    try:
        return read_regular(path, at_most=_MOST_BYTES).decode("utf-8", "replace")
    except FileProblem:
        return ""
