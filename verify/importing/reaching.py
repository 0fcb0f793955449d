"""What a change can reach: every cycle that it makes lies in the packages of the files
that it touches, and in those that these import.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from verify.importing.parsing import Files, Parsed
from verify.importing.statements import FileImports


@dataclass(frozen=True)
class Reached:
    """Both sides, less what no changed file leads to; `left_out` counts the files of
    the second.
    """

    base: Files
    head: Files
    left_out: int


def reached(
    base: Files, head: Files, changed: Collection[str], parsed: Parsed
) -> Reached:
    """Narrow two revisions to what a change between them can have an effect on.

    Raises `GitError` where git cannot read a file.
    """
    tops = _Tops(frozenset((*base.oids, *head.oids)))
    found: set[str] = set()
    waiting = {tops.of(path) for path in changed if path in tops.paths}
    while waiting:
        found |= waiting
        imported: set[str] = set()
        for files in (base, head):
            inside = [path for path in files.oids if tops.of(path) in waiting]
            imported |= tops.imported(parsed.of(files, inside))
        waiting = {
            top
            for top, names in tops.names.items()
            if top not in found and not names.isdisjoint(imported)
        }
    narrow = _narrowed(head, tops, found)
    left_out = len(head.oids) - len(narrow.oids)
    return Reached(_narrowed(base, tops, found), narrow, left_out)


def _narrowed(files: Files, tops: _Tops, wanted: Collection[str]) -> Files:
    oids = {path: oid for path, oid in files.oids.items() if tops.of(path) in wanted}
    unread = [each for each in files.unread if tops.of(each.path) in wanted]
    return replace(files, oids=oids, unread=tuple(unread))


@dataclass(frozen=True)
class _Tops:
    """The outermost regular package that a file lies in, as a folder; where there is
    none, its own folder, and by which names it is imported cannot be told by paths.
    """

    paths: frozenset[str]

    def of(self, path: str) -> str:
        folder = path.rpartition("/")[0]
        if folder not in self._known:
            self._known[folder] = self._find(folder)
        return self._known[folder]

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    def _find(self, folder: str) -> str:
        above = folder.split("/")
        for length in range(1, len(above) + 1):
            package = "/".join(above[:length])
            if self._is_regular(package):
                return package
        return folder

    def _is_regular(self, top: str) -> bool:
        return bool(top) and f"{top}/__init__.py" in self.paths

    @cached_property
    def names(self) -> Mapping[str, set[str]]:
        """By which first names what lies in each may be imported."""
        found: dict[str, set[str]] = {}
        for path in self.paths:
            top = self.of(path)
            names = found.setdefault(top, {top.rpartition("/")[2]})
            if not self._is_regular(top):
                names.update(_parts(path))
        return found

    def imported(self, files: Mapping[str, FileImports]) -> set[str]:
        """The first names of what files import."""
        found: set[str] = set()
        for path, imports in files.items():
            for statement in imports.statements:
                if not statement.level:
                    found.add(statement.module.partition(".")[0])
                elif not self._is_regular(self.of(path)):
                    found.update(_parts(path))
        return found


def _parts(path: str) -> Iterable[str]:
    return path.rpartition(".")[0].split("/")
