"""Calls that run during an import: local functions, classes, and a few others."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence

from verify.importing.evaluating import Evaluator, items_of
from verify.importing.program import Body, Code, Lambda, Literal, Step
from verify.importing.values import (
    NONE,
    Class,
    Constant,
    External,
    Frame,
    Function,
    Instance,
    Method,
    Module,
    Unknown,
    Value,
    joined,
    member_of,
)
from verify.importing.world import Stopped

_TRUE, _FALSE = Constant(True), Constant(False)
_DEEPEST = 40
_MOST_AT_ONCE = 6
_NO_WORDS: Mapping[str, Value] = {}
_IMPORTERS = frozenset({"importlib.import_module", "builtins.__import__"})
_RUNNERS = frozenset({"builtins.exec", "builtins.eval"})
# These call what they are given, and at once.
_CALLERS = frozenset(
    {
        "builtins.max",
        "builtins.min",
        "builtins.sorted",
        "functools.reduce",
    }
)
_CONSUMERS = frozenset({"builtins.list", "builtins.tuple", "builtins.set"})
_TEXT_METHODS = frozenset(
    (
        "endswith",
        "format",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "replace",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "upper",
    )
)


class Caller(Evaluator):
    """Runs calls, as deep as the code of the sources goes."""

    # With how many modules ran then: what an import calls again is no recursion.
    _calls: list[tuple[object, tuple[Value, ...], int]]

    @abstractmethod
    def run_function(self, frame: Frame, steps: tuple[Step, ...]) -> None: ...

    def call(
        self,
        frame: Frame,
        callee: Value,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
        text: str,
    ) -> Value:
        """The value of a call; fails where the called code does."""
        callee = self.settled(callee) or NONE
        if isinstance(callee, External):
            return self._call_external(frame, callee.path, arguments, words, text)
        if isinstance(callee, Function):
            value = self.call_function(frame, callee, arguments, words)
            return Unknown(text) if isinstance(value, Unknown) else value
        if isinstance(callee, Method):
            return self._call_method(frame, callee, arguments, words, text)
        if isinstance(callee, Class):
            return self._instantiate(frame, callee, arguments, words)
        if isinstance(callee, Instance):
            method = member_of(callee.of, "__call__")
            if isinstance(method, Function):
                return self.call_function(frame, method, (callee, *arguments), words)
        return Unknown(text)

    def call_function(
        self,
        frame: Frame,
        function: Function,
        arguments: Sequence[Value],
        words: Mapping[str, Value] = _NO_WORDS,
    ) -> Value:
        """Runs a function of the sources."""
        code = function.code
        call = (code, tuple(arguments), len(self.stack))
        again = [one for one in self._calls if one[0] is code]
        if call in again or len(again) >= _MOST_AT_ONCE:
            return Unknown("recursion")
        if len(self._calls) >= _DEEPEST:
            self.reason(frame, "calls go too deep to be followed")
            return Unknown("depth")
        self._calls.append(call)
        guesses = self.guesses
        try:
            if function.certain:
                return self._run(function, arguments, words)
            return self._run_perhaps(frame, function, arguments, words)
        except Stopped as stopped:
            # What fails for another reason than the order of imports, on a path
            # that was guessed, is not taken to be the path; nor is a function
            # that refuses what it is given taken to be given that.
            doubtful = self.guesses > guesses or stopped.error is not None
            if doubtful and not stopped.failure.partial and not self.in_hook:
                return Unknown("refused")
            raise
        finally:
            self._calls.pop()

    def _run_perhaps(
        self,
        frame: Frame,
        function: Function,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
    ) -> Value:
        try:
            return self._run(function, arguments, words)
        except Stopped as stopped:
            if stopped.failure.partial:
                self.reason(frame, "a decorator may keep a call from running")
            return Unknown("decorated")

    def _run(
        self,
        function: Function,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
    ) -> Value:
        code = function.code
        if isinstance(code, Lambda):
            return self._run_lambda(function, code, arguments)
        body = self.sources.body(function.module.name, code)
        if not body.runs_when_called:
            return Unknown(code.name)
        names = _arguments_by_name(body, arguments, words)
        inner = Frame(function.module, names, function.scopes, body)
        inner.line, inner.end = code.line, code.line
        try:
            self.run_function(inner, body.steps)
        except Stopped as stopped:
            if not inner.returned:
                raise
            # It may have returned before, under a condition that nobody knows.
            if stopped.failure.partial:
                self.reason(inner, f"{code.name} may fail, or return before it does")
            return Unknown(code.name)
        return _result(inner.returned, code)

    def _run_lambda(
        self, function: Function, code: Lambda, given: Sequence[Value]
    ) -> Value:
        names: dict[str, Value] = {name: Unknown(name) for name in code.parameters}
        names.update(zip(code.parameters, given, strict=False))
        inner = Frame(function.module, names, function.scopes)
        inner.line, inner.end = code.line, code.end
        return self.evaluate(inner, code.body)

    def _instantiate(
        self,
        frame: Frame,
        made: Class,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
    ) -> Value:
        receiver = Instance(made)
        for name, first in (("__new__", made), ("__init__", receiver)):
            method = member_of(made, name)
            if isinstance(method, Function):
                self.call_function(frame, method, (first, *arguments), words)
        return receiver

    def _call_method(
        self,
        frame: Frame,
        method: Method,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
        text: str,
    ) -> Value:
        if isinstance(method.function, Function):
            given = (method.receiver, *arguments)
            return self.call_function(frame, method.function, given, words)
        receiver = method.receiver
        if isinstance(receiver, Constant) and isinstance(receiver.value, dict):
            return _looked_up(receiver.value, method.name, arguments, text)
        if isinstance(receiver, Constant) and isinstance(receiver.value, str):
            known = [one.value for one in arguments if isinstance(one, Constant)]
            if method.name in _TEXT_METHODS and len(known) == len(arguments):
                try:
                    answer = getattr(receiver.value, method.name)(*known)
                except (TypeError, ValueError, LookupError):
                    return Unknown(text)
                return Constant(tuple(answer) if isinstance(answer, list) else answer)
        return Unknown(text)

    def _call_external(
        self,
        frame: Frame,
        path: str,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
        text: str,
    ) -> Value:
        if f"{path}()" in self.known and not arguments:
            return Constant(self.known[f"{path}()"])
        if path in _IMPORTERS:
            return self._import(frame, path, arguments, words, text)
        if path in _RUNNERS:
            self._run_text(frame, path)
        special = self._specials().get(path)
        if special is not None:
            return special(frame, arguments, text)
        if path in _CALLERS:
            for one in (*arguments, *words.values()):
                if isinstance(one, Function):
                    self.call_function(frame, one, ())
        if path in _CONSUMERS and len(arguments) == 1:
            items = items_of(arguments[0])
            return Unknown(text) if items is None else Constant(tuple(items))
        return Unknown(text)

    def _specials(self) -> dict[str, Callable[[Frame, Sequence[Value], str], Value]]:
        return {
            "builtins.callable": self._callable,
            "builtins.hasattr": self._hasattr,
            "builtins.getattr": self._getattr,
            "builtins.setattr": self._setattr,
        }

    def _import(
        self,
        frame: Frame,
        path: str,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
        text: str,
    ) -> Value:
        name = _text(arguments[0] if arguments else words.get("name"))
        package = _text(arguments[1] if len(arguments) > 1 else words.get("package"))
        if name and name.startswith(".") and package:
            name = _absolute(name, package)
        if not name or name.startswith("."):
            self.reason(frame, f"{text} imports a module whose name is computed")
            return Unknown(text)
        module = self.load(frame, name)
        if path == "builtins.__import__" and len(arguments) < 4 and "." in name:
            return self.load(frame, name.partition(".")[0])
        return module

    def _run_text(self, frame: Frame, path: str) -> None:
        if path == "builtins.exec":
            frame.module.names.setdefault("*", Unknown("exec"))

    def _callable(self, frame: Frame, given: Sequence[Value], text: str) -> Value:
        value = self.settled(given[0]) if len(given) == 1 else None
        if isinstance(value, (Function, Class, Method)):
            return Constant(True)
        if isinstance(value, (Constant, Module)):
            return Constant(False)
        return Unknown(text)

    def _hasattr(self, frame: Frame, given: Sequence[Value], text: str) -> Value:
        name = _text(given[1]) if len(given) == 2 else None
        owner = self.settled(given[0]) if name else None
        if not name or not isinstance(owner, Module):
            return Unknown(text)
        found = self.find_attribute(frame, owner, name)
        if found is None:
            self.partial(owner, name)
        return Constant(found is not None)

    def _getattr(self, frame: Frame, given: Sequence[Value], text: str) -> Value:
        name = _text(given[1]) if len(given) > 1 else None
        owner = self.settled(given[0]) if name else None
        if not name or owner is None:
            return Unknown(text)
        if len(given) < 3 or not isinstance(owner, Module):
            return self.attribute(frame, owner, name)
        found = self.find_attribute(frame, owner, name)
        if found is None:
            message = f"module {owner.name!r} has no attribute {name!r}"
            partial = self.partial(owner, name)
            if partial:
                error = self.failure(frame, "AttributeError", message, partial, name)
                self.swallow(frame, error, (name,))
        return found or given[2]

    def _setattr(self, frame: Frame, given: Sequence[Value], text: str) -> Value:
        owner = self.settled(given[0]) if len(given) == 3 else None
        name = _text(given[1]) if owner is not None else None
        if isinstance(owner, Module) and name:
            self.write(owner, name, given[2])
        return Constant(None)

    @abstractmethod
    def swallow(self, frame: Frame, stopped: Stopped, names: Iterable[str]) -> None: ...


def _looked_up(
    table: dict[object, object], method: str, arguments: Sequence[Value], text: str
) -> Value:
    """What `table.get(key)` is worth, where the key is known."""
    key = arguments[0] if arguments else None
    if method != "get" or not isinstance(key, Constant):
        return Unknown(text)
    try:
        found = key.value in table
    except TypeError:
        return Unknown(text)
    if found:
        return Constant(table[key.value])
    return arguments[1] if len(arguments) > 1 else NONE


def _arguments_by_name(
    body: Body, arguments: Sequence[Value], words: Mapping[str, Value]
) -> dict[str, Value]:
    names: dict[str, Value] = {}
    for name, default in body.defaults:
        names[name] = Unknown(name)
        if isinstance(default, Literal):
            names[name] = Constant(default.value)
    for name in (*body.parameters, *body.rest):
        names.setdefault(name, Unknown(name))
    names.update(zip(body.parameters, arguments, strict=False))
    names.update((name, value) for name, value in words.items() if name in names)
    return names


def _result(returned: Sequence[Value], code: Code) -> Value:
    value: Value = returned[0] if returned else NONE
    truths = {
        isinstance(one, Constant) and isinstance(one.value, bool) for one in returned
    }
    if truths == {True} and any(one != value for one in returned):
        return Unknown(f"{code.name}()")  # whose truth is the value
    for other in returned[1:]:
        if other != value:
            either = joined(Unknown(f"{code.name}()"), value, other)
            return either if len(returned) == 2 else Unknown(f"{code.name}()")
    return value


def _text(value: Value | None) -> str | None:
    if isinstance(value, Constant) and isinstance(value.value, str):
        return value.value
    return None


def _absolute(name: str, package: str) -> str:
    """The dotted name that a relative one has inside a package."""
    level = len(name) - len(name.lstrip("."))
    parts = package.split(".")
    base = parts[: len(parts) - level + 1] if level > 1 else parts
    return ".".join((*base, name.lstrip("."))) if base else ""
