"""Which clock a benchmark is judged by, and what becomes of its times."""

from __future__ import annotations

import math
import random

import pytest

from verify.benching.experiment import Measured, PairTimes
from verify.benching.inside.blocks import Round
from verify.benching.judging import Rule, clocks_of, judge
from verify.statistics import Speed

PAIRS = 12


def measured(
    base: Round, head: Round, *, calls: int = 1, pairs: int = PAIRS
) -> Measured:
    """A benchmark of which every round of a side is the same."""
    made = [PairTimes([base] * 4, [head] * 4) for _ in range(pairs)]
    return Measured("test_it", calls, made)


@pytest.mark.parametrize(
    ("round_", "clock"),
    [
        ([1000, 990, 990], "cpu"),
        ([1000, 400, 400], "wall"),  # it waits
        ([1000, 990, 1900], "wall"),  # others work for it
        ([1000, 0, 0], "wall"),  # a clock that does not tell
    ],
)
def test_cpu_time_counts_where_it_is_what_users_wait_for(
    round_: Round, clock: str
) -> None:
    fine: Round = [1000, 1000, 1000]
    assert clocks_of(measured(round_, fine), "cpu") == (clock,)
    assert clocks_of(measured(fine, round_), "cpu") == (clock,)


def test_a_busy_machine_does_not_make_it_wait() -> None:
    # Most rounds lost the core for a while; the quickest did not.
    busy: list[Round] = [
        *[[5000.0, 1000.0, 1000.0]] * 6,
        *[[1010.0, 1000.0, 1000.0]] * 2,
    ]
    each = Measured("test_it", 1, [PairTimes(busy, busy) for _ in range(PAIRS)])
    assert clocks_of(each, "cpu") == ("cpu",)


@pytest.mark.parametrize(("waits", "clock"), [(0.0, "cpu"), (1.0, "wall")])
def test_a_machine_so_busy_that_no_round_is_left_alone(
    waits: float, clock: str
) -> None:
    pushed: Round = [5000, 1000, 1000, waits]
    assert clocks_of(measured(pushed, pushed), "cpu") == (clock,)


def test_work_of_others_counts_though_the_thread_never_waits() -> None:
    helped: Round = [1000, 990, 1900, 0]
    assert clocks_of(measured(helped, helped), "cpu") == ("wall",)


def test_a_lock_that_makes_it_wait_is_seen_though_cpu_time_is_the_same() -> None:
    (row,) = judge([measured([1000, 1000, 1000], [3000, 1000, 1000])], "cpu", Rule())
    assert (row.clock, row.speed) == ("wall", Speed.SLOWER)


def test_host_and_device_are_judged_apart() -> None:
    base: Round = [1000, 5000, 9000, 1]
    head: Round = [1000, 5500, 9000, 1]
    host, device = judge([measured(base, head, calls=10)], "cuda", Rule())
    assert (host.speed, device.speed) == (Speed.UNCHANGED, Speed.SLOWER)
    assert (device.base, device.head) == (500e-9, 550e-9)
    assert device.note == ""


def test_device_time_that_holds_the_hosts_says_so() -> None:
    same: Round = [1000, 5000, 9000, 0]
    _, device = judge([measured(same, same)], "cuda", Rule())
    assert "waits for the device" in device.note


def test_work_that_one_side_alone_does_on_the_device_is_not_passed_over() -> None:
    idle: Round = [1000, 0, 9000, 1]
    busy: Round = [1000, 50, 9000, 1]
    _, both_idle = judge([measured(idle, idle)], "cuda", Rule())
    assert both_idle.skipped
    _, one = judge([measured(idle, busy)], "cuda", Rule())
    assert one.problem
    assert not one.skipped


def drifting_suite(chance: random.Random, head: float) -> list[Measured]:
    """Eight benchmarks on a machine whose speed wanders from round to round and jumps,
    in processes that each have a speed of their own; both sides feel the machine.
    """
    suite = [Measured(str(n), 1) for n in range(8)]
    machine = 0.0
    for _ in range(24):
        for each in suite:
            pair = PairTimes()
            own = [chance.choice((0, 0.02)) + chance.gauss(0, 0.008) for _ in range(2)]
            for _ in range(6):
                machine = 0.95 * machine + chance.gauss(0, 0.05)
                held_up = 0.5 * (chance.random() < 0.1)
                for side, rounds in enumerate((pair.base, pair.head)):
                    noise = machine + own[side] + chance.gauss(0, 0.01) + held_up
                    time = 1e6 * math.exp(noise) * (head if side else 1)
                    rounds.append([time, time, time, 0.0])
            each.pairs.append(pair)
    return suite


@pytest.mark.parametrize(
    ("head", "margin", "expected"),
    [(1.0, 0.02, Speed.UNCHANGED), (1.1, 0.05, Speed.SLOWER)],
)
def test_suites_on_a_drifting_machine(
    head: float, margin: float, expected: Speed
) -> None:
    chance = random.Random(7)
    suites = 40
    words = [
        [row.speed for row in judge(drifting_suite(chance, head), "cpu", Rule(margin))]
        for _ in range(suites)
    ]
    wrong = {*Speed} - {expected, Speed.TOO_NOISY}
    assert not any(word in wrong for suite in words for word in suite)
    said = sum(word is expected for suite in words for word in suite)
    assert said > 0.5 * 8 * suites


def test_more_benchmarks_make_wider_intervals() -> None:
    pairs = [
        PairTimes([[1000.0, 1000.0, 1000.0]], [[1000.0 + n, 1000.0 + n, 1000.0 + n]])
        for n in range(24)
    ]
    alone = Measured("a", 1, pairs)
    (one,) = judge([alone], "cpu", Rule())
    many = judge(
        [alone, *(Measured(str(n), 1, pairs) for n in range(30))], "cpu", Rule()
    )
    assert one.found is not None
    assert many[0].found is not None
    assert many[0].found.high - many[0].found.low > one.found.high - one.found.low


def test_too_few_pairs_for_many_benchmarks_decide_nothing() -> None:
    same: Round = [1000, 1000, 1000]
    each = [Measured(str(n), 1, measured(same, same, pairs=9).pairs) for n in range(20)]
    rows = judge(each, "cpu", Rule())
    assert {row.speed for row in rows} == {Speed.TOO_NOISY}
    assert all(row.found is not None and math.isinf(row.found.high) for row in rows)
    assert {row.needed for row in rows} == {12}  # 2 * 20 / 2**12 is below 0.01


@pytest.mark.parametrize(("problem", "skipped"), [("it broke", ""), ("", "not here")])
def test_what_could_not_be_measured_has_no_verdict(problem: str, skipped: str) -> None:
    each = measured([1, 1, 1], [1, 1, 1])
    each.problem, each.skipped = problem, skipped
    (row,) = judge([each], "cpu", Rule())
    assert (row.speed, row.problem, row.skipped) == (None, problem, skipped)


def test_no_pair_is_a_problem() -> None:
    (row,) = judge([Measured("test_it")], "cpu", Rule())
    assert row.problem
