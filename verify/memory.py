"""What a short run keeps in memory, to do nothing twice."""

from __future__ import annotations

import atexit
import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from codemods.trees import trees

# A range's files with those they import: about a quarter of a gigabyte at the most.
_CHARACTERS = 5_000_000
# How deep code may be nested, in calls of ours, and room for them on the stack.
_DEPTH = 50_000
_STACK = 256 << 20
_OBJECTS = 200_000  # made, between two looks; Python's own figure is 700


def collect_rarely() -> None:
    """Let a short run grow: the trees that it parses live as long as it does, and to
    look through them again and again took more than half of its time.
    """
    gc.set_threshold(_OBJECTS, 20, 100)
    # Nor does anything have to be looked through when the process ends.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


@contextmanager
def kept_trees() -> Iterator[None]:
    """Parse each file once: every check of a range reads much the same files."""
    trees.make_room(_CHARACTERS)
    try:
        yield
    finally:
        trees.make_room(0)


@contextmanager
def deep_threads() -> Iterator[None]:
    """Let threads that are started inside follow code that is nested deeply: a chain
    of some thousand `elif` is as deep as it is long.
    """
    depth, stack = sys.getrecursionlimit(), threading.stack_size(_STACK)
    sys.setrecursionlimit(max(depth, _DEPTH))
    try:
        yield
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(depth)
