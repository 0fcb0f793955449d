"""A small pool before and after it was split in two, and what was called on it.

Before, one object on the attribute `mamba_pool` has every member. After, the storage
stays there and the allocator is on `mamba_allocator`. Both worlds log the same calls.
The new storage still answers to the allocator's members, and the other way round, but
says so: a use that was missed, and a use that means the wrong object.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType, ModuleType

OLD, NEW = "mamba_pool", "mamba_allocator"
# `scratch` and `group` are in neither list of the migration.
ALLOCATOR = ("alloc", "free", "slots", "group")
STORAGE = ("copy", "cache", "size", "scratch")

Place = tuple[str, int]
Call = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    """A member asked of the object that does not have it.

    `origin` is where the object was read off its holder, `stack` where the member
    was asked for, innermost first.
    """

    member: str
    origin: Place
    stack: tuple[Place, ...]


@dataclass
class World:
    """One run. `answers` are what the conditions of the program say, in turn."""

    split: bool
    files: frozenset[str]
    answers: Sequence[bool]
    log: list[Call] = field(default_factory=list)
    missed: list[Slip] = field(default_factory=list)
    wrong: list[Slip] = field(default_factory=list)
    asked: int = 0

    def module(self) -> ModuleType:
        """What programs import."""
        module = ModuleType("world")
        opaque = {
            "cond": self.cond,
            "make": self.make,
            "same": lambda value: value,
            "grab": lambda pool: pool.alloc(9),
            "note": self.note,
            "held": contextmanager(self.held),
            "Bag": Bag,
        }
        vars(module).update(opaque)
        return module

    def note(self, *values: object) -> None:
        plain = (v if isinstance(v, (int, str)) else "" for v in values)
        self.log.append(("note", *plain))

    def cond(self) -> bool:
        self.asked += 1
        return self.answers[self.asked % len(self.answers)]

    def holders(self) -> list[Holder]:
        holders = [Holder(self, name) for name in ("a", "b", "c", "d")]
        holders[0].inner, holders[1].inner = holders[2], holders[3]
        return holders

    def make(self) -> Holder:
        self.log.append(("make",))
        return Holder(self, f"made{len(self.log)}")

    def held(self, pool: Pool) -> Iterator[Pool]:
        yield pool

    def places(self) -> tuple[Place, ...]:
        """Where the program is, innermost first."""
        found: list[Place] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename in self.files:
                found.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return tuple(found)


class Bag:
    """Anything that attributes can be put on."""


class Pool:
    """One object: the pool as it was, its storage, its allocator, or another one."""

    def __init__(self, world: World, owner: str, has: Sequence[str], origin: Place):
        self._world, self._owner, self._has, self._origin = world, owner, has, origin

    def __getattr__(self, name: str) -> object:
        if name not in (*ALLOCATOR, *STORAGE):
            raise AttributeError(name)
        world = self._world
        if name not in self._has:
            slips = world.missed if self._has is STORAGE else world.wrong
            slips.append(Slip(name, self._origin, world.places()))
        if name in ("slots", "cache", "size"):
            world.log.append((self._owner, name))
            return 3
        return Member(world, self._owner, name)


@dataclass(frozen=True)
class Member:
    """A method of a pool, bound to it."""

    world: World
    owner: str
    name: str

    def __call__(self, *values: object) -> int:
        simple = [v if isinstance(v, (int, str)) else type(v).__name__ for v in values]
        self.world.log.append((self.owner, self.name, *simple))
        return len(self.world.log)


class Holder:
    """What has the attributes. `token` is another allocator, of another kind."""

    inner: Holder

    def __init__(self, world: World, name: str):
        self._world, self._name = world, name
        self._pools: dict[str, object] = {}

    @property
    def token(self) -> Pool:
        has = (*ALLOCATOR, *STORAGE)
        return Pool(self._world, f"token {self._name}", has, ("", 0))

    @property
    def mamba_pool(self) -> object:
        has = STORAGE if self._world.split else (*ALLOCATOR, *STORAGE)
        return self._pools.get(OLD) or self._pool(has)

    @mamba_pool.setter
    def mamba_pool(self, pool: object) -> None:
        self._pools[OLD] = pool

    @property
    def mamba_allocator(self) -> object:
        if not self._world.split:
            raise AttributeError(NEW)
        return self._pools.get(NEW) or self._pool(ALLOCATOR)

    @mamba_allocator.setter
    def mamba_allocator(self, pool: object) -> None:
        self._pools[NEW] = pool

    def _pool(self, has: Sequence[str]) -> Pool:
        places = self._world.places()
        return Pool(self._world, self._name, has, places[0] if places else ("", 0))
