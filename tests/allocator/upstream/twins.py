"""Drive a real allocator and ours with the same calls, and compare after each.

Only valid calls are made: requests grow by what they were given and free what they
hold. Whoever drives supplies the choices, hypothesis or a random generator.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch

# Draws an integer from a range, both ends included.
Choose = Callable[[int, int], int]

# Pools are small, so that they run short often.
PAGES = 24


class Differs(AssertionError):
    """The two sides did not do the same; the text says where."""


@dataclass
class Request:
    """One request: its slots in order, as both sides handed them out."""

    slots: list[int] = field(default_factory=list)

    @property
    def last(self) -> int:
        return self.slots[-1] if self.slots else -1


def same(what: str, theirs: Any, ours: Any) -> None:
    """Raise Differs unless both are the same, tensors to the last bit and dtype."""
    if isinstance(theirs, torch.Tensor) and isinstance(ours, torch.Tensor):
        for kind in ("dtype", "shape", "device"):
            if getattr(theirs, kind) != getattr(ours, kind):
                raise Differs(
                    f"{what}: {kind} {getattr(theirs, kind)}, ours"
                    f" {getattr(ours, kind)}"
                )
        if not torch.equal(theirs, ours):
            where = int((theirs != ours).nonzero()[0])
            raise Differs(
                f"{what}: entry {where} is {theirs[where]}, ours {ours[where]}"
            )
    elif type(theirs) is not type(ours) or theirs != ours:
        raise Differs(f"{what}: {theirs!r}, ours {ours!r}")


class Twins:
    """A real allocator and ours, with the requests that both serve.

    `operations` are the names of the methods that make one call each; each takes
    `choose` and does nothing where its call would not be valid now.
    """

    operations: tuple[str, ...] = (
        "alloc",
        "free_request",
        "free_group",
        "merge",
        "backup_and_restore",
        "clear",
    )

    def __init__(self, theirs: Any, ours: Any, page_size: int, device: str) -> None:
        self.theirs, self.ours = theirs, ours
        self.page_size = page_size
        self.device = device
        self.requests: list[Request] = []
        self.served = self.refused = 0
        self.compare_books()

    # Comparison.

    def both(self, name: str, *arguments: Any) -> Any:
        """Call both and compare what they return; return ours."""
        theirs = getattr(self.theirs, name)(*arguments)
        ours = getattr(self.ours, name)(*arguments)
        same(f"{name}()", theirs, ours)
        return ours

    def compare_books(self) -> None:
        """Compare sizes and free lists, and look at our own books."""
        same("available_size()", self.theirs.available_size(), self.available())
        self.compare_lists(self.theirs, self.ours)
        self.ours.check_integrity(self.held())

    def compare_lists(self, theirs: Any, ours: Any) -> None:
        for name in ("free_pages", "release_pages"):
            same(name, getattr(theirs, name), getattr(ours, name))
        for name in ("size", "size_full", "page_size", "is_not_in_free_group"):
            same(name, getattr(theirs, name), getattr(ours, name))

    def available(self) -> int:
        return int(self.ours.available_size())

    def held(self) -> torch.Tensor:
        return self.tensor([slot for r in self.requests for slot in r.slots])

    # Operations.

    def alloc(self, choose: Choose) -> None:
        most = self.available() // self.page_size + 2
        pages = choose(0, min(most, 6)) if choose(0, 3) else choose(0, most)
        slots = self.both("alloc", pages * self.page_size)
        self.count(slots)
        if slots is not None and pages:
            self.requests.append(Request(slots.tolist()))

    def free_request(self, choose: Choose) -> None:
        if self.requests:
            request = self.requests.pop(choose(0, len(self.requests) - 1))
            self.both("free", self.shuffled(request.slots, choose))

    def free_group(self, choose: Choose) -> None:
        self.both("free_group_begin")
        for _ in range(choose(0, 3)):
            self.free_request(choose)
            same("free_group", len(self.theirs.free_group), len(self.ours.free_group))
        self.both("free_group_end")

    def merge(self, choose: Choose) -> None:
        self.both("merge_and_sort_free")

    def backup_and_restore(self, choose: Choose) -> None:
        before = copy.deepcopy(self.requests)
        states = self.theirs.backup_state(), self.ours.backup_state()
        for _ in range(choose(0, 3)):
            getattr(self, self.growing(choose))(choose)
        self.theirs.restore_state(states[0])
        self.ours.restore_state(states[1])
        self.requests = before

    def growing(self, choose: Choose) -> str:
        """Return an operation that hands out and takes nothing back."""
        return "alloc"

    def clear(self, choose: Choose) -> None:
        if choose(0, 4) == 0:
            self.both("clear")
            self.requests = []

    # Helpers.

    def count(self, slots: torch.Tensor | None) -> None:
        self.served += slots is not None
        self.refused += slots is None

    def tensor(
        self, values: list[int], dtype: torch.dtype = torch.int64
    ) -> torch.Tensor:
        return torch.tensor(values, dtype=dtype, device=self.device)

    def shuffled(self, slots: list[int], choose: Choose) -> torch.Tensor:
        """Return the slots from some place on and then those before, or reversed."""
        start = choose(0, len(slots) - 1)
        turned = slots[start:] + slots[:start]
        dtype = torch.int32 if choose(0, 3) == 0 else torch.int64
        return self.tensor(turned[::-1] if choose(0, 1) else turned, dtype)


def give_room(theirs: Any) -> None:
    """Let a real allocator read past its free list without leaving its memory.

    Its kernels run before it counts the pages, which ends the process where the
    memory ends; what they read there never shows in a result.
    """
    kind = type(theirs)

    class Roomy(kind):  # type: ignore[misc, valid-type]
        def __setattr__(self, name: str, value: Any) -> None:
            if name == "free_pages" and value is not None:
                value = torch.cat((value, value.new_zeros(4096)))[: len(value)]
            super().__setattr__(name, value)

    theirs.__class__ = Roomy
    theirs.free_pages = theirs.free_pages


class PagedTwins(Twins):
    """Requests that grow within pages."""

    def __init__(self, theirs: Any, ours: Any, page_size: int, device: str) -> None:
        for pool in ("full_attn_allocator", "swa_attn_allocator"):
            if hasattr(theirs, pool):
                give_room(getattr(theirs, pool))
        give_room(theirs)
        super().__init__(theirs, ours, page_size, device)

    operations = (
        *Twins.operations,
        "extend",
        "extend",
        "extend",
        "decode",
        "decode",
        "decode",
    )

    def growing(self, choose: Choose) -> str:
        return ("alloc", "extend", "decode")[choose(0, 2)]

    def extend(self, choose: Choose) -> None:
        grown = self.some_requests(choose, new=True)
        if not grown:
            return
        before = [len(request.slots) for request in grown]
        gains = [self.gain(choose) for _ in grown]
        after = [a + b for a, b in zip(before, gains, strict=True)]
        slots = self.both_unless_empty(
            self.pages(after) - self.pages(before),
            "alloc_extend",
            *self.lens(before, choose),
            *self.lens(after, choose),
            self.last(grown),
            sum(gains),
        )
        self.take(grown, gains, slots)

    def gain(self, choose: Choose) -> int:
        pages = choose(0, 3) if choose(0, 9) else choose(0, PAGES)
        return pages * self.page_size + choose(0, self.page_size)

    def decode(self, choose: Choose) -> None:
        grown = [r for r in self.some_requests(choose, new=False) if r.slots]
        # Upstream counts no new page for pages of one token and hands slots out
        # twice: no valid call, see test_safety.py.
        if not grown or self.page_size == 1 or not self.valid_decode(grown):
            return
        lens = self.lens([len(request.slots) + 1 for request in grown], choose)
        pages = self.opened(grown)
        slots = self.both_unless_empty(pages, "alloc_decode", *lens, self.last(grown))
        self.take(grown, [1] * len(grown), slots)

    def both_unless_empty(self, pages: int, name: str, *arguments: Any) -> Any:
        """Call both, or only ours where it must refuse because a pool is empty.

        The real kernels would read through the address 0 of an empty free list.
        """
        if not pages or all(pool.available_size() for pool in self.pools()):
            return self.both(name, *arguments)
        same(f"{name}() of an empty pool", None, getattr(self.ours, name)(*arguments))
        return None

    def pools(self) -> list[Any]:
        return [self.ours]

    def valid_decode(self, grown: list[Request]) -> bool:
        return True

    def pages(self, lens: list[int]) -> int:
        return sum(-(-length // self.page_size) for length in lens)

    def opened(self, grown: list[Request]) -> int:
        """Return how many of the requests open a page with their next token."""
        return sum(len(request.slots) % self.page_size == 0 for request in grown)

    def some_requests(self, choose: Choose, *, new: bool) -> list[Request]:
        number = choose(1, 4)
        known = [r for r in self.requests if choose(0, 1)][:number]
        return known + [Request() for _ in range(number - len(known)) if new]

    def lens(
        self, lens: list[int], choose: Choose
    ) -> tuple[torch.Tensor, torch.Tensor]:
        dtype = torch.int32 if choose(0, 3) == 0 else torch.int64
        return self.tensor(lens, dtype), torch.tensor(lens, dtype=dtype)

    def last(self, grown: list[Request]) -> torch.Tensor:
        return self.tensor([request.last for request in grown])

    def take(
        self, grown: list[Request], gains: list[int], slots: torch.Tensor | None
    ) -> None:
        self.count(slots)
        if slots is None:
            return
        rest = slots.tolist()
        for request, gain in zip(grown, gains, strict=True):
            request.slots += rest[:gain]
            rest = rest[gain:]
            if request.slots and not any(request is known for known in self.requests):
                self.requests.append(request)


class WindowTwins(PagedTwins):
    """Two pools: the lists of both, and the mapping of what is held, are compared."""

    operations = (*PagedTwins.operations, "free_window", "extend_tail")

    def compare_lists(self, theirs: Any, ours: Any) -> None:
        for pool in ("full_attn_allocator", "swa_attn_allocator"):
            super().compare_lists(getattr(theirs, pool), getattr(ours, pool))
        for name in ("size", "size_full", "size_swa", "page_size"):
            same(name, getattr(theirs, name), getattr(ours, name))
        for name in ("full_available_size", "swa_available_size", "debug_print"):
            self.both(name)
        held = torch.cat((self.held(), self.tensor([-1])))
        self.both("translate_loc_from_full_to_swa", held)

    def growing(self, choose: Choose) -> str:
        return "alloc" if self.page_size == 1 else ("extend", "decode")[choose(0, 1)]

    def alloc(self, choose: Choose) -> None:
        if self.page_size == 1:  # upstream takes no other
            super().alloc(choose)

    def extend(self, choose: Choose) -> None:
        if self.page_size > 1:
            super().extend(choose)

    def merge(self, choose: Choose) -> None:
        """Upstream's window allocator has no lists of its own to merge."""

    def valid_decode(self, grown: list[Request]) -> bool:
        """Where only one pool runs short, upstream keeps what the other gave."""
        pages = self.opened(grown)
        full = self.ours.full_available_size() // self.page_size
        swa = self.ours.swa_available_size() // self.page_size
        return (pages > full) == (pages > swa)

    def pools(self) -> list[Any]:
        return [self.ours.full_attn_allocator, self.ours.swa_attn_allocator]

    def free_window(self, choose: Choose) -> None:
        """Give the window pages of a request's beginning back, as it slides on."""
        if self.requests:
            request = self.requests[choose(0, len(self.requests) - 1)]
            pages = choose(0, max(len(request.slots) // self.page_size - 1, 0))
            slots = self.tensor(request.slots[: pages * self.page_size])
            self.both("free_swa", slots)

    def extend_tail(self, choose: Choose) -> None:
        if self.page_size == 1:
            return
        request, gain = Request(), self.gain(choose)
        # Tails of no token are left out: upstream leaves old entries mapped then.
        if gain:
            # The window begins with a page, as upstream's callers see to.
            tail = gain - choose(0, (gain - 1) // self.page_size) * self.page_size
            lens = (*self.lens([0], choose), *self.lens([gain], choose))
            slots = self.both(
                "alloc_extend_swa_tail", *lens, self.last([request]), gain, tail
            )
            self.take([request], [gain], slots)


class MambaTwins(Twins):
    """Slots of states: groups that are allocated ahead, and no pages."""

    operations = ("alloc", "free_request", "alloc_group", "clear")

    def compare_books(self) -> None:
        same("free_slots", self.theirs.free_slots, self.ours.free_slots)
        same("available_size()", self.theirs.available_size(), self.available())
        self.ours.check_integrity(self.held())

    def alloc_group(self, choose: Choose) -> None:
        self.both("alloc_group_begin", choose(0, self.available() + 2))
        for _ in range(choose(0, 5)):
            self.alloc(choose)
        self.both("alloc_group_end")
