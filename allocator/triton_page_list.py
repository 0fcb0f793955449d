"""A list of free pages on a GPU that takes pages back without waiting for it.

How many pages a tensor of slots lies in is known on the GPU alone. `torch.unique`
waits for that figure, and `torch.cat` then copies the list. Here two kernels mark
the pages and write them, in order, into the room before the front of the list,
which pages that were handed out have left; the figure arrives in pinned memory,
and the host looks at it when it next needs the length.

Why that is safe: whoever reads the tensor through `pages` may keep it, so from
then on the list writes to a copy; all kernels run in the order of one stream, and
a change of streams waits for the old one; what would be written before the start
of the memory is left out and raised as an error, as are slots outside the pool.
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import torch

from allocator import kernels
from allocator.integrity import IntegrityError
from allocator.kernels import TOKENS
from allocator.launch import Launch, current_stream
from allocator.page_list import PageList
from allocator.validation import next_power_of_2

ExternalStream: Any = torch.cuda.ExternalStream  # has no types

# Frees that can be under way before the host waits for the last one.
_STEPS = 64
# A block of pages is at least this large, and there are at most so many blocks.
_SCAN = 1024
_MOST_BLOCKS = 1024
_MOST_SCAN = 16_384
# How often the host looks at the report before it waits for the device instead.
_LOOKS = 10_000


class TritonPageList(PageList):
    """The list of pages 1 to `num_pages`, or some of them, on one device.

    The list is `_pages[_begin:_begin + _length]`; what came back and is not in these
    figures yet stands before `_begin`, after `_steps` calls of `put`.
    """

    def __init__(self, pages: torch.Tensor, page_size: int, num_pages: int) -> None:
        super().__init__(pages, page_size)
        self._num_pages = num_pages
        self._begin = 0
        self._length = pages.numel()
        self._address = pages.data_ptr()
        self._owned = False
        self._steps = 0
        self._scratch: _Scratch | None = None
        self._device = pages.device
        self._on_gpu = pages.device.type == "cuda"
        self._stream: int | None = None

    def size(self) -> int:
        if self._steps:
            self._settle()
        return self._length

    @property
    def pages(self) -> torch.Tensor:
        self._owned = False
        return self.front

    @property
    def front(self) -> torch.Tensor:
        if self._on_gpu:
            self._follow_stream()
        if self._steps:
            self._settle()
        return self._pages[self._begin : self._begin + self._length]

    def data_ptr(self) -> int:
        if self._on_gpu:
            self._follow_stream()
        if self._steps:
            self._settle()
        return self._address + 8 * self._begin

    def drop(self, count: int) -> None:
        if self._steps:
            self._settle()
        self._begin += count
        self._length -= count

    def put(self, slots: torch.Tensor) -> None:
        if self._on_gpu:
            self._follow_stream()
        if not self._owned or self._steps == _STEPS:
            self._make_room()
        if self._scratch is None:
            self._scratch = _Scratch(self._device, self._page_size, self._num_pages)
        self._scratch.put(slots, self._pages, self._begin, self._steps)
        self._steps += 1

    def _make_room(self) -> None:
        """Have memory of the list's own, with room for all that can come back."""
        if self._steps:
            self._settle()
        if self._owned:
            return
        own = self._pages.new_empty((max(self._num_pages, self._length),))
        end = self._begin + self._length
        own[own.numel() - self._length :] = self._pages[self._begin : end]
        self._begin = own.numel() - self._length
        self._pages = own
        self._address = own.data_ptr()
        self._owned = True

    def _settle(self) -> None:
        """Take note of the pages that came back since the last time."""
        assert self._scratch is not None
        steps, self._steps = self._steps, 0
        returned, foreign = self._scratch.report(steps - 1)
        room = min(returned, self._begin)
        self._begin -= room
        self._length += room
        problems = []
        if returned > room:
            more = returned - room
            problems.append(f"{more} pages more came back than were handed out")
        if foreign:
            last = self._num_pages
            problems.append(f"{foreign} slots lie outside the pages 1 to {last}")
        if problems:
            raise IntegrityError("free() was given slots that were not held", problems)

    def _follow_stream(self) -> None:
        """Let work on another stream than the last one wait for that one."""
        stream = current_stream(self._device)
        if self._stream not in (None, stream):
            before = ExternalStream(self._stream, self._device)
            torch.cuda.current_stream(self._device).wait_stream(before)
        self._stream = stream


class _Scratch:
    """The memory that the two kernels work in, and their launches."""

    def __init__(self, device: torch.device, page_size: int, num_pages: int) -> None:
        scan = scan_of(num_pages)
        self._blocks = -(-(num_pages + 1) // scan)
        self._marks = _zeros(self._blocks * scan, torch.int32, device)
        self._counts = _zeros(self._blocks, torch.int32, device)
        self._next_counts = _zeros(self._blocks, torch.int32, device)
        self._foreign = _zeros(1, torch.int32, device)
        self._known_foreign = 0
        self._totals = _zeros(_STEPS + 1, torch.int64, device)
        on_gpu = device.type == "cuda"
        self._report = torch.zeros(2 * _STEPS, dtype=torch.int64, pin_memory=on_gpu)
        self._seen = (ctypes.c_int64 * (2 * _STEPS)).from_address(
            self._report.data_ptr()
        )
        self._device = device
        self._mark = Launch(kernels.mark_pages_kernel, device)
        self._mark_constants = (num_pages, page_size, scan)
        self._put = Launch(kernels.put_marked_kernel, device)
        self._put_constants = (self._blocks, next_power_of_2(self._blocks), scan)

    def put(
        self, slots: torch.Tensor, memory: torch.Tensor, begin: int, step: int
    ) -> None:
        """Enqueue the pages of `slots` to be written before `memory[begin]`.

        With `step` n, n earlier calls are under way with the same `begin`.
        """
        slots = slots.contiguous()
        number = slots.numel()
        self._seen[2 * step] = -1
        self._mark(
            slots.dtype,
            (-(-number // TOKENS.value), 1),
            (slots, self._marks, self._counts, self._foreign),
            (number, *self._mark_constants),
        )
        self._put(
            None,
            (self._blocks, 1),
            (
                *(self._marks, self._counts, self._next_counts, self._foreign),
                *(self._totals, self._report, memory),
            ),
            (begin, step, *self._put_constants),
        )
        self._counts, self._next_counts = self._next_counts, self._counts

    def report(self, step: int) -> tuple[int, int]:
        """Return how many pages came back up to `step`, and the foreign slots.

        Waits for the device where it has not come that far.
        """
        cell = 2 * step
        for _ in range(_LOOKS):
            if self._seen[cell] >= 0:
                break
        else:
            if self._device.type == "cuda":
                torch.cuda.synchronize(self._device)
        returned = self._seen[cell]
        if returned < 0:
            raise RuntimeError("the GPU did not report how many pages came back")
        foreign = self._seen[cell + 1]
        new, self._known_foreign = foreign - self._known_foreign, foreign
        return returned, new


def _zeros(number: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    return torch.zeros(number, dtype=dtype, device=device)


@cache
def scan_of(num_pages: int) -> int:
    """Return how many pages one program looks through: a power of two."""
    return max(_SCAN, next_power_of_2(-(-(num_pages + 1) // _MOST_BLOCKS)))


def fits(num_pages: int) -> bool:
    """Tell whether a pool is small enough for these kernels (16 million pages)."""
    return scan_of(num_pages) <= _MOST_SCAN
