"""Tell of a range that changes the settings by which it is judged itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from codemods.finding import Finding, Place
from codemods.toml_lines import TomlError, parse
from verify.git import Range
from verify.settings.reading import MAX_BYTES, NAME, Loaded
from verify.settings.rules import CHANGED
from verify.settings.schema import TABLES


def finding_of(compared: Range, top: Path, loaded: Loaded) -> Finding | None:
    """What of `[tool.rehome]` differs between the two ends of a range, in the file that
    holds in the repository at `top`: the one that was found, or the one that it would
    stand in. None where nothing does. Raises `GitError`.
    """
    path = _path_of(top, loaded)
    base, head = (
        _text_at(compared, end, path) for end in (compared.base, compared.head)
    )
    if base == head:
        return None
    changed = [*_changed(_table_in(base), _table_in(head))]
    if not changed:
        return None
    text = (head or b"").decode("utf-8", "replace")
    there = Loaded(file=Path(path), text=text)
    place = Place(path, there.line(*changed[0].split(".")), min(len(text), 1))
    named = ", ".join(f"`{key}`" for key in changed)
    message = f"the range changes settings that it is judged by: {named}"
    fix = "read what it accepts, ignores or no longer asks for"
    return Finding(CHANGED, place, message, fix)


def _path_of(top: Path, loaded: Loaded) -> str:
    """The path of the settings in the trees of the repository."""
    if loaded.file is not None:
        inner = os.path.relpath(os.path.realpath(loaded.file), top)
        if not inner.startswith(os.pardir + os.sep):
            return PurePath(inner).as_posix()
    return NAME


def _text_at(compared: Range, commit: str, path: str) -> bytes | None:
    entry = compared.repository.tree(commit).get(path)
    if entry is None or not entry.is_file:
        return None
    return compared.repository.read([entry.oid], at_most=MAX_BYTES).get(entry.oid)


def _table_in(text: bytes | None) -> Mapping[str, Any]:
    """`[tool.rehome]` of a file; of one that is no TOML, what equals itself alone."""
    try:
        tool = parse((text or b"").decode("utf-8-sig")).get("tool")
    except (UnicodeDecodeError, TomlError):
        return {"": text}
    ours = tool.get("rehome") if isinstance(tool, dict) else None
    return ours if isinstance(ours, dict) else {}


def _changed(base: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[str]:
    """The keys that differ, those of a command's table one by one."""
    for key in sorted({*base, *head}):
        old, new = base.get(key), head.get(key)
        if old == new:
            continue
        if (
            key in TABLES
            and isinstance(old or {}, dict)
            and isinstance(new or {}, dict)
        ):
            yield from (f"{key}.{inner}" for inner in _changed(old or {}, new or {}))
        else:
            yield key or "tool.rehome"
