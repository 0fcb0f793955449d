"""YAML, TOML, ini and other settings: read as text, for comments and layout to stay.

_target_: pkg.old.A        ->   _target_: pkg.new.A
tool = "pkg.old:A"         ->   tool = "pkg.new:A"
"""

from __future__ import annotations

import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from codemods.texts._draft import TextDraft
from codemods.texts._search import search

SUFFIXES = (
    *(".yaml", ".yml", ".toml", ".cfg", ".ini", ".conf", ".config", ".properties"),
    *(".env", ".in", ".service", ".json5", ".jsonc", ".tf", ".hcl", ".desktop"),
)
NAMES = (
    *("CODEOWNERS", "Pipfile", ".coveragerc", ".flake8", ".pylintrc", "pylintrc"),
    *(".env", ".gitlab-ci.yml", "entry_points.txt", ".isort.cfg"),
)


def propose(draft: TextDraft) -> None:
    """Follow exact dotted paths and whole imports."""
    for hit in search(draft.text, draft.names):
        draft.take(hit)


def is_intact(old: str, new: str) -> bool:
    """Whether a text that was TOML still is: a name may be there twice now."""
    return not _is_toml(old) or _is_toml(new)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
