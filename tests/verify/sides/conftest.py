"""A package of what to run in sides, and a look at what is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

MakeEntry = Callable[[str], dict[str, Path]]


@pytest.fixture
def entry(tmp_path: Path) -> MakeEntry:
    """Makes a package `probe` whose `entry.main(started)` has the given body."""

    def make(body: str) -> dict[str, Path]:
        folder = tmp_path / "probe"
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        (folder / "entry.py").write_text(f"def main(started):\n{lines}    return 0\n")
        return {"probe": folder}

    return make
