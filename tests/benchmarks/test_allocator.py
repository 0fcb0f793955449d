"""Our allocators beside SGLang's real ones on the CPU, without kernels.

What SGLang runs there by Triton's interpreter (extend and decode) is not timed: it
takes milliseconds. The GPU has a script of its own, `scripts/gpu`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

torch = pytest.importorskip("torch")

import allocator  # noqa: E402

sys.path.append(str(Path(__file__).parents[1] / "allocator" / "upstream"))

import real  # type: ignore[import-not-found]  # noqa: E402

REST = (torch.bfloat16, "cpu")


@pytest.fixture(scope="module")
def theirs(after_split: Path) -> Any:
    return real.load(after_split)


@pytest.fixture(params=["SGLang", "rehome"])
def side(request: pytest.FixtureRequest, theirs: Any) -> Callable[[str], Any]:
    """The class of a name, SGLang's or ours."""
    if request.param == "SGLang":
        return lambda name: theirs[name]
    return lambda name: getattr(allocator, name)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of torch would be what is timed on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def alloc_and_free(pool: Any, size: int) -> None:
    pool.free(pool.alloc(size))


@pytest.mark.parametrize("size", [1_024, 65_536, 1_048_576])
@pytest.mark.parametrize("count", [1, 256])
@pytest.mark.benchmark(warmup=True)
def test_token(
    benchmark: BenchmarkFixture, side: Callable[[str], Any], size: int, count: int
) -> None:
    benchmark.group = f"token, {count} of {size:,}"
    pool = side("TokenToKVPoolAllocator")(size, *REST, None, False)
    benchmark(alloc_and_free, pool, count)
    assert pool.available_size() == size


@pytest.mark.parametrize("page_size", [16, 64])
@pytest.mark.parametrize("pages", [1, 16])
@pytest.mark.benchmark(warmup=True)
def test_paged(
    benchmark: BenchmarkFixture, side: Callable[[str], Any], page_size: int, pages: int
) -> None:
    benchmark.group = f"paged, {pages} pages of {page_size}"
    pool = side("PagedTokenToKVPoolAllocator")(65_536, page_size, *REST, None, False)
    benchmark(alloc_and_free, pool, pages * page_size)
    assert pool.available_size() == 65_536


@pytest.mark.parametrize("size", [1_024, 65_536])
@pytest.mark.benchmark(warmup=True)
def test_window(
    benchmark: BenchmarkFixture, side: Callable[[str], Any], size: int
) -> None:
    benchmark.group = f"window, 16 of {size:,}"
    pool = side("SWATokenToKVPoolAllocator")(
        size, size, 1, *REST, real.WindowPool(), False
    )
    benchmark(alloc_and_free, pool, 16)
    assert pool.available_size() == size


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.benchmark(warmup=True)
def test_mamba(
    benchmark: BenchmarkFixture, side: Callable[[str], Any], count: int
) -> None:
    benchmark.group = f"mamba, {count} of 1,024"
    pool = side("MambaSlotAllocator")(1_024, "cpu")
    benchmark(alloc_and_free, pool, count)
    assert pool.available_size() == 1_024


@pytest.mark.benchmark(warmup=True)
def test_clear(benchmark: BenchmarkFixture, side: Callable[[str], Any]) -> None:
    benchmark.group = "token, clear of 65,536"
    pool = side("TokenToKVPoolAllocator")(65_536, *REST, None, False)
    benchmark(pool.clear)
