"""A project with settings, to run commands in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write the body of `[tool.rehome]` into a project, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir(exist_ok=True)  # nothing above counts

    def write_body(body: str) -> Path:
        file = tmp_path / "pyproject.toml"
        file.write_text(f'[project]\nname = "p"\n\n[tool.rehome]\n{body}')
        return file

    return write_body
