"""The residual as hunks: lines to read, those of counterparts side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verify.movement.comparing import Comparison
from verify.movement.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines to read; a side that has none has no path."""

    old_path: str
    old_lines: tuple[int, ...]
    new_path: str
    new_lines: tuple[int, ...]


def hunks(
    comparisons: Iterable[Comparison], books: tuple[Ledger, Ledger]
) -> tuple[Hunk, ...]:
    """Every line that is still open, once, in the order of the paths at head."""
    left = [{path: set(lines) for path, lines in book.open.items()} for book in books]
    found = []
    for made in comparisons:
        for gap in made.gaps:
            old, new = (
                [n for atom in atoms for n in atom.lines if n in open_[atom.path]]
                for atoms, open_ in ((gap.old, left[0]), (gap.new, left[1]))
            )
            paths = made.old.path, made.new.path
            # The lines of inner definitions are theirs.
            old = _own(old, [a.lines for a in gap.old if a.inner])
            new = _own(new, [a.lines for a in gap.new if a.inner])
            if old or new:
                left[0][paths[0]] -= set(old)
                left[1][paths[1]] -= set(new)
                found.append(_hunk(paths, old, new))
    for side, (old_side, new_side) in enumerate(((True, False), (False, True))):
        for path, lines in left[side].items():
            for group in _neighbours(sorted(lines)):
                found.append(
                    _hunk(
                        (path, path),
                        group if old_side else [],
                        group if new_side else [],
                    )
                )
    return tuple(sorted(found, key=_place))


def _own(lines: list[int], others: list[range]) -> list[int]:
    return [n for n in lines if not any(n in other for other in others)]


def _hunk(paths: tuple[str, str], old: list[int], new: list[int]) -> Hunk:
    return Hunk(
        paths[0] if old else "", tuple(old), paths[1] if new else "", tuple(new)
    )


def _place(hunk: Hunk) -> tuple[str, int, tuple[int, ...]]:
    if hunk.new_path:
        return hunk.new_path, hunk.new_lines[0], hunk.old_lines
    return hunk.old_path, hunk.old_lines[0], hunk.old_lines


def _neighbours(lines: list[int]) -> Iterator[list[int]]:
    group: list[int] = []
    for line in lines:
        if group and line != group[-1] + 1:
            yield group
            group = []
        group.append(line)
    if group:
        yield group
