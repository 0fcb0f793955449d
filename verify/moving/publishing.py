"""The migration that downstream needs of a move."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codemods.migration import Migration, loads
from codemods.name import Name
from verify.moving.changes import Planned
from verify.surface.publishing import entry_text

Pairs = Iterable[tuple[Name, Name]]


def migration_of(
    moves: Pairs, *, id: str = "", title: str = "", since: str = "0"
) -> str:
    """The text of a migration file; the names must be of one top-level package.

    Private names are left out, unless there is no other.
    """
    pairs = sorted(set(moves))
    public = [pair for pair in pairs if not _is_private(pair[0])] or pairs
    first = public[0][0]
    last = first.symbol or first.module.rpartition(".")[2]
    default = re.sub(r"[^A-Za-z0-9._-]", "-", f"{first.top}-{last}").strip("-_.")
    named = ", ".join(dict.fromkeys(pair[1].module for pair in public))
    lines = [
        f'id = "{id or default or "move"}"',
        f'title = "{title or f"{last} lives in {named}"[:200]}"',
        f'package = "{first.top}"',
        f'since = "{since}"' + ("  # the first release that has it" * (since == "0")),
        "",
    ]
    return "\n".join([*lines, "\n".join(map(entry_text, public))])


def migration_text(planned: Planned) -> str:
    """The migration of a plan as a file, empty where it has none."""
    found = planned.migration
    if found is None:
        return ""
    return migration_of(
        [(move.old, move.new) for move in found.moves],
        id=found.id,
        title=found.title,
        since=found.since,
    )


def internal_migration(moves: Pairs) -> Migration:
    """A migration of all the names, to rewrite the project's own call sites with."""
    pairs = sorted(set(moves))
    top = pairs[0][0].top
    head = f'id = "move"\ntitle = "move"\npackage = "{top}"\nsince = "0"\n\n'
    return loads(head + "\n".join(map(entry_text, pairs)), "move")


def _is_private(name: Name) -> bool:
    parts = (*name.module.split("."), *name.symbol.split("."))
    return any(p.startswith("_") and not p.startswith("__") for p in parts)
