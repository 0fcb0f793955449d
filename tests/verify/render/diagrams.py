"""Diagrams to draw, and outcomes that hold them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from codemods.finding import Finding, Place, Rule, Verdict
from verify.diagram import Diagram, Edge, Failure, Mark, Node, Pair, Source
from verify.outcome import Change, Listing, Outcome, Table
from verify.outcome import Edit as Edited

RULE = Rule("fatal-cycle", "title", "why")


def edge(
    source: str,
    target: str,
    kind: str = "eager",
    *,
    cut: bool = False,
    counts: bool = True,
    mark: Mark = Mark.NONE,
) -> Edge:
    """An edge by a statement on line 3 of its module's file."""
    path = f"{source.replace('.', '/')}.py"
    sources = (Source(f"{path}:3", f"import {target}"),)
    return Edge(source, target, kind, sources, is_cut=cut, counts=counts, mark=mark)


def diagram(
    edges: Iterable[Edge],
    *,
    nodes: Iterable[Node] = (),
    chain: tuple[Pair, ...] = (),
    heading: str = "cycle",
) -> Diagram:
    """A diagram of these edges; `nodes` are those that are more than a name."""
    known = {node.name: node for node in nodes}
    all_edges = tuple(edges)
    for each in all_edges:
        for name in each.pair:
            known.setdefault(name, Node(name))
    ordered = tuple(known[name] for name in sorted(known))
    return Diagram(heading, "benign", ordered, all_edges, chain, ("a note",))


def pair_of_modules() -> Diagram:
    return diagram([edge("p.a", "p.b"), edge("p.b", "p.a", "guarded", cut=True)])


def everything() -> Diagram:
    """Every kind of edge, every mark, a failure."""
    edges = [
        edge("p.x.a", "p.x.b"),
        edge("p.x.b", "p.x.c", "guarded", mark=Mark.NEW),
        edge("p.x.c", "p.x.a", "implicit", cut=True, mark=Mark.NEW),
        edge("p.x.c", "p.y.d", "dynamic"),
        edge("p.y.d", "p.x.b", cut=True),
        edge("p.y.d", "p.x.a", "lazy", counts=False),
        edge("p.x.a", "p.y.d", "type-checking", counts=False),
        edge("p.y.e", "p.x.a", counts=False, mark=Mark.GONE),
    ]
    at = Source("p/x/b.py:7", "from p.x.c import value")
    failure = Failure("ImportError", "cannot import name 'value' from 'p.x.c'", at)
    nodes = [
        Node("p.x.b", failure=failure),
        Node("p.x.c", Mark.NEW),
        Node("p.y.e", Mark.GONE),
    ]
    chain = (("p.x.a", "p.x.b"), ("p.x.b", "p.x.c"), ("p.x.c", "p.x.a"))
    return diagram(edges, nodes=nodes, chain=chain, heading="cycle of 4 modules")


def layered(size: int, width: int = 3) -> Diagram:
    """A ring of `size` modules, each of which also imports the next few."""
    names = [f"p.m{number:04}" for number in range(size)]
    edges = [
        edge(names[number], names[number + step])
        for number in range(size)
        for step in range(1, width + 1)
        if number + step < size
    ]
    edges.append(edge(names[-1], names[0], cut=True))
    chain = ((names[-1], names[0]), *pairwise(names))
    return diagram(edges, chain=chain[: size if size <= 9 else 0])


def drawn(*diagrams: Diagram) -> Outcome:
    return Outcome("cycles", Verdict.FAIL, diagrams=diagrams)


def outcome_of(name: str) -> Outcome:
    """An outcome with `name` in every place that a user's text can come to."""
    source = Source(f"{name}:3", name)
    edges = (
        Edge(name, "other", "eager", (source, source), is_cut=True),
        Edge("other", name, "guarded", (source,), mark=Mark.NEW),
    )
    failure = Failure(name, name, source)
    nodes = (Node(name, Mark.NEW, failure), Node("other"))
    chain = ((name, "other"), ("other", name))
    whole = Diagram(name, name, nodes, edges, chain, (name,))
    return Outcome(
        command="cycles",
        verdict=Verdict.FAIL,
        findings=(Finding(RULE, Place(name, 1, 2), f"found {name}", name),),
        changes=(
            Change(name, (Edited(4, name, name),), written=False),
            Change(name, (), written=True, diff=f"--- a/{name}\n+{name}\n {name}\n"),
        ),
        tables=(Table(name, (name, "other"), ((name, name),)),),
        heading=(name,),
        summary=(name,),
        listings=(Listing(name, name, f"{name}\n::error::{name}\n"),),
        diagrams=(whole,),
    )
