"""The pytest plugin: collects as pytest does, then serves instead of running tests."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import time
import warnings
from typing import Any

import pytest

from .channel import Channel, Closed, Message
from .child import Child
from .fixture import take_over
from .server import Provenance

_PATIENCE = 1.0  # seconds in which a child may end by itself
_LONGEST = 2000  # characters of a reason


class Plugin:
    """Registered with pytest before its own options are read."""

    def __init__(self, channel: Channel, order: Message, modules: Provenance) -> None:
        self._channel = channel
        self._modules = modules
        self._child: Child | None = None
        self.served = False
        self.problem = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        # Registered late, so that this fixture wraps that of pytest-benchmark.
        config.pluginmanager.register(_Fixtures(self), "rehome-fixtures")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.problem:
            self.problem = shortened(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self.problem:
            return True
        items = [i for i in session.items if "benchmark" in fixtures_of(i)]
        if not items:
            self.problem = "there is no test that uses the fixture `benchmark`"
            return True
        self.served = True
        one_thread()
        self._channel.send(
            {
                "collected": [item.nodeid for item in items],
                "files": [str(item.path) for item in items],
                "initialised": device_is_initialised(),
            }
        )
        self._serve(session, items)
        return True

    def take_over(self, benchmark: Any) -> Any:
        """Let a benchmark be timed by the experiment that this process is part of."""
        if self._child is None:
            raise RuntimeError("a benchmark ran outside of the experiment")
        self._child.fixture = benchmark
        return take_over(benchmark, self._child.run_blocks)

    def _serve(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()
        while True:
            try:
                message, end = self._channel.receive_with_end()
            except Closed:
                return
            if message["do"] == "fork" and end is not None:
                self._channel.send({"child": self._fork(session, items, message, end)})
            elif message["do"] == "reap":
                self._channel.send({"status": reap(message["child"])})

    def _fork(
        self,
        session: pytest.Session,
        items: list[pytest.Item],
        message: Message,
        end: socket.socket,
    ) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads that other modules started
            child = os.fork()
        if child:
            end.close()
            return child
        status = 1
        try:
            self._channel.close()
            self._child = Child(Channel(end), message, self._modules)
            self._child.run(session, items)
            status = 0
        except Closed:
            status = 0
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            sys.stderr.flush()
        finally:
            os._exit(status)


class _Fixtures:
    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin

    @pytest.fixture
    def benchmark(self, benchmark: Any) -> Any:
        """pytest-benchmark's, timed in blocks that alternate with the other side's."""
        return self._plugin.take_over(benchmark)


def fixtures_of(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return names


def reap(child: int) -> int:
    """Wait for a child, and end one that still runs; its status, or minus a signal."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def one_thread() -> None:
    """One thread for torch, where a benchmark has loaded it."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def device_is_initialised() -> bool:
    """Whether importing has initialised CUDA, so that no fork can use it."""
    torch = sys.modules.get("torch")
    return torch is not None and bool(torch.cuda.is_initialized())


def shortened(text: str) -> str:
    """The end of a report, where pytest says what it was."""
    return text[-_LONGEST:]
