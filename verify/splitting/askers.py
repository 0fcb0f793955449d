"""Which names of a module the rest of a repository asks it for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.finding import Place
from codemods.past import is_binary, is_history
from codemods.scopes import analyse
from verify.surface.flow import Reference
from verify.surface.modules import Module, Modules, is_python

# Larger texts are data.
_LARGEST_TEXT = 1 << 20


@dataclass(eq=False)
class Asked:
    """`names` are those that are imported, read or patched, each with the first place
    that does; `stars` are the places that import all of them, `handed` those that do
    something else with the module itself.
    """

    names: dict[str, Place] = field(default_factory=dict)
    stars: list[Place] = field(default_factory=list)
    handed: list[Place] = field(default_factory=list)

    def add(self, name: str, place: Place) -> None:
        self.names.setdefault(name, place)


def asked_of(modules: Modules, path: str) -> Asked:
    """Look through every file but the module's own, at `path`."""
    dotted = modules.name_of(path)
    asked = Asked()
    tail = dotted.rpartition(".")[2].encode()
    spelled = re.compile(rf"(?<![\w.]){re.escape(dotted)}[.:](\w+)")
    for each in sorted(modules.sources.paths()):
        data = modules.sources.read(each) if each != path else None
        if data is None or tail not in data:
            continue
        if is_python(each):
            module = modules.at(each)
            if not module.problem:
                _Reader(module, dotted, spelled, asked).read()
        elif _is_text(each, data):
            _read_text(each, data, spelled, asked)
    return asked


def _is_text(path: str, data: bytes) -> bool:
    return len(data) <= _LARGEST_TEXT and not is_binary(data) and not is_history(path)


def _read_text(path: str, data: bytes, spelled: re.Pattern[str], asked: Asked) -> None:
    text = data.decode("utf-8", "replace")
    for found in spelled.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        asked.add(found.group(1), Place(path, line, 1))


@dataclass(eq=False)
class _Reader:
    module: Module
    dotted: str
    spelled: re.Pattern[str]
    asked: Asked

    def read(self) -> None:
        bound: dict[str, set[str]] = {}
        for node in ast.walk(self.module.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    local = alias.asname or alias.name.partition(".")[0]
                    bound.setdefault(local, set()).add(
                        alias.name if alias.asname else local
                    )
            elif isinstance(node, ast.ImportFrom):
                for local, path in self.taken(node):
                    bound.setdefault(local, set()).add(path)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for found in self.spelled.finditer(node.value):
                    self.asked.add(found.group(1), self.place(node))
        self.follow(bound)

    def taken(self, node: ast.ImportFrom) -> Iterator[tuple[str, str]]:
        """The names that an import binds, with the dotted paths that they are."""
        base = self.module.absolute(Reference(node.module or "", node.level))
        for alias in node.names:
            if base == self.dotted and alias.name == "*":
                self.asked.stars.append(self.place(node))
            elif base == self.dotted:
                self.asked.add(alias.name, self.place(node))
            elif base is not None:
                yield alias.asname or alias.name, f"{base}.{alias.name}"

    def follow(self, bound: dict[str, set[str]]) -> None:
        """Read what is asked of names that lead to the module."""
        inner = f"{self.dotted}."
        leading = {
            local: path
            for local, paths in bound.items()
            for path in paths
            if path == self.dotted or self.dotted.startswith(f"{path}.")
        }
        if not leading:
            return
        for use in analyse(self.module.tree, leading).uses:
            path = ".".join((leading[use.name], *use.attributes))
            if path.startswith(inner):
                name = path.removeprefix(inner).partition(".")[0]
                self.asked.add(name, self.place(use.anchor))
            elif path == self.dotted:
                self.handed_on(use.parent, use.anchor)

    def handed_on(self, parent: ast.AST | None, node: ast.expr) -> None:
        """`patch.object(module, "name")` says which name, other uses do not."""
        if isinstance(parent, ast.Call):
            for argument in parent.args:
                value = argument.value if isinstance(argument, ast.Constant) else None
                if isinstance(value, str) and value.isidentifier():
                    self.asked.add(value, self.place(node))
                    return
        self.asked.handed.append(self.place(node))

    def place(self, node: ast.expr | ast.stmt) -> Place:
        return Place(self.module.path, *self.module.place(node))
