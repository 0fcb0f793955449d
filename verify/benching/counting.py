"""How instructions are counted on this machine: by perf, else under valgrind."""

from __future__ import annotations

import os
import shutil

from verify.benching.inside.callgrind import CounterError, is_known_machine
from verify.benching.inside.counter import opened


def valgrind_if_needed() -> str:
    """The path of valgrind, or nothing where perf counts.

    Raises CounterError where neither can, with the reasons.
    """
    try:
        os.close(opened())
    except CounterError as error:
        valgrind = shutil.which("valgrind")
        if valgrind and is_known_machine():
            return valgrind
        here = "there is no valgrind" if is_known_machine() else "valgrind cannot here"
        raise CounterError(f"{error}; {here} either (x86-64 alone)") from None
    return ""
