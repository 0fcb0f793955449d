"""What plain blame retains of the result: git is asked, nothing is assumed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verify.git import Range
from verify.history.arrivals import lines_of
from verify.history.blaming import Blamer
from verify.history.cache import Cache
from verify.history.modes import PLAIN


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: its lines, and how many of them plain blame retains."""

    path: str
    lines: int
    retained: int


def measure(compared: Range, paths: Iterable[str]) -> Iterator[Kept]:
    """Ask git about files of the range's head; those it has not are left out.

    Raises `GitError` where git fails.
    """
    blamer = Blamer.of(compared, (), Cache(None))
    written = frozenset(compared.commits())
    repository = compared.repository
    tree = repository.tree(compared.head)
    for path in paths:
        entry = tree.get(path)
        if entry is None or not entry.is_file:
            continue
        lines = len(lines_of(repository.read([entry.oid])[entry.oid]))
        spans = blamer.blame(path, lines, PLAIN)
        retained = sum(span.count for span in spans if span.commit not in written)
        yield Kept(path, lines, retained)
