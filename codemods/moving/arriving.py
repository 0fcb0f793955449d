"""A target after a move: its imports, what came along, and the definitions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codemods.draft import Entry
from codemods.home import ModuleHome
from codemods.moving.editing import last_import_line, with_needs, without
from codemods.moving.exporting import exported
from codemods.moving.following import Following
from codemods.moving.module import ModuleText, Role, is_types_block
from codemods.moving.needing import Need, names_needed, needs_of
from codemods.moving.pieces import LEGAL, Piece, split_lines
from codemods.moving.relocating import repointed
from codemods.moving.request import Request, Target
from codemods.source import Splice, splice

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class OutOfOrder(ValueError):
    """No place in the target has all above it that is needed there."""


def arrived_in(request: Request, following: Following, target: Target) -> str:
    """The new text of a target; raises ValueError where it cannot be written."""
    name = target.home.name
    pieces = arriving_pieces(request, following, target)
    needs = needs_of(request, following, name)
    if target.text is None:
        return _new(request, target, pieces, needs)
    return _existing(request, target, target.text, pieces, needs)


def arriving_pieces(
    request: Request, following: Following, target: Target
) -> list[Piece]:
    """What a target gets, less what is repeated and stands there already."""
    repeated = following.repeated.get(target.home.name, set())
    return [
        piece
        for piece in following.to(target.home.name)
        if piece not in repeated or not _is_there(request.source, piece, target.text)
    ]


def _is_there(source: ModuleText, piece: Piece, text: ModuleText | None) -> bool:
    if text is None or piece.node is None:
        return False
    wanted = ast.dump(piece.node)
    return all(
        [ast.dump(b.piece.node) for b in text.bound.get(name, ()) if b.piece.node]
        == [wanted]
        for name in source.names_of(piece)
    )


def _new(
    request: Request, target: Target, pieces: Sequence[Piece], needs: Sequence[Need]
) -> str:
    source = request.source
    head = _licence(source)
    futures = [name for name in source.futures if _is_needed(source, name, pieces)]
    if futures:
        head += f"from __future__ import {', '.join(futures)}\n"
    text = with_needs(head, needs, target.home, target.sorter)
    if text == head and head and not futures:
        text = head.rstrip("\n") + "\n"
    gap = 2 if pieces and pieces[0].is_definition else 1
    body = _joined(source, pieces, target.home)
    return text.rstrip("\n") + "\n" * (1 + gap) + body if text.strip() else body


def _is_needed(source: ModuleText, name: str, pieces: Iterable[Piece]) -> bool:
    if name != "annotations":
        return True
    return any(has_annotations(piece) for piece in pieces)


def has_annotations(piece: Piece) -> bool:
    return any(
        getattr(node, "annotation", None) is not None
        or getattr(node, "returns", None) is not None
        for statement in piece.nodes
        for node in ast.walk(statement)
    )


def _licence(source: ModuleText) -> str:
    """What the source begins with, where that says whose it is."""
    first = source.pieces[0] if source.pieces else None
    if first is None or not first.is_comment or first.first != 1:
        return ""
    text = source.text_of(first)
    lines = [line for line in text.splitlines() if not line.startswith("#!")]
    lines = [line for line in lines if not re.match(r"#.*coding[:=]", line)]
    if not LEGAL.search(text) or not lines:
        return ""
    return "\n".join(lines) + "\n\n"


def _joined(source: ModuleText, pieces: Sequence[Piece], home: ModuleHome) -> str:
    """The text of pieces, with the empty lines that belong between them."""
    parts: list[str] = []
    for index, piece in enumerate(pieces):
        if index:
            parts.append("\n" * _gap(source, pieces[index - 1], piece))
        parts.append(_text(source, piece, home))
    return "".join(parts)


def _text(source: ModuleText, piece: Piece, home: ModuleHome) -> str:
    """The lines of a piece, its relative imports leading where they led before."""
    start = source.source.offset(piece.first, 0)
    end = source.source.line_end(source.source.offset(piece.last, 0))
    made = [
        repointed(source, node, home)
        for statement in piece.nodes
        for node in ast.walk(statement)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    moved = [Splice(m.start - start, m.end - start, m.text) for m in made if m]
    text = splice(source.source.text[start:end], moved)
    return "".join(f"{line}\n" for line in split_lines(text))


def _gap(source: ModuleText, one: Piece, other: Piece) -> int:
    all_ = source.pieces
    if all_.index(other) == all_.index(one) + 1:
        return other.gap
    if one.is_definition or other.is_definition:
        return 2
    return other.gap


# A target that is there


@dataclass(frozen=True)
class _Parts:
    """What goes right below the imports, and what goes to the place asked for."""

    above: list[Piece]
    below: list[Piece]


def _existing(
    request: Request,
    target: Target,
    text: ModuleText,
    pieces: Sequence[Piece],
    needs: Sequence[Need],
) -> str:
    newline = text.source.newline_at(0)
    parts = _parted(request, text, pieces)
    splices: list[Splice] = []
    if parts.above:
        splices.append(_below_imports(request.source, text, parts.above, target.home))
    if parts.below:
        splices.append(_at_place(request, target, text, parts.below))
    splices = [Splice(s.start, s.end, s.text.replace("\n", newline)) for s in splices]
    splices += _with_exports(request, text)
    new = splice(text.source.text, _merged(splices))
    moved = ModuleText.read(text.home, text.source.encode(new))
    gone = {
        bound.alias
        for name in _arriving(request, target)
        for bound in moved.bound.get(name, ())
        if bound.alias is not None
    }
    new = without(moved, (), gone, target.sorter) if gone else new
    known = {(n.entry, n.for_types) for n in _present(text)}
    missing = [n for n in needs if not _is_known(n, known)]
    missing = [n for n in missing if n.entry.module != text.name or not n.entry.name]
    return with_needs(new, missing, target.home, target.sorter)


def _arriving(request: Request, target: Target) -> list[str]:
    return [n for n, where in request.moves.items() if where == target.home.name]


def _is_known(need: Need, known: set[tuple[Entry, bool]]) -> bool:
    entry = need.entry
    plain = type(entry)(entry.module, entry.name, entry.asname)
    return (plain, False) in known or (need.for_types and (plain, True) in known)


def _present(text: ModuleText) -> Iterable[Need]:
    """The imports that a module has already."""
    for piece in text.pieces:
        for statement in piece.nodes:
            is_types = is_types_block(statement)
            if not is_types and not isinstance(statement, (ast.Import, ast.ImportFrom)):
                continue
            for node in ast.walk(statement):
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        yield Need(Entry(alias.name, None, alias.asname), is_types)
                elif isinstance(node, ast.ImportFrom):
                    base = text.base_of(node) or ""
                    for alias in node.names:
                        yield Need(Entry(base, alias.name, alias.asname), is_types)


def _parted(request: Request, text: ModuleText, pieces: Sequence[Piece]) -> _Parts:
    """What came along before the first definition goes up, unless it needs what the
    target itself defines.
    """
    above: list[Piece] = []
    wanted = {b.piece for n in request.moves for b in request.source.bound.get(n, ())}
    for piece in pieces:
        if piece.is_definition or piece in wanted:
            break
        if _own_names(request, text, [piece]):
            break
        above.append(piece)
    return _Parts(above, list(pieces[len(above) :]))


def _own_names(request: Request, text: ModuleText, pieces: Sequence[Piece]) -> set[str]:
    """The target's own definitions that pieces need when they are run."""
    uses = names_needed(request.source, pieces)
    return {
        name
        for name, found in uses.items()
        if any(use.role is Role.IMPORT for use in found)
        and any(bound.alias is None for bound in text.bound.get(name, ()))
    }


def _below_imports(
    source: ModuleText, text: ModuleText, pieces: Sequence[Piece], home: ModuleHome
) -> Splice:
    line = last_import_line(text.tree)
    for piece in text.pieces:
        if is_types_block(piece.node) and piece.first > line:
            line = piece.last
            break
        if piece.first > line and not piece.is_comment:
            break
    at = text.source.line_end(text.source.offset(line, 0)) if line else 0
    body = _joined(source, pieces, home)
    return Splice(at, at, f"\n{body}" if line else f"{body}\n\n")


def _at_place(
    request: Request, target: Target, text: ModuleText, pieces: Sequence[Piece]
) -> Splice:
    source, all_ = text.source, text.pieces
    body = _joined(request.source, pieces, target.home)
    gap = 2 if pieces[0].is_definition or pieces[-1].is_definition else 1
    after, before = _bounds(request, text, pieces)
    if target.after:
        after = max(after, _index_of(text, target.after, last=True))
        at = after + 1
    elif target.before:
        at = _index_of(text, target.before, last=False)
    else:
        at = min(before, len(all_))
    if after >= at or at > before:
        raise OutOfOrder("what it needs stands below what needs it")
    if at >= len(all_):
        start = len(source.text.rstrip())
        start = source.line_end(start) if start else 0
        lead = "" if not start or source.text[:start].endswith(("\n", "\r")) else "\n"
        head = "\n" * gap if start else ""
        return Splice(start, len(source.text), f"{lead}{head}{body}")
    start = source.offset(all_[at].first, 0)
    above = all_[at - 1] if at else None
    wide = gap
    if above is not None and (above.is_definition or gap == 2):
        wide = 2
    lead = "\n" * max(wide - all_[at].gap, 0) if above is not None else ""
    return Splice(start, start, f"{lead}{body}" + "\n" * max(wide, all_[at].gap))


def _bounds(
    request: Request, text: ModuleText, pieces: Sequence[Piece]
) -> tuple[int, int]:
    """The index of the last piece that has to stand above, and of the first below."""
    after = -1
    for name in _own_names(request, text, pieces):
        for bound in text.bound[name]:
            after = max(after, text.pieces.index(bound.piece))
    names = {n for piece in pieces for n in request.source.names_of(piece)}
    before = len(text.pieces)
    for index, piece in enumerate(text.pieces):
        uses = text.uses_in(piece) if piece.nodes else []
        is_main = _is_main(piece)
        if is_main or any(u.name in names and u.role is Role.IMPORT for u in uses):
            before = index
            break
    return after, before


def _is_main(piece: Piece) -> bool:
    node = piece.node
    return isinstance(node, ast.If) and "__main__" in ast.dump(node.test)


def _index_of(text: ModuleText, name: str, *, last: bool) -> int:
    found = [text.pieces.index(bound.piece) for bound in text.bound.get(name, ())]
    if not found:
        raise ValueError(f"`{text.name}` does not define `{name}`")
    return max(found) if last else min(found)


def _with_exports(request: Request, text: ModuleText) -> list[Splice]:
    """What adds the names to `__all__`, where the target has one."""
    names = [n for n, where in request.moves.items() if where == text.name]
    names = [n for n in names if n in exported(request.source) - exported(text)]
    bindings = text.bound.get("__all__", ())
    if not names or not bindings:
        return []
    value = getattr(bindings[-1].piece.node, "value", None)
    if not isinstance(value, (ast.List, ast.Tuple)) or not value.elts:
        return []
    last = value.elts[-1]
    source = text.source
    start, end = source.start(last), source.end(last)
    indent = source.text[source.line_start(start) : start]
    between = ", " if indent.strip() else f",{source.newline_at(start)}{indent}"
    return [Splice(end, end, "".join(f'{between}"{name}"' for name in names))]


def _merged(splices: list[Splice]) -> list[Splice]:
    """Insertions at one offset in one."""
    merged: list[Splice] = []
    for each in sorted(splices):
        if merged and merged[-1].end > each.start:
            raise OutOfOrder("two places in the target overlap")
        merged.append(each)
    return merged
