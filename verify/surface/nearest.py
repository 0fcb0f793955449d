"""Names of head that may be meant by one that is gone."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable

from codemods.name import Name
from verify.surface.flow import run
from verify.surface.modules import Module


class Nearest:
    """What the changed modules of head define, to be searched by name."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.known: dict[str, list[Name]] = {}
        for module in modules:
            for name, bound in module.state.names.items():
                if any(way.source is None for way in bound.ways):
                    self._add(Name(module.name, name))
                for way in bound.ways:
                    if isinstance(way.statement, ast.ClassDef):
                        for member in run(way.statement.body).names:
                            self._add(Name(module.name, f"{name}.{member}"))

    def _add(self, name: Name) -> None:
        self.known.setdefault(_last(name), []).append(name)

    def to(self, name: Name) -> str:
        """The nearest known name of the same kind, empty where none is near."""
        last = _last(name)
        close = [last] if last in self.known else []
        close += difflib.get_close_matches(last[:100], sorted(self.known), n=3)
        for each in close:
            found = [
                other
                for other in self.known[each]
                if other.is_member == name.is_member and other != name
            ]
            same = [other for other in found if other.module == name.module]
            if found:
                return str(min(same or found))
        return ""


def _last(name: Name) -> str:
    return (name.symbol or name.module).rpartition(".")[2]
