"""Statements of the simulated code, one after the other."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping

from verify.importing.catching import Catcher, End
from verify.importing.describing import describe
from verify.importing.evaluating import items_of, scopes_of
from verify.importing.program import (
    Assign,
    Augment,
    Branch,
    Call,
    Chain,
    Class,
    Define,
    Delete,
    Evaluate,
    FromImport,
    Import,
    Leave,
    Loop,
    Raise,
    Return,
    Step,
    Store,
    Try,
    With,
)
from verify.importing.recording import Memory
from verify.importing.sources import Sources
from verify.importing.values import (
    NONE,
    Constant,
    External,
    Frame,
    Function,
    Module,
    Unknown,
    Value,
    joined,
    member_of,
    truth_of,
)
from verify.importing.values import Class as ClassValue
from verify.importing.world import Exhausted, NeedsDeciding, Stopped

# Decorators from outside that leave a function what it was.
_HARMLESS = frozenset(
    {
        "builtins.staticmethod",
        "functools.cache",
        "functools.lru_cache",
        "functools.wraps",
        "typing.no_type_check",
        "typing.final",
        "typing_extensions.final",
    }
)


class Runner(Catcher):
    """Runs statements."""

    def __init__(
        self,
        sources: Sources,
        known: Mapping[str, object],
        facts: Mapping[str, bool],
        assumed: Mapping[str, bool],
        memory: Memory,
    ) -> None:
        super().__init__(sources, known, facts, assumed, memory)
        self._calls = []
        self._caught: list[Stopped] = []
        self._runners: dict[type, Callable[..., End | None]] = {
            Import: self.run_import,
            FromImport: self.run_from_import,
            Assign: self._assign,
            Store: self._store,
            Augment: self._augment,
            Delete: self._delete,
            Evaluate: self._evaluate,
            Define: self._define,
            Class: self._class,
            Branch: self._branch,
            Loop: self._loop,
            Try: self.run_try,
            With: self.run_with,
            Raise: self.run_raise,
            Return: self._return,
            Leave: self._leave,
        }

    @abstractmethod
    def run_import(self, frame: Frame, step: Import) -> None: ...

    @abstractmethod
    def run_from_import(self, frame: Frame, step: FromImport) -> None: ...

    def run(self, frame: Frame, steps: Iterable[Step]) -> End:
        """Runs statements up to one that ends their block."""
        for step in steps:
            frame.line, frame.end = step.line, step.end
            self.steps_left -= 1
            if self.steps_left < 0:
                raise Exhausted
            end = self._runners[type(step)](frame, step)
            if end is not None and end is not End.FELL:
                return end
        return End.FELL

    def run_function(self, frame: Frame, steps: tuple[Step, ...]) -> None:
        """Runs a function's body; `frame.returned` is what it may return."""
        if self.run(frame, steps) is not End.RETURNED:
            frame.returned.append(NONE)

    def bind(self, frame: Frame, name: str, value: Value) -> None:
        if frame.is_module:
            self.write(frame.module, name, value)
        elif frame.body is None or name in frame.body.local:
            frame.names[name] = value
        else:
            for scope in reversed(frame.scopes):
                if name in scope:
                    scope[name] = value
                    return
            self.write(frame.module, name, value)

    def _evaluate(self, frame: Frame, step: Evaluate) -> None:
        self.evaluate(frame, step.value)
        self._note_all_methods(frame, step)

    def _note_all_methods(self, frame: Frame, step: Evaluate) -> None:
        """`__all__.extend(...)`, and its like, change what a star brings."""
        call = step.value
        if not frame.is_module or not isinstance(call, Call) or not call.arguments:
            return
        function = call.function
        if isinstance(function, Chain) and function.root == "__all__":
            old = frame.names.get("__all__")
            given = self.evaluate(frame, call.arguments[0])
            method = function.attributes[-1] if function.attributes else ""
            frame.names["__all__"] = _extended(old, given, method)

    def _assign(self, frame: Frame, step: Assign) -> None:
        value = self.evaluate(frame, step.value)
        for name in step.names:
            self.bind(frame, name, value)
        for target in step.targets:
            self.evaluate(frame, target)
        items = items_of(value) if step.unpacked else None
        if items is None or len(items) != len(step.unpacked):
            for name in step.unpacked:
                self.bind(frame, name, Unknown(name))
            return
        for name, item in zip(step.unpacked, items, strict=True):
            self.bind(frame, name, Constant(item))

    def _store(self, frame: Frame, step: Store) -> None:
        value = self.evaluate(frame, step.value)
        base = self.settled(self.evaluate(frame, step.base))
        self.evaluate(frame, step.key)
        if step.name is not None:
            if isinstance(base, Module):
                self.write(base, step.name, value)
            elif isinstance(base, ClassValue):
                base.members[step.name] = value
        elif base == External("sys.modules"):
            self._replace(frame, step)
        elif isinstance(base, Constant) and isinstance(step.base, Chain):
            self.bind(frame, step.base.root, Unknown(describe(step.base)))

    def _replace(self, frame: Frame, step: Store) -> None:
        key = self.evaluate(frame, step.key)
        if key == Constant(frame.module.name):
            frame.module.replaced = True
        else:
            self.reason(frame, "an assignment to sys.modules")

    def _augment(self, frame: Frame, step: Augment) -> None:
        old = self.settled(self.lookup(frame, step.name))
        given = self.settled(self.evaluate(frame, step.value)) or NONE
        method = "extend" if step.operator == "+" else ""
        self.bind(frame, step.name, _extended(old, given, method))

    def _delete(self, frame: Frame, step: Delete) -> None:
        if self.weak:
            raise NeedsDeciding
        for other in step.others:
            self.evaluate(frame, other)
        for name in step.names:
            self.lookup(frame, name)
            frame.names.pop(name, None)
            if frame.is_module:
                self.late.get(frame.module, {}).pop(name, None)

    def _define(self, frame: Frame, step: Define) -> None:
        decorators = [self.evaluate(frame, one) for one in step.decorators]
        for one in step.evaluated:
            self.evaluate(frame, one)
        function = Function(frame.module, step.code, scopes_of(frame))
        value = self._decorated(frame, function, decorators)
        frame.line, frame.end = step.line, step.end
        self.bind(frame, step.name, value)

    def _decorated(self, frame: Frame, value: Value, decorators: list[Value]) -> Value:
        for one in reversed(decorators):
            decorator = self.settled(one) or NONE
            if isinstance(decorator, External) or not _is_ours(decorator):
                if isinstance(value, Function) and not _is_harmless(decorator):
                    value.certain = False
                continue
            made = self.call(frame, decorator, (value,), {}, "decorated")
            if isinstance(made, (Function, ClassValue)):
                value = made
            elif isinstance(value, Function):
                value.certain = False
        return value

    def _class(self, frame: Frame, step: Class) -> None:
        decorators = [self.evaluate(frame, one) for one in step.decorators]
        bases = tuple(self.evaluate(frame, one) for one in step.bases)
        words = {name: self.evaluate(frame, one) for name, one in step.keywords}
        made = ClassValue(frame.module, step.name, bases)
        scopes = scopes_of(frame)
        inner = Frame(frame.module, made.members, scopes, is_class=True)
        self.run(inner, step.body)
        self._announce(frame, made, words.get("metaclass"))
        value = self._decorated(frame, made, decorators)
        self.bind(frame, step.name, value)

    def _announce(self, frame: Frame, made: ClassValue, meta: Value | None) -> None:
        """What a base and a metaclass run when a class is made."""
        if isinstance(meta, ClassValue):
            for name in ("__new__", "__init__"):
                method = member_of(meta, name)
                if isinstance(method, Function):
                    self.call_function(frame, method, (meta,))
        for base in made.bases:
            if isinstance(base, ClassValue):
                hook = member_of(base, "__init_subclass__")
                if isinstance(hook, Function):
                    self.call_function(frame, hook, (made,))
                return

    def _branch(self, frame: Frame, step: Branch) -> End:
        test = self.evaluate(frame, step.test)
        truth = truth_of(test)
        if truth is not None:
            return self.run(frame, step.body if truth else step.otherwise)
        return self.either(frame, test, step.body, step.otherwise)

    def either(
        self,
        frame: Frame,
        condition: Value,
        yes: tuple[Step, ...],
        no: tuple[Step, ...],
    ) -> End:
        """Two blocks of which one runs: side by side where that is possible."""
        before, returned = dict(frame.names), len(frame.returned)
        self.weak += 1
        try:
            return self._side_by_side(frame, condition, yes, no)
        except (Stopped, NeedsDeciding) as error:
            if self.weak > 1:
                raise
            cause = error
        finally:
            self.weak -= 1
        _restore(frame.names, before)
        del frame.returned[returned:]
        if _raises(yes) != _raises(no):
            return self.run(frame, no if _raises(yes) else yes)
        return self.run(frame, yes if self.decide_after(cause, condition) else no)

    def _side_by_side(
        self,
        frame: Frame,
        condition: Value,
        yes: tuple[Step, ...],
        no: tuple[Step, ...],
    ) -> End:
        before = dict(frame.names)
        ends, after = [], []
        for block in (yes, no):
            _restore(frame.names, before)
            ends.append(self.run(frame, block))
            after.append(dict(frame.names))
        going = [
            names for names, end in zip(after, ends, strict=True) if end is End.FELL
        ]
        if not going:
            if ends[0] is not ends[1]:
                raise NeedsDeciding
            return ends[0]
        _restore(frame.names, going[0])
        if len(going) == 2:
            for name in {*after[0], *after[1]}:
                one, other = after[0].get(name), after[1].get(name)
                if one is not other:
                    frame.names[name] = joined(condition, one, other)
        return End.FELL

    def _loop(self, frame: Frame, step: Loop) -> End:
        subject = self.settled(self.evaluate(frame, step.subject)) or NONE
        if step.names is None:
            truth = truth_of(subject)
            if truth is not False:
                end = self._round(frame, step, subject, certain=truth is True)
                if end is End.RETURNED:
                    return end
            return End.FELL if truth else self.run(frame, step.otherwise)
        items = items_of(subject)
        text = f"for {', '.join(step.names)} in {describe(step.subject)}"
        for item in (None,) if items is None else items:
            for name in step.names:
                known = item is not None and len(step.names) == 1
                self.bind(frame, name, Constant(item) if known else Unknown(name))
            certain = items is not None
            end = self._round(frame, step, Unknown(text), certain=certain)
            if end is End.RETURNED:
                return end
            if end is End.LEFT and certain:
                break
        return self.run(frame, step.otherwise)

    def _round(self, frame: Frame, step: Loop, test: Value, *, certain: bool) -> End:
        if certain:
            return self.run(frame, step.body)
        return self.either(frame, test, step.body, ())

    def _return(self, frame: Frame, step: Return) -> End:
        frame.returned.append(self.evaluate(frame, step.value))
        return End.RETURNED

    def _leave(self, frame: Frame, step: Leave) -> End:
        return End.LEFT


def _restore(names: dict[str, Value], to: dict[str, Value]) -> None:
    names.clear()
    names.update(to)


def _raises(steps: tuple[Step, ...]) -> bool:
    return bool(steps) and isinstance(steps[-1], Raise)


def _is_ours(value: Value) -> bool:
    return isinstance(value, (Function, ClassValue)) or hasattr(value, "function")


def _is_harmless(decorator: Value) -> bool:
    if isinstance(decorator, External):
        return decorator.path in _HARMLESS
    text = decorator.text if isinstance(decorator, Unknown) else ""
    return any(name.rpartition(".")[2] in text for name in _HARMLESS)


def _extended(old: Value | None, given: Value, method: str) -> Value:
    if not isinstance(old, Constant) or not isinstance(given, Constant):
        return Unknown("__all__")
    if isinstance(old.value, tuple):
        if method == "extend" and isinstance(given.value, tuple):
            return Constant(old.value + given.value)
        if method == "append":
            return Constant((*old.value, given.value))
        if method == "remove":
            return Constant(tuple(one for one in old.value if one != given.value))
    if isinstance(old.value, str) and isinstance(given.value, str) and method:
        return Constant(old.value + given.value)
    return Unknown("__all__")
