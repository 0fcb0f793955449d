"""A list of free slots: taken off the front, put back at the end."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from allocator.launch import Launch

# For a short list, moving costs more than memory: 128 KiB.
_LEAST_ROOM = 16_384
# What one program of the kernel writes.
_BLOCK = 1024
# The strides of a list in one piece.
_DENSE = (1,)


class SlotList:
    """Slots in the order in which they are handed out next.

    They lie in memory with room after the end, so that what comes back is written
    there: upstream copies the whole list with every `free`, 8 MiB for a pool of a
    million. No place is written to twice, so what was handed out or read through
    `slots` never changes. On a GPU a kernel writes, since a view and a copy into it
    cost the host more than one launch.
    """

    def __init__(self, slots: torch.Tensor) -> None:
        self._memory = slots
        self._begin = 0
        self._end = slots.numel()
        # Up to here the memory is this list's own to write to.
        self._room = 0
        self._append: Launch | None = None

    def size(self) -> int:
        """Return how many slots there are."""
        return self._end - self._begin

    @property
    def slots(self) -> torch.Tensor:
        """All slots, shape (n,), int64, for whoever wants to keep them."""
        return self._memory[self._begin : self._end]

    def take(self, count: int) -> torch.Tensor:
        """Take `count` slots off the front and return them. Mutates the list."""
        begin = self._begin
        self._begin = begin + count
        return self._memory[begin : begin + count]

    def put(self, slots: torch.Tensor) -> None:
        """Put slots at the end: shape (n,), on the list's device. Mutates the list."""
        count = slots.numel()
        if self._end + count > self._room:
            self._move_to_more_room(count)
        start = self._end
        self._end = start + count
        if self._append is None or count == 0 or slots.stride() != _DENSE:
            self._memory[start : self._end] = slots
            return
        grid = ((count + _BLOCK - 1) // _BLOCK, 1)
        self._append(slots.dtype, grid, (slots, self._memory), (start, count, _BLOCK))

    def _move_to_more_room(self, count: int) -> None:
        """Copy the list to memory of its own, twice as large as it has to be."""
        length = self.size()
        self._room = max(2 * (length + count), _LEAST_ROOM)
        memory = self._memory.new_empty((self._room,))
        memory[:length] = self.slots
        self._memory, self._begin, self._end = memory, 0, length
        self._append = appending_on(memory.device)


@cache
def appending_on(device: torch.device) -> Launch | None:
    """Return the kernel that appends on `device`, where it is launched directly."""
    if device.type != "cuda" or find_spec("triton") is None:
        return None
    from allocator import kernels
    from allocator.launch import Launch, launches_directly

    if not launches_directly(device):
        return None
    return Launch(kernels.append_slots_kernel, device)
