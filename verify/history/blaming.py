"""Ask git blame about one file, in one mode, limited to a range.

Git is the judge; here its answer is only read. The walk ends where the range does:
a line that reaches that far is retained, whatever older commit it is from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from verify.git import GitError, Range
from verify.history.cache import Cache
from verify.history.modes import Mode
from verify.history.quoting import unquoted

_HEADER = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) (\d+) (\d+) (\d+)")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Consecutive lines that git credits to consecutive lines of one file of one
    commit; `line` and `source` are the first here and there.
    """

    line: int
    count: int
    source: int
    commit: str
    path: str


@dataclass(frozen=True, slots=True)
class Blamer:
    """Blames files of a range; `ignored` are the commits that blame looks through.

    With a cache the answer is kept under object ids and git's version.
    """

    compared: Range
    ignored: tuple[str, ...]
    cache: Cache
    version: str

    @classmethod
    def of(cls, compared: Range, ignored: tuple[str, ...], cache: Cache) -> Blamer:
        version = compared.repository.run("version").decode("ascii", "replace").strip()
        return cls(compared, ignored, cache, version)

    def blame(self, path: str, lines: int, mode: Mode) -> tuple[Span, ...]:
        """Who wrote each of the file's lines, in order; they cover all `lines`.

        Raises `GitError` where git fails, or does not account for every line.
        """
        ends = (self.compared.base, self.compared.head)
        key = (self.version, *ends, path, " ".join(mode.flags), " ".join(self.ignored))
        spans = _from_kept(self.cache.get(*key))
        if not _covers(spans, lines):
            spans = tuple(sorted(spans_of(self._ask(path, mode))))
            if not _covers(spans, lines):
                raise GitError(f"git blame left out lines of {path!r}")
            self.cache.put([_to_keep(span) for span in spans], *key)
        return spans

    def _ask(self, path: str, mode: Mode) -> bytes:
        ignore = [f"--ignore-rev={commit}" for commit in self.ignored]
        return self.compared.repository.run(
            *("blame", "--incremental", *mode.flags, *ignore),
            *(f"{self.compared.base}..{self.compared.head}", "--", path),
        )


def spans_of(printed: bytes) -> Iterator[Span]:
    """Read what `--incremental` prints, in its order: a header, facts, the path."""
    header: re.Match[bytes] | None = None
    for line in printed.split(b"\n"):
        if header is None:
            header = _HEADER.fullmatch(line)
        elif line.startswith(b"filename "):
            commit, source, first, count = header.groups()
            path = unquoted(line.removeprefix(b"filename "))
            yield Span(int(first), int(count), int(source), commit.decode(), path)
            header = None


def _covers(spans: tuple[Span, ...], lines: int) -> bool:
    """Whether the spans are lines 1 to `lines`, each once."""
    expected = 1
    for span in spans:
        if span.line != expected or span.count < 1:
            return False
        expected += span.count
    return expected == lines + 1 and (lines == 0 or bool(spans))


def _to_keep(span: Span) -> list[int | str]:
    return [span.line, span.count, span.source, span.commit, span.path]


def _from_kept(kept: Any) -> tuple[Span, ...]:
    """The spans of a cached answer; none where it is not what was written."""
    try:
        spans = tuple(Span(*fields) for fields in kept)
    except TypeError:
        return ()
    return spans if all(map(_is_whole, spans)) else ()


def _is_whole(span: Span) -> bool:
    numbers, texts = (span.line, span.count, span.source), (span.commit, span.path)
    return all(isinstance(number, int) for number in numbers) and all(
        isinstance(text, str) for text in texts
    )
