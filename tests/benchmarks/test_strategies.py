"""Every strategy and operation of the allocators, of whichever side is under test.

Under `rehome bench` a side that holds `sglang` is loaded from its files, and any other
is `allocator`; without it, `allocator` from here. Operations are timed alone: what
they undo goes before or after. Extend and decode of SGLang need a GPU.

    rehome bench RELEASE OTHER tests/benchmarks/test_strategies.py [--device cuda]
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

torch = pytest.importorskip("torch")

sys.path.append(str(Path(__file__).parents[1] / "allocator" / "upstream"))

import real  # type: ignore[import-not-found]  # noqa: E402

TOKENS = 1 << 16
BATCHES = [1, 32, 1024]
PAGE_SIZES = [1, 16, 64]
GAIN = 8  # tokens that a request gains at most, on average half of it
TRACE_STEPS = 60

Classes = Callable[[str], Any]


class Side:
    """The classes of the side under test, on the device that there is."""

    def __init__(self) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self._found: dict[str, Any] = {}
        spec = find_spec("sglang")
        self.is_sglang = spec is not None and spec.origin is not None
        if spec is not None and spec.origin is not None:
            self._found = real.load(Path(spec.origin).parents[1])

    def __getitem__(self, name: str) -> Any:
        if not self.is_sglang:
            module = "allocator.mamba" if name.startswith("Mamba") else "allocator"
            return getattr(importlib.import_module(module), name)
        if name not in self._found:
            pytest.skip(f"this release has no {name}")
        return self._found[name]

    def needs_kernels(self) -> None:
        if self.is_sglang and self.device == "cpu":
            pytest.skip("SGLang's extend and decode need a GPU")

    def token(self) -> Any:
        name = "TokenToKVPoolAllocator"
        return self[name](TOKENS, torch.bfloat16, self.device, None, False)

    def paged(self, page_size: int) -> Any:
        name = "PagedTokenToKVPoolAllocator"
        rest = (torch.bfloat16, self.device, None, False)
        return self[name](TOKENS, page_size, *rest)

    def window(self, page_size: int) -> Any:
        name = "SWATokenToKVPoolAllocator"
        sizes = (TOKENS, TOKENS, page_size)
        rest = (torch.bfloat16, self.device, real.WindowPool(), False)
        return self[name](*sizes, *rest)

    def mamba(self) -> Any:
        return self["MambaSlotAllocator"](4096, self.device)


@pytest.fixture(scope="module")
def side() -> Side:
    return Side()


def take_alone(benchmark: BenchmarkFixture, pool: Any, count: int) -> None:
    """Time `alloc`; what it took goes back afterwards."""
    taken: list[Any] = []
    benchmark.pedantic(
        lambda: taken.append(pool.alloc(count)), teardown=lambda: pool.free(taken.pop())
    )
    for slots in taken:  # without timing, nothing is torn down
        pool.free(slots)


def give_alone(benchmark: BenchmarkFixture, pool: Any, count: int) -> None:
    """Time `free`, of slots that were taken just before."""
    benchmark.pedantic(pool.free, setup=lambda: ((pool.alloc(count),), {}))


OPERATIONS = {"alloc": take_alone, "free": give_alone}


@pytest.mark.parametrize("count", BATCHES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_token(
    benchmark: BenchmarkFixture, side: Side, operation: str, count: int
) -> None:
    pool = side.token()
    OPERATIONS[operation](benchmark, pool, count)
    assert pool.available_size() == TOKENS


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("page_size", PAGE_SIZES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_paged(
    benchmark: BenchmarkFixture, side: Side, operation: str, page_size: int, batch: int
) -> None:
    pool = side.paged(page_size)
    OPERATIONS[operation](benchmark, pool, batch * page_size)
    assert pool.available_size() == TOKENS


@pytest.mark.parametrize("count", BATCHES)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_window(
    benchmark: BenchmarkFixture, side: Side, operation: str, count: int
) -> None:
    pool = side.window(1)
    OPERATIONS[operation](benchmark, pool, count)
    assert pool.available_size() == TOKENS


@pytest.mark.parametrize("count", [1, 32])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_mamba(
    benchmark: BenchmarkFixture, side: Side, operation: str, count: int
) -> None:
    pool = side.mamba()
    before = pool.available_size()
    OPERATIONS[operation](benchmark, pool, count)
    assert pool.available_size() == before


@pytest.mark.parametrize("strategy", ["token", "paged"])
def test_clear(benchmark: BenchmarkFixture, side: Side, strategy: str) -> None:
    pool = side.token() if strategy == "token" else side.paged(16)
    benchmark(pool.clear)
    assert pool.available_size() == TOKENS


def extension(device: str, page_size: int, batch: int) -> tuple[Any, ...]:
    """The arguments of an extend by requests that have no page begun."""
    made = torch.Generator().manual_seed(batch)
    before = torch.randint(0, 4, (batch,), generator=made) * page_size
    after = before + torch.randint(1, GAIN + 1, (batch,), generator=made)
    last = torch.full((batch,), page_size - 1, device=device)
    total = int((after - before).sum())
    return before.to(device), before, after.to(device), after, last, total


def decoding(device: str, page_size: int, batch: int) -> tuple[Any, ...]:
    """The arguments of a decode in which one request in `page_size` opens a page."""
    made = torch.Generator().manual_seed(batch)
    lens = torch.randint(1, 8 * page_size, (batch,), generator=made) + page_size
    lens[0] = 1 + page_size
    last = ((lens - 2) % page_size + page_size * 7).to(device)
    return lens.to(device), lens, last


def place_alone(
    benchmark: BenchmarkFixture, pool: Any, name: str, arguments: tuple[Any, ...]
) -> None:
    """Time an extend or a decode; `clear` is what makes all room free again."""
    benchmark.pedantic(getattr(pool, name), args=arguments, setup=pool.clear)


PLACEMENTS: dict[str, Callable[[str, int, int], tuple[Any, ...]]] = {
    "alloc_extend": extension,
    "alloc_decode": decoding,
}


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("page_size", PAGE_SIZES)
@pytest.mark.parametrize("name", PLACEMENTS)
@pytest.mark.parametrize("strategy", ["paged", "window"])
def test_placement(
    benchmark: BenchmarkFixture,
    side: Side,
    strategy: str,
    name: str,
    page_size: int,
    batch: int,
) -> None:
    if strategy == "window" and page_size == 1:
        pytest.skip("a window of pages of one token has `alloc` alone")
    side.needs_kernels()
    pool = side.paged(page_size) if strategy == "paged" else side.window(page_size)
    arguments = PLACEMENTS[name](side.device, page_size, batch)
    place_alone(benchmark, pool, name, arguments)


def trace(pool: Any, page_size: int) -> None:
    """A serving mix: requests come, grow and go, and at the end all is free again."""
    chance = random.Random(1)
    running: list[list[Any]] = []
    for _ in range(TRACE_STEPS):
        if len(running) < 16 and chance.random() < 0.6:
            running.append([pool.alloc(chance.randint(1, 8) * page_size)])
        for request in chance.sample(running, len(running) // 3):
            request.append(pool.alloc(page_size))
        if running and chance.random() < 0.4:
            for slots in running.pop(chance.randrange(len(running))):
                pool.free(slots)
    for request in running:
        for slots in request:
            pool.free(slots)


@pytest.mark.parametrize("page_size", PAGE_SIZES)
@pytest.mark.parametrize("strategy", ["paged", "window"])
def test_trace(
    benchmark: BenchmarkFixture, side: Side, strategy: str, page_size: int
) -> None:
    if strategy == "window" and page_size != 1:
        pytest.skip("a window of larger pages has extend and decode alone")
    pool = side.paged(page_size) if strategy == "paged" else side.window(1)
    benchmark(trace, pool, page_size)
    assert pool.available_size() == TOKENS
