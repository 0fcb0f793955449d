"""Paths as git writes them: with slashes, from the repository's root."""

from __future__ import annotations


def shared_folders(path: str, other: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for mine, its in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if mine != its:
            break
        count += 1
    return count
