"""A package as a graph, straight from git objects or from a folder.

Every file is parsed once, under the object id of its content: another revision
costs only what differs.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from verify.git import SYMLINK, Repository
from verify.importing.graph import Graph, LeftOut, graph_of
from verify.importing.packages import NoPackage, files_of_packages
from verify.importing.parsing import Files, Parsed
from verify.progress import Advance

_SUFFIXES = (".py", ".pyi")
_SKIPPED_FOLDERS = frozenset({"__pycache__", "node_modules"})


@dataclass(frozen=True)
class Loaded:
    """A graph, and the files that it is of."""

    graph: Graph
    files: Files

    def source(self, module: str) -> bytes:
        """The text of a module."""
        oid = self.files.oids[self.graph.modules[module].path]
        return self.files.read([oid])[oid]

    def sources(self, modules: Iterable[str]) -> dict[str, bytes]:
        """The texts of modules, read in one go."""
        paths = {name: self.graph.modules[name].path for name in modules}
        oids = {name: self.files.oids[path] for name, path in paths.items()}
        known = self.files.read(oids.values())
        return {name: known[oid] for name, oid in oids.items()}


def at_revision(
    repository: Repository,
    commit: str,
    packages: Sequence[str] = (),
    *,
    required: bool = True,
) -> Files:
    """The Python files of a commit, or of packages in it.

    Raises `GitError` where git cannot answer, `NoPackage` where there is none of
    that name; unless it is `required`, there are no files then.
    """
    tree = repository.tree(commit)
    python = {path: e for path, e in tree.items() if path.endswith(_SUFFIXES)}
    try:
        wanted = files_of_packages(python, packages, f"at {commit[:12]}")
    except NoPackage:
        if required:
            raise
        wanted = []
    links = tuple(
        LeftOut(path, "is a symbolic link: what it links to is not followed")
        for path in wanted
        if python[path].mode == SYMLINK
    )
    oids = {path: python[path].oid for path in wanted if python[path].is_file}
    return Files(commit[:12], oids, repository.reader(), links)


def in_folder(folder: Path, packages: Sequence[str] = ()) -> Files:
    """The Python files below a folder, which may be a package itself.

    Raises `NoPackage` where there is no such folder, no Python file in it, or no
    package of that name.
    """
    if not folder.is_dir():
        raise NoPackage(f"there is no folder {str(folder)!r}")
    start = folder.resolve()
    top = start
    while (top / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    contents: dict[str, bytes] = {}
    oids: dict[str, str] = {}
    unread: list[LeftOut] = []
    for path in _python_below(start):
        shown = path.relative_to(top).as_posix()
        try:
            data = path.read_bytes()
        except OSError as error:
            unread.append(LeftOut(shown, f"cannot be read: {error.strerror}"))
            continue
        oid = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        oids[shown], contents[oid] = oid, data
    if top == start and _is_namespace(start, contents.values()):
        oids = {f"{start.name}/{path}": oid for path, oid in oids.items()}
        unread = [replace(each, path=f"{start.name}/{each.path}") for each in unread]
    wanted = files_of_packages(oids, packages, f"in {str(folder)!r}")

    found = {path: oids[path] for path in wanted}
    return Files(str(folder), found, _Texts(contents), tuple(unread))


@dataclass(frozen=True)
class _Texts:
    """Reads what is in memory."""

    contents: Mapping[str, bytes]

    def __call__(self, oids: Iterable[str]) -> Mapping[str, bytes]:
        return {oid: self.contents[oid] for oid in oids}


def _is_namespace(folder: Path, contents: Iterable[bytes]) -> bool:
    """Whether a folder without an `__init__` is a package: whether files in it import
    by its name what lies in it.
    """
    children = {path.stem for path in folder.iterdir() if not path.name.startswith(".")}
    name = re.escape(folder.name)
    pattern = rf"^[ \t]*(?:from|import)[ \t]+{name}(?:\.|[ \t]+import[ \t]+)(\w+)"
    imported = re.compile(pattern.encode("utf-8", "surrogateescape"), re.MULTILINE)
    return any(
        child.decode("utf-8", "replace") in children
        for data in contents
        for child in imported.findall(data)
    )


def _python_below(folder: Path) -> Iterable[Path]:
    for above, inner, names in os.walk(folder):
        inner[:] = sorted(
            name
            for name in inner
            if not name.startswith(".") and name not in _SKIPPED_FOLDERS
        )
        yield from (Path(above, n) for n in sorted(names) if n.endswith(_SUFFIXES))


def load(
    files: Files,
    cache: Path | None = None,
    *,
    processes: int | None = None,
    progress: Advance = lambda done, total: None,
    parsed: Parsed | None = None,
) -> Loaded:
    """Parse what is not known yet, and make the graph.

    `cache` is a folder for what was worked out before; nothing fails for its sake.
    `parsed` is what this run has parsed already.
    """
    parsed = parsed or Parsed(files, cache, processes=processes, progress=progress)
    graph = graph_of(parsed.of(files))
    graph.cache = cache
    graph.left_out = (*files.unread, *graph.left_out)
    return Loaded(graph, files)


__all__ = ["Files", "Loaded", "NoPackage", "at_revision", "in_folder", "load"]
