"""What is asked of a plan before anything is written: whether the tree afterwards does
what the tree before did, by the same checks that `rehome verify` makes of commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from codemods.finding import Finding, Place, Severity
from codemods.home import ModuleHome
from verify.checks.moves import result_of
from verify.importing.rules import FATAL_CYCLE, SWALLOWED_IMPORT
from verify.importing.survey import examine_both
from verify.importing.telling import findings_of as findings_of_cycles
from verify.leftovers.patches import Patches, copied_names
from verify.leftovers.renamed import targets_of
from verify.leftovers.searching import search
from verify.leftovers.telling import findings_of as findings_of_leftovers
from verify.movement.answer import Movement
from verify.movement.engine import examine
from verify.movement.rules import OTHER_MEANING
from verify.movement.sources import Sources
from verify.moving.effecting import as_files
from verify.surface.modules import Modules

# Larger files are data: they are not searched for old names.
_LARGEST = 2 << 20


@dataclass(frozen=True, eq=False)
class Proof:
    """The answers, each worked out when it is asked for.

    `before` and `after` are the trees, `changed` the paths that differ, `moves` the
    old and new names as `pkg.module:Symbol`.
    """

    before: Sources
    after: Sources
    changed: Collection[str]
    moves: Mapping[str, str]
    cache: Path | None = None

    @cached_property
    def movement(self) -> Movement:
        """What `rehome moves` makes of it."""
        return examine(self.before, self.after, self.changed)

    @cached_property
    def other_meanings(self) -> tuple[Finding, ...]:
        """The names in moved code that mean something else in their new place: a
        reason to refuse, always.
        """
        same = self._same_paths()
        found = result_of(self.movement, self.before, self.after).findings
        return tuple(
            each
            for each in found
            if each.rule is OTHER_MEANING
            and (each.place.path, each.place.line, each.place.column) not in same
        )

    def name_at(self, place: Place) -> str:
        """The name in moved code that a finding of `other_meanings` stands at."""
        return self._names_at.get((place.path, place.line, place.column), "")

    @cached_property
    def _names_at(self) -> dict[tuple[str, int, int], str]:
        return {
            (match.new.path, each.line, each.column): each.name
            for match in (*self.movement.matches, *self.movement.blocks)
            for each in match.differences
        }

    def _same_paths(self) -> set[tuple[str, int, int]]:
        """The places of names that have the same dotted path as before: a plan edits
        no definition, so that it is the same one, if in another file.
        """
        return {
            (match.new.path, each.line, each.column)
            for match in (*self.movement.matches, *self.movement.blocks)
            for each in match.differences
            if each.old == each.new
        }

    @cached_property
    def leftovers(self) -> tuple[Finding, ...]:
        """What still uses an old name that leads nowhere, and what replaces a global
        where moved code no longer looks for it.
        """
        targets = targets_of(self.before, self.after, self.moves, {})
        modules = Modules(self.after, self.before)
        homes = {
            path: ModuleHome(modules.name_of(path), "/__init__.py" in f"/{path}")
            for path in modules.paths
        }
        sides = Modules(self.before, self.after), modules
        patches = Patches(copied_names(self.movement, *sides))
        found = search(dict(self._texts()), targets, homes, (), patches)
        return tuple(_seen(findings_of_leftovers(found)))

    @cached_property
    def cycles(self) -> tuple[Finding, ...]:
        """What is new of import cycles and matters: imports that fail where they did
        not, or of which that cannot be told.
        """
        sides = as_files(self.before, "before"), as_files(self.after, "after")
        if not sides[1].oids:
            return ()
        both = examine_both(*sides, self.changed, self.cache)
        return tuple(_seen(findings_of_cycles(both.head, both)))

    @property
    def fatal(self) -> tuple[Finding, ...]:
        """Of `cycles` those that make an import fail: a reason to refuse, always."""
        bad = (FATAL_CYCLE, SWALLOWED_IMPORT)
        return tuple(each for each in self.cycles if each.rule in bad)

    def _texts(self) -> Iterator[tuple[str, bytes]]:
        for path in self.after.paths():
            data = self.after.read(path)
            if data is not None and len(data) <= _LARGEST:
                yield path, data


def _seen(findings: Iterable[Finding]) -> Iterator[Finding]:
    return (each for each in findings if each.severity is not Severity.NOTE)
