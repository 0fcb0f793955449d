"""What a version of a package gives to those who import it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from verify.releasing.files import Files
from verify.surface.modules import Modules
from verify.surface.scope import Standing, standing_of_module

_PYTHON = (".py", ".pyi")
_COMPILED = (".so", ".pyd", ".pyc")
# From these a module is made when the package is built.
_BUILT_FROM = (".pyx", ".pyx.in", ".py.in", ".c", ".cpp", ".cc", ".rs", ".cu")
_BUILD_FILES = (
    *("pyproject.toml", "setup.py", "setup.cfg", "CMakeLists.txt", "meson.build"),
    *("Cargo.toml", "MANIFEST.in", "BUILD.bazel"),
)
# Where projects keep their packages, besides the top of the folder.
_USUAL_ROOTS = ("src", "python", "lib")


@dataclass(eq=False)
class Release:
    """The files of a version by the path below the folder that is imported from.

    `text` is what the user called it, `title` what to call it, `identity` what it is
    exactly, empty where its content may change. Of a `complete` one, a wheel, what is
    not there is not there; else it may be made when the package is built.
    `packages` are its top-level names, those of tests and scripts left out.
    """

    text: str
    title: str
    identity: str
    files: Files
    complete: bool
    packages: tuple[str, ...]
    # Of each top-level name the folder of `files` that it lies in, with its slash.
    prefixes: dict[str, str] = field(default_factory=dict)

    def paths(self) -> Collection[str]:
        """Every file of the packages, by its path below the import root."""
        return self.placed.keys()

    def read(self, path: str) -> bytes | None:
        placed = self.placed.get(path)
        return self.files.read(placed) if placed is not None else None

    @cached_property
    def modules(self) -> ReleaseModules:
        """The modules, by the names under which they are imported."""
        return ReleaseModules(self, self)

    @cached_property
    def compiled(self) -> frozenset[str]:
        """The modules that are compiled, whose names no text has."""
        return frozenset(
            _dotted(path, name.partition(".")[0])
            for path in self.paths()
            if (name := path.rpartition("/")[2]).endswith(_COMPILED)
        )

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder, as a dotted name: without an `__init__` it can be imported."""
        found: set[str] = set()
        for path in self.paths():
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(folder.replace("/", ".") for folder in found)

    def may_be_built(self, module: str) -> bool:
        """Whether a module that is not there may be made by a build."""
        if self.complete:
            return False
        path = module.replace(".", "/")
        if any(f"{path}{suffix}" in self.placed for suffix in _BUILT_FROM):
            return True
        tail = re.escape(module.rpartition(".")[2].encode("utf-8", "surrogateescape"))
        return re.search(rb"\b%b\b" % tail, self._build_files) is not None

    @cached_property
    def _build_files(self) -> bytes:
        paths = {
            path
            for path in self.files.paths()
            if path.rpartition("/")[2] in _BUILD_FILES and path.count("/") < 3
        }
        return b"\n".join(self.files.read(path) or b"" for path in sorted(paths))

    @cached_property
    def placed(self) -> dict[str, str]:
        """Of each path below the import root, the path in `files`."""
        found: dict[str, str] = {}
        for path in self.files.paths():
            for top in self.packages:
                prefix = self.prefixes.get(top, "")
                inner = path[len(prefix) :] if path.startswith(prefix) else ""
                if inner.startswith((f"{top}/", f"{top}.")) and not _is_data(inner):
                    found[inner] = path
        return found


@dataclass(eq=False)
class ReleaseModules(Modules):
    """Modules whose names are their paths, whether or not a folder has `__init__`."""

    def package_of(self, folder: str) -> str:
        return folder.replace("/", ".")


def top_levels(paths: Collection[str], wanted: Sequence[str] = ()) -> dict[str, str]:
    """The top-level names of a project's files, each with the prefix of its paths.

    Those `wanted` are looked for in every folder; else packages of the top folder and
    of the usual ones count.
    """
    if wanted:
        found = {name: _shallowest(name, paths) for name in wanted}
        return {name: prefix for name, prefix in found.items() if prefix is not None}
    known = set(paths)
    tops: dict[str, str] = {}
    for root in (*(f"{name}/" for name in _USUAL_ROOTS), ""):
        if f"{root}__init__.py" in known:
            continue  # a package of that name
        for path in sorted(paths):
            if path.startswith(root):
                name = _top_of(path[len(root) :], root, known)
                if name and not _is_aside(name):
                    tops.setdefault(name, root)
    return tops


def installed_top_levels(paths: Collection[str]) -> tuple[str, ...]:
    """The top-level names of a wheel, those of tests and scripts left out."""
    suffixes = (*_PYTHON, *_COMPILED)
    found = {_stem(path.partition("/")[0]) for path in paths if path.endswith(suffixes)}
    return tuple(
        sorted(name for name in found if name.isidentifier() and not _is_aside(name))
    )


def _shallowest(name: str, paths: Collection[str]) -> str | None:
    """The prefix of the closest folder in which a package or a module lies."""
    marks = (f"{name}/__init__.py", f"{name}.py", f"{name}/__init__.pyi")
    prefixes = [
        path.removesuffix(mark)
        for path in paths
        for mark in marks
        if path == mark or path.endswith(f"/{mark}")
    ]
    if not prefixes:
        inner = f"/{name}/"
        prefixes = [
            f"/{path}"[1 : f"/{path}".index(inner) + 1]
            for path in paths
            if inner in f"/{path}" and path.endswith(_PYTHON)
        ]
    return min(prefixes, key=lambda each: (each.count("/"), each), default=None)


def _top_of(path: str, root: str, known: Collection[str]) -> str:
    """The top-level name that a path below a root belongs to, empty for none."""
    top, slash, _ = path.partition("/")
    if not slash:
        return _stem(top) if top.endswith(".py") else ""
    regular = f"{root}{top}/__init__.py" in known
    named = top.isidentifier() and path.endswith(_PYTHON)
    return top if regular or (root and named) else ""


def _is_aside(name: str) -> bool:
    return standing_of_module(name, "") is Standing.ASIDE


def _stem(name: str) -> str:
    return name.partition(".")[0]


def _dotted(path: str, stem: str) -> str:
    folder = path.rpartition("/")[0].replace("/", ".")
    if stem == "__init__":
        return folder
    return f"{folder}.{stem}" if folder else stem


def _is_data(path: str) -> bool:
    """Whether a path of a wheel is that of its metadata, `name.dist-info/...`."""
    return "." in path.partition("/")[0] and "/" in path
