"""What can be read off a class: its own members, and what it inherits."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from verify.surface.flow import run
from verify.surface.importable import Importable
from verify.surface.modules import Module

_OF_ANY_OBJECT = frozenset(dir(object)) | {"__slots__", "__annotations__"}


@dataclass(frozen=True, slots=True)
class Class:
    """A class, and the module whose text defines it."""

    module: Module
    node: ast.ClassDef

    @property
    def text(self) -> tuple[bytes, ...]:
        """Its lines, without the decorators."""
        return self.module.lines[self.node.lineno - 1 : self.node.end_lineno]


@dataclass(slots=True)
class Members:
    """The members of a class, each with the class that has it.

    What methods give to `self` is left out: it comes and goes. `unknown` are bases,
    as they are written, that cannot be looked into, `classes` all others.
    """

    of: dict[str, Class] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Whether a class has a member, or gives it to its instances."""
        if name in self.of:
            return True
        return any(name in given_to_self(node) for node in self.classes)


def members_of(found: Class, importable: Importable) -> Members:
    """The members of a class and of the bases that the repository has."""
    members = Members()
    _collect(found, importable, members)
    return members


def _collect(found: Class, importable: Importable, members: Members) -> None:
    if found.node in members.classes:
        return
    members.classes.append(found.node)
    for name in _own(found.node):
        if name not in _OF_ANY_OBJECT:
            members.of.setdefault(name, found)
    for base in found.node.bases:
        _collect_base(base, found, importable, members)


def _collect_base(
    base: ast.expr,
    found: Class,
    importable: Importable,
    members: Members,
) -> None:
    while isinstance(base, ast.Subscript):
        base = base.value
    inherited = class_of(base, found.module, importable)
    if inherited is not None and inherited.node is found.node:
        # `class A(A)`: another class that had the name before, as shims are written.
        members.unknown.append(ast.unparse(base))
        return
    if inherited is not None:
        _collect(inherited, importable, members)
        return
    name = base.id if isinstance(base, ast.Name) else ""
    known = getattr(builtins, name, None) if name else None
    if isinstance(known, type) and name not in found.module.state.names:
        for member in dir(known):
            if member not in _OF_ANY_OBJECT:
                members.of.setdefault(member, found)
        return
    if name not in ("Generic", "Protocol", "ABC"):
        members.unknown.append(ast.unparse(base))


def class_of(node: ast.expr, module: Module, importable: Importable) -> Class | None:
    """The class that an expression names, where the repository has it."""
    if isinstance(node, ast.Name):
        answer = importable.in_file(module, node.id)
    elif isinstance(node, ast.Attribute):
        owner = _module_of(node.value, module, importable)
        if owner is None:
            return None
        answer = importable.in_file(owner, node.attr)
    else:
        return None
    if answer.home is None or not isinstance(answer.definition, ast.ClassDef):
        return None
    return Class(answer.home, answer.definition)


def _module_of(node: ast.expr, module: Module, importable: Importable) -> Module | None:
    """The module that `a.b.c` means, None where it is none of the repository."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    bound = module.state.names.get(node.id) if isinstance(node, ast.Name) else None
    if bound is None or len(bound.ways) != 1 or bound.ways[0].source is None:
        return None
    way = bound.ways[0]
    target = module.absolute(way.source) if way.source else None
    if target is None or not isinstance(node, ast.Name):
        return None
    if way.name is None and isinstance(way.statement, ast.Import):
        plain = any(
            alias.name == target and not alias.asname for alias in way.statement.names
        )
        base = node.id if plain else target
    else:
        base = f"{target}.{way.name}"
    return importable.modules.find(".".join((base, *parts)), module.path)


def _own(node: ast.ClassDef) -> Iterator[str]:
    """The names that the body of a class binds or declares."""
    yield from run(node.body).names
    for statement in node.body:
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        if isinstance(target, ast.Name):
            yield target.id


@lru_cache(maxsize=4096)
def given_to_self(node: ast.ClassDef) -> frozenset[str]:
    """The attributes that methods assign to their first parameter."""
    return frozenset(_assigned_to_self(node))


def _assigned_to_self(node: ast.ClassDef) -> Iterator[str]:
    for method in node.body:
        if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        parameters = [*method.args.posonlyargs, *method.args.args]
        own = parameters[0].arg if parameters else ""
        for inner in ast.walk(method):
            if (
                isinstance(inner, ast.Attribute)
                and isinstance(inner.ctx, ast.Store)
                and isinstance(inner.value, ast.Name)
                and inner.value.id == own
            ):
                yield inner.attr
