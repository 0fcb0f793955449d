"""Imports that were simulated before, to be played again in another world.

A module that ran without meeting one that was still running outside of it does
the same wherever what it asks of the world has the same answers. Its record holds
these questions, and what it changed, in order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, TypeAlias

from verify.importing.outcomes import Reason, Swallowed
from verify.importing.values import Module, Value


class Requested(NamedTuple):
    """A module was imported and stood there, or ran by itself."""

    name: str
    module: Module


class Missing(NamedTuple):
    """A module was looked up and not loaded."""

    name: str


class Phase(Enum):
    BEGUN = "begun"
    FINISHED = "finished"
    FAILED = "failed"


class Passed(NamedTuple):
    """A module began, finished or failed, inside of another's run."""

    name: str
    module: Module
    phase: Phase


class Read(NamedTuple):
    """A name that is bound from outside of its module, as a submodule is."""

    module: Module
    name: str
    value: Value | None


class Written(NamedTuple):
    module: Module
    name: str
    value: Value


class Asked(NamedTuple):
    condition: str
    answer: bool
    matters: bool


class Noted(NamedTuple):
    """Something to be told about the import."""

    what: Swallowed | Reason | str


Event: TypeAlias = Requested | Missing | Passed | Read | Written | Asked | Noted


def without_repeats(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events without those that ask again what was answered just so."""
    kept: list[Event] = []
    seen: set[tuple[object, ...]] = set()
    for event in events:
        if isinstance(event, (Requested, Asked)):
            key: tuple[object, ...] = (type(event), event[0])
        elif isinstance(event, Read):
            key = (id(event.module), event.name, id(event.value))
        else:
            kept.append(event)
            continue
        if key not in seen:
            seen.add(key)
            kept.append(event)
    return tuple(kept)


@dataclass(eq=False, slots=True)
class Record:
    """How a module ran: it is `module` afterwards."""

    module: Module
    events: tuple[Event, ...]


@dataclass(slots=True)
class Memory:
    """The records of all modules, and of modules that are the same in all worlds.

    `patched` are names that modules were seen to set on others.
    """

    records: dict[str, list[Record]] = field(default_factory=dict)
    of_module: dict[Module, Record] = field(default_factory=dict)
    namespaces: dict[str, Module] = field(default_factory=dict)
    patched: set[tuple[str, str]] = field(default_factory=set)

    def keep(self, record: Record) -> None:
        known = self.records.setdefault(record.module.name, [])
        if len(known) < _MOST:
            known.insert(0, record)
            self.of_module[record.module] = record

    def forget(self) -> None:
        self.records.clear()
        self.of_module.clear()


_MOST = 12
