"""Which files are found below a path, and what is left out and counted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from codemods import worktree
from codemods.discovery import Discovered, discover, leave_out
from codemods.generated import is_generated
from codemods.rules import UNREADABLE

needs_ordinary_user = pytest.mark.skipif(
    os.geteuid() == 0, reason="permissions do not hold for root"
)


@pytest.fixture(autouse=True)
def no_settings_of_mine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


def make(root: Path, *names: str, content: str = "x = 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(
        ["git", "-C", str(folder), *identity, *arguments],
        check=True,
        capture_output=True,
    )


def init(folder: Path, *, commit: bool = False) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet")
    if commit:
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--allow-empty", "-m", "first")


Prepare = Callable[[Path], None]


def plain(root: Path) -> None:
    """No repository around it."""


def tracked(root: Path) -> None:
    init(root, commit=True)


def untracked(root: Path) -> None:
    init(root)


def distrusted(root: Path) -> None:
    """A repository of which git says nothing."""
    make(root, ".git/HEAD", content="garbage")


each_tree = pytest.mark.parametrize(
    "prepare", [plain, tracked, untracked, distrusted], ids=lambda f: f.__name__
)


def names(found: Discovered, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found.files]


# What is found


@each_tree
def test_python_files_at_every_depth(tmp_path: Path, prepare: Prepare) -> None:
    make(tmp_path, "b.py", "a/deep/er/c.pyi", "a/w.pyw", "a.txt", "py", "README.md")
    make(tmp_path, "folder.py/inner.py", "build/inside.py", "dist/inside.py")
    make(tmp_path, "build/__init__.py", "venv/not_really.py", ".hidden/h.py")
    prepare(tmp_path)
    found = discover([tmp_path])
    assert names(found, tmp_path) == sorted(
        [
            *("b.py", "a/deep/er/c.pyi", "a/w.pyw", "folder.py/inner.py"),
            *("build/inside.py", "dist/inside.py", "build/__init__.py"),
            *("venv/not_really.py", ".hidden/h.py"),
        ]
    )
    assert found.left_out == {}
    assert found.problems == ()


@each_tree
def test_a_named_file_is_taken_whatever_it_is_called(
    tmp_path: Path, prepare: Prepare
) -> None:
    make(tmp_path, "script", "ignored.py", ".venv/pyvenv.cfg", ".venv/a.py")
    make(tmp_path, ".gitignore", content="ignored.py\nscript\n")
    prepare(tmp_path)
    paths = [tmp_path / "script", tmp_path / "ignored.py", tmp_path / ".venv/a.py"]
    assert set(discover(paths).files) == set(paths)


def test_overlapping_paths_find_each_file_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a/b/c.py", "a/d.py")
    (tmp_path / "link").symlink_to("a")
    monkeypatch.chdir(tmp_path)
    paths = [Path("a"), tmp_path, Path("a/b/../b"), Path("a/d.py"), Path("link/b")]
    assert [str(path) for path in discover(paths).files] == ["a/b/c.py", "a/d.py"]
    assert [str(path) for path in discover([Path()]).files] == ["a/b/c.py", "a/d.py"]


@each_tree
def test_hostile_names(tmp_path: Path, prepare: Prepare) -> None:
    hostile = [b"-rf.py", b"a\nb.py", b"\x1b[31m.py", b"::error::.py", b'"q".py']
    hostile += [b"\xff\xfe.py", "über.py".encode(), b" .py", b"dir \\ \n/x.py"]
    made = []
    for name in hostile:
        path = os.path.join(os.fsencode(tmp_path), name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb"):
                made.append(path)
        except OSError:
            continue  # a file system may refuse some
    prepare(tmp_path)
    assert len(made) >= 7
    assert {os.fsencode(path) for path in discover([tmp_path]).files} == set(made)


# What is left out


@each_tree
def test_environments_and_installed_packages(tmp_path: Path, prepare: Prepare) -> None:
    make(tmp_path, "mine.py", "env/pyvenv.cfg", "env/lib/python3/a.py", ".venv/b.py")
    make(tmp_path, "conda/conda-meta/history", "conda/c.py", "sub/node_modules/d.py")
    make(tmp_path, "x/site-packages/e.py", ".tox/f.py", ".nox/g.py")
    make(tmp_path, "__pycache__/h.py", "p.egg-info/i.py", ".mypy_cache/j.py")
    prepare(tmp_path)
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["mine.py"]
    assert found.left_out == {"environment": 3, "installed": 4}


@each_tree
def test_ignored_files(tmp_path: Path, prepare: Prepare) -> None:
    make(tmp_path, ".gitignore", content="/out/\n*.gen.py\n!keep.gen.py\nnot a \\\n")
    make(tmp_path, "sub/.gitignore", content="local.py\n!again.gen.py\n")
    make(tmp_path, "a.py", "out/b.py", "c.gen.py", "keep.gen.py", "local.py")
    make(tmp_path, "sub/local.py", "sub/again.gen.py", "sub/out/d.py")
    make(tmp_path, "sub/deeper/local.py", "sub/deeper/e.gen.py", "sub/deeper/f.py")
    prepare(tmp_path)
    found = discover([tmp_path])
    assert names(found, tmp_path) == [
        *("a.py", "keep.gen.py", "local.py", "sub/again.gen.py"),
        *("sub/deeper/f.py", "sub/out/d.py"),
    ]
    assert found.left_out == {"ignored": 5}


@each_tree
def test_what_a_caller_leaves_out(tmp_path: Path, prepare: Prepare) -> None:
    paths = ("a.py", "vendored/b.py", "vendored/c.md", "d.md")
    for path in paths:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("")
    prepare(tmp_path)
    asked: list[str] = []

    def is_left_out(path: str) -> bool:
        asked.append(path)
        return "vendored" in Path(path).relative_to(os.path.realpath(tmp_path)).parts

    with leave_out(is_left_out):
        found = discover([tmp_path])
        named = discover([tmp_path / "vendored" / "b.py"])
    assert found.files == (tmp_path / "a.py",)
    assert tmp_path / "d.md" in found.texts
    assert tmp_path / "vendored" / "c.md" not in found.texts
    assert found.left_out == {"ignored by the settings": 1}
    assert found.texts_left_out == 1
    assert all(map(os.path.isabs, asked))
    assert named.files == (tmp_path / "vendored" / "b.py",)
    assert len(discover([tmp_path]).files) == 2


@each_tree
def test_rules_of_folders_above_hold(tmp_path: Path, prepare: Prepare) -> None:
    make(tmp_path, ".gitignore", content="gen_*.py\n")
    make(tmp_path, "sub/gen_a.py", "sub/b.py")
    prepare(tmp_path)
    found = discover([tmp_path / "sub"])
    expected = ["b.py"] if prepare is not plain else ["b.py", "gen_a.py"]
    assert names(found, tmp_path / "sub") == expected


@each_tree
def test_an_ignored_folder_that_is_named_is_searched(
    tmp_path: Path, prepare: Prepare
) -> None:
    make(tmp_path, ".gitignore", content="out/\n")
    make(tmp_path, "out/sub/a.py", "out/b.py")
    prepare(tmp_path)
    assert names(discover([tmp_path / "out"]), tmp_path / "out") == ["b.py", "sub/a.py"]
    assert names(discover([tmp_path / "out/sub"]), tmp_path) == ["out/sub/a.py"]
    both = discover([tmp_path, tmp_path / "out"])
    assert names(both, tmp_path) == ["out/b.py", "out/sub/a.py"]
    assert both.left_out == {}


@each_tree
def test_site_packages_that_are_named_are_searched(
    tmp_path: Path, prepare: Prepare
) -> None:
    make(tmp_path, "mine.py", ".venv/pyvenv.cfg")
    make(tmp_path, ".venv/.gitignore", content="*\n")
    make(tmp_path, ".venv/lib/site-packages/pkg/a.py", ".venv/bin/tool.py")
    prepare(tmp_path)
    packages = tmp_path / ".venv/lib/site-packages"
    assert names(discover([packages]), packages) == ["pkg/a.py"]
    found = discover([tmp_path / ".venv"])
    assert names(found, tmp_path / ".venv") == ["bin/tool.py"]
    assert found.left_out == {"installed": 1}


@each_tree
def test_links_are_counted_and_not_followed(tmp_path: Path, prepare: Prepare) -> None:
    outside = tmp_path / "outside"
    make(outside, "secret.py", "sub/other.py")
    tree = tmp_path / "tree"
    make(tree, "a.py", "sub/b.py", "data.txt")
    (tree / "file.py").symlink_to(outside / "secret.py")
    (tree / "inside.py").symlink_to("a.py")
    (tree / "folder").symlink_to(outside / "sub")
    (tree / "loop").symlink_to("..")
    (tree / "itself.py").symlink_to("itself.py")
    (tree / "nowhere.py").symlink_to("gone.py")
    (tree / "link.txt").symlink_to("data.txt")
    prepare(tree)
    found = discover([tree])
    assert names(found, tree) == ["a.py", "sub/b.py"]
    assert found.left_out == {"linked": 6}
    assert found.problems == ()


def test_a_named_link_is_resolved(tmp_path: Path) -> None:
    make(tmp_path, "real/a.py")
    (tmp_path / "file.py").symlink_to("real/a.py")
    (tmp_path / "folder").symlink_to("real")
    for name in ("file.py", "folder"):
        found = discover([tmp_path / name])
        assert found.files == (tmp_path.resolve() / "real/a.py",)


def test_a_tracked_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    make(outside, "a.py")
    tree = tmp_path / "tree"
    make(tree, "sub/a.py", "b.py")
    init(tree, commit=True)
    (tree / "sub/a.py").unlink()
    (tree / "sub").rmdir()
    (tree / "sub").symlink_to(outside)
    found = discover([tree])
    assert names(found, tree) == ["b.py"]
    assert found.left_out == {"linked": 1}


def test_pipes_are_counted_where_nobody_named_them(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    os.mkfifo(tmp_path / "pipe.py")
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["a.py"]
    assert found.left_out == {"not a regular file": 1}
    assert discover([tmp_path / "pipe.py"]).files == (tmp_path / "pipe.py",)


def test_what_setuptools_built_is_left_out(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "build/lib/a.py", "sub/build/bdist.linux/a.py")
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["a.py"]
    assert found.left_out == {"build output": 2}


# Work trees


def test_other_repositories_are_left_out_of_a_work_tree(tmp_path: Path) -> None:
    make(tmp_path / "library", "a.py")
    init(tmp_path / "library", commit=True)
    tree = tmp_path / "tree"
    make(tree, "mine.py")
    init(tree)
    allow = ("-c", "protocol.file.allow=always")
    git(tree, *allow, "submodule", "add", str(tmp_path / "library"), "module")
    make(tree, "clone/b.py", "empty/c.py")
    init(tree / "clone", commit=True)
    init(tree / "empty")
    found = discover([tree])
    assert names(found, tree) == ["mine.py"]
    assert found.left_out == {"nested repository": 3}
    assert names(discover([tree / "module"]), tree) == ["module/a.py"]


def test_repositories_below_an_ordinary_folder_are_searched(tmp_path: Path) -> None:
    make(tmp_path, "one/a.py", "two/b.py")
    make(tmp_path, "one/.gitignore", content="gen.py\n")
    make(tmp_path, "one/gen.py", "two/gen.py")
    init(tmp_path / "one", commit=True)
    init(tmp_path / "two")
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["one/a.py", "two/b.py", "two/gen.py"]


def test_deleted_files_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "gone.py", "gone/b.py")
    init(tmp_path, commit=True)
    (tmp_path / "gone.py").unlink()
    (tmp_path / "gone/b.py").unlink()
    (tmp_path / "gone").rmdir()
    found = discover([tmp_path])
    assert (names(found, tmp_path), found.problems) == (["a.py"], ())


def test_tracked_files_count_though_a_rule_ignores_them(tmp_path: Path) -> None:
    make(tmp_path, ".gitignore", content="*.py\n")
    make(tmp_path, "a.py", "b.py")
    init(tmp_path)
    git(tmp_path, "add", "--force", "a.py")
    found = discover([tmp_path])
    assert (names(found, tmp_path), found.left_out) == (["a.py"], {"ignored": 1})


def test_files_in_conflict_are_found_once(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    init(tmp_path, commit=True)
    git(tmp_path, "checkout", "-q", "-b", "side")
    make(tmp_path, "a.py", content="side\n")
    git(tmp_path, "commit", "-qam", "side")
    git(tmp_path, "checkout", "-q", "-")
    make(tmp_path, "a.py", content="main\n")
    git(tmp_path, "commit", "-qam", "main")
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "side")
    assert names(discover([tmp_path]), tmp_path) == ["a.py"]


def test_a_repository_cannot_run_anything(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "sub/b.py")
    init(tmp_path, commit=True)
    ran = tmp_path.parent / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch '{ran}'\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "pager.ls-files", "core.sshCommand"):
        git(tmp_path, "config", name, str(program))
    hooks = tmp_path / ".git/hooks"
    for hook in ("post-index-change", "fsmonitor-watchman", "query-watchman"):
        (hooks / hook).write_bytes(program.read_bytes())
        (hooks / hook).chmod(0o755)
    assert names(discover([tmp_path]), tmp_path) == ["a.py", "sub/b.py"]
    assert not ran.exists()
    # The same listing without the precautions does run it.
    git(tmp_path, "ls-files", "--others")
    assert ran.exists()


def test_variables_of_a_hook_do_not_lead_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "one/a.py", "two/b.py")
    init(tmp_path / "one", commit=True)
    init(tmp_path / "two", commit=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "two/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "two"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "two/.git/index"))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")
    assert names(discover([tmp_path / "one"]), tmp_path) == ["one/a.py"]


def test_a_work_tree_elsewhere_leads_nowhere(tmp_path: Path) -> None:
    make(tmp_path, "tree/a.py", "elsewhere/b.py")
    init(tmp_path / "tree", commit=True)
    git(tmp_path / "tree", "config", "core.worktree", str(tmp_path / "elsewhere"))
    assert names(discover([tmp_path / "tree"]), tmp_path) == ["tree/a.py"]


def test_without_git_the_result_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, ".gitignore", content="out/\n")
    make(tmp_path, "a.py", "out/b.py", ".venv/pyvenv.cfg", ".venv/c.py")
    init(tmp_path)
    with_git = discover([tmp_path])
    monkeypatch.setattr(worktree, "list_files", lambda _: None)
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert discover([tmp_path]) == with_git
    assert with_git.left_out == {"environment": 1, "ignored": 1}


# What cannot be searched


def test_a_missing_path_is_a_finding_and_the_others_go_on(tmp_path: Path) -> None:
    make(tmp_path, "a.py")
    (tmp_path / "nowhere.py").symlink_to("gone.py")
    (tmp_path / "loop").symlink_to("loop")
    bad = ["nowhere.py", "loop", "gone", "a.py/inside", "x" * 300]
    found = discover([*(tmp_path / name for name in bad), tmp_path / "a.py"])
    assert names(found, tmp_path) == ["a.py"]
    assert {each.place.path for each in found.problems} == {
        str(tmp_path / name) for name in bad
    }
    for each in found.problems:
        assert each.rule is UNREADABLE
        assert each.message.startswith("cannot be read: ")


def test_a_path_with_a_null_is_a_finding() -> None:
    (problem,) = discover([Path("a\0b")]).problems
    assert problem.rule is UNREADABLE


@needs_ordinary_user
@each_tree
def test_an_unreadable_folder_is_a_finding(tmp_path: Path, prepare: Prepare) -> None:
    make(tmp_path, "a.py", "shut/b.py")
    prepare(tmp_path)
    (tmp_path / "shut").chmod(0)
    try:
        found = discover([tmp_path])
    finally:
        (tmp_path / "shut").chmod(0o755)
    assert names(found, tmp_path) == ["a.py"]
    (problem,) = found.problems
    assert problem.place.path == str(tmp_path / "shut")
    assert "Permission denied" in problem.message


def test_a_folder_too_deep_to_open_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.py")
    monkeypatch.chdir(tmp_path)
    for _ in range(30):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    os.chdir(tmp_path)
    found = discover([tmp_path])
    assert names(found, tmp_path) == ["a.py"]
    assert [each.rule for each in found.problems] == [UNREADABLE]
    assert "too long" in found.problems[0].message


# Ignore files that are hostile


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00*.py",
        b"!\n/\n//\n[\n***\n\\\n!!\n",
        b"../*\n/../../*.txt\n",
        b"\r\n\r\n#*\n",
    ],
)
def test_hostile_ignore_files(tmp_path: Path, content: bytes) -> None:
    make(tmp_path, "a.py", "sub/b.py")
    (tmp_path / ".gitignore").write_bytes(content)
    found = discover([tmp_path])
    assert set(names(found, tmp_path)) <= {"a.py", "sub/b.py"}
    assert found.problems == ()
    assert "sub/b.py" in names(found, tmp_path) or found.left_out


def test_an_ignore_pattern_cannot_take_for_ever(tmp_path: Path) -> None:
    name = "a" * 200 + ".py"
    make(tmp_path, name, "/".join(["a"] * 100) + "/b.py")
    lines = ["*a" * 30 + "*b", "**/a/" * 30 + "c", "*.gen.py", ""]
    make(tmp_path, ".gitignore", content="\n".join(lines))
    make(tmp_path, "x.gen.py")
    found = discover([tmp_path])
    assert len(found.files) == 2
    assert found.left_out == {"ignored": 1}


def test_an_ignore_file_that_is_a_pipe_does_not_hang(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "sub/b.py")
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / "sub/.gitignore").symlink_to("/dev/zero")
    assert names(discover([tmp_path]), tmp_path) == ["a.py", "sub/b.py"]


# Generated files


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("api_pb2.py", ""),
        ("api_pb2_grpc.py", ""),
        ("api_pb2.pyi", ""),
        ("a.py", "# Generated by the protocol buffer compiler.  DO NOT EDIT!\n"),
        ("a.py", "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n# @generated\n"),
        ("a.py", "# @generated SignedSource<<0123>>\n"),
        ("a.py", "#\r\n# This file is auto-generated.\r\n# Do not edit it!\r\n"),
        ("a.py", '"""Automatically generated: do not modify."""\n'),
        ("a.py", "# code generated by tool, do  not\tmanually edit\n"),
    ],
)
def test_generated(name: str, header: str) -> None:
    assert is_generated(header.encode() + b"x = 1\n", name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", ""),
        ("api_pb2x.py", ""),
        ("pb2.py", "x = 1\n"),
        ("a.py", "# The list was generated by hand.\n"),
        ("a.py", "# Do not edit this on Fridays.\n"),
        ("a.py", 'MARK = "@generated"\n'),
        ("a.py", "# me@generated.example\n"),
        ("a.py", "#\n" * 5 + "# @generated\n"),
        ("a.py", "x = 1\n" * 5 + "# generated, do not edit\n"),
        ("a.py", "# finds @generated-by marks\n"),
    ],
)
def test_not_generated(name: str, text: str) -> None:
    assert not is_generated(text.encode(), name)
