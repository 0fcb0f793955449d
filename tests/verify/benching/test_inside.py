"""What runs in the children: calls, clocks, layout, the order of imports, channels."""

from __future__ import annotations

import ast
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from verify.benching import inside
from verify.benching.inside import blocks
from verify.benching.inside.blocks import CpuBlocks, Work
from verify.benching.inside.channel import Channel, Closed
from verify.benching.inside.finder import SideFinder
from verify.benching.inside.layout import shaken

INSIDE = Path(inside.__file__).parent


@pytest.mark.parametrize("file", sorted(INSIDE.glob("*.py")), ids=lambda f: f.name)
def test_nothing_of_ours_is_imported_by_name(file: Path) -> None:
    # A side may hold packages of these names.
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        tops = {name.partition(".")[0] for name in names}
        known = {*sys.stdlib_module_names, "pytest", "_pytest", "pytest_benchmark"}
        assert tops <= known


def test_a_round_makes_so_many_calls() -> None:
    calls: list[tuple[int, int]] = []
    work = Work(lambda a, b: calls.append((a, b)), (1,), {"b": 2})
    CpuBlocks(work).rounds(7, 3)
    assert calls == [(1, 2)] * 21


def test_between_calls_nothing_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0]

    def later(by: int) -> None:
        now[0] += by

    clock = SimpleNamespace(
        **dict.fromkeys(
            ("perf_counter_ns", "thread_time_ns", "process_time_ns"), lambda: now[0]
        )
    )
    monkeypatch.setattr(blocks, "time", clock)
    work = Work(
        lambda: later(5), setup=lambda: later(1000), teardown=lambda: later(2000)
    )
    assert CpuBlocks(work).rounds(3, 1)[0][:3] == [15, 15, 15]


def test_arguments_from_two_places_are_refused() -> None:
    work = Work(lambda *_: None, (1,), setup=lambda: ((2,), {}))
    with pytest.raises(TypeError, match="setup"):
        CpuBlocks(work).warm_up()


def test_rounds_are_about_as_long_as_was_asked() -> None:
    found = CpuBlocks(Work(sum, (range(1000),)))
    short, long = (found.calls_in(ns) for ns in (100_000, 10_000_000))
    assert 1 <= short < long


def test_layouts_differ_by_seed_and_repeat() -> None:
    sizes = [len(shaken(seed)) for seed in (1, 2, 3, 1)]
    assert sizes[0] == sizes[3]
    assert len({*sizes}) == 3


def test_a_side_comes_first_for_what_it_provides(tmp_path: Path) -> None:
    for name in ("mine", "conftest", "test_mine", "other"):
        (tmp_path / f"{name}.py").touch()
    finder = SideFinder([str(tmp_path)], ["mine", "conftest", "test_mine"])
    spec = finder.find_spec("mine")
    assert spec is not None
    assert spec.origin == str(tmp_path / "mine.py")
    for name in ("conftest", "test_mine", "other", "json"):
        assert finder.find_spec(name) is None
    assert finder.find_spec("mine.part", [str(tmp_path)]) is None


def test_messages_arrive_whole_and_in_order() -> None:
    one, other = map(Channel, socket.socketpair())
    one.send({"text": "a\nb"})
    one.send({"long": "x" * 100_000})
    assert other.receive(1) == {"text": "a\nb"}
    assert len(other.receive(1)["long"]) == 100_000
    with pytest.raises(TimeoutError):
        other.receive(0.01)
    one.close()
    with pytest.raises(Closed):
        other.receive(1)
    other.close()


def test_an_end_is_handed_over() -> None:
    one, other = map(Channel, socket.socketpair())
    here, there = socket.socketpair()
    one.hand_over({"do": "fork"}, there)
    there.close()
    message, end = other.receive_with_end()
    assert message == {"do": "fork"}
    assert end is not None
    Channel(end).send({"hello": 1})
    assert Channel(here).receive(1) == {"hello": 1}
    for each in (one, other):
        each.close()
    here.close()
    end.close()
