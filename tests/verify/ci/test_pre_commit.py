"""The hooks in pre-commit's own hands, which installs this project for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.snapshot import git, make_snapshot, once

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch

PreCommit = Callable[..., tuple[int, str]]

OLD = "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"
NEW = OLD.replace("swa_memory_pool", "allocator.swa")
ODD_NAMES = (
    "a.py",
    "b c.py",
    "n\nl.py",
    "-x.py",
    "--output=o.py",
    "'q\".py",
    "sub/é.py",
)
CYCLE = {
    "pkg/__init__.py": "",
    "pkg/one.py": "from pkg.two import b\na = 1\n",
    "pkg/two.py": "from pkg.one import a\nb = 1\n",
}
HOOKS = ("rehome-check", "rehome-apply", "rehome-cycles", "rehome-verify")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "snapshot", make_snapshot)


@pytest.fixture
def pre_commit(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> PreCommit:
    """Run pre-commit in a folder; environments are made once for all tests."""
    home = once(tmp_path_factory, "pre-commit", lambda folder: None)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(home))
    for name in ("GIT_AUTHOR_DATE", "PYTHONPATH", "SKIP", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)
    return partial(_run, sys.executable, "-m", "pre_commit")


def _run(*words: str | Path, folder: Path) -> tuple[int, str]:
    """The exit status of pre-commit, and all that it says."""
    done = subprocess.run(
        [*words, "--color=never"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


def configure(scratch: Scratch, project: Path, *hooks: dict[str, object]) -> None:
    """Have a project use hooks of this one."""
    wanted = {
        "repo": str(project),
        "rev": git(project, "rev-parse", "HEAD"),
        "hooks": list(hooks),
    }
    text = yaml.safe_dump({"repos": [wanted]})
    scratch.commit({".pre-commit-config.yaml": text})


def hook(name: str, *arguments: str) -> dict[str, object]:
    return {"id": name, "args": [*arguments]} if arguments else {"id": name}


def test_try_repo_runs_each_hook(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit
) -> None:
    scratch = make_scratch("user")
    settings = '[tool.rehome]\nmigrations = ["sglang"]\n'
    scratch.commit({"a.py": OLD, "pyproject.toml": settings})
    # Of all at once: try-repo makes an environment anew each time.
    status, said = pre_commit(
        "try-repo", project, "--files", "a.py", folder=scratch.folder
    )
    assert status == 1
    assert "1 file read; 1 rewritten" in said  # in the order of their names
    assert "files were modified by this hook" in said
    assert said.count("Passed") == 2, said
    assert "rehome verify" not in said  # it is for another stage
    assert (scratch.folder / "a.py").read_text() == NEW


def test_old_names_fail_then_are_fixed_then_pass(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit
) -> None:
    scratch = make_scratch("user")
    scratch.commit(dict.fromkeys(ODD_NAMES, OLD))
    check, fix = hook("rehome-check", "sglang"), hook("rehome-apply", "sglang")
    configure(scratch, project, check, fix)
    run = partial(pre_commit, "run", "--all-files", folder=scratch.folder)

    status, said = run("rehome-check")
    assert status == 1, said
    assert f"{len(ODD_NAMES)} would be rewritten; 0 findings" in said
    assert not git(scratch.folder, "status", "--porcelain")

    status, said = run("rehome-apply")
    assert status == 1, said
    assert "files were modified by this hook" in said
    for name in ODD_NAMES:
        assert (scratch.folder / name).read_text() == NEW
    assert not (scratch.folder / "o.py").exists()

    status, said = run()
    assert status == 0, said
    assert said.count("Passed") == 2


def test_what_does_not_parse_never_passes(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit
) -> None:
    scratch = make_scratch("user")
    scratch.commit({"broken.py": f"{OLD}def (\n", "fine.py": "x = 1\n"})
    configure(scratch, project, hook("rehome-check", "sglang"))
    status, said = pre_commit("run", "--all-files", folder=scratch.folder)
    assert status == 1
    assert "exit code: 2" in said
    assert "broken.py" in said


def test_a_hook_that_no_one_told_of_migrations_fails(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit
) -> None:
    scratch = make_scratch("user")
    scratch.commit({"a.py": OLD, "b.py": OLD})
    configure(scratch, project, hook("rehome-check"))
    status, said = pre_commit("run", "--all-files", folder=scratch.folder)
    assert status == 1
    assert "exit code: 2" in said


def test_cycles_of_a_folder(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit
) -> None:
    scratch = make_scratch("user")
    scratch.commit(CYCLE)
    configure(scratch, project, hook("rehome-cycles"))
    status, said = pre_commit("run", "--all-files", folder=scratch.folder)
    assert status == 1
    assert "fatal-cycle" in said, said
    scratch.commit({"pkg/two.py": "b = 1\n"})
    assert pre_commit("run", "--all-files", folder=scratch.folder)[0] == 0


def test_a_push_is_verified(
    project: Path, make_scratch: MakeScratch, pre_commit: PreCommit, tmp_path: Path
) -> None:
    scratch = make_scratch("user")
    configure(scratch, project, hook("rehome-verify"))
    remote = tmp_path / "remote.git"
    scratch.git("init", "--quiet", "--bare", remote)
    scratch.git("remote", "add", "origin", remote)
    status, said = pre_commit("install", "--hook-type=pre-push", folder=scratch.folder)
    assert status == 0, said
    push = partial(_pushed, scratch, remote)

    assert push()[0], "the first push of all has nothing to compare with"
    scratch.commit({**CYCLE, "pkg/two.py": "b = 1\n"})
    done, said = push()
    assert done, said
    scratch.commit(CYCLE)
    done, said = push()
    assert not done
    assert "fatal-cycle" in said


def _pushed(scratch: Scratch, remote: Path) -> tuple[bool, str]:
    """Push; whether the remote has it now, and what was said."""
    words = ("git", "push", "--quiet", "origin", "main")
    done = subprocess.run(
        words, cwd=scratch.folder, capture_output=True, text=True, check=False
    )
    refs = scratch.git("-C", remote, "for-each-ref", "--format=%(objectname)")
    return refs == scratch.git("rev-parse", "HEAD"), done.stdout + done.stderr


def test_every_hook_is_tried_here(project: Path) -> None:
    declared = yaml.safe_load((project / ".pre-commit-hooks.yaml").read_text())
    assert tuple(each["id"] for each in declared) == HOOKS
