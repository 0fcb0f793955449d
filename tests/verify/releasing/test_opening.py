"""What a user may call a version, and which modules each gives."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.verify.conftest import MakeScratch
from verify.releasing.opening import NoRelease, open_release


def wheel(folder: Path, files: Mapping[str, str]) -> str:
    path = folder / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return str(path)


def tree(folder: Path, files: Mapping[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return str(folder)


def test_a_wheel_gives_what_is_installed_on_top(tmp_path: Path) -> None:
    release = open_release(
        wheel(
            tmp_path,
            {
                "thing/__init__.py": "",
                "thing/inner/deep.py": "x = 1",
                "thing/_fast.cpython-311-x86_64-linux-gnu.so": "",
                "thing-1.0.data/purelib/other/__init__.py": "y = 2",
                "thing-1.0.data/scripts/run.py": "",
                "thing-1.0.dist-info/RECORD": "",
                "tests/test_thing.py": "",
            },
        )
    )
    assert (release.title, release.complete) == ("thing 1.0", True)
    assert release.packages == ("other", "thing")
    assert release.compiled == {"thing._fast"}
    assert "thing.inner" in release.folders
    assert release.read("other/__init__.py") == b"y = 2"
    assert release.modules.path_of("thing.inner.deep") == "thing/inner/deep.py"
    assert not release.modules.exists("tests")
    assert len(release.identity) == 64


def test_hostile_members_are_only_names(tmp_path: Path) -> None:
    files = {"thing/__init__.py": "", "../../thing/evil.py": "", "/thing/root.py": ""}
    release = open_release(wheel(tmp_path, files))
    assert [*release.paths()] == ["thing/__init__.py"]


@pytest.mark.parametrize("root", ["", "src/", "python/", "lib/"])
def test_a_project_has_its_packages_in_usual_places(tmp_path: Path, root: str) -> None:
    text = tree(
        tmp_path,
        {
            f"{root}thing/__init__.py": "",
            f"{root}thing/a.py": "",
            "setup.py": "",
            "tests/__init__.py": "",
            ".venv/pyvenv.cfg": "",
            ".venv/lib/hidden/__init__.py": "",
        },
    )
    release = open_release(text)
    assert release.packages == ("thing",)
    assert release.modules.path_of("thing.a") == "thing/a.py"
    assert (release.identity, release.complete) == ("", False)


def test_a_package_is_named_by_its_folder(tmp_path: Path) -> None:
    tree(tmp_path, {"up/thing/__init__.py": "", "up/thing/sub/__init__.py": "x = 1"})
    for folder in ("up/thing", "up/thing/sub"):
        release = open_release(str(tmp_path / folder), packages=("thing",))
        assert release.packages == ("thing",)
    whole = open_release(str(tmp_path / "up/thing"))
    assert whole.read("thing/sub/__init__.py") == b"x = 1"


def test_a_name_is_looked_for_in_every_folder(tmp_path: Path) -> None:
    files = {"a/b/thing/__init__.py": "", "a/b/c/thing/__init__.py": "deeper = 1"}
    release = open_release(tree(tmp_path, files), packages=("thing",))
    assert release.prefixes == {"thing": "a/b/"}
    assert [*release.paths()] == ["thing/__init__.py"]


def test_what_a_build_makes_is_not_gone(tmp_path: Path) -> None:
    files = {
        "thing/__init__.py": "",
        "thing/fast.pyx": "",
        "pyproject.toml": 'version-file = "thing/_version.py"',
    }
    release = open_release(tree(tmp_path, files))
    assert release.may_be_built("thing.fast")
    assert release.may_be_built("thing._version")
    assert not release.may_be_built("thing.slow")


def test_a_revision_is_read_from_git(make_scratch: MakeScratch) -> None:
    scratch = make_scratch()
    first = scratch.commit({"src/thing/__init__.py": "", "src/thing/a.py": "x = 1"})
    scratch.commit({"src/thing/a.py": None})
    old = open_release("git:HEAD~1", repository=scratch.folder)
    new = open_release("git:HEAD", repository=scratch.folder)
    assert old.identity == first
    assert old.read("thing/a.py") == b"x = 1"
    assert new.read("thing/a.py") is None


def test_a_source_archive_is_a_project(tmp_path: Path) -> None:
    path = tmp_path / "thing-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {"thing/__init__.py": "", "thing/c.pyx": ""}.items():
            member = tarfile.TarInfo(f"thing-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    release = open_release(str(path))
    assert (release.packages, release.complete) == (("thing",), False)
    assert release.may_be_built("thing.c")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nowhere", "name a release as NAME==VERSION"),
        ("broken-1.whl", "cannot be read"),
        ("empty", "has no Python package"),
        ("note.txt", "neither a wheel nor"),
        ("thing==", "is no version"),
        ("-x==1.0", "is no release"),
        ("git:", "needs a revision"),
        ("git:--output=x", "git:--output=x"),
        ("\0", "null character"),
    ],
)
def test_what_is_no_version_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken-1.whl").write_bytes(b"PK")
    (tmp_path / "note.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoRelease) as refused:
        open_release(text)
    if says != text:
        assert says in str(refused.value)


def test_a_name_that_it_has_not_is_refused(tmp_path: Path) -> None:
    text = wheel(tmp_path, {"thing/__init__.py": ""})
    with pytest.raises(NoRelease, match="has no package 'other'; it has: thing"):
        open_release(text, packages=("other",))
