"""Two small projects to compare, in temporary folders of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.verify.published import schema_errors
from verify.cli import main

Write = Callable[[str, Mapping[str, str]], Path]
Ask = Callable[..., tuple[int, Any]]

DRIVER = """
CODE = ["pkg"]
LENGTH = 20

def build(case):
    import pkg
    return pkg.make()

def operations(random, case):
    while True:
        yield [random.choice(["push", "push", "pop"]), random.randrange(100)]

def step(subject, operation):
    name, number = operation
    return getattr(subject, name)(number)
"""

STACK = """
class Stack:
    def __init__(self):
        self.items = []

    def push(self, number):
        self.items.append(number)
        return list(self.items)

    def pop(self, number):
        return self.items.pop()

    def never(self):
        return 1


def make():
    return Stack()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all temporary files of a test go: nothing may be left in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the files of a project into a folder of the given name."""

    def make(name: str, files: Mapping[str, str]) -> Path:
        for path, content in files.items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        return tmp_path / name

    return make


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], temporary: Path) -> Ask:
    """Runs `rehome behaviour`; its status and its JSON. Nothing may be left behind."""

    def run(*arguments: str | Path) -> tuple[int, Any]:
        told = [*map(str, arguments), "--format", "json"]
        status = main(["behaviour", *told])
        captured = capsys.readouterr()
        assert [*temporary.iterdir()] == []
        if not captured.out:
            return status, captured.err
        document = json.loads(captured.out)
        assert schema_errors(document) == []
        return status, document

    return run
