"""A world in which the skeleton of any function runs, and what it did there.

Every name stands for a `Thing` that can be called, read, iterated and asked anything;
what a condition answers is drawn from a seed. A thing's attribute is one of the two
that were split: before the split it is a pool with every member, after it the storage
or the allocator of the same owner.
"""

from __future__ import annotations

import builtins
import dis
import random
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from types import FrameType

Place = tuple[str, int]
Event = tuple[object, ...]


class Raised(Exception):
    """What a program raises, whatever it is there."""


class Enough(BaseException):
    """A program that goes on for too long."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A member asked of the object that does not have it, or, without a member, a
    pool handed to code that cannot be seen.

    `origin` is where the pool was read off its owner, `stack` where the program is,
    innermost first.
    """

    member: str
    origin: Place
    stack: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """An attribute that was split, and where the members are now.

    `new` members are the new object's, all others the old one's.
    """

    old_word: str
    new_word: str
    new: frozenset[str]


@dataclass
class World:
    """One run. `is_split` tells which of the two worlds it is."""

    split: Split
    is_split: bool
    files: Collection[str]
    seed: int
    events: list[Event] = field(default_factory=list)
    missed: list[Slip] = field(default_factory=list)
    wrong: list[Slip] = field(default_factory=list)
    handed: list[Slip] = field(default_factory=list)
    reached: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def log(self, *event: object) -> int:
        self.events.append(event)
        if len(self.events) > 3000:
            raise Enough
        return len(self.events)

    def answer(self) -> bool:
        self.log("asked")
        if self.seed < 2:
            return bool(self.seed)
        return self._random.random() < (0.5, 0.2, 0.8)[self.seed % 3]

    def opaque(self, text: str) -> Thing:
        return Thing(self, f"<{text}>#{self.log('opaque', text)}")

    def is_none(self, value: object) -> bool:
        if isinstance(value, Pool) or value is None:
            return value is None
        return self.answer()

    def maybe(self) -> None:
        if self.answer():
            raise Raised

    def mark(self, first: int, last: int) -> None:
        """What each statement calls first, with its lines."""
        self.reached.update(range(first, last + 1))

    def places(self) -> tuple[Place, ...]:
        found: list[Place] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename in self.files:
                found.append((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back
        return tuple(found)

    def pool(self, owner: str, word: str) -> Pool:
        is_new = word == self.split.new_word
        if is_new and not self.is_split:
            raise AttributeError(word)
        origin = (self.places() or (("", 0),))[0]
        return Pool(self, owner, is_new, origin)


class Thing:
    """Anything. Its path says how it was come by, and so which one it is."""

    _world: World
    _path: str
    _deleted: set[str]

    def __init__(self, world: World, path: str) -> None:
        vars(self).update(_world=world, _path=path, _deleted=set())

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._deleted:
            raise AttributeError(name)
        if name in (self._world.split.old_word, self._world.split.new_word):
            return self._world.pool(self._path, name)
        found = self._member(name)
        vars(self)[name] = found
        return found

    def _member(self, name: str) -> object:
        return Thing(self._world, f"{self._path}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        self._deleted.discard(name)
        # The attribute that a pool is kept on may be renamed with it.
        is_pool = isinstance(value, Pool)
        self._world.log("set", self._path, "" if is_pool else name, told(value))
        if name == self._world.split.old_word and isinstance(value, Thing):
            value = self._world.pool(told(value), name)
        vars(self)[name] = value

    def __delattr__(self, name: str) -> None:
        self._world.log("deleted", self._path)
        vars(self).pop(name, None)
        self._deleted.add(name)

    def __call__(self, *values: object, **named: object) -> object:
        every = [*values, *named.values()]
        number = self._world.log("call", self._path, *map(told, every))
        for pool in pools(every):
            places = self._world.places()
            self._world.handed.append(Slip("", pool.origin, places))
        return Thing(self._world, f"{self._path}()#{number}")

    def __bool__(self) -> bool:
        return self._world.answer()

    def __iter__(self) -> Iterator[object]:
        count = wanted(sys._getframe(1))
        return iter([Thing(self._world, f"{self._path}[{n}]") for n in range(count)])

    def __getitem__(self, key: object) -> object:
        return Thing(self._world, f"{self._path}[{told(key)}]")

    def __setitem__(self, key: object, value: object) -> None:
        self._world.log("item", self._path, told(key), told(value))
        for pool in pools([value]):
            self._world.handed.append(Slip("", pool.origin, self._world.places()))

    def __enter__(self) -> object:
        return Thing(self._world, f"{self._path}.entered")

    def __exit__(self, *_: object) -> None:
        return None

    def __contains__(self, value: object) -> bool:
        return self._world.answer()

    def __format__(self, _: str) -> str:
        return "thing"

    def __eq__(self, other: object) -> bool:
        return self._world.answer()

    __hash__ = object.__hash__

    def _operate(self, *others: object) -> Thing:
        number = self._world.log("operate", self._path, *map(told, others))
        return Thing(self._world, f"op#{number}")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operate
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = _operate
    __or__ = __ror__ = __and__ = __rand__ = __neg__ = __invert__ = _operate
    __lt__ = __le__ = __gt__ = __ge__ = _operate


class Pool:
    """What stands on one of the two attributes of an owner."""

    def __init__(self, world: World, owner: str, is_new: bool, origin: Place) -> None:
        self.world, self.owner = world, owner
        self.is_new, self.origin = is_new, origin

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        world = self.world
        slip = Slip(name, self.origin, world.places())
        if world.is_split and self.is_new is not (name in world.split.new):
            (world.wrong if self.is_new else world.missed).append(slip)
        world.log("member", self.owner, name)
        return Thing(world, f"{self.owner}.pool.{name}")


class Code(Thing):
    """A function that can be seen: it runs where a pool is handed to it."""

    _run: Callable[..., object]

    def __init__(self, world: World, path: str, run: Callable[..., object]) -> None:
        super().__init__(world, path)
        vars(self)["_run"] = run

    def __call__(self, *values: object, **named: object) -> object:
        if not any(True for _ in pools([*values, *named.values()])):
            return super().__call__(*values, **named)
        self._world.places()
        return self._run(*values, **named)


class Globals(dict[str, object]):
    """The globals of a program: every name is there, some of them as they are."""

    REAL = ("getattr", "hasattr", "setattr", "delattr", "locals", "globals")

    def __init__(self, world: World, known: Callable[[str], object | None]) -> None:
        super().__init__({name: getattr(builtins, name) for name in self.REAL})
        self.update(
            opaque_=world.opaque,
            is_none_=world.is_none,
            maybe_=world.maybe,
            Raised_=Raised,
            seen_=world.mark,
        )
        self.world, self.known = world, known
        self.things: dict[str, object] = {}

    def __missing__(self, name: str) -> object:
        if name in ("__builtins__", "__name__"):
            raise KeyError(name)
        # Kept apart: a program that makes the name a global of its own sets it.
        if name not in self.things:
            found = self.known(name)
            self.things[name] = Thing(self.world, name) if found is None else found
        return self.things[name]


def pools(values: Collection[object]) -> Iterator[Pool]:
    """The pools among values, and in the containers among these."""
    for value in values:
        if isinstance(value, Pool):
            yield value
        elif isinstance(value, (list, tuple, set)):
            yield from pools(value)
        elif isinstance(value, dict):
            yield from pools(list(value.values()))


def told(value: object) -> str:
    """A value as it stands in a log: the same in both worlds."""
    if isinstance(value, Pool):
        return f"{value.owner}.pool"
    if isinstance(value, Thing):
        return str(vars(value)["_path"])
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(told, value))}]"
    return repr(value) if isinstance(value, (int, str)) else type(value).__name__


def wanted(frame: FrameType) -> int:
    """How many values an unpacking takes; two are enough for a loop."""
    code = frame.f_code.co_code
    at = frame.f_lasti
    name = dis.opname[code[at]]
    if name == "UNPACK_SEQUENCE":
        return code[at + 1]
    return 3 if name == "UNPACK_EX" else 2
