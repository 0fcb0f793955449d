"""The kernels through Triton's interpreter, and plain tensors: the same slots."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import allocator  # noqa: E402
from allocator.placement import TorchPlacement, extend_slots, placement_for  # noqa: E402

CPU = torch.device("cpu")


def by_definition(
    before: Any, after: Any, last: Any, pages: Any, size: int
) -> list[int]:
    """Place token by token: after the last slot, or at the start of the next page."""
    rest, slots = pages.tolist(), []
    for old, new, begun in zip(
        before.tolist(), after.tolist(), last.tolist(), strict=True
    ):
        slot = begun
        for position in range(old, new):
            slot = rest.pop(0) * size if position % size == 0 else slot + 1
            slots.append(slot)
    return slots


@pytest.mark.parametrize("page_size", [1, 3, 4, 16, 64])
@pytest.mark.parametrize("dtype", [torch.int64, torch.int32])
def test_plain_tensors_place_by_definition(page_size: int, dtype: Any) -> None:
    generator = torch.Generator().manual_seed(page_size)
    for requests in (1, 2, 7):
        before = torch.randint(0, 100, (requests,), generator=generator).to(dtype)
        after = before + torch.randint(0, 150, (requests,), generator=generator).to(
            dtype
        )
        last = (before - 1) % page_size + 1000 * page_size
        pages = torch.randperm(800, generator=generator) + 1
        expected = by_definition(before, after, last, pages, page_size)
        got = extend_slots(
            *(before, after, last, pages),
            page_size=page_size,
            num_tokens=len(expected),
        )
        assert got.tolist() == expected
        assert got.dtype == torch.int64
        out = torch.full((len(expected) + 3,), -7)
        lens = (before, after, last, pages)
        allocator.alloc_extend_naive(*lens, out, page_size, "cpu")
        assert out.tolist() == [*expected, -7, -7, -7]


def test_naive_refuses_what_does_not_fit() -> None:
    lens = torch.tensor([0]), torch.tensor([32]), torch.tensor([-1])
    for pages, room in ((1, 32), (2, 31)):
        with pytest.raises(
            ValueError, match="2 pages and room for 32 slots are needed"
        ):
            allocator.alloc_extend_naive(
                *lens, torch.arange(pages), torch.zeros(room), 16, "cpu"
            )


def test_nothing_to_place() -> None:
    for page_size in (1, 16):
        side = allocator.PagedTokenToKVPoolAllocator(
            64, page_size, torch.half, "cpu", None, False
        )
        none = torch.zeros(0, dtype=torch.int64)
        for slots in (
            side.alloc(0),
            side.alloc_extend(none, none, none, none, none, 0),
            side.alloc_decode(none, none, none),
        ):
            assert slots is not None
            assert slots.tolist() == []


def test_plain_tensors_on_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    placement_for.cache_clear()
    assert isinstance(placement_for(CPU, 16), TorchPlacement)


KERNELS = """
import sys
sys.path.insert(0, sys.argv[1])
import torch
from allocator import alloc_decode_kernel, alloc_extend_kernel, alloc_extend_naive
from allocator.launch import interpreted
from allocator.placement import placement_for
from allocator.page_list import PageList
from allocator.triton_page_list import TritonPageList

assert interpreted()
torch.manual_seed(0)
for page_size in (1, 16, 24):
    for requests in (1, 3, 5):
        before = torch.randint(0, 100, (requests,))
        after = before + torch.randint(0, 2500, (requests,))
        last = (before - 1) % page_size + 5000 * page_size
        pages = torch.randperm(8000) + 1
        total = int((after - before).sum())
        one, other = torch.zeros(2, total, dtype=torch.int64)
        upper = 1 << (requests - 1).bit_length()
        # As upstream launches it: one program a request.
        alloc_extend_kernel[(requests,)](before, after, last, pages, one, upper, page_size)
        alloc_extend_naive(before, after, last, pages, other, page_size, "cpu")
        assert torch.equal(one, other), (page_size, requests)
        lens = after + 1
        got = torch.zeros(requests, dtype=torch.int64)
        alloc_decode_kernel[(requests,)](lens, last, pages, got, upper, page_size)
        opens = after % page_size == 0
        nth = torch.cumsum(opens, 0) - 1
        assert torch.equal(got, torch.where(opens, pages[nth] * page_size, last + 1))

# Pages that come back: like `torch.unique`, many calls at a time, lists kept by others.
for page_size, total in ((1, 5000), (16, 300)):
    plain = PageList(torch.arange(1, total + 1), page_size)
    ours = TritonPageList(torch.arange(1, total + 1), page_size, total)
    kept = []
    for turn in range(12):
        count = total // 2
        taken = plain.pages[:count]
        kept.append((ours.pages, ours.pages.clone()))
        plain.drop(count), ours.drop(count)
        for some in taken[torch.randperm(count)].chunk(3):
            slots = (some.unsqueeze(1) * page_size + torch.arange(page_size)).reshape(-1)
            slots = slots[torch.randperm(len(slots))].to(torch.int32 if turn % 2 else torch.int64)
            plain.put(slots), ours.put(slots)
        assert plain.size() == ours.size()
        assert torch.equal(plain.pages, ours.pages), turn
    assert all(torch.equal(*pair) for pair in kept), "a list that was read has changed"
print("ok")
"""


def test_kernels_in_the_interpreter(tmp_path: Path) -> None:
    pytest.importorskip("triton")
    root = Path(__file__).parents[2]
    program = tmp_path / "kernels.py"
    program.write_text(KERNELS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(program), str(root)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TRITON_INTERPRET": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "ok\n"
