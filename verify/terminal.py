"""What the place that text goes to can show."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Terminal:
    """`width` is None where nobody watches: a file or a pipe."""

    width: int | None = None
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Terminal:
        """Look at a stream and at `NO_COLOR`, `FORCE_COLOR` and `TERM`."""
        watched = stream.isatty()
        width = shutil.get_terminal_size().columns if watched else None
        if os.environ.get("NO_COLOR"):
            return cls(width, colour=False)
        able = watched and os.environ.get("TERM") != "dumb"
        return cls(width, colour=able or bool(os.environ.get("FORCE_COLOR")))
