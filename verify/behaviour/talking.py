"""A conversation with a driver's server in a side's process, line by line."""

from __future__ import annotations

import json
import os
import selectors
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from verify.behaviour.driver import Driver
from verify.sides.process import Child, Ending
from verify.sides.side import Side
from verify.sides.workplace import Workplace

INSIDE = Path(__file__).parent / "inside"
PACKAGES = {"rehome_behaviour": INSIDE}

Answer = Mapping[str, Any]


class Lost(Exception):
    """The process ended, or had to be ended, before its answer was whole."""

    def __init__(self, side: Side, ending: Ending) -> None:
        super().__init__(ending.cause)
        self.side = side
        self.ending = ending

    @property
    def cause(self) -> str:
        return self.ending.cause


class Talk:
    """A server of one side, from its start to its end; a context manager.

    `patience` is the longest time, in seconds, to wait for one line. After `Lost` the
    next request starts a new process, which knows nothing of what was asked before.
    """

    def __init__(
        self,
        place: Workplace,
        side: Side,
        driver: Driver,
        watch: Sequence[str],
        patience: float,
    ) -> None:
        self.side = side
        self._place = place
        self._driver = driver
        self._watch = [*watch]
        self._patience = patience
        self._child: Child | None = None
        self._lines: deque[bytes] = deque()
        self._rest = b""

    def __enter__(self) -> Talk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def ask(self, **request: Any) -> Generator[Answer, None, None]:
        """Send a request and yield its answers, the one with `end` last.

        Raises `Lost`. What a caller does not take is thrown away with the process.
        """
        if self._child is None:
            self._start()
            *_, loaded = self._exchange({"do": "load"})
            if request["do"] == "load":
                yield loaded
                return
            if loaded["end"] != "ready":
                self.stop()
                text = "the driver could be imported before, and now it cannot"
                raise Lost(self.side, Ending(1, said=text))
        whole = False
        try:
            yield from self._exchange(request)
            whole = True
        finally:
            if not whole:
                self.stop()

    def last(self, **request: Any) -> Answer:
        """The last answer to a request; raises `Lost`."""
        *_, answer = self.ask(**request)
        return answer

    def stop(self) -> None:
        """End the process at once, if there is one."""
        if self._child is not None:
            self._child.kill()
            self._close()

    def _start(self) -> None:
        asked_by_child, self._asking = os.pipe()
        self._answers, answered_by_child = os.pipe()
        given = (asked_by_child, answered_by_child)
        arguments = {
            "driver": str(self._driver.path),
            "watch": self._watch,
            "seed": self._place.seed,
            "read": asked_by_child,
            "write": answered_by_child,
        }
        try:
            self._child = self._place.start(
                self.side,
                PACKAGES,
                "rehome_behaviour.serving",
                arguments,
                extra_environment=self._driver.environment,
                descriptors=given,
            )
        finally:
            for descriptor in given:
                os.close(descriptor)
        self._lines.clear()
        self._rest = b""

    def _close(self) -> None:
        self._child = None
        os.close(self._asking)
        os.close(self._answers)

    def _exchange(self, request: Mapping[str, Any]) -> Iterator[Answer]:
        try:
            _write_all(self._asking, json.dumps(request).encode("ascii") + b"\n")
        except BrokenPipeError:
            raise self._lost(None) from None
        while True:
            answer: Answer = json.loads(self._line())
            yield answer
            if "end" in answer:
                return

    def _line(self) -> bytes:
        if not self._lines:
            self._read()
        return self._lines.popleft()

    def _read(self) -> None:
        """Wait for a line or more."""
        deadline = time.monotonic() + self._patience
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while not self._lines:
                left = deadline - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise self._lost(self._patience)
                more = os.read(self._answers, 1 << 16)
                if not more:
                    raise self._lost(None)
                *whole, self._rest = (self._rest + more).split(b"\n")
                self._lines.extend(whole)

    def _lost(self, seconds: float | None) -> Lost:
        if self._child is None:
            raise RuntimeError("there is no process to lose")
        # Its pipe is closed, but the end itself may take a moment.
        ending = (
            self._child.wait(self._patience)
            if seconds is None
            else self._child.kill(seconds)
        )
        self._close()
        return Lost(self.side, ending)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
