"""What a user may call a side: a revision, a release or a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from verify.sides.errors import SideError

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_HASH = re.compile(r"sha256=([0-9a-f]{64})")
_REQUIREMENT = "NAME==VERSION, as in `pypi:sglang==0.5.13`"


@dataclass(frozen=True, slots=True)
class GitSpec:
    """A revision, by git's rules."""

    revision: str


@dataclass(frozen=True, slots=True)
class FolderSpec:
    """A folder that stands already; it is used where it is."""

    path: str


@dataclass(frozen=True, slots=True)
class ReleaseSpec:
    """A release of the package index: its wheel, or its source archive.

    `sha256` is the hash that the file must have, where the user pinned one.
    """

    project: str
    version: str
    is_source: bool
    sha256: str | None = None

    def __str__(self) -> str:
        return f"{self.project} {self.version}"


Spec = GitSpec | FolderSpec | ReleaseSpec


def parse(text: str) -> Spec:
    """Read `git:REF`, `pypi:NAME==VERSION`, `sdist:NAME==VERSION`, or a path.

    A release may be pinned: `pypi:NAME==VERSION#sha256=HEX`. Raises `SideError`.
    """
    if "\0" in text:
        raise SideError(f"{text!r} is no side: it holds a null character")
    scheme, colon, rest = text.partition(":")
    if colon and scheme == "git":
        if not rest:
            raise SideError("`git:` needs a revision behind it, as in `git:HEAD~1`")
        return GitSpec(rest)
    if colon and scheme in ("pypi", "sdist"):
        return _release(rest, is_source=scheme == "sdist")
    if not text:
        raise SideError("a side cannot be empty: name a folder, or `git:REF`")
    return FolderSpec(text)


def _release(text: str, *, is_source: bool) -> ReleaseSpec:
    requirement, hash_mark, pinned = text.partition("#")
    project, equals, version = requirement.partition("==")
    if not equals or not _NAME.fullmatch(project):
        raise SideError(f"{text!r} is no release: write {_REQUIREMENT}")
    try:
        Version(version)
    except InvalidVersion:
        raise SideError(f"{version!r} is no version: write {_REQUIREMENT}") from None
    match = _HASH.fullmatch(pinned)
    if hash_mark and match is None:
        raise SideError(f"{pinned!r} is no pin: write `#sha256=` and 64 hex digits")
    sha256 = match[1] if match else None
    return ReleaseSpec(canonicalize_name(project), version.strip(), is_source, sha256)
