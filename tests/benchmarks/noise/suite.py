"""A suite of eight benchmarks, run by `scripts/noise` on sides with something planted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import workload  # type: ignore[import-not-found]
from pytest_benchmark.fixture import BenchmarkFixture

torch.set_num_threads(1)


@pytest.mark.parametrize("piece", workload.PIECES, ids=lambda piece: piece.__name__)
def test_piece(benchmark: BenchmarkFixture, piece: Callable[[], None]) -> None:
    benchmark(piece)
