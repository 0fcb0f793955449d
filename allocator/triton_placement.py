"""Placement by Triton's kernels: see `allocator.placement`."""

from __future__ import annotations

from typing import Any

import torch

from allocator import kernels, lengths
from allocator.kernels import TOKENS
from allocator.launch import Launch
from allocator.lengths import compiled_counts
from allocator.page_list import PageList
from allocator.triton_page_list import TritonPageList, fits
from allocator.validation import next_power_of_2

# How many programs a GPU should get to work on one extend, over all requests.
_PROGRAMS = 1024


class TritonPlacement:
    """Placement in one kernel launch a call, the counts in C where that can be."""

    def __init__(self, device: torch.device, page_size: int) -> None:
        self._page_size = page_size
        self._none = torch.empty((0,), dtype=torch.int64, device=device)
        counts = compiled_counts() if device.type == "cuda" else None
        self._counts: Any = counts or lengths
        self._whole = Launch(kernels.place_pages_kernel, device)
        self._extend = Launch(kernels.alloc_extend_kernel, device)
        self._decode = Launch(kernels.alloc_decode_kernel, device)

    def whole_pages(self, pages: PageList, num_pages: int) -> torch.Tensor:
        number = num_pages * self._page_size
        slots = self._none.new_empty(number)
        if number:
            grid = (-(-number // TOKENS.value), 1)
            self._whole(None, grid, (pages, slots), (number, self._page_size))
        return slots

    def extend(
        self,
        prefix_lens: torch.Tensor,
        seq_lens: torch.Tensor,
        last_loc: torch.Tensor,
        pages: PageList,
        num_tokens: int,
    ) -> torch.Tensor:
        slots = self._none.new_empty(num_tokens)
        if num_tokens:
            requests = prefix_lens.numel()
            upper = next_power_of_2(requests)
            # A single long request gets as many programs as many short ones.
            share = -(-_PROGRAMS // requests)
            self._extend(
                (upper, prefix_lens.dtype, seq_lens.dtype, last_loc.dtype),
                (requests, min(-(-num_tokens // TOKENS.value), share)),
                (
                    *(prefix_lens.contiguous(), seq_lens.contiguous()),
                    *(last_loc.contiguous(), pages, slots),
                ),
                (upper, self._page_size),
            )
        return slots

    def decode(
        self, seq_lens: torch.Tensor, last_loc: torch.Tensor, pages: PageList
    ) -> torch.Tensor:
        requests = seq_lens.numel()
        slots = self._none.new_empty(requests)
        if requests:
            upper = next_power_of_2(requests)
            self._decode(
                (upper, seq_lens.dtype, last_loc.dtype),
                (requests, 1),
                (seq_lens.contiguous(), last_loc.contiguous(), pages, slots),
                (upper, self._page_size),
            )
        return slots

    def count_extend(
        self, prefix_lens: torch.Tensor, seq_lens: torch.Tensor
    ) -> tuple[int, int]:
        counted: tuple[int, int]
        counted = self._counts.count_extend(prefix_lens, seq_lens, self._page_size)
        return counted

    def count_decode(self, seq_lens: torch.Tensor) -> int:
        pages: int = self._counts.count_decode(seq_lens, self._page_size)
        return pages

    def new_list(self, pages: torch.Tensor, num_pages: int) -> PageList:
        if fits(num_pages):
            return TritonPageList(pages, self._page_size, num_pages)
        return PageList(pages, self._page_size)
