"""The processes of one side, as the controller holds them: a server, its children."""

from __future__ import annotations

import socket
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from verify.benching.inside.callgrind import FOLDER, command
from verify.benching.inside.channel import Channel, Closed, Message
from verify.sides.process import Ending
from verify.sides.side import Side
from verify.sides.workplace import Workplace

_INSIDE = Path(__file__).resolve().parent / "inside"
_PACKAGE = "_rehome_benching"  # what a side's own packages are never called
_TOLD = 1500  # characters of what a process printed, where it ended badly
_PATIENCE = 10.0  # seconds for what needs none, such as a fork


class SideFailed(Exception):
    """A side, or one child of it, that gave no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Job:
    """What both sides run, and how.

    `clock` is cpu, cuda or instructions; `apart` are folders of benchmarks, whose
    modules are no part of a side; `timeout` is in seconds, for each single answer;
    `valgrind` is its path where it counts the instructions.
    """

    files: tuple[str, ...]
    directory: str
    clock: str = "cpu"
    keyword: str = ""
    timeout: float = 120.0
    valgrind: str = ""

    @property
    def apart(self) -> list[str]:
        named = (file.partition("::")[0] for file in self.files)
        return [str(Path(self.directory, file).resolve()) for file in named]


class Parent:
    """One process that has a side's imports and forks its children."""

    def __init__(self, place: Workplace, side: Side, job: Job, hash_seed: int) -> None:
        self.label = side.label
        self.job = job
        self.collected: list[str] = []
        self.files: dict[str, str] = {}
        self._is_ended = False
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        order: Message = {
            "channel": theirs.fileno(),
            "files": list(job.files),
            "apart": job.apart,
            "directory": job.directory,
            "keyword": job.keyword,
            "tools": _tools() if place.python == sys.executable else {},
        }
        under, counting = _counting(place, job.valgrind)
        with theirs:
            self._process = place.start(
                side,
                {_PACKAGE: _INSIDE},
                f"{_PACKAGE}.server",
                order,
                extra_environment={
                    "PYTHONHASHSEED": str(hash_seed),
                    "OMP_NUM_THREADS": "1",
                    "MKL_NUM_THREADS": "1",
                    # Or to ask torch whether there is a GPU would forbid the fork.
                    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
                    **counting,
                },
                descriptors=(theirs.fileno(),),
                under=under,
            )

    def wait(self) -> list[str]:
        """The ids of the benchmarks that it found. Raises SideFailed without any."""
        message = self._answer(self.job.timeout, "while it was importing")
        if "failed" in message:
            raise SideFailed(f"{self.label}: {_reason(message)}")
        if self.job.clock == "cuda" and message["initialised"]:
            raise SideFailed(
                f"{self.label}: importing the benchmarks already uses the GPU, and no"
                " process can be forked after that: do it in a fixture or in the test"
            )
        self.collected = message["collected"]
        self.files = dict(zip(self.collected, message["files"], strict=True))
        return self.collected

    def fork(self, order: list[int], core: int | None, layout: int) -> Forked:
        """Start a child that will run the benchmarks of these indices in order.

        `layout` seeds the layout of its memory.
        """
        ours, theirs = socket.socketpair()
        message: Message = {
            "do": "fork",
            "order": order,
            "core": core,
            "layout": layout,
            "clock": self.job.clock,
        }
        with theirs:
            try:
                self._channel.hand_over(message, theirs)
            except Closed:
                ours.close()
                raise SideFailed(self._ended("before a child was forked")) from None
        try:
            answer = self._answer(_PATIENCE, "while it was forking")
        except BaseException:
            ours.close()
            raise
        return Forked(self, Channel(ours), answer["child"])

    def reap(self, child: int) -> int:
        """The exit status of a child that is done, or minus the signal it got."""
        try:
            self._channel.send({"do": "reap", "child": child})
        except Closed:
            raise SideFailed(self._ended("before its child")) from None
        status: int = self._answer(_PATIENCE, "while a child ended")["status"]
        return status

    def printed(self) -> str:
        """The end of what its processes wrote to stdout and stderr."""
        return self._process.said()[-_TOLD:].strip()

    def end(self) -> None:
        """End its process and all its children; a second time does nothing."""
        if self._is_ended:  # its number may be another's by now
            return
        self._is_ended = True
        self._channel.close()
        self._process.kill()

    def _answer(self, timeout: float, doing: str) -> Message:
        try:
            return self._channel.receive(timeout)
        except TimeoutError:
            raise SideFailed(
                f"{self.label}: no answer in {timeout:g} seconds {doing}"
            ) from None
        except Closed:
            raise SideFailed(self._ended(doing)) from None

    def _ended(self, doing: str) -> str:
        cause = self._process.wait(_PATIENCE).cause
        self._channel.close()
        self._is_ended = True
        return f"{self.label}: {cause} ({doing})"


class Forked:
    """One child, by its channel."""

    def __init__(self, parent: Parent, channel: Channel, child: int) -> None:
        self._parent = parent
        self._channel = channel
        self._child = child
        self._status: int | None = None

    def tell(self, message: Message) -> None:
        try:
            self._channel.send(message)
        except Closed:
            raise SideFailed(self._ended()) from None

    def hear(self) -> Message:
        """Its next answer. Raises SideFailed where there is none in time."""
        timeout = self._parent.job.timeout
        try:
            return self._channel.receive(timeout)
        except TimeoutError:
            raise SideFailed(
                f"{self._parent.label}: no answer in {timeout:g} seconds: the benchmark"
                " hangs, or is too long (--timeout)"
            ) from None
        except Closed:
            raise SideFailed(self._ended()) from None

    def ask(self, message: Message) -> Message:
        self.tell(message)
        return self.hear()

    def end(self) -> None:
        """Let it go; one that does not is ended by its parent."""
        self._channel.close()
        if self._status is None:
            self._status = self._parent.reap(self._child)

    def _ended(self) -> str:
        self.end()
        status = self._status or 0
        cause = Ending(status, said=self._parent.printed()).cause
        return f"{self._parent.label}: {cause}"


def _counting(place: Workplace, valgrind: str) -> tuple[list[str], dict[str, str]]:
    """The command to run a process under, and what to tell it of that."""
    if not valgrind:
        return [], {}
    folder = str(place.scratch / "callgrind")
    Path(folder).mkdir(exist_ok=True)
    return command(valgrind, folder), {FOLDER: folder}


def _tools() -> dict[str, str]:
    """Where we find what runs benchmarks: it may be on a path that sides do not get."""
    specs = {name: find_spec(name) for name in ("pytest", "pytest_benchmark")}
    return {
        name: str(Path(spec.origin).parents[1])
        for name, spec in specs.items()
        if spec is not None and spec.origin is not None
    }


def _reason(message: Message) -> str:
    if message["failed"] == "needs":
        return (
            f"its Python cannot run benchmarks: {message['why']}. Install pytest and"
            " pytest-benchmark in it"
        )
    return str(message["why"])
