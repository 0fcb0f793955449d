"""Slots of a Mamba state pool: one whole state for each request.

Answers to `mem_cache/allocator/mamba.py` of SGLang, sgl-project/sglang#27256.
"""

from __future__ import annotations

from collections import deque

import torch

from allocator.base import wants_debug
from allocator.integrity import IntegrityError, Ledger, problems_of
from allocator.slot_list import SlotList
from allocator.validation import as_count, as_indices


class MambaSlotAllocator:
    """Hands out slots of a state pool, in the order in which they came free.

    A state is as large as it will ever be, so there are no pages to share and
    nothing to extend: deliberately no child of `BaseTokenToKVPoolAllocator`. Slots
    count from 1 to `size`; slot 0 is the target for the writes of padded requests
    and is never handed out. Not thread-safe.

    Arguments:
        size: how many states the pool holds.
        device: where the indices live.
        debug: check the books after every call and refuse double frees and foreign
            slots; slow. None means what `REHOME_ALLOCATOR_DEBUG` says.

    Raises ValueError for a size that is no integer or negative.
    """

    def __init__(
        self, size: int, device: str | torch.device, *, debug: bool | None = None
    ) -> None:
        self.size = as_count("size", size)
        self.device = device
        self._ledger = Ledger(self.size) if wants_debug(debug) else None
        self.clear()

    def clear(self) -> None:
        """Take every slot back, whoever holds it, and end a group. Mutates all."""
        slots = torch.arange(1, self.size + 1, dtype=torch.int64, device=self.device)
        self._free = SlotList(slots)
        self._device = slots.device
        # Taken off the free list for the group, one by one, and not handed out yet.
        self._group: deque[torch.Tensor] = deque()
        if self._ledger is not None:
            self._ledger.clear()

    @property
    def free_slots(self) -> torch.Tensor:
        """The slots to hand out next, first one first: shape (n,), int64."""
        return self._free.slots

    @free_slots.setter
    def free_slots(self, slots: torch.Tensor) -> None:
        self._free = SlotList(slots)

    def available_size(self) -> int:
        """Return how many slots are free; those set aside for a group are not."""
        return self._free.size()

    def alloc_group_begin(self, num_reqs: int) -> None:
        """Set slots aside for requests that will each ask for one.

        Sets aside `num_reqs` slots, or none where fewer are free. A begin without
        an end before it first gives back what the last one had left (upstream
        loses those slots). Mutates the free list. Raises ValueError for a number
        that is negative or no integer.
        """
        num_reqs = as_count("num_reqs", num_reqs)
        self.alloc_group_end()
        if 0 < num_reqs <= self._free.size():
            self._group.extend(self._free.take(num_reqs).chunk(num_reqs))
        self._check()

    def alloc_group_end(self) -> None:
        """Give back what is left of the group. Mutates the free list."""
        if self._group:
            self._free.put(torch.cat(tuple(self._group)))
            self._group.clear()
        self._check()

    def alloc(self, need_size: int) -> torch.Tensor | None:
        """Hand out `need_size` slots; a single one comes from the group, if it can.

        Returns their indices, shape (need_size,), int64, on this device; or None
        where fewer are free, and then nothing changes. Mutates the free list or the
        group. Raises ValueError for a size that is negative or no integer.
        """
        need_size = as_count("need_size", need_size)
        if need_size == 1 and self._group:
            slots = self._group.popleft()
        elif need_size > self._free.size():
            return None
        else:
            slots = self._free.take(need_size)
        if self._ledger is not None:
            self._refuse(self._ledger.problems_of_hand_out(slots), "handing out")
            self._ledger.hand_out(slots)
            self.check_integrity()
        return slots

    def free(self, free_index: torch.Tensor) -> None:
        """Take slots back, to the end of the free list.

        `free_index` has shape (n,), int64 or int32; from another device it is
        moved. Mutates the free list. Raises ValueError for what cannot be indices,
        and in debug mode IntegrityError, before anything changed, for slots that no
        one holds.
        """
        slots = as_indices("free_index", free_index)
        if slots.numel() == 0:
            return
        if slots.device != self._device:
            slots = slots.to(self._device)
        if self._ledger is not None:
            self._refuse(self._ledger.problems_of_return(slots), "free() of slots")
            self._ledger.take_back(slots)
        self._free.put(slots)
        self._check()

    def check_integrity(self, held: torch.Tensor | None = None) -> None:
        """Raise IntegrityError unless the books are right; the text spells out why.

        No slot is listed twice, none is outside 1 to `size`. `held` are the slots
        that the caller has (shape (n,), integer, any device); with them, or in
        debug mode, no slot may be lost either. Nothing is mutated; on a GPU this
        waits for the device.
        """
        if held is not None:
            held = as_indices("held", held)
        elif self._ledger is not None:
            held = self._ledger.held()
        group = torch.cat((self.free_slots[:0], *self._group))
        listed = {"free_slots": self.free_slots, "the group": group}
        self._refuse(problems_of("slot", self.size, listed, held))

    def _check(self) -> None:
        if self._ledger is not None:
            self.check_integrity()

    def _refuse(self, problems: list[str], what: str = "") -> None:
        if problems:
            owner = type(self).__name__
            raise IntegrityError(f"{owner}: {what}" if what else owner, problems)
