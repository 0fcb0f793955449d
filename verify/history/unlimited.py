"""Git blame over all of history, as anyone would ask: the figures to compare with."""

from __future__ import annotations

from verify.git import Range
from verify.history.blaming import spans_of
from verify.history.modes import Mode
from verify.history.subjects import Subject


def retained(compared: Range, subject: Subject, mode: Mode) -> frozenset[int]:
    """The lines that count of a file, of those that blame credits to a commit
    which base has; nothing is limited or cached.

    Raises `GitError` where git fails.
    """
    printed = compared.repository.run(
        "blame", "--incremental", *mode.flags, compared.head, "--", subject.path
    )
    written = frozenset(compared.commits())
    every = (
        span.line + step
        for span in spans_of(printed)
        if span.commit not in written
        for step in range(span.count)
    )
    return subject.lines.intersection(every)
