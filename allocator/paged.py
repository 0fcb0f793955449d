"""Pages of several tokens; what a request gets stays aligned to them.

Answers to `mem_cache/allocator/paged.py` of SGLang, sgl-project/sglang#26675.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from allocator.base import BaseTokenToKVPoolAllocator, CopiesCache
from allocator.integrity import shown
from allocator.lengths import count_extend
from allocator.page_list import PageList
from allocator.placement import Placement, extend_slots, placement_for
from allocator.protocols import KVCache
from allocator.validation import (
    as_count,
    require_equal,
    require_lens,
    require_multiple,
)

if TYPE_CHECKING:
    from allocator.kernels import alloc_decode_kernel, alloc_extend_kernel

__all__ = [
    "PagedTokenToKVPoolAllocator",
    "alloc_decode_kernel",
    "alloc_extend_kernel",
    "alloc_extend_naive",
]

_KERNELS = ("alloc_decode_kernel", "alloc_extend_kernel")


def __getattr__(name: str) -> Any:
    """Bring in a kernel, and with it Triton, when it is first asked for."""
    if name in _KERNELS:
        from allocator import kernels

        return getattr(kernels, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_KERNELS})


class PagedTokenToKVPoolAllocator(CopiesCache, BaseTokenToKVPoolAllocator):
    """Hands out slots by the page, and places the tokens of growing requests.

    The arguments are those of the base class. Slot `s` lies in page
    `s // page_size`; page 0 holds the dummy slot and is never handed out. Which
    slots a call returns, and the order of both free lists, is the same as for
    SGLang's class of this name. A call that returns None hands out nothing (with
    `need_sort` it may have sorted the released pages in, as upstream does).

    On a GPU with Triton, no call but one that needs the number of free pages waits
    for the device: see `allocator.triton_page_list`.
    """

    _unit = "page"

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
        super().__init__(
            size, page_size, dtype, device, kvcache, need_sort, debug=debug
        )
        self.clear()

    @property
    def debug_mode(self) -> bool:
        """Whether the books are checked after every call."""
        return self._ledger is not None

    @property
    def free_pages(self) -> torch.Tensor:
        """The pages to hand out next, first one first: shape (n,), int64."""
        return self._free.pages

    @free_pages.setter
    def free_pages(self, pages: torch.Tensor) -> None:
        self._free = self._list_of(pages)

    @property
    def release_pages(self) -> torch.Tensor:
        """With `need_sort`, freed pages not yet sorted in: shape (n,), int64."""
        return self._released.pages

    @release_pages.setter
    def release_pages(self, pages: torch.Tensor) -> None:
        self._released = self._list_of(pages)

    def clear(self) -> None:
        """List every page as free, in order. Mutates both lists and the group."""
        self._reset()

    def available_size(self) -> int:
        """Return how many slots are free, released ones included; waits for those."""
        return (self._free.size() + self._released.size()) * self.page_size

    def alloc(self, need_size: int) -> torch.Tensor | None:
        """Hand out whole pages for `need_size` slots.

        Returns the slots, page after page, shape (need_size,), int64, on this
        device; or None where fewer are free. Mutates the free list. Raises
        ValueError for a size that is negative, no integer, or no multiple of the
        page size (upstream rounds down and returns fewer slots).
        """
        need_size = as_count("need_size", need_size)
        num_pages = need_size // self.page_size
        if num_pages * self.page_size != need_size:
            require_multiple("need_size", need_size, self.page_size)
        if not self.has_pages(num_pages, before_sort=num_pages):
            return None
        slots = self._placement.whole_pages(self._free, num_pages)
        return self._handed_out(num_pages, slots)

    def alloc_extend(
        self,
        prefix_lens: torch.Tensor,
        prefix_lens_cpu: torch.Tensor,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
        extend_num_tokens: int,
        num_new_pages: int | None = None,
    ) -> torch.Tensor | None:
        """Hand out the slots by which requests grow, request after request.

        Request i grows from `prefix_lens[i]` tokens to `seq_lens[i]`; its tokens
        first fill the page of its last slot, `last_loc[i]` (-1 for none), and then
        new pages. All tensors have shape (requests,), int64 or int32; the `_cpu`
        twins hold the same lengths on the host, so that counting does not wait for
        the device. `extend_num_tokens` is the sum of what all gain;
        `num_new_pages`, where given, how many pages that takes.

        Returns the slots, shape (extend_num_tokens,), int64, on this device; or
        None where too few pages are free. Mutates the free list. Raises ValueError
        for lengths that are out of step with each other, shrink, or do not add up,
        and for tensors on another device; whether the twins hold the same values
        as the tensors on a GPU is looked at in debug mode only.
        """
        pages = self.pages_to_extend(
            *(prefix_lens, prefix_lens_cpu, seq_lens, seq_lens_cpu),
            *(last_loc, extend_num_tokens),
        )
        if num_new_pages is not None:
            require_equal("num_new_pages", num_new_pages, pages)
        return self.extend(prefix_lens, seq_lens, last_loc, extend_num_tokens, pages)

    def alloc_decode(
        self,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
    ) -> torch.Tensor | None:
        """Hand out one slot to each request.

        `seq_lens[i]` is the length of request i with the new token, `last_loc[i]`
        the slot of the token before. Shapes, dtypes and devices are as for
        `alloc_extend`, and so is what is raised. Returns the slots, shape
        (requests,), int64, on this device; or None where too few pages are free.
        Mutates the free list.
        """
        pages = self.pages_to_decode(seq_lens, seq_lens_cpu, last_loc)
        return self.decode(seq_lens, last_loc, pages)

    def free(self, free_index: torch.Tensor) -> None:
        """Take back every page in which one of the slots lies.

        `free_index` has shape (n,), int64 or int32; from another device it is
        moved. The pages go, each once and in order, before the free list, or with
        `need_sort` before the released one; inside a group the call is put off to
        its end. Mutates one list.

        Raises ValueError for what cannot be indices. Slots that no one holds are an
        IntegrityError: in debug mode at once and with nothing changed; on a GPU,
        for slots outside the pool, by the next call that needs the free pages.
        """
        slots = self._to_free_now(free_index)
        if slots is None:
            return
        if self._ledger is not None:
            pages = torch.unique(slots // self.page_size)
            problems = self._ledger.problems_of_return(pages)
            self._refuse(problems, "free() of slots in pages")
            self._ledger.take_back(pages)
        (self._released if self.need_sort else self._free).put(slots)
        if self._ledger is not None:
            self.check_integrity()

    # The two halves of a call, for whoever has several pools to ask before any one
    # gives: first the checks and the count, then the taking.

    def pages_to_extend(
        self,
        prefix_lens: torch.Tensor,
        prefix_lens_cpu: torch.Tensor,
        seq_lens: torch.Tensor,
        seq_lens_cpu: torch.Tensor,
        last_loc: torch.Tensor,
        extend_num_tokens: int,
    ) -> int:
        """Return how many pages `alloc_extend` would take; checks its arguments.

        Mutates nothing; arguments and errors are those of `alloc_extend`.
        """
        lens = (prefix_lens, seq_lens, last_loc)
        self._require_lens(lens, (prefix_lens_cpu, seq_lens_cpu))
        tokens, pages = self._placement.count_extend(prefix_lens_cpu, seq_lens_cpu)
        require_equal("extend_num_tokens", extend_num_tokens, tokens)
        if self._ledger is not None:
            self._require_twins(prefix_lens, prefix_lens_cpu)
            self._require_twins(seq_lens, seq_lens_cpu)
            self._require_aligned(last_loc + 1, prefix_lens)
        return pages

    def pages_to_decode(
        self, seq_lens: torch.Tensor, seq_lens_cpu: torch.Tensor, last_loc: torch.Tensor
    ) -> int:
        """Return how many pages `alloc_decode` would take; checks its arguments.

        Mutates nothing; arguments and errors are those of `alloc_decode`.
        """
        self._require_lens((seq_lens, last_loc), (seq_lens_cpu,))
        pages = self._placement.count_decode(seq_lens_cpu)
        if self._ledger is not None:
            self._require_twins(seq_lens, seq_lens_cpu)
            self._require_aligned(last_loc + 2, seq_lens)
        return pages

    def has_pages(self, num_pages: int, *, before_sort: int) -> bool:
        """Tell whether that many pages can be handed out.

        With `need_sort`, sorts the released ones in where fewer than `before_sort`
        are free: mutates both lists.
        """
        if self.need_sort and before_sort > self._free.size():
            self.merge_and_sort_free()
        return num_pages <= self._free.size()

    def extend(
        self,
        prefix_lens: torch.Tensor,
        seq_lens: torch.Tensor,
        last_loc: torch.Tensor,
        num_tokens: int,
        num_pages: int,
    ) -> torch.Tensor | None:
        """Do what `alloc_extend` does, for arguments that `pages_to_extend` checked."""
        # Upstream's estimate of the pages: when it sorts is part of the order.
        estimate = num_tokens // self.page_size + prefix_lens.numel() + 1
        if not self.has_pages(num_pages, before_sort=estimate):
            return None
        slots = self._placement.extend(
            prefix_lens, seq_lens, last_loc, self._free, num_tokens
        )
        return self._handed_out(num_pages, slots)

    def decode(
        self, seq_lens: torch.Tensor, last_loc: torch.Tensor, num_pages: int
    ) -> torch.Tensor | None:
        """Do what `alloc_decode` does, for arguments that `pages_to_decode` checked."""
        if not self.has_pages(num_pages, before_sort=seq_lens.numel()):
            return None
        slots = self._placement.decode(seq_lens, last_loc, self._free)
        return self._handed_out(num_pages, slots)

    def _handed_out(self, num_pages: int, slots: torch.Tensor) -> torch.Tensor:
        if self._ledger is None:
            self._free.drop(num_pages)
            return slots
        pages = self._free.pages[:num_pages]
        self._free.drop(num_pages)
        self._refuse_strangers(slots, pages)
        self._note_hand_out(pages)
        return slots

    def _require_lens(
        self, lens: tuple[torch.Tensor, ...], twins: tuple[torch.Tensor, ...]
    ) -> None:
        """Raise ValueError unless all have one entry a request, where they belong."""
        shape = (twins[0].numel(),)
        for tensor in lens:
            if tensor.device != self._device:
                raise ValueError(
                    f"lengths and last_loc must be on {self._device}, and one is on"
                    f" {tensor.device}: their twins on the host are the arguments that"
                    " end in _cpu"
                )
            require_lens(tensor, shape)
        for tensor in twins:
            if not tensor.is_cpu:
                raise ValueError(
                    "the arguments that end in _cpu must be on the host, and one is on"
                    f" {tensor.device}"
                )
            require_lens(tensor, shape)

    # Debug mode only: these wait for the device.

    def _require_twins(self, lens: torch.Tensor, twin: torch.Tensor) -> None:
        if not torch.equal(lens.cpu().to(torch.int64), twin.to(torch.int64)):
            raise ValueError("lengths on the device and on the host differ")

    def _require_aligned(self, slots: torch.Tensor, lens: torch.Tensor) -> None:
        if bool(((slots - lens) % self.page_size).any()):
            raise ValueError("last_loc must lie where its request's length says")

    def _refuse_strangers(self, slots: torch.Tensor, new: torch.Tensor) -> None:
        """Refuse slots outside the new pages and those that are held already."""
        assert self._ledger is not None
        held = torch.cat((self._ledger.held(), new.cpu()))
        strange = slots.cpu()[~torch.isin(slots.cpu() // self.page_size, held)]
        found = []
        if len(strange):
            found.append(f"slots in pages no one holds: {shown(strange)}")
        if len(torch.unique(slots)) != len(slots):
            found.append("a slot more than once in one call")
        self._refuse(found, "handing out")

    # Set up by the base class through the two lists.

    @cached_property
    def _placement(self) -> Placement:
        return placement_for(self._device, self.page_size)

    def _list_of(self, pages: torch.Tensor) -> PageList:
        return self._placement.new_list(pages, self.num_pages)


def alloc_extend_naive(
    prefix_lens: torch.Tensor,
    seq_lens: torch.Tensor,
    last_loc: torch.Tensor,
    free_pages: torch.Tensor,
    out_indices: torch.Tensor,
    page_size: int,
    device: str | torch.device,
) -> None:
    """Do what `alloc_extend_kernel` does, without Triton, on any device.

    The tensors are as for `PagedTokenToKVPoolAllocator.alloc_extend`, all on
    `device`. Writes the slots to `out_indices`, whose length is at least the sum of
    what the requests gain; waits for that sum. Raises ValueError where too few
    pages are free. Answers to sgl-project/sglang#26675.
    """
    lens = prefix_lens.cpu(), seq_lens.cpu()
    num_tokens, num_pages = count_extend(*lens, page_size)
    if num_pages > len(free_pages) or num_tokens > len(out_indices):
        raise ValueError(
            f"{num_pages} pages and room for {num_tokens} slots are needed, and there"
            f" are {len(free_pages)} and {len(out_indices)}"
        )
    out_indices[:num_tokens] = extend_slots(
        *(prefix_lens, seq_lens, last_loc, free_pages.to(device)),
        page_size=page_size,
        num_tokens=num_tokens,
    )
