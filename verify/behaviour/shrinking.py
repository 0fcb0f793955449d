"""The fewest operations that still show a difference.

Zeller and Hildebrandt's minimising delta debugging (Simplifying and Isolating
Failure-Inducing Input, IEEE TSE 28(2), 2002), then smaller numbers in what is left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

Operation = Any  # what JSON can hold
# Whether operations still show a difference; and if so, up to which they are needed.
Test = Callable[[list[Operation]], int | None]


def shrink(
    operations: list[Operation], test: Test, *, seconds: float
) -> list[Operation]:
    """A part of `operations`, with smaller numbers, for which `test` still tells.

    `test` gives the index of the operation that shows it, or None; it is not asked
    again after `seconds`. The same input gives the same result, time permitting.
    """
    search = _Search(test, time.monotonic() + seconds)
    best = search.minimise(operations)
    return search.simplify(best)


class _Search:
    def __init__(self, test: Test, deadline: float) -> None:
        self._test = test
        self._deadline = deadline

    def _shows(self, operations: list[Operation]) -> list[Operation] | None:
        """The operations up to the one that shows the difference, if one does."""
        if not operations or time.monotonic() > self._deadline:
            return None
        last = self._test(operations)
        return None if last is None else operations[: last + 1]

    def minimise(self, best: list[Operation]) -> list[Operation]:
        pieces = 2
        while len(best) >= 2:
            smaller = self._without_a_piece(best, pieces)
            if smaller is not None:
                best, pieces = smaller, max(pieces - 1, 2)
            elif pieces >= len(best):
                break
            else:
                pieces = min(2 * pieces, len(best))
        return best

    def _without_a_piece(
        self, operations: list[Operation], pieces: int
    ) -> list[Operation] | None:
        size = -(-len(operations) // pieces)
        for start in range(0, len(operations), size):
            rest = operations[:start] + operations[start + size :]
            shown = self._shows(rest)
            if shown is not None:
                return shown
        return None

    def simplify(self, best: list[Operation]) -> list[Operation]:
        """Put smaller numbers in, one at a time, as long as that helps."""
        helped = True
        while helped:
            helped = False
            for place in range(len(best)):
                for simpler in _simpler(best[place]) if place < len(best) else ():
                    tried = [*best[:place], simpler, *best[place + 1 :]]
                    shown = self._shows(tried)
                    if shown is not None:
                        best, helped = shown, True
                        break
        return best


def _simpler(operation: Operation, *, is_part: bool = False) -> Iterator[Operation]:
    """The same with one number smaller, the boldest first."""
    if isinstance(operation, bool):
        return
    if isinstance(operation, int) and operation > 0:
        yield from dict.fromkeys((0, operation // 2, operation - 1))
    elif isinstance(operation, list):
        if is_part:  # the operation itself keeps its form
            yield from (operation[:length] for length in _shorter(len(operation)))
        for place, part in enumerate(operation):
            for simpler in _simpler(part, is_part=True):
                yield [*operation[:place], simpler, *operation[place + 1 :]]
    elif isinstance(operation, dict):
        for key, part in operation.items():
            for simpler in _simpler(part, is_part=True):
                yield {**operation, key: simpler}


def _shorter(length: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys((0, length // 2, length - 1))) if length else ()
