"""The folds of many migrations: which function each is of, and its new name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.folding.pattern import Pattern, parse_pattern
from codemods.name import Name
from codemods.schema import Fold, Move

if TYPE_CHECKING:
    from codemods.migration import Migration

Follow = Callable[[Name], "Name | None"]
Former = Callable[[Name], Iterable[Name]]


@dataclass(frozen=True, slots=True)
class Folded:
    """An expression that has a name now.

    `functions` are the names that the function in `pattern` has had, `new` the name
    of the expression; `place` is where the migration says so.
    """

    pattern: str
    functions: tuple[Name, ...]
    new: Name
    migration: str = ""
    place: str = ""

    @property
    def parsed(self) -> Pattern:
        return parse_pattern(self.pattern)


class FoldsClash(Exception):
    """Two folds that cannot both hold; `place` is where the later one stands."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(message)
        self.place = place


def functions_of(
    pattern: Pattern, fold: Fold, moves: Sequence[Move]
) -> Iterator[tuple[Name, ...]]:
    """The names of the function that a pattern calls, for each thing it may mean.

    A dotted path means itself. A bare name is that of a move of the same migration,
    by its old or its new name; without one it is beside the fold's new name.
    """
    if pattern.is_dotted:
        module, _, symbol = pattern.function.rpartition(".")
        name = Name(module, symbol)
        moved = [m for m in moves if name.dotted in (m.old.dotted, m.new.dotted)]
    else:
        name = Name(fold.new.module, pattern.function)
        moved = [m for m in moves if pattern.function in (m.old.symbol, m.new.symbol)]
    for move in moved:
        yield move.old, move.new
    if not moved:
        yield (name,)


def compose_folds(
    migrations: Iterable[Migration], follow: Follow, former: Former
) -> tuple[Folded, ...]:
    """The folds of all migrations, with the names that they have in the end.

    `follow` tells where a name lives now, None for one that is gone: a fold to such
    a name is left out. `former` tells what a name was called before. Raises
    `FoldsClash`.
    """
    found: list[Folded] = []
    for migration in migrations:
        for index, fold in enumerate(migration.folds):
            place = migration.place_of("fold", index)
            (names,) = set(
                functions_of(parse_pattern(fold.pattern), fold, migration.moves)
            )
            new = follow(fold.new)
            if new is None:
                continue
            known = {*names, *filter(None, map(follow, names))}
            known |= {before for name in known for before in former(name)}
            each = Folded(fold.pattern, tuple(sorted(known)), new, migration.id, place)
            _check(each, found)
            found.append(each)
    return tuple(found)


def _check(fold: Folded, others: Iterable[Folded]) -> None:
    """Refuse what would give two answers, or another one at a second run."""
    for other in (fold, *others):
        for one, two in ((fold, other), (other, fold)):
            if one.new in two.functions:
                raise FoldsClash(
                    f"{one.pattern} folds to {one.new}, which {two.pattern} folds at"
                    f" {two.place}; a second run would fold it again",
                    fold.place,
                )
        same = set(fold.functions) & set(other.functions)
        if same and fold.pattern == other.pattern and fold.new != other.new:
            raise FoldsClash(
                f"{fold.pattern} folds to {fold.new}, but to {other.new} at"
                f" {other.place}; keep one of them",
                fold.place,
            )
