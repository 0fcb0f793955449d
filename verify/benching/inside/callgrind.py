"""Counting the instructions of a process that runs under valgrind's callgrind.

Its client requests (valgrind's manual, 6.4.5, and `callgrind.h`) switch the counting
on and off from inside, so that only the benchmark is counted; a dump, one file, tells
how much it was. A request is a sequence of instructions that does nothing elsewhere.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
from functools import cache
from pathlib import Path

FOLDER = "REHOME_CALLGRIND"  # the environment's name for where dumps go

# mov rax, rdi; xor edx, edx; the sequence of `valgrind.h`; mov rax, rdx; ret
_REQUEST = bytes.fromhex(
    "4889f8 31d2 48c1c703 48c1c70d 48c1c73d 48c1c733 4887db 4889d0 c3"
)
_MACHINE = "x86_64"
_RUNNING_ON_VALGRIND = 0x1001
_TOOL = ord("C") << 24 | ord("T") << 16
_DUMP, _ZERO, _TOGGLE, _START = (_TOOL + number for number in (0, 1, 2, 4))
_TRIES = 5


class CounterError(Exception):
    """Instructions cannot be counted here; the text says why and what to do."""


def command(valgrind: str, folder: str) -> list[str]:
    """What a process has to run under, so that its forks can count."""
    return [
        valgrind,
        "--tool=callgrind",
        "--quiet",
        "--instr-atstart=no",
        "--collect-atstart=no",
        f"--callgrind-out-file={folder}/%p",
    ]


def is_known_machine() -> bool:
    return platform.machine() == _MACHINE


class CallgrindCounter:
    """Counts all threads of this process. Raises CounterError outside of callgrind."""

    def __init__(self, folder: str) -> None:
        if not is_known_machine():
            raise CounterError(f"callgrind can be asked on {_MACHINE} alone")
        self._code = mmap.mmap(
            -1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
        )
        self._code.write(_REQUEST)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._code))
        self._function = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)(address)
        self._toggle_arguments = _arguments(_TOGGLE)
        self._toggle = ctypes.addressof(self._toggle_arguments)
        if not self._ask(_RUNNING_ON_VALGRIND):
            raise CounterError("this process does not run under valgrind")
        self._dumps = Path(folder)
        self._number = self._starts = self._cost = 0
        self._is_on = False
        self._ask(_START)
        self.reset()
        self._cost = min(self._of_nothing() for _ in range(_TRIES))

    def reset(self) -> None:
        """Forget what was counted, and stop where an error left it counting."""
        if self._is_on:
            self.stop()
        self._starts = 0
        self._ask(_ZERO)

    def start(self) -> None:
        self._starts += 1
        self._is_on = True
        self._function(self._toggle)

    def stop(self) -> None:
        self._function(self._toggle)
        self._is_on = False

    def taken(self) -> int:
        """What was counted, without the cost of switching; then it counts from 0."""
        self._ask(_DUMP)
        self._number += 1
        dump = self._dumps / f"{os.getpid()}.{self._number}"
        try:
            lines = dump.read_text("utf-8", "replace").splitlines()
        except OSError as error:
            raise CounterError(f"callgrind wrote no figures: {error}") from None
        dump.unlink()
        found = [line.partition(":")[2] for line in lines if line[:7] == "totals:"]
        if not found:
            raise CounterError("callgrind wrote no figures that can be read")
        starts, self._starts = self._starts, 0
        return int(found[0].split()[0]) - starts * self._cost

    def lost(self) -> int:
        return 0

    def _of_nothing(self) -> int:
        self.start()
        self.stop()
        return self.taken()

    def _ask(self, request: int) -> int:
        arguments = _arguments(request)
        return int(self._function(ctypes.addressof(arguments)))


@cache
def counter_of_process(folder: str) -> CallgrindCounter:
    """One for all benchmarks of a process: dumps are numbered, and a switch has a
    position. Raises CounterError outside of callgrind.
    """
    return CallgrindCounter(folder)


def _arguments(request: int) -> ctypes.Array[ctypes.c_size_t]:
    return (ctypes.c_size_t * 6)(request)
