"""Telling slower from noise: effects of pairs, their interval, and a verdict.

The sample is the pair of processes: one effect each, the median log ratio of the two
sides' times. Over pairs stands the Hodges-Lehmann estimate with the interval that the
Wilcoxon signed-rank test gives, at 99 percent for all benchmarks of a run together,
and the verdict is that interval against a margin.

References:
F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945.
J. L. Hodges and E. L. Lehmann, "Estimates of location based on rank tests", Annals of
Mathematical Statistics 34, 1963.
M. Hollander, D. A. Wolfe and E. Chicken, "Nonparametric Statistical Methods", 3rd
edition, 2014: section 3.2 the estimate, 3.3 the interval, 4.2 and 4.3 the same for two
samples.
O. J. Dunn, "Multiple comparisons among means", Journal of the American Statistical
Association 56, 1961: Bonferroni's correction for simultaneous intervals.
D. L. Schuirmann, "A comparison of the two one-sided tests procedure", Journal of
Pharmacokinetics and Biopharmaceutics 15, 1987: 'unchanged' as equivalence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from statistics import NormalDist, median

ALPHA = 0.01  # for all benchmarks of a run together
_EXACT_UP_TO = 100  # pairs; the normal approximation is within 0.1 % beyond
MOST_PAIRS = 2_000  # that are measured or advised; their averages are 2 million
_CHANCE = 0.8  # that the number of pairs that is advised decides


class Speed(str, Enum):
    """What a benchmark's interval says; the values are the words of the output."""

    UNCHANGED = "unchanged"
    FASTER = "faster"
    SLOWER = "slower"
    TOO_NOISY = "too noisy"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A log ratio of times, head to base: 0 is equal, positive is slower.

    Infinite ends mean that there are too few pairs for the confidence asked for.
    """

    log_ratio: float
    low: float
    high: float
    pairs: int

    @property
    def ratio(self) -> float:
        return math.exp(self.log_ratio)

    @property
    def interval(self) -> tuple[float, float]:
        """The ends as ratios."""
        return math.exp(self.low), math.exp(self.high)


def effect_of_pair(base: Sequence[float], head: Sequence[float]) -> float:
    """The median log ratio of times that were taken next to each other.

    `base[i]` and `head[i]` are neighbours in time, in any unit, all above 0.
    Raises ValueError where there is none, or their numbers differ.
    """
    if not base or len(base) != len(head):
        raise ValueError("a pair needs as many times of one side as of the other")
    return median(math.log(h / b) for b, h in zip(base, head, strict=True))


def estimate(effects: Sequence[float], alpha: float = ALPHA) -> Estimate:
    """Hodges and Lehmann's estimate and its interval at confidence 1 - alpha.

    The estimate is the median of all Walsh averages; the ends are those averages
    whose rank the distribution of the signed-rank statistic gives, exactly up to
    100 pairs. Raises ValueError without an effect.
    """
    if not effects:
        raise ValueError("no effects to estimate from")
    averages = sorted(
        (effects[i] + effects[j]) / 2
        for i in range(len(effects))
        for j in range(i, len(effects))
    )
    rank = signed_rank_quantile(len(effects), alpha)
    low, high = -math.inf, math.inf
    if rank >= 1:
        low, high = averages[rank - 1], averages[-rank]
    return Estimate(median(averages), low, high, len(effects))


def estimate_between(
    base: Sequence[float], head: Sequence[float], alpha: float = ALPHA
) -> Estimate:
    """The same for two samples that are not paired: the median of all differences.

    Log times in, log ratio out; the interval is that of the rank-sum test, by its
    normal approximation. For a saved baseline, which nothing pairs with a new run.
    """
    if not base or not head:
        raise ValueError("no times to estimate from")
    differences = sorted(h - b for h in head for b in base)
    m, n = len(base), len(head)
    spread = math.sqrt(m * n * (m + n + 1) / 12)
    rank = math.floor(m * n / 2 - _normal_quantile(alpha) * spread)
    low, high = -math.inf, math.inf
    if rank >= 1:
        low, high = differences[rank - 1], differences[-rank]
    return Estimate(median(differences), low, high, min(m, n))


@cache
def signed_rank_quantile(pairs: int, alpha: float) -> int:
    """The rank of the interval's ends among the Walsh averages, from 1.

    The largest c with P(T < c) <= alpha / 2, where T is the signed-rank statistic
    under no difference; 0 where even the outermost averages are not enough.
    """
    if pairs > _EXACT_UP_TO:
        mean = pairs * (pairs + 1) / 4
        spread = math.sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 24)
        return max(0, math.floor(mean - _normal_quantile(alpha) * spread))
    allowed = alpha / 2 * 2**pairs
    below = 0
    for rank, ways in enumerate(_signed_rank_counts(pairs)):
        below += ways
        if below > allowed:
            return rank
    raise AssertionError("the counts add up to all sign patterns")


@cache
def _signed_rank_counts(pairs: int) -> list[int]:
    """In how many of the 2**pairs sign patterns the statistic has each value."""
    counts = [1]
    for rank in range(1, pairs + 1):
        longer = counts + [0] * rank
        for value, ways in enumerate(counts):
            longer[value + rank] += ways
        counts = longer
    return counts


def _normal_quantile(alpha: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2)


def corrected(alpha: float, tests: int, look: int | None = None) -> float:
    """What each of `tests` may err by, so that all together err by `alpha`.

    `look` counts from 0 where the same question is asked again with more pairs: it
    then gets half of what is left, so that any number of looks stays below `alpha`
    (the union bound over alpha / 2 + alpha / 4 + ...).
    """
    share = alpha if look is None else alpha / 2 ** (look + 1)
    return share / max(1, tests)


def speed_of(found: Estimate, margin: float) -> Speed:
    """The verdict: the whole interval against a margin, 0.05 for 5 percent.

    A ratio of 1 + margin is the border to slower, 1 / (1 + margin) to faster: the
    same distance for times that change places.
    """
    border = math.log1p(margin)
    if found.low > border:
        return Speed.SLOWER
    if found.high < -border:
        return Speed.FASTER
    if -border < found.low and found.high < border:
        return Speed.UNCHANGED
    return Speed.TOO_NOISY


def pairs_to_settle(found: Estimate, margin: float, alpha: float = ALPHA) -> int | None:
    """How many pairs would decide, in four of five times, if the effect and the noise
    are as they were found; where there are too few for any interval, the fewest that
    have one. None where that is beyond `MOST_PAIRS`: the effect sits on the margin,
    or the noise is far too much for it.

    The width of an interval falls with the root of the number of pairs; the estimate
    itself scatters, and the room to the border must hold both.
    """
    if math.isinf(found.low) or math.isinf(found.high):
        return next(n for n in range(1, 200) if signed_rank_quantile(n, alpha) >= 1)
    room = abs(abs(found.log_ratio) - math.log1p(margin))
    width = max(found.high - found.log_ratio, found.log_ratio - found.low)
    quantile = _normal_quantile(alpha)
    width *= (quantile + NormalDist().inv_cdf(_CHANCE)) / quantile
    if room * math.sqrt(MOST_PAIRS) <= width * math.sqrt(found.pairs):
        return None
    return max(found.pairs + 1, math.ceil(found.pairs * (width / room) ** 2))


def quantiles(values: Iterable[float], parts: int) -> list[float]:
    """The values that cut a sample into equal parts, its ends included.

    Linear between neighbours (definition 7 of R. J. Hyndman and Y. Fan, "Sample
    quantiles in statistical packages", The American Statistician 50, 1996).
    """
    ordered = sorted(values)
    cuts = []
    for part in range(parts + 1):
        place = part * (len(ordered) - 1) / parts
        under = math.floor(place)
        over = min(under + 1, len(ordered) - 1)
        weight = place - under
        cuts.append(ordered[under] * (1 - weight) + ordered[over] * weight)
    return cuts
