r"""JSON, alone or one value a line: every string is searched as it reads, not as it
is written ("see\npkg.old.A"), and only the characters of a path are replaced.
"""

from __future__ import annotations

from dataclasses import replace

from codemods.texts import _json
from codemods.texts._draft import TextDraft
from codemods.texts._search import search

SUFFIXES = (".json", ".jsonl", ".ndjson", ".geojson", ".webmanifest", ".code-workspace")
NAMES = ("Pipfile.lock", ".prettierrc", ".eslintrc")


def propose(draft: TextDraft) -> None:
    """Follow paths and imports in strings; text that is no JSON is read as text."""
    if not _json.is_json(draft.text):
        for hit in search(draft.text, draft.names):
            draft.take(hit)
        return
    for string in _json.strings(draft.text):
        in_string(draft, string)


def in_string(draft: TextDraft, string: _json.Written) -> None:
    """Follow the references in one string."""
    if "." not in string.raw and "/" not in string.raw:
        return
    for hit in search(string.value, draft.names):
        new = None if hit.new is None else string.spell(hit.new)
        start, end = string.at(hit.start), string.at(hit.end)
        draft.take(replace(hit, start=start, end=end, new=new))


def is_intact(old: str, new: str) -> bool:
    """Whether a text that was JSON still is, and says the same but for strings."""
    before = _json.shape(old)
    return before is None or _json.is_alike(before, _json.shape(new))
