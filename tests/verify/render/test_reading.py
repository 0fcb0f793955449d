"""What is drawn of a diagram that is too large to be read."""

from __future__ import annotations

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.render.diagrams import diagram, edge, layered
from verify.diagram import Diagram, Failure, Mark, Node, Source
from verify.render._drawing.reading import WAY, readable


def test_a_small_diagram_is_drawn_whole() -> None:
    whole = layered(60)
    part = readable(whole)
    assert part.diagram == whole
    assert part.left_out == ()


@pytest.mark.parametrize("size", [61, 600])
def test_a_large_one_keeps_what_is_to_be_cut_and_says_what_it_lacks(size: int) -> None:
    whole = layered(size)
    part = readable(whole)
    assert len(part.diagram.nodes) == 60
    assert [each.pair for each in part.diagram.edges if each.is_cut] == [
        (f"p.m{size - 1:04}", "p.m0000")
    ]
    (sentence,) = part.left_out
    direct = sum(each.kind != WAY for each in part.diagram.edges)
    assert f"60 of {size} modules and {direct} of {len(whole.edges)} edges" in sentence
    assert "1 of 1 that are to be cut" in sentence


def test_what_fails_and_what_is_new_comes_before_the_rest() -> None:
    ring = layered(30)
    failure = Failure("ImportError", "no", Source("p/m0017.py:1", "import x"))
    nodes = [Node("p.m0017", failure=failure)]
    new = edge("p.m0020", "p.m0025", mark=Mark.NEW)
    part = readable(diagram([*ring.edges, new], nodes=nodes), most_nodes=5)
    names = {node.name for node in part.diagram.nodes}
    assert names == {"p.m0000", "p.m0029", "p.m0017", "p.m0020", "p.m0025"}


def test_a_way_through_what_is_left_out_is_drawn_once_and_says_how_long_it_is() -> None:
    ring = diagram(
        [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("d", "a", cut=True)]
    )
    part = readable(ring, most_nodes=2)
    assert [(each.pair, each.kind) for each in part.diagram.edges] == [
        (("a", "d"), WAY),
        (("d", "a"), "eager"),
    ]
    assert "by way of 2 modules" in part.diagram.edges[0].sources[0].text


def test_a_way_that_follows_from_others_is_not_drawn() -> None:
    edges = [edge("a", "x"), edge("x", "b"), edge("x", "z"), edge("z", "c")]
    nodes = [Node(name, Mark.NEW) for name in "abc"]
    drawn = diagram([*edges, edge("b", "z")], nodes=nodes)
    part = readable(drawn, most_nodes=3)
    assert [each.pair for each in part.diagram.edges] == [("a", "b"), ("b", "c")]


@given(
    st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=1),
    st.integers(2, 8),
)
def test_what_leads_to_what_is_the_same_in_the_part(
    numbers: set[tuple[int, int]], most: int
) -> None:
    edges = [edge(f"m{a:02}", f"m{b:02}") for a, b in sorted(numbers) if a < b]
    whole = diagram(edges)
    part = readable(whole, most_nodes=most).diagram
    kept = {node.name for node in part.nodes}
    assert len(kept) == min(most, len(whole.nodes))
    before, after = (_reached(each) for each in (whole, part))
    assert {p for p in before if {*p} <= kept} == after


def _reached(drawn: Diagram) -> set[tuple[str, str]]:
    graph = networkx.DiGraph([each.pair for each in drawn.edges])
    return {(a, b) for a in graph for b in networkx.descendants(graph, a)}


def test_of_very_many_edges_those_that_do_not_count_go_first() -> None:
    edges = [edge("a", "b"), edge("b", "a", cut=True)]
    edges += [edge(f"m{n}", "a", "lazy", counts=False) for n in range(10)]
    part = readable(diagram(edges), most_edges=5)
    assert len(part.diagram.edges) == 2
    assert part.left_out[0].startswith("not drawn: 10 imports")
