"""Completion in a shell: click's own script, run by a real bash."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from verify import cli
from verify.cli import main

ROOT = Path(cli.__file__).parent.parent
BASH = shutil.which("bash")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One in which `rehome` is the command of this tree."""
    command = tmp_path / "bin" / "rehome"
    command.parent.mkdir()
    words = map(shlex.quote, (sys.executable, "-m", "verify"))
    command.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
    command.chmod(0o755)
    path = os.pathsep.join((str(command.parent), os.environ["PATH"]))
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def completed(environment: dict[str, str], *words: str) -> list[str]:
    """What bash offers for the last of some words, by the script that we print."""
    line = " ".join(map(shlex.quote, ("rehome", *words)))
    program = (
        'eval "$(rehome completion bash)"\n'
        "complete -p rehome >/dev/null || exit 3\n"
        f"COMP_WORDS=({line}); COMP_CWORD={len(words)}\n"
        'compopt() { echo "as files"; }\n'
        '_rehome_completion rehome\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    assert BASH is not None
    done = subprocess.run(
        [BASH, "--noprofile", "--norc", "-c", program],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(BASH is None, reason="bash is not installed")
def test_bash_completes_commands_options_and_values(
    environment: dict[str, str],
) -> None:
    assert completed(environment, "mo") == ["move", "moves"]
    assert {"apply", "config", "verify"} <= {*completed(environment, "")}
    options = completed(environment, "verify", "--m")
    assert options == ["--min-retained", "--migration"]
    assert completed(environment, "bench", "--device", "cu") == ["cuda"]
    assert completed(environment, "moves", "--format", "sa") == ["sarif"]
    assert completed(environment, "migrations", "sh") == ["show"]
    assert "sglang-26676" in completed(environment, "apply", "sgl")
    assert completed(environment, "apply", "sr") == ["as files", ""]
    assert completed(environment, "nonsense", "x") == [""]


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_each_shell_has_a_script(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_REHOME_COMPLETE={shell}_complete" in script
    assert "%(" not in script
    found = shutil.which(shell)
    if found is not None:
        subprocess.run([found, "-n"], input=script, text=True, check=True)


def test_a_shell_of_another_name_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["completion", "sh"]) == 2
    assert "bash" in capsys.readouterr().err


def test_names_are_completed_without_importing_commands(
    environment: dict[str, str],
) -> None:
    program = (
        "import sys\nfrom verify.cli import main\nmain([])\n"
        "loaded = [m for m in sys.modules if m.startswith('verify.commands.')]\n"
        "sys.exit(f'loaded {loaded}' if loaded else 0)"
    )
    asked = {"COMP_WORDS": "rehome v", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**environment, **asked, "_REHOME_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "plain,verify\n")


@pytest.mark.parametrize("asked", ["nonsense", "bash_nonsense", "tcsh_complete"])
def test_a_strange_question_is_no_traceback(
    asked: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_REHOME_COMPLETE", asked)
    assert main(["apply"]) == 1
    assert capsys.readouterr() == ("", "")
