"""The user's command at every commit; and that nothing is left, whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.verify.lineage.conftest import A, B, Project
from verify.lineage import Form, LineageError
from verify.moving.changes import Lineage

ROOT = Path(__file__).parents[3]


def _worktrees(project: Project) -> int:
    return len(project.git("worktree", "list").splitlines())


def _quoted(code: str) -> str:
    return f'{sys.executable} -B -c "{code}"'


def test_a_command_that_passes_runs_at_every_commit(
    project: Project, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    command = f"pwd >> {log} && git rev-parse HEAD >> {log}"

    written = project.write(project.move(), check_commit=command)

    lines = log.read_text().splitlines()
    assert lines[1::2] == [commit.oid for commit in written.commits]
    assert str(project.folder) not in lines
    assert written.checked
    assert _worktrees(project) == 1


@pytest.mark.parametrize("form", list(Form))
def test_it_imports_the_commits_own_files(project: Project, form: Form) -> None:
    code = "import pkg.store as m, os; assert m.__file__.startswith(os.getcwd())"

    written = project.write(project.split(), form, check_commit=_quoted(code))

    assert written.checked


def test_a_command_that_fails_at_one_commit(project: Project) -> None:
    before = project.git("rev-parse", "HEAD")

    with pytest.raises(LineageError) as caught:
        project.write(project.split(), check_commit="test ! -e pkg/store/b.py")

    assert 'fails at "Copy store.py to' in str(caught.value)
    assert "at the commit before, too" not in str(caught.value)
    assert project.git("rev-parse", "HEAD") == before
    assert project.git("status", "--porcelain") == ""
    assert _worktrees(project) == 1


def test_a_command_that_never_passed(project: Project) -> None:
    with pytest.raises(LineageError, match="It fails at the commit before, too"):
        project.write(project.split(), check_commit="echo no; exit 3")


def test_a_command_may_answer_what_could_not_be_told(project: Project) -> None:
    text = f"{A}{B}if __name__ == '__main__':\n    a(1, 2)\n"
    project.scratch.commit({"pkg/store.py": text})
    after = {"pkg/store.py": text.replace(B, ""), "pkg/other/b.py": B}
    planned = project.plan(
        after, Lineage("pkg/store.py", ("pkg/other/b.py",), stays=True)
    )

    with pytest.raises(LineageError, match="--check-commit"):
        project.write(planned)
    written = project.write(planned, check_commit=_quoted("import pkg.store"))

    assert written.checked


_CHILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from verify.lineage import write, writing
from verify.moving.changes import FileChange, Lineage, Planned
folder = Path({folder!r})
change = FileChange("pkg/store.py", (folder / "pkg/store.py").read_bytes(), None)
new = FileChange("pkg/new.py", None, change.before)
planned = Planned((new, change), (Lineage("pkg/store.py", ("pkg/new.py",), False),), None)
write(folder, planned, title="Killed", check_commit={command!r})
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_is_killed_leaves_nothing(
    project: Project, tmp_path: Path, number: signal.Signals
) -> None:
    mark = tmp_path / "runs"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = project.git("rev-parse", "HEAD")
    code = _CHILD.format(
        root=str(ROOT),
        folder=str(project.folder),
        command=f"touch {mark}; sleep 300",
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"TMPDIR": str(scratch)},
        stderr=subprocess.DEVNULL,
    )
    _wait_for(mark.exists)

    child.send_signal(number)
    child.wait()

    _wait_for(lambda: _worktrees(project) == 1)
    _wait_for(lambda: not [*scratch.glob("rehome-sides-*")])
    assert project.git("rev-parse", "HEAD") == before
    assert project.git("status", "--porcelain") == ""


def _wait_for(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.4, 0.8])
def test_killed_at_any_moment_the_branch_is_old_or_new(
    project: Project, tmp_path: Path, seconds: float
) -> None:
    before = project.git("rev-parse", "HEAD")
    code = _CHILD.format(root=str(ROOT), folder=str(project.folder), command="true")
    code = code.replace("write(folder", "print(flush=True); write(folder")
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(seconds)
    child.kill()
    child.communicate()

    _wait_for(lambda: _worktrees(project) == 1)
    # A git that moves the branch finishes without us.
    _wait_for(lambda: not (project.folder / ".git/index.lock").exists())
    _wait_for(lambda: project.git("status", "--porcelain") == "")
    now = project.git("rev-parse", "HEAD")
    assert now == before or project.git("log", "-1", "--format=%s") == "Killed"
    assert project.git("fsck", "--strict", "--no-dangling") == ""


def test_killed_while_the_branch_moves_git_finishes_without_us(
    project: Project,
) -> None:
    project.git("config", "filter.slow.smudge", "sleep 1; cat")
    project.scratch.commit({".gitattributes": "pkg/new.py filter=slow\n"})
    code = _CHILD.format(root=str(ROOT), folder=str(project.folder), command="")
    code = code.replace("check_commit=''", "check_commit=None")
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    lock = project.folder / ".git/index.lock"
    _wait_for(lock.exists)

    child.kill()
    child.wait()

    _wait_for(lambda: not lock.exists())
    _wait_for(lambda: project.git("log", "-1", "--format=%s") == "Killed")
    assert project.git("status", "--porcelain") == ""
    assert (project.folder / "pkg/new.py").is_file()
