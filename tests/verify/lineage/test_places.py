"""Repositories of every kind: the commits are the same."""

from __future__ import annotations

import os
from pathlib import Path

from tests.verify.conftest import MakeScratch
from tests.verify.lineage.conftest import Project, project_of
from verify.lineage import Form, write


def test_on_no_branch(project: Project) -> None:
    project.git("checkout", "--quiet", "--detach")

    written = project.write(project.split())

    assert written.branch is None
    assert project.git("rev-parse", "HEAD") == written.new
    assert project.git("rev-parse", "topic") == written.old
    assert any("HEAD went from" in line for line in written.summary)


def test_in_a_linked_work_tree(project: Project, tmp_path: Path) -> None:
    project.git("checkout", "--quiet", "main")
    project.git("worktree", "add", "--quiet", str(tmp_path / "linked"), "topic")
    planned = project.split()

    written = write(tmp_path / "linked", planned, title="Split")

    assert written.branch == "topic"
    assert project.git("rev-parse", "topic") == written.new
    assert (tmp_path / "linked/pkg/store/a.py").is_file()
    assert (project.folder / "pkg/store.py").is_file()


def test_a_project_in_a_folder_of_a_repository(project: Project) -> None:
    project.git("mv", "pkg", "moved")
    (project.folder / "a project").mkdir()
    project.git("mv", "moved", "a project/pkg")
    project.git("commit", "--quiet", "--message", "further in")
    project.git("branch", "--force", "main")
    inner = Project(project.scratch)
    inner.scratch.folder = project.folder / "a project"

    written = write(inner.folder, inner.move(), title="Move")

    assert project.git("rev-parse", "HEAD") == written.new
    assert inner.retained("pkg/other/b.py") == (16, 17)


def test_with_sha_256(make_scratch: MakeScratch) -> None:
    project = project_of(make_scratch("wide", "--object-format=sha256"))

    written = project.write(project.move(), Form.MERGE)

    assert len(written.new) == 64
    assert project.retained("pkg/other/b.py") == (16, 17)


def test_in_a_shallow_clone(project: Project, tmp_path: Path) -> None:
    project.scratch.commit({"pkg/x.py": "x = 1\n"}, "second")
    url = f"file://{project.folder}"
    project.git("clone", "--quiet", "--depth=1", url, str(tmp_path / "shallow"))

    written = write(tmp_path / "shallow", project.split(), title="Split")

    assert sum(kept.retained for kept in written.kept) == 47


def test_where_only_a_part_is_checked_out(project: Project) -> None:
    project.scratch.commit({"far/x.py": "x = 1\n", "pkg/y.py": "y = 1\n"})
    project.git("sparse-checkout", "set", "pkg")
    assert not (project.folder / "far").exists()
    planned = project.split()

    project.write(planned)

    assert project.git("show", "HEAD:far/x.py") == "x = 1"
    assert project.git("status", "--porcelain") == ""
    assert not (project.folder / "far").exists()


def test_beside_a_submodule(project: Project, make_scratch: MakeScratch) -> None:
    other = make_scratch("other")
    other.commit({"lib.py": "x = 1\n"})
    project.git(
        *("-c", "protocol.file.allow=always"),
        *("submodule", "--quiet", "add", str(other.folder), "pkg/sub"),
    )
    project.git("commit", "--quiet", "--message", "submodule")

    project.write(project.split())

    assert project.git("status", "--porcelain") == ""
    assert project.git("ls-files", "--stage", "pkg/sub").startswith("160000")


def test_no_hook_runs(project: Project) -> None:
    hooks = project.folder / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    names = (
        *("pre-commit", "commit-msg", "post-commit", "prepare-commit-msg"),
        *("post-checkout", "post-merge", "pre-merge-commit", "post-index-change"),
        *("reference-transaction", "post-rewrite", "pre-auto-gc"),
    )
    for name in names:
        hook = hooks / name
        hook.write_text(f"#!/bin/sh\ntouch {project.folder.parent}/ran-{name}\n")
        hook.chmod(0o755)

    written = project.write(project.split())

    assert [*project.folder.parent.glob("ran-*")] == []
    assert any("no hook has run" in line for line in written.summary)


def test_filters_are_the_users(project: Project) -> None:
    project.git("config", "filter.upper.clean", "tr a-z A-Z")
    project.git("config", "filter.upper.smudge", "tr A-Z a-z")
    project.scratch.commit({".gitattributes": "pkg/store/a.py filter=upper\n"})

    project.write(project.split())

    assert project.git("show", "HEAD:pkg/store/a.py").startswith("IMPORT OS")
    assert (project.folder / "pkg/store/a.py").read_text().startswith("import os")
    assert project.git("status", "--porcelain") == ""


def test_settings_that_turn_merges_about(project: Project) -> None:
    for name, value in (
        ("merge.ff", "false"),
        ("branch.topic.mergeOptions", "--no-ff --squash"),
        ("merge.verifySignatures", "true"),
        ("merge.autoStash", "true"),
        ("core.splitIndex", "true"),
        ("diff.renames", "false"),
        ("diff.renameLimit", "1"),
        ("core.quotePath", "true"),
        ("i18n.commitEncoding", "latin-1"),
    ):
        project.git("config", name, value)

    written = project.write(project.move(), title="Täglich ☃")

    assert project.git("rev-parse", "topic") == written.new
    told = project.git("cat-file", "commit", written.new)
    assert "Täglich ☃" in told
    assert "encoding" not in told
    assert project.retained("pkg/other/b.py") == (16, 17)


def test_what_names_another_repository_does_not_count(
    project: Project, make_scratch: MakeScratch
) -> None:
    """As in a hook, where these are set."""
    other = make_scratch("other")
    other.commit({"x.py": ""})
    planned = project.split()
    os.environ["GIT_DIR"] = str(other.folder / ".git")
    os.environ["GIT_INDEX_FILE"] = str(other.folder / ".git/index")
    try:
        written = project.write(planned)
    finally:
        del os.environ["GIT_DIR"], os.environ["GIT_INDEX_FILE"]

    assert project.git("rev-parse", "topic") == written.new
    assert other.git("status", "--porcelain") == ""


def test_who_commits_and_how_to_undo(project: Project) -> None:
    written = project.write(project.split(), title="Split it")

    told = project.git("log", "--format=%an <%ae> %cn", "main..HEAD").splitlines()
    assert set(told) == {"A <a@example.org> A"}
    assert "rehome: Split it" in project.git("reflog", "-1", "topic")
    [undo] = [line for line in written.summary if line.startswith("undo: ")]
    project.git(*undo.removeprefix("undo: git ").split())
    assert project.git("rev-parse", "HEAD") == written.old
    assert project.git("status", "--porcelain") == ""


def test_the_message_of_a_hostile_title(project: Project) -> None:
    written = project.write(project.split(), title="a\n\x1b[31mb\x00c")

    told = project.git("log", "-1", "--format=%B", written.new)
    assert "\x1b" not in told
    assert len(told.splitlines()) == 1
