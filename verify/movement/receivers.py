"""What `self.x` means in a method that went to another class.

It is the same where the new class is one that the old class inherits from, or the
reverse, and where `x` itself moved from the one class to the other. Otherwise it is
another object's attribute, and whether that holds the same is not in the text.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from verify.movement.chains import class_of, receiver_of
from verify.movement.definitions import Definition
from verify.movement.freenames import is_mangled
from verify.movement.modules import ModuleFile
from verify.movement.resolve import Resolver
from verify.movement.targets import Kind

_DEEPEST = 50


def other_attributes(
    old: Definition, new: Definition, moved: Mapping[str, str], head: Resolver
) -> Iterator[tuple[ast.Attribute, str, str]]:
    """The attributes that both read off their receivers and that are of another
    class now: each with the dotted paths of both classes.
    """
    classes = class_of(old), class_of(new)
    receivers = receiver_of(old), receiver_of(new)
    if classes[0] is None or classes[1] is None or not all(receivers):
        return
    was, now = classes[0].dotted, classes[1].dotted
    there = moved.get(was, was)
    if there == now or related(there, classes[1], head):
        return
    known = {node.attr for node in _read_off(old, receivers[0])}
    for node in _read_off(new, receivers[1]):
        path = f"{was}.{node.attr}"
        if node.attr in known and moved.get(path, path) != f"{now}.{node.attr}":
            yield node, was, now


def related(path: str, other: Definition, head: Resolver) -> bool:
    """Whether one class inherits from the other, at head."""
    file = head.modules.at(other.path)
    if file is None or not isinstance(other.node, ast.ClassDef):
        return False
    if path in ancestors(other.node, file, head):
        return True
    module, _, name = path.rpartition(".")
    home = head.modules.find(module, other.path)
    at = head.modules.at(home) if home else None
    if at is None:
        return False
    return any(
        isinstance(binding.statement, ast.ClassDef)
        and other.dotted in ancestors(binding.statement, at, head)
        for binding in at.names.bindings.get(name, ())
    )


def ancestors(
    node: ast.ClassDef, file: ModuleFile, resolver: Resolver, depth: int = 0
) -> set[str]:
    """The dotted paths of all that a class inherits from, as far as it is told."""
    found: set[str] = set()
    for base in node.bases if depth < _DEEPEST else ():
        called = base.value if isinstance(base, ast.Subscript) else base
        meaning = resolver.expression(file, called)
        for target in meaning.targets if meaning is not None else ():
            path = ".".join((target.path, *target.rest))
            if path in found:
                continue
            found.add(path)
            if target.kind is Kind.SYMBOL and target.home is not None:
                for binding in target.bindings:
                    if isinstance(binding.statement, ast.ClassDef):
                        found |= ancestors(
                            binding.statement, target.home, resolver, depth + 1
                        )
    return found


def _read_off(definition: Definition, receiver: str) -> list[ast.Attribute]:
    return sorted(
        (
            node
            for node in ast.walk(definition.node)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == receiver
            and not is_mangled(node.attr)  # told of apart
        ),
        key=lambda node: (node.lineno, node.col_offset),
    )
