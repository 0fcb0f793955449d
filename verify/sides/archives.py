"""Unpack a release whole, without running anything and without leaving its folder."""

from __future__ import annotations

import email
import lzma
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from verify.releases import ReleaseError, unpack

_MOST_BYTES = 1 << 30
_MOST_MEMBERS = 200_000
# RuntimeError is for encrypted members, and for compressions that are not known.
_BROKEN = (
    *(OSError, EOFError, ValueError, RuntimeError),
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


def unpack_wheel(wheel: Path, into: Path) -> None:
    """Every file of a wheel; raises `ReleaseError` for one that is unsafe."""
    with _refusing_broken(wheel):
        unpack(wheel, into, suffixes=("",))


def unpack_source(archive: Path, into: Path) -> None:
    """The files under the one folder of a source archive, with its metadata beside
    them as an installed project has it, so that its version can be asked for.

    Links, devices and paths that leave the folder are refused with `ReleaseError`.
    """
    with _refusing_broken(archive):
        if archive.suffix == ".zip":
            _unzip(archive, into)
        else:
            _untar(archive, into)
        if not any(into.iterdir()):
            raise ReleaseError(f"{archive.name} is no source archive: it has no files")
        _describe(into)


@contextmanager
def _refusing_broken(archive: Path) -> Iterator[None]:
    """Turn what the readers of archives raise for a damaged one into `ReleaseError`."""
    try:
        yield
    except _BROKEN as error:
        raise ReleaseError(f"{archive.name} cannot be unpacked: {error}") from None


def _unzip(archive: Path, into: Path) -> None:
    whole = into.with_name(f"{into.name}-whole")
    whole.mkdir(parents=True)
    unpack(archive, whole, suffixes=("",))
    [*entries] = whole.iterdir()
    if len(entries) != 1 or not entries[0].is_dir():
        raise ReleaseError(f"{archive.name} is no source archive: it has no one folder")
    shutil.move(entries[0], into)
    shutil.rmtree(whole, ignore_errors=True)


def _untar(archive: Path, into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    total = 0
    with tarfile.open(archive) as opened:
        for number, member in enumerate(opened):
            total += member.size
            if total > _MOST_BYTES or number > _MOST_MEMBERS:
                raise ReleaseError(f"{archive.name} unpacks to too much")
            _extract(opened, member, into)


def _extract(opened: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Write one member; its mode, owner and times are not taken over."""
    path = PurePosixPath(member.name)
    unsafe = path.is_absolute() or ".." in path.parts or "\\" in member.name
    if unsafe or not (member.isfile() or member.isdir()):
        raise ReleaseError(f"the archive holds an unsafe member: {member.name!r}")
    target = into.joinpath(*path.parts[1:])
    content = opened.extractfile(member)
    if content is None or len(path.parts) < 2:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as write:
        shutil.copyfileobj(content, write)


def _describe(folder: Path) -> None:
    told = folder / "PKG-INFO"
    if not told.is_file():
        return
    fields = email.message_from_bytes(told.read_bytes())
    project = re.sub(r"[^A-Za-z0-9.]+", "_", fields.get("Name", ""))
    version = re.sub(r"[^A-Za-z0-9.+!]+", "_", fields.get("Version", ""))
    if project and version:
        metadata = folder / f"{project}-{version}.dist-info"
        metadata.mkdir(exist_ok=True)
        shutil.copyfile(told, metadata / "METADATA")
