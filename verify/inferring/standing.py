"""Whether a name surely was there before, and surely is not there now."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from codemods.name import Name
from verify.inferring.both import Both
from verify.surface.flow import run
from verify.surface.importable import Certainty, Importable
from verify.surface.members import Class, Members, members_of

# `x.name = ...` and `setattr(x, "name", ...)`: what is given from outside.
_GIVEN = re.compile(rb"\b(\w+)\.(\w+)[ \t]*(?::[^=\n]*)?=(?!=)")
_SET = re.compile(rb"\bsetattr\(\s*(\w+)[\w.]*,\s*[\"'](\w+)[\"']")
_OWN = frozenset({b"self", b"cls"})
# Decorators of classes that give them nothing that is asked for by name.
_PLAIN = frozenset({"dataclass", "final", "runtime_checkable", "total_ordering"})


@dataclass(eq=False)
class Surely:
    """Tells what stands against a name being surely lost, empty for nothing."""

    both: Both

    def doubt(self, name: Name) -> str:
        return self.doubt_before(name) or self._doubt_now(name)

    def doubt_before(self, name: Name) -> str:
        """Why a name may not have been there before."""
        outer, _, member = name.symbol.partition(".")
        answer = self.both.was.look_up(name.module, outer)
        if answer.certainty is not Certainty.YES:
            return f"it was not always there: {answer.why or 'it cannot be told'}"
        module = self.both.modules[0].find(name.module)
        if (
            module is not None
            and outer not in module.state.names
            and outer in module.lazy.names
            and module.lazy.names[outer] is None
        ):
            return "its `__getattr__` named it, and may have refused it"
        if member and not self._had(name, member):
            return "the text does not bind it in the class for sure"
        return ""

    def _had(self, name: Name, member: str) -> bool:
        found = self._members(self.both.was, name)
        owner = found.of.get(member) if found is not None else None
        bound = run(owner.node.body).names.get(member) if owner is not None else None
        return bound is not None and bound.sure

    def _doubt_now(self, name: Name) -> str:
        """Why a name may be there still, though no definition of it is."""
        owner, _, last = name.symbol.rpartition(".")
        givers = self._given.get(last.encode(), frozenset())
        if not owner:
            tail = name.module.rpartition(".")[2].encode()
            return "other code gives it to the module" if tail in givers else ""
        if givers:
            return "code outside of a class body gives that name to something"
        found = self._members(self.both.now, name)
        for node in found.classes if found is not None else ():
            if node.keywords or not all(map(_is_plain, node.decorator_list)):
                return "a metaclass or a decorator may give it to the class"
        return ""

    def _members(self, side: Importable, name: Name) -> Members | None:
        outer = name.symbol.partition(".")[0]
        answer = side.look_up(name.module, outer)
        if answer.home is None or not isinstance(answer.definition, ast.ClassDef):
            return None
        return members_of(Class(answer.home, answer.definition), side)

    @cached_property
    def _given(self) -> dict[bytes, frozenset[bytes]]:
        """The names that code of the new version gives to things, by attribute."""
        found: dict[bytes, set[bytes]] = {}
        for path in self.both.new.paths():
            data = self.both.new.read(path) or b""
            for owner, attribute in (*_GIVEN.findall(data), *_SET.findall(data)):
                if owner not in _OWN:
                    found.setdefault(attribute, set()).add(owner)
        return {attribute: frozenset(owners) for attribute, owners in found.items()}


def _is_plain(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else ""
    name = called.id if isinstance(called, ast.Name) else name
    return name in _PLAIN
