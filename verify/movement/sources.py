"""One side of a range: which files there are, and what is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol


class Sources(Protocol):
    """The files of one revision; nothing reads anything but through this."""

    def paths(self) -> Collection[str]:
        """Every regular file; quick to ask `in` of."""

    def read(self, path: str) -> bytes | None:
        """The content of a regular file, None where there is no such file."""


@dataclass(frozen=True, slots=True)
class Files:
    """Sources that are held in memory."""

    contents: Mapping[str, bytes]

    def paths(self) -> Collection[str]:
        return self.contents.keys()

    def read(self, path: str) -> bytes | None:
        return self.contents.get(path)


_ROOTS = frozenset({"src", "python", "lib"})


def module_name(path: str, *sides: Sources) -> str:
    """The dotted name under which the file at `path` is imported, as far as the
    folders tell: from the outermost regular package down, or else from the root
    of the repository, less a `src` or `python` folder.

    A file that no import statement can name gets its stem, or its folder's name.
    """
    folder, _, file = path.rpartition("/")
    return name_in(package_of(folder, *sides), file)


def package_of(folder: str, *sides: Sources) -> tuple[str, ...]:
    """The names through which the modules in a folder are imported."""
    folders = folder.split("/") if folder else []
    start = _first_package(folders, sides)
    if start is None:
        start = _after_no_name(folders)
        while start < len(folders) and folders[start] in _ROOTS:
            start += 1
    return tuple(folders[start:])


def name_in(package: tuple[str, ...], file: str) -> str:
    """The dotted name of a file that lies in a package."""
    stem = file.rpartition(".")[0] or file
    return ".".join(package if stem == "__init__" else (*package, stem)) or stem


def _first_package(folders: list[str], sides: tuple[Sources, ...]) -> int | None:
    """Where the outermost folder with an `__init__.py` is."""
    for index in range(_after_no_name(folders), len(folders)):
        init = "/".join((*folders[: index + 1], "__init__.py"))
        if any(init in side.paths() for side in sides):
            return index
    return None


def _after_no_name(folders: list[str]) -> int:
    bad = [i for i, name in enumerate(folders) if not name.isidentifier()]
    return bad[-1] + 1 if bad else 0
