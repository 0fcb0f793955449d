"""Rewrite the dotted path of a moved name where a comment names it; with `--text`.

# see pkg.old.A   ->   # see pkg.new.A
"""

from __future__ import annotations

from codemods.draft import Draft


def propose(draft: Draft) -> None:
    """Follow the paths in comments, which are for people: only where that is asked."""
    if not draft.options.text or draft.options.compat:
        return
    from codemods.texts._in_python import follow_comments  # imports the codemods

    follow_comments(draft)
