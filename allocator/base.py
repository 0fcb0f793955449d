"""What all allocators of token slots share.

Answers to `mem_cache/allocator/base.py` of SGLang, sgl-project/sglang#26675.
"""

from __future__ import annotations

import abc
import os
from typing import Any

import torch

from allocator.integrity import IntegrityError, Ledger, problems_of
from allocator.protocols import KVCache
from allocator.validation import as_count, as_indices, as_positive, require_multiple

# What `backup_state` returns: the free list and the released one.
State = tuple[torch.Tensor, torch.Tensor]


class BaseTokenToKVPoolAllocator(abc.ABC):
    """Hands out slots of a KV cache; the slots count from 1 to `size`.

    Slot 0 is the target for the writes of padded tokens and is never handed out.
    An allocator keeps books and touches no cache memory. It is not thread-safe,
    and on a GPU it belongs to one stream at a time.

    Arguments:
        size: how many slots there are.
        page_size: slots in a page, at least 1; it must divide `size`.
        dtype: what the cache stores; kept for the user, not used here.
        device: where the indices live.
        kvcache: the cache that the slots belong to; any object will do where
            `get_cpu_copy` and `load_cpu_copy` are not called.
        need_sort: keep freed pages apart in `release_pages` and sort them in
            when the free list runs short, so that neighbours stay together.
        debug: check the books after every call and refuse double frees and
            foreign slots; slow. None means what `REHOME_ALLOCATOR_DEBUG` says.

    Raises ValueError for sizes that are no integers or negative, or that the page
    size does not divide.

    A subclass provides `clear`, `alloc` and `free`.
    """

    _unit = "slot"

    def __init__(
        self,
        size: int,
        page_size: int,
        dtype: torch.dtype,
        device: str | torch.device,
        kvcache: KVCache | None,
        need_sort: bool,
        *,
        debug: bool | None = None,
    ) -> None:
        self._size = as_count("size", size)
        self.page_size = as_positive("page_size", page_size)
        require_multiple("size", self._size, self.page_size)
        self.num_pages = self._size // self.page_size
        self.dtype = dtype
        self.device = device
        self._kvcache = kvcache
        self.need_sort = need_sort
        self.is_not_in_free_group = True
        self.free_group: list[torch.Tensor] = []
        self._ledger = Ledger(self.num_pages) if wants_debug(debug) else None
        self._set_lists(self._no_pages, self._no_pages)

    # A strategy keeps its free lists in its own way, and shows them as tensors.

    free_pages: torch.Tensor
    release_pages: torch.Tensor

    def _set_lists(self, free: torch.Tensor, released: torch.Tensor) -> None:
        self.free_pages = free
        self.release_pages = released

    def _all_pages(self) -> torch.Tensor:
        """All pages in order, without page 0, which holds the dummy slot."""
        return torch.arange(
            1, self.num_pages + 1, dtype=torch.int64, device=self._device
        )

    # What users call.

    @property
    def size(self) -> int:
        """How many slots there are."""
        return self._size

    @property
    def size_full(self) -> int:
        """How many slots serve layers with full attention: here, all of them."""
        return self.size

    def available_size(self) -> int:
        """Return how many slots are free, released ones included."""
        return (len(self.free_pages) + len(self.release_pages)) * self.page_size

    def debug_print(self) -> str:
        """Return what a log line should say of this allocator's pools."""
        return ""

    def get_kvcache(self) -> KVCache | None:
        """Return the cache that the slots belong to."""
        return self._kvcache

    def backup_state(self) -> Any:
        """Return what `restore_state` needs to come back to now.

        A later call does not change what was returned. Slots freed in a group
        that has not ended are not part of it.
        """
        return self.free_pages, self.release_pages

    def restore_state(self, state: Any) -> None:
        """Go back to what `backup_state` returned. Mutates both free lists."""
        self._set_lists(*state)
        if self._ledger is not None:
            self._ledger.hold_all_but(*state)
            self.check_integrity()

    def free_group_begin(self) -> None:
        """Collect what is freed until `free_group_end`, to free it in one go.

        A second begin without an end goes on with the group and loses nothing.
        """
        self.is_not_in_free_group = False

    def free_group_end(self) -> None:
        """Free what was collected since `free_group_begin`, once. Mutates a list."""
        self.is_not_in_free_group = True
        group, self.free_group = self.free_group, []
        if group:
            self.free(torch.cat(group))

    def merge_and_sort_free(self) -> None:
        """Sort the released pages into the free ones. Mutates both lists.

        Costs a sort of all free pages; without released ones it does nothing.
        """
        released = self.release_pages
        if len(released):
            merged, _ = torch.sort(torch.cat((self.free_pages, released)))
            self._set_lists(merged, released.new_empty((0,)))

    def get_cpu_copy(self, indices: torch.Tensor, mamba_indices: Any = None) -> Any:
        """Return the cache's content at `indices`, copied to the host.

        Raises NotImplementedError where the strategy has no such copy.
        """
        raise NotImplementedError(f"{type(self).__name__} copies nothing to the host")

    def load_cpu_copy(
        self, kv_cache_cpu: Any, indices: torch.Tensor, mamba_indices: Any = None
    ) -> Any:
        """Write what `get_cpu_copy` returned into the cache at `indices`.

        Raises NotImplementedError where the strategy has no such copy.
        """
        raise NotImplementedError(f"{type(self).__name__} loads nothing from the host")

    def alloc_extend(self, *args: Any, **kwargs: Any) -> torch.Tensor | None:
        """Raise NotImplementedError: only paged strategies extend requests."""
        raise NotImplementedError(f"{type(self).__name__} has no pages to extend into")

    def alloc_decode(self, *args: Any, **kwargs: Any) -> torch.Tensor | None:
        """Raise NotImplementedError: only paged strategies place single tokens."""
        raise NotImplementedError(f"{type(self).__name__} has no pages to decode into")

    def check_integrity(self, held: torch.Tensor | None = None) -> None:
        """Raise IntegrityError unless the books are right; the text spells out why.

        No page is listed twice, none is outside the pool, and page 0 is on no
        list. `held` are the slots that the caller has (shape (n,), integer, any
        device); with them, or in debug mode, no page may be lost either. Nothing
        is mutated; on a GPU this waits for the device.
        """
        listed = {"free_pages": self.free_pages, "release_pages": self.release_pages}
        pages = None if held is None else as_indices("held", held) // self.page_size
        if pages is None and self._ledger is not None:
            pages = self._ledger.held()
        problems = problems_of(self._unit, self.num_pages, listed, pages)
        if problems:
            raise IntegrityError(type(self).__name__, problems)

    @abc.abstractmethod
    def clear(self) -> None:
        """Take every slot back, whoever holds it. Mutates everything."""

    @abc.abstractmethod
    def alloc(self, need_size: int) -> torch.Tensor | None:
        """Hand out `need_size` slots, or return None and hand out none."""

    @abc.abstractmethod
    def free(self, free_index: torch.Tensor) -> None:
        """Take slots back."""

    # What strategies share.

    def _reset(self) -> None:
        """List every page as free, and end a group with what it had collected."""
        self._set_lists(self._all_pages(), self._no_pages)
        self.is_not_in_free_group = True
        self.free_group = []
        if self._ledger is not None:
            self._ledger.clear()

    def _to_free_now(self, free_index: torch.Tensor) -> torch.Tensor | None:
        """Return the indices to free now, on this device; None for none of them.

        Inside a group they are put off: mutates `free_group`.
        """
        as_indices("free_index", free_index)
        if free_index.numel() == 0:
            return None
        if free_index.device != self._device:
            free_index = free_index.to(self._device)
        if self.is_not_in_free_group:
            return free_index
        self.free_group.append(free_index)
        return None

    @property
    def device(self) -> str | torch.device:
        """Where the indices live, as it was given."""
        return self._given_device

    @device.setter
    def device(self, device: str | torch.device) -> None:
        self._given_device = device
        self._no_pages = torch.empty((0,), dtype=torch.int64, device=device)
        # With its index, as tensors name it.
        self._device = self._no_pages.device

    def _note_hand_out(self, pages: torch.Tensor) -> None:
        """In debug mode, put pages that were taken off the free list on the books."""
        assert self._ledger is not None
        self._refuse(self._ledger.problems_of_hand_out(pages), "handing out")
        self._ledger.hand_out(pages)
        self.check_integrity()

    def _refuse(self, problems: list[str], what: str) -> None:
        if problems:
            raise IntegrityError(f"{type(self).__name__}: {what}", problems)


class CopiesCache:
    """For strategies whose cache can copy slots to the host and back."""

    _kvcache: KVCache | None

    def get_cpu_copy(self, indices: torch.Tensor, mamba_indices: Any = None) -> Any:
        """Return the cache's content at `indices`, as the cache itself copies it.

        Raises ValueError where the allocator was made without a cache.
        """
        return self._cache().get_cpu_copy(indices, mamba_indices=mamba_indices)

    def load_cpu_copy(
        self, kv_cache_cpu: Any, indices: torch.Tensor, mamba_indices: Any = None
    ) -> Any:
        """Write a copy into the cache at `indices`, as the cache itself does it.

        Mutates the cache. Raises ValueError where there is none.
        """
        return self._cache().load_cpu_copy(
            kv_cache_cpu, indices, mamba_indices=mamba_indices
        )

    def _cache(self) -> KVCache:
        if self._kvcache is None:
            raise ValueError(
                f"this {type(self).__name__} was made without a cache: there is"
                " nothing to copy from or to"
            )
        return self._kvcache


def wants_debug(debug: bool | None) -> bool:
    """Tell whether debug mode is on: as asked, else as the environment says."""
    if debug is not None:
        return debug
    return os.environ.get("REHOME_ALLOCATOR_DEBUG", "").lower() in ("1", "true", "yes")
