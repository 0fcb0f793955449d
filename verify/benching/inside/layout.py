"""Give each child a memory layout of its own.

Forked children share their parent's, and with it a bias of one or two percent that no
number of them removes: the same instructions, counted, differ between two parents of
the same code, and not at all between the children of one. So every child allocates
and frees at random before it begins. After C. Curtsinger and E. D. Berger,
"Stabilizer: statistically sound performance evaluation", ASPLOS 2013.
"""

from __future__ import annotations

import random

_LARGEST_SMALL = 512  # bytes; what is larger is not in Python's own pools
_POOL = 16_384  # bytes at least, of objects of one size
_STEP = 16
_LARGE_PIECES = 64
_LARGEST = 65_536


def shaken(seed: int) -> list[object]:
    """What must be kept, so that the layout stays as it was shaken."""
    chance = random.Random(seed)
    kept: list[object] = []
    for size in range(_STEP, _LARGEST_SMALL + 1, _STEP):
        made = [_small(size, n) for n in range(chance.randrange(1, 2 * _POOL // size))]
        share = chance.random()
        kept += [each for each in made if chance.random() < share]
    large = [bytearray(chance.randrange(_LARGEST)) for _ in range(_LARGE_PIECES)]
    kept += [each for each in large if chance.random() < 0.5]
    kept += [float(n) for n in range(chance.randrange(1, 1000))]
    kept += [(1 << 40) + n for n in range(chance.randrange(1, 1000))]
    return kept


def _small(size: int, number: int) -> object:
    """An object of about so many bytes, alone in memory."""
    overhead = 33  # of bytes
    if size <= overhead:
        return float(number)
    return number.to_bytes(size - overhead, "little") if size > overhead + 8 else -1.5
