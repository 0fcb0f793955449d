"""What keeps commits from being written."""

from __future__ import annotations


class LineageError(Exception):
    """Nothing was written; the text says why and what to do, in one line."""
