"""Commits such that plain `git blame` and `git log --follow` keep the authors.

    steps.py      commits as values: what each holds
    claiming.py   which files can have the history of which
    shaping.py    the commits that a plan needs
    placing.py    a module's text, for another place: its relative imports
    importing.py  whether what stands in between can be imported
    standing.py   the repository as it stands, or why nothing can be written to it
    objects.py    blobs, trees and commits; the branch, moved at the end only
    trying.py     the user's own command at each commit
    measuring.py  what plain blame retains of the result
    telling.py    the result in words
    writing.py    all of it, in turn
    options.py    the options of the commands that write commits

What git follows was found by trying (`tests/verify/lineage/test_git_renames.py`): a
file that the parent lacks is looked for among the files that the commit takes away,
each on its own, so that any number of copies of one removed file all have its
history; one that stays is never a source for blame. A copy may differ in less than
half; only of such a one does `log --follow` lose the track where `diff.renameLimit`
is smaller than the number of files that it asks about.
"""

from __future__ import annotations

from verify.lineage.errors import LineageError
from verify.lineage.steps import Form
from verify.lineage.telling import Written
from verify.lineage.writing import write

__all__ = ["Form", "LineageError", "Written", "write"]
