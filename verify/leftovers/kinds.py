"""What sort of file something stands in, by its name."""

from __future__ import annotations

from enum import Enum

_PYTHON = (".py", ".pyi", ".pyw")
_MARKUP = (".md", ".mdx", ".markdown", ".rst", ".txt", ".qmd")


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
