"""Fingerprints of definitions: equal ones have the same code and comments."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

from verify.movement.atoms import COMMENT, PLACE, Atom, atoms_of
from verify.movement.definitions import Definition, Module

_QUALIFIER = re.compile(r"\b\w+\.(?=[^\W\d])")

_LAYOUT = str.maketrans(dict.fromkeys(" \t\n\f\v\\,()'\""))

Print: TypeAlias = tuple[object, ...]


def tidied(line: str) -> str:
    """A line as it is compared for likeness only: qualifiers do not count."""
    return _QUALIFIER.sub("", line.strip())


@dataclass(eq=False)
class Side:
    """The parsed files of one revision, and what was found out about them."""

    modules: dict[str, Module]
    _atoms: dict[Definition, list[Atom]] = field(default_factory=dict)
    _squeezed: dict[Definition, str] = field(default_factory=dict)
    _prints: dict[tuple[Definition, bool], Print] = field(default_factory=dict)

    def module(self, definition: Definition) -> Module:
        return self.modules[definition.path]

    def inside(self, definition: Definition) -> list[Definition]:
        return self.module(definition).inside(definition)

    def atoms(self, definition: Definition) -> list[Atom]:
        if definition not in self._atoms:
            module = self.module(definition)
            self._atoms[definition] = atoms_of(definition, module)
        return self._atoms[definition]

    def text(self, definition: Definition) -> tuple[str, ...]:
        return self.module(definition).lines[definition.first - 1 : definition.last]

    def print_of(self, definition: Definition, *, comments: bool = True) -> Print:
        """What is the same for definitions of the same code, their name apart.

        Structure is in it, by columns that count from the definition's own;
        with `comments` they are in it as well.
        """
        known = self._prints.get((definition, comments))
        if known is None:
            column = column_of(definition, self)
            parts = []
            for atom in self.atoms(definition):
                if atom.kind != COMMENT:
                    part = self._part(atom, comments)
                    parts.append((atom.column - column, *part))
                elif comments:
                    parts.append(atom.key)
            known = (definition.kind == "class", *parts)
            self._prints[definition, comments] = known
        return known

    def _part(self, atom: Atom, comments: bool) -> Print:
        if atom.kind == PLACE:
            assert atom.inner is not None
            inner = self.print_of(atom.inner, comments=comments)
            return (PLACE, atom.inner.name, inner)
        return atom.key if comments else (atom.kind, atom.shape)

    def squeezed(self, definition: Definition) -> str:
        """Its text less its name and all that a formatter may change: what differs
        here is no equal code, but for odd ways to write numbers and strings.
        """
        known = self._squeezed.get(definition)
        if known is None:
            text = "\n".join(self.text(definition))
            text = re.sub(rf"\b{definition.name}\b", "", text, count=1)
            known = self._squeezed[definition] = text.translate(_LAYOUT)
        return known

    def words(self, definition: Definition) -> Counter[str]:
        """The lines of a definition, tidied, with how often each is there."""
        return Counter(t for line in self.text(definition) if (t := tidied(line)))


def column_of(definition: Definition, side: Side) -> int:
    """How far a definition is indented."""
    if not definition.qualified:
        return 0
    line = side.module(definition).lines[definition.first - 1].expandtabs(8)
    return len(line) - len(line.lstrip())
