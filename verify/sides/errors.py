"""What keeps a side from being had or run."""

from __future__ import annotations


class SideError(Exception):
    """A side that cannot be had; the text says why and what to do, in one line."""
