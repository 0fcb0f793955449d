"""The state of one simulated interpreter: what is loaded, and what is under way."""

from __future__ import annotations

import builtins
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from verify.importing.outcomes import Failure, Place, Reason, Swallowed
from verify.importing.platforms import default_answer
from verify.importing.recording import Asked, Event, Memory, Noted, Read, Written
from verify.importing.sources import Sources
from verify.importing.values import (
    Choice,
    Combined,
    Constant,
    External,
    Frame,
    Function,
    Instance,
    Module,
    Unknown,
    Value,
    truth_of,
)

# What every module has from the start.
MODULE_NAMES = frozenset(
    (
        "__annotations__",
        "__builtins__",
        "__cached__",
        "__class__",
        "__dict__",
        "__doc__",
        "__file__",
        "__loader__",
        "__name__",
        "__package__",
        "__spec__",
    )
)
_STEPS = 400_000


class Stopped(Exception):
    """An error of the simulated code. `error` is the class it raised, if ours."""

    def __init__(self, failure: Failure, error: Value | None = None) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.error = error


class NeedsDeciding(Exception):
    """Both branches of a condition cannot be run side by side."""

    def __init__(self, *, by_import: bool = False) -> None:
        super().__init__()
        self.by_import = by_import


class Exhausted(Exception):
    """The simulation took too many steps."""


@dataclass(slots=True)
class Run:
    """A module that runs, from where it was imported, and how far out the running
    modules lie that it has met so far."""

    module: Module
    importer: Place | None
    outermost: int
    begun_at: int


class World(ABC):
    """What is loaded. `assumed` answers conditions that cannot be told."""

    def __init__(
        self,
        sources: Sources,
        known: Mapping[str, object],
        facts: Mapping[str, bool],
        assumed: Mapping[str, bool],
        memory: Memory,
    ) -> None:
        self.memory = memory
        self.log: list[Event] = []
        self.sources = sources
        self.known = known
        self.facts = facts
        self.assumed = assumed
        self.modules: dict[str, Module] = {}
        self.stack: list[Run] = []
        self.late: dict[Module, dict[str, Value]] = {}
        self.asked: dict[str, bool] = {}
        self.swallowed: dict[tuple[str, Place], Swallowed] = {}
        self.reasons: dict[Reason, None] = {}
        self.absent: dict[str, None] = {}
        self.refusal: Stopped | None = None
        self.weak = 0
        self.catching = 0
        self.catching_names = 0
        self.guesses = 0
        self.trivial = False
        self.in_hook = 0
        self.steps_left = _STEPS

    @abstractmethod
    def load(self, frame: Frame | None, name: str) -> Module | External: ...

    @abstractmethod
    def call_function(
        self, frame: Frame, function: Function, arguments: Sequence[Value]
    ) -> Value: ...

    @property
    def taken(self) -> int:
        """How many steps the simulation has taken."""
        return _STEPS - self.steps_left

    # Conditions

    def decide(self, value: Value) -> bool:
        """Whether a value counts as true, by what is assumed where nobody knows."""
        truth = truth_of(value)
        if truth is not None:
            return truth
        if isinstance(value, Combined):
            return self._decide_combined(value)
        if isinstance(value, Choice):
            chosen = value.yes if self.decide(value.condition) else value.no
            return chosen is not None and self.decide(chosen)
        return self.ask(_text_of(value))

    def decide_after(self, error: Stopped | NeedsDeciding, value: Value) -> bool:
        """Whether a value counts as true, where both answers led to an error when
        they were tried. Only one that has to do with imports is worth to be asked
        the other way round."""
        before = self.trivial
        if isinstance(error, Stopped):
            self.trivial = not error.failure.partial
        else:
            self.trivial = not error.by_import
        try:
            return self.decide(value)
        finally:
            self.trivial = before

    def _decide_combined(self, value: Combined) -> bool:
        if value.operator == "not":
            return not self.decide(value.parts[0])
        decide = any if value.operator == "or" else all
        return decide(self.decide(part) for part in value.parts)

    def ask(self, condition: str) -> bool:
        """The answer to a condition that cannot be told."""
        if condition in self.facts:
            return self.facts[condition]
        answer = self.assumed.get(condition)
        if answer is None:
            answer = default_answer(condition)
        if not self.trivial:
            self.asked.setdefault(condition, answer)
        self.guesses += 1
        self.log.append(Asked(condition, answer, not self.trivial))
        return answer

    def settled(self, value: Value | None) -> Value | None:
        """A value that is no choice any more."""
        while isinstance(value, Choice):
            value = value.yes if self.decide(value.condition) else value.no
        return value

    # Names

    def lookup(self, frame: Frame, name: str) -> Value:
        """What a name means; fails with NameError."""
        value = self._local(frame, name)
        if value is None:
            value = self.read(frame.module, name)
        if value is None:
            value = self._not_global(frame, name)
        return value

    def _local(self, frame: Frame, name: str) -> Value | None:
        if frame.is_module:
            return None
        if name in frame.names:
            return self._bound(frame.names[name])
        if frame.body is not None and name in frame.body.local:
            return Unknown(name)
        for scope in reversed(frame.scopes):
            if name in scope:
                return self._bound(scope[name])
        return None

    def _not_global(self, frame: Frame, name: str) -> Value:
        module = frame.module
        if hasattr(builtins, name):
            return External(f"builtins.{name}")
        if name in MODULE_NAMES or (name == "__path__" and module.is_package):
            return Unknown(name)
        more = self._bound_otherwise(frame, module, name)
        if more is not None:
            return more
        others = module.running and self.stack and self.stack[-1].module is not module
        partial = module.name if others else ""
        raise self.failure(
            frame, "NameError", f"name {name!r} is not defined", partial, name
        )

    def read(self, module: Module, name: str) -> Value | None:
        """What a module binds a name to; None where it does not."""
        self.meet(module)
        value = self._read_late(module, name)
        if value is None:
            value = module.names.get(name)
        return None if value is None else self._bound(value)

    def _bound(self, value: Value) -> Value | None:
        if isinstance(value, Choice) and (value.yes is None or value.no is None):
            return self.settled(value)
        return value

    def _late(self, module: Module, name: str) -> Value | None:
        later = self.late.get(module)
        return later.get(name) if later else None

    def _read_late(self, module: Module, name: str) -> Value | None:
        value = self._late(module, name)
        if not module.running:
            known = self.sources.submodules
            if (module.is_package and f"{module.name}.{name}" in known) or (
                module.name,
                name,
            ) in self.memory.patched:
                self.log.append(Read(module, name, value))
        return value

    def write(self, module: Module, name: str, value: Value) -> None:
        """Binds a name of a module, one that has finished as well."""
        if module.running:
            self.meet(module)
            module.names[name] = value
            return
        if (module.name, name) not in self.memory.patched:
            self.memory.patched.add((module.name, name))
            self.memory.forget()
        self.late.setdefault(module, {})[name] = value
        self.log.append(Written(module, name, value))

    def find_attribute(self, frame: Frame, module: Module, name: str) -> Value | None:
        """An attribute of a module; None where it has none. `refusal` is then what
        its `__getattr__` raised, if it has one."""
        self.refusal = None
        value = self.read(module, name)
        if value is not None:
            return value
        if name in MODULE_NAMES or (name == "__path__" and module.is_package):
            return Unknown(f"{module.name}.{name}")
        value = self._from_getattr(frame, module, name)
        return value or self._bound_otherwise(frame, module, name)

    def attribute_of_module(self, frame: Frame, module: Module, name: str) -> Value:
        """An attribute of a module; fails with AttributeError."""
        value = self.find_attribute(frame, module, name)
        refusal = self.refusal
        cause = self.cause_of_refusal()
        if value is None and not cause:
            value = self.take_for_granted(module, name)
        if value is None and refusal is not None:
            where = self.partial(module, name) or cause
            failure = replace(refusal.failure, partial=where, name=name)
            raise Stopped(failure, refusal.error)
        if value is None:
            message = f"module {module.name!r} has no attribute {name!r}"
            partial = self.partial(module, name)
            raise self.failure(frame, "AttributeError", message, partial, name)
        return value

    def cause_of_refusal(self) -> str:
        """The module that was not ready when a `__getattr__` just refused; empty where
        none did for that reason."""
        refusal, self.refusal = self.refusal, None
        return refusal.failure.partial if refusal else ""

    def partial(self, module: Module, name: str) -> str:
        """The module that is not ready yet, where that is why a name is missing."""
        below = self.modules.get(f"{module.name}.{name}")
        for one in (module, below):
            if one is not None and one.running:
                self.meet(one)
                return one.name
        return ""

    def take_for_granted(self, module: Module, name: str) -> Value | None:
        """A module that the sources lack, and that a build may make."""
        path = f"{module.name}.{name}"
        if path in self.sources.opaque:
            return External(path)
        if self.sources.complete or not module.is_package:
            return None
        if path in self.sources.submodules or self._comes_later(module, name):
            return None
        self.note_absent(path)
        return External(path)

    def _comes_later(self, module: Module, name: str) -> bool:
        program = module.program
        if program is None or name in program.binds:
            return program is not None
        if not module.running:
            return False
        has_hook = "__getattr__" in module.names
        spelled = not has_hook and self.sources.spells_in_getattr(module.name, name)
        return program.has_star or spelled

    def _from_getattr(self, frame: Frame, module: Module, name: str) -> Value | None:
        hook = self.read(module, "__getattr__")
        if not isinstance(hook, Function):
            return None if hook is None else Unknown(f"{module.name}.{name}")
        self.in_hook += 1
        try:
            return self.call_function(frame, hook, (Constant(name),))
        except Stopped as stopped:
            if stopped.failure.error == "AttributeError":
                self.refusal = stopped
                return None
            raise
        finally:
            self.in_hook -= 1

    def _bound_otherwise(self, frame: Frame, module: Module, name: str) -> Value | None:
        """What a module binds without spelling it out, if it may bind the name."""
        program = module.program
        if f"{module.name}.{name}" in self.sources.submodules:
            return None
        if module.replaced:
            self.reason(frame, f"{module.name} replaces itself in sys.modules")
            return Unknown(f"{module.name}.{name}")
        if program is None or name in program.binds:
            return None
        star = module.names.get("*")
        if isinstance(star, External):
            return External(f"{star.path}.{name}")
        if name.startswith("__") or self.catching_names:
            return None
        if program.binds_more:
            self.reason(frame, f"{module.name} may bind {name} at run time")
            return Unknown(f"{module.name}.{name}")
        return None

    # What happens

    def meet(self, module: Module) -> None:
        """Notes that the module under way depends on another that is."""
        if module.running and self.stack:
            run = self.stack[-1]
            run.outermost = min(run.outermost, module.depth)

    def place(self, frame: Frame) -> Place:
        return Place(frame.module.name, frame.line, frame.end)

    def reason(self, frame: Frame, text: str) -> None:
        reason = Reason(text, self.place(frame))
        self.reasons[reason] = None
        self.log.append(Noted(reason))

    def note_absent(self, name: str) -> None:
        self.absent[name] = None
        self.log.append(Noted(name))

    def failure(
        self,
        frame: Frame,
        error: str,
        message: str,
        partial: str = "",
        name: str = "",
        raised: Value | None = None,
    ) -> Stopped:
        """The error that the code of a frame raises now."""
        chain = tuple(run.importer for run in self.stack if run.importer)
        place = self.place(frame)
        return Stopped(Failure(error, message, place, chain, partial, name), raised)


def _text_of(value: Value) -> str:
    if isinstance(value, External):
        return value.path
    if isinstance(value, Instance):
        return value.of.name
    return value.text if isinstance(value, Unknown) else "?"
