"""Eight pieces of work like an allocator's, each of twenty equal steps a call.

One side of the experiment: the folder it stands in may hold a module `planted`, which
says how much more of a piece there is to do on that side. Every step begins from the
same state, so that a call costs what its steps cost.
"""

from __future__ import annotations

from collections import deque

import torch

try:
    from planted import EXTRA  # type: ignore[import-not-found]
except ImportError:
    EXTRA = {}

STEPS = 20
SMALL, MIDDLE, LARGE = 1_024, 8_192, 32_768
PAGE = 16

_FREE = {size: torch.arange(1, size + 1) for size in (SMALL, MIDDLE, LARGE)}
_SHUFFLED = torch.randperm(SMALL, generator=torch.Generator().manual_seed(1))
_TAKEN = torch.arange(64) * 7 % SMALL
_MAPPING = torch.zeros(MIDDLE + 1, dtype=torch.int64)
_LENGTHS = torch.arange(1, 65)


def steps(name: str) -> range:
    """The steps of one call: twenty, and what is planted on top."""
    return range(STEPS + round(STEPS * EXTRA.get(name, 0)))


def token_take() -> None:
    """The first slots of a list, and what is left of it."""
    for _ in steps("token_take"):
        free = _FREE[MIDDLE]
        slots, free = free[:64], free[64:]
        slots.clone()


def token_give() -> None:
    """Slots go to the end of a list, which is copied."""
    for _ in steps("token_give"):
        torch.cat((_FREE[MIDDLE], _TAKEN))


def token_sort() -> None:
    """A list is put in order before it is used."""
    for _ in steps("token_sort"):
        torch.sort(_SHUFFLED)


def paged_take() -> None:
    """Pages are spelled out as the slots in them."""
    inside = torch.arange(PAGE)
    for _ in steps("paged_take"):
        pages = _FREE[SMALL][:64]
        (pages[:, None] * PAGE + inside).reshape(-1)


def paged_give() -> None:
    """Slots become the pages that they are in, each once."""
    for _ in steps("paged_give"):
        torch.unique(_TAKEN // PAGE)


def extend() -> None:
    """Where each request of a batch begins, and to which each slot belongs."""
    for _ in steps("extend"):
        ends = torch.cumsum(_LENGTHS, 0)
        torch.repeat_interleave(ends, _LENGTHS)


def window() -> None:
    """A mapping is written and read again."""
    for _ in steps("window"):
        _MAPPING[_TAKEN] = _TAKEN
        _MAPPING[_TAKEN].to(torch.int32)


def serving() -> None:
    """Requests come and go over a list of free slots, in Python alone."""
    for _ in steps("serving"):
        free = deque(range(64))
        running: dict[int, list[int]] = {}
        for request in range(24):
            running[request] = [free.popleft() for _ in range(1 + request % 4)]
            if request % 2:
                free.extend(running.pop(request - 1))


PIECES = (
    token_take,
    token_give,
    token_sort,
    paged_take,
    paged_give,
    extend,
    window,
    serving,
)
