"""One process of a side, in a group of its own, and how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LONGEST_TAIL = 8_000  # bytes of what it printed last
_KILLED_FOR_MEMORY = "killed by SIGKILL, as a system does that is out of memory"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended: `status` as `subprocess` counts it, negative for a signal.

    `seconds` is the limit that it ran into, else None; `said` the end of its output.
    """

    status: int
    seconds: float | None = None
    said: str = ""

    @property
    def is_clean(self) -> bool:
        return self.status == 0 and self.seconds is None

    @property
    def cause(self) -> str:
        """Why it ended, in words, with the last line that it printed."""
        return f"{self.how}{self._last_line()}"

    @property
    def how(self) -> str:
        """Why it ended, in words."""
        if self.seconds is not None:
            return f"no answer in {self.seconds:g} seconds"
        if self.status == -signal.SIGKILL:
            return _KILLED_FOR_MEMORY
        if self.status < 0:
            return f"killed by {_signal_name(-self.status)}"
        if "MemoryError" in self.said.rpartition("Traceback")[2]:
            return "out of memory"
        return f"ended with status {self.status}"

    def _last_line(self) -> str:
        if self.said.lstrip().startswith("Fatal Python error"):
            lines = [self.said.lstrip().partition("\n")[0]]
        else:
            lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        return f": {lines[-1][:300]}" if lines else ""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Child:
    """A running process of a side; `pipes` are what it was given beside its output."""

    def __init__(
        self, process: subprocess.Popen[bytes], output: Path, ended: Callable[[], None]
    ) -> None:
        self.process = process
        self._output = output
        self._ended = ended

    def wait(self, seconds: float | None = None) -> Ending:
        """Wait for its end, at most so long; then nothing of its group is left."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.kill(seconds)
        return self._reaped(None)

    def kill(self, seconds: float | None = None) -> Ending:
        """End it and its group at once; `seconds` is the limit that it broke."""
        self._kill_group()
        self.process.wait()
        return self._reaped(seconds)

    def _reaped(self, seconds: float | None) -> Ending:
        self._kill_group()  # what it left running
        self._ended()
        return Ending(self.process.returncode, seconds, self.said())

    def _kill_group(self) -> None:
        with suppress(OSError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def said(self) -> str:
        """The end of what it has printed so far, on either stream."""
        try:
            with self._output.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _LONGEST_TAIL))
                return file.read().decode("utf-8", "replace")
        except OSError:
            return ""


def start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    output: Path,
    descriptors: Sequence[int],
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own; both its streams go to `output`.

    It inherits `descriptors` and no others. Raises OSError.
    """
    with output.open("ab") as file:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(descriptors),
            start_new_session=True,
        )
