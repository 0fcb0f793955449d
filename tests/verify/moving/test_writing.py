"""A plan is written whole or not at all, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pytest

from verify.moving import writing
from verify.moving.changes import FileChange
from verify.moving.standing import uncommitted
from verify.moving.writing import NotWritten, recover, write

CHANGES = (
    FileChange("a.py", b"a = 1\n", b"a = 2\n"),
    FileChange("gone.py", b"gone = 1\n", None),
    FileChange("new/deep/b.py", None, b"b = 1\n"),
    FileChange("run.sh", b"#!/bin/sh\n", b"#!/bin/sh\ntrue\n", 0o755),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for change in CHANGES:
        if change.before is not None:
            (tmp_path / change.path).write_bytes(change.before)
            (tmp_path / change.path).chmod(change.mode)
    return tmp_path


def state(root: Path) -> dict[str, bytes | None]:
    """Every file below the root, and every folder."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


def test_all_of_it(root: Path) -> None:
    write(root, CHANGES)
    after = state(root)
    assert after["a.py"] == b"a = 2\n"
    assert "gone.py" not in after
    assert after["new/deep/b.py"] == b"b = 1\n"
    assert (root / "run.sh").stat().st_mode & 0o777 == 0o755
    assert not list(root.glob(".rehome*"))


@pytest.mark.parametrize("at", range(len(CHANGES)))
def test_an_error_leaves_everything_as_it_was(
    at: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(root)
    real = writing._apply

    def broken(root: Path, stage: Path, index: int, change: FileChange) -> None:
        if index == at:
            raise OSError(28, "No space left on device")
        real(root, stage, index, change)

    monkeypatch.setattr(writing, "_apply", broken)
    with pytest.raises(NotWritten, match="No space left"):
        write(root, CHANGES)
    assert state(root) == before


def killed(root: Path, at: int) -> None:
    """Write in a process that is killed before its change number `at`."""
    script = f"""
    import os, signal, sys
    from pathlib import Path
    from tests.verify.moving.test_writing import CHANGES
    from verify.moving import writing
    real = writing._apply
    def apply(root, stage, index, change):
        if index == {at}:
            os.kill(os.getpid(), signal.SIGKILL)
        real(root, stage, index, change)
    writing._apply = apply
    writing.write(Path(sys.argv[1]), CHANGES)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(root)]
    path = os.pathsep.join(map(os.path.abspath, sys.path))
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_killed_run_is_put_back_by_the_next(at: int, root: Path) -> None:
    before = state(root)
    killed(root, at)
    assert state(root) != before
    told = recover(root)
    assert told is not None
    assert f"{at} of the files" in told
    assert state(root) == before
    assert recover(root) is None


def test_what_was_changed_since_is_never_overwritten(root: Path) -> None:
    killed(root, 2)
    (root / "a.py").write_bytes(b"mine\n")
    before = state(root)
    with pytest.raises(NotWritten, match=r"'a\.py' was changed since"):
        recover(root)
    assert state(root) == before


def test_a_journal_that_came_with_a_repository_is_not_followed(root: Path) -> None:
    killed(root, 2)
    (stage,) = root.glob(".rehome*")
    stage.chmod(0o755)
    before = state(root)
    assert recover(root) is None
    stage.chmod(0o700)
    journal = stage / "journal.json"
    journal.write_text(journal.read_text().replace("a.py", ".git/a.py"))
    (root / ".git").mkdir()
    recover(root)
    assert list((root / ".git").iterdir()) == []
    assert (root / "a.py").read_bytes() == before["a.py"]


def test_a_run_at_work_is_left_alone(root: Path) -> None:
    killed(root, 2)
    (stage,) = root.glob(".rehome*")
    with writing._locked(stage) as mine:
        assert mine
        with pytest.raises(NotWritten, match="another run"):
            recover(root)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (FileChange("a.py", b"other\n", b"x\n"), "changed while"),
        (FileChange("run.sh", None, b"x\n"), "changed while"),
        (FileChange("none.py", b"x\n", None), "changed while"),
    ],
)
def test_nothing_is_written_over_something_else(
    change: FileChange, says: str, root: Path
) -> None:
    before = state(root)
    with pytest.raises(NotWritten, match=says):
        write(root, [*CHANGES[1:3], change])
    assert state(root) == before


def test_a_read_only_file_and_a_link_are_refused(root: Path) -> None:
    (root / "link.py").symlink_to(root / "a.py")
    (root / "run.sh").chmod(0o444)
    before = state(root)
    for change in (FileChange("link.py", b"a = 1\n", b"x\n"), CHANGES[3]):
        with pytest.raises(NotWritten, match=r"link|read-only"):
            write(root, [CHANGES[0], change])
    assert state(root) == before


def git(root: Path, *arguments: str) -> None:
    names = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", root, *names, *arguments], check=True)


def left(root: Path, changes: Sequence[FileChange] = CHANGES) -> set[str]:
    return set(uncommitted(root, changes))


def test_only_what_is_committed_may_change(root: Path) -> None:
    assert left(root) == set()  # no git, nothing to ask
    git(root, "init", "--quiet")
    assert left(root) == {"a.py", "gone.py", "run.sh"}
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "m")
    (root / "other.py").write_text("not committed\n")
    assert left(root) == set()
    dirty = FileChange("a.py", b"a = 9\n", b"a = 2\n")
    assert left(root, [dirty]) == {"a.py"}
