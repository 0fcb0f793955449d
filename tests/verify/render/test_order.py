"""Where the nodes of a picture stand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.verify.render.diagrams import diagram, edge
from verify.diagram import Diagram, Mark
from verify.importing.cutting import cheapest_cut
from verify.render._drawing.order import in_order

PAIRS = st.sets(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), min_size=1
)


def _cut(pairs: set[tuple[str, str]]) -> Diagram:
    cuts = cheapest_cut(dict.fromkeys(pairs, 1)).pairs
    return diagram(edge(*pair, cut=pair in cuts) for pair in sorted(pairs))


@given(PAIRS)
def test_every_edge_that_stays_points_down(pairs: set[tuple[str, str]]) -> None:
    drawn = _cut(pairs)
    order = in_order(drawn)
    assert sorted(order) == [node.name for node in drawn.nodes]
    for each in drawn.edges:
        if not each.is_cut:
            assert order.index(each.source) < order.index(each.target)


@given(PAIRS)
def test_the_order_does_not_depend_on_that_of_the_input(
    pairs: set[tuple[str, str]],
) -> None:
    drawn = _cut(pairs)
    other = replace(drawn, nodes=drawn.nodes[::-1], edges=drawn.edges[::-1])
    assert in_order(other) == in_order(drawn)


def test_what_belongs_together_stands_together() -> None:
    edges = [edge("a", "m"), edge("b", "n"), edge("c", "m"), edge("d", "n")]
    order = in_order(diagram(edges))
    length = sum(order.index(e.target) - order.index(e.source) for e in edges)
    assert length == 6  # a c m b d n, or the like; in order of names it would be 12


def test_edges_that_do_not_count_and_gone_ones_may_point_up() -> None:
    edges = [
        edge("a", "b"),
        edge("b", "a", "lazy", counts=False),
        edge("b", "a", counts=False, mark=Mark.GONE),
    ]
    assert in_order(diagram(edges)) == ("a", "b")


def test_a_cycle_that_nobody_cuts_is_drawn_all_the_same() -> None:
    order = in_order(diagram([edge("a", "b"), edge("b", "c"), edge("c", "a")]))
    assert sorted(order) == ["a", "b", "c"]
