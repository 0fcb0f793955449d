"""The cheapest cut, beside trying every set of edges."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from verify.importing.cutting import Pair, cheapest_cut, shortest_cycle

PAIRS = sorted(permutations("abcde", 2))


@st.composite
def graphs(draw: st.DrawFn) -> dict[Pair, int]:
    chosen = draw(st.sets(st.sampled_from(PAIRS), max_size=9))
    return {pair: draw(st.integers(1, 4)) for pair in sorted(chosen)}


def cheapest(weights: dict[Pair, int]) -> int:
    pairs = list(weights)
    costs = []
    for mask in range(1 << len(pairs)):
        cut = {pair for index, pair in enumerate(pairs) if mask >> index & 1}
        if not shortest_cycle(set(pairs) - cut):
            costs.append(sum(weights[pair] for pair in cut))
    return min(costs)


@given(graphs())
def test_a_cut_breaks_every_cycle_and_none_is_cheaper(weights: dict[Pair, int]) -> None:
    found = cheapest_cut(weights)
    assert not shortest_cycle(set(weights) - set(found.pairs))
    assert found.exact
    assert sum(weights[pair] for pair in found.pairs) == cheapest(weights)


@given(graphs())
def test_a_shortest_cycle_is_one(weights: dict[Pair, int]) -> None:
    ring = shortest_cycle(weights)
    steps = list(zip(ring, (*ring[1:], *ring[:1]), strict=True))
    assert all(step in weights for step in steps)
    assert bool(ring) == bool(cheapest_cut(weights).pairs)


def test_a_large_tangle_is_cut_and_said_not_to_be_exact() -> None:
    steps = (1, 4, 9, 16, 23)
    tangle = {
        (f"m{a}", f"m{(a + step) % 60}"): 1 + a * step % 3
        for a in range(60)
        for step in steps
    }
    found = cheapest_cut(tangle)
    assert not found.exact
    assert not shortest_cycle(set(tangle) - set(found.pairs))
