"""The longest way to read two sequences as one: which items kept their place."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

_TABLE = 250_000  # cells of the exact method; beyond, difflib's

Pairs = list[tuple[int, int]]


def align(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    weights: Sequence[int] | None = None,
) -> Pairs:
    """Pairs of indices of equal items, rising on both sides: as many as there can
    be, or as heavy ones by the `weights` of the old items.

    Items that are unique on both sides decide first, as in a patience diff, so
    that what is common everywhere does not tear apart what belongs together.
    """
    heavy = [1] * len(old) if weights is None else weights
    found: Pairs = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        anchors = _anchors(old, new, (a, b, c, d), heavy)
        if not anchors:
            found += _gap(old[a:b], new[c:d], heavy[a:b], a, c)
            continue
        edges = [(a - 1, c - 1), *anchors, (b, d)]
        found += anchors
        todo += [(i + 1, k, j + 1, m) for (i, j), (k, m) in pairwise(edges)]
    return sorted(found)


def _anchors(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    part: tuple[int, int, int, int],
    heavy: Sequence[int],
) -> Pairs:
    a, b, c, d = part
    in_old, in_new = Counter(old[a:b]), Counter(new[c:d])
    unique = {key for key, n in in_old.items() if n == 1 and in_new.get(key) == 1}
    if not unique:
        return []
    places = {new[j]: j for j in range(c, d) if new[j] in unique}
    pairs = [(i, places[old[i]]) for i in range(a, b) if old[i] in unique]
    return rising(pairs, [heavy[i] for i, _ in pairs])


def rising(pairs: Pairs, weights: Sequence[int] | None = None) -> Pairs:
    """The longest rising part of pairs that already rise on the first side, or the
    heaviest one.
    """
    places = sorted({j for _, j in pairs})
    best: list[tuple[int, int]] = [(0, -1)] * (len(places) + 1)  # a tree of maxima
    before: list[int] = []
    last = (0, -1)
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(places, j)
        weight, follows = _most(best, at)
        before.append(follows)
        weight += 1 if weights is None else weights[index]
        _enter(best, at + 1, (weight, index))
        if weight >= last[0]:
            last = (weight, index)
    found: Pairs = []
    index = last[1]
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _most(best: list[tuple[int, int]], count: int) -> tuple[int, int]:
    """The heaviest of the first places."""
    found = (0, -1)
    while count:
        if best[count][0] > found[0]:
            found = best[count]
        count &= count - 1
    return found


def _enter(best: list[tuple[int, int]], place: int, value: tuple[int, int]) -> None:
    while place < len(best):
        if value[0] >= best[place][0]:
            best[place] = value
        place += place & -place


def _gap(
    old: Sequence[Hashable],
    new: Sequence[Hashable],
    heavy: Sequence[int],
    a: int,
    c: int,
) -> Pairs:
    if len(old) * len(new) > _TABLE:
        blocks = SequenceMatcher(None, old, new, False).get_matching_blocks()
        return [(a + i + k, c + j + k) for i, j, n in blocks for k in range(n)]
    length = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        row, below = length[i], length[i + 1]
        for j in range(len(new) - 1, -1, -1):
            if old[i] == new[j]:
                row[j] = max(below[j + 1] + heavy[i], below[j], row[j + 1])
            else:
                row[j] = max(below[j], row[j + 1])
    found: Pairs = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j] and length[i][j] == length[i + 1][j + 1] + heavy[i]:
            found.append((a + i, c + j))
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
