"""A list of free slots: taken off the front, put back at the end."""

from __future__ import annotations

import torch

# For a short list, moving costs more than memory: 128 KiB.
_LEAST_ROOM = 16_384


class SlotList:
    """Slots in the order in which they are handed out next.

    They lie in memory with room after the end, so that what comes back is written
    there: upstream copies the whole list with every `free`, 8 MiB for a pool of a
    million. No place is written to twice, so what was handed out or read through
    `slots` never changes.
    """

    def __init__(self, slots: torch.Tensor) -> None:
        self._memory = slots
        self._begin = 0
        self._end = slots.numel()
        # Up to here the memory is this list's own to write to.
        self._room = 0

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
        end = self._end + slots.numel()
        if end > self._room:
            self._move_to_more_room(slots.numel())
            end = self._end + slots.numel()
        self._memory[self._end : end] = slots
        self._end = end

    def _move_to_more_room(self, count: int) -> None:
        """Copy the list to memory of its own, twice as large as it has to be."""
        length = self.size()
        self._room = max(2 * (length + count), _LEAST_ROOM)
        memory = self._memory.new_empty((self._room,))
        memory[:length] = self.slots
        self._memory, self._begin, self._end = memory, 0, length
