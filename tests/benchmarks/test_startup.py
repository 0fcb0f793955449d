"""How long `rehome` takes to say what it is, and what a default install takes.

The command is installed from a wheel of this tree into an environment of its own, as
`pip install rehome` does it. The aim is 0.3 seconds for `--help` and `--version`, on a
machine that has nothing else to do: `extra_info` has the CPU time beside the wall
clock, the time and the size of the install, and what was installed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 15
_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Installed:
    """The command, and what its install took: seconds, bytes on disk, packages."""

    command: Path
    seconds: float
    size: int
    packages: tuple[str, ...]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("install")
    made = _pip(Path(sys.executable), "wheel", "--no-deps", "-w", folder, ROOT)
    if made != 0:
        pytest.skip("the wheel cannot be built: is the package index in reach?")
    (wheel,) = folder.glob("rehome-*.whl")
    home = folder / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    before, was_there = _size(home), _listed(python)
    begin = time.perf_counter()
    if _pip(python, "install", wheel) != 0:
        pytest.skip("the default install fails: is the package index in reach?")
    seconds = time.perf_counter() - begin
    packages = tuple(sorted({*_listed(python)} - {*was_there}))
    return Installed(home / "bin" / "rehome", seconds, _size(home) - before, packages)


def _listed(python: Path) -> list[str]:
    command = [str(python), "-m", "pip", "list", "--format", "freeze"]
    return subprocess.check_output(command, text=True).split()


def _pip(python: Path, *arguments: str | Path) -> int:
    quiet = ("--quiet", "--disable-pip-version-check")
    words = [python, "-m", "pip", arguments[0], *quiet, *arguments[1:]]
    return subprocess.run(words, check=False, env=_environment()).returncode


def _environment() -> dict[str, str]:
    """The environment without the tree that the tests run from."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}


def _size(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.lstat().st_size for path in files)


@pytest.mark.parametrize(
    "arguments",
    [["--version"], ["--help"], ["verify", "--help"], ["apply", "--help"]],
    ids=" ".join,
)
def test_startup(
    benchmark: BenchmarkFixture,
    installed: Installed,
    arguments: Sequence[str],
    tmp_path: Path,
) -> None:
    (tmp_path / ".git").mkdir()  # no settings from above

    def run() -> bytes:
        return subprocess.run(
            [installed.command, *arguments],
            cwd=tmp_path,
            env=_environment(),
            stdout=subprocess.PIPE,
            check=True,
        ).stdout

    begin = _children_seconds()
    said = benchmark.pedantic(run, rounds=ROUNDS, warmup_rounds=1)
    cpu = _children_seconds() - begin
    assert b"rehome" in said
    benchmark.extra_info |= {
        "cpu_seconds": round(cpu / (ROUNDS + 1), 4),
        "install_seconds": round(installed.seconds, 1),
        "install_mebibytes": round(installed.size / _MEBIBYTE, 1),
        "installed": list(installed.packages),
        "load": os.getloadavg()[0],
    }


def _children_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
