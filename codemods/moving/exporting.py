"""`__all__`: the names in it, and taking some out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from codemods.moving.module import ModuleText
from codemods.source import Splice


def exported(module: ModuleText) -> frozenset[str]:
    """The names that stand in `__all__`, wherever it is put together."""
    found: set[str] = set()
    for bound in module.bound.get("__all__", ()):
        for node in bound.piece.nodes:
            found |= _strings(node)
    for piece in module.users.get("__all__", ()):
        for node in piece.nodes:
            found |= _strings(node)
    return frozenset(found)


def _strings(node: ast.AST) -> set[str]:
    return {
        n.value
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def without_exports(module: ModuleText, names: Set[str]) -> Iterator[Splice]:
    """What takes names out of `__all__`, where it is a list of texts.

    Raises ValueError where it names one in another way.
    """
    if not names & exported(module):
        return
    for bound in module.bound.get("__all__", ()):
        node = bound.piece.node
        value = getattr(node, "value", None)
        if not isinstance(value, (ast.List, ast.Tuple)):
            raise ValueError("`__all__` is not a plain list")
        kept = [e for e in value.elts if getattr(e, "value", None) not in names]
        if len(kept) < len(value.elts):
            yield from _without_elements(module, value, kept)
    for piece in module.users.get("__all__", ()):
        if names & {
            n.value
            for statement in piece.nodes
            for n in ast.walk(statement)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        } and piece not in {b.piece for b in module.bound["__all__"]}:
            raise ValueError("`__all__` is put together in more than one place")


def _without_elements(
    module: ModuleText, value: ast.List | ast.Tuple, kept: list[ast.expr]
) -> Iterator[Splice]:
    source = module.source
    if isinstance(value, ast.Tuple) and len(kept) == 1:
        # `("a")` is a text, so it is written anew.
        text = f"({source.segment(kept[0])},)"
        if "#" in source.segment(value):
            raise ValueError("a comment stands in `__all__`")
        yield Splice(source.start(value), source.end(value), text)
        return
    for index, element in enumerate(value.elts):
        if element in kept:
            continue
        start, end = source.start(element), source.end(element)
        is_last = index + 1 == len(value.elts)
        stop = source.end(value) - 1 if is_last else source.start(value.elts[index + 1])
        between = source.text[end:stop]
        if "#" in between:
            raise ValueError("a comment stands in `__all__` beside a name that moves")
        if not is_last:
            yield Splice(start, stop, "")
        elif "," in between:
            line = source.line_start(start)
            own_line = not source.text[line:start].strip() and "\n" in between
            after = end + between.index(",") + 1
            if own_line:
                yield Splice(line, source.line_end(after), "")
            else:
                yield Splice(start, after, "")
        else:
            before = source.end(value.elts[index - 1]) if index else start
            if index and value.elts[index - 1] in kept:
                yield Splice(before, end, "")
            else:
                yield Splice(start, end, "")
