"""What became of the names of a package between two versions, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from codemods.name import Name

# What to call the version of a folder.
UNKNOWN = "0"


class Kind(str, Enum):
    """What an entry of a migration says; the values are the tables of its file."""

    MOVE = "move"
    REHOME = "rehome"
    REMOVED = "removed"


class Confidence(str, Enum):
    """How far an entry can be trusted. Only what is sure stands in the migration."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of a name. `old` and `new` are written as migrations write them; of a
    re-homing they are attributes.

    `evidence` are lines for people: why this is so, and what speaks against it. `diff`
    has the lines that changed on the way, where any did.
    """

    kind: Kind
    old: str
    new: str
    confidence: Confidence
    evidence: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()
    instead: str = ""
    members: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.confidence is Confidence.SURE

    @property
    def module(self) -> str:
        """The module that the old name is in, empty for an attribute."""
        return "" if self.kind is Kind.REHOME else Name.parse(self.old).module

    @property
    def order(self) -> tuple[str, ...]:
        return (self.module, self.kind.value, self.old, self.confidence.value, self.new)


@dataclass(frozen=True, slots=True)
class Untold:
    """What could not be told of a name or a module, and why; `is_unread` of a file
    that could not be read at all.
    """

    name: str
    why: str
    is_unread: bool = False


@dataclass(frozen=True, slots=True)
class Inferred:
    """The answer for one package. `old` and `new` are what to call the versions,
    `version` is that of the newer one, "0" where nothing tells it.

    `entries` are sorted. `compared` counts the files that differ, `left_out` the names
    that are gone and are private, or were imported for a module's own use.
    """

    package: str
    old: str
    new: str
    version: str
    entries: tuple[Entry, ...] = ()
    untold: tuple[Untold, ...] = ()
    compared: int = 0
    left_out: int = 0

    @property
    def sure(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if each.is_sure)

    @property
    def is_whole(self) -> bool:
        """Whether every file that differs could be read."""
        return not any(each.is_unread for each in self.untold)

    @property
    def doubtful(self) -> tuple[Entry, ...]:
        return tuple(each for each in self.entries if not each.is_sure)
