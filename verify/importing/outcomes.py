"""What a simulated import ends in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fate(str, Enum):
    """What becomes of a module that is imported first; words for people."""

    BENIGN = "benign"
    FATAL = "fatal"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Place:
    """A statement: its lines, and its text."""

    module: str
    line: int
    end: int
    text: str = ""


@dataclass(frozen=True)
class Failure:
    """An error that an import raises.

    `partial` is the module that had not finished when `name` was asked of it; it
    is empty where the error has nothing to do with the order of imports. `chain`
    holds the import statements that led to `place`, the entry's first. `when`
    are the conditions, which could not be told, under which it happens.
    """

    error: str
    message: str
    place: Place
    chain: tuple[Place, ...]
    partial: str = ""
    name: str = ""
    when: tuple[str, ...] = ()


@dataclass(frozen=True)
class Swallowed:
    """A failure that the sources catch; `names` hold another value because of it."""

    failure: Failure
    handler: Place
    names: tuple[str, ...]


@dataclass(frozen=True)
class Reason:
    """Why something could not be decided, and where."""

    text: str
    place: Place


@dataclass(frozen=True)
class Result:
    """What importing `entry` first does.

    `failure` is what makes it fatal. With `when` in it, and in `conditional`, it
    happens only under conditions that could not be told: then the fate is
    undecided. `assumed` are modules inside the packages that the sources lack and
    that were taken to be there. `untried` counts the conditions that could not be
    told and were left as they are, for the time that it takes to try them.
    """

    entry: str
    fate: Fate
    failure: Failure | None = None
    conditional: tuple[Failure, ...] = ()
    swallowed: tuple[Swallowed, ...] = ()
    reasons: tuple[Reason, ...] = ()
    assumed: tuple[str, ...] = ()
    untried: int = 0
