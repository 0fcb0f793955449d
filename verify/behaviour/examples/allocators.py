"""The example of a driver: KV-cache allocators, SGLang's and ours.

    rehome behaviour pypi:sglang==0.5.12.post1 pypi:sglang==0.5.13 --driver allocators

A side is an unpacked release of SGLang, of which only the allocators' own files are
run, with stand-ins for the few helpers that they import, or a folder that holds the
package `allocator`. Every operation carries numbers; what they mean depends on what
the subject has handed out by then: a request to free, a length to grow by. Only calls
that SGLang allows are made. After each the result and the books are compared.

`ALLOCATORS_DEVICE` names another device than the CPU. With `ALLOCATORS_WRONG_CALLS=1`
calls are made as well that SGLang does not guard against: only for two sides that
refuse them, as ours does.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Kernels run through Triton's interpreter, which must know before Python starts.
ENVIRONMENT = {"TRITON_INTERPRET": "1", "OMP_NUM_THREADS": "1"}
CODE = [
    "allocator",
    "sglang.srt.mem_cache.allocator",
    "sglang.srt.mem_cache.triton_ops.allocator",
]
LENGTH = 60

DEVICE = os.environ.get("ALLOCATORS_DEVICE", "cpu")
NEEDS = [] if DEVICE == "cpu" else ["cuda"]
if DEVICE != "cpu":
    os.environ.pop("TRITON_INTERPRET", None)  # before Triton is imported

WRONG_CALLS = os.environ.get("ALLOCATORS_WRONG_CALLS") == "1"

# Pools are small, so that they run short often.
PAGES = 24
_NUMBERS = 24  # to choose from, in each operation

_BOOKS = ("free_pages", "release_pages", "size", "size_full", "page_size")
_TOKEN = ("alloc", "free_request", "free_group", "merge", "backup", "clear")
_PAGED = (*_TOKEN, *("extend", "decode") * 3)
OPERATIONS = {
    "token": _TOKEN,
    "paged": _PAGED,
    "swa": (*_PAGED, "free_window", "extend_tail"),
    "mamba": ("alloc", "free_request", "alloc_group", "clear"),
}
_NAMES = {
    "token": "TokenToKVPoolAllocator",
    "paged": "PagedTokenToKVPoolAllocator",
    "swa": "SWATokenToKVPoolAllocator",
    "mamba": "MambaSlotAllocator",
}

torch: Any = importlib.import_module("torch")


# Where the classes come from.


def find_classes() -> dict[str, Any]:
    """The allocators of the first folder of the import path that has any."""
    for entry in map(Path, sys.path):
        if (entry / "sglang" / "srt" / "mem_cache").is_dir():
            found: dict[str, Any] = _release.load(entry)
            return {name: found[name] for name in _NAMES.values() if name in found}
        if (entry / "allocator" / "__init__.py").is_file():
            ours = importlib.import_module("allocator")
            return {name: getattr(ours, name) for name in _NAMES.values()}
    raise ImportError("this side has neither `sglang` nor `allocator`")


def _beside(name: str) -> Any:
    """A module that stands beside this file: its folder is not on the import path."""
    file = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{__name__}_{name}", file)
    if spec is None or spec.loader is None:
        raise ImportError(f"no module in {file}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_release = _beside("sglang_release")
_WrongCalls: Any = _beside("wrong_calls").WrongCalls
CLASSES = find_classes()
_SHAPES = [("token", 1)]
_SHAPES += [(kind, size) for kind in ("paged", "swa") for size in (1, 16, 64)]
CASES: list[dict[str, Any]] = [
    {"kind": kind, "page_size": size, "sort": sort}
    for kind, size in _SHAPES
    for sort in (False, True)
]
if _NAMES["mamba"] in CLASSES:
    CASES.append({"kind": "mamba", "page_size": 1, "sort": False})
# One of more pages than two programs of a kernel look through, one of more slots than
# are moved at once.
CASES.append({"kind": "paged", "page_size": 1, "sort": False, "pages": 3000})
CASES.append({"kind": "token", "page_size": 1, "sort": False, "pages": 20_000})
# Ours places by plain tensors where Triton cannot run: here, pages of this size.
_PLAIN = 4
CASES += [{"kind": k, "page_size": _PLAIN, "sort": True} for k in ("paged", "swa")]
if WRONG_CALLS:
    small = [case for case in CASES if case["page_size"] < 64]
    CASES = [{**case, "debug": on} for case in small for on in (False, True)]
    CASES = [case for case in CASES if not (case["debug"] and "pages" in case)]


# The protocol.


def build(case: dict[str, Any]) -> Subject:
    kind, page = case["kind"], case["page_size"]
    pages = case.get("pages", PAGES)
    size = pages * page
    make = CLASSES[_NAMES[kind]]
    rest = (torch.bfloat16, DEVICE)
    options = {"debug": True} if case.get("debug") else {}
    if page == _PLAIN:  # asked once for each size of pages
        os.environ.pop("TRITON_INTERPRET", None)
    elif DEVICE == "cpu":
        os.environ["TRITON_INTERPRET"] = "1"
    if kind == "mamba":
        made = make(pages, DEVICE, **options)
    elif kind == "token":
        made = make(size, *rest, None, case["sort"], **options)
    elif kind == "paged":
        made = make(size, page, *rest, None, case["sort"], **options)
    else:
        window = size * 2 // 3 // page * page
        made = make(
            size, window, page, *rest, _release.WindowPool(), case["sort"], **options
        )
    return Subject(made, case)


def operations(random: Any, case: dict[str, Any]) -> Iterator[list[Any]]:
    names = OPERATIONS[case["kind"]]
    if WRONG_CALLS:
        names = (*names, *["wrong"] * 4, "check", "unseen", "spoil", "squeeze")
    while True:
        numbers = [random.randrange(1 << 15) for _ in range(_NUMBERS)]
        yield [random.choice(names), numbers]


def step(subject: Subject, operation: list[Any]) -> Any:
    name, numbers = operation
    return subject.do(name, numbers)


# What the operations do.

Choose = Callable[[int, int], int]
_NOTHING = NotImplemented


class Subject(_WrongCalls):  # type: ignore[misc]
    """An allocator and the requests that it serves, each a list of its slots."""

    def __init__(self, made: Any, case: dict[str, Any]) -> None:
        self.made = made
        self.kind = case["kind"]
        self.debug = case.get("debug", False)
        self.page = int(case["page_size"])
        self.pages = int(case.get("pages", PAGES))
        self.requests: list[list[int]] = []
        self.read: list[Any] = []
        self.state: Any = None
        for pool in self.pools():
            _give_room(pool, 8 * self.pages)

    def do(self, name: str, numbers: list[int]) -> Any:
        """Do one operation; what it returned, with the books after it."""
        left = iter(numbers)

        def choose(low: int, high: int) -> int:
            """One of the numbers, brought into the range, both ends included."""
            return low + next(left, 0) % (high - low + 1)

        result = getattr(self, name)(choose)
        if result is _NOTHING:
            return NotImplemented
        told = {"result": result, "books": self.books()}
        if WRONG_CALLS:  # what was read before must not have changed
            told["read before"] = self.read
            self.read = [*(pool.free_pages for pool in self.pools()), self.state]
        return told

    def books(self) -> Any:
        """Everything that can be asked of an allocator, as it is now."""
        made = self.made
        if self.kind == "mamba":
            return [made.free_slots, made.available_size(), made.size]
        told: list[Any] = [made.available_size()]
        for pool in self.pools():
            told.append([getattr(pool, name) for name in _BOOKS])
            # What SGLang leaves in the group after its end, no call reads.
            put_off = None if pool.is_not_in_free_group else len(pool.free_group)
            told.append([pool.is_not_in_free_group, put_off])
        if self.kind == "swa":
            told += [made.size, made.size_full, made.size_swa, made.page_size]
            told += [made.full_available_size(), made.swa_available_size()]
            told += [made.debug_print()]
            held = [slot for request in self.requests for slot in request]
            told.append(made.translate_loc_from_full_to_swa(self.tensor([*held, -1])))
            if WRONG_CALLS:  # SGLang leaves old entries where nothing is held
                told.append(made.full_to_swa_index_mapping)
                told.append([made.free_pages, made.release_pages])
        return told

    def pools(self) -> list[Any]:
        """The allocators with lists of their own."""
        if self.kind == "mamba":
            return []
        if self.kind == "swa":
            return [self.made.full_attn_allocator, self.made.swa_attn_allocator]
        return [self.made]

    # Operations: each takes `choose`, and returns `_NOTHING` where SGLang would not
    # allow its call now.

    def alloc(self, choose: Choose) -> Any:
        if self.kind == "swa" and self.page > 1:
            return _NOTHING  # SGLang takes no other
        most = self.made.available_size() // self.page + 2
        pages = choose(0, min(most, 6)) if choose(0, 3) else choose(0, most)
        slots = self.made.alloc(pages * self.page)
        if slots is not None and pages:
            self.requests.append(slots.tolist())
        return slots

    def free_request(self, choose: Choose) -> Any:
        if not self.requests:
            return _NOTHING
        slots = self.requests.pop(choose(0, len(self.requests) - 1))
        start = choose(0, len(slots) - 1)
        turned = slots[start:] + slots[:start]
        dtype = torch.int64 if choose(0, 3) else torch.int32
        if choose(0, 1):
            turned.reverse()
        # A part of a longer tensor, before which a slot lies that is freed as well.
        freed = self.tensor([turned[-1], *turned[1:2], *turned], dtype)
        return self.made.free(freed[len(freed) - len(turned) :])

    def free_group(self, choose: Choose) -> Any:
        done = [self.made.free_group_begin()]
        for _ in range(choose(0, 3)):
            if self.requests:
                done.append([self.free_request(choose), self.books()])
        return [*done, self.made.free_group_end()]

    def merge(self, choose: Choose) -> Any:
        if self.kind == "swa" and not WRONG_CALLS:
            return _NOTHING  # SGLang's fails: it has no lists of its own
        return self.made.merge_and_sort_free()

    def backup(self, choose: Choose) -> Any:
        before = [[*request] for request in self.requests]
        state = self.made.backup_state()
        names = ["alloc"] if self.kind == "token" else ["alloc", "extend", "decode"]
        done = []
        for _ in range(choose(0, 3)):
            result = getattr(self, names[choose(0, len(names) - 1)])(choose)
            done.append(None if result is _NOTHING else result)
        self.made.restore_state(state)
        self.state = state
        self.requests = before
        return done

    def clear(self, choose: Choose) -> Any:
        if choose(0, 4):
            return _NOTHING
        self.requests = []
        return self.made.clear()

    def extend(self, choose: Choose) -> Any:
        if self.kind == "swa" and self.page == 1:
            return _NOTHING
        known = [r for r in self.requests if choose(0, 1)][: choose(1, 4)]
        grown = known + [[] for _ in range(choose(0 if known else 1, 2))]
        before = [len(request) for request in grown]
        gains = [self.gain(choose) for _ in grown]
        after = [a + b for a, b in zip(before, gains, strict=True)]
        if self.is_empty(self.pages_of(after) - self.pages_of(before)):
            return _NOTHING
        last = self.tensor([request[-1] if request else -1 for request in grown])
        lens = (*self.lens(before, choose), *self.lens(after, choose))
        slots = self.made.alloc_extend(*lens, last, sum(gains))
        return self.taken(grown, gains, slots)

    def decode(self, choose: Choose) -> Any:
        # With pages of one token SGLang counts no new page, and hands slots out twice.
        grown = [r for r in self.requests if choose(0, 1)][:4]
        opened = sum(len(request) % self.page == 0 for request in grown)
        if not grown or self.page == 1 or self.is_empty(opened):
            return _NOTHING
        if self.kind == "swa" and not WRONG_CALLS:
            # Where one pool alone runs short, SGLang keeps what the other gave.
            full = self.made.full_available_size() // self.page
            if (opened > full) != (
                opened > self.made.swa_available_size() // self.page
            ):
                return _NOTHING
        lens = self.lens([len(request) + 1 for request in grown], choose)
        last = self.tensor([request[-1] for request in grown])
        slots = self.made.alloc_decode(*lens, last)
        return self.taken(grown, [1] * len(grown), slots)

    def free_window(self, choose: Choose) -> Any:
        """Give the window pages of a request's beginning back, as it slides on."""
        if not self.requests:
            return _NOTHING
        request = self.requests[choose(0, len(self.requests) - 1)]
        pages = choose(0, max(len(request) // self.page - 1, 0))
        return self.made.free_swa(self.tensor(request[: pages * self.page]))

    def extend_tail(self, choose: Choose) -> Any:
        gain = self.gain(choose)
        # Without a tail SGLang leaves old entries mapped.
        if self.page == 1 or not gain or self.is_empty(1):
            return _NOTHING
        tail = gain - choose(0, (gain - 1) // self.page) * self.page
        lens = (*self.lens([0], choose), *self.lens([gain], choose))
        last = self.tensor([-1])
        slots = self.made.alloc_extend_swa_tail(*lens, last, gain, tail)
        return self.taken([[]], [gain], slots)

    def alloc_group(self, choose: Choose) -> Any:
        done = [self.made.alloc_group_begin(choose(0, self.made.available_size() + 2))]
        done += [self.alloc(choose) for _ in range(choose(0, 5))]
        return [*done, self.made.alloc_group_end()]

    # Helpers.

    def gain(self, choose: Choose) -> int:
        pages = choose(0, 3) if choose(0, 9) else choose(0, self.pages)
        return pages * self.page + choose(0, self.page)

    def pages_of(self, lens: list[int]) -> int:
        return sum(-(-length // self.page) for length in lens)

    def is_empty(self, wanted: int) -> bool:
        """Whether SGLang's kernels would read from an empty list, at the address 0."""
        return wanted > 0 and not all(pool.available_size() for pool in self.pools())

    def taken(self, grown: list[list[int]], gains: list[int], slots: Any) -> Any:
        """Note what was handed out to whom; return it."""
        rest = [] if slots is None else slots.tolist()
        for request, gain in zip(grown, gains, strict=True):
            if rest[:gain] and not any(request is known for known in self.requests):
                self.requests.append(request)
            request.extend(rest[:gain])
            rest = rest[gain:]
        return slots

    def lens(self, lens: list[int], choose: Choose) -> tuple[Any, Any]:
        dtype = torch.int64 if choose(0, 3) else torch.int32
        return self.tensor(lens, dtype), torch.tensor(lens, dtype=dtype)

    def tensor(self, values: list[int], dtype: Any = torch.int64) -> Any:
        return torch.tensor(values, dtype=dtype, device=DEVICE)


def _give_room(pool: Any, pages: int) -> None:
    """Let SGLang's kernels read so many pages past their list.

    They run before the pages are counted, which ends the process where the memory
    ends; what they read there never shows in a result.
    """
    kind = type(pool)
    if kind.__module__.partition(".")[0] != "sglang":
        return

    class Roomy(kind):  # type: ignore[misc, valid-type]
        def __setattr__(self, name: str, value: Any) -> None:
            if name == "free_pages" and value is not None:
                value = torch.cat((value, value.new_zeros(pages)))[: len(value)]
            super().__setattr__(name, value)

    pool.__class__ = Roomy
    pool.free_pages = pool.free_pages
