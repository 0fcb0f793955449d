"""A side that stands ready: its folder, and what of it can be imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.sides.errors import SideError

# Where projects keep their packages, besides the top of the folder.
_USUAL_ROOTS = ("src", "python", "lib")


@dataclass(frozen=True, slots=True)
class Side:
    """Code to run: `text` is what the user called it, `identity` what it is exactly
    (the commit, or the file with its hash; empty for a folder).

    `roots` lead the import path of its processes; `scratch` is a folder of its own
    for temporary files, which goes away with the workplace.
    """

    text: str
    folder: Path
    roots: tuple[Path, ...]
    scratch: Path
    identity: str = ""

    def __str__(self) -> str:
        if not self.identity or self.label != self.text:
            return self.label
        return f"{self.text} ({self.identity})"

    @property
    def label(self) -> str:
        """What the user called it; a commit that was named by its id in short."""
        named = f"git:{self.identity}"
        return named if self.identity and self.text.startswith(named) else self.text

    @property
    def provided(self) -> tuple[str, ...]:
        """The top-level names that this side can give an import, sorted.

        Also those in the usual roots that are not on its import path: were one of
        them imported from elsewhere, another project's code would be judged.
        """
        usual = (self.folder / name for name in _USUAL_ROOTS)
        folders = {self.folder, *self.roots, *usual}
        return tuple(sorted({name for each in folders for name in _names_in(each)}))


def roots_of(folder: Path, named: Sequence[str]) -> tuple[Path, ...]:
    """The import path of a side: the folders named in it, else where packages lie.

    Raises `SideError` for one that is not there or lies outside.
    """
    if named:
        return tuple(_root(folder, name) for name in named)
    usual = (folder / name for name in _USUAL_ROOTS)
    nested = [each for each in usual if each.is_dir() and _holds_packages(each)]
    return (*nested, folder)


def _root(folder: Path, name: str) -> Path:
    root = (folder / name).resolve()
    if not root.is_relative_to(folder.resolve()):
        raise SideError(f"the root {name!r} leaves the side {str(folder)!r}")
    if not root.is_dir():
        raise SideError(f"the side {str(folder)!r} has no folder {name!r}")
    return root


def _holds_packages(folder: Path) -> bool:
    if (folder / "__init__.py").exists():
        return False  # a package of that name
    return any(True for _ in _names_in(folder))


def _names_in(folder: Path) -> Iterator[str]:
    """Packages and modules that stand in a folder; none where it is not there."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        is_package = entry.is_dir() and (entry / "__init__.py").is_file()
        name = entry.name if is_package else entry.name.partition(".")[0]
        is_module = entry.suffix in (".py", ".so", ".pyd") and entry.is_file()
        if (is_package or is_module) and name.isidentifier():
            yield name
