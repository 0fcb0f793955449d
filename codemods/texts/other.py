"""Any other text: what an edit would do to it is not known, so it is reported.

Patches are such texts (they must match the code they are for), sources of other
languages, tables, logs.
"""

from __future__ import annotations

from codemods.texts._draft import TextDraft
from codemods.texts._search import search

SUFFIXES = ("",)
_WHY = "files of this kind are not rewritten"


def propose(draft: TextDraft) -> None:
    """Report every hit."""
    for hit in search(draft.text, draft.names):
        draft.take(hit.doubted(_WHY))
