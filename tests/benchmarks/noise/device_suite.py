"""Three benchmarks on a GPU, run by `scripts/gpu-noise` with something planted."""

from __future__ import annotations

import device_workload as workload  # type: ignore[import-not-found]
import torch
from pytest_benchmark.fixture import BenchmarkFixture


def test_large(benchmark: BenchmarkFixture) -> None:
    benchmark.inputs = workload.large_inputs()  # type: ignore[attr-defined]
    benchmark(workload.large)


def test_small(benchmark: BenchmarkFixture) -> None:
    benchmark(workload.small, torch.zeros(1024, device="cuda"))


def test_listing(benchmark: BenchmarkFixture) -> None:
    free = torch.arange(workload.LISTED, device="cuda")
    benchmark(workload.listing, free, free[:1024].flip(0))
