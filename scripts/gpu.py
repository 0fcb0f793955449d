"""Our allocators beside SGLang's real ones on one GPU: see `scripts/gpu`.

Both sides live in one process, take the same arguments, and every result of every
round is compared. A round times one call of each side, in random order, from a
quiet GPU: host time until the call returns. Kernels are timed on the GPU, by
events, behind a delay that lets the host run ahead.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from operator import methodcaller
from pathlib import Path
from subprocess import CalledProcessError, run
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "allocator" / "upstream")]

import real  # type: ignore[import-not-found]  # noqa: E402
import torch  # noqa: E402

import allocator  # noqa: E402
from verify.releases import BEFORE_SPLIT, ReleaseError, fetch, unpack  # noqa: E402

RESULTS = ROOT / "tests" / "benchmarks" / "results"
TOKENS = 1 << 20
PAGE_SIZES = (16, 64)
BATCHES = (1, 8, 64, 256, 1024)
ROUNDS = 200
WARM_UP = 20
LONG = 131_072
DEVICE = "cuda"


@dataclass(frozen=True)
class Row:
    """One line of the table; times in microseconds, both sides at p20, p50, p80."""

    call: str
    page_size: int
    batch: int
    theirs: tuple[float, float, float]
    ours: tuple[float, float, float]

    @property
    def times(self) -> float:
        return self.theirs[1] / self.ours[1]


def main(arguments: list[str]) -> int:
    if not torch.cuda.is_available():
        say("no GPU that torch can use: nothing was measured")
        return 2
    try:
        with release(arguments) as folder:
            measure(real.load(folder))
    except ReleaseError as error:
        say(f"{error}\nor name a folder that holds the unpacked release")
        return 2
    return 0


def measure(classes: dict[str, Any]) -> None:
    """Measure all rows, and write and print them."""
    rows = [row for size in PAGE_SIZES for row in paged_rows(classes, size)]
    rows += list(token_rows(classes))
    rows += [row for size in (1, *PAGE_SIZES) for row in window_rows(classes, size)]
    facts = machine()
    RESULTS.mkdir(parents=True, exist_ok=True)
    figures = {"schema_version": 1, "machine": facts, "rows": [asdict(r) for r in rows]}
    (RESULTS / "gpu.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    table = "\n".join(markdown(facts, rows)) + "\n"
    (RESULTS / "gpu.md").write_text(table, "utf-8")
    say(table)


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def release(arguments: list[str]) -> Iterator[Path]:
    """Give the folder of the unpacked release: the one named, or one fetched."""
    if arguments:
        yield Path(arguments[0])
        return
    with TemporaryDirectory(prefix="rehome-") as folder:
        unpack(fetch(BEFORE_SPLIT), Path(folder), suffixes=(".py",))
        yield Path(folder)


# The rows.


def paged_rows(classes: dict[str, Any], page_size: int) -> Iterator[Row]:
    rest = (TOKENS, page_size, torch.bfloat16, DEVICE, None, False)
    pair = [
        classes["PagedTokenToKVPoolAllocator"](*rest),
        allocator.PagedTokenToKVPoolAllocator(*rest),
    ]
    for batch in BATCHES:
        yield from allocs(pair, page_size, batch)
    for batch in BATCHES:
        yield extends("alloc_extend", pair, page_size, batch, gain=128)
    for batch in BATCHES:
        yield decodes("alloc_decode", pair, page_size, batch)
    yield long_extend(pair, page_size)


def token_rows(classes: dict[str, Any]) -> Iterator[Row]:
    rest = (TOKENS, torch.bfloat16, DEVICE, None, False)
    pair = [
        classes["TokenToKVPoolAllocator"](*rest),
        allocator.TokenToKVPoolAllocator(*rest),
    ]
    for batch in (1, 1024):
        yield from allocs(pair, 1, batch, name="token ")


def window_rows(classes: dict[str, Any], page_size: int) -> Iterator[Row]:
    sides = (
        classes["SWATokenToKVPoolAllocator"],
        allocator.SWATokenToKVPoolAllocator,
    )
    pair = [
        side(
            *(TOKENS, TOKENS // 4, page_size, torch.bfloat16, DEVICE),
            *(real.WindowPool(), False),
        )
        for side in sides
    ]
    for batch in (1, 64):
        if page_size == 1:
            yield from allocs(pair, 1, batch, name="window ")
        else:
            yield extends("window alloc_extend", pair, page_size, batch, gain=128)
            yield decodes("window alloc_decode", pair, page_size, batch)


def allocs(
    pair: list[Any], page_size: int, batch: int, name: str = ""
) -> Iterator[Row]:
    """`alloc` of a page a request, and `free` of what it returned.

    Then the same with the wait for the GPU: `free` and the size that it leaves.
    """
    size = batch * page_size
    take = methodcaller("alloc", size)
    taken, freed, settled, cycle = Times(), Times(), Times(), Times()
    for _ in rounds():
        slots = taken.round(pair, take)[0]
        freed.round(pair, methodcaller("free", slots), compare=False)
        compare_books(pair)
        slots, _ = (take(side) for side in pair)
        settled.round(pair, partial(free_and_count, slots=slots))
        slots, _ = (take(side) for side in pair)
        slots = cycle.round(pair, partial(free_and_take, slots=slots, size=size))[0]
        for side in pair:
            side.free(slots)
        compare_books(pair)
    yield taken.row(f"{name}alloc", page_size, batch)
    yield freed.row(f"{name}free", page_size, batch)
    yield settled.row(f"{name}free, available_size", page_size, batch)
    yield cycle.row(f"{name}free, alloc", page_size, batch)


def free_and_count(side: Any, slots: torch.Tensor) -> int:
    side.free(slots)
    return int(side.available_size())


def free_and_take(side: Any, slots: torch.Tensor, size: int) -> Any:
    side.free(slots)
    return side.alloc(size)


def extends(name: str, pair: list[Any], page_size: int, batch: int, gain: int) -> Row:
    """`alloc_extend` of requests that have some tokens and gain about `gain`."""
    times = Times()
    for _ in rounds():
        before = torch.randint(0, 64, (batch,)) * page_size
        after = before + torch.randint(1, 2 * gain, (batch,))
        total = int((after - before).sum())
        # No request has a page that is begun: all of what it gains can be freed.
        lengths = (before.to(DEVICE), before, after.to(DEVICE), after)
        last = torch.full((batch,), page_size - 1, device=DEVICE)
        slots = times.round(pair, methodcaller("alloc_extend", *lengths, last, total))
        for side in pair:
            side.free(slots[0])
        compare_books(pair)
    return times.row(name, page_size, batch)


def decodes(name: str, pair: list[Any], page_size: int, batch: int) -> Row:
    """`alloc_decode` of requests of all lengths: one in `page_size` opens a page."""
    times = Times()
    for _ in rounds():
        lens = torch.randint(1, 8192, (batch,))
        lens[0] = 1 + page_size  # at least one opens a page
        last = ((lens - 2) % page_size + page_size * 7).to(DEVICE)
        there = lens.to(DEVICE)
        slots = times.round(pair, methodcaller("alloc_decode", there, lens, last))
        opened = slots[0][(there % page_size) == 1]
        for side in pair:
            side.free(opened)
        compare_books(pair)
    return times.row(name, page_size, batch)


def long_extend(pair: list[Any], page_size: int) -> Row:
    """The kernel of one request that gains 131,072 tokens, on the GPU alone."""
    before = torch.zeros(1, dtype=torch.int64)
    after = before + LONG
    last = torch.full((1,), -1, device=DEVICE)
    arguments = (before.to(DEVICE), before, after.to(DEVICE), after, last, LONG)
    times = Times()
    for _ in rounds():
        slots = times.gpu_round(pair, methodcaller("alloc_extend", *arguments))
        for side in pair:
            side.free(slots[0])
    return times.row(f"alloc_extend of {LONG:,} tokens, on the GPU", page_size, 1)


# Timing.


def rounds() -> range:
    return range(ROUNDS + WARM_UP)


class Times:
    """The times of both sides over all rounds, in microseconds."""

    def __init__(self) -> None:
        self.theirs_and_ours: tuple[list[float], list[float]] = ([], [])

    def round(
        self, pair: list[Any], call: Callable[[Any], Any], *, compare: bool = True
    ) -> list[Any]:
        """Time one call of each side on the host, in random order."""
        results: list[Any] = [None, None]
        for which in random.sample((0, 1), 2):
            torch.cuda.synchronize()
            start = time.perf_counter_ns()
            results[which] = call(pair[which])
            took = time.perf_counter_ns() - start
            self.theirs_and_ours[which].append(took / 1000)
        if compare:
            compare_results(*results)
        return results

    def gpu_round(self, pair: list[Any], call: Callable[[Any], Any]) -> list[Any]:
        """Time one call of each side on the GPU, in random order."""
        results: list[Any] = [None, None]
        for which in random.sample((0, 1), 2):
            torch.cuda.synchronize()
            begin, end = (
                torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
                for _ in range(2)
            )
            # About a millisecond, in which the host runs ahead.
            torch.cuda._sleep(2_000_000)  # type: ignore[no-untyped-call]
            begin.record()
            results[which] = call(pair[which])
            end.record()
            torch.cuda.synchronize()
            self.theirs_and_ours[which].append(begin.elapsed_time(end) * 1000)
        compare_results(*results)
        return results

    def row(self, call: str, page_size: int, batch: int) -> Row:
        theirs, ours = (percentiles(side[WARM_UP:]) for side in self.theirs_and_ours)
        return Row(call, page_size, batch, theirs, ours)


def percentiles(times: list[float]) -> tuple[float, float, float]:
    fifths = statistics.quantiles(times, n=10)
    return round(fifths[1], 2), round(fifths[4], 2), round(fifths[7], 2)


def compare_results(theirs: Any, ours: Any) -> None:
    if isinstance(theirs, torch.Tensor):
        alike = theirs.dtype == ours.dtype and torch.equal(theirs, ours)
    else:
        alike = theirs == ours
    if not alike:
        raise SystemExit(f"the results differ: {theirs} and {ours}")


def compare_books(pair: list[Any]) -> None:
    sizes = [side.available_size() for side in pair]
    if sizes[0] != sizes[1]:
        raise SystemExit(f"the sizes differ: {sizes}")


# The table.


def machine() -> dict[str, str]:
    import triton

    return {
        "device": torch.cuda.get_device_name(),
        "driver": driver_version(),
        "cuda": str(torch.version.cuda),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "triton": triton.__version__,
        "pool": f"{TOKENS:,} tokens",
        "rounds": str(ROUNDS),
        "one launch by PyTorch": f"{bare_launch():.1f} µs",
    }


def driver_version() -> str:
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return run(query, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, CalledProcessError):
        return "unknown"


def bare_launch() -> float:
    """The least that one operation costs: the host's median for one small kernel."""
    tensor = torch.ones(1, device=DEVICE)
    times = []
    for _ in range(2000):
        torch.cuda.synchronize()
        start = time.perf_counter_ns()
        tensor.neg_()
        times.append((time.perf_counter_ns() - start) / 1000)
    return statistics.median(times)


def markdown(facts: dict[str, str], rows: list[Row]) -> Iterator[str]:
    yield "; ".join(f"{name} {value}" for name, value in facts.items())
    yield ""
    yield "Microseconds, p20 / **p50** / p80; every result was compared."
    yield ""
    yield "| call | page | batch | SGLang 0.5.12.post1 | rehome | times |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for row in rows:
        sides = (
            " / ".join((f"{side[0]:.1f}", f"**{side[1]:.1f}**", f"{side[2]:.1f}"))
            for side in (row.theirs, row.ours)
        )
        cells = (row.call, str(row.page_size), str(row.batch), *sides)
        yield f"| {' | '.join(cells)} | {row.times:.2f} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
