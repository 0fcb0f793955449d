"""Move definitions of one module to others: texts in, texts out. Pure."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.moving.arriving import OutOfOrder, arrived_in
from codemods.moving.following import Following, follow
from codemods.moving.leaving import left_of
from codemods.moving.needing import needs_of
from codemods.moving.objecting import objections
from codemods.moving.request import Objection, Request, Why


@dataclass(frozen=True, slots=True)
class Made:
    """The new texts, as bytes, by the dotted name of their module.

    `came` maps every name that left the source, besides those asked for, to its
    target; `repeated` has the names that are bound in both now, `borrowed` those
    that stay in the source, with the targets that import them from there.
    """

    texts: Mapping[str, bytes]
    came: Mapping[str, str]
    repeated: frozenset[str]
    borrowed: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was made; never empty."""

    objections: tuple[Objection, ...]


def move(request: Request) -> Made | Refusal:
    """Make the new texts of the source and of every target, or say why not."""
    source = request.source
    following = follow(request)
    found = objections(request, following)
    if found:
        return Refusal(tuple(sorted(set(found))))
    texts: dict[str, bytes] = {}
    where = source.name
    try:
        texts[where] = source.source.encode(left_of(request, following))
        for where, target in request.targets.items():
            text = arrived_in(request, following, target)
            like = target.text or source
            bom = b"" if target.text is None else like.source.bom
            encoding = like.source.encoding if target.text is not None else "utf-8"
            texts[where] = bom + text.encode(encoding)
        for where, data in texts.items():
            compile(ast.parse(data), where, "exec", dont_inherit=True)
    except OutOfOrder as error:
        return _refused(where, Why.ORDER, str(error), "use --before or --after")
    except (ValueError, SyntaxError) as error:
        return _refused(where, Why.UNSURE, str(error), "move it by hand")
    return Made(
        texts,
        _came(request, following),
        _repeated(request, following),
        _borrowed(request, following),
    )


def _refused(module: str, why: Why, message: str, fix: str) -> Refusal:
    return Refusal((Objection(module, 0, why, message, fix),))


def _came(request: Request, following: Following) -> dict[str, str]:
    return {
        name: target
        for piece, target in following.gone.items()
        for name in sorted(request.source.names_of(piece))
        if name not in request.moves
    }


def _repeated(request: Request, following: Following) -> frozenset[str]:
    return frozenset(
        name
        for pieces in following.repeated.values()
        for piece in pieces
        for name in request.source.names_of(piece)
    )


def _borrowed(request: Request, following: Following) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for target in request.targets:
        for need in needs_of(request, following, target):
            if need.entry.module == request.source.name and need.entry.name:
                found.setdefault(need.entry.name, set()).add(target)
    return {name: frozenset(targets) for name, targets in found.items()}
