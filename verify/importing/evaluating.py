"""Expressions of the simulated code -> values."""

from __future__ import annotations

import operator
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from verify.importing.describing import describe
from verify.importing.program import (
    Alternative,
    Attribute,
    Call,
    Chain,
    Comparison,
    Comprehension,
    Expression,
    Joined,
    Lambda,
    Literal,
    Logic,
    Negation,
    Pairs,
    Several,
    Subscript,
    Walrus,
)
from verify.importing.program import Sequence as Items
from verify.importing.recording import Memory
from verify.importing.sources import Sources
from verify.importing.values import (
    NONE,
    Class,
    Combined,
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
    truth_of,
)
from verify.importing.world import NeedsDeciding, Stopped, World

_COMPARING: dict[str, Callable[[Any, Any], object]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda left, right: left in right,
    "not in": lambda left, right: left not in right,
}
_MOST_ITEMS = 64


class Evaluator(World):
    """Runs expressions, for what they need and what they import."""

    def __init__(
        self,
        sources: Sources,
        known: Mapping[str, object],
        facts: Mapping[str, bool],
        assumed: Mapping[str, bool],
        memory: Memory,
    ) -> None:
        super().__init__(sources, known, facts, assumed, memory)
        self._readers: dict[type, Callable[..., Value]] = {
            Literal: self._literal,
            Chain: self._chain,
            Attribute: self._attribute,
            Call: self._call,
            Comparison: self._comparison,
            Logic: self._logic,
            Negation: self._negation,
            Alternative: self._alternative,
            Subscript: self._subscript,
            Joined: self._joined,
            Items: self._items,
            Pairs: self._pairs,
            Several: self._several,
            Walrus: self._walrus,
            Comprehension: self._comprehension,
            Lambda: self._lambda,
        }

    @abstractmethod
    def call(
        self,
        frame: Frame,
        callee: Value,
        arguments: Sequence[Value],
        words: Mapping[str, Value],
        text: str,
    ) -> Value: ...

    @abstractmethod
    def bind(self, frame: Frame, name: str, value: Value) -> None: ...

    def evaluate(self, frame: Frame, expression: Expression) -> Value:
        """The value of an expression; fails where the simulated code does."""
        return self._readers[type(expression)](frame, expression)

    def attribute(self, frame: Frame, base: Value, name: str) -> Value:
        """An attribute of a value; fails with AttributeError on modules only."""
        base = self.settled(base) or NONE
        if isinstance(base, Module):
            return self.attribute_of_module(frame, base, name)
        if isinstance(base, External):
            return self.external(f"{base.path}.{name}")
        if isinstance(base, Constant):
            return Method(Unknown(name), base, name)
        if isinstance(base, Class):
            return member_of(base, name) or Unknown(f"{base.name}.{name}")
        if isinstance(base, Instance):
            return self._of_instance(base, name)
        text = base.text if isinstance(base, Unknown) else "?"
        if text == "__spec__" and name in ("name", "parent"):
            own = "__name__" if name == "name" else "__package__"
            return frame.module.names.get(own, NONE)
        return Unknown(f"{text}.{name}")

    @staticmethod
    def _of_instance(base: Instance, name: str) -> Value:
        found = member_of(base.of, name)
        if isinstance(found, Function):
            return Method(found, base) if found.certain else Unknown(name)
        return found or Unknown(f"{base.of.name}.{name}")

    def external(self, path: str) -> Value:
        """Something from outside the sources, as far as it is known."""
        if path in self.known:
            return Constant(self.known[path])
        return External(path)

    def certainly(
        self, frame: Frame, condition: Value, expression: Expression, *, runs_if: bool
    ) -> Value | None:
        """An expression that runs only under a condition that cannot be told; None
        where it is found not to run. Asks for the condition only if it matters."""
        self.weak += 1
        try:
            return self.evaluate(frame, expression)
        except (Stopped, NeedsDeciding) as error:
            if self.weak > 1:
                raise
            cause = error
        finally:
            self.weak -= 1
        if self.decide_after(cause, condition) is not runs_if:
            return None
        return self.evaluate(frame, expression)

    def _literal(self, frame: Frame, expression: Literal) -> Value:
        return Constant(expression.value)

    def _chain(self, frame: Frame, expression: Chain) -> Value:
        value = self.lookup(frame, expression.root)
        for name in expression.attributes:
            value = self.attribute(frame, value, name)
        return value

    def _attribute(self, frame: Frame, expression: Attribute) -> Value:
        base = self.evaluate(frame, expression.base)
        return self.attribute(frame, base, expression.name)

    def _call(self, frame: Frame, expression: Call) -> Value:
        callee = self.evaluate(frame, expression.function)
        arguments = [self.evaluate(frame, one) for one in expression.arguments]
        words = {
            name or "**": self.evaluate(frame, one) for name, one in expression.keywords
        }
        text = self.sources.text_of(expression)
        if text in self.facts:
            return Constant(self.facts[text])
        return self.call(frame, callee, arguments, words, text)

    def _comparison(self, frame: Frame, expression: Comparison) -> Value:
        left = self.settled(self.evaluate(frame, expression.left))
        right = self.settled(self.evaluate(frame, expression.right))
        if isinstance(left, Constant) and isinstance(right, Constant):
            try:
                compared = _COMPARING[expression.operator](left.value, right.value)
            except TypeError:
                return Unknown(describe(expression))
            return Constant(bool(compared))
        if right == NONE and isinstance(left, (Module, Function, Class, Method)):
            return Constant(expression.operator in ("is not", "!="))
        return Unknown(describe(expression))

    def _logic(self, frame: Frame, expression: Logic) -> Value:
        first, *others = expression.parts
        value = self.evaluate(frame, first)
        decisive = expression.operator == "or"
        for part in others:
            truth = truth_of(value)
            if truth is decisive:
                return value
            if truth is not None:
                value = self.evaluate(frame, part)
                continue
            after = self.certainly(frame, value, part, runs_if=not decisive)
            if after is None:
                return value
            value = Combined(expression.operator, (value, after))
        return value

    def _negation(self, frame: Frame, expression: Negation) -> Value:
        value = self.evaluate(frame, expression.part)
        truth = truth_of(value)
        return Combined("not", (value,)) if truth is None else Constant(not truth)

    def _alternative(self, frame: Frame, expression: Alternative) -> Value:
        test = self.evaluate(frame, expression.test)
        truth = truth_of(test)
        if truth is not None:
            return self.evaluate(frame, expression.yes if truth else expression.no)
        yes = self.certainly(frame, test, expression.yes, runs_if=True)
        no = self.certainly(frame, test, expression.no, runs_if=False)
        if yes is None or no is None:
            return yes or no or NONE
        return joined(test, yes, no)

    def _subscript(self, frame: Frame, expression: Subscript) -> Value:
        base = self.settled(self.evaluate(frame, expression.base))
        index = self.settled(self.evaluate(frame, expression.key))
        if isinstance(base, Constant) and isinstance(index, Constant):
            try:
                return Constant(base.value[index.value])  # type: ignore[index]
            except (TypeError, KeyError, IndexError):
                pass
        return Unknown(describe(expression))

    def _joined(self, frame: Frame, expression: Joined) -> Value:
        values = [self.settled(self.evaluate(frame, one)) for one in expression.parts]
        known = [one.value for one in values if isinstance(one, Constant)]
        if len(known) == len(values):
            if all(isinstance(one, str) for one in known):
                return Constant("".join(map(str, known)))
            if len(known) == 2 and all(isinstance(one, tuple) for one in known):
                return Constant(known[0] + known[1])  # type: ignore[operator]
        return Unknown(describe(expression))

    def _items(self, frame: Frame, expression: Items) -> Value:
        values = [self.settled(self.evaluate(frame, one)) for one in expression.items]
        if all(isinstance(one, Constant) for one in values):
            return Constant(
                tuple(one.value for one in values if isinstance(one, Constant))
            )
        return Unknown(describe(expression))

    def _pairs(self, frame: Frame, expression: Pairs) -> Value:
        names = [self.evaluate(frame, one) for one in expression.keys]
        values = [self.settled(self.evaluate(frame, one)) for one in expression.values]
        known: dict[object, object] = {}
        for name, value in zip(names, values, strict=True):
            if not isinstance(name, Constant) or not isinstance(value, Constant):
                return Unknown(describe(expression))
            known[name.value] = value.value
        return Constant(known)

    def _several(self, frame: Frame, expression: Several) -> Value:
        for part in expression.parts:
            self.evaluate(frame, part)
        return Unknown(describe(expression))

    def _walrus(self, frame: Frame, expression: Walrus) -> Value:
        value = self.evaluate(frame, expression.value)
        self.bind(frame, expression.name, value)
        return value

    def _lambda(self, frame: Frame, expression: Lambda) -> Value:
        for one in expression.defaults:
            self.evaluate(frame, one)
        return Function(frame.module, expression, scopes_of(frame))

    def _comprehension(self, frame: Frame, expression: Comprehension) -> Value:
        subject = self.settled(self.evaluate(frame, expression.iterable)) or NONE
        items = items_of(subject)
        text = f"for {', '.join(expression.names)} in {describe(expression.iterable)}"
        for item in items if items is not None else (None,):
            names: dict[str, Value] = dict.fromkeys(expression.names, Unknown(text))
            if item is not None and len(names) == 1:
                names[expression.names[0]] = Constant(item)
            inner = Frame(frame.module, names, scopes_of(frame, classes=True), None)
            inner.line, inner.end = frame.line, frame.end
            if items is not None and not expression.is_generator:
                self.evaluate(inner, expression.parts)
            else:
                self.certainly(inner, Unknown(text), expression.parts, runs_if=True)
        return Unknown(text)


def scopes_of(frame: Frame, *, classes: bool = False) -> tuple[dict[str, Value], ...]:
    """The scopes that a function made in a frame can see, innermost last."""
    if frame.is_module or (frame.is_class and not classes):
        return frame.scopes
    return (*frame.scopes, frame.names)


def items_of(value: Value) -> list[object] | None:
    """The items of a constant that can be run over; None where nobody knows them."""
    if not isinstance(value, Constant):
        return None
    if isinstance(value.value, (tuple, str, dict)):
        return list(value.value)[:_MOST_ITEMS]
    return None
