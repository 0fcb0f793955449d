"""Debug mode and `check_integrity`: what they catch, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import allocator  # noqa: E402
from allocator import IntegrityError  # noqa: E402

REST = (torch.bfloat16, "cpu", None)


class Window:
    """The least that a window pool must do."""

    def register_mapping(self, full_to_swa_index_mapping: Any) -> None:
        self.mapping = full_to_swa_index_mapping

    def translate_loc_from_full_to_swa(self, kv_indices: Any) -> Any:
        return self.mapping[kv_indices]

    def get_cpu_copy(self, indices: Any, mamba_indices: Any = None) -> Any:
        raise NotImplementedError

    def load_cpu_copy(
        self, kv_cache_cpu: Any, indices: Any, mamba_indices: Any = None
    ) -> None:
        raise NotImplementedError


def token(debug: bool = True, need_sort: bool = False) -> Any:
    return allocator.TokenToKVPoolAllocator(8, *REST, need_sort, debug=debug)


def paged(debug: bool = True, need_sort: bool = False) -> Any:
    return allocator.PagedTokenToKVPoolAllocator(32, 4, *REST, need_sort, debug=debug)


def window(debug: bool = True, need_sort: bool = False) -> Any:
    return allocator.SWATokenToKVPoolAllocator(
        32, 16, 4, torch.bfloat16, "cpu", Window(), need_sort, debug=debug
    )


def mamba(debug: bool = True) -> Any:
    return allocator.MambaSlotAllocator(8, "cpu", debug=debug)


ALL = [token, paged, window, mamba]
SORTED = [token, paged, window]


@pytest.mark.parametrize("make", ALL)
def test_double_free(make: Callable[..., Any]) -> None:
    side = make()
    slots = side.alloc(4)
    side.free(slots)
    before = side.available_size()
    with pytest.raises(IntegrityError, match="freed before"):
        side.free(slots)
    assert side.available_size() == before


@pytest.mark.parametrize("make", SORTED)
def test_double_free_of_released_pages(make: Callable[..., Any]) -> None:
    side = make(need_sort=True)
    slots = side.alloc(4)
    side.free(slots)
    with pytest.raises(IntegrityError, match="freed before"):
        side.free(slots)


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("slot", [0, -1, 1000])
def test_foreign_slot(make: Callable[..., Any], slot: int) -> None:
    side = make()
    side.alloc(4)
    with pytest.raises(IntegrityError, match=r"foreign, outside 1 to \d+: -?\d+"):
        side.free(torch.tensor([slot]))


@pytest.mark.parametrize("make", SORTED)
def test_double_free_within_a_group(make: Callable[..., Any]) -> None:
    side = make()
    slots = side.alloc(4)
    side.free(slots)
    side.free_group_begin()
    side.free(slots)
    with pytest.raises(IntegrityError):
        side.free_group_end()


def test_slot_twice_in_one_call() -> None:
    for side in (token(), mamba()):
        slots = side.alloc(2)
        with pytest.raises(IntegrityError, match="more than once in one call"):
            side.free(torch.cat((slots, slots)))


@pytest.mark.parametrize("make", [token, paged])
def test_books_that_were_tampered_with(make: Callable[..., Any]) -> None:
    side = make(debug=False)
    side.free_pages = torch.cat((side.free_pages, side.free_pages[:1]))
    with pytest.raises(IntegrityError, match="listed twice"):
        side.check_integrity()
    side.clear()
    side.release_pages = side.free_pages[:2]
    with pytest.raises(IntegrityError, match=r"listed twice \(in free_pages, release"):
        side.check_integrity()
    side.clear()
    side.free_pages = torch.tensor([0, 1, 99])
    with pytest.raises(IntegrityError, match=r"outside 1 to \d: 0, 99"):
        side.check_integrity()


@pytest.mark.parametrize("make", ALL)
def test_lost_slots_are_named(make: Callable[..., Any]) -> None:
    side = make(debug=False)
    held = side.alloc(4)
    side.check_integrity(held)
    with pytest.raises(IntegrityError, match="lost, neither free nor held"):
        side.check_integrity(held[:0])
    with pytest.raises(IntegrityError, match=r"listed twice \(in free_\w+, held\)"):
        side.check_integrity(torch.cat((held, held + 4)))


def test_debug_mode_sees_a_page_that_a_list_dropped() -> None:
    side = paged()
    side.alloc(4)
    side.free_pages = side.free_pages[1:]
    with pytest.raises(IntegrityError, match="pages lost, neither free nor held: 2"):
        side.alloc(4)


def test_window_slot_behind_two_full_slots() -> None:
    side = window(debug=False)
    slots = side.alloc(8)
    side.set_full_to_swa_mapping(slots[:1], side.full_to_swa_index_mapping[slots[1:2]])
    with pytest.raises(IntegrityError, match=r"behind two full slots: 5"):
        side.check_integrity(slots)


def test_window_mapping_out_of_range() -> None:
    side = window(debug=False)
    side.full_to_swa_index_mapping[3] = 4000
    with pytest.raises(IntegrityError, match="mapped outside the window pool: 4000"):
        side.check_integrity()
    side.clear()
    side.full_to_swa_index_mapping[-1] = 0
    with pytest.raises(IntegrityError, match="-1 is mapped to 0"):
        side.check_integrity()


def test_long_lists_are_cut() -> None:
    side = token(debug=False)
    side.free_pages = torch.arange(100, 110)
    with pytest.raises(IntegrityError, match=r"8: 100, .*, 107 and 2 more$"):
        side.check_integrity()


@pytest.mark.parametrize("make", SORTED)
def test_restore_is_understood(make: Callable[..., Any]) -> None:
    side = make()
    kept = side.alloc(4)
    state = side.backup_state()
    first = side.alloc(4)
    side.restore_state(state)
    assert side.alloc(4).tolist() == first.tolist()
    side.restore_state(state)
    with pytest.raises(IntegrityError, match="freed before"):
        side.free(first)
    side.free(kept)
    side.check_integrity(kept[:0])


def one_more(side: Any, slots: Any) -> Any:
    """What a request gets that has these slots, and gains a token."""
    length = torch.tensor([len(slots) + 1])
    return side.alloc_decode(length, length, slots[-1:])


@pytest.mark.parametrize("make", [paged, window])
def test_restore_of_an_open_page(make: Callable[..., Any]) -> None:
    """The page is held before and after; its next slot is not."""
    side = make()
    none, five = torch.tensor([0]), torch.tensor([5])
    slots = side.alloc_extend(none, none, five, five, torch.tensor([-1]), 5)
    state = side.backup_state()
    first = one_more(side, slots)
    one_more(side, torch.cat((slots, first)))
    side.restore_state(state)
    assert one_more(side, slots).tolist() == first.tolist()
    side.restore_state(state)
    side.free(slots)
    side.check_integrity(slots[:0])


def test_restored_slot_that_is_held_no_longer() -> None:
    side = window()
    none, five = torch.tensor([0]), torch.tensor([5])
    slots = side.alloc_extend(none, none, five, five, torch.tensor([-1]), 5)
    state = side.backup_state()
    undone = one_more(side, slots)
    side.restore_state(state)
    with pytest.raises(IntegrityError, match="freed before"):
        side.free(undone)


def test_restore_does_not_bring_freed_window_slots_back() -> None:
    side = window()
    slots = side.alloc(8)
    state = side.backup_state()
    side.free(slots[:4])
    with pytest.raises(IntegrityError, match="pages lost, neither free nor held"):
        side.restore_state(state)


def test_states_have_a_known_form() -> None:
    assert len(window(debug=False).backup_state()) == 2
    for debug in (False, True):
        side = window(debug=debug)
        with pytest.raises(ValueError, match="as backup_state"):
            side.restore_state(window(debug=not debug).backup_state())


def test_twins_that_differ() -> None:
    side = paged()
    none, four, five = torch.tensor([0]), torch.tensor([4]), torch.tensor([5])
    with pytest.raises(ValueError, match="on the device and on the host differ"):
        side.alloc_extend(none, none, five, four, torch.tensor([-1]), 4)
    with pytest.raises(ValueError, match="on the device and on the host differ"):
        side.alloc_decode(five, four, torch.tensor([7]))


def test_last_loc_in_the_wrong_place() -> None:
    side = paged()
    three, five = torch.tensor([3]), torch.tensor([5])
    with pytest.raises(ValueError, match="last_loc"):
        side.alloc_extend(three, three, five, five, torch.tensor([4]), 2)
    with pytest.raises(ValueError, match="last_loc"):
        side.alloc_decode(five, five, torch.tensor([4]))


def test_last_loc_in_a_page_of_no_one() -> None:
    side = paged()
    three, four = torch.tensor([3]), torch.tensor([4])
    with pytest.raises(IntegrityError, match="slots in pages no one holds: 7"):
        side.alloc_extend(three, three, four, four, torch.tensor([6]), 1)


@pytest.mark.parametrize(("said", "on"), [("1", True), ("true", True), ("0", False)])
def test_environment_turns_it_on(
    monkeypatch: pytest.MonkeyPatch, said: str, on: bool
) -> None:
    monkeypatch.setenv("REHOME_ALLOCATOR_DEBUG", said)
    side = allocator.PagedTokenToKVPoolAllocator(32, 4, *REST, False)
    assert side.debug_mode is on
    assert not paged(debug=False).debug_mode
