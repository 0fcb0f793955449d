"""Calls to the allocators that SGLang does not guard against, and spoiled books."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

torch: Any = importlib.import_module("torch")

Choose = Callable[[int, int], int]


class WrongCalls:
    """More operations for the subject of the driver `allocators`."""

    made: Any
    kind: str
    debug: bool
    page: int
    pages: int
    requests: list[list[int]]
    pools: Callable[[], list[Any]]
    tensor: Callable[..., Any]
    lens: Callable[..., Any]
    taken: Callable[..., Any]
    alloc: Callable[[Choose], Any]
    clear: Callable[[Choose], Any]
    free_request: Callable[[Choose], Any]

    def wrong(self, choose: Choose) -> Any:
        """Calls that are refused, mostly; what they say is the result."""
        return [self.one_wrong(choose) for _ in range(3)]

    def one_wrong(self, choose: Choose) -> Any:
        held = [slot for request in self.requests for slot in request]
        free = sorted({*range(1, self.pages * self.page + 1)} - {*held})
        one = held[choose(0, len(held) - 1)] if held else 1
        lens = self.lens([one % 7], choose)
        none = self.lens([], choose)
        far = choose(0, 1) << 32  # in 32 bits, nothing
        twice = max(self.requests, key=len, default=[one])
        here = there = len(twice) + 1
        if self.debug:  # else it is not looked at, and a kernel reads what is not there
            more = (far or 1, 0) if choose(0, 1) else (0, far or 1)
            here, there = here + more[0], there + more[1]
        outside = self.tensor([self.pages * self.page + choose(self.page, 99) + far])
        calls: list[Callable[[], Any]] = [
            lambda: self.made.alloc(-choose(1, 2)),
            lambda: self.made.alloc(choose(1, 3) * self.page + self.page // 2 + 0.5),
            lambda: self.made.alloc(choose(1, self.page)),
            lambda: self.made.free(self.tensor([one], torch.float32)),
            lambda: self.made.free(self.tensor([one]).reshape(1, 1)),
            lambda: self.until_refused(outside),
            lambda: self.made.free(self.tensor([choose(0, 1) * (one + (1 << 32))])),
            lambda: self.made.free(self.tensor([one, one])),
            lambda: self.made.free(self.tensor(free[:1] or [1])),
            lambda: self.made.alloc_extend(*lens, *lens[:1], lens[1], lens[0], -1),
            lambda: self.made.alloc_extend(*lens, *lens, self.tensor([]), choose(0, 9)),
            lambda: self.made.alloc_decode(*lens, self.tensor([one, one])),
            lambda: self.made.alloc(True),
            lambda: self.made.alloc_extend(*none, *none, self.tensor([]), 0),
            lambda: self.made.alloc_decode(*none, self.tensor([])),
            lambda: self.naive()([0] * 16, [1] * choose(15, 17), [-1] * 16, [1], [0]),
            lambda: self.naive()([0], [2], [-1], free[:2], [0] * choose(1, 3)),
            lambda: self.made.alloc_decode(lens[0], lens[1][:0], self.tensor([one])),
            lambda: self.made.alloc_decode(
                *self.lens([choose(0, 1), len(twice) + 1], choose),
                self.tensor([-1, twice[-1]]),
            ),
            lambda: self.made.alloc_decode(
                *self.lens([len(twice) + 1] * 2, choose),
                self.tensor([twice[-1], twice[-1] + choose(0, 1)]),
            ),
            lambda: self.made.alloc_decode(
                *self.lens([len(twice) + 1] * 2, choose), self.tensor(twice[-1:] * 2)
            ),
            lambda: self.made.alloc_decode(
                self.tensor([here]), self.tensor([there]).cpu(), self.tensor(twice[-1:])
            ),
        ]
        # What it frees, a restore does not map again, and of Mamba there is none.
        restores = self.kind in ("token", "paged")
        before = self.made.backup_state() if restores else None
        try:
            result = calls[choose(0, len(calls) - 1)]()
            # On a GPU it is the next call that tells of slots outside the pool.
            result = [result, self.made.available_size()]
        except Exception as error:
            result = error
        if before is not None:
            self.made.restore_state(before)  # some of these are not refused
        elif not isinstance(result, Exception):
            self.clear(lambda low, high: low)
        return result

    def until_refused(self, slots: Any) -> Any:
        """How many calls it takes; on a GPU foreign slots are noticed late."""
        for number in range(70):
            try:
                self.made.free(slots)
            except Exception as error:
                return [number, error]
        return "never"

    def naive(self) -> Callable[..., Any]:
        """The function that places tokens without an allocator, given lists."""
        paged = importlib.import_module("allocator.paged")

        def call(*given: list[int]) -> Any:
            tensors = [self.tensor(each) for each in given]
            device = tensors[0].device
            return paged.alloc_extend_naive(*tensors, self.page, device)

        return call

    def unseen(self, choose: Choose) -> Any:
        """Without a look at the books between: a look makes lists copy themselves."""
        names = ["free_request"] * choose(1, 4)
        if self.kind != "mamba" and choose(0, 1):
            paged = self.kind == "swa" and self.page > 1
            names = ["backup", "extend" if paged else "alloc", *names]
        done = [getattr(self, name)(choose) for name in names]
        return [None if result is NotImplemented else result for result in done]

    def spoil(self, choose: Choose) -> Any:
        """What is said of books that someone else has spoiled."""
        if not self.requests:
            self.alloc(choose)
        mapping = getattr(self.made, "full_to_swa_index_mapping", None)
        if mapping is not None and choose(0, 1):
            place = choose(0, len(mapping) - 1) if choose(0, 2) else len(mapping) - 1
            mapping[place] = choose(-2, 2 * len(mapping))
        else:
            self.spoil_list(choose)
        calls = (
            self.made.check_integrity,
            lambda: self.free_request(choose),
            lambda: self.alloc(choose),
        )
        told: list[Any] = []
        for call in calls[choose(0, 2) :]:
            try:
                result = call()
                told.append(None if result is NotImplemented else result)
            except Exception as error:
                told.append(error)
        if mapping is not None:
            mapping[-1] = -1
        self.clear(lambda low, high: low)
        return told

    def spoil_list(self, choose: Choose) -> None:
        """Lose what is free, list it twice, or list what is held."""
        pool = (self.pools() or [self.made])[choose(0, 1) if self.kind == "swa" else 0]
        name = "free_slots" if self.kind == "mamba" else "free_pages"
        units = getattr(pool, name)
        held = units.new_tensor([slots[0] // self.page for slots in self.requests[:1]])
        lists = (units[1:], torch.cat((units, units[:1])), torch.cat((held, units)))
        setattr(pool, name, lists[choose(0, 2)])

    def squeeze(self, choose: Choose) -> Any:
        """A page more for each of some requests, where hardly any is left."""
        pages = self.made.available_size() // self.page - choose(0, 2)
        if self.kind not in ("paged", "swa") or self.page == 1 or pages < 4:
            return NotImplemented
        full: list[list[int]] = [[], [], [], []]
        gains = [self.page] * 3 + [(pages - 3) * self.page]
        lens = (*self.lens([0] * 4, choose), *self.lens(gains, choose))
        last = self.tensor([-1] * 4)
        slots = self.made.alloc_extend(*lens, last, sum(gains))
        self.taken(full, gains, slots)
        some = full[: choose(1, 4)]
        ones = self.lens([len(request) + 1 for request in some], choose)
        last = self.tensor([request[-1] for request in some])
        more = self.made.alloc_decode(*ones, last)
        return [slots, self.taken(some, [1] * len(some), more)]

    def check(self, choose: Choose) -> Any:
        """What the allocator itself says of its books, true and wrong ones."""
        held = [slot for request in self.requests for slot in request]
        told: list[Any] = []
        try:
            told.append(self.made.check_integrity())
        except Exception as error:
            told.append(error)
        claims: tuple[list[int], ...] = (held, held[1:], [*held, 1])
        for slots in claims:
            try:
                told.append(self.made.check_integrity(self.tensor(slots)))
            except Exception as error:
                told.append(error)
        return told
