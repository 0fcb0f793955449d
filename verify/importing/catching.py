"""Errors of the simulated code: what raises them, and what catches them."""

from __future__ import annotations

import builtins
from abc import abstractmethod
from collections.abc import Iterable
from enum import Enum

from verify.importing.calling import Caller
from verify.importing.describing import describe
from verify.importing.outcomes import Swallowed
from verify.importing.program import (
    Assign,
    Call,
    Class,
    Define,
    Expression,
    FromImport,
    Handler,
    Import,
    Raise,
    Step,
    Try,
    With,
)
from verify.importing.recording import Noted
from verify.importing.values import (
    NONE,
    External,
    Frame,
    Instance,
    Unknown,
    Value,
)
from verify.importing.values import Class as ClassValue
from verify.importing.world import NeedsDeciding, Stopped


class End(Enum):
    """How a block ends."""

    FELL = "fell"  # on to the next statement
    RETURNED = "returned"
    LEFT = "left"  # by break or continue
    RAISED = "raised"  # side by side with another branch: this one counts no more


class Catcher(Caller):
    """Runs the statements that raise and catch."""

    _caught: list[Stopped]

    @abstractmethod
    def run(self, frame: Frame, steps: Iterable[Step]) -> End: ...

    def run_with(self, frame: Frame, step: With) -> End:
        values = [self.evaluate(frame, one) for one in step.items]
        for name in step.names:
            self.bind(frame, name, Unknown(name))
        types = _suppressed(step)
        if types is None or not any(isinstance(one, Unknown) for one in values):
            return self.run(frame, step.body)
        handler = Handler(step.line, step.end, types, None, ())
        return self.run_try(
            frame, Try(step.line, step.end, step.body, (handler,), (), ())
        )

    def run_try(self, frame: Frame, step: Try) -> End:
        try:
            end = self._guarded(frame, step)
        except (Stopped, NeedsDeciding):
            if not step.final or self.run(frame, step.final) is End.FELL:
                raise
            return End.RETURNED
        last = self.run(frame, step.final)
        return end if last is End.FELL else last

    def _guarded(self, frame: Frame, step: Try) -> End:
        guards = any(_may_catch_imports(one) for one in step.handlers)
        names = any(_catches_names(one) for one in step.handlers)
        self.catching += guards
        self.catching_names += names
        caught: Stopped | None = None
        end = End.FELL
        try:
            end = self.run(frame, step.body)
        except Stopped as stopped:
            caught = stopped
        finally:
            self.catching -= guards
            self.catching_names -= names
        if caught is not None:
            return self._handle(frame, step, caught)
        return self.run(frame, step.otherwise) if end is End.FELL else end

    def _handle(self, frame: Frame, step: Try, stopped: Stopped) -> End:
        if self.weak:
            raise stopped
        for handler in step.handlers:
            if self._catches(frame, handler, stopped):
                break
        else:
            raise stopped
        if handler.name:
            self.bind(frame, handler.name, Unknown(handler.name))
        self._caught.append(stopped)
        try:
            end = self.run(frame, handler.body)
        finally:
            self._caught.pop()
        if handler.name:
            frame.names.pop(handler.name, None)
        frame.line, frame.end = handler.line, handler.end
        self.swallow(frame, stopped, _bound_by(step.body))
        return end

    def _catches(self, frame: Frame, handler: Handler, stopped: Stopped) -> bool:
        if handler.types is None:
            return True
        return any(
            self._matches(self.settled(self.evaluate(frame, one)), stopped)
            for one in handler.types
        )

    def _matches(self, kind: Value | None, stopped: Stopped) -> bool:
        if isinstance(kind, ClassValue):
            return isinstance(stopped.error, ClassValue) and _derives(
                stopped.error, kind
            )
        if not isinstance(kind, External):
            return False
        wanted = getattr(builtins, kind.path.removeprefix("builtins."), None)
        raised = getattr(builtins, stopped.failure.error, None)
        if isinstance(wanted, type) and isinstance(raised, type):
            return issubclass(raised, wanted)
        return kind.path in ("builtins.Exception", "builtins.BaseException")

    def swallow(self, frame: Frame, stopped: Stopped, names: Iterable[str]) -> None:
        failure = stopped.failure
        left = tuple(dict.fromkeys(names))
        swallowed = Swallowed(failure, self.place(frame), left)
        self.swallowed[failure.message, swallowed.handler] = swallowed
        self.log.append(Noted(swallowed))

    def run_raise(self, frame: Frame, step: Raise) -> End:
        value = NONE if step.error is None else self.evaluate(frame, step.error)
        if self.weak:
            return End.RAISED
        if frame.returned:  # under a condition: this is where it does not hold
            return End.RETURNED
        if step.error is None and self._caught:
            raise self._caught[-1]
        named = value.of if isinstance(value, Instance) else value
        error = step.error.function if isinstance(step.error, Call) else step.error
        name = describe(error) if error is not None else "RuntimeError"
        cause = self._caught[-1].failure if self._caught else None
        partial, missing = (cause.partial, cause.name) if cause else ("", "")
        raise self.failure(frame, name, "raised", partial, missing, named)


def _derives(one: ClassValue, other: ClassValue) -> bool:
    return one is other or any(
        isinstance(base, ClassValue) and _derives(base, other) for base in one.bases
    )


def _suppressed(step: With) -> tuple[Expression, ...] | None:
    for item in step.items:
        if isinstance(item, Call) and describe(item.function).endswith("suppress"):
            return item.arguments
    return None


def _may_catch_imports(handler: Handler) -> bool:
    if handler.types is None:
        return True
    names = {describe(one) for one in handler.types}
    wide = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    return bool(names & wide)


def _catches_names(handler: Handler) -> bool:
    return any(describe(one) == "NameError" for one in handler.types or ())


def _bound_by(steps: Iterable[Step]) -> list[str]:
    names: list[str] = []
    for step in steps:
        if isinstance(step, Import):
            names.append(step.alias or step.module.partition(".")[0])
        elif isinstance(step, FromImport):
            names += [local for _, local in step.names or ()]
        elif isinstance(step, Assign):
            names += step.names
        elif isinstance(step, (Define, Class)):
            names.append(step.name)
    return names
