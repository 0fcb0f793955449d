"""Trees of texts that were parsed before, for runs that read the same files again."""

from __future__ import annotations

import ast
from collections import OrderedDict
from threading import Lock


class Trees:
    """The trees of the texts that were asked for last, as many as there is room for.

    `room` counts characters of text; a tree takes about 50 times as many bytes. No
    one may change a tree. Safe to share between threads.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._trees: OrderedDict[str, ast.Module] = OrderedDict()
        self._lock = Lock()

    def parse(self, text: str) -> ast.Module:
        """Return the tree of `text`; raises what `ast.parse` raises."""
        with self._lock:
            known = self._trees.get(text)
            if known is not None:
                self._trees.move_to_end(text)
                return known
        tree = ast.parse(text)
        if len(text) <= self._room:
            self._keep(text, tree)
        return tree

    def make_room(self, room: int) -> None:
        """Keep the trees of texts of so many characters in all; 0 keeps none."""
        with self._lock:
            self._room = room
            self._trim()

    def _keep(self, text: str, tree: ast.Module) -> None:
        with self._lock:
            self._trees[text] = tree
            self._trim()

    def _trim(self) -> None:
        held = sum(map(len, self._trees))
        while held > self._room:
            text, _ = self._trees.popitem(last=False)
            held -= len(text)


# None is kept until someone makes room.
trees = Trees(0)
