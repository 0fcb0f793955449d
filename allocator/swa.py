"""Two pools under one index: full attention, and a sliding window.

Answers to `mem_cache/allocator/swa.py` of SGLang, sgl-project/sglang#26676.
"""

from __future__ import annotations

from typing import Any

import torch

from allocator.base import BaseTokenToKVPoolAllocator, CopiesCache
from allocator.integrity import IntegrityError, Ledger, shown
from allocator.paged import PagedTokenToKVPoolAllocator
from allocator.protocols import WindowKVPool
from allocator.token import TokenToKVPoolAllocator
from allocator.validation import as_count, as_indices, require_multiple

_Pool = TokenToKVPoolAllocator | PagedTokenToKVPoolAllocator


class SWATokenToKVPoolAllocator(CopiesCache, BaseTokenToKVPoolAllocator):
    """Hands out slots of the full pool, each with a slot of the window pool behind it.

    Users see full slots only. `full_to_swa_index_mapping` (int64, one entry for each
    slot of the full pool from 0, and then some) says which window slot belongs to
    one: 0 for none. Its last entry is -1, so that -1, the location of a request that
    has no token yet, maps to -1. Every call takes from both pools or from neither.

    Arguments:
        size: slots of the full pool.
        size_swa: slots of the window pool.
        page_size, dtype, device, need_sort, debug: as for the base class.
        kvcache: the two caches behind; it is given the mapping, once, and does the
            translation.

    Raises ValueError for sizes as the base class does, and TypeError for a cache
    that cannot keep a mapping.
    """

    def __init__(
        self,
        size: int,
        size_swa: int,
        page_size: int,
        dtype: torch.dtype,
        device: str | torch.device,
        kvcache: WindowKVPool,
        need_sort: bool,
        *,
        debug: bool | None = None,
    ) -> None:
        _require_window_pool(kvcache)
        super().__init__(
            size, page_size, dtype, device, kvcache, need_sort, debug=debug
        )
        self._size_swa = as_count("size_swa", size_swa)
        require_multiple("size_swa", self._size_swa, self.page_size)
        self._window_cache = kvcache
        # In debug mode, the full slots that are handed out, one by one.
        debug = self._ledger is not None
        last = self._size + self.page_size - 1
        self._slots = Ledger(last) if debug else None
        self._ledger = None
        full_cache = getattr(kvcache, "full_kv_pool", None)
        swa_cache = getattr(kvcache, "swa_kv_pool", None)
        self.full_attn_allocator = self._pool(self._size, full_cache, debug)
        self.swa_attn_allocator = self._pool(self._size_swa, swa_cache, debug)
        self.full_to_swa_index_mapping = torch.zeros(
            self._size + self.page_size + 1, dtype=torch.int64, device=self.device
        )
        self.full_to_swa_index_mapping[-1] = -1
        kvcache.register_mapping(self.full_to_swa_index_mapping)

    def _pool(self, size: int, cache: Any, debug: bool) -> _Pool:
        common = (self.dtype, self.device, cache, self.need_sort)
        if self.page_size == 1:
            return TokenToKVPoolAllocator(size, *common, debug=debug)
        return PagedTokenToKVPoolAllocator(size, self.page_size, *common, debug=debug)

    @property
    def size(self) -> int:
        """How many slots there are with a window slot for each."""
        return min(self._size, self._size_swa)

    @property
    def size_full(self) -> int:
        """How many slots the full pool has."""
        return self._size

    @property
    def size_swa(self) -> int:
        """How many slots the window pool has."""
        return self._size_swa

    def available_size(self) -> int:
        """Return how many slots are free in the pool that has fewer."""
        return min(self.full_available_size(), self.swa_available_size())

    def full_available_size(self) -> int:
        """Return how many slots of the full pool are free."""
        return self.full_attn_allocator.available_size()

    def swa_available_size(self) -> int:
        """Return how many slots of the window pool are free."""
        return self.swa_attn_allocator.available_size()

    def debug_print(self) -> str:
        """Return what a log line should say of the two pools."""
        sizes = {
            "swa": self.swa_available_size(),
            "full-attn": self.full_available_size(),
        }
        return "".join(f"#{pool}-available-size: {n}, " for pool, n in sizes.items())

    def translate_loc_from_full_to_swa(self, kv_indices: torch.Tensor) -> torch.Tensor:
        """Return the window slots of full slots, by the cache that has the mapping.

        `kv_indices` has any shape and holds slots or -1; the dtype of the result is
        the cache's choice (int32 in SGLang's).
        """
        return self._window_cache.translate_loc_from_full_to_swa(kv_indices)

    def clear(self) -> None:
        """Take every slot of both pools back and unmap them all. Mutates all."""
        self.swa_attn_allocator.clear()
        self.full_attn_allocator.clear()
        self.full_to_swa_index_mapping[:-1].zero_()
        self.is_not_in_free_group = True
        self.free_group = []
        if self._slots is not None:
            self._slots.clear()

    def backup_state(self) -> Any:
        """Return what `restore_state` needs to come back to now.

        The mapping is not part of it, as upstream: between the two, hand out slots,
        but free none. In debug mode there is a third part: the full slots that are
        handed out, of which the pools know the pages alone.
        """
        state = [
            self.full_attn_allocator.backup_state(),
            self.swa_attn_allocator.backup_state(),
        ]
        return state if self._slots is None else [*state, self._slots.held()]

    def restore_state(self, state: Any) -> None:
        """Go back to what `backup_state` returned. Mutates both pools' lists.

        Raises ValueError for what is no state of two pools; in debug mode
        IntegrityError where slots were freed in between.
        """
        parts = 2 if self._slots is None else 3
        if len(state) != parts:
            raise ValueError(
                f"a state of {parts} parts is needed, as backup_state() returned it,"
                f" and this has {len(state)}"
            )
        self.full_attn_allocator.restore_state(state[0])
        self.swa_attn_allocator.restore_state(state[1])
        if self._slots is not None:
            self._slots.clear()
            self._slots.hand_out(state[2])
            self.check_integrity()

    def alloc(self, need_size: int) -> torch.Tensor | None:
        """Hand out `need_size` slots, a window slot behind each.

        Returns full slots, shape (need_size,), int64, on this device; or None where
        either pool has fewer, and then neither changes. Mutates both pools and the
        mapping. Raises ValueError for a size that is negative, no integer, or no
        multiple of the page size (upstream takes no page size but 1 here).
        """
        need_size = as_count("need_size", need_size)
        require_multiple("need_size", need_size, self.page_size)
        if need_size > self.available_size():
            return None
        return self._mapped(
            self.full_attn_allocator.alloc(need_size),
            self.swa_attn_allocator.alloc(need_size),
        )

    def alloc_extend(
        self,
        prefix_lens: torch.Tensor,
        prefix_lens_cpu: torch.Tensor,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
        extend_num_tokens: int,
    ) -> torch.Tensor | None:
        """Hand out the slots by which requests grow, in both pools.

        Arguments, result and errors are those of the paged allocator; `last_loc` are
        full slots. None where either pool has too few pages, and then neither
        changes. Mutates both pools and the mapping. Raises NotImplementedError for
        pages of one slot.
        """
        full, swa = self._paged("alloc_extend")
        pages = full.pages_to_extend(
            *(prefix_lens, prefix_lens_cpu, seq_lens, seq_lens_cpu),
            *(last_loc, extend_num_tokens),
        )
        if pages * self.page_size > self.available_size():
            return None
        swa_last_loc = self.translate_loc_from_full_to_swa(last_loc)
        lens = (prefix_lens, seq_lens)
        return self._mapped(
            full.extend(*lens, last_loc, extend_num_tokens, pages),
            swa.extend(*lens, swa_last_loc, extend_num_tokens, pages),
        )

    def alloc_extend_swa_tail(
        self,
        prefix_lens: torch.Tensor,
        prefix_lens_cpu: torch.Tensor,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
        extend_num_tokens: int,
        swa_tail_len: int,
    ) -> torch.Tensor | None:
        """Hand out full slots for one request's whole growth, window slots for its end.

        For a prompt whose cache arrives from elsewhere: only its last `swa_tail_len`
        tokens still lie in the window. The others are mapped to 0. The other
        arguments, the result and the errors are those of `alloc_extend`, for exactly
        one request. A tail that is longer than the growth or does not begin with a
        page is a ValueError too (upstream takes the latter, and the request's next
        tokens then overwrite another's).
        """
        full, swa = self._paged("alloc_extend_swa_tail")
        if len(seq_lens_cpu) != 1:
            raise ValueError(
                f"one request at a time, and these are {len(seq_lens_cpu)}"
            )
        tail = as_count("swa_tail_len", swa_tail_len)
        pages = full.pages_to_extend(
            *(prefix_lens, prefix_lens_cpu, seq_lens, seq_lens_cpu),
            *(last_loc, extend_num_tokens),
        )
        if tail > extend_num_tokens:
            raise ValueError(
                f"swa_tail_len is {tail}, more than the {extend_num_tokens} tokens that"
                " the request gains"
            )
        if tail and (int(seq_lens_cpu[0]) - tail) % self.page_size:
            raise ValueError(
                f"swa_tail_len is {tail}, so the tail begins within a page of the"
                f" {int(seq_lens_cpu[0])} tokens: its window slots would run out of"
                " step with the full ones"
            )
        swa_pages = -(-tail // self.page_size)
        if (
            pages * self.page_size > self.full_available_size()
            or swa_pages * self.page_size > self.swa_available_size()
        ):
            return None
        slots = full.extend(prefix_lens, seq_lens, last_loc, extend_num_tokens, pages)
        assert slots is not None
        if tail < extend_num_tokens:
            self.full_to_swa_index_mapping[slots[: extend_num_tokens - tail]] = 0
        if tail:
            none = torch.zeros((1,), dtype=torch.int64, device=self.device)
            swa_slots = swa.extend(none, none + tail, none - 1, tail, swa_pages)
            self._map(slots[extend_num_tokens - tail :], swa_slots)
        return self._noted(slots)

    def alloc_decode(
        self,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
    ) -> torch.Tensor | None:
        """Hand out one slot to each request, in both pools.

        Arguments, result and errors are those of the paged allocator; `last_loc` are
        full slots. None where either pool has too few pages, and then neither
        changes (upstream keeps what the other one handed out). Mutates both pools
        and the mapping. Raises NotImplementedError for pages of one slot.
        """
        full, swa = self._paged("alloc_decode")
        pages = full.pages_to_decode(seq_lens, seq_lens_cpu, last_loc)
        requests = len(seq_lens_cpu)
        # Both are asked, for each may have to sort.
        enough = [pool.has_pages(pages, before_sort=requests) for pool in (full, swa)]
        if not all(enough):
            return None
        swa_last_loc = self.translate_loc_from_full_to_swa(last_loc)
        return self._mapped(
            full.decode(seq_lens, last_loc, pages),
            swa.decode(seq_lens, swa_last_loc, pages),
        )

    def free(self, free_index: torch.Tensor) -> None:
        """Take full slots back, and the window slots that still belong to them.

        As for the paged allocator; mutates both pools and the mapping.
        """
        slots = self._to_free_now(free_index)
        if slots is None:
            return
        if self._slots is not None:
            problems = self._slots.problems_of_return(torch.unique(slots))
            self._refuse(problems, "free() of slots")
        self.full_attn_allocator.free(slots)
        self.free_swa(slots)
        if self._slots is not None:
            pages = torch.unique(slots.cpu() // self.page_size)
            self._slots.take_back(self._slots_of(pages))
            self.check_integrity()

    def free_swa(self, free_index: torch.Tensor) -> None:
        """Take back the window slots of full slots that stay with their holder.

        `free_index` are full slots; those without a window slot are passed over.
        Mutates the window pool and the mapping.
        """
        slots = as_indices("free_index", free_index)
        swa_slots = self.full_to_swa_index_mapping[slots]
        self.swa_attn_allocator.free(swa_slots[swa_slots > 0])
        self.full_to_swa_index_mapping[slots] = 0

    def set_full_to_swa_mapping(
        self, full_indices: torch.Tensor, swa_indices: torch.Tensor
    ) -> None:
        """Map full slots to window slots that were taken from the pools directly.

        Both have shape (n,), int64 or int32. Mutates the mapping. Raises ValueError
        where the lengths differ.
        """
        full = as_indices("full_indices", full_indices)
        swa = as_indices("swa_indices", swa_indices)
        if full.numel() != swa.numel():
            raise ValueError(
                "full_indices and swa_indices must have the same length, and have"
                f" {full.numel()} and {swa.numel()}"
            )
        if full.numel():
            self._map(full, swa)

    def check_integrity(self, held: torch.Tensor | None = None) -> None:
        """Raise IntegrityError unless both pools' books and the mapping are right.

        `held` are the full slots that the caller has; with them, or in debug mode,
        no page of either pool may be lost, and no window slot may stand behind two
        of them. Nothing is mutated; on a GPU this waits for the device.
        """
        if held is None and self._slots is not None:
            held = self._slots.held().to(self._device)
        mapping = self.full_to_swa_index_mapping
        last = self._size_swa + self.page_size - 1
        outside = mapping[:-1][(mapping[:-1] < 0) | (mapping[:-1] > last)]
        problems = []
        if len(outside):
            problems.append(f"mapped outside the window pool: {shown(outside)}")
        if int(mapping[-1]) != -1:
            problems.append(f"-1 is mapped to {int(mapping[-1])}")
        self._refuse_books(problems)
        if held is None:
            self.full_attn_allocator.check_integrity()
            self.swa_attn_allocator.check_integrity()
            return
        held = torch.unique(as_indices("held", held).to(self._device))
        swa_held, times = torch.unique(mapping[held], return_counts=True)
        shared = swa_held[(times > 1) & (swa_held > 0)]
        if len(shared):
            self._refuse_books([f"behind two full slots: {shown(shared)}"])
        self.full_attn_allocator.check_integrity(held)
        self.swa_attn_allocator.check_integrity(swa_held[swa_held > 0])

    def _refuse_books(self, problems: list[str]) -> None:
        if problems:
            raise IntegrityError(type(self).__name__, problems)

    def _paged(
        self, what: str
    ) -> tuple[PagedTokenToKVPoolAllocator, PagedTokenToKVPoolAllocator]:
        full, swa = self.full_attn_allocator, self.swa_attn_allocator
        if isinstance(full, PagedTokenToKVPoolAllocator) and isinstance(
            swa, PagedTokenToKVPoolAllocator
        ):
            return full, swa
        raise NotImplementedError(f"{what} needs pages of more than one slot")

    def _mapped(
        self, slots: torch.Tensor | None, swa_slots: torch.Tensor | None
    ) -> torch.Tensor:
        assert slots is not None
        self._map(slots, swa_slots)
        return self._noted(slots)

    def _map(self, slots: torch.Tensor, swa_slots: torch.Tensor | None) -> None:
        assert swa_slots is not None
        self.full_to_swa_index_mapping[slots] = swa_slots.to(torch.int64)

    def _noted(self, slots: torch.Tensor) -> torch.Tensor:
        if self._slots is not None:
            self._refuse(self._slots.problems_of_hand_out(slots), "handing out")
            self._slots.hand_out(slots)
            self.check_integrity()
        return slots

    def _slots_of(self, pages: torch.Tensor) -> torch.Tensor:
        offsets = torch.arange(self.page_size)
        return (pages.unsqueeze(1) * self.page_size + offsets).reshape(-1)


def _require_window_pool(kvcache: object) -> None:
    for method in ("register_mapping", "translate_loc_from_full_to_swa"):
        if not callable(getattr(kvcache, method, None)):
            raise TypeError(
                f"kvcache must be a window pool with a method {method}, and is"
                f" {type(kvcache).__name__}"
            )
