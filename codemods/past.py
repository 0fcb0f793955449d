"""Files in which old names are right: they tell of the past, or declare moves."""

from __future__ import annotations

import re

_HISTORY = re.compile(
    r"(?:^|/)(?:change[-_]?logs?|changes|history|news|release[-_]?notes?|releases"
    r"|whats[-_]?new|announcements?)(?:[./_-]|$)",
    re.IGNORECASE,
)
_PYTHON = (".py", ".pyi", ".pyw")
_TABLES = (b"[[move]]", b"[[removed]]", b"[[rehome]]", b"[[fold]]")
# Enough to be told from a text; git looks as far.
_HEAD = 8000


def is_history(path: str) -> bool:
    """Whether a file tells of the past, by the name of it or of its folder."""
    return bool(_HISTORY.search(path)) and not path.endswith(_PYTHON)


def is_migration(path: str, data: bytes) -> bool:
    """Whether a file declares moves: old names are what it is made of."""
    return path.endswith(".toml") and any(table in data for table in _TABLES)


def is_binary(data: bytes) -> bool:
    """Whether these bytes, or the first of a file, are no text."""
    return b"\0" in data[:_HEAD]
