"""A repository whose settings name programs: none of them runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

ROOT = Path(__file__).parents[2]

# Every setting that can name a program, each with what to add to the program's name.
PROGRAMS = {
    "core.fsmonitor": "",
    "core.pager": "",
    "pager.blame": "",
    "pager.diff": "",
    "pager.rev-parse": "",
    "core.editor": "",
    "core.askPass": "",
    "core.sshCommand": "",
    "core.gitProxy": "",
    "core.alternateRefsCommand": "",
    "credential.helper": "",
    "diff.external": "",
    "diff.hostile.command": "",
    "diff.hostile.textconv": "",
    "filter.hostile.clean": "",
    "filter.hostile.smudge": "",
    "filter.hostile.process": "",
    "merge.hostile.driver": "",
    "gpg.program": "",
    "gpg.ssh.program": "",
    "interactive.diffFilter": "",
    "remote.origin.uploadpack": "",
    "alias.rev-parse": "!",
    "alias.cat-file": "!",
    "alias.blame": "!",
    "alias.diff": "!",
    "alias.diff-tree": "!",
    "alias.ls-tree": "!",
    "alias.rev-list": "!",
    "alias.merge-base": "!",
    "alias.version": "!",
}


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "it-ran"


@pytest.fixture
def program(tmp_path: Path, marker: Path) -> Path:
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >>{marker}\ncat\n')
    program.chmod(0o755)
    return program


@pytest.fixture
def hostile(scratch: Scratch, program: Path) -> Scratch:
    """A move, and settings, hooks and attributes that name the program."""
    body = "".join(
        f"def function_{n}(value):\n    return value + {n}\n" for n in range(9)
    )
    scratch.commit({"pkg/old.py": f"import os\n{body}", "pkg/__init__.py": ""})
    scratch.commit({"pkg/old.py": "import os\n", "pkg/new.py": body})
    scratch.git("remote", "add", "origin", scratch.folder)
    attributes = "* filter=hostile diff=hostile merge=hostile\n"
    (scratch.folder / ".gitattributes").write_text(attributes)
    (scratch.folder / ".git/info/attributes").write_text(attributes)
    hooks = scratch.folder / ".git/hostile-hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (hooks / hook).symlink_to(program)
    for name, prefix in PROGRAMS.items():
        scratch.git("config", name, f"{prefix}{program}")
    scratch.git("config", "core.hooksPath", str(hooks))
    scratch.git("config", "extensions.partialClone", "origin")
    scratch.git("config", "remote.origin.promisor", "true")
    return scratch


PROGRAM_VARIABLES = (
    "GIT_ASKPASS",
    "GIT_EDITOR",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_PROXY_COMMAND",
    "GIT_SEQUENCE_EDITOR",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "EDITOR",
    "PAGER",
)


def rehome(
    *arguments: str, variables: Mapping[str, str] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify", *arguments],
        cwd=ROOT,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "1", "REHOME_DEBUG": "1"}
        | dict(variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


COMMANDS = ["verify", "moves", "blame", "leftovers", "surface"]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_program_of_the_repository_runs(
    hostile: Scratch, marker: Path, command: str
) -> None:
    marker.unlink(missing_ok=True)
    done = rehome(command, "--repo", str(hostile.folder), "HEAD~1..HEAD")
    assert done.returncode in (0, 1), done.stderr
    assert done.stderr == ""
    assert not marker.exists(), marker.read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_no_program_of_the_environment_runs(
    hostile: Scratch, marker: Path, program: Path, tmp_path: Path, command: str
) -> None:
    folder = tmp_path / "exec-path"
    folder.mkdir()
    for name in ("rev-parse", "cat-file", "blame", "ls-tree", "diff-tree", "rev-list"):
        (folder / f"git-{name}").symlink_to(program)
    other = hostile.folder / ".git/other-settings"
    other.write_text(f"[core]\n\tfsmonitor = {program}\n\tpager = {program}\n")
    trace = tmp_path / "trace"
    variables = dict.fromkeys(PROGRAM_VARIABLES, str(program)) | {
        "GIT_EXEC_PATH": str(folder),
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(program),
        "GIT_CONFIG_KEY_1": "alias.rev-parse",
        "GIT_CONFIG_VALUE_1": f"!{program}",
        "GIT_CONFIG_PARAMETERS": f"'core.pager'='{program}'",
        "GIT_CONFIG_GLOBAL": str(other),
        "GIT_TEMPLATE_DIR": str(hostile.folder / ".git"),
        "GIT_TRACE": str(trace),
        "GIT_TRACE2_EVENT": str(trace),
    }
    marker.unlink(missing_ok=True)
    done = rehome(
        command, "--repo", str(hostile.folder), "HEAD~1..HEAD", variables=variables
    )
    assert done.returncode in (0, 1), done.stderr
    assert not marker.exists(), marker.read_text()
    assert not trace.exists()


def test_settings_that_include_settings(
    hostile: Scratch, marker: Path, program: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_text(f"[core]\n\tfsmonitor = {program}\n")
    hostile.git("config", "--unset-all", "core.fsmonitor")
    hostile.git("config", "include.path", str(outside))
    marker.unlink(missing_ok=True)
    done = rehome("verify", "--repo", str(hostile.folder), "HEAD~1..HEAD")
    assert done.returncode in (0, 1), done.stderr
    assert not marker.exists(), marker.read_text()
    hostile.git("status")
    assert marker.exists()  # git itself does read them


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "HEAD~1", "HEAD"),
        ("blame", "HEAD", "--", "pkg/new.py"),
        ("status",),
        ("show", "--textconv", "HEAD:pkg/new.py"),
    ],
)
def test_git_itself_would_run_it(
    hostile: Scratch, marker: Path, arguments: tuple[str, ...]
) -> None:
    """Else the test above would prove nothing."""
    marker.unlink(missing_ok=True)
    hostile.git(*arguments)
    assert marker.exists()


def test_a_missing_object_is_not_fetched(hostile: Scratch, marker: Path) -> None:
    oid = hostile.git("rev-parse", "HEAD:pkg/new.py")
    (hostile.folder / ".git/objects" / oid[:2] / oid[2:]).unlink()
    marker.unlink(missing_ok=True)
    done = rehome("blame", "--repo", str(hostile.folder), "HEAD~1..HEAD")
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: the object {oid} is not in this clone")
    assert len(done.stderr.splitlines()) == 1
    assert not marker.exists()
