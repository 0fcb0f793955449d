"""Runs what a page shows: in a fresh folder, with a fresh home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.documentation.outputs import differences
from tests.documentation.pages import ROOT, File, Group, Output, Step

SETUPS = Path(__file__).parent / "setups"
_NEEDS_INDEX = "# needs: the package index"
_NEEDS_PYTHON = "# needs: a Python of its own"
_NEEDS_CLONE = "# needs: a clone of this repository"
_SECONDS = 300
# No page shows how something breaks, whatever the exit status.
_BROKEN = ("Traceback (most recent call last)", "a mistake of rehome itself")

# Whose work the commits are, and nobody's settings.
_GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}
# Nothing is behind these: what asks for the network fails at once.
_OFFLINE = {
    "PIP_NO_INDEX": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
}
# How this machine reaches the package index.
_INDEX = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT")
# Only for the set-up.
_INSIDE = ("TREE", "SETUPS", "PYTHON", "SCRATCH")
_AROUND = """\
trap 'env -0 > "$STATE"' EXIT
unset BASH_ENV
"""


class Failed(Exception):
    """A page that says what is not so; the text says where and what happened."""


@dataclass(frozen=True)
class SetUp:
    """A script that fills an empty folder, and what it asks for."""

    name: str
    text: str

    @property
    def needs_index(self) -> bool:
        return _NEEDS_INDEX in self.text.split("\n")

    @property
    def needs_python(self) -> bool:
        return _NEEDS_PYTHON in self.text.split("\n")

    @property
    def needs_clone(self) -> bool:
        return _NEEDS_CLONE in self.text.split("\n")


@dataclass(frozen=True)
class Machine:
    """What a set-up starts from: the PATH, where pip keeps downloads, and what makes a
    repository of this project as it is.
    """

    path: str
    downloads: Path
    snapshot: Callable[[], Path]


def setup_names() -> list[str]:
    """Every set-up there is; what begins with an underscore is a helper."""
    names = (file.stem for file in SETUPS.glob("*.sh"))
    return sorted(name for name in names if not name.startswith("_"))


def setup_named(name: str) -> SetUp:
    """Find a set-up; raises `Failed`."""
    if name not in setup_names():
        raise Failed(f"there is no set-up {name!r}; there are {setup_names()}")
    return SetUp(name, (SETUPS / f"{name}.sh").read_text("utf-8"))


@dataclass
class Place:
    """A folder, and the variables that the next command starts with."""

    folder: Path
    scratch: Path
    variables: dict[str, str]
    stdout: str = ""
    stderr: str = ""
    seconds: float = _SECONDS
    by_luck: bool = False  # whether the last commands ended in the other way

    def run(self, text: str) -> int:
        """Run commands where the ones before them ended; return the exit status.

        Raises `Failed` where they take too long, and ends them.
        """
        state = self.scratch / "state"
        state.unlink(missing_ok=True)
        process = subprocess.Popen(
            ["bash", "-eu", "-o", "pipefail", "-c", _AROUND + text],
            cwd=self.variables["PWD"],
            env=self.variables | {"STATE": str(state)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            streams = process.communicate(timeout=self.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise Failed(f"not done after {self.seconds} s:\n{text}") from None
        self.stdout, self.stderr = (
            stream.decode("utf-8", "backslashreplace") for stream in streams
        )
        if state.exists():
            lines = state.read_bytes().decode().rstrip("\0").split("\0")
            left = dict(line.partition("=")[::2] for line in lines)
            self.variables = {n: v for n, v in left.items() if n not in ("STATE", "_")}
        return process.returncode


def play(group: Group, scratch: Path, machine: Machine) -> Place:
    """Make a group's set-up in a folder and take its steps; raises `Failed`."""
    place = _prepare(setup_named(group.setup), scratch, machine)
    for step in group.steps:
        _take(step, place, group)
    return place


def _prepare(setup: SetUp, scratch: Path, machine: Machine) -> Place:
    folder, home = scratch / setup.name, scratch / "home"
    for each in (folder, home, scratch / "tmp"):
        each.mkdir(parents=True)
    reaching = {k: v for k, v in os.environ.items() if k.startswith(_INDEX)}
    variables = {
        "PATH": machine.path,
        "HOME": str(home),
        "PWD": str(folder),
        "TMPDIR": str(scratch / "tmp"),
        "LANG": "C.UTF-8",
        "PIP_CACHE_DIR": str(machine.downloads),
        **_GIT,
        **(reaching if setup.needs_index else _OFFLINE),
    }
    tree = machine.snapshot() if setup.needs_clone else ROOT
    only = (str(tree), str(SETUPS), sys.executable, str(scratch))
    place = Place(folder, scratch, variables | dict(zip(_INSIDE, only, strict=True)))
    if place.run(setup.text):
        raise Failed(f"set-up {setup.name}:\n{place.stdout}{place.stderr}")
    place.variables = {k: v for k, v in place.variables.items() if k not in _INSIDE}
    return place


def _take(step: Step, place: Place, group: Group) -> None:
    where = f"{group.page.name}:{step.line}"
    if isinstance(step, File):
        _write(step, place, where)
    elif isinstance(step, Output):
        if place.by_luck:
            return
        printed = place.stdout if step.stream == "stdout" else place.stderr
        other = differences(step.text, printed)
        if other:
            raise Failed(
                f"{where}: the page shows something else\n{other}\n{place.stderr}"
            )
    else:
        status = place.run(step.text)
        said = place.stdout + place.stderr
        place.by_luck = status == step.other and step.saying in said
        broken = next((sign for sign in _BROKEN if sign in place.stderr), "")
        if broken:
            raise Failed(f"{where}: {broken!r}\n{step.text}\n{said}")
        if status != step.status and not place.by_luck:
            raise Failed(
                f"{where}: exit status {status}, the page says {step.status}\n"
                f"{step.text}\n{said}"
            )


def _write(step: File, place: Place, where: str) -> None:
    file = Path(place.variables["PWD"], step.path).resolve()
    if not file.is_relative_to(place.folder.resolve()):
        raise Failed(f"{where}: {step.path} is not in the folder of the set-up")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(step.text, "utf-8")
