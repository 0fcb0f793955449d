"""What the commands of the pages run with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.documentation import running
from tests.documentation.interpreter import make
from tests.documentation.pages import ROOT, Group
from tests.documentation.running import Machine, Place
from tests.snapshot import make_snapshot, once


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The machine of whoever runs the tests, with no `rehome` of ours on it."""
    return Machine(
        os.environ.get("PATH", os.defpath),
        once(tmp_path_factory, "pip-downloads", lambda folder: None),
        lambda: once(tmp_path_factory, "snapshot", make_snapshot),
    )


Play = Callable[[Group, Path, Machine], Place]


@pytest.fixture
def play(tmp_path_factory: pytest.TempPathFactory) -> Play:
    """Plays a group; skips what needs the package index where none answers."""

    def played(group: Group, scratch: Path, machine: Machine) -> Place:
        try:
            return running.play(group, scratch, machine)
        except running.Failed:
            needs_index = running.setup_named(group.setup).needs_index
            if needs_index and not index_answers(tmp_path_factory.mktemp("index")):
                pytest.skip("the package index cannot be reached")
            raise

    return played


def index_answers(folder: Path) -> bool:
    """Whether pip gets a small package, one that we depend on."""
    asked = (
        "download",
        "--quiet",
        "--no-deps",
        "--no-cache-dir",
        "--dest",
        str(folder),
    )
    command = [sys.executable, "-m", "pip", *asked, "click"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="session")
def tree_machine(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The same with the `rehome` of this tree first on the PATH."""
    made = make(ROOT, tmp_path_factory.mktemp("interpreter") / "environment")
    beside = Path(sys.executable).parent
    path = os.pathsep.join([str(made), str(beside), machine.path])
    return replace(machine, path=path)
