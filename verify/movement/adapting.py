"""Whether code differs only by names that follow from the moves of the range.

What may differ: the path to something that is the same on both sides or moved
from one to the other; `self`, where the new function is handed what it was or
holds it; `self.x`, where the new function takes `x`; `self.m(...)`, where the
method became a function.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from verify.movement.atoms import COMMENT, HEAD, Atom, is_docstring
from verify.movement.chains import (
    Chain,
    Resolver,
    bound_in,
    chain_of,
    class_of,
    parameters_of,
    receiver_of,
    stores_of,
    written_of,
)
from verify.movement.definitions import Definition


@dataclass(eq=False)
class Adapter:
    """Compares code of one definition with code of another.

    `subject` holds what the old receiver became: one thing for all of it.
    `parameters` are those that were attributes of the receiver, and which.
    `renamed` are last names that moved things had, and have now. Where `is_strict`
    nothing may differ at all; where `is_in_place` only the paths to what moved, and
    calls of methods that became functions.
    """

    old: Definition
    new: Definition
    resolve: tuple[Resolver, Resolver]
    moved: Callable[[str], str]
    is_handed: Callable[[Definition, Collection[tuple[str, Chain]]], bool]
    is_kept: Callable[[Definition, str], bool]
    renamed: Mapping[str, str] = field(default_factory=dict)
    is_strict: bool = False
    is_in_place: bool = False
    subject: Chain | None = None
    witnesses: frozenset[str] = frozenset()
    parameters: frozenset[tuple[str, Chain]] = frozenset()

    def __post_init__(self) -> None:
        self.receiver = receiver_of(self.old)
        self.new_receiver = receiver_of(self.new)
        self.old_parameters = set(parameters_of(self.old))
        self.new_parameters = set(parameters_of(self.new))
        self.old_names = bound_in(self.old)
        self.new_names = bound_in(self.new)

    def loose(self, atom: Atom) -> object:
        """What atoms that may be the same have in common."""
        if self.is_strict or atom.kind == COMMENT or not atom.nodes:
            return atom.key if atom.inner is None else atom
        is_old = atom.owner is self.old or self.is_in_place
        receiver = self.receiver if is_old else self._first()
        parts = "\n".join(_loosely(n, atom, receiver, self.renamed) for n in atom.nodes)
        return (atom.kind, parts, atom.comments)

    def _first(self) -> str:
        """What the new code may call what the old one calls its receiver."""
        if self.new_receiver or not self.receiver:
            return self.new_receiver
        first = next(iter(parameters_of(self.new)), "")
        return "" if first in self.known_names else first

    @cached_property
    def known_names(self) -> set[str]:
        """The names and attributes that the old code has already."""
        nodes = list(ast.walk(self.old.node))
        names = {node.id for node in nodes if isinstance(node, ast.Name)}
        return names | {n.attr for n in nodes if isinstance(n, ast.Attribute)}

    def choose(self, pairs: list[tuple[Atom, Atom]]) -> list[tuple[Atom, Atom]]:
        """The pairs of which one became the other, by one reading of all."""
        if self.is_strict:
            return pairs
        votes: Counter[Chain] = Counter()
        for old, new in pairs:
            self.forget()
            if self.same(old, new) and self.subject:
                votes[self.subject] += 1
        self.forget()
        if votes:
            self.subject = votes.most_common(1)[0][0]
        chosen = [(old, new) for old, new in pairs if self.same(old, new)]
        if self.is_justified:
            return chosen
        self.forget()
        plain = [(old, new) for old, new in chosen if old.key == new.key]
        if self.receiver and self.new_receiver:
            self.subject = (self.new_receiver,)
        return [(old, new) for old, new in plain if self.same(old, new)]

    def forget(self) -> None:
        self.subject = None
        self.witnesses = frozenset()
        self.parameters = frozenset()

    def same(self, old: Atom, new: Atom) -> bool:
        """Whether one atom became the other, given all that was seen before."""
        if old.kind != new.kind or old.comments != new.comments:
            return False
        if len(old.nodes) != len(new.nodes) or not old.nodes:
            return old.key == new.key
        before = self.subject, self.witnesses, self.parameters
        if all(
            self.unify(*_visible(a, b, old, new))
            for a, b in zip(old.nodes, new.nodes, strict=True)
        ):
            return True
        self.subject, self.witnesses, self.parameters = before
        return False

    def unify(self, a: object, b: object) -> bool:
        if isinstance(a, list) and isinstance(b, list):
            return len(a) == len(b) and all(
                self.unify(x, y) for x, y in zip(a, b, strict=True)
            )
        if not isinstance(a, ast.AST) or not isinstance(b, ast.AST):
            return type(a) is type(b) and a == b
        old, new = chain_of(a), chain_of(b)
        if old and new:
            if type(getattr(a, "ctx", None)) is not type(getattr(b, "ctx", None)):
                return False
            return self.chains(old, new, isinstance(getattr(a, "ctx", None), ast.Load))
        if isinstance(a, ast.Call) and isinstance(b, ast.Call) and self.calls(a, b):
            return True
        if type(a) is not type(b):
            return False
        return all(
            self.unify(getattr(a, name, None), getattr(b, name, None))
            for name in a._fields
        )

    def calls(self, a: ast.Call, b: ast.Call) -> bool:
        """`self.m(...)`, where the method became a function, handed self or not."""
        old, new = chain_of(a.func), chain_of(b.func)
        if not old or not new or not self.became(old, new):
            return False
        extra = len(b.args) - len(a.args)
        if extra == 1:
            handed = chain_of(b.args[0])
            if not handed or not self.chains((self.receiver,), handed, True):
                return False
        elif extra:
            return False
        return self.unify(a.args, b.args[extra:]) and self.unify(a.keywords, b.keywords)

    def became(self, old: Chain, new: Chain) -> bool:
        """Whether a method of the receiver moved to where a name leads."""
        holder = class_of(self.old)
        if holder is None or len(old) != 2 or old[0] != self.receiver:
            return False
        target = self.moved(f"{holder.dotted}.{old[1]}")
        return target != f"{holder.dotted}.{old[1]}" and (
            self.resolve[1](self.new, new) == target
        )

    def chains(self, old: Chain, new: Chain, loads: bool) -> bool:
        if self.receiver and old[0] == self.receiver:
            return self.of_receiver(old, new, loads)
        if old == new:
            return True
        if old[0] in self.old_names or new[0] in self.new_names:
            return False
        for cut in range(min(len(old), len(new))):
            if cut and old[-cut:] != new[-cut:]:
                return False
            was = self.resolve[0](self.old, old[: len(old) - cut])
            now = self.resolve[1](self.new, new[: len(new) - cut])
            if was and now and self.moved(was) == now:
                return True
        return False

    def of_receiver(self, old: Chain, new: Chain, loads: bool) -> bool:
        """`self.x.y` and what became of it."""
        if self.is_in_place:
            return old == new
        rest = old[1:]
        cut = len(rest) - len(new) + 1
        if (
            loads
            and 0 < cut <= len(rest)
            and rest[cut - 1 :] == new
            and self.is_parameter(new[0], rest[:cut])
        ):
            self.parameters |= {(new[0], rest[:cut])}
            return True
        if rest and new[-len(rest) :] != rest:
            return False
        subject = new[: len(new) - len(rest)]
        if not subject or (self.subject is not None and self.subject != subject):
            return False
        if subject[0] not in {self.new_receiver, *self.new_parameters} - {""}:
            return False
        self.subject = subject
        self.witnesses |= {rest[0] if rest else ""}
        return True

    def is_parameter(self, name: str, was: Chain) -> bool:
        """Whether what was read off the receiver can be a parameter now."""
        others = {chain for known, chain in self.parameters if known == name}
        return (
            not others - {was}
            and was[0] not in written_of(self.old, self.receiver)
            and was[-1] not in written_of(self.old, self.receiver)
            and name in self.new_parameters
            and name not in self.old_names
            and name not in stores_of(self.new)
        )

    def same_heads(self) -> bool:
        """Whether the parameters differ by nothing but what follows: the receiver
        is dropped or handed by another name, attributes are handed beside it.
        """
        old = getattr(self.old.node, "args", None)
        new = getattr(self.new.node, "args", None)
        if not isinstance(old, ast.arguments) or not isinstance(new, ast.arguments):
            return False
        handed = {name for name, _ in self.parameters} | {self.new_receiver}
        handed |= set(self.subject or ())
        return _signature(old, {self.receiver}) == _signature(new, handed) and (
            _outside(self.old.node) == _outside(self.new.node)
        )

    @property
    def is_justified(self) -> bool:
        """Whether what was assumed on the way follows from what is seen."""
        handed = set(self.parameters)
        subject = self.subject or ()
        if len(subject) == 1 and subject != (self.new_receiver,):
            if subject[0] in stores_of(self.new):
                return False
            handed.add((subject[0], ()))
        if handed and not self.is_handed(self.new, handed):
            return False
        if len(subject) < 2:
            return True
        is_own = subject[:-1] == (self.new_receiver,)
        return is_own and self.is_kept(self.new, subject[1])


def _signature(arguments: ast.arguments, without: set[str]) -> str:
    """What a list of parameters says of all but some without a default."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults))
    parts = [
        (argument.arg, ast.dump(argument), default and ast.dump(default))
        for argument, default in zip(
            positional, [*defaults, *arguments.defaults], strict=True
        )
        if default is not None or argument.arg not in without
    ]
    keywords = [
        (argument.arg, ast.dump(argument), default and ast.dump(default))
        for argument, default in zip(
            arguments.kwonlyargs, arguments.kw_defaults, strict=True
        )
        if default is not None or argument.arg not in without
    ]
    rest = [a and ast.dump(a) for a in (arguments.vararg, arguments.kwarg)]
    return repr((len(arguments.posonlyargs), parts, keywords, rest))


def _outside(node: ast.AST) -> str:
    """What a head says beside name and parameters."""
    names = ("returns", "type_params", "bases", "keywords")
    found = [getattr(node, name, None) for name in names]
    dumps = [ast.dump(each) for each in found if isinstance(each, ast.AST)]
    lists = [ast.dump(e) for each in found if isinstance(each, list) for e in each]
    return repr((type(node).__name__, dumps, lists))


def _visible(a: ast.AST, b: ast.AST, old: Atom, new: Atom) -> tuple[object, object]:
    """What of two nodes is on the atoms' own lines."""
    if old.kind != HEAD:
        if is_docstring(a, old.owner) or is_docstring(b, new.owner):
            return old.shape, new.shape
        return a, b
    hidden = {"body", "orelse", "finalbody", "handlers", "cases", "decorator_list"}
    if old.is_own_head and new.is_own_head:
        hidden.add("name")

    def parts(node: ast.AST) -> list[object]:
        fields = (f for f in node._fields if f not in hidden)
        return [type(node).__name__, *(getattr(node, f, None) for f in fields)]

    return parts(a), parts(b)


def _loosely(
    node: ast.AST, atom: Atom, receiver: str, renamed: Mapping[str, str]
) -> str:
    if atom.kind != HEAD:
        if is_docstring(node, atom.owner):
            return atom.shape
        return _loose(node, receiver, renamed, frozenset())
    hidden = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
    return _loose(node, receiver, renamed, hidden | {"decorator_list"})


def _loose(
    node: object, receiver: str, renamed: Mapping[str, str], hidden: frozenset[str]
) -> str:
    if isinstance(node, list):
        parts = (_loose(each, receiver, renamed, frozenset()) for each in node)
        return f"[{' '.join(parts)}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    chain = chain_of(node)
    if chain:
        return "@" if chain == (receiver,) else renamed.get(chain[-1], chain[-1])
    parts = (
        _loose(value, receiver, renamed, frozenset())
        for name, value in ast.iter_fields(node)
        if name not in hidden
    )
    return f"{type(node).__name__}({' '.join(parts)})"
