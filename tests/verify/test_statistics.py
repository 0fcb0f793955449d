"""Estimates, intervals and verdicts, held against their definitions."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from statistics import NormalDist, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.statistics import (
    Estimate,
    Speed,
    corrected,
    effect_of_pair,
    estimate,
    estimate_between,
    pairs_to_settle,
    quantiles,
    signed_rank_quantile,
    speed_of,
)

effects = st.lists(
    st.floats(-1, 1, allow_nan=False, allow_subnormal=False), min_size=8, max_size=14
)


def chance_below(pairs: int, value: int) -> float:
    """P(T < value) for the signed-rank statistic, by all sign patterns."""
    patterns = itertools.product((0, 1), repeat=pairs)
    sums = (sum(r * s for r, s in enumerate(p, 1)) for p in patterns)
    below: int = sum(total < value for total in sums)
    return below / float(2**pairs)


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.01, 0.00125])
@pytest.mark.parametrize("pairs", [1, 4, 8, 11, 12])
def test_rank_of_the_interval_by_all_sign_patterns(pairs: int, alpha: float) -> None:
    rank = signed_rank_quantile(pairs, alpha)
    assert chance_below(pairs, rank) <= alpha / 2
    assert chance_below(pairs, rank + 1) > alpha / 2


def test_approximation_goes_on_where_the_exact_one_ends() -> None:
    # One pair more widens the mean by 50 and the spread by a little.
    exact, beyond = (signed_rank_quantile(n, 0.01) for n in (100, 101))
    assert 0 < beyond - exact < 60


def rejects(sample: list[float], shift: float, alpha: float) -> bool:
    """The exact two-sided signed-rank test that `sample` is centred at `shift`."""
    moved = sorted((value - shift for value in sample), key=abs)
    above = sum(rank for rank, value in enumerate(moved, 1) if value > 0)
    most = len(sample) * (len(sample) + 1) // 2
    statistic = min(above, most - above)
    return chance_below(len(sample), statistic + 1) <= alpha / 2


@pytest.mark.parametrize("seed", range(5))
def test_interval_is_what_the_test_does_not_reject(seed: int) -> None:
    chance = random.Random(seed)
    sample = [chance.gauss(0.02, 0.05) for _ in range(10)]
    found = estimate(sample, 0.05)
    little = 1e-9
    assert not rejects(sample, found.low + little, 0.05)
    assert not rejects(sample, found.high - little, 0.05)
    assert rejects(sample, found.low - little, 0.05)
    assert rejects(sample, found.high + little, 0.05)


@given(effects)
def test_estimate_is_the_median_of_pairwise_means(sample: list[float]) -> None:
    means = [(a + b) / 2 for a, b in itertools.combinations_with_replacement(sample, 2)]
    found = estimate(sample, 0.05)
    assert found.log_ratio == median(means)
    assert found.low <= found.log_ratio <= found.high


@given(effects)
def test_sides_that_change_places_mirror_the_interval(sample: list[float]) -> None:
    one, other = estimate(sample, 0.05), estimate([-value for value in sample], 0.05)
    assert (one.low, one.high) == (-other.high, -other.low)


@given(effects)
def test_more_confidence_is_never_narrower(sample: list[float]) -> None:
    sure, surer = estimate(sample, 0.05), estimate(sample, 0.01)
    assert surer.low <= sure.low
    assert sure.high <= surer.high


def heavy_tails(chance: random.Random) -> float:
    return chance.gauss(0, 0.01 if chance.random() < 0.9 else 0.1)


def two_modes(chance: random.Random) -> float:
    """Each process is in one of two states, such as a good and a bad layout."""
    one, other = (chance.choice((0.0, 0.04)) for _ in range(2))
    return one - other + chance.gauss(0, 0.004)


def skewed(chance: random.Random) -> float:
    """Each process can only be held up: exponential on each side."""
    return chance.expovariate(50) - chance.expovariate(50)


NOISES = [heavy_tails, two_modes, skewed]


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_interval_holds_the_truth_as_often_as_it_says(
    noise: Callable[[random.Random], float], alpha: float
) -> None:
    chance = random.Random(1)
    runs = 1000
    missed = 0
    for _ in range(runs):
        found = estimate([0.01 + noise(chance) for _ in range(16)], alpha)
        missed += not found.low <= 0.01 <= found.high
    # Four standard deviations around what is expected.
    expected, scatter = runs * alpha, 4 * math.sqrt(runs * alpha)
    assert expected - scatter < missed < expected + scatter
    assert missed > 0


@pytest.mark.parametrize("noise", NOISES)
def test_looking_again_and_again_errs_no_more_than_once(
    noise: Callable[[random.Random], float],
) -> None:
    chance = random.Random(3)
    alpha, runs = 0.1, 400
    missed = 0
    for _ in range(runs):
        sample: list[float] = []
        for look in range(5):
            sample += [noise(chance) for _ in range(len(sample) or 8)]
            found = estimate(sample, corrected(alpha, 1, look))
            if not found.low <= 0 <= found.high:
                missed += 1
                break
    # With `alpha` at each look it is more than twice as often.
    assert 0 < missed < runs * alpha + 3 * math.sqrt(runs * alpha)


def test_too_few_pairs_have_no_end() -> None:
    found = estimate([0.1, 0.1, 0.1], 0.01)
    assert found.interval == (0.0, math.inf)
    assert speed_of(found, 0.05) is Speed.TOO_NOISY


def test_neighbours_are_compared_not_piles() -> None:
    # The machine becomes slower and slower; the head always takes 10 percent more.
    base = [1.0, 2.0, 4.0, 8.0]
    effect = effect_of_pair(base, [1.1 * time for time in base])
    assert math.exp(effect) == pytest.approx(1.1)


@pytest.mark.parametrize(("base", "head"), [([], []), ([1.0], []), ([1.0], [1.0, 2.0])])
def test_a_pair_without_neighbours_is_refused(
    base: list[float], head: list[float]
) -> None:
    with pytest.raises(ValueError, match="as many"):
        effect_of_pair(base, head)


@pytest.mark.parametrize(
    ("low", "high", "speed"),
    [
        (1.06, 1.10, Speed.SLOWER),
        (1.04, 1.10, Speed.TOO_NOISY),
        (0.97, 1.04, Speed.UNCHANGED),
        (0.90, 0.94, Speed.FASTER),
        (0.90, 1.01, Speed.TOO_NOISY),
        (0.90, 1.10, Speed.TOO_NOISY),
        (1.0, 1.0501, Speed.TOO_NOISY),
        (1.0499, 1.10, Speed.TOO_NOISY),
        (0.955, 0.99, Speed.UNCHANGED),  # 1 / 1.05 is 0.952
    ],
)
def test_verdicts(low: float, high: float, speed: Speed) -> None:
    middle = (math.log(low) + math.log(high)) / 2
    found = Estimate(middle, math.log(low), math.log(high), 24)
    assert speed_of(found, 0.05) is speed
    mirrored = Estimate(-middle, -math.log(high), -math.log(low), 24)
    opposite = {Speed.SLOWER: Speed.FASTER, Speed.FASTER: Speed.SLOWER}
    assert speed_of(mirrored, 0.05) is opposite.get(speed, speed)


def test_all_tests_and_looks_together_stay_below_alpha() -> None:
    spent = sum(8 * corrected(0.01, 8, look) for look in range(50))
    assert spent <= 0.01
    assert corrected(0.01, 8) == 0.01 / 8


@pytest.mark.parametrize(("effect", "noise"), [(0.0, 0.06), (0.02, 0.05), (0.1, 0.08)])
def test_pairs_that_would_settle_it_do(effect: float, noise: float) -> None:
    chance = random.Random(2)

    def measured(pairs: int) -> Estimate:
        return estimate([chance.gauss(effect, noise) for _ in range(pairs)], 0.001)

    settled = asked = 0
    for _ in range(200):
        found = measured(24)
        needed = pairs_to_settle(found, 0.05, 0.001)
        if speed_of(found, 0.05) is not Speed.TOO_NOISY or (needed or 999) > 400:
            continue
        assert needed is not None
        assert needed > 24
        asked += 1
        settled += speed_of(measured(needed), 0.05) is not Speed.TOO_NOISY
    assert asked > 30
    assert settled > 0.75 * asked


def test_noise_that_no_number_of_pairs_settles() -> None:
    found = Estimate(0.0, -3.0, 3.0, 24)
    assert pairs_to_settle(found, 0.05) is None


def test_an_effect_on_the_margin_is_never_settled() -> None:
    border = math.log1p(0.05)
    found = Estimate(border, border - 0.01, border + 0.01, 24)
    assert pairs_to_settle(found, 0.05) is None


def test_pairs_that_an_interval_needs_at_least() -> None:
    found = estimate([0.0, 0.0], 0.01)
    assert pairs_to_settle(found, 0.05, 0.01) == 8  # 2 / 2**8 is below 0.01


def test_samples_without_pairs() -> None:
    chance = random.Random(3)
    base = [chance.gauss(0, 0.01) for _ in range(30)]
    head = [chance.gauss(0.2, 0.01) for _ in range(30)]
    found = estimate_between(base, head, 0.01)
    assert found.log_ratio == median([h - b for h in head for b in base])
    # The interval of two bells of this width is some 0.01 wide.
    spread = NormalDist().inv_cdf(0.995) * 0.01 * math.sqrt(2 / 30)
    assert found.high - found.low == pytest.approx(2 * spread, rel=0.35)
    assert math.isinf(estimate_between([0.0], [1.0]).high)


def test_quantiles() -> None:
    assert quantiles([3, 1, 2, 5, 4], 4) == [1, 2, 3, 4, 5]
    assert quantiles([1, 2], 4) == [1, 1.25, 1.5, 1.75, 2]
    assert quantiles([7], 2) == [7, 7, 7]
