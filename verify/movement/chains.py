"""Chains of names, `a.b.c`, and whose they are in the code of a definition."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from verify.movement.definitions import CLASS, METHOD, Definition

Chain = tuple[str, ...]
# Dotted path of what a chain of names leads to, None for a local one.
Resolver = Callable[[Definition, Chain], "str | None"]


def chain_of(node: ast.AST) -> Chain | None:
    """`("a", "b")` for `a.b`, None for what is no chain of names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return (node.id, *parts[::-1]) if isinstance(node, ast.Name) else None


def receiver_of(definition: Definition) -> str:
    """What the method that code stands in calls its object; empty for none."""
    at: Definition | None = definition
    while at is not None:
        if at.kind == METHOD:
            names = {
                getattr(d, "id", "") for d in getattr(at.node, "decorator_list", ())
            }
            parameters = parameters_of(at)
            if parameters and "staticmethod" not in names:
                return parameters[0]
        at = at.parent
    return ""


def class_of(definition: Definition) -> Definition | None:
    """The class around the method that code stands in."""
    at: Definition | None = definition
    while at is not None and at.kind != METHOD:
        at = at.parent
    return (
        at.parent if at is not None and at.parent and at.parent.kind == CLASS else None
    )


def parameters_of(definition: Definition) -> list[str]:
    arguments = getattr(definition.node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return []
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
    return [argument.arg for argument in every]


def bound_in(definition: Definition) -> set[str]:
    """The names that a definition, or what it stands in, binds as locals."""
    found: set[str] = set()
    at: Definition | None = definition
    while at is not None and at.qualified and at.kind != CLASS:
        found.update(parameters_of(at), stores_of(at))
        at = at.parent
    return found


def stores_of(definition: Definition) -> set[str]:
    """The names that code of a function gives values to."""
    if not definition.qualified or definition.kind == CLASS:
        return set()
    return {
        node.id
        for node in ast.walk(definition.node)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }


def written_of(definition: Definition, receiver: str) -> set[str]:
    """The attributes of the receiver that code writes to."""
    return {chain[1] for chain in _stored_chains(definition) if chain[0] == receiver}


def _stored_chains(definition: Definition) -> Iterator[Chain]:
    for node in ast.walk(definition.node):
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            chain = chain_of(node)
            if chain and len(chain) == 2:
                yield chain
