"""From which file to which the lines went, in numbers.

Each line of the head is counted once: where the innermost piece of moved code that it
is part of came from, as added where it is part of the residual, and else as one that
stayed in its file or, in a file that is new, as one that the moves explain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from verify.movement.answer import Match, Movement
from verify.movement.definitions import FILE
from verify.movement.sources import Sources
from verify.movement.verdicts import Likeness

STAYED, ADDED, REMOVED, EXPLAINED = "stayed", "added", "removed", "explained"


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """So many lines that came from one file to another.

    `source` is empty for lines that no file had, `target` for lines that no file has
    any more. `how` is a likeness, or one of the words above.
    """

    source: str
    target: str
    how: str
    lines: int


def flows_of(movement: Movement, base: Sources, head: Sources) -> tuple[Flow, ...]:
    """The flows between files that code moved between, by path."""
    moved = [
        each
        for each in (*movement.matches, *movement.blocks)
        if each.old.path != each.new.path
    ]
    came: dict[str, dict[int, tuple[str, str]]] = {}
    left: dict[str, set[int]] = {}
    for match in sorted(moved, key=_length, reverse=True):  # inner ones win
        lines = came.setdefault(match.new.path, {})
        extent = range(match.new.first, match.new.last + 1)
        lines |= dict.fromkeys(extent, (match.old.path, match.verdict.value))
        out = left.setdefault(match.old.path, set())
        out |= {*range(match.old.first, match.old.last + 1)}
    count: Counter[tuple[str, str, str]] = Counter()
    for each in movement.renamed:
        how = Likeness.VERBATIM if each.is_same else Likeness.EDITED
        added = movement.added.get(each.new, frozenset())
        kept = _number(head, each.new) - len(added)
        count[each.old, each.new, how.value] += kept
        count["", each.new, ADDED] += len(added)
        count[each.old, "", REMOVED] += len(movement.removed.get(each.old, ()))
    for path in {*came, *left}:
        _count_head(count, path, came.get(path, {}), movement.added, (base, head))
        _count_base(count, path, left.get(path, set()), movement.removed, (base, head))
    return tuple(sorted(Flow(*key, lines) for key, lines in count.items() if lines))


def _length(match: Match) -> tuple[bool, int]:
    return match.new.kind == FILE, match.new.last - match.new.first


def _count_head(
    count: Counter[tuple[str, str, str]],
    path: str,
    came: Mapping[int, tuple[str, str]],
    added: Mapping[str, frozenset[int]],
    sides: tuple[Sources, Sources],
) -> None:
    base, head = sides
    new = added.get(path, frozenset())
    rest = (path, path, STAYED) if path in base.paths() else ("", path, EXPLAINED)
    for line in range(1, _number(head, path) + 1):
        if line in new:
            count["", path, ADDED] += 1
        elif line in came:
            source, how = came[line]
            count[source, path, how] += 1
        else:
            count[rest] += 1


def _count_base(
    count: Counter[tuple[str, str, str]],
    path: str,
    left: set[int],
    removed: Mapping[str, frozenset[int]],
    sides: tuple[Sources, Sources],
) -> None:
    base, head = sides
    gone = removed.get(path, frozenset())
    count[path, "", REMOVED] += len(gone)
    if path not in head.paths():  # what else stood in a file that went away
        rest = _number(base, path) - len(gone | left)
        count[path, "", EXPLAINED] += max(rest, 0)


def _number(side: Sources, path: str) -> int:
    content = side.read(path)
    if not content:
        return 0
    return content.count(b"\n") + (not content.endswith(b"\n"))
