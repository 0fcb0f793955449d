"""Releases from the package index, pinned by hash and unpacked as plain source.

A release is material to read: it is downloaded without its dependencies, checked
against its hash, and unpacked without running anything of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_TIMEOUT_SECONDS = 300
_MOST_BYTES = 1 << 30


class ReleaseError(Exception):
    """A release that cannot be had; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """One wheel of the package index: what it is, and the hash that it must have."""

    project: str
    version: str
    wheel: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.project} {self.version}"


def _sglang(version: str, sha256: str) -> Release:
    wheel = f"sglang-{version}-cp311-cp311-manylinux_2_34_x86_64.whl"
    return Release("sglang", version, wheel, sha256)


BEFORE_SPLIT = _sglang(
    "0.5.12.post1", "94b3f3cc6b97f1364f247b8d9c1d106ec63cf22c55d6b65bc40ff29b0206ef5f"
)
AFTER_SPLIT = _sglang(
    "0.5.13", "9d26266ab7e99165098f9e173f4a5a0ef6a0b64a6f30ef0b5ee859eead37e75a"
)


def cache_folder() -> Path:
    """Where downloaded wheels are kept: `$REHOME_CACHE`, else the user's cache."""
    named = os.environ.get("REHOME_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "rehome"


def fetch(release: Release, *, cache: Path | None = None) -> Path:
    """The path of the release's wheel, downloaded once and checked every time.

    Writes to the cache folder only. Raises `ReleaseError` when the index cannot
    be reached or the wheel has another hash than the pinned one.
    """
    folder = (cache or cache_folder()) / "wheels"
    kept = folder / release.wheel
    if kept.is_file() and sha256_of(kept) == release.sha256:
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        downloaded = _download(release, Path(scratch))
        os.replace(downloaded, kept)
    return kept


def _download(release: Release, into: Path) -> Path:
    pin = into / "pin.txt"
    pin.write_text(
        f"{release.project}=={release.version} --hash=sha256:{release.sha256}\n"
    )
    python, platform = target_of(release.wheel)
    pip_download(
        str(release),
        *("--require-hashes", "--only-binary", ":all:", "--platform", platform),
        *("--implementation", "cp", "--python-version", python),
        "--ignore-requires-python",  # it is read, not run
        *("--dest", str(into), "--requirement", str(pin)),
    )
    wheel = into / release.wheel
    if not wheel.is_file():
        raise ReleaseError(f"{release} cannot be downloaded: no {release.wheel}")
    if sha256_of(wheel) != release.sha256:
        raise ReleaseError(f"{release} has another hash than the pinned one")
    return wheel


def target_of(wheel: str) -> tuple[str, str]:
    """The Python version and the platform that a wheel's name says it is for, the last
    of several, as pip's options take them.
    """
    tags = wheel.removesuffix(".whl").split("-")
    return tags[-3].split(".")[-1][2:], tags[-1].split(".")[-1]


def pip_download(what: str, *arguments: str) -> None:
    """Run `pip download` without dependencies; raises `ReleaseError`."""
    command = [
        *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
        *("--disable-pip-version-check", "--no-input", "--retries", "2"),
        *arguments,
    ]
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_SECONDS,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReleaseError(f"{what} cannot be downloaded: {error}") from None
    if done.returncode:
        reasons = [x for x in done.stderr.splitlines() if x.startswith("ERROR")]
        reason = (reasons or done.stderr.splitlines() or ["pip failed"])[-1]
        raise ReleaseError(f"{what} cannot be downloaded: {reason[:300]}")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def unpack(
    wheel: Path, into: Path, *, suffixes: tuple[str, ...] = (".py", ".pyi")
) -> None:
    """Unpack a wheel's source files into a folder.

    Members that would leave the folder, links and members over a gigabyte in all
    are refused with `ReleaseError`.
    """
    total = 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if member.is_dir() or not member.filename.endswith(suffixes):
                    continue
                total += member.file_size
                target = _inside(into, member)
                if total > _MOST_BYTES:
                    raise ReleaseError(f"{wheel.name} unpacks to more than a gigabyte")
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as read, target.open("wb") as write:
                    shutil.copyfileobj(read, write)
    except (zipfile.BadZipFile, OSError) as error:
        raise ReleaseError(f"{wheel.name} cannot be unpacked: {error}") from None


def _inside(folder: Path, member: zipfile.ZipInfo) -> Path:
    path = PurePosixPath(member.filename)
    is_link = (member.external_attr >> 16) & 0o170000 == 0o120000
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or is_link:
        raise ReleaseError(f"the archive holds an unsafe path: {member.filename!r}")
    return folder.joinpath(*path.parts)
