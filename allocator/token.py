"""One slot at a time: pages of one token.

Answers to `mem_cache/allocator/token.py` of SGLang, sgl-project/sglang#26675.
"""

from __future__ import annotations

import torch

from allocator.base import BaseTokenToKVPoolAllocator, CopiesCache
from allocator.protocols import KVCache
from allocator.slot_list import SlotList
from allocator.validation import as_count


class TokenToKVPoolAllocator(CopiesCache, BaseTokenToKVPoolAllocator):
    """Hands out single slots, in the order in which they came free.

    The arguments are those of the base class, without the page size. Which slots
    a call returns is the same as for SGLang's class of this name.
    """

    def __init__(
        self,
        size: int,
        dtype: torch.dtype,
        device: str | torch.device,
        kvcache: KVCache | None,
        need_sort: bool,
        *,
        debug: bool | None = None,
    ) -> None:
        super().__init__(size, 1, dtype, device, kvcache, need_sort, debug=debug)
        self.clear()

    def clear(self) -> None:
        """List every slot as free, in order. Mutates both lists and the group."""
        self._reset()

    @property
    def free_pages(self) -> torch.Tensor:
        """The slots to hand out next, first one first: shape (n,), int64."""
        return self._free.slots

    @free_pages.setter
    def free_pages(self, slots: torch.Tensor) -> None:
        self._free = SlotList(slots)

    @property
    def release_pages(self) -> torch.Tensor:
        """With `need_sort`, freed slots not yet sorted in: shape (n,), int64."""
        return self._released.slots

    @release_pages.setter
    def release_pages(self, slots: torch.Tensor) -> None:
        self._released = SlotList(slots)

    def available_size(self) -> int:
        """Return how many slots are free, released ones included."""
        return self._free.size() + self._released.size()

    def alloc(self, need_size: int) -> torch.Tensor | None:
        """Hand out `need_size` slots from the front of the free list.

        Returns their indices, shape (need_size,), int64, on this device; or None
        where fewer are free, and then every slot stays free (with `need_sort` the
        released ones were sorted in, as upstream does). Mutates the free list.
        Raises ValueError for a size that is negative or no integer.
        """
        need_size = as_count("need_size", need_size)
        if need_size > self._free.size():
            if self.need_sort:
                self.merge_and_sort_free()
            if need_size > self._free.size():
                return None
        slots = self._free.take(need_size)
        if self._ledger is not None:
            self._note_hand_out(slots)
        return slots

    def free(self, free_index: torch.Tensor) -> None:
        """Take slots back: to the end of the free list, or of the released one.

        `free_index` has shape (n,), int64 or int32; from another device it is
        moved. Inside a group the call is put off to its end. Mutates one list.
        Raises ValueError for what cannot be indices, and in debug mode
        IntegrityError, before anything changed, for slots that are not held.
        """
        slots = self._to_free_now(free_index)
        if slots is None:
            return
        if self._ledger is not None:
            self._refuse(self._ledger.problems_of_return(slots), "free() of slots")
            self._ledger.take_back(slots)
        (self._released if self.need_sort else self._free).put(slots)
        if self._ledger is not None:
            self.check_integrity()
