"""Reading a repository: right answers, or a clear error, whatever it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from verify.git import SUBMODULE, SYMLINK, FileChange, GitError, Repository

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch

HOSTILE_PATHS = [
    "with\nnewline.py",
    "\x1b[2Jescape.py",
    'tab\tand "quote" and \\.py',
    "--option.py",
    ":(top)magic.py",
    "*.py",
    "ev/null",
    " blanks ",
    "\u00fcml\u00e4ut.py",
]


def changes_of(scratch: Scratch, text: str = "HEAD") -> tuple[FileChange, ...]:
    return Repository.open(scratch.folder).range_of(text).changes()


def content_of(repository: Repository, commit: str, path: str) -> bytes:
    oid = repository.tree(commit)[path].oid
    return repository.read([oid])[oid]


def test_changes_are_those_of_the_trees_and_no_renames(scratch: Scratch) -> None:
    scratch.commit({"gone.py": "a\n", "kept.py": "k\n", "edited.py": "1\n"})
    scratch.commit({"gone.py": None, "new.py": "a\n", "edited.py": "2\n"})
    found = {c.path: (c.old is None, c.new is None) for c in changes_of(scratch)}
    assert found == {
        "edited.py": (False, False),
        "gone.py": (False, True),
        "new.py": (True, False),
    }


def test_changes_that_are_ignored_are_left_out_and_counted(scratch: Scratch) -> None:
    scratch.commit({"a.py": "1\n", "vendored/b.py": "1\n"})
    scratch.commit({"a.py": "2\n", "vendored/b.py": "2\n", "vendored/c.py": ""})
    whole = Repository.open(scratch.folder).range_of("HEAD")
    part = whole.without(lambda path: path.startswith("vendored/"))
    assert [change.path for change in part.changes()] == ["a.py"]
    assert part.left_out == 2
    assert len(whole.changes()) == 3


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_path_comes_back_as_it_is(scratch: Scratch, path: str) -> None:
    scratch.commit({"first": ""})
    head = scratch.commit({path: "content\n"})
    repository = Repository.open(scratch.folder)
    assert [c.path for c in repository.range_of("HEAD").changes()] == [path]
    assert content_of(repository, head, path) == b"content\n"


def test_a_path_that_is_not_utf_8_keeps_its_bytes(scratch: Scratch) -> None:
    scratch.commit({"first": ""})
    name = os.fsdecode(b"\xff\xfe.py")
    head = scratch.commit({name: b"\xff"})
    assert content_of(Repository.open(scratch.folder), head, name) == b"\xff"


def test_ranges(scratch: Scratch) -> None:
    one, two = scratch.commit({"a": "1"}), scratch.commit({"a": "2"})
    scratch.git("switch", "--quiet", "--create", "side", one)
    side = scratch.commit({"b": "1"})
    repository = Repository.open(scratch.folder)
    ends = {}
    for text in ("main~1..main", "main..side", "main...side", "main", "main.."):
        found = repository.range_of(text)
        ends[text] = (found.base, found.head, found.diverged)
    assert ends == {
        "main~1..main": (one, two, False),
        "main..side": (two, side, True),
        "main...side": (one, side, False),
        "main": (one, two, False),
        "main..": (two, side, True),
    }
    assert repository.range_of("main..side").commits() == (side,)


def test_a_merge_alone_is_compared_with_its_first_parent(scratch: Scratch) -> None:
    scratch.commit({"a": "1"})
    scratch.git("switch", "--quiet", "--create", "side")
    scratch.commit({"side.py": "1"})
    scratch.git("switch", "--quiet", "main")
    first = scratch.commit({"main.py": "1"})
    scratch.git("merge", "--quiet", "--no-edit", "side")
    found = Repository.open(scratch.folder).range_of("HEAD")
    assert found.base == first
    assert [change.path for change in found.changes()] == ["side.py"]


def test_an_annotated_tag_means_its_commit(scratch: Scratch) -> None:
    one = scratch.commit({"a": "1"})
    scratch.git("tag", "--annotate", "--message", "m", "v1")
    scratch.commit({"a": "2"})
    assert Repository.open(scratch.folder).range_of("v1..HEAD").base == one


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("-rf", "'-rf' names no commit here"),
        ("--all..HEAD", "'--all' names no commit here"),
        ("--upload-pack=touch x..HEAD", "names no commit here"),
        ("HEAD..--end-of-options", "'--end-of-options' names no commit here"),
        ("nowhere..HEAD", "'nowhere' names no commit here"),
        ("HEAD\n..HEAD", r"'HEAD\\n' names no commit here"),
        ("\0..HEAD", "null byte"),
        ("HEAD^@..HEAD", "names no commit here"),
        ("HEAD:a..HEAD", "names no commit here"),
        ("HEAD..HEAD", "'HEAD..HEAD' is empty"),
        ("..", "'..' is empty"),
        ("HEAD..HEAD~1", "the wrong way round"),
        ("HEAD...HEAD~1", "the wrong way round"),
        ("HEAD~1", "a first commit"),
        ("other..HEAD", "share no history"),
        ("other...HEAD", "share no history"),
    ],
)
def test_what_is_no_range_is_said_in_one_line(
    scratch: Scratch, text: str, says: str
) -> None:
    scratch.commit({"a": "1"})
    scratch.commit({"a": "2"})
    scratch.git("switch", "--quiet", "--orphan", "other")
    scratch.commit({"b": "1"})
    scratch.git("switch", "--quiet", "main")
    with pytest.raises(GitError, match=says) as error:
        Repository.open(scratch.folder).range_of(text)
    assert "\n" not in str(error.value)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        Repository.open(tmp_path)
    with pytest.raises(GitError, match="there is no folder"):
        Repository.open(tmp_path / "nowhere")


def test_no_git(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(scratch.folder))
    with pytest.raises(GitError, match="git is not installed"):
        Repository.open(scratch.folder)


def test_an_empty_repository(scratch: Scratch) -> None:
    with pytest.raises(GitError, match="'HEAD' names no commit here"):
        Repository.open(scratch.folder).range_of("HEAD")


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_bare_repositories_and_both_object_formats(
    make_scratch: MakeScratch, tmp_path: Path, object_format: str
) -> None:
    scratch = make_scratch("origin", f"--object-format={object_format}")
    scratch.commit({"a.py": "1\n"})
    head = scratch.commit({"a.py": "2\n"})
    scratch.git("clone", "--quiet", "--bare", scratch.folder, tmp_path / "bare")
    repository = Repository.open(tmp_path / "bare")
    assert repository.range_of("main").head == head
    assert content_of(repository, head, "a.py") == b"2\n"


def test_worktrees_and_folders_inside(scratch: Scratch, tmp_path: Path) -> None:
    scratch.commit({"a.py": "1\n"})
    scratch.git("worktree", "add", "--quiet", tmp_path / "other\nname", "-b", "side")
    other = tmp_path / "other\nname"
    (other / "inside").mkdir()
    (other / "inside" / "b.py").write_text("b\n")
    scratch.git("-C", other, "add", "--all")
    scratch.git("-C", other, "commit", "--quiet", "--message", "m")
    found = Repository.open(other / "inside").range_of("main..HEAD")
    assert [change.path for change in found.changes()] == ["inside/b.py"]


def test_submodules_and_symlinks_are_no_files(
    make_scratch: MakeScratch, scratch: Scratch
) -> None:
    inner = make_scratch("inner")
    pinned = inner.commit({"x.py": "1\n"})
    scratch.commit({"a.py": "1\n"})
    scratch.git(
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        inner.folder,
        "sub",
    )
    (scratch.folder / "link.py").symlink_to("/etc/passwd")
    head = scratch.commit({})
    tree = Repository.open(scratch.folder).tree(head)
    assert (tree["sub"].mode, tree["sub"].oid) == (SUBMODULE, pinned)
    assert tree["link.py"].mode == SYMLINK
    assert (
        content_of(Repository.open(scratch.folder), head, "link.py") == b"/etc/passwd"
    )
    assert [path for path, entry in tree.items() if entry.is_file] == [
        ".gitmodules",
        "a.py",
    ]


def test_variables_that_a_hook_has_do_not_mislead(
    make_scratch: MakeScratch, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.commit({"a": "1"})
    head = scratch.commit({"a": "2"})
    other = make_scratch("other")
    other.commit({"b": "1"})
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.folder / ".git/index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.folder / ".git/objects"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    found = Repository.open(scratch.folder).range_of("main")
    assert found.head == head
    assert [change.path for change in found.changes()] == ["a"]


def test_replaced_and_grafted_commits_are_read_as_they_are(scratch: Scratch) -> None:
    one, two = scratch.commit({"a": "1"}), scratch.commit({"a": "2"})
    three = scratch.commit({"a": "3"})
    scratch.git(
        "replace", three, scratch.git("commit-tree", f"{one}^{{tree}}", "-m", "m")
    )
    assert scratch.git("rev-list", "--count", three) == "1"  # git itself is misled
    repository = Repository.open(scratch.folder)
    assert repository.range_of("HEAD").base == two
    assert repository.range_of("HEAD~1..HEAD").base == two
    assert content_of(repository, three, "a") == b"3"
    scratch.git("replace", "--delete", three)
    (scratch.folder / ".git/info/grafts").write_text(f"{three} {one}\n")
    assert scratch.git("rev-parse", "HEAD~1") == one
    assert Repository.open(scratch.folder).range_of("HEAD~1..HEAD").base == two


def test_reading(scratch: Scratch) -> None:
    files = {f"{n}.py": f"{n}\n" * n for n in range(400)}
    head = scratch.commit(files)
    repository = Repository.open(scratch.folder)
    tree = repository.tree(head)
    oids = {path: entry.oid for path, entry in tree.items()}
    found = repository.read(oids.values())
    assert {path: found[oid].decode() for path, oid in oids.items()} == files
    some = [oids[path] for path in ("3.py", "300.py", "2.py")]
    assert repository.read(some, at_most=100) == {
        oids["3.py"]: b"3\n3\n3\n",
        oids["2.py"]: b"2\n2\n",
    }
    assert repository.read([]) == {}


def test_a_missing_object_is_an_error_and_the_next_read_is_right(
    scratch: Scratch,
) -> None:
    head = scratch.commit({"a": "1", "b": "2"})
    repository = Repository.open(scratch.folder)
    one, two = (repository.tree(head)[path].oid for path in "ab")
    with pytest.raises(GitError, match=r"0{40} is not in this clone"):
        repository.read(["0" * 40, one])
    assert repository.read([two]) == {two: b"2"}
    with pytest.raises(GitError, match="is no full object id"):
        repository.read(["HEAD:a"])


def test_threads_share_a_repository(scratch: Scratch) -> None:
    head = scratch.commit({f"{n}": f"{n}" * n for n in range(60)})
    repository = Repository.open(scratch.folder)
    tree = repository.tree(head)
    with ThreadPoolExecutor(8) as pool:
        read = pool.map(lambda entry: repository.read([entry.oid]), tree.values())
        assert [len(*found.values()) for found in read] == [
            int(path) * len(path) for path in tree
        ]


def test_a_forked_child_reads_for_itself(scratch: Scratch) -> None:
    """In a process of its own, that no thread of the tests is forked."""
    scratch.commit({"a": "1" * 9999, "b": "2" * 7777})
    program = """
import os, pathlib, sys
from verify.git import Repository
repository = Repository.open(pathlib.Path(sys.argv[1]))
tree = repository.tree(repository.commit("HEAD"))
one, two = tree["a"].oid, tree["b"].oid
first, second = {one: b"1" * 9999}, {two: b"2" * 7777}
assert repository.read([one]) == first
child = os.fork()
for _ in range(200):
    assert repository.read([two if child else one]) == (second if child else first)
if not child:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert repository.read([one, two]) == first | second
"""
    command = [sys.executable, "-c", program, str(scratch.folder)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])


def test_nothing_is_left_behind(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = scratch.commit({"a": "1"})
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    repository = Repository.open(scratch.folder)
    content_of(repository, head, "a")
    assert list((tmp_path / "temporary").iterdir())
    repository.close()
    assert not list((tmp_path / "temporary").iterdir())
