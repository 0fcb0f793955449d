"""Plays records of earlier imports in a world, as far as they hold there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from verify.importing.loading import Loader
from verify.importing.outcomes import Reason, Swallowed
from verify.importing.recording import (
    Asked,
    Event,
    Missing,
    Noted,
    Passed,
    Phase,
    Read,
    Record,
    Requested,
    Written,
)
from verify.importing.values import Module, Value

_Undo: TypeAlias = tuple[Callable[..., object], tuple[object, ...]]


class Replayer(Loader):
    """Runs imports, but for those that it has seen before."""

    _undo: list[_Undo]
    _open: set[Module]

    def replayed(self, name: str) -> Module | None:
        """A module that was played from a record; None where no record holds."""
        for record in self.memory.records.get(name, ()):
            self._undo = []
            self._open = set()
            begun = len(self.log)
            if self._play(record):
                del self.log[begun:]
                return record.module
            for function, arguments in reversed(self._undo):
                function(*arguments)
        return None

    def _play(self, record: Record) -> bool:
        module = record.module
        self._load(module.name, module)
        self._open.add(module)
        holds = all(self._event(event) for event in record.events)
        self._open.discard(module)
        if holds:
            self._bind(module)
        return holds

    def _event(self, event: Event) -> bool:
        if type(event) is Requested:
            return self._requested(event)
        if type(event) is Asked:
            return self._asked(event)
        if type(event) is Read:
            return self._late(event.module, event.name) == event.value
        if type(event) is Missing:
            return event.name not in self.modules
        if type(event) is Passed:
            return self._passed(event)
        if type(event) is Written:
            self._write(event.module, event.name, event.value)
        elif type(event) is Noted:
            self._note(event.what)
        return True

    def _requested(self, event: Requested) -> bool:
        present = self.modules.get(event.name)
        if present is not None:
            return present is event.module
        above = event.name.rpartition(".")[0]
        if above and above not in self.modules:
            return False
        if event.name in self.sources.namespaces:
            self._load(event.name, event.module)
            self._bind(event.module)
            return True
        record = self.memory.of_module.get(event.module)
        return record is not None and self._play(record)

    def _asked(self, event: Asked) -> bool:
        expected = self.assumed.get(event.condition, event.answer)
        known = not event.matters or event.condition in self.asked
        if expected is event.answer and not known:
            self.asked[event.condition] = event.answer
            self._undo.append((self.asked.pop, (event.condition,)))
        return expected is event.answer

    def _passed(self, event: Passed) -> bool:
        if event.phase is Phase.BEGUN:
            if event.name in self.modules:
                return False
            self._load(event.name, event.module)
            self._open.add(event.module)
            return True
        self._open.discard(event.module)
        if event.phase is Phase.FINISHED:
            self._bind(event.module)
        elif self.modules.pop(event.name, None) is not None:
            self._undo.append((self.modules.__setitem__, (event.name, event.module)))
        return True

    def _note(self, what: Swallowed | Reason | str) -> None:
        if isinstance(what, str):
            self.absent[what] = None
        elif isinstance(what, Reason):
            self.reasons[what] = None
        else:
            self.swallowed[what.failure.message, what.handler] = what

    def _load(self, name: str, module: Module) -> None:
        self.modules[name] = module
        self._undo.append((self.modules.pop, (name, None)))

    def _bind(self, module: Module) -> None:
        """Binds a module on its package, unless that is how the package ended."""
        above, _, last = module.name.rpartition(".")
        parent = self.modules.get(above)
        if parent is not None and parent not in self._open:
            self._write(parent, last, module)

    def _write(self, module: Module, name: str, value: Value) -> None:
        names = module.names if module.running else self.late.setdefault(module, {})
        if name in names:
            self._undo.append((names.__setitem__, (name, names[name])))
        else:
            self._undo.append((names.pop, (name, None)))
        names[name] = value
