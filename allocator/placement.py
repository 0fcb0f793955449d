"""Which slots the tokens of requests get, once their pages are known.

`TorchPlacement` is plain tensor arithmetic, for any device; `placement_for`
prefers Triton's kernels where they can run.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from typing import Protocol

import torch

from allocator import lengths
from allocator.page_list import PageList


class Placement(Protocol):
    """Computes slots; reads the front of a list of pages, mutates nothing.

    All tensors are on the placement's device, contiguous, int64 or int32; what is
    returned is new, one-dimensional and int64.
    """

    def whole_pages(self, pages: PageList, num_pages: int) -> torch.Tensor:
        """Return the slots of the first `num_pages` pages, in order."""
        ...

    def extend(
        self,
        prefix_lens: torch.Tensor,
        seq_lens: torch.Tensor,
        last_loc: torch.Tensor,
        pages: PageList,
        num_tokens: int,
    ) -> torch.Tensor:
        """Return the slots of the tokens that each request gains, in a row."""
        ...

    def decode(
        self, seq_lens: torch.Tensor, last_loc: torch.Tensor, pages: PageList
    ) -> torch.Tensor:
        """Return the slot of the one token that each request gains."""
        ...

    def count_extend(
        self, prefix_lens: torch.Tensor, seq_lens: torch.Tensor
    ) -> tuple[int, int]:
        """Return how many tokens and pages requests gain, from lengths on the host."""
        ...

    def count_decode(self, seq_lens: torch.Tensor) -> int:
        """Return how many pages one token a request takes, from lengths on the host."""
        ...

    def new_list(self, pages: torch.Tensor, num_pages: int) -> PageList:
        """Return a list of `pages`, of a pool of `num_pages`."""
        ...


class TorchPlacement:
    """Placement by tensor arithmetic, without Triton and without loops."""

    def __init__(self, device: torch.device, page_size: int) -> None:
        self._page_size = page_size
        self._offsets = torch.arange(page_size, dtype=torch.int64, device=device)

    def whole_pages(self, pages: PageList, num_pages: int) -> torch.Tensor:
        chosen = pages.front[:num_pages].unsqueeze(1)
        return torch.add(self._offsets, chosen, alpha=self._page_size).view(-1)

    def extend(
        self,
        prefix_lens: torch.Tensor,
        seq_lens: torch.Tensor,
        last_loc: torch.Tensor,
        pages: PageList,
        num_tokens: int,
    ) -> torch.Tensor:
        return extend_slots(
            *(prefix_lens, seq_lens, last_loc, pages.front),
            page_size=self._page_size,
            num_tokens=num_tokens,
        )

    def decode(
        self, seq_lens: torch.Tensor, last_loc: torch.Tensor, pages: PageList
    ) -> torch.Tensor:
        opens = (seq_lens - 1) % self._page_size == 0
        slots = last_loc.to(torch.int64) + 1
        if pages.size():
            nth = (torch.cumsum(opens, 0) - 1).clamp_(0, pages.size() - 1)
            slots = torch.where(opens, pages.front[nth] * self._page_size, slots)
        return slots

    def count_extend(
        self, prefix_lens: torch.Tensor, seq_lens: torch.Tensor
    ) -> tuple[int, int]:
        return lengths.count_extend(prefix_lens, seq_lens, self._page_size)

    def count_decode(self, seq_lens: torch.Tensor) -> int:
        return lengths.count_decode(seq_lens, self._page_size)

    def new_list(self, pages: torch.Tensor, num_pages: int) -> PageList:
        return PageList(pages, self._page_size)


def extend_slots(
    prefix_lens: torch.Tensor,
    seq_lens: torch.Tensor,
    last_loc: torch.Tensor,
    free_pages: torch.Tensor,
    *,
    page_size: int,
    num_tokens: int,
) -> torch.Tensor:
    """Return the slots of the `num_tokens` tokens that requests gain in all.

    The tensors are as for `Placement.extend`, `free_pages` being the pages to take,
    as many as are needed or more. Mutates nothing.
    """
    gains = seq_lens - prefix_lens
    request = torch.repeat_interleave(gains, output_size=num_tokens)
    nth_token = torch.arange(num_tokens, device=gains.device)
    nth_token -= (torch.cumsum(gains, 0) - gains)[request]
    slots = (last_loc.to(torch.int64) + 1)[request] + nth_token
    if free_pages.numel() == 0:
        return slots
    had = _pages_for(prefix_lens, page_size)
    new = _pages_for(seq_lens, page_size) - had
    position = prefix_lens[request] + nth_token
    beyond = position - (had * page_size)[request]
    nth_page = (torch.cumsum(new, 0) - new)[request] + beyond // page_size
    page = free_pages[nth_page.clamp_(0, free_pages.numel() - 1)]
    return torch.where(beyond >= 0, page * page_size + position % page_size, slots)


def _pages_for(lens: torch.Tensor, page_size: int) -> torch.Tensor:
    return (lens + (page_size - 1)) // page_size


@cache
def placement_for(device: torch.device, page_size: int) -> Placement:
    """Return the quickest placement that works on `device`.

    That is Triton's on a GPU where Triton is installed, and on the CPU where
    `TRITON_INTERPRET=1` asks for its interpreter; plain tensors otherwise.
    """
    wanted = device.type == "cuda" or os.environ.get("TRITON_INTERPRET") == "1"
    if wanted and find_spec("triton") is not None:
        from allocator.triton_placement import TritonPlacement

        return TritonPlacement(device, page_size)
    return TorchPlacement(device, page_size)
