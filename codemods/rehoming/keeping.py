"""Values kept on `self`: whose uses can all be seen if the name is a private one."""

from __future__ import annotations

import ast
from dataclasses import replace

from codemods.rehoming.following import Follower
from codemods.rehoming.meanings import Kind, Meaning, together
from codemods.rehoming.tree import File


def kept(follower: Follower, target: ast.Attribute, value: ast.expr) -> Meaning:
    """What keeping `value` as `target` tells of it."""
    why = f"it is kept as `{target.attr}`"
    holder = follower.file.self_class(target.value)
    is_private = target.attr.startswith("_") and not target.attr.endswith("__")
    if holder is None or not (is_private or target.attr == follower.attribute.old):
        return Meaning(Kind.UNKNOWN, value, f"{why}, which others can read")
    reads = _reads(follower.file, holder, target.attr, only_there=is_private)
    key = target.attr, id(holder)
    if reads is None or (is_private and _is_read_elsewhere(follower.file, target.attr)):
        return Meaning(Kind.UNKNOWN, value, f"{why}, which is read in several places")
    if key in follower.seen:
        return Meaning(Kind.TEST, value, why)
    inner = replace(follower, seen=follower.seen | {key})
    meanings = [m for read in reads for m in inner.meanings(read)]
    told = together(meanings)
    if told.kind is Kind.UNKNOWN:
        return Meaning(Kind.UNKNOWN, value, f"{why}, and {told.why}")
    if told.kind is Kind.OLD or is_private:
        members = ", ".join(sorted({m.member for m in meanings if m.member}))
        return Meaning(told.kind, value, why, told.target, members)
    return Meaning(Kind.UNKNOWN, value, f"{why}, which others can read")


def _is_read_elsewhere(file: File, name: str) -> bool:
    """Whether another file may read an attribute that begins with an underscore."""
    return file.modules is not None and file.modules.mentioned(name)


def _reads(
    file: File, holder: ast.ClassDef, name: str, *, only_there: bool
) -> list[ast.expr] | None:
    """Where an attribute of a class is read through `self`.

    With `only_there`, None where anything else in the file has it, or names it.
    """
    reads: list[ast.expr] = []
    for node in file.nodes_with({name}):
        if isinstance(node, ast.Constant) and node.value == name and only_there:
            return None
        if not isinstance(node, ast.Attribute) or node.attr != name:
            continue
        found = file.self_class(node.value)
        if found is not holder:
            if only_there:
                return None
            continue
        if isinstance(node.ctx, ast.Load):
            reads.append(node)
    return reads
