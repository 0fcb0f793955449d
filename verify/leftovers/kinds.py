"""What sort of file something stands in, by its name."""

from __future__ import annotations

import re
from enum import Enum

_HISTORY = re.compile(
    r"(?:^|/)(?:change[-_]?logs?|changes|history|news|release[-_]?notes?|releases"
    r"|whats[-_]?new|announcements?)(?:[./_-]|$)",
    re.IGNORECASE,
)
_PYTHON = (".py", ".pyi", ".pyw")
_MARKUP = (".md", ".mdx", ".markdown", ".rst", ".txt", ".qmd")
# Enough to be told from a text; git looks as far.
_HEAD = 8000


class Kind(Enum):
    """How a file is searched."""

    PYTHON = "Python"
    NOTEBOOK = "notebook"
    MARKUP = "markup"
    TEXT = "text"


def kind_of(path: str) -> Kind:
    """How the file at a path is searched."""
    if path.endswith(_PYTHON):
        return Kind.PYTHON
    if path.endswith(".ipynb"):
        return Kind.NOTEBOOK
    return Kind.MARKUP if path.lower().endswith(_MARKUP) else Kind.TEXT


def is_history(path: str) -> bool:
    """Whether a file tells of the past, by the name of it or of its folder."""
    return bool(_HISTORY.search(path)) and not path.endswith(_PYTHON)


def is_migration(path: str, data: bytes) -> bool:
    """Whether a file declares moves: old names are what it is made of."""
    return path.endswith(".toml") and (b"[[move]]" in data or b"[[removed]]" in data)


def is_binary(data: bytes) -> bool:
    return b"\0" in data[:_HEAD]
