"""Source archives are unpacked whole, and never out of their folder."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from verify.releases import ReleaseError
from verify.sides.archives import unpack_source, unpack_wheel


def archive(path: Path, *members: tarfile.TarInfo, content: bytes = b"x = 1\n") -> Path:
    with tarfile.open(path, "w:gz") as opened:
        for member in members:
            member.size = len(content) if member.isfile() else 0
            opened.addfile(member, io.BytesIO(content))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


def test_the_one_folder_of_a_source_archive_is_taken_off(tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar.gz", member("a-1/pkg/m.py"), member("a-1/x.txt"))
    unpack_source(made, tmp_path / "out")
    assert (tmp_path / "out" / "pkg" / "m.py").read_bytes() == b"x = 1\n"
    assert (tmp_path / "out" / "x.txt").is_file()


def test_a_source_archive_has_its_metadata_as_an_installed_project(
    tmp_path: Path,
) -> None:
    content = b"Metadata-Version: 2.1\nName: my.thing\nVersion: 1.0\n"
    made = archive(tmp_path / "a.tar.gz", member("a-1/PKG-INFO"), content=content)
    unpack_source(made, tmp_path / "out")
    assert (tmp_path / "out" / "my.thing-1.0.dist-info" / "METADATA").is_file()


@pytest.mark.parametrize(
    "bad",
    [
        member("a/../../evil.py"),
        member("/evil.py"),
        member("a\\..\\evil.py"),
        member("a/link", tarfile.SYMTYPE, "/etc/passwd"),
        member("a/link", tarfile.LNKTYPE, "../../evil"),
        member("a/device", tarfile.CHRTYPE),
        member("a/pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda made: f"{made.name}-{made.type.decode()}",
)
def test_what_an_archive_may_not_hold(tmp_path: Path, bad: tarfile.TarInfo) -> None:
    made = archive(tmp_path / "a.tar.gz", member("a/fine.py"), bad)
    with pytest.raises(ReleaseError, match="unsafe"):
        unpack_source(made, tmp_path / "in" / "side")
    assert not [*tmp_path.rglob("evil*")]


def test_metadata_cannot_name_a_folder_elsewhere(tmp_path: Path) -> None:
    content = b"Name: ../../evil\nVersion: ../1\n"
    made = archive(tmp_path / "a.tar.gz", member("a/PKG-INFO"), content=content)
    unpack_source(made, tmp_path / "out")
    assert not [p for p in tmp_path.rglob("*evil*") if p.parent != tmp_path / "out"]


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    made = archive(tmp_path / "a.tar.gz", member("a/x.py"), content=b"x" * 9999)
    made.write_bytes(made.read_bytes()[:60])
    with pytest.raises(ReleaseError, match="cannot be unpacked"):
        unpack_source(made, tmp_path / "out")


@pytest.mark.parametrize("kind", ["tar.gz", "tar.xz", "tar.bz2", "zip", "whl"])
def test_damage_anywhere_is_told_or_harmless(tmp_path: Path, kind: str) -> None:
    whole = tmp_path / f"a.{kind}"
    content = random.Random(0).randbytes(400) + b"x" * 4000
    if kind in ("zip", "whl"):
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as opened:
            opened.writestr("a-1/m.py", content)
    else:
        mode: Any = f"w:{kind.partition('.')[2]}"
        with tarfile.open(whole, mode) as tar:
            entry = member("a-1/m.py")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    sound = whole.read_bytes()
    unpack = unpack_wheel if kind == "whl" else unpack_source
    refused = 0
    for number, place in enumerate(range(0, len(sound), 7)):
        broken = bytearray(sound)
        broken[place] ^= 1 << number % 8
        whole.write_bytes(broken)
        try:
            unpack(whole, tmp_path / f"out-{number}")
        except ReleaseError:
            refused += 1
    assert refused


@pytest.mark.parametrize("names", [[], ["m.py"], ["a/m.py", "b/m.py"]])
def test_a_zip_without_the_one_folder(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as opened:
        for name in names:
            opened.writestr(name, "")
    with pytest.raises(ReleaseError, match="no source archive"):
        unpack_source(tmp_path / "a.zip", tmp_path / "out")


def test_an_archive_without_files(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no files"):
        unpack_source(archive(tmp_path / "a.tar.gz"), tmp_path / "out")


def test_a_wheel_is_unpacked_with_its_data(tmp_path: Path) -> None:
    wheel = tmp_path / "w.whl"
    with zipfile.ZipFile(wheel, "w") as opened:
        opened.writestr("pkg/data.json", "{}")
    unpack_wheel(wheel, tmp_path / "out")
    assert (tmp_path / "out" / "pkg" / "data.json").read_text() == "{}"
