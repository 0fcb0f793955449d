"""The same tests on both sides: which of them come out otherwise, and which are flaky.

A test that differs is run again, alone, on both sides; where it does not do the same
again, the whole suite is, since it may need what other tests leave behind. A test that
did not always do the same on a side is unsteady there, and no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from verify.behaviour.running import SuiteRun, TestResult

# Runs the given tests, or the whole suite for none, on the base (0) or the head (1).
Runner = Callable[[int, Sequence[str]], SuiteRun]

_ABSENT = TestResult("not run")
# How many ids one command line is given; beyond, the whole suite runs again.
_MOST_ALONE = 200


@dataclass(frozen=True, slots=True)
class Compared:
    """One test on both sides, with every result that it had, the first one first."""

    base_id: str
    head_id: str
    base: tuple[TestResult, ...]
    head: tuple[TestResult, ...]

    @property
    def differs(self) -> bool:
        return self.base[0] != self.head[0]

    @property
    def unsteady(self) -> tuple[bool, bool]:
        """Whether it did not always do the same: on the base, on the head.

        Where each side always came to an outcome of its own, their texts may vary.
        """
        ends = [{result.outcome for result in side} for side in (self.base, self.head)]
        if len(ends[0]) == len(ends[1]) == 1 and ends[0] != ends[1]:
            return False, False
        return len({*self.base}) > 1, len({*self.head}) > 1


@dataclass(slots=True)
class Suites:
    """Every test that both sides have, those of one side alone, and the runs."""

    tests: list[Compared] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    runs: list[SuiteRun] = field(default_factory=list)

    @property
    def moved(self) -> list[Compared]:
        return [test for test in self.tests if test.base_id != test.head_id]

    @property
    def different(self) -> list[Compared]:
        """Those that differ, and did the same each time on either side."""
        return [t for t in self.tests if t.differs and not any(t.unsteady)]

    @property
    def flaky(self) -> list[Compared]:
        """Those that are unsteady on both sides."""
        return [t for t in self.tests if all(t.unsteady)]

    @property
    def unsteady(self) -> list[Compared]:
        """Those that are unsteady on one side alone."""
        return [t for t in self.tests if any(t.unsteady) and not all(t.unsteady)]

    @property
    def same(self) -> Mapping[str, int]:
        """How many tests had which outcome on both."""
        steady = [t for t in self.tests if not t.differs and not any(t.unsteady)]
        return Counter(test.base[0].outcome for test in steady)


Match = Callable[[Sequence[str], Sequence[str]], Mapping[str, str]]


def compare(run: Runner, match: Match, *, reruns: int) -> Suites:
    """Run both suites, and what differs up to `reruns` times more.

    Where a run is not whole, what it has is compared all the same, once.
    """
    runs = [run(0, ()), run(1, ())]
    base, head = runs
    matched = match([*base.results], [*head.results])
    suites = Suites(runs=runs)
    suites.gone = sorted({*base.results} - {*matched})
    suites.new = sorted({*head.results} - {*matched.values()})
    tests = [
        Compared(old, new, (base.results[old],), (head.results[new],))
        for old, new in sorted(matched.items())
    ]
    whole = not (base.trouble or head.trouble)
    differing = [test for test in tests if test.differs] if whole else []
    again = {t.base_id: t for t in _run_again(run, differing, reruns)}
    suites.tests = [again.get(test.base_id, test) for test in tests]
    return suites


def _run_again(run: Runner, tests: list[Compared], reruns: int) -> list[Compared]:
    if not tests or not reruns:
        return tests
    done = tests
    if len(tests) <= _MOST_ALONE:
        for _ in range(reruns):
            done = _repeated(run, done, alone=True)
        settled = [test for test in done if not any(test.unsteady)]
        doubtful = {t.base_id for t in done} - {t.base_id for t in settled}
    else:
        settled, doubtful = [], {test.base_id for test in tests}
    if not doubtful:
        return settled
    # Alone they did something else: by chance, or for want of the tests before them?
    first = [test for test in tests if test.base_id in doubtful]
    for _ in range(reruns):
        first = _repeated(run, first, alone=False)
    return [*settled, *first]


def _repeated(run: Runner, tests: list[Compared], *, alone: bool) -> list[Compared]:
    base = run(0, [test.base_id for test in tests] if alone else ()).results
    head = run(1, [test.head_id for test in tests] if alone else ()).results
    return [
        Compared(
            test.base_id,
            test.head_id,
            (*test.base, base.get(test.base_id, _ABSENT)),
            (*test.head, head.get(test.head_id, _ABSENT)),
        )
        for test in tests
    ]
