"""This project as a repository of its own, as it is now: what others would clone."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_NO_SETTINGS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def once(
    scratch: pytest.TempPathFactory, name: str, make: Callable[[Path], None]
) -> Path:
    """A folder of this test run, made by whichever of its processes is the first.

    `make` gets the folder, which is empty; the others wait until it is done.
    """
    run = scratch.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder, done = run / f"once-{name}", run / f"once-{name}.done"
    with _alone(run / f"once-{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def project_files() -> list[str]:
    """What git tracks or would track here; skips the test outside of a repository."""
    asked = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    done = subprocess.run(["git", "-C", ROOT, *asked], check=False, capture_output=True)
    if done.returncode or not (ROOT / ".git").exists():
        pytest.skip("these files are no repository: an unpacked archive")
    names = sorted({os.fsdecode(name) for name in done.stdout.split(b"\0") if name})
    return [name for name in names if os.path.lexists(ROOT / name)]


def make_snapshot(folder: Path) -> None:
    """Commit the project's files, as they are now, to a new repository."""
    for name in project_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "The project as it is")


def git(folder: Path, *arguments: str) -> str:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(
        ["git", "-C", folder, *who, *arguments],
        env=mine | _NO_SETTINGS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return os.fsdecode(done.stdout).strip()
