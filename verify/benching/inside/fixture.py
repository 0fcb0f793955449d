"""pytest-benchmark's fixture, with the block runner in place of its own timing.

The hook for inputs: a benchmark may set `benchmark.inputs` to a list of tuples of
positional arguments before it calls `benchmark(f)`. They are taken in turn, so that
no call finds its input in a cache: on a GPU, make them larger than the L2 together.
pytest-benchmark itself ignores the attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture, FixtureAlreadyUsed

from .blocks import Work


class BlockFixture(BenchmarkFixture):
    """An object of pytest-benchmark's class becomes one of this, by `take_over`."""

    run_blocks: Callable[[Work], Any]

    def __call__(self, function_to_benchmark: Any, *args: Any, **kwargs: Any) -> Any:
        return self._run(Work(function_to_benchmark, args, kwargs))

    def pedantic(
        self,
        target: Any,
        args: Any = (),
        kwargs: Any = None,
        setup: Any = None,
        teardown: Any = None,
        rounds: int = 1,
        warmup_rounds: int = 0,
        iterations: int = 1,
    ) -> Any:
        """As pytest-benchmark's, but that the rounds are the experiment's."""
        return self._run(Work(target, tuple(args), kwargs or {}, setup, teardown))

    def _run(self, work: Work) -> Any:
        if self._mode:
            self.has_error = True
            raise FixtureAlreadyUsed("`benchmark` can be used once in a test")
        self._mode = "rehome bench"
        work.inputs = getattr(self, "inputs", ())
        try:
            return self.run_blocks(work)
        except Exception:
            self.has_error = True
            raise


def take_over(fixture: Any, run_blocks: Callable[[Work], Any]) -> Any:
    """Let the fixture of a test hand its callable to `run_blocks`."""
    fixture.__class__ = BlockFixture
    fixture.run_blocks = run_blocks
    return fixture
