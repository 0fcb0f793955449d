"""The set-up: which Python it takes, which torch, and when it stands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import environment

ROOT = Path(environment.__file__).parent.parent
LINUX_CUDA = 'nvidia-nccl-cu13==2.29.7; platform_system == "Linux"'


def metadata(version: str, *requirements: str) -> dict[str, Any]:
    return {"version": version, "requires_dist": ["filelock", *requirements]}


@pytest.mark.parametrize(
    ("platform", "offer", "is_cpu"),
    [
        ("linux", metadata("2.13.0+cpu"), True),
        ("linux", metadata("2.13.0", LINUX_CUDA), False),
        (
            "linux",
            metadata("2.13.0", 'cuda-toolkit; platform_system == "Linux"'),
            False,
        ),
        ("linux", metadata("2.13.0", "nvidia-nccl-cu13"), False),
        ("linux", metadata("2.13.0+cu130"), False),
        ("linux", metadata("2.13.0+rocm7"), False),
        ("linux", {"version": "2.13.0"}, True),
        ("darwin", metadata("2.13.0", LINUX_CUDA), True),
    ],
)
def test_only_a_cpu_build_of_torch_is_taken(
    platform: str, offer: dict[str, Any], is_cpu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert environment.is_cpu_build(offer) is is_cpu


def fake_python(folder: Path, name: str, status: int) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {status}\n")
    file.chmod(0o755)


def found(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = '. "$HELPER"; supported_python'
    return subprocess.run(
        ["/bin/sh", "-c", program],
        env={
            "PATH": str(folder),
            "HELPER": str(ROOT / "scripts/_environment"),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_python3_comes_first(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 0)
    fake_python(tmp_path, "python3.13", 0)
    assert found(tmp_path).stdout == "python3\n"


def test_an_unsupported_python3_is_passed_over(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 1)
    fake_python(tmp_path, "python3.13", 127)  # as a pyenv shim that leads nowhere
    fake_python(tmp_path, "python3.11", 0)
    assert found(tmp_path).stdout == "python3.11\n"


def test_the_named_python_wins_even_with_a_blank_in_its_path(tmp_path: Path) -> None:
    folder = tmp_path / "a b"
    folder.mkdir()
    fake_python(folder, "mine", 0)
    fake_python(tmp_path, "python3", 0)
    mine = str(folder / "mine")
    assert found(tmp_path, REHOME_PYTHON=mine).stdout == f"{mine}\n"


def test_no_python_is_a_clear_error(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3", 1)
    done = found(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "3.10, 3.11, 3.12 or 3.13" in done.stderr
    assert "REHOME_PYTHON" in done.stderr


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A folder that looks as a finished set-up for `run` does."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").touch()
    environment.stamp_of(tmp_path, "run").write_text(environment.fingerprint())
    return tmp_path


def test_a_finished_set_up_stands_for_its_own_purpose_alone(venv: Path) -> None:
    assert environment.stands(venv, "run")
    assert not environment.stands(venv, "test")


def test_an_interrupted_set_up_does_not_stand(venv: Path) -> None:
    (venv / environment.INCOMPLETE).touch()
    assert not environment.stands(venv, "run")


def test_a_set_up_from_other_files_does_not_stand(venv: Path) -> None:
    environment.stamp_of(venv, "run").write_text("of another day")
    assert not environment.stands(venv, "run")


def test_a_python_that_is_gone_does_not_stand(venv: Path) -> None:
    (venv / "bin/python").unlink()
    (venv / "bin/python").symlink_to(venv / "uninstalled")
    assert not environment.stands(venv, "run")


def test_a_folder_of_someone_else_is_never_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    monkeypatch.setenv("REHOME_VENV", str(tmp_path))
    assert environment.main(["run"]) == 2
    assert "something else is there" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("script", ["test", "demo", "_environment", "../.ci/run"])
def test_a_script_is_posix_shell(script: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-n", str(ROOT / "scripts" / script)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
