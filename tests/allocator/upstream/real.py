"""Load SGLang's real allocators from an unpacked release, with no network.

Runs in a process of its own: it puts modules named `sglang` in place. Needs the
repository's folder on the import path.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from verify.behaviour.examples import sglang_release

WindowPool = sglang_release.WindowPool


def no_network(*args: object, **kwargs: object) -> None:
    raise OSError("this process must not use the network")


def load(release: Path) -> dict[str, Any]:
    """Return the real classes of `release` by name; raises OSError without them."""
    socket.socket.connect = no_network  # type: ignore[method-assign]
    return sglang_release.load(release)
