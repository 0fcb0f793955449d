"""Work in other processes: answers, deaths and what is left behind."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing import active_children

import pytest

from codemods.workers import Apart, Died, spread

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="forks")


def double(number: int) -> int:
    return 2 * number


def test_something_else_is_done_once_while_others_work() -> None:
    called: list[int] = []
    told = dict(spread(double, [1, 2, 3], 2, lambda: called.append(1)))
    assert (told, called) == ({1: 2, 2: 4, 3: 6}, [1])


@on_linux
def test_a_call_apart_runs_in_another_process_and_may_start_its_own() -> None:
    def call() -> tuple[int, dict[int, int | Died]]:
        return os.getpid(), dict(spread(double, [1, 2], 2))

    with Apart(call) as apart:
        told = apart.result()
    assert not isinstance(told, Died)
    assert told[0] != os.getpid()
    assert told[1] == {1: 2, 2: 4}


@on_linux
def test_a_process_that_dies_is_told() -> None:
    with Apart(lambda: os.kill(os.getpid(), signal.SIGKILL)) as apart:
        assert apart.result() == Died(-signal.SIGKILL)


@on_linux
def test_no_process_outlives_a_call_that_nobody_waits_for() -> None:
    with Apart(lambda: time.sleep(600)):
        assert active_children()
    assert not active_children()


def test_beside_a_thread_the_call_is_made_here() -> None:
    """Forking is not safe there."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with Apart(os.getpid) as apart:
            assert apart.result() == os.getpid()
    finally:
        done.set()
        thread.join()
