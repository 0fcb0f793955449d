"""Rounds on a GPU, on a simulated one: a queue with a clock."""

from __future__ import annotations

import sys
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from verify.benching.inside import device
from verify.benching.inside.blocks import Work

LAUNCH = 5_000  # nanoseconds of the host


class Clock:
    """Host and device of a simulated machine, in nanoseconds."""

    def __init__(self) -> None:
        self.host = 0
        self.queue = 0  # when the device is through

    def launch(self, nanoseconds: float, host: int = LAUNCH) -> None:
        """Enqueue a kernel that takes so long on the device."""
        self.host += host
        self.queue = max(self.queue, self.host) + round(nanoseconds)

    def synchronize(self) -> None:
        self.host = max(self.host, self.queue)


class Event:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.at = 0

    def record(self) -> None:
        self.at = max(self._clock.queue, self._clock.host)

    def query(self) -> bool:
        return self._clock.host >= self.at

    def synchronize(self) -> None:
        self._clock.host = max(self._clock.host, self.at)

    def elapsed_time(self, end: Event) -> float:
        return (end.at - self.at) / 1e6


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    cuda = SimpleNamespace(
        is_available=lambda: True,
        Event=lambda enable_timing: Event(clock),
        synchronize=clock.synchronize,
        _sleep=lambda cycles: clock.launch(cycles / 2),
        get_device_name=lambda: "a card",
        get_device_capability=lambda: (9, 0),
    )
    torch: Any = SimpleNamespace(
        cuda=cuda, __version__="1", version=SimpleNamespace(cuda="13")
    )
    monkeypatch.setitem(sys.modules, "torch", torch)

    def perf_counter_ns() -> int:
        clock.host += 20
        return clock.host

    ticking = SimpleNamespace(
        perf_counter_ns=perf_counter_ns, perf_counter=lambda: perf_counter_ns() / 1e9
    )
    monkeypatch.setattr(device, "time", ticking)
    return clock


def one_round(work: Work, calls: int) -> list[float]:
    blocks = device.DeviceBlocks(work)
    blocks.warm_up()
    return blocks.rounds(calls, 1)[0]


@pytest.mark.parametrize("kernel", [1_000, 80_000])
def test_host_and_device_are_told_apart(clock: Clock, kernel: int) -> None:
    host, on_device, _, ahead = one_round(Work(lambda: clock.launch(kernel)), 10)
    assert on_device == pytest.approx(10 * kernel)  # no gap, though the host is slower
    assert host == pytest.approx(10 * LAUNCH, rel=0.01)
    assert ahead == 1


def test_a_benchmark_that_waits_for_the_device_is_noticed(clock: Clock) -> None:
    def wait() -> None:
        clock.launch(1_000)
        clock.synchronize()

    host, on_device, _, ahead = one_round(Work(wait), 10)
    assert ahead == 0
    assert on_device > 10 * 1_000  # with the host's time between the kernels
    assert host > 10 * LAUNCH


def test_a_benchmark_that_waits_is_not_delayed_more_and_more(clock: Clock) -> None:
    def wait() -> None:
        clock.launch(50_000)
        clock.synchronize()

    blocks = device.DeviceBlocks(Work(wait, setup=lambda: None))
    blocks.warm_up()
    begin = clock.host
    calls = blocks.calls_in(1_500_000)
    hosts = [each[0] / calls for each in blocks.rounds(calls, 20)]
    # No delay is in it, which would hide the difference to a slower side.
    assert hosts == [pytest.approx(50_000 + LAUNCH, rel=0.01)] * 20
    assert clock.host - begin < 25 * 2_000_000


def test_a_host_that_was_held_up_once_does_not_pass_for_one_that_waits(
    clock: Clock,
) -> None:
    hold_ups = [80 * LAUNCH]

    def run() -> None:
        is_behind_a_delay = clock.queue > clock.host + 2 * LAUNCH
        held_up = hold_ups.pop() if is_behind_a_delay and hold_ups else LAUNCH
        clock.launch(1_000, held_up)

    blocks = device.DeviceBlocks(Work(run))
    blocks.warm_up()
    assert hold_ups == []
    assert blocks.rounds(10, 1)[0][3] == 1


def test_more_work_on_the_device_shows_there_alone(clock: Clock) -> None:
    base, head = (
        one_round(Work(lambda k=kernel: clock.launch(k)), 10)
        for kernel in (40_000, 42_000)
    )
    assert head[1] / base[1] == pytest.approx(1.05)
    assert head[0] == base[0]


def test_more_work_on_the_host_shows_there_alone(clock: Clock) -> None:
    base, head = (
        one_round(Work(lambda h=host: clock.launch(1_000, h)), 10)
        for host in (LAUNCH, 2 * LAUNCH)
    )
    assert head[1] == base[1]
    assert head[0] / base[0] == pytest.approx(2, rel=0.01)


def test_rounds_are_as_long_as_was_asked(clock: Clock) -> None:
    blocks = device.DeviceBlocks(Work(lambda: clock.launch(50_000)))
    blocks.warm_up()
    assert blocks.calls_in(1_500_000) == 30


def test_set_up_and_tear_down_are_not_timed(clock: Clock) -> None:
    work = Work(
        lambda: clock.launch(3_000),
        setup=lambda: clock.launch(1_000_000),
        teardown=lambda: clock.launch(2_000_000),
    )
    host, on_device, _, _ = one_round(work, 4)
    assert on_device == pytest.approx(4 * 3_000)
    assert host == pytest.approx(4 * LAUNCH, rel=0.02)


def test_a_call_that_was_held_up_does_not_count_on_the_device(clock: Clock) -> None:
    calls = 0

    def run() -> None:
        nonlocal calls
        calls += 1
        clock.launch(3_000)
        clock.launch(3_000, 500_000 if calls % 8 == 0 else LAUNCH)

    _, on_device, _, ahead = one_round(Work(run, setup=lambda: None), 16)
    assert on_device == pytest.approx(16 * 6_000)
    assert ahead == 14 / 16


def test_inputs_are_taken_in_turn(clock: Clock) -> None:
    seen: list[int] = []

    def run(which: int) -> None:
        seen.append(which)
        clock.launch(1_000)

    blocks = device.DeviceBlocks(Work(run, inputs=[(0,), (1,), (2,)]))
    blocks.rounds(6, 1)
    assert sorted(seen[-6:]) == [0, 0, 1, 1, 2, 2]
    assert all(a != b for a, b in pairwise(seen))


def test_without_a_gpu_it_says_so(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["torch"].cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="no GPU"):
        device.DeviceBlocks(Work(lambda: None))


def test_facts_name_the_card_and_the_versions(clock: Clock) -> None:
    facts = device.DeviceBlocks(Work(lambda: None)).facts()
    assert facts["device"] == "a card"
    assert facts["capability"] == "9.0"
    assert "driver" in facts
