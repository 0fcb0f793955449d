"""Placement by Triton's kernels: see `allocator.placement`."""

from __future__ import annotations

from functools import lru_cache

import torch

from allocator import kernels
from allocator.kernels import TOKENS
from allocator.launch import Launch
from allocator.page_list import PageList
from allocator.triton_page_list import TritonPageList, fits
from allocator.validation import next_power_of_2

# How many programs a GPU should get to work on one extend, over all requests.
_PROGRAMS = 1024


class TritonPlacement:
    """Placement in one kernel launch a call."""

    def __init__(self, device: torch.device, page_size: int) -> None:
        self._device = device
        self._page_size = page_size
        self._whole = Launch(kernels.place_pages_kernel, device, (page_size,))
        # One launch for each power of two of requests.
        self._extend = lru_cache(maxsize=None)(self._launch_extend)
        self._decode = lru_cache(maxsize=None)(self._launch_decode)

    def whole_pages(self, pages: PageList, num_pages: int) -> torch.Tensor:
        number = num_pages * self._page_size
        slots = self._new(number)
        if number:
            grid = (-(-number // TOKENS.value), 1)
            self._whole(grid, (pages.front, slots), (number,))
        return slots

    def extend(
        self,
        prefix_lens: torch.Tensor,
        seq_lens: torch.Tensor,
        last_loc: torch.Tensor,
        pages: PageList,
        num_tokens: int,
    ) -> torch.Tensor:
        slots = self._new(num_tokens)
        requests = prefix_lens.numel()
        if num_tokens:
            # A single long request gets as many programs as many short ones.
            share = -(-_PROGRAMS // requests)
            grid = (requests, min(-(-num_tokens // TOKENS.value), share))
            launch = self._extend(next_power_of_2(requests))
            lens = (prefix_lens.contiguous(), seq_lens.contiguous())
            launch(grid, (*lens, last_loc.contiguous(), pages.front, slots))
        return slots

    def decode(
        self, seq_lens: torch.Tensor, last_loc: torch.Tensor, pages: PageList
    ) -> torch.Tensor:
        requests = seq_lens.numel()
        slots = self._new(requests)
        if requests:
            launch = self._decode(next_power_of_2(requests))
            ready = (seq_lens.contiguous(), last_loc.contiguous())
            launch((requests, 1), (*ready, pages.front, slots))
        return slots

    def new_list(self, pages: torch.Tensor, num_pages: int) -> PageList:
        if fits(num_pages):
            return TritonPageList(pages, self._page_size, num_pages)
        return PageList(pages, self._page_size)

    def _new(self, number: int) -> torch.Tensor:
        return torch.empty((number,), dtype=torch.int64, device=self._device)

    def _launch_extend(self, upper: int) -> Launch:
        constants = (upper, self._page_size)
        return Launch(kernels.alloc_extend_kernel, self._device, constants)

    def _launch_decode(self, upper: int) -> Launch:
        constants = (upper, self._page_size)
        return Launch(kernels.alloc_decode_kernel, self._device, constants)
