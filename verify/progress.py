"""A progress bar on stderr, for a person who has waited for a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from verify.terminal import Terminal

if TYPE_CHECKING:
    from rich.progress import Progress

PATIENCE = 1.0  # seconds
BETWEEN_DRAWINGS = 0.1


class Advance(Protocol):
    """Told from time to time how many of how many are done."""

    def __call__(self, done: int, total: int) -> None: ...


_silent = ContextVar("silent", default=False)


@contextmanager
def silence() -> Iterator[None]:
    """Draw nothing inside: another bar is told of it."""
    before = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(before)


@contextmanager
def progress_bar(label: str) -> Iterator[Advance]:
    """Yield a function that draws a bar; one that draws nothing off a terminal."""
    if _silent.get() or Terminal.of(sys.stderr).width is None:
        yield lambda done, total: None
        return
    bar = _Bar(label)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """Drawn from the caller's thread: with a thread of its own, work could not
    be handed to forked processes.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._due = time.monotonic() + PATIENCE
        self._drawn: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + BETWEEN_DRAWINGS
        if self._drawn is None:
            self._drawn = _draw(self._label)
        task = self._drawn.task_ids[0]
        self._drawn.update(task, completed=done, total=total, refresh=True)

    def close(self) -> None:
        if self._drawn is not None:
            self._drawn.stop()


def _draw(label: str) -> Progress:
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    drawn = Progress(console=console, transient=True, auto_refresh=False)
    drawn.add_task(label, total=None)
    drawn.start()
    return drawn
