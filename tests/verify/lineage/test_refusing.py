"""What cannot be committed is refused in a sentence, and nothing has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.verify.conftest import MakeScratch
from tests.verify.lineage.conftest import FILES, STORE, A, B, C, Project, project_of
from verify.gitprocess import GitError
from verify.lineage import Form, LineageError
from verify.moving.changes import Lineage, Planned

Break = Callable[[Project], None]


def _edit_staged(project: Project) -> None:
    (project.folder / "pkg/store.py").write_text(STORE + "x = 1\n")
    project.git("add", "--all")


def _only_staged(project: Project) -> None:
    _edit_staged(project)
    (project.folder / "pkg/store.py").write_text(STORE)


def _lying(project: Project) -> None:
    (project.folder / "pkg/store").mkdir()
    (project.folder / "pkg/store/a.py").write_text("mine = 1\n")


def _merging(project: Project) -> None:
    project.scratch.commit({"pkg/x.py": "x = 1\n"})
    project.git("checkout", "--quiet", "-b", "other", "main")
    project.scratch.commit({"pkg/x.py": "x = 2\n"})
    with pytest.raises(Exception, match="merge"):
        project.git("merge", "--quiet", "topic")


def _link(project: Project) -> None:
    os.rename(project.folder / "pkg/store.py", project.folder / "pkg/real.py")
    (project.folder / "pkg/store.py").symlink_to("real.py")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "link")


def _untracked(project: Project) -> None:
    project.git("rm", "--quiet", "--cached", "pkg/store.py")
    project.git("commit", "--quiet", "--message", "untracked")


def _occupied(project: Project) -> None:
    project.scratch.commit({"pkg/store/__init__.py": "x = 1\n"})


def _program(project: Project) -> None:
    text = f"{STORE}if __name__ == '__main__':\n    a(1, 2)\n"
    project.scratch.commit({"pkg/store.py": text})


@pytest.mark.parametrize(
    ("breaking", "expected"),
    [
        (_edit_staged, r"pkg/store\.py: not as in the commit .*`git stash`"),
        (_only_staged, r"pkg/store\.py: not as in the commit"),
        (_lying, r"pkg/store/a\.py: is there already"),
        (_merging, "a merge is under way here: finish it or abort it first"),
        (_link, r"pkg/store\.py: no regular file of the commit"),
        (_untracked, r"pkg/store\.py: not in the commit \w+: commit it first"),
        (_occupied, "pkg/store is there already, so nothing can stand in"),
        (_program, r"pkg/store\.py:\d+ can be run as a program.*--check-commit"),
    ],
)
def test_a_repository_that_is_not_ready(
    project: Project, breaking: Break, expected: str
) -> None:
    breaking(project)
    planned = project.plan(
        {"pkg/store.py": f"import os\n\n\n{A}", "pkg/store/a.py": B},
        Lineage("pkg/store.py", ("pkg/store/a.py",), stays=True),
    )
    if breaking is _occupied:
        planned = project.move()
    before = _state(project)

    with pytest.raises(LineageError, match=expected):
        project.write(_all_new(planned))

    assert _state(project) == before


def _all_new(planned: Planned) -> Planned:
    """A plan made before someone put a file at a target."""
    from dataclasses import replace

    changes = tuple(
        replace(change, before=None) if change.path.endswith("a.py") else change
        for change in planned.changes
    )
    return replace(planned, changes=changes)


def _state(project: Project) -> list[str]:
    asked = (("rev-parse", "HEAD"), ("status", "--porcelain"), ("worktree", "list"))
    return [project.git(*each) for each in asked]


def test_an_edit_after_the_plan(project: Project) -> None:
    """A copy that misses it would lose it."""
    planned = project.split()
    project.scratch.commit({"pkg/store.py": STORE.replace("b_7", "b_77")})

    with pytest.raises(LineageError, match=r"pkg/store\.py: not as in the commit"):
        project.write(planned)


def test_a_branch_that_moves_meanwhile(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from verify.lineage.measuring import measure

    def commit_first(*arguments: object) -> object:
        project.scratch.commit({"pkg/late.py": "x = 1\n"}, "late")
        return measure(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("verify.lineage.writing.measure", commit_first)
    planned = project.split()

    with pytest.raises(LineageError, match=r"topic has moved to \w+ meanwhile"):
        project.write(planned)

    assert project.git("log", "-1", "--format=%s") == "late"
    assert project.git("status", "--porcelain") == ""


def test_a_repository_without_a_commit(make_scratch: MakeScratch) -> None:
    project = Project(make_scratch("empty"))
    planned = project.plan({"a.py": None}, Lineage("a.py", ("b.py",), stays=False))

    with pytest.raises(LineageError, match="there is no commit yet"):
        project.write(planned)


def test_a_bare_repository(make_scratch: MakeScratch) -> None:
    project = Project(make_scratch("bare", "--bare"))

    with pytest.raises(LineageError, match="a bare repository has no files"):
        project.write(Planned((), (), None))


def test_no_repository(tmp_path: Path) -> None:
    from verify.lineage import write

    with pytest.raises(GitError, match="not a git repository"):
        write(tmp_path, Planned((), (), None), title="x")


def test_nobody_who_commits(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.delenv(f"GIT_{who}_NAME")
        monkeypatch.delenv(f"GIT_{who}_EMAIL")
    project.git("config", "user.useConfigOnly", "true")

    with pytest.raises(LineageError, match="git does not know who commits") as caught:
        project.write(project.split())

    assert "git config user.email ADDRESS" in str(caught.value)
    assert _state(project)[1] == ""


def test_a_signature_that_cannot_be_made(project: Project) -> None:
    project.git("config", "commit.gpgSign", "true")
    project.git("config", "gpg.program", "false")

    with pytest.raises(LineageError, match="the commit cannot be signed"):
        project.write(project.split())

    assert project.git("log", "-1", "--format=%s") == "all there is"


def test_nothing_to_keep(project: Project) -> None:
    with pytest.raises(LineageError, match="no history to keep: nothing moves"):
        project.write(project.plan({"pkg/store.py": A}))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("pkg/other/__init__.py", "pkg/new.py", "makes its folder a package"),
        ("pkg/notes.txt", "pkg/new.txt", "is no Python module"),
        ("pkg/store.py", "pkg/use.py", "was there before, and has a history"),
    ],
)
def test_a_history_that_cannot_be_kept(
    project: Project, source: str, target: str, expected: str
) -> None:
    project.scratch.commit({"pkg/notes.txt": "x\n"})
    planned = project.plan(
        {source: "", target: C}, Lineage(source, (target,), stays=True)
    )

    with pytest.raises(LineageError, match=expected):
        project.write(planned)


def test_a_target_that_cannot_be_away(project: Project) -> None:
    planned = project.plan(
        {"pkg/store.py": A, "pkg/other/__init__.py": B},
        Lineage("pkg/store.py", ("pkg/other/__init__.py",), stays=True),
    )

    with pytest.raises(LineageError, match="cannot be away in between"):
        project.write(planned, Form.MERGE)


def test_a_path_that_leaves_the_repository(project: Project) -> None:
    planned = project.plan(
        {"pkg/store.py": A, "../outside.py": B},
        Lineage("pkg/store.py", ("../outside.py",), stays=True),
    )

    with pytest.raises((LineageError, GitError)):
        project.write(planned)

    assert not (project.folder.parent / "outside.py").exists()
    assert _state(project)[1] == ""


def test_a_module_that_does_not_parse(make_scratch: MakeScratch) -> None:
    scratch = make_scratch("broken")
    scratch.commit({"pkg/store.py": "def (\n"})
    project = project_of(scratch)
    project.scratch.commit({"pkg/store.py": "def (\n"})
    planned = project.plan(
        {"pkg/store.py": None, "pkg/a/b.py": A},
        Lineage("pkg/store.py", ("pkg/a/b.py",), stays=False),
    )

    with pytest.raises(LineageError, match=r"pkg/store\.py: "):
        project.write(planned)


def test_what_is_elsewhere_stays_as_it_is(project: Project) -> None:
    """Staged, changed, untracked: none of it has to do with the plan."""
    (project.folder / "pkg/use.py").write_text(FILES["pkg/use.py"] + "x = 1\n")
    project.git("add", "pkg/use.py")
    (project.folder / "pkg/__init__.py").write_text("y = 1\n")
    (project.folder / "notes").write_text("z\n")

    project.write(project.split())

    assert project.git("status", "--porcelain").splitlines() == [
        "M pkg/__init__.py",  # the fixture strips the first blank
        "M  pkg/use.py",
        "?? notes",
    ]
