"""The text of folds: what goes from around a call, or from a local's uses."""

from __future__ import annotations

import ast
import itertools

from codemods.draft import Draft
from codemods.folding.holders import Holder, new_name
from codemods.folding.matching import Match, Parents
from codemods.imports import has_its_lines
from codemods.source import Splice


class Unsafe(Exception):
    """An edit that cannot be made without losing something; the message says what."""


def edits_of_match(draft: Draft, match: Match) -> list[Splice]:
    """Leave of an expression only the call that it is around. Raises `Unsafe`."""
    source = draft.source
    start, end = source.start(match.root), source.end(match.root)
    first, last = source.start(match.kept), source.end(match.kept)
    kept = source.text[first:last]
    if "#" in source.text[start:first] + source.text[last:end]:
        raise Unsafe("a comment stands inside")
    if "\n" in kept or "\r" in kept:
        _check_by_itself(kept, match.kept)
    gap = " " if _is_word(source.text[start - 1 : start]) else ""
    return [Splice(start, first, gap), Splice(last, end, "")]


def _check_by_itself(text: str, node: ast.expr) -> None:
    """Raise where a text needs the parentheses around it that go."""
    try:
        same = ast.dump(ast.parse(text, mode="eval").body) == ast.dump(node)
    except (SyntaxError, ValueError):
        same = False
    if not same:
        raise Unsafe("its lines are held together by what would go")


def edits_of_holder(
    draft: Draft,
    holder: Holder,
    call: ast.Call,
    names: tuple[str, str],
    parents: Parents,
) -> list[Splice]:
    """Fold the call that a local holds: its uses are the local by itself.

    `names` are those of the function and of its new one. The call itself, which
    stays, is not part of the edits. Raises `Unsafe`.
    """
    joined = _joined(draft, holder, call, parents)
    if joined is not None:
        return joined
    taken = {fold.new.symbol for fold in draft.names.folds}
    name = new_name(
        holder.name, *names, lambda new: new not in taken and draft.is_free(new)
    )
    splices: list[Splice] = []
    if name != holder.name:
        (target,) = _targets(holder)
        splices.append(
            Splice(draft.source.start(target), draft.source.end(target), name)
        )
    for match in holder.matches:
        start, end = draft.source.start(match.root), draft.source.end(match.root)
        if "#" in draft.source.text[start:end]:
            raise Unsafe("a comment stands inside")
        before, after = (
            draft.source.text[start - 1 : start],
            draft.source.text[end : end + 1],
        )
        text = " " * _is_word(before) + name + " " * _is_word(after)
        splices.append(Splice(start, end, text))
    return splices


def _joined(
    draft: Draft, holder: Holder, call: ast.Call, parents: Parents
) -> list[Splice] | None:
    """The edits where the next statement is all that needs the local: `m = n + n`
    or `return 2 * n` takes the call, and the local goes.
    """
    statement = holder.statement
    if len(holder.matches) > 1 or not isinstance(statement, ast.Assign):
        return None
    root = holder.matches[0].root
    following = parents[root]
    if not _is_next(statement, following, parents):
        return None
    if not _takes_value(following, root):
        return None
    assert isinstance(following, (ast.Assign, ast.Return))
    source = draft.source
    start, end = source.start(statement), source.end(following)
    text = source.text
    pieces = (
        text[source.end(call) : source.end(statement)],
        text[source.end(root) : end],
        text[source.end(statement) : source.start(following)].strip(),
    )
    one_line = not {"\n", "\r"} & set(source.segment(call) + source.segment(following))
    alone = has_its_lines(draft, statement) and has_its_lines(draft, following)
    trailing = text[end : source.line_end(end)].strip()
    if any(pieces) or not one_line or not alone or trailing:
        return None
    head = text[source.start(following) : source.start(root)]
    return [
        Splice(start, source.start(call), head),
        Splice(source.end(statement), end, ""),
    ]


def _takes_value(statement: ast.AST, root: ast.expr) -> bool:
    if isinstance(statement, ast.Assign):
        names = all(isinstance(target, ast.Name) for target in statement.targets)
        return names and statement.value is root
    return isinstance(statement, ast.Return)


def _is_next(one: ast.stmt, other: ast.AST, parents: Parents) -> bool:
    around = parents[one]
    if parents.get(other) is not around:
        return False
    return any(
        first is one and second is other
        for _, block in ast.iter_fields(around)
        if isinstance(block, list)
        for first, second in itertools.pairwise(block)
    )


def _targets(holder: Holder) -> list[ast.expr]:
    if isinstance(holder.statement, ast.Assign):
        return holder.statement.targets
    return [holder.statement.target]


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
