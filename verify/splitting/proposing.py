"""A first plan for a module: a start that its author edits.

One class a file. What only one file uses goes there with it; what several use goes
to a file of its own below them; what would import one another in a circle stays
together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import networkx as nx

from codemods.name import is_identifier
from verify.splitting.inventory import Inventory, Unit

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+\d*|[A-Z]+\d*|\d+")
_SHARED = "common"
# A class of this size that only one other class uses is a detail of that.
_SMALL = 25
_BANNED = frozenset({"init", "main"})


@dataclass(eq=False)
class Cluster:
    """Units that are proposed for one file, called `name`."""

    units: list[Unit]
    name: str = ""

    @property
    def uses(self) -> set[str]:
        return {name for unit in self.units for name in unit.uses}

    @property
    def largest(self) -> Unit:
        """The unit that a file is named after."""
        return max(self.units, key=lambda u: (u.is_class, u.is_function, u.length))


def propose(inventory: Inventory) -> list[Cluster]:
    """The files of a plan, each after those that it uses; empty where nothing can
    move.
    """
    movable = [u for u in inventory.ordered if not (u.why_not or u.is_logger)]
    clusters = _Clusters([Cluster([unit]) for unit in movable])
    clusters.join_details()
    clusters.join_loose()
    clusters.join_details()
    clusters.join_circles()
    ordered = clusters.in_order()
    _name(ordered, inventory)
    return ordered


def plan_text(inventory: Inventory, clusters: Iterable[Cluster]) -> str:
    """The plan as a file, with what can be changed in it said beside it."""
    lines = [
        "# Which definitions go to which file; what is not named stays in `__init__`.",
        "# `rehome split --into` this file does it, with `--dry-run` to look first.",
        "",
        f'module = "{inventory.module}"',
        '# reexport = ["Name"]       # instead of every public name',
        "# lazy = true               # import them when they are asked for",
        '# docstring = "What the package is."',
    ]
    loggers = [n for u in inventory.ordered if u.is_logger for n in u.names]
    if loggers:
        told = f"each file gets its own `{loggers[0]}`, with its own name"
        lines += [f"# With `--allow module-name` {told}."]
    for cluster in clusters:
        lines += ["", "[[file]]", f'module = "{cluster.name}"', "symbols = ["]
        units = sorted(cluster.units, key=lambda unit: unit.line)
        lines += [f'    "{name}",' for unit in units for name in unit.names]
        lines += ["]"]
    return "\n".join((*lines, ""))


@dataclass(eq=False)
class _Clusters:
    """Clusters that are joined until they can be files."""

    found: list[Cluster]
    home: dict[str, Cluster] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for cluster in self.found:
            self._settle(cluster)

    def _settle(self, cluster: Cluster) -> None:
        for unit in cluster.units:
            self.home |= dict.fromkeys(unit.names, cluster)

    def join(self, into: Cluster, others: Sequence[Cluster]) -> None:
        for other in others:
            into.units += other.units
            self.found.remove(other)
        self._settle(into)

    def users(self, cluster: Cluster) -> list[Cluster]:
        """The other clusters that use a name of this one."""
        names = {name for unit in cluster.units for name in unit.names}
        return [c for c in self.found if c is not cluster and c.uses & names]

    def join_details(self) -> None:
        """Put what one cluster alone uses beside it."""
        changed = True
        while changed:
            changed = False
            for cluster in list(self.found):
                users = self.users(cluster)
                if len(users) == 1 and _is_detail(cluster, users[0]):
                    self.join(users[0], [cluster])
                    changed = True

    def join_loose(self) -> None:
        """Put together what has no class and no user: by the uses among them, and
        then by whether it is a function.
        """
        loose = [c for c in self.found if not c.largest.is_class]
        graph = nx.Graph()
        graph.add_nodes_from(loose)
        for cluster in loose:
            used = {self.home[name] for name in cluster.uses & self.home.keys()}
            graph.add_edges_from((cluster, other) for other in used if other in graph)
        groups = [sorted(g, key=_line) for g in nx.connected_components(graph)]
        alone = [group[0] for group in groups if len(group) == 1]
        for group in (*(g for g in groups if len(g) > 1), alone):
            if len(group) > 1:
                self.join(group[0], group[1:])

    def join_circles(self) -> None:
        """Keep together what would import one another."""
        graph = self._graph()
        for ring in list(nx.strongly_connected_components(graph)):
            if len(ring) > 1:
                first, *others = sorted(ring, key=_line)
                self.join(first, others)

    def in_order(self) -> list[Cluster]:
        """Each after those that it uses, otherwise as the text has them."""
        graph = self._graph().reverse()
        return list(nx.lexicographical_topological_sort(graph, key=_line))

    def _graph(self) -> nx.DiGraph[Cluster]:
        graph: nx.DiGraph[Cluster] = nx.DiGraph()
        graph.add_nodes_from(self.found)
        for cluster in self.found:
            for name in cluster.uses & self.home.keys():
                if self.home[name] is not cluster:
                    graph.add_edge(cluster, self.home[name])
        return graph


def _line(cluster: Cluster) -> int:
    return min(unit.line for unit in cluster.units)


def _is_detail(cluster: Cluster, user: Cluster) -> bool:
    """Whether a cluster is no more than a helper of who uses it: not the class that
    others derive from.
    """
    large = cluster.largest
    if not large.is_class:
        return True
    derived = {name for unit in user.units for name in unit.bases}
    small = len(cluster.units) == 1 and large.length <= _SMALL
    return small and derived.isdisjoint(large.names)


def _name(clusters: Sequence[Cluster], inventory: Inventory) -> None:
    """Name each file after its largest unit, less the words that all classes share."""
    classes = [c for c in clusters if c.largest.is_class]
    shared = _shared_ending([_words(c.largest.names[0]) for c in classes])
    taken: set[str] = set(inventory.names)
    others = [c for c in clusters if c not in classes]
    for cluster in (*classes, *others):
        cluster.name = next(
            name
            for name in _candidates(cluster, shared, alone=len(others) == 1)
            if is_identifier(name) and name not in taken | _BANNED
        )
        taken.add(cluster.name)


def _candidates(cluster: Cluster, shared: int, *, alone: bool) -> Iterator[str]:
    words = _words(cluster.largest.names[0])
    if cluster.largest.is_class:
        # One that has no words of its own keeps its first.
        yield "_".join(words[: len(words) - shared] or words[:1])
        yield "_".join(words)
    elif alone:
        yield _SHARED
    stem = "_".join(words) or _SHARED
    if not cluster.largest.is_class:
        word = _most_common([w for u in cluster.units for w in _words(u.names[0])])
        yield from (each for each in (word, f"{word}s", f"{stem}_functions") if word)
    yield stem
    yield from (f"{stem}_{number}" for number in range(2, 10_000))


def _most_common(words: Sequence[str]) -> str:
    """The word that most names have, empty where each is in one alone."""
    (word, number), *_ = Counter(words).most_common(1) or [("", 0)]
    return word if number > 1 else ""


def _words(name: str) -> list[str]:
    """The words of a name in camel or snake case, in small letters."""
    return [word.lower() for word in _WORDS.findall(name)]


def _shared_ending(names: Sequence[Sequence[str]]) -> int:
    """How many words at the end most of the names have in common."""
    if len(names) < 2:
        return 0
    longest = max(map(len, names))
    for length in range(longest, 0, -1):
        endings = Counter(tuple(n[-length:]) for n in names if len(n) >= length)
        if endings and max(endings.values()) == len(names):
            return length
    return 0
