"""Open a version of a package: `name==version`, a wheel, a folder, `git:REF`."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from verify.git import GitError, Repository
from verify.releases import ReleaseError, sha256_of
from verify.releasing.files import (
    Files,
    FolderFiles,
    HeldFiles,
    RevisionFiles,
    WheelFiles,
)
from verify.releasing.release import Release, installed_top_levels, top_levels
from verify.sides.archives import unpack_source
from verify.sides.errors import SideError
from verify.sides.index import fetch_release
from verify.sides.spec import GitSpec, ReleaseSpec, parse

_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
_SOURCES = (".py", ".pyi", ".toml", ".cfg", ".txt", ".build", ".in")


class NoRelease(Exception):
    """A version that cannot be opened; the text says why and what to do."""


def open_release(
    text: str, *, repository: Path = Path(), packages: Sequence[str] = ()
) -> Release:
    """Open what a user named: `name==version` or `pypi:name==version` (the wheel),
    `sdist:name==version`, a wheel or a source archive, a folder, or `git:REF` of
    `repository`. `packages` are the top-level names that are wanted of it, where not
    all are.

    Nothing of it runs. Writes to the cache folder only, where it is fetched. Raises
    `NoRelease`.
    """
    try:
        spec = parse(_with_scheme(text))
        if isinstance(spec, GitSpec):
            return _revision(text, spec, repository, packages)
        if isinstance(spec, ReleaseSpec):
            fetched = fetch_release(spec)
            opened = _sdist if spec.is_source else _wheel
            return opened(text, str(spec), fetched.path, fetched.sha256, packages)
        return _path(text, Path(spec.path), packages)
    except (SideError, ReleaseError, GitError) as error:
        raise NoRelease(str(error)) from None


def _with_scheme(text: str) -> str:
    """The same, with `pypi:` before `name==version`."""
    is_release = "==" in text and not text.startswith(("pypi:", "sdist:", "git:"))
    return f"pypi:{text}" if is_release and not Path(text).exists() else text


def _path(text: str, path: Path, packages: Sequence[str]) -> Release:
    if path.is_dir():
        return _folder(text, path.resolve(), packages)
    if not path.is_file():
        raise NoRelease(
            f"there is no {text!r}: name a release as NAME==VERSION, a wheel, a source"
            " archive, a folder, or git:REF"
        )
    if path.name.endswith(".whl"):
        title = " ".join(path.name.split("-")[:2])
        return _wheel(text, title, path, sha256_of(path), packages)
    if path.name.endswith(_ARCHIVES):
        return _sdist(text, path.name, path, sha256_of(path), packages)
    raise NoRelease(f"{text!r} is neither a wheel nor a source archive nor a folder")


def _wheel(
    text: str, title: str, path: Path, sha256: str, packages: Sequence[str]
) -> Release:
    try:
        files = WheelFiles(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise NoRelease(f"{path.name} cannot be read: {error}") from None
    known = installed_top_levels(files.paths())
    names = tuple(packages) or known
    _check(names, known if not packages else _tops_in(files), title)
    return Release(text, title, sha256, files, True, names)


def _tops_in(files: Files) -> tuple[str, ...]:
    return tuple({path.partition("/")[0].partition(".")[0] for path in files.paths()})


def _sdist(
    text: str, title: str, path: Path, sha256: str, packages: Sequence[str]
) -> Release:
    with tempfile.TemporaryDirectory(prefix="rehome-sdist-") as scratch:
        whole = Path(scratch) / "files"
        unpack_source(path, whole)
        listed = FolderFiles(whole)
        contents = {
            each: listed.read(each) or b""
            for each in listed.paths()
            if each.endswith(_SOURCES)
        }
        files = HeldFiles(contents, frozenset(listed.paths()) - contents.keys())
    return _project(text, title, sha256, files, packages)


def _folder(text: str, folder: Path, packages: Sequence[str]) -> Release:
    top = folder
    while (top / "__init__.py").is_file() and top.parent != top:
        top = top.parent
    if top == folder:
        return _project(text, text, "", FolderFiles(folder), packages)
    inside = folder.relative_to(top).parts[0]
    listed = FolderFiles(top / inside)
    placed = _Below(f"{inside}/", listed)
    return _project(text, text, "", placed, packages or (inside,))


class _Below:
    """Files of a folder, seen from the one above it."""

    def __init__(self, prefix: str, files: Files) -> None:
        self._prefix, self._files = prefix, files
        self._paths = frozenset(f"{prefix}{path}" for path in files.paths())

    def paths(self) -> frozenset[str]:
        return self._paths

    def read(self, path: str) -> bytes | None:
        inner = path.removeprefix(self._prefix)
        return self._files.read(inner) if path in self._paths else None


def _revision(
    text: str, spec: GitSpec, folder: Path, packages: Sequence[str]
) -> Release:
    repository = Repository.open(folder)
    commit = repository.commit(spec.revision)
    files = RevisionFiles(repository, commit)
    release = _project(text, f"{text} ({commit[:12]})", commit, files, packages)
    placed = release.placed.items()
    files.fetch([path for name, path in placed if name.endswith((".py", ".pyi"))])
    return release


def _project(
    text: str, title: str, identity: str, files: Files, packages: Sequence[str]
) -> Release:
    prefixes = top_levels(files.paths(), packages)
    known = (*prefixes,) if packages else tuple(sorted(prefixes))
    _check(packages or known, known, title)
    return Release(text, title, identity, files, False, known, prefixes)


def _check(wanted: Sequence[str], known: Sequence[str], title: str) -> None:
    """Refuse a version without a package, and names that it has not."""
    missing = sorted(set(wanted) - set(known))
    if missing:
        shown = ", ".join(sorted(known)[:8]) or "none"
        raise NoRelease(f"{title} has no package {missing[0]!r}; it has: {shown}")
    if not wanted:
        raise NoRelease(f"{title} has no Python package that could be imported")
