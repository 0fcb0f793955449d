"""Built-in migrations and inferred ones as one map of names. Pure.

What a person has written counts for more than what was inferred: where both speak of
a name, the built-in entry holds, and where they differ that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from codemods.migration import Gone, Migration, MigrationError, Move, Rehome
from codemods.namemap import Moved, NameMap


@dataclass(frozen=True, slots=True)
class Joined:
    """One map, and what became of the entries: `built_in` and `inferred` are those
    that count, `covered` were inferred and built in. `contradictions` are in words.
    """

    names: NameMap
    built_in: int = 0
    inferred: int = 0
    covered: int = 0
    contradictions: tuple[str, ...] = ()


def joined(built_in: Sequence[Migration], inferred: Iterable[Migration]) -> Joined:
    """Compose all of them. Raises `MigrationError` where the built-in ones clash."""
    written = NameMap.compose(built_in)
    told: list[str] = []
    kept: list[Migration] = []
    covered = 0
    for migration in inferred:
        judge = _Judge(written, {r.old: r for m in built_in for r in m.rehomes})
        left = _filtered(migration, judge)
        told += judge.contradictions
        covered += judge.covered
        kept.append(left)
    names, refused = _composed(built_in, kept)
    return Joined(
        names,
        sum(map(_count, built_in)),
        sum(map(_count, kept)) - len(refused),
        covered,
        (*told, *refused),
    )


class _Judge:
    """Tells whether an inferred entry counts, and remembers why it does not."""

    def __init__(self, written: NameMap, rehomed: dict[str, Rehome]) -> None:
        self._written = written
        self._rehomed = rehomed
        self.covered = 0
        self.contradictions: list[str] = []

    def move(self, move: Move) -> bool:
        return self._counts(move.old.dotted, move.new.dotted, str(move.new))

    def removal(self, gone: Gone) -> bool:
        return self._counts(gone.name.dotted, None, "gone")

    def rehoming(self, rehome: Rehome) -> bool:
        known = self._rehomed.get(rehome.old)
        if known is not None and known.new != rehome.new:
            self.contradictions.append(
                f"`.{rehome.old}` seems to be `.{rehome.new}` now, but the built-in"
                f" migration says `.{known.new}`, which counts"
            )
        elif known is not None:
            self.covered += 1
        return known is None

    def _counts(self, old: str, new: str | None, says: str) -> bool:
        hit = self._written.resolve(old)
        if hit is None:
            return True
        known = hit.path if isinstance(hit, Moved) else None
        if known == new:
            self.covered += 1
        else:
            self.contradictions.append(
                f"`{old}` seems to be {says} now, but the built-in migration"
                f" {hit.migration} says {known or 'gone'}, which counts"
            )
        return False


def _filtered(migration: Migration, judge: _Judge) -> Migration:
    lines = dict(migration.lines)

    def kept(table: str, flags: list[bool]) -> tuple[int, ...]:
        known = lines.get(table, (0,) * len(flags))
        return tuple(line for line, flag in zip(known, flags, strict=True) if flag)

    moves = [judge.move(each) for each in migration.moves]
    removals = [judge.removal(each) for each in migration.removals]
    rehomes = [judge.rehoming(each) for each in migration.rehomes]
    return replace(
        migration,
        moves=tuple(e for e, flag in zip(migration.moves, moves, strict=True) if flag),
        removals=tuple(
            e for e, flag in zip(migration.removals, removals, strict=True) if flag
        ),
        rehomes=tuple(
            e for e, flag in zip(migration.rehomes, rehomes, strict=True) if flag
        ),
        lines=(
            ("move", kept("move", moves)),
            ("removed", kept("removed", removals)),
            ("rehome", kept("rehome", rehomes)),
            ("fold", lines.get("fold", ())),
        ),
    )


def _composed(
    built_in: Sequence[Migration], inferred: Sequence[Migration]
) -> tuple[NameMap, list[str]]:
    """All in one map; inferred entries that do not go with it are left out, and told.

    One by one only where they do not go together, which is seldom.
    """
    try:
        return NameMap.compose([*built_in, *inferred]), []
    except MigrationError:
        pass
    refused: list[str] = []
    chosen = list(built_in)
    for migration in inferred:
        judge = _OneByOne(chosen, migration)
        chosen.append(_filtered(migration, judge))
        refused += judge.contradictions
    return NameMap.compose(chosen), refused


class _OneByOne(_Judge):
    """Takes an entry where it composes with all that was taken before it."""

    def __init__(self, others: Sequence[Migration], migration: Migration) -> None:
        super().__init__(NameMap.compose(others), {})
        self._others = others
        self._so_far = replace(migration, moves=(), removals=(), rehomes=())

    def move(self, move: Move) -> bool:
        return self._take(lambda m: replace(m, moves=(*m.moves, move)))

    def removal(self, gone: Gone) -> bool:
        return self._take(lambda m: replace(m, removals=(*m.removals, gone)))

    def rehoming(self, rehome: Rehome) -> bool:
        return self._take(lambda m: replace(m, rehomes=(*m.rehomes, rehome)))

    def _take(self, added: Callable[[Migration], Migration]) -> bool:
        grown = added(self._so_far)
        tables = ("move", len(grown.moves)), ("removed", len(grown.removals))
        lines = (*tables, ("rehome", len(grown.rehomes)))
        grown = replace(
            grown, lines=tuple((table, (0,) * count) for table, count in lines)
        )
        try:
            NameMap.compose([*self._others, grown])
        except MigrationError as error:
            self.contradictions.append(f"left out: {error}")
            return False
        self._so_far = grown
        return True


def _count(migration: Migration) -> int:
    entries = migration.moves, migration.removals, migration.rehomes, migration.folds
    return sum(map(len, entries))
