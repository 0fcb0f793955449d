"""What the comparison of two surfaces answers, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from codemods.name import Name
from verify.surface.importers import Broken
from verify.surface.scope import Standing


class Fate(str, Enum):
    """What became of a name; the values are words for people."""

    GONE = "gone"
    CONDITIONAL = "under a condition only"
    UNTOLD = "cannot be told"
    UNTYPED = "no longer in its stub"
    ALIASED = "moved, and still imported at its old place"


@dataclass(frozen=True, slots=True)
class Loss:
    """A name of base that head does not have for sure, or has by an alias.

    `name` is a module, a symbol or a member. `path` is a file of head where the
    module has one, else of base. `new` is where a move of the range took it,
    `published` the migration that says so, or that it is removed, `near` a name of
    head that may be meant instead. A module has what was lost `inside` of it.
    """

    name: Name
    fate: Fate
    standing: Standing
    path: str
    why: str = ""
    new: Name | None = None
    published: str = ""
    near: str = ""
    inside: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of which no name is known, and why."""

    path: str
    line: int
    reason: str


@dataclass(slots=True)
class Surface:
    """The answer. `examined` counts the names of base that were looked up."""

    losses: list[Loss] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    examined: int = 0
    modules: int = 0
    aside: int = 0
