"""Which functions of some files have run: by their first lines, at little cost."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from types import CodeType, FrameType
from typing import Any

_TOOL_NAME = "rehome"


class Reach:
    """Notes functions as they are entered, in all threads, once each.

    By `sys.monitoring` from Python 3.12 on, else by a trace function, which a debugger
    or a coverage tool of the side may displace: then fewer functions are seen.
    """

    def __init__(self, files: Iterable[str]) -> None:
        self._files = frozenset(os.path.realpath(file) for file in files)
        self._codes: set[CodeType] = set()
        self._is_monitoring = False

    def start(self) -> None:
        """Begin to look; again after `pause`."""
        if not self._files:
            return
        if sys.version_info >= (3, 12):
            self._monitor()
        else:
            threading.settrace(self._trace)
            sys.settrace(self._trace)

    def pause(self) -> None:
        """Look no longer, where looking slows the code down."""
        if self._files and sys.version_info < (3, 12):
            threading.settrace(None)
            sys.settrace(None)

    if sys.version_info >= (3, 12):

        def _monitor(self) -> None:
            monitoring = sys.monitoring
            if self._is_monitoring:
                return
            free = [n for n in range(6) if monitoring.get_tool(n) is None]
            if not free:
                return
            self._is_monitoring = True
            tool, event = free[-1], monitoring.events.PY_START
            monitoring.use_tool_id(tool, _TOOL_NAME)
            monitoring.register_callback(tool, event, self._entered)
            monitoring.set_events(tool, event)

        def _entered(self, code: CodeType, offset: int) -> Any:
            self._codes.add(code)
            return sys.monitoring.DISABLE

    def _trace(self, frame: FrameType, event: str, argument: Any) -> None:
        self._codes.add(frame.f_code)

    def reached(self) -> list[tuple[str, int]]:
        """File and first line (that of the first decorator) of what has run, sorted."""
        places = {
            (os.path.realpath(code.co_filename), code.co_firstlineno)
            for code in list(self._codes)
        }
        return sorted(place for place in places if place[0] in self._files)
