"""Spread work over processes, and notice when one of them dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

Item = TypeVar("Item")
Result = TypeVar("Result")

# So many deaths and not one answer: something is wrong with the workers, not
# with what they were given.
_HOPELESS = 3


@dataclass(frozen=True, slots=True)
class Died:
    """The worker ended before it answered; `status` is negative for a signal."""

    status: int | None


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    processes: int,
    meanwhile: Callable[[], object] = lambda: None,
) -> Generator[tuple[Item, Result | Died], None, None]:
    """Yield every item with its result, as soon as there is one. `meanwhile` is called
    here once, when every process has its first item.

    `function`, items and results must be picklable; an exception that `function`
    raises ends its worker. An item whose worker died is yielded with `Died`, and
    the others go on. Where no process can be started the work is done in this one.

    Close the iterator to end early: no process outlives it. Workers ignore Ctrl-C,
    which is this process's to handle.
    """
    crew: _Crew[Item, Result] = _Crew(function, deque(items))
    try:
        yield from crew.work(processes, meanwhile)
    finally:
        crew.dismiss()


class Apart(Generic[Result]):
    """A call in a process of its own, which may start others.

    Begun before any thread is, as only then the process can be forked, with everything
    that the function needs as it is. Where that cannot be done the call is made in this
    process, when its result is asked for. As a context manager: no process outlives it.
    """

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._worker: _Worker | None = None

    def __enter__(self) -> Apart[Result]:
        function = self._function
        if _can_fork():
            with suppress(OSError):
                self._worker = _Worker(lambda _: function(), daemon=False)
                self._worker.connection.send(None)
        return self

    def __exit__(self, *error: object) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def result(self) -> Result | Died:
        """What the function returned, which must be picklable; it should not raise."""
        if self._worker is None:
            return self._function()
        try:
            result: Result = self._worker.connection.recv()
        except (EOFError, OSError):
            return Died(self._worker.end())
        return result


class _Crew(Generic[Item, Result]):
    def __init__(
        self, function: Callable[[Item], Result], waiting: deque[Item]
    ) -> None:
        self._function = function
        self._waiting = waiting
        self._busy: dict[Connection, tuple[_Worker, Item]] = {}
        self._deaths = 0
        self._answers = 0

    def work(
        self, processes: int, meanwhile: Callable[[], object]
    ) -> Iterator[tuple[Item, Result | Died]]:
        for _ in range(min(processes, len(self._waiting))):
            self._employ()
        meanwhile()
        while self._busy:
            for ready in wait(list(self._busy)):
                assert isinstance(ready, Connection)
                yield self._answer(ready)
        while self._waiting:
            item = self._waiting.popleft()
            yield item, Died(None) if self._deaths else self._function(item)

    def _answer(self, ready: Connection) -> tuple[Item, Result | Died]:
        worker, item = self._busy.pop(ready)
        try:
            result: Result = ready.recv()
        except (EOFError, OSError):
            status = worker.end()
            self._deaths += 1
            if self._answers or self._deaths < _HOPELESS:
                self._employ()
            return item, Died(status)
        self._answers += 1
        self._give_work(worker)
        return item, result

    def _employ(self) -> None:
        """Start one more worker, if there is work for it and the system lets us."""
        if self._waiting:
            try:
                worker = _Worker(self._function)
            except OSError:
                return
            self._give_work(worker)

    def _give_work(self, worker: _Worker) -> None:
        if not self._waiting:
            worker.end()
            return
        item = self._waiting.popleft()
        self._busy[worker.connection] = worker, item
        with suppress(OSError):  # it has died: reading from it will say so
            worker.connection.send(item)

    def dismiss(self) -> None:
        for worker, _ in self._busy.values():
            worker.end()


class _Worker:
    def __init__(
        self, function: Callable[[Item], Result], *, daemon: bool = True
    ) -> None:
        context = _context()
        self.connection, theirs = context.Pipe()
        # A daemon is ended with this process even if nobody ends it before, but may
        # have no processes of its own.
        self._process: BaseProcess = context.Process(
            target=_serve, args=(self.connection, theirs, function), daemon=daemon
        )
        try:
            with _interrupts_blocked():
                self._process.start()
        except OSError:
            self.connection.close()
            raise
        finally:
            # Only the worker may hold it, else its death would not be noticed.
            theirs.close()

    def end(self) -> int | None:
        """End the process if it still runs, and return its exit status."""
        self.connection.close()
        self._process.kill()
        self._process.join()
        return self._process.exitcode


def _context() -> ForkContext | SpawnContext:
    """Forking is quick and shares what is loaded, but is not safe everywhere."""
    return get_context("fork") if _can_fork() else get_context("spawn")


def _can_fork() -> bool:
    return sys.platform == "linux" and threading.active_count() == 1


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Keep Ctrl-C from a child that does not ignore it yet."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(
    ours: Connection, theirs: Connection, function: Callable[[Item], Result]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A copy of the other end: while it is open here, its loss goes unnoticed.
    ours.close()
    with suppress(EOFError, OSError):  # whoever gave the work is gone
        while True:
            theirs.send(function(theirs.recv()))
