"""From a folder or a revision to a graph; each text is parsed once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from verify.git import Repository
from verify.importing import parsing
from verify.importing.packages import NoPackage
from verify.importing.statements import FileImports, imports_of
from verify.importing.store import Loaded, at_revision, in_folder, load

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

FILES: Mapping[str, str | bytes] = {
    "src/p/__init__.py": "",
    "src/p/a.py": "import p.b\n",
    "src/p/b.py": "def f(:\n",
    "src/p/n/c.py": "from .. import a\n",
    "tests/test_p.py": "import p.a\n",
}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    seen: list[bytes] = []

    def counted(data: bytes) -> FileImports:
        seen.append(data)
        return imports_of(data)

    monkeypatch.setattr(parsing, "imports_of", counted)
    return seen


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def edges(loaded: Loaded) -> dict[str, list[str]]:
    graph = loaded.graph
    return {name: [e.imported for e in graph.edges_of(name)] for name in graph.modules}


def test_a_revision_and_a_folder_give_the_same_graph(scratch: Scratch) -> None:
    commit = scratch.commit(FILES)
    of_commit = load(at_revision(Repository.open(scratch.folder), commit))
    of_folder = load(in_folder(scratch.folder))
    expected = {
        "p": [],
        "p.a": ["p.b", "p"],
        "p.b": [],
        "p.n.c": ["p.a", "p"],
        "tests.test_p": ["p.a", "p"],
    }
    assert edges(of_commit) == edges(of_folder) == expected
    (left_out,) = of_commit.graph.left_out
    assert (left_out.path, left_out.line) == ("src/p/b.py", 1)
    assert of_commit.source("p.a") == b"import p.b\n"


def test_each_text_is_parsed_once(
    scratch: Scratch, tmp_path: Path, parsed: list[bytes]
) -> None:
    repository = Repository.open(scratch.folder)
    first = scratch.commit(FILES)
    load(at_revision(repository, first), tmp_path / "kept")
    assert len(parsed) == len(set(FILES.values()))
    del parsed[:]
    load(at_revision(repository, first), tmp_path / "kept")
    assert parsed == []
    second = scratch.commit({"src/p/a.py": "import p.n.c\n"})
    changed = load(at_revision(repository, second), tmp_path / "kept")
    assert parsed == [b"import p.n.c\n"]
    assert edges(changed)["p.a"] == ["p.n.c", "p"]


@pytest.mark.parametrize("damage", [b"", b"\xff\xff", b"\x81\xa1a\x01", b"\xc1"])
def test_a_damaged_cache_is_no_cache(
    scratch: Scratch, tmp_path: Path, damage: bytes
) -> None:
    files = at_revision(Repository.open(scratch.folder), scratch.commit(FILES))
    kept = tmp_path / "kept"
    whole = edges(load(files, kept))
    (pack,) = kept.iterdir()
    pack.write_bytes(damage)
    assert edges(load(files, kept)) == whole
    assert edges(load(files, kept)) == whole


def test_a_cache_that_cannot_be_written_is_none(
    scratch: Scratch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    files = at_revision(Repository.open(scratch.folder), scratch.commit(FILES))
    assert "p.a" in load(files, tmp_path / "file" / "kept").graph.modules


def test_many_processes_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"p/m{n}.py": f"import p.m{n + 1}\n" for n in range(50)}
    files = in_folder(write(tmp_path / "f", texts))
    alone = edges(load(files, processes=1))
    monkeypatch.setattr(parsing, "_WORTH_A_PROCESS", 0)
    assert edges(load(files, processes=3)) == alone


def _die(data: bytes) -> FileImports:
    if b"poison" in data:
        os._exit(3)
    return imports_of(data)


def test_a_file_that_ends_the_parser_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {f"p/m{n}.py": f"import p.m{n + 1}\n" for n in range(9)}
    files = in_folder(write(tmp_path / "f", {**texts, "p/bad.py": "poison = 1\n"}))
    monkeypatch.setattr(parsing, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(parsing, "imports_of", _die)
    found = load(files, processes=2)
    (left_out,) = found.graph.left_out
    assert left_out.path.endswith("p/bad.py")
    assert sum(map(len, edges(found).values())) == 8


def test_links_are_named(scratch: Scratch) -> None:
    (scratch.folder / "p").mkdir()
    (scratch.folder / "p/a.py").symlink_to("/etc/passwd")
    files = at_revision(Repository.open(scratch.folder), scratch.commit({"p/b.py": ""}))
    (left_out,) = load(files).graph.left_out
    assert (left_out.path, "symbolic link" in left_out.why) == ("p/a.py", True)


@pytest.mark.parametrize(
    ("named", "paths"),
    [
        ((), list(FILES)),
        (("p",), [p for p in FILES if p.startswith("src")]),
        (("p.n",), [p for p in FILES if p.startswith("src")]),
        (("src/p/n",), ["src/p/n/c.py"]),
        (("tests", "p"), list(FILES)),
    ],
)
def test_packages_by_name_and_by_folder(
    scratch: Scratch, named: tuple[str, ...], paths: list[str]
) -> None:
    commit = scratch.commit(FILES)
    found = at_revision(Repository.open(scratch.folder), commit, named)
    assert sorted(found.oids) == sorted(paths)


@pytest.mark.parametrize("named", ["q", "p.x", "src/q", "p.a.b", "../p"])
def test_a_package_that_is_not_there(scratch: Scratch, named: str) -> None:
    commit = scratch.commit(FILES)
    repository = Repository.open(scratch.folder)
    with pytest.raises(NoPackage, match=r"there is no package .*there are: p, tests"):
        at_revision(repository, commit, [named])
    assert at_revision(repository, commit, [named], required=False).oids == {}


def test_no_python_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(NoPackage, match="there is no folder"):
        in_folder(tmp_path / "gone")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoPackage, match="there is no Python file"):
        in_folder(tmp_path / "empty")


def test_a_folder_that_is_a_package_itself(tmp_path: Path) -> None:
    write(tmp_path, {"p/__init__.py": "", "p/a.py": "import p.b", "p/b.py": ""})
    write(tmp_path, {"n/a.py": "import n.b", "n/b.py": ""})
    assert edges(load(in_folder(tmp_path / "p")))["p.a"] == ["p.b", "p"]
    assert edges(load(in_folder(tmp_path / "n")))["n.a"] == ["n.b"]
