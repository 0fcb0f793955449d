"""What names stand for while an import is simulated: no more than it may need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from verify.importing.program import Body, Code, Lambda, Program


@dataclass(eq=False, slots=True)
class Module:
    """A module of the sources that has begun to run.

    `depth` counts the imports under way around it. `replaced` says that it put
    something else in its place.
    """

    name: str
    program: Program | None
    is_package: bool
    depth: int
    names: dict[str, Value]
    running: bool = True
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class External:
    """Something from outside the sources; it has every attribute."""

    path: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything. The text tells one unknown from another."""

    text: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: object


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions that are unknown, put together by `and`, `or` or `not`."""

    operator: str
    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of two, as a condition says; None where the name is not bound."""

    condition: Value
    yes: Value | None
    no: Value | None


@dataclass(eq=False, slots=True)
class Function:
    """A function, or a lambda. `certain` is false where a decorator from outside
    the sources may have replaced it."""

    module: Module
    code: Code | Lambda
    scopes: tuple[dict[str, Value], ...] = ()
    certain: bool = True


@dataclass(eq=False, slots=True)
class Class:
    module: Module
    name: str
    bases: tuple[Value, ...]
    members: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instance:
    of: Class


@dataclass(frozen=True, slots=True)
class Method:
    """A function with its first argument, or a method of a constant."""

    function: Value
    receiver: Value
    name: str = ""


Value: TypeAlias = (
    Module
    | External
    | Unknown
    | Constant
    | Combined
    | Choice
    | Function
    | Class
    | Instance
    | Method
)

NONE = Constant(None)


@dataclass(eq=False, slots=True)
class Frame:
    """Code that runs: a module's, a class's or a function's.

    `names` is where it binds. `body` is a function's, None elsewhere. `returned`
    are the values that it may return, each under conditions that are unknown.
    """

    module: Module
    names: dict[str, Value]
    scopes: tuple[dict[str, Value], ...] = ()
    body: Body | None = None
    line: int = 0
    end: int = 0
    returned: list[Value] = field(default_factory=list)
    is_class: bool = False

    @property
    def is_module(self) -> bool:
        return self.names is self.module.names


def truth_of(value: Value) -> bool | None:
    """Whether a value counts as true; None where that cannot be told."""
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, Combined):
        return _truth_of_combined(value)
    if isinstance(value, Choice):
        truths = {
            None if one is None else truth_of(one) for one in (value.yes, value.no)
        }
        return truths.pop() if len(truths) == 1 else None
    if isinstance(value, External):
        return None if "." in value.path else True
    return None if isinstance(value, (Unknown, Instance)) else True


def _truth_of_combined(value: Combined) -> bool | None:
    truths = [truth_of(part) for part in value.parts]
    if value.operator == "not":
        return None if truths[0] is None else not truths[0]
    decisive = value.operator == "or"
    if decisive in truths:
        return decisive
    return None if None in truths else not decisive


def joined(condition: Value, yes: Value | None, no: Value | None) -> Value:
    """What a name stands for after two branches of which one runs."""
    if yes is no or yes == no:
        return yes if yes is not None else NONE
    return Choice(condition, yes, no)


def member_of(owner: Class, name: str) -> Value | None:
    """A member of a class or of its bases; None where that cannot be told."""
    if name in owner.members:
        return owner.members[name]
    for base in owner.bases:
        if not isinstance(base, Class):
            return None
        found = member_of(base, name)
        if found is not None:
            return found
    return None
