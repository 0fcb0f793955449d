"""What is to move where, and what is known of the rest of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from codemods.home import ModuleHome
from codemods.moving.module import ModuleText
from codemods.sorting import ImportSorter


class Why(str, Enum):
    """Why a move is refused. Those in `ALLOWABLE` a person may allow."""

    UNKNOWN = "unknown-name"
    COLLISION = "collision"
    STATE = "module-state"
    MODULE_NAME = "module-name"
    EFFECTS = "side-effects"
    ANNOTATIONS = "annotations"
    CONDITIONAL = "conditional"
    ORDER = "order"
    STAR = "star-import"
    PATCHED = "patched"
    UNSURE = "unsure"


ALLOWABLE = frozenset({Why.MODULE_NAME, Why.EFFECTS, Why.ANNOTATIONS, Why.PATCHED})


@dataclass(frozen=True, slots=True, order=True)
class Objection:
    """One reason not to move: `line` of the module counts from 1, 0 is all of it."""

    module: str
    line: int
    why: Why
    message: str
    fix: str


class World(Protocol):
    """What the rest of the project tells of the source and of other modules."""

    def is_used(self, name: str) -> bool:
        """Whether another file may take a top-level name from the source."""

    def is_assigned(self, name: str) -> bool:
        """Whether another file may bind a top-level name of the source, as tests do
        when they patch it.
        """

    def is_starred(self) -> bool:
        """Whether another file imports everything from the source."""

    def passed_on(self, module: str, name: str) -> tuple[str, str] | None:
        """The module and name that a module of the project takes what it has under a
        name from, None where it does not just pass it on.
        """

    def is_rebound(self, module: str, name: str) -> bool:
        """Whether the module binds a name of its top level more than once, or later."""

    def changes_state(self, module: str, name: str) -> bool:
        """Whether calling what a module of the project binds to a name changes what
        modules of the project have, as far as can be seen.
        """

    def enters_subclasses(self, module: str, name: str) -> bool:
        """Whether making a subclass of a class of the project runs code of it."""

    def has_effects(self, module: str) -> bool:
        """Whether a module of the project does something when it is imported, besides
        defining names. False for what is not in the project.
        """


def defined_at(world: World, module: str, name: str) -> tuple[str, str]:
    """Where a name is defined, as far as modules pass it on."""
    seen = {(module, name)}
    while (step := world.passed_on(module, name)) and step not in seen:
        seen.add(step)
        module, name = step
    return module, name


@dataclass(frozen=True)
class Target:
    """A module that definitions go to; `text` is None where it is new.

    They go `before` or `after` the definition of that name, else to its end.
    """

    home: ModuleHome
    text: ModuleText | None = None
    sorter: ImportSorter | None = None
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Request:
    """Move names of one module to others.

    `moves` has the target module of each name, `targets` each of those. The source
    still gives the names that are `kept`, by an import, unless `is_bare`; where
    `is_lazy` by a `__getattr__`, for the sake of an import cycle, and so with
    `deprecated_in`, a version, which warns whoever takes one. `allowed` are reasons
    that do not count.
    """

    source: ModuleText
    moves: Mapping[str, str]
    targets: Mapping[str, Target]
    world: World
    sorter: ImportSorter | None = None
    kept: frozenset[str] = frozenset()
    deprecated_in: str = ""
    is_lazy: bool = False
    is_bare: bool = False
    allowed: frozenset[Why] = frozenset()
