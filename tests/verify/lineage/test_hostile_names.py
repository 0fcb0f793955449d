"""Paths, titles and branches that are hard on whoever reads them."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.verify.lineage.conftest import A, B, C, Project
from verify.lineage import Form
from verify.moving.changes import Lineage

FOLDERS = pytest.mark.parametrize(
    "folder",
    ["with blank", "-dash", "täglich", 'quo"te', "line\nend", "tab\tstop", ":(glob)*"],
)


@FOLDERS
@pytest.mark.parametrize("form", list(Form))
def test_folders_of_any_name(project: Project, folder: str, form: Form) -> None:
    project.scratch.commit({f"{folder}/store.py": f"{A}{B}{C}"})
    project.git("branch", "--force", "main")
    planned = project.plan(
        {f"{folder}/store.py": f"{A}{C}", f"{folder}/b.py": B},
        Lineage(f"{folder}/store.py", (f"{folder}/b.py",), stays=True),
    )

    written = project.write(planned, form)

    assert {kept.retained for kept in written.kept} == {14, 28}
    assert project.git("status", "--porcelain") == ""
    told = project.git("log", "--format=%B", "main..HEAD")
    assert "\t" not in told
    assert all(not line.startswith("end") for line in told.splitlines())


@pytest.mark.parametrize("branch", ["ünï/☃", "a'b", "x;touch-pwned", "HEADS/HEAD"])
def test_branches_of_any_name(project: Project, branch: str) -> None:
    project.git("checkout", "--quiet", "-b", branch)

    written = project.write(project.split())

    assert written.branch == branch
    assert project.git("rev-parse", f"refs/heads/{branch}") == written.new


def test_a_tag_of_the_branchs_name(project: Project) -> None:
    project.git("tag", "topic", "main")

    written = project.write(project.split())

    assert project.git("rev-parse", "refs/heads/topic") == written.new
    assert project.git("rev-parse", "refs/tags/topic") == written.old


def test_a_second_run_has_nothing_to_begin_with(project: Project) -> None:
    planned = project.split()
    project.write(planned)

    with pytest.raises(Exception, match="not in the commit"):
        project.write(planned)


def test_an_empty_source(project: Project) -> None:
    project.scratch.commit({"pkg/empty.py": ""})
    planned = project.plan(
        {"pkg/empty.py": None, "pkg/new.py": "x = 1\n"},
        Lineage("pkg/empty.py", ("pkg/new.py",), stays=False),
    )

    written = project.write(planned)

    assert [kept.retained for kept in written.kept] == [0]


def test_many_files_take_no_more_processes_than_few(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = {f"pkg/use_{n}.py": "from pkg.store import b\n" for n in range(300)}
    base = project.scratch.commit(users)
    run = subprocess.run
    started: list[object] = []

    def counted(*arguments: Any, **settings: Any) -> Any:
        started.append(arguments)
        return run(*arguments, **settings)

    few = project.move()
    many = project.plan(
        {
            **{c.path: c.after.decode() for c in few.changes if c.after},
            **dict.fromkeys(users, "from pkg.other.b import b\n"),
        },
        *few.lineages,
    )
    counts = []
    for planned in (few, many):
        project.git("reset", "--quiet", "--hard", base)
        started.clear()
        with monkeypatch.context() as patched:
            patched.setattr(subprocess, "run", counted)
            project.write(planned)
        counts.append(len(started))
        assert project.git("status", "--porcelain") == ""

    assert counts[0] == counts[1] > 0
    assert len(project.git("diff", "--name-only", "HEAD~1").splitlines()) == 303
