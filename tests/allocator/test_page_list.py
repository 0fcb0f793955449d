"""Freed pages go before the list, each once and in order, however many there are."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from allocator.page_list import PageList  # noqa: E402


@pytest.mark.parametrize("dtype", ["int64", "int32"])
@pytest.mark.parametrize("page_size", [1, 2, 16, 24])
@pytest.mark.parametrize("count", [1, 512, 1535, 1536, 5000])
def test_pages_are_put_back_once_and_in_order(
    count: int, page_size: int, dtype: str
) -> None:
    made = torch.Generator().manual_seed(count)
    slots = torch.randint(page_size, 8000 * page_size, (count,), generator=made)
    slots[count // 2 :] = slots[count // 2 :].sort().values  # neighbours of one page
    slots = slots.to(getattr(torch, dtype))
    before = torch.arange(9000, 9010)
    pages = PageList(before, page_size)
    pages.put(slots)
    expected = sorted({slot // page_size for slot in slots.tolist()})
    assert pages.pages.tolist() == expected + before.tolist()
    assert pages.pages.dtype == torch.int64
    assert before.tolist() == list(range(9000, 9010))
