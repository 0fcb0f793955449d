"""The server of one side: imports everything once, then forks a child when asked."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import gettempdir
from typing import Protocol

from .channel import Channel, Closed, Message
from .finder import SideFinder, is_beside


class Started(Protocol):
    """What the process was started with, of the side that it stands for."""

    @property
    def roots(self) -> tuple[str, ...]: ...

    @property
    def provided(self) -> tuple[str, ...]: ...

    @property
    def arguments(self) -> Message: ...

    def own(self) -> list[str]: ...

    def strangers(self) -> list[str]: ...


class Provenance:
    """Which of the loaded modules are the side's."""

    def __init__(self, started: Started, apart: Sequence[str]) -> None:
        self._started = started
        self._apart = [Path(text).resolve() for text in apart]

    def facts(self) -> Message:
        """`own`: the side's modules, without the benchmarks themselves and what stands
        beside them; `strangers`: modules of its names from elsewhere, without these.
        """
        own = [name for name in self._started.own() if self._counts(name)]
        strangers = [
            text
            for text in self._started.strangers()
            if self._counts(text.partition(" from ")[0])
        ]
        return {"own": own, "strangers": strangers}

    def _counts(self, name: str) -> bool:
        if is_beside(name.partition(".")[0]):
            return False
        file = Path(getattr(sys.modules[name], "__file__", None) or "").resolve()
        is_apart = any(file == each or each in file.parents for each in self._apart)
        return not is_apart and file.name != "conftest.py"


def main(started: Started) -> int:
    """Answer the controller until it goes; returns the exit status."""
    order = started.arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the controller says when to end
    channel = Channel(socket.socket(fileno=order["channel"]))
    sys.meta_path.insert(0, SideFinder(started.roots, started.provided))
    os.chdir(order["directory"])
    with suppress(Closed):
        _collect_and_serve(channel, order, Provenance(started, order["apart"]))
    return 0


def _collect_and_serve(channel: Channel, order: Message, modules: Provenance) -> None:
    _offer(order["tools"])
    try:
        import pytest
        import pytest_benchmark  # noqa: F401
    except ImportError as error:
        channel.send({"failed": "needs", "why": f"{error}"})
        return
    from .plugin import Plugin

    plugin = Plugin(channel, order, modules)
    status = pytest.main(arguments(order), plugins=[plugin])
    if not plugin.served:
        why = plugin.problem or f"pytest ended with {int(status)} before it ran any"
        channel.send({"failed": "collect", "why": why})


def _offer(tools: Message) -> None:
    """Append the folders of tools that this process would not find by itself."""
    for name, folder in tools.items():
        if find_spec(name) is None:
            sys.path.append(folder)


def arguments(order: Message) -> list[str]:
    """pytest's own settings stay; what would share the work out or trace it goes."""
    texts = [*order["files"], "--benchmark-enable", "--capture=no", "--quiet"]
    texts += ["-p", "no:cacheprovider", "--color=no"]
    # pytest-benchmark makes this folder at once, though nothing is kept there.
    texts.append(f"--benchmark-storage=file://{gettempdir()}/benchmarks")
    # A warning that a project makes an error would come from the fork as well.
    texts += ["-W", "default"]
    if find_spec("xdist") is not None:
        texts.append("-n0")
    if find_spec("pytest_cov") is not None:
        texts.append("--no-cov")
    if order["keyword"]:
        texts += ["-k", order["keyword"]]
    return texts
