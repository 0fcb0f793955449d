"""Run a command line in the folder of a commit, as `git rebase --exec` does."""

from __future__ import annotations

import os
import subprocess
from typing import Any, Protocol


class _Started(Protocol):
    folder: str
    roots: tuple[str, ...]
    arguments: Any


def main(started: _Started) -> int:
    """Run it with the commit's own packages first on the import path: an
    installation that can be edited points to the user's files.
    """
    inherited = os.environ.get("PYTHONPATH")
    path = [*started.roots, *([inherited] if inherited else [])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path)}
    done = subprocess.run(
        started.arguments,
        shell=True,
        cwd=started.folder,
        env=environment,
        check=False,
    )
    return done.returncode if done.returncode >= 0 else 128 - done.returncode
