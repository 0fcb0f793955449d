"""What an allocator must not do, tried on the real classes or on ours.

    python safety.py ours
    python safety.py RELEASE

Each check makes a fresh allocator, does one thing, and raises AssertionError where
slots are lost, doubled or handed out wrongly. Prints a line of JSON: the name of
each check with what went wrong, or an empty text.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

sys.path[:0] = [str(Path(__file__).parents[3]), str(Path(__file__).parent)]

import real  # type: ignore[import-not-found]  # noqa: E402

REST = (torch.bfloat16, "cpu", None, False)
CHECKS: dict[str, Callable[[Any], None]] = {}


def check(function: Callable[[Any], None]) -> Callable[[Any], None]:
    CHECKS[function.__name__] = function
    return function


@contextmanager
def refused() -> Iterator[None]:
    """Expect a ValueError; anything else is a failure."""
    try:
        yield
    except ValueError:
        return
    raise AssertionError("was not refused")


def paged(classes: Any, pages: int = 4, page_size: int = 16) -> Any:
    return classes["PagedTokenToKVPoolAllocator"](pages * page_size, page_size, *REST)


def token(classes: Any, size: int = 8) -> Any:
    return classes["TokenToKVPoolAllocator"](size, *REST)


def window(classes: Any, full: int, swa: int, page_size: int = 16) -> Any:
    sizes = (full * page_size, swa * page_size, page_size)
    kind = classes["SWATokenToKVPoolAllocator"]
    return kind(*sizes, torch.bfloat16, "cpu", real.WindowPool(), False)


def lens(*lengths: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Lengths where the indices are, and their twin on the host."""
    return torch.tensor(lengths), torch.tensor(lengths)


def extend(side: Any, before: list[int], after: list[int], last: list[int]) -> Any:
    total = sum(after) - sum(before)
    return side.alloc_extend(*lens(*before), *lens(*after), torch.tensor(last), total)


def all_different(slots: torch.Tensor) -> None:
    assert len(torch.unique(slots)) == len(slots), f"handed out twice: {slots.tolist()}"


# A call that returns None changes nothing.


@check
def window_decode_keeps_no_pages(classes: Any) -> None:
    side = window(classes, full=8, swa=3)
    slots = extend(side, [0, 0], [16, 16], [-1, -1])
    before = side.full_available_size()
    assert side.alloc_decode(*lens(17, 17), slots[[15, 31]]) is None
    assert side.full_available_size() == before, "full pages were kept"


@check
def extend_from_an_empty_list(classes: Any) -> None:
    """Read nothing past a free list that has run empty."""
    side = paged(classes, pages=2)
    side.alloc(32)
    assert extend(side, [0], [16], [-1]) is None


# Groups.


@check
def mamba_group_begins_twice(classes: Any) -> None:
    side = classes["MambaSlotAllocator"](8, "cpu")
    side.alloc_group_begin(3)
    side.alloc_group_begin(3)
    side.alloc_group_end()
    assert side.available_size() == 8, f"{8 - side.available_size()} slots were lost"


@check
def mamba_is_cleared_in_a_group(classes: Any) -> None:
    side = classes["MambaSlotAllocator"](8, "cpu")
    side.alloc_group_begin(3)
    side.clear()
    all_different(torch.cat([side.alloc(1) for _ in range(4)] + [side.alloc(4)]))


@check
def free_group_begins_twice(classes: Any) -> None:
    side = token(classes)
    slots = side.alloc(4)
    side.free_group_begin()
    side.free(slots)
    side.free_group_begin()
    side.free_group_end()
    assert side.available_size() == 8, f"{8 - side.available_size()} slots were lost"


@check
def free_group_ends_twice(classes: Any) -> None:
    side = token(classes)
    slots = side.alloc(4)
    side.free_group_begin()
    side.free(slots)
    side.free_group_end()
    side.free_group_end()
    assert side.available_size() == 8, f"{side.available_size()} of 8 slots are free"


# Arguments.


@check
def negative_size(classes: Any) -> None:
    for side in (token(classes), paged(classes)):
        with refused():
            side.alloc(-16)


@check
def negative_mamba_size(classes: Any) -> None:
    with refused():
        classes["MambaSlotAllocator"](8, "cpu").alloc(-1)


@check
def negative_mamba_group(classes: Any) -> None:
    side = classes["MambaSlotAllocator"](8, "cpu")
    with refused():
        side.alloc_group_begin(-1)


@check
def size_that_is_no_integer(classes: Any) -> None:
    for size in (True, 2.0, "2", None):
        with refused():
            token(classes).alloc(size)


@check
def part_of_a_page(classes: Any) -> None:
    with refused():
        paged(classes).alloc(17)


@check
def page_size_that_does_not_divide(classes: Any) -> None:
    with refused():
        classes["PagedTokenToKVPoolAllocator"](100, 16, *REST)


@check
def page_size_of_nothing(classes: Any) -> None:
    with refused():
        classes["PagedTokenToKVPoolAllocator"](100, 0, *REST)


@check
def pool_of_negative_size(classes: Any) -> None:
    with refused():
        token(classes, -8)


@check
def twin_of_another_length(classes: Any) -> None:
    side = paged(classes)
    with refused():
        side.alloc_extend(
            *lens(0, 0),
            torch.tensor([4, 4]),
            torch.tensor([8]),
            torch.tensor([-1, -1]),
            8,
        )


@check
def indices_that_are_no_integers(classes: Any) -> None:
    side = token(classes)
    with refused():
        side.free(side.alloc(2).to(torch.float32))


@check
def shrinking_request(classes: Any) -> None:
    side = paged(classes)
    with refused():
        side.alloc_extend(*lens(8), *lens(8), torch.tensor([23]), -4)


# Slots that two would get.


@check
def decode_with_pages_of_one(classes: Any) -> None:
    side = paged(classes, pages=8, page_size=1)
    first = extend(side, [0, 0], [2, 2], [-1, -1])
    second = side.alloc_decode(*lens(3, 3), first[[1, 3]])
    third = side.alloc(2)
    all_different(torch.cat((first, second, third)))


@check
def tail_within_a_page(classes: Any) -> None:
    """The next tokens must not run into the window page of another request."""
    side = window(classes, full=8, swa=8)
    try:
        slots = side.alloc_extend_swa_tail(
            *lens(0), *lens(18), torch.tensor([-1]), 18, 15
        )
    except ValueError:
        return
    other = extend(side, [0], [16], [-1])
    grown = [slots]
    for length in range(19, 33):
        grown.append(side.alloc_decode(*lens(length), grown[-1][-1:]))
    mapped = side.translate_loc_from_full_to_swa(torch.cat([*grown, other]))
    all_different(mapped[mapped > 0])


@check
def tail_of_nothing(classes: Any) -> None:
    """Slots that get no window slot must not have the last holder's."""
    side = window(classes, full=2, swa=4)
    slots = extend(side, [0], [32], [-1])
    state = side.backup_state()
    side.free(slots)
    del state
    side.full_to_swa_index_mapping[slots] = torch.arange(
        16, 48
    )  # what a restore leaves
    again = side.alloc_extend_swa_tail(*lens(0), *lens(32), torch.tensor([-1]), 32, 0)
    mapped = side.translate_loc_from_full_to_swa(again)
    assert not bool(mapped.any()), f"still mapped: {mapped.tolist()}"


def main(arguments: list[str]) -> int:
    classes = ours() if arguments[0] == "ours" else real.load(Path(arguments[0]))
    sys.stdout.write(json.dumps({name: trial(name, classes) for name in CHECKS}) + "\n")
    return 0


def ours() -> Any:
    import allocator

    return {name: getattr(allocator, name) for name in allocator.__all__}


def trial(name: str, classes: Any) -> str:
    """Return what goes wrong, tried in a child: some of it takes the process along.

    A check whose class is missing goes wrong as well.
    """
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            said.write(attempt(name, classes).encode())
            said.flush()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return said.read().decode() if status == 0 else f"the process died: {status}"


def attempt(name: str, classes: Any) -> str:
    try:
        CHECKS[name](classes)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
