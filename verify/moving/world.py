"""What the rest of a project tells of a module that names move out of."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from codemods.moving.effects import effects_of
from codemods.moving.module import ModuleText
from codemods.moving.request import defined_at
from codemods.moving.state import changes_module, is_base, taken_by
from verify.movement.modules import ModuleFile
from verify.moving.project import Project
from verify.moving.refusing import NotMovable

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BINDING = ("patch", "setattr", "delattr", "monkeypatch", "setitem", "replace_attr")


@dataclass(eq=False)
class Taken:
    """What other files take from the module, and what they bind in it.

    `whole` is set where one gets hold of the module itself: then every attribute and
    every text in that file counts.
    """

    used: set[str] = field(default_factory=set)
    assigned: set[str] = field(default_factory=set)
    stars: list[str] = field(default_factory=list)


@dataclass(eq=False)
class ProjectWorld:
    """Answers for the engine (`codemods.moving.request.World`) about one module.

    `reaches` tells whether importing one module imports another, in any way but the
    import that is asked about.
    """

    project: Project
    module: str
    reaches: Callable[[str, str], bool] = lambda one, other: False
    ignored: frozenset[str] = frozenset()

    def is_used(self, name: str) -> bool:
        return name in self.taken.used

    def is_assigned(self, name: str) -> bool:
        return name in self.taken.assigned

    def is_starred(self) -> bool:
        return bool(self.taken.stars)

    def passed_on(self, module: str, name: str) -> tuple[str, str] | None:
        text = self._text(module)
        if text is None:
            return None
        bindings = text.bound.get(name, [])
        if len(bindings) != 1 or bindings[0].alias is None:
            return None
        node = bindings[0].piece.node
        if not isinstance(node, ast.ImportFrom):
            return None
        base = text.base_of(node)
        return (base, bindings[0].alias.name) if base else None

    def is_rebound(self, module: str, name: str) -> bool:
        text = self._text(module)
        if text is None:
            return False
        return any(bound.rebinds for bound in text.bound.get(name, ()))

    def changes_state(self, module: str, name: str) -> bool:
        return self._changes_state(module, name, set())

    def _changes_state(
        self, module: str, name: str, seen: set[tuple[str, str]]
    ) -> bool:
        module, name = defined_at(self, module, name)
        text = self._text(module)
        if text is None or (module, name) in seen:
            return False
        seen.add((module, name))
        pieces = {bound.piece for bound in text.bound.get(name, ())}
        if any(changes_module(text, piece) for piece in pieces):
            return True
        return any(
            self._changes_state(*each, seen)
            for piece in pieces
            for use in text.uses_in(piece)
            for each in taken_by(text, use)
        )

    def enters_subclasses(self, module: str, name: str) -> bool:
        return any(
            self._is_entered(where, node)
            for where, node in self._with_bases(module, name, set())
        )

    def _with_bases(
        self, module: str, name: str, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[str, ast.ClassDef]]:
        """A class of the project, and those that it is derived from."""
        module, name = defined_at(self, module, name)
        text = self._text(module)
        if text is None or (module, name) in seen:
            return
        seen.add((module, name))
        for bound in text.bound.get(name, ()):
            if not isinstance(bound.piece.node, ast.ClassDef):
                continue
            yield module, bound.piece.node
            for use in text.uses_in(bound.piece):
                if is_base(bound.piece, use):
                    for each in taken_by(text, use):
                        yield from self._with_bases(*each, seen)

    def _is_entered(self, module: str, node: ast.ClassDef) -> bool:
        """Whether a class notices that another is derived from it."""
        names = {getattr(each, "name", "") for each in node.body}
        if "__init_subclass__" in names or node.name in self._asked_for_subclasses:
            return True
        for keyword in node.keywords:
            if keyword.arg == "metaclass" and isinstance(keyword.value, ast.Name):
                for _, meta in self._with_bases(module, keyword.value.id, set()):
                    if any(isinstance(each, _FUNCTIONS) for each in meta.body):
                        return True
        return False

    @cached_property
    def _asked_for_subclasses(self) -> frozenset[str]:
        """Every name in the files that ask a class for its subclasses."""
        words: set[str] = set()
        for path in self.project.sources.paths():
            data = self.project.sources.read(path) if path.endswith(".py") else None
            if data is not None and b"__subclasses__" in data:
                words.update(re.findall(r"\w+", data.decode("utf-8", "replace")))
        return frozenset(words)

    def has_effects(self, module: str) -> bool:
        text = self._text(module)
        if text is None or not any(effects_of(text.tree)):
            return False
        return not self.reaches(self.module, module)

    def _text(self, module: str) -> ModuleText | None:
        try:
            path = self.project.path_of(module)
            return None if path is None else self.project.text_at(path, module)
        except NotMovable:
            return None

    @cached_property
    def taken(self) -> Taken:
        found = Taken()
        for file in self._files():
            _Reader(file, self.module, found).read()
        return found

    def _files(self) -> Iterator[ModuleFile]:
        """The files that can name the module."""
        tail = self.module.rpartition(".")[2].encode()
        own = self.project.path_of(self.module) or ""
        is_package = own.endswith("__init__.py")
        inside = own.removesuffix("__init__.py") if is_package else "\0"
        for path in sorted(self.project.sources.paths()):
            if path == own or not path.endswith((".py", ".pyi", ".pyw")):
                continue
            data = self.project.sources.read(path)
            if data is None or (tail not in data and not path.startswith(inside)):
                continue
            file = self.project.modules.at(path)
            if file is not None:
                yield file


@dataclass(eq=False)
class _Reader:
    file: ModuleFile
    module: str
    found: Taken

    def read(self) -> None:
        whole = False
        for node in ast.walk(self.file.tree):
            if isinstance(node, ast.ImportFrom):
                whole |= self.of_from(node)
            elif isinstance(node, ast.Import):
                whole |= any(self.loads(alias.name) for alias in node.names)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole |= self.of_text(node.value)
            elif isinstance(node, ast.Attribute):
                whole |= node.attr == self.module.rpartition(".")[2]
        self.of_patches()
        if whole:
            self.of_everything()

    def of_from(self, node: ast.ImportFrom) -> bool:
        base = self.base_of(node)
        if base == self.module:
            for alias in node.names:
                if alias.name == "*":
                    self.found.stars.append(self.file.path)
                self.found.used.add(alias.name)
            return False
        return any(f"{base}.{alias.name}" == self.module for alias in node.names)

    def base_of(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = self.file.package.split(".")
        kept = parts[: len(parts) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def loads(self, name: str) -> bool:
        return f"{name}.".startswith(f"{self.module}.")

    def of_text(self, text: str) -> bool:
        """A dotted path in a text names a member; the module's own path all of it."""
        if self.module not in text:
            return False
        rest = text.partition(self.module)[2]
        if rest[:1] in (".", ":"):
            self.found.used.add(_first_name(rest[1:]))
            return False
        return True

    def of_patches(self) -> None:
        """What is bound by dotted path: `patch("pkg.module.name")`."""
        for node in ast.walk(self.file.tree):
            if isinstance(node, ast.Call) and _binds(node):
                for argument in (*node.args, *(k.value for k in node.keywords)):
                    value = getattr(argument, "value", None)
                    if isinstance(value, str) and value.startswith(f"{self.module}."):
                        name = _first_name(value[len(self.module) + 1 :])
                        if value == f"{self.module}.{name}":
                            self.found.assigned.add(name)

    def of_everything(self) -> None:
        """The module is at hand: any attribute may be one of its names."""
        for node in ast.walk(self.file.tree):
            if isinstance(node, ast.Attribute):
                self.found.used.add(node.attr)
                if not isinstance(node.ctx, ast.Load) and not _is_self(node.value):
                    self.found.assigned.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if node.value.isidentifier():
                    self.found.used.add(node.value)
            elif isinstance(node, ast.Call) and _binds(node):
                for argument in node.args:
                    value = getattr(argument, "value", None)
                    if isinstance(value, str) and value.isidentifier():
                        self.found.assigned.add(value)


def _binds(node: ast.Call) -> bool:
    text = ast.unparse(node.func).lower()
    return any(word in text for word in _BINDING)


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _first_name(text: str) -> str:
    name = ""
    for char in text:
        if not (name + char).isidentifier():
            break
        name += char
    return name
