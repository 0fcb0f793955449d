"""What was worked out before, in one file for each kind and Python version.

One file, because two thousand of them take longer to open than to parse what they
are of. Nothing fails for its sake: what cannot be read is worked out again.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

Value = TypeVar("Value")

# So many values may be kept that were not asked for this time.
_MOST_KEPT = 50_000


class Kept(Generic[Value]):
    """Values by key, of one type; without a folder there are none."""

    def __init__(self, folder: Path | None, name: str, kind: type[Value]) -> None:
        version = ".".join(map(str, sys.version_info[:2]))
        self._path = folder / f"{name}-{version}.msgpack" if folder else None
        self._decoder = msgspec.msgpack.Decoder(dict[str, kind])  # type: ignore[valid-type]

    def load(self) -> dict[str, Value]:
        """What is known; nothing where the file is not there, or damaged."""
        if self._path is None:
            return {}
        with suppress(OSError, msgspec.MsgspecError, RecursionError, ValueError):
            return self._decoder.decode(self._path.read_bytes())
        return {}

    def save(self, known: dict[str, Value], used: Collection[str]) -> None:
        """Replace the file at once; silent where that cannot be done."""
        if self._path is None:
            return
        if len(known) > len(used) + _MOST_KEPT:
            known = {key: known[key] for key in used}
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=".")
            with open(descriptor, "wb") as file:
                file.write(msgspec.msgpack.encode(known))
            os.replace(name, self._path)
