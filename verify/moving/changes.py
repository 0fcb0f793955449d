"""What a move or a split makes of a repository: values that others show or write."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.finding import Finding
from codemods.migration import Migration

PLAIN_MODE = 0o644
"""The permission bits of a new file."""


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that comes, changes or goes.

    `path` is relative to the repository's root, with forward slashes. `before` is
    None for a file that comes, `after` for one that goes. `mode` are the permission
    bits of what is left: 0o644 or 0o755, or what the file had.
    """

    path: str
    before: bytes | None
    after: bytes | None
    mode: int = PLAIN_MODE

    @property
    def comes(self) -> bool:
        return self.before is None

    @property
    def goes(self) -> bool:
        return self.after is None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Whose lines went where: from the file `source` to the files `targets`.

    `stays` tells whether the source is still there (`after` of its change is not
    None, or it did not change). A target that was there before is one too.
    """

    source: str
    targets: tuple[str, ...]
    stays: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """All that a move or a split does, before anything is written.

    `changes` are sorted by path, each path once, and none leaves a file as it was.
    `migration` is what downstream needs, None where no public name changed its path.
    `findings` are what a person must see: places that could not be rewritten, and
    what may behave in another way. A plan that was refused is an exception instead
    (`verify.moving.refusing.Refused`).
    `moved` are the (old, new) names, as `pkg.module:Symbol`; `along` has the old names
    of those that nobody asked for.
    """

    changes: tuple[FileChange, ...]
    lineages: tuple[Lineage, ...]
    migration: Migration | None
    findings: tuple[Finding, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    along: frozenset[str] = frozenset()
