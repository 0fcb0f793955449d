"""Files that were rewritten, as many as a page has room for."""

from __future__ import annotations

from collections.abc import Sequence

from verify.outcome import Change
from verify.render._page.text import LONGEST

MOST_CHARACTERS = 900_000
_EDIT = 50  # characters of markup, by text


def fitting(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The first of the changes, and of these no part; one at least."""
    characters = 0
    for place, change in enumerate(changes):
        characters += _size(change)
        if place and characters > MOST_CHARACTERS:
            return tuple(changes[:place])
    return tuple(changes)


def _size(change: Change) -> int:
    if change.diff:
        return len(change.diff)
    texts = (text for edit in change.edits for text in (edit.before, edit.after))
    return sum(_EDIT + min(len(text), LONGEST) for text in texts)
