"""Strongly connected components of a graph that is given by its successors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from pathlib import Path

from verify.importing.keeping import Kept

# What each node leads to, itself a node.
Successors = Mapping[str, Set[str]]
# Each component, sorted.
Rings = tuple[tuple[str, ...], ...]


def rings_of(successors: Successors, cache: Path | None = None) -> Rings:
    """The components of more than one node, or of one that leads to itself.

    `cache` is a folder for what was found before: most changes leave what lies on
    cycles as it is, and the library takes a while to load.
    """
    cyclic = _without_ends(successors)
    if not cyclic:
        return ()
    kept: Kept[Rings] = Kept(cache, "rings", Rings)
    known = kept.load()
    key = _digest(cyclic) if cache else ""
    if key not in known:
        known[key] = _components(cyclic)
        kept.save(known, {key})
    return known[key]


def _components(graph: Successors) -> Rings:
    import networkx

    digraph = networkx.DiGraph()
    digraph.add_edges_from((a, b) for a in graph for b in graph[a])
    found = networkx.strongly_connected_components(digraph)
    return tuple(tuple(sorted(each)) for each in found if _is_ring(each, graph))


def _digest(graph: Successors) -> str:
    text = json.dumps([[name, sorted(graph[name])] for name in sorted(graph)])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _is_ring(nodes: Set[str], successors: Successors) -> bool:
    return len(nodes) > 1 or any(name in successors[name] for name in nodes)


def _without_ends(successors: Successors) -> dict[str, set[str]]:
    """The graph without what leads nowhere, again and again: what is left lies on a
    cycle or before one. Where nothing is left, no algorithm has to be loaded.
    """
    before: dict[str, list[str]] = {name: [] for name in successors}
    for name, targets in successors.items():
        for target in targets:
            before[target].append(name)
    left = {name: len(targets) for name, targets in successors.items()}
    ends = [name for name, count in left.items() if not count]
    for name in ends:  # grows while it is gone through
        del left[name]
        for source in before[name]:
            left[source] -= 1
            if not left[source]:
                ends.append(source)
    return {name: {t for t in successors[name] if t in left} for name in left}
