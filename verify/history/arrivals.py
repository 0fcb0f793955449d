"""Code that left one place and stands in another, line by line.

A run of added lines that equals a run of removed ones, but for its indentation, has
arrived. As for git's own copy detection, a run counts from 40 letters and digits on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

ENOUGH = 40  # letters and digits, git's own measure for -C
_FEW = 2  # so many a line must have to begin a run
_CANDIDATES = 64  # a line that stands in more places says nothing


@dataclass(frozen=True, slots=True)
class Origin:
    """The removed line that an added one equals; `exact` with its indentation."""

    path: str
    line: int
    exact: bool


@dataclass(frozen=True, slots=True)
class _Run:
    start: int
    origins: tuple[Origin, ...]
    weight: int


# The lines of files, without their line feeds, by path.
Texts = Mapping[str, Sequence[bytes]]
Numbers = Mapping[str, frozenset[int]]
_Index = dict[bytes, list[tuple[str, int]]]


def arrivals(
    removed: Numbers, old: Texts, added: Numbers, new: Texts
) -> dict[str, dict[int, Origin]]:
    """Where added lines came from, by path and line number.

    `removed` and `added` are the line numbers to look at, from 1. Every run of
    lines that is long enough is found; a removed line may serve several of them.
    """
    index = _indexed(removed, old)
    return {
        path: found
        for path, numbers in added.items()
        if path in new
        and (found := _of_file(sorted(numbers), new[path], index, removed, old))
    }


def _indexed(removed: Numbers, old: Texts) -> _Index:
    index: _Index = {}
    for path, numbers in removed.items():
        lines = old.get(path, ())
        for number in sorted(number for number in numbers if number <= len(lines)):
            text = lines[number - 1].strip()
            if _weight(text) >= _FEW:
                index.setdefault(text, []).append((path, number))
    return index


def _of_file(
    numbers: list[int],
    lines: Sequence[bytes],
    index: _Index,
    removed: Numbers,
    old: Texts,
) -> dict[int, Origin]:
    found: dict[int, Origin] = {}
    wanted = frozenset(numbers)
    after = 0
    for number in numbers:
        if number < after or number > len(lines):
            continue
        places = index.get(lines[number - 1].strip(), ())
        if not 0 < len(places) <= _CANDIDATES:
            continue
        run = max(
            (_run(number, lines, wanted, place, removed, old) for place in places),
            key=lambda run: (run.weight, sum(o.exact for o in run.origins)),
        )
        if run.weight >= ENOUGH:
            found |= dict(enumerate(run.origins, run.start))
            after = number + len(run.origins)
    return found


def _run(
    number: int,
    lines: Sequence[bytes],
    wanted: frozenset[int],
    place: tuple[str, int],
    removed: Numbers,
    old: Texts,
) -> _Run:
    """The longest run of added lines from `number` on that equals one of removed
    lines from `place` on.
    """
    path, source = place
    origins: list[Origin] = []
    weight = 0
    gone, before = removed[path], old[path]
    shift = source - number
    for at in range(number, len(lines) + 1):
        there = at + shift
        if at not in wanted or there not in gone or there > len(before):
            break
        mine, its = lines[at - 1], before[there - 1]
        text = mine.strip()
        if text != its.strip():
            break
        weight += _weight(text)
        origins.append(Origin(path, there, mine == its or not text))
    return _Run(number, tuple(origins), weight)


def _weight(text: bytes) -> int:
    """How many letters and digits a line has; bytes that are no ASCII count."""
    return sum(byte > 0x7F or chr(byte).isalnum() for byte in text)


def lines_of(content: bytes) -> list[bytes]:
    """The lines as git counts them: only a line feed ends one."""
    lines = content.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def numbers_of(found: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of consecutive numbers."""
    run: list[int] = []
    for number in sorted(found):
        if run and number != run[-1] + 1:
            yield run[0], run[-1]
            run = []
        run = [run[0] if run else number, number]
    if run:
        yield run[0], run[-1]
