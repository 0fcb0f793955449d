"""A graph for a person to look at: what a check hands to the renderers that draw.

It says what there is and what it means; where on a page it stands is up to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Pair = tuple[str, str]


class Mark(str, Enum):
    """What became of a node or an edge from base to head; the values are words."""

    NONE = ""
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Source:
    """A piece of code that makes an edge: its place (`path:line`), and its text."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An error by its name, what it says, and the statement that raises it."""

    error: str
    message: str
    at: Source


@dataclass(frozen=True, slots=True)
class Node:
    """A node, and how it fails, if it does."""

    name: str
    mark: Mark = Mark.NONE
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two nodes, of one kind.

    One that `is_cut` is to be cut. One that does not count is no part of what the
    diagram shows, and is there for those who know of it.
    """

    source: str
    target: str
    kind: str
    sources: tuple[Source, ...]
    is_cut: bool = False
    counts: bool = True
    mark: Mark = Mark.NONE

    @property
    def pair(self) -> Pair:
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class Diagram:
    """A graph under a heading; without the edges that are cut it has no cycle.

    A pair of nodes has at most one edge. `chain` holds the pairs of a shortest cycle,
    one after the other; `notes` are sentences.
    """

    heading: str
    verdict: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    chain: tuple[Pair, ...] = ()
    notes: tuple[str, ...] = ()

    def edge(self, pair: Pair) -> Edge:
        """The edge of a pair. Raises KeyError where there is none."""
        for each in self.edges:
            if each.pair == pair:
                return each
        raise KeyError(pair)
