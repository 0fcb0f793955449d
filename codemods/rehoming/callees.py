"""The functions that a call can reach, where that is beyond doubt.

`self.name(...)` is the method of the class around it, or of the class that it
inherits from; a plain name is the one function, or class, that it is bound to, in
this file or in the one that it is imported from. Anything else is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from codemods.rehoming.modules import Loaded, replacing
from codemods.rehoming.tree import File, Method, decorators
from codemods.source import Source, SourceError

_PLAIN = frozenset({"staticmethod", "classmethod"})
_DEPTH = 8
_ROOTS = frozenset({"object", "ABC", "Protocol"})


@dataclass(frozen=True, slots=True)
class Callee:
    """A function in its file; `is_bound` when its first parameter is given. `name`
    is what it is called by: that of its class for an `__init__`.
    """

    file: File
    function: Method
    is_bound: bool
    name: str


def callees_of(file: File, call: ast.Call) -> list[Callee]:
    """Every function that a call can reach; empty where that is in doubt."""
    func = call.func
    if isinstance(func, ast.Name):
        found = _defined(file, func, _DEPTH)
        return [] if found is None else _as_callees(*found)
    if isinstance(func, ast.Attribute):
        holder = file.self_class(func.value)
        if holder is not None:
            return _methods(file, holder, func.attr)
        module = _module_of(file, func.value)
        if module is not None:
            found = _exported(module, func.attr, _DEPTH)
            return [] if found is None else _as_callees(*found)
    return []


def are_replaced(file: File, callees: list[Callee]) -> bool:
    """Whether anything in the analysed files may put other functions in the place
    of some that a call in `file` reaches. Reads every file, so it is asked last.
    """
    names = {callee.name for callee in callees}
    files = {file, *(callee.file for callee in callees)}
    return any(
        replacing(name).search(each.source.text) for each in files for name in names
    ) or (file.modules is not None and any(map(file.modules.replaced, sorted(names))))


def parameter_for(callee: Callee, call: ast.Call, value: ast.expr) -> ast.arg | None:
    """The parameter that takes an argument, None where that is not one of its own."""
    arguments = callee.function.args
    for keyword in call.keywords:
        if keyword.value is value:
            takers = [*arguments.args, *arguments.kwonlyargs]
            return next((a for a in takers if a.arg == keyword.arg), None)
    if value not in call.args:
        return None
    at = call.args.index(value)
    if any(isinstance(each, ast.Starred) for each in call.args[: at + 1]):
        return None
    positional = [*arguments.posonlyargs, *arguments.args][callee.is_bound :]
    return positional[at] if at < len(positional) else None


Definition = Method | ast.ClassDef


def _as_callees(file: File, definition: Definition) -> list[Callee]:
    if not isinstance(definition, ast.ClassDef):
        return (
            []
            if definition.decorator_list
            else [Callee(file, definition, False, definition.name)]
        )
    if definition.decorator_list or definition.keywords:
        return []
    found = _inherited(file, definition, "__init__", _DEPTH)
    if found is None or _inherited(file, definition, "__new__", _DEPTH) is not None:
        return []
    return [Callee(found[0], found[1], True, definition.name)]


def _defined(file: File, name: ast.Name, depth: int) -> tuple[File, Definition] | None:
    """The function or class that a name is bound to, once and for all."""
    bindings = file.bindings_of(name)
    return _behind(file, bindings[0], depth) if len(bindings) == 1 else None


def _behind(file: File, binding: ast.AST, depth: int) -> tuple[File, Definition] | None:
    if isinstance(binding, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return file, binding
    if isinstance(binding, ast.alias) and depth:
        statement = file.parents[binding]
        if isinstance(statement, ast.ImportFrom):
            other = load(file, statement.module or "", statement.level)
            return _exported(other, binding.name, depth - 1)
    return None


def _exported(
    other: File | None, name: str, depth: int
) -> tuple[File, Definition] | None:
    """What a name means in another module, which may itself have imported it."""
    if other is None:
        return None
    bindings = other.bindings(name)
    return _behind(other, bindings[0], depth) if len(bindings) == 1 else None


def load(file: File, module: str, level: int = 0) -> File | None:
    """Another file of those that are analysed, None where there is no one such."""
    if file.modules is None:
        return None
    loaded = file.modules.find(module, level)
    return None if loaded is None else _parsed(loaded)


@lru_cache(maxsize=4)  # a tree takes 50 times as much memory as its text
def _parsed(loaded: Loaded) -> File | None:
    try:
        source = Source.decode(loaded.data)
        return File(source, source.parse(), loaded.modules)
    except SourceError:
        return None


def imported_module(file: File, alias: ast.alias) -> File | None:
    """The file that an alias binds, if it binds a module that can be found."""
    statement = file.parents[alias]
    if isinstance(statement, ast.Import):
        plain = alias.asname is not None or "." not in alias.name
        return load(file, alias.name) if plain else None
    if isinstance(statement, ast.ImportFrom):
        name = ".".join(filter(None, (statement.module, alias.name)))
        return load(file, name, statement.level)
    return None


def _module_of(file: File, node: ast.expr) -> File | None:
    """The module that a name is bound to by an import."""
    if not isinstance(node, ast.Name):
        return None
    bindings = file.bindings_of(node)
    if len(bindings) != 1 or not isinstance(bindings[0], ast.alias):
        return None
    return imported_module(file, bindings[0])


def _methods(file: File, holder: ast.ClassDef, name: str) -> list[Callee]:
    """The methods that `self.name` can mean in a class."""
    if _is_set_on_self(holder, name):
        return []
    own = _inherited(file, holder, name, _DEPTH)
    if own is None:
        return []
    if file.modules is not None and file.modules.overridden(holder.name, name):
        return []
    found = [own]
    for derived in _derived(file, holder):
        overriding = _in_body(derived, name)
        if len(overriding) > 1 or _comes_first(file, derived, name):
            return []
        found.extend((file, method) for method in overriding)
    if not all(set(decorators(method)) <= _PLAIN for _, method in found):
        return []
    return [
        Callee(where, method, "staticmethod" not in decorators(method), name)
        for where, method in found
    ]


def _comes_first(file: File, derived: ast.ClassDef, name: str) -> bool:
    """Whether a base that stands before the others may have a method of this name."""
    for base in derived.bases[:-1]:
        known = [
            c for c in file.classes if isinstance(base, ast.Name) and c.name == base.id
        ]
        if not known or any(_in_body(each, name) for each in known):
            return True
    return False


def _is_set_on_self(holder: ast.ClassDef, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and not isinstance(node.ctx, ast.Load)
        for node in ast.walk(holder)
    )


def _in_body(holder: ast.ClassDef, name: str) -> list[Method]:
    return [
        node
        for node in holder.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.name == name
    ]


def _inherited(
    file: File, holder: ast.ClassDef, name: str, depth: int
) -> tuple[File, Method] | None:
    """The one method that a class has under a name, its own or its bases'."""
    if _binds_otherwise(holder, name):
        return None
    own = _in_body(holder, name)
    if own or not depth:
        return (file, own[0]) if len(own) == 1 else None
    for base in holder.bases:
        if isinstance(base, ast.Name) and base.id in _ROOTS:
            continue
        found = _defined(file, base, depth - 1) if isinstance(base, ast.Name) else None
        if found is None or not isinstance(found[1], ast.ClassDef):
            return None
        method = _inherited(found[0], found[1], name, depth - 1)
        if method is not None:
            return method
        if not _is_wholly_known(found[0], found[1], depth - 1):
            return None
    return None


def _binds_otherwise(holder: ast.ClassDef, name: str) -> bool:
    """Whether the class body binds a name by anything but a plain `def`."""
    for statement in holder.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id == name:
                return True
            if isinstance(node, (ast.FunctionDef, ast.alias)) and name in (
                node.name,
                getattr(node, "asname", None),
            ):
                return True
    return False


def _is_wholly_known(file: File, holder: ast.ClassDef, depth: int) -> bool:
    """Whether every class above one can be read."""
    if not depth:
        return False
    for base in holder.bases:
        if not isinstance(base, ast.Name):
            return False
        if base.id in _ROOTS:
            continue
        found = _defined(file, base, depth - 1)
        if found is None or not isinstance(found[1], ast.ClassDef):
            return False
        if not _is_wholly_known(found[0], found[1], depth - 1):
            return False
    return True


def _derived(file: File, holder: ast.ClassDef) -> Iterator[ast.ClassDef]:
    """The classes of the file that are derived from one, by name."""
    names = {holder.name}
    grew = True
    found: list[ast.ClassDef] = []
    while grew:
        grew = False
        for each in file.classes:
            bases = {b.id for b in each.bases if isinstance(b, ast.Name)}
            if each is not holder and each not in found and bases & names:
                names.add(each.name)
                found.append(each)
                grew = True
    yield from found
