"""Work on a GPU, of one side: its folder may hold a module `planted`.

`planted.DEVICE` is how much more the large kernel has to do (0.05 for 5 percent),
`planted.HOST` how many microseconds more the host takes to enqueue the small ones.
"""

from __future__ import annotations

import time
from typing import Any

import torch

try:
    from planted import DEVICE, HOST  # type: ignore[import-not-found]
except ImportError:
    DEVICE, HOST = 0.0, 0.0

LARGE = 1 << 25  # numbers of 4 bytes: far more than the L2 holds
LAUNCHES = 10
LISTED = 1 << 16


def large_inputs() -> list[tuple[Any, Any]]:
    """Sources and targets of the large kernel, to be taken in turn."""
    size = LARGE + round(LARGE * DEVICE)
    return [
        (torch.ones(size, device="cuda"), torch.empty(size, device="cuda"))
        for _ in range(3)
    ]


def large(source: Any, target: Any) -> None:
    """One kernel that the memory bounds."""
    torch.add(source, 1.0, out=target)


def small(counter: Any) -> None:
    """Launches that the host bounds."""
    for _ in range(LAUNCHES):
        counter.add_(1)
    if HOST:
        end = time.perf_counter_ns() + round(HOST * 1000)
        while time.perf_counter_ns() < end:
            pass


def listing(free: Any, taken: Any) -> None:
    """What an allocator does with a list of free pages."""
    pages = free[: taken.numel()]
    torch.cat((free[taken.numel() :], pages))
    torch.sort(taken)
