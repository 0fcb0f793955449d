"""What a short run keeps in memory, to do nothing twice."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from codemods.trees import trees

# A range's files with those they import: about a quarter of a gigabyte at the most.
_CHARACTERS = 5_000_000
_OBJECTS = 200_000  # made, between two looks; Python's own figure is 700


def collect_rarely() -> None:
    """Let a short run grow: the trees that it parses live as long as it does, and to
    look through them again and again took more than half of its time.
    """
    gc.set_threshold(_OBJECTS, 20, 100)


@contextmanager
def kept_trees() -> Iterator[None]:
    """Parse each file once: every check of a range reads much the same files."""
    trees.make_room(_CHARACTERS)
    try:
        yield
    finally:
        trees.make_room(0)
