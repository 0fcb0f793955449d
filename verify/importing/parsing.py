"""What files import, each parsed once, under the object id of its content."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from codemods.workers import Died, cores, spread
from verify.git import GitError
from verify.importing.graph import LeftOut
from verify.importing.keeping import Kept
from verify.importing.statements import MAX_BYTES, SCHEMA, FileImports, imports_of
from verify.progress import Advance

# Fewer files than that are parsed before a process has started.
_WORTH_A_PROCESS = 24
_CHUNKS_A_PROCESS = 8

Reader = Callable[[Iterable[str]], Mapping[str, bytes]]

_Known = dict[str, FileImports]
_DECODER = msgspec.msgpack.Decoder(_Known)
_ENCODER = msgspec.msgpack.Encoder()


@dataclass(frozen=True)
class Files:
    """The Python files of a revision or a folder: the object id of each path, and
    how to read them, in another process as well. `unread` says why some are not
    among them.
    """

    title: str
    oids: Mapping[str, str]
    read: Reader
    unread: tuple[LeftOut, ...] = ()


class Parsed:
    """What the files of a run import, of all revisions that it looks at.

    `cache` is a folder for what was parsed before of files in the folders that `files`
    lie in; nothing fails for its sake.
    """

    def __init__(
        self,
        files: Files,
        cache: Path | None = None,
        *,
        processes: int | None = None,
        progress: Advance = lambda done, total: None,
    ) -> None:
        tops = sorted({path.partition("/")[0] for path in files.oids})
        key = hashlib.sha256("\0".join(tops).encode("utf-8", "surrogateescape"))
        name = f"imports-{SCHEMA}-{key.hexdigest()[:16]}"
        self._kept: Kept[FileImports] = Kept(cache, name, FileImports)
        self._processes = processes or cores()
        self._progress = progress
        self._known = self._kept.load()
        self._used: set[str] = set()

    def of(
        self, files: Files, paths: Iterable[str] | None = None
    ) -> dict[str, FileImports]:
        """The imports of files by path, of all where no paths are given.

        Raises `GitError` where git cannot read one.
        """
        paths = files.oids if paths is None else paths
        wanted = {path: files.oids[path] for path in paths}
        self._used.update(wanted.values())
        missing = sorted({*wanted.values()} - self._known.keys())
        if missing:
            self._known |= _parse_all(files, missing, self._processes, self._progress)
            self._kept.save(self._known, self._used)
        return {path: self._known[oid] for path, oid in wanted.items()}


def _parse_all(
    files: Files, oids: Sequence[str], processes: int, progress: Advance
) -> _Known:
    """Read and parse files in as many processes as are worth it.

    Raises `GitError` where git cannot read them.
    """
    parser = _Parser(files.read)
    if processes == 1 or len(oids) < _WORTH_A_PROCESS:
        return parser.parse(oids)
    known: _Known = {}
    # Ids are as good as random, so that parts of them are about the same size.
    number = processes * _CHUNKS_A_PROCESS
    chunks = [oids[start::number] for start in range(min(number, len(oids)))]
    died: list[str] = []
    answers = spread(parser, chunks, processes, _load_what_comes_next)
    for done, (chunk, answer) in enumerate(answers, 1):
        if isinstance(answer, Died):
            died += chunk
        else:
            known |= _told(answer)
        progress(done, len(chunks))
    for chunk, answer in spread(parser, [[oid] for oid in died], processes):
        if isinstance(answer, Died):
            known[chunk[0]] = FileImports(problem="does not parse: it ends Python")
        else:
            known |= _told(answer)
    return known


def _load_what_comes_next() -> None:
    """Load slow modules while others parse."""
    import networkx  # noqa: F401

    import verify.importing.trials  # noqa: F401


def _told(answer: bytes | GitError) -> _Known:
    if isinstance(answer, GitError):
        raise answer
    return _DECODER.decode(answer)


@dataclass(frozen=True)
class _Parser:
    """What one process does: it reads from git itself, beside the others."""

    read: Reader

    def __call__(self, oids: Sequence[str]) -> bytes | GitError:
        gc.disable()  # trees are dropped as soon as they are read
        try:
            return _ENCODER.encode(self.parse(oids))
        except GitError as error:
            return error

    def parse(self, oids: Sequence[str]) -> _Known:
        texts = self.read(oids)
        return {oid: imports_of(text[: MAX_BYTES + 1]) for oid, text in texts.items()}
