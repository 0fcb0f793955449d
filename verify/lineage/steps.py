"""Commits as values: what each holds, and what came before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

BASE = -1
"""Stands for the commit that all begins with, where steps are counted from 0."""

INIT = "__init__.py"


class Form(str, Enum):
    """How the commits stand to each other."""

    LINEAR = "linear"
    MERGE = "merge"


class Kind(Enum):
    """What a commit is for."""

    ASIDE = "aside"
    COPY = "copy"
    BACK = "back"
    TRIM = "trim"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Content:
    """What a file holds; `is_clean` where git has it so, and no filter applies."""

    data: bytes
    mode: int
    is_clean: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One commit. `contents` are the files in which it differs from the base, None
    for one that is not there; `parents` are steps, by number.

    `copies` are the pairs of a source and the files that its whole text went to,
    `homes` maps each module that is away to what stands in for it.
    """

    kind: Kind
    parents: tuple[int, ...]
    contents: Mapping[str, Content | None]
    copies: tuple[tuple[str, tuple[str, ...]], ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unkept:
    """A target that does not get the history of a source, and why."""

    source: str
    target: str
    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class Course:
    """All the commits, parents before children, the last one with the final text.

    `is_fragile` where a rebase would lose what the last one, a merge, changes.
    """

    steps: tuple[Step, ...]
    unkept: tuple[Unkept, ...] = ()
    is_fragile: bool = False


def home_of(path: str) -> str:
    """What stands in for a module while it is away: a package of the same name."""
    return f"{path.removesuffix('.py')}/{INIT}"
