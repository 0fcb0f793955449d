"""The history of every file that a range puts at stake, in every mode of blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from codemods.workers import cores
from verify.git import Range
from verify.history.blaming import Blamer, Span
from verify.history.cache import Cache
from verify.history.classes import LOST, REINDENTED, classes_of
from verify.history.credits import Judge
from verify.history.modes import MODES, Mode
from verify.history.subjects import Subject, ignored_commits, material_of


@dataclass(frozen=True, slots=True)
class Kept:
    """What one mode keeps of one file: the retained lines, and for each of them
    what the line is today that git credits it to.
    """

    retained: Mapping[int, str]

    def credits(self) -> Counter[str]:
        return Counter(self.retained.values())


@dataclass(frozen=True, slots=True)
class FileHistory:
    """One file: the class of every line that counts, and what each mode keeps."""

    subject: Subject
    classes: Mapping[int, str]
    kept: Mapping[Mode, Kept]

    def lost(self, mode: Mode) -> frozenset[int]:
        return self.subject.lines - self.kept[mode].retained.keys()

    def with_past(self, mode: Mode) -> int:
        """How many lines a mode keeps or should have kept: new code, imports and
        licence headers that it lost are not among them.
        """
        past = (REINDENTED, LOST)
        lost = sum(self.classes[number] in past for number in self.lost(mode))
        return len(self.kept[mode].retained) + lost


@dataclass(frozen=True, slots=True)
class Survey:
    """Every file's history; `ignored` are the commits that blame looked through,
    `left_out` the files that are no text.
    """

    files: tuple[FileHistory, ...]
    ignored: tuple[str, ...]
    left_out: tuple[str, ...]


def survey(compared: Range, cache: Cache, *, jobs: int | None = None) -> Survey:
    """Ask git about every file in every mode, `jobs` at a time.

    Raises `GitError` where git fails.
    """
    material = material_of(compared)
    ignored = tuple(ignored_commits(compared))
    blamer = Blamer.of(compared, ignored, cache)
    spans = _answers(blamer, material.subjects, jobs or cores())
    judge = Judge(compared, material.diff)
    files = tuple(
        FileHistory(
            subject,
            classes_of(subject),
            {
                mode: Kept(judge.retained(subject, spans[subject.path, mode]))
                for mode in MODES
            },
        )
        for subject in material.subjects
    )
    return Survey(files, ignored, material.left_out)


def _answers(
    blamer: Blamer, subjects: Iterable[Subject], jobs: int
) -> dict[tuple[str, Mode], tuple[Span, ...]]:
    """Ask about each file in each mode; the first error ends it."""
    # The widest modes take longest, so they begin.
    work = [(subject, mode) for mode in reversed(MODES) for subject in subjects]
    with ThreadPoolExecutor(jobs) as pool:
        started = {
            (s.path, mode): pool.submit(blamer.blame, s.path, len(s.text), mode)
            for s, mode in work
        }
        try:
            return {key: future.result() for key, future in started.items()}
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
