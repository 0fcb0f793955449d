"""What the lines are today that blame credits retained lines to."""

from __future__ import annotations

from verify.git import Entry, Range
from verify.history.blaming import Span
from verify.history.linediff import LineDiff, gone
from verify.history.subjects import Subject

REMOVED, STANDING = "removed by the range", "still standing"
UNRELATED = "an unrelated file"
# Only of a boundary that lies before base, as merges make them.
GONE = "gone before the range"
CREDITS = (REMOVED, STANDING, UNRELATED, GONE)


class Judge:
    """Tells which lines are retained, and what they are credited to."""

    def __init__(self, compared: Range, diff: LineDiff) -> None:
        self._repository = compared.repository
        self._written = frozenset(compared.commits())
        self._base = compared.base
        self._trees = (
            compared.repository.tree(compared.base),
            compared.repository.tree(compared.head),
        )
        self._diff = diff
        self._known: dict[tuple[str, str], frozenset[int]] = {}

    def retained(self, subject: Subject, spans: tuple[Span, ...]) -> dict[int, str]:
        """The subject's lines that blame credits to a commit before the range, and
        to what there.

        Raises `GitError` where git fails.
        """
        found: dict[int, str] = {}
        for span in spans:
            if span.commit in self._written:
                continue
            for step in range(span.count):
                if span.line + step in subject.lines:
                    credit = self._credit(span, span.source + step)
                    found[span.line + step] = credit
        return found

    def _credit(self, span: Span, line: int) -> str:
        base, head = (tree.get(span.path) for tree in self._trees)
        if base is None and head is None:
            return GONE
        if base == head:
            return UNRELATED
        source = self._source(span, base)
        if not self._is_gone(span.path, source, line, head):
            return STANDING
        return GONE if self._is_gone(span.path, source, line, base) else REMOVED

    def _source(self, span: Span, base: Entry | None) -> Entry | None:
        if span.commit == self._base:
            return base
        return self._repository.tree(span.commit).get(span.path)

    def _is_gone(
        self, path: str, source: Entry | None, line: int, now: Entry | None
    ) -> bool:
        if source is None or now is None or not now.is_file:
            return True
        if source.oid == now.oid:
            return False
        if (source, now) == tuple(tree.get(path) for tree in self._trees):
            return line in self._diff.removed.get(path, ())
        key = (source.oid, now.oid)
        if key not in self._known:
            self._known[key] = gone(self._repository, *key)
        return line in self._known[key]
