"""On a GPU: the compiled kernels, the frees that are not awaited, several streams."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import allocator  # noqa: E402
from allocator import IntegrityError  # noqa: E402

from .test_identity import KINDS, SIDES, seen, walk  # noqa: E402

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no GPU that torch can use"
)


def paged(pages: int = 64, page_size: int = 16) -> Any:
    return allocator.PagedTokenToKVPoolAllocator(
        pages * page_size, page_size, torch.half, "cuda", None, False
    )


@pytest.mark.parametrize(("kind", "page_size"), KINDS)
@pytest.mark.parametrize(("release", "sort"), SIDES)
def test_same_calls_same_results(
    request: pytest.FixtureRequest,
    release: str,
    sort: bool,
    kind: str,
    page_size: int,
) -> None:
    folder: Path = request.getfixturevalue(release)
    options = ["--page-size", str(page_size), "--steps", "2500", "--device", "cuda"]
    options += ["--seed", str(page_size), *(["--sort"] if sort else [])]
    seen(walk(folder, kind, *options, interpret=False), 2500)


def test_same_mamba_slots(after_split: Path) -> None:
    options = ["--steps", "10000", "--device", "cuda"]
    seen(walk(after_split, "mamba", *options, interpret=False), 10_000)


def test_slots_from_the_host_are_moved() -> None:
    side = paged()
    slots = side.alloc(64)
    side.free(slots.cpu())
    assert side.available_size() == 1024
    assert side.free_pages.is_cuda
    with pytest.raises(ValueError, match="must be on cuda:0, and one is on cpu"):
        side.alloc_decode(torch.tensor([1]), torch.tensor([1]), torch.tensor([-1]))


@pytest.mark.parametrize("slot", [0, 15, 65 * 16, -1])
def test_foreign_slots_are_found_by_the_next_call(slot: int) -> None:
    side = paged()
    held = side.alloc(64)
    side.free(torch.tensor([slot, 16], device="cuda"))
    with pytest.raises(IntegrityError, match="1 slots lie outside the pages 1 to 64"):
        side.available_size()
    assert side.available_size() == 61 * 16
    side.check_integrity(held[16:])


def test_more_than_was_handed_out_comes_back() -> None:
    side = paged()
    slots = side.alloc(16)
    side.free(slots)
    side.free(slots)
    with pytest.raises(IntegrityError, match="1 pages more came back than were handed"):
        side.alloc(16)
    assert side.available_size() == 1024


def test_hundreds_of_frees_that_no_one_awaits() -> None:
    side = paged(pages=600)
    slots = side.alloc(600 * 16)
    for some in slots.reshape(600, 16).flip(0):
        side.free(some)
    assert torch.equal(side.free_pages, torch.arange(1, 601, device="cuda"))


def test_what_was_read_never_changes() -> None:
    side = paged()
    side.alloc(160)
    before = side.free_pages
    copy = before.clone()
    state = side.backup_state()
    side.free(torch.arange(16, 64, device="cuda"))
    side.alloc(32)
    side.free(torch.arange(16, 32, device="cuda"))
    assert torch.equal(before, copy)
    side.restore_state(state)
    assert torch.equal(side.free_pages, copy)


def test_a_change_of_streams_waits() -> None:
    """A list that another stream still reads must not be written to."""
    side = paged(pages=4096)
    streams = [torch.cuda.Stream() for _ in range(3)]
    expected = paged(pages=4096)
    for turn in range(60):
        with torch.cuda.stream(streams[turn % 3]):
            torch.cuda._sleep(200_000)
            slots = side.alloc(160)
            side.free(slots[:80])
        want = expected.alloc(160)
        expected.free(want[:80])
        torch.cuda.synchronize()
        assert torch.equal(slots, want), turn
    assert torch.equal(side.free_pages, expected.free_pages)


def test_strided_and_mixed_arguments() -> None:
    side, plain = paged(), paged()
    lens = torch.tensor([20, 0, 33, 0, 5, 0])
    last = torch.tensor([-1, 0, -1, 0, -1, 0])
    strided = (lens[::2] * 0, lens[::2])
    there = [t.to("cuda") for t in (lens * 0, lens, last)]
    got = side.alloc_extend(
        *(there[0][::2], strided[0], there[1].int()[::2], strided[1]), there[2][::2], 58
    )
    args = [t[::2].contiguous() for t in there]
    want = plain.alloc_extend(args[0], strided[0], args[1], strided[1], args[2], 58)
    assert torch.equal(got, want)


def test_slots_of_any_layout_come_back_in_order() -> None:
    side = allocator.TokenToKVPoolAllocator(8192, torch.half, "cuda", None, False)
    slots = side.alloc(8192)
    assert slots is not None
    back = [slots[::2], slots[1:2], slots[3::2].int(), slots[:0]]
    for some in back:
        side.free(some)
    assert torch.equal(side.free_pages, torch.cat([some.long() for some in back]))
    with pytest.raises(RuntimeError):
        side.free(slots.reshape(2, -1))


def test_without_triton_the_results_are_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from allocator import paged as module
    from allocator.placement import TorchPlacement

    sides = [paged()]
    monkeypatch.setattr(module, "placement_for", TorchPlacement)
    sides.append(paged())
    for side in sides:
        slots = side.alloc(160)
        side.free(slots[32:96])
    assert torch.equal(sides[0].free_pages, sides[1].free_pages)
