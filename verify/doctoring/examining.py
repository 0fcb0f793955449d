"""Look through files for what a release cannot satisfy: files in, findings out."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from codemods.discovery import SUFFIXES, discover
from codemods.files import FileProblem, read_regular
from codemods.finding import Finding, Place
from codemods.home import ModuleHome, home_of
from codemods.reading import shown, unreadable
from codemods.rules import UNPARSABLE, UNREADABLE
from codemods.source import Source, SourceError
from codemods.workers import Died, cores, spread
from verify.doctoring.hints import Hints
from verify.doctoring.judging import Judged, State, handed_on, judge
from verify.doctoring.lookup import SCHEMA, Lookup, Told
from verify.doctoring.telling import finding_of
from verify.doctoring.wanted import FileWants, Package, wants_of
from verify.importing.keeping import Kept
from verify.progress import Advance
from verify.releasing.release import Release

_RELATIVE = re.compile(rb"from[\s\\]*\.")
# Fewer bytes than that are read before a process has started.
_WORTH_A_PROCESS = 400_000 if sys.platform == "linux" else 4_000_000
_CHUNKS_A_PROCESS = 8


@dataclass(slots=True)
class Examined:
    """What was found in some files. `files` were read and `looked_at` name the
    package; `judged` has everything wanted, by the path that people are shown.
    """

    release: Release
    files: int = 0
    looked_at: int = 0
    judged: list[tuple[str, Judged]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)


def examine(
    paths: Sequence[Path],
    release: Release,
    *,
    jobs: int | None = None,
    cache: Path | None = None,
    progress: Advance = lambda done, total: None,
    texts: Mapping[str, bytes] | None = None,
) -> Examined:
    """Look up in a release what the files at and below `paths` want of it.

    `texts` stand for the content of files, by the path that people are shown. Reads
    files, writes to `cache` only and runs nothing. A file that cannot be read or parsed
    becomes a finding, and the others go on.
    """
    found = discover(paths)
    done = Examined(release, left_out=found.left_out)
    done.findings += found.problems
    files = [path for path in found.files if path.suffix in SUFFIXES]
    done.files = len(files)
    lookup = Lookup(release, _kept(release, cache))
    lookup.load()
    reader = _Reader(_package(release), texts or {})
    read = dict(_wants(files, reader, jobs, progress))
    again, reader = _again(files, read, reader, lookup)
    read |= _wants(again, reader, jobs, lambda done, total: None)
    for path, wants in sorted(read.items(), key=lambda each: each[0]):
        if isinstance(wants, Finding):
            done.findings.append(wants)
        else:
            done.looked_at += 1
            done.judged += [(path, each) for each in judge(wants, lookup)]
    done.findings += _findings(done, release)
    done.findings.sort(key=lambda f: (f.place, f.rule.id, f.message))
    lookup.save()
    return done


def _again(
    files: Sequence[Path],
    read: Mapping[str, FileWants | Finding],
    reader: _Reader,
    lookup: Lookup,
) -> tuple[list[Path], _Reader]:
    """The files to read again, and who knows more: they take modules from where these
    are not, from modules that hand them on, as only looking tells. They are few.
    """
    package = reader.package
    taken: dict[str, list[str]] = {}
    for path, wants in read.items():
        if not isinstance(wants, Finding):
            taken[path] = handed_on(wants, package, lookup)
    handed = frozenset(name for names in taken.values() for name in names)
    again = [path for path in files if taken.get(shown(path))]
    return again, replace(reader, package=replace(package, handed=handed))


def _findings(done: Examined, release: Release) -> Iterator[Finding]:
    hints = Hints(release)
    for path, judged in done.judged:
        if judged.state not in (State.FOUND, State.DEPENDS, State.GUARDED):
            yield finding_of(path, judged, release.title, hints)


def _kept(release: Release, cache: Path | None) -> Kept[Told]:
    key = "\0".join((release.identity, *release.packages))
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
    folder = cache if release.identity else None
    return Kept(folder, f"names-{SCHEMA}-{digest[:24]}", Told)


_Wants = tuple[str, "FileWants | Finding"]


def _package(release: Release) -> Package:
    modules = release.modules
    known = {modules.name_of(path) for path in modules.paths}
    return Package(frozenset(release.packages), known | release.compiled)


def _wants(
    files: Sequence[Path], reader: _Reader, jobs: int | None, progress: Advance
) -> Iterator[_Wants]:
    """What each file wants that names the package, in as many processes as pay."""
    size = sum(_size_of(path) for path in files)
    processes = min(jobs or cores(), 1 + size // _WORTH_A_PROCESS)
    if processes == 1:
        yield from reader(files)
        return
    number = processes * _CHUNKS_A_PROCESS
    chunks = [files[start::number] for start in range(min(number, len(files)))]
    answers = spread(reader, chunks, processes)
    died: list[Path] = []
    for finished, (chunk, answer) in enumerate(answers, 1):
        if isinstance(answer, Died):
            died += chunk
        else:
            yield from answer
        progress(finished, len(chunks))
    for each, answer in spread(reader, [[path] for path in died], processes):
        yield from (
            [(str(each[0]), _died(each[0]))] if isinstance(answer, Died) else answer
        )


def _size_of(path: Path) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _died(path: Path) -> Finding:
    return Finding(
        UNREADABLE,
        Place(shown(path)),
        "the process that read it ended before it answered",
        "run again with fewer jobs, in case memory was short",
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """What one process does."""

    package: Package
    texts: Mapping[str, bytes]

    def __call__(self, files: Sequence[Path]) -> list[_Wants]:
        found = ((shown(path), self.read(path)) for path in files)
        return [(path, wants) for path, wants in found if wants is not None]

    def read(self, path: Path) -> FileWants | Finding | None:
        """What a file wants, None where it cannot name the package."""
        try:
            known = self.texts.get(shown(path))
            data = read_regular(path) if known is None else known
        except FileProblem as problem:
            return unreadable(shown(path), problem)
        home = self.home(path, data)
        named = any(top.encode() in data for top in self.package.tops)
        if not named and home is None:
            return None
        try:
            return wants_of(Source.decode(data), home, self.package)
        except SourceError as error:
            return _broken(shown(path), error)
        except RecursionError:
            place, fix = Place(shown(path)), "split what is nested"
            return Finding(UNPARSABLE, place, "it is nested too deeply", fix)

    def home(self, path: Path, data: bytes) -> ModuleHome | None:
        """The module that a file is, if it has relative imports and the release has
        it too, or its package has an `__init__`: else the name is a coincidence.
        """
        if not _RELATIVE.search(data):
            return None
        home = home_of(path, self.package.tops)
        if home is None or home.name in self.package.modules:
            return home
        top = path.resolve().parents[home.name.count(".") - (not home.is_package)]
        return home if (top / "__init__.py").is_file() else None


def _broken(path: str, error: SourceError) -> Finding:
    verb = "does not parse" if error.decoded else "cannot be decoded"
    return Finding(
        UNPARSABLE if error.decoded else UNREADABLE,
        Place(path, error.line, error.column),
        f"{verb}: {error.message}",
        "correct it, then run again: what it imports is not known",
    )
