"""What settings accept of behaviour: tests that differ, never a trace that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.behaviour.conftest import DRIVER, STACK, Ask, Write

ENTRY = '[[tool.rehome.accepted]]\nrule = "{}"\npath = "{}"\nreason = "meant"\n'
TESTS = """\
from pkg import make

def test_first():
    assert make().push(1) == [1]

def test_never():
    assert make().never() == 1
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path / "pyproject.toml"


def test_a_test_that_differs(ask: Ask, write: Write, settings: Path) -> None:
    for name, code in (("base", STACK), ("head", STACK.replace("return 1", "pass"))):
        write(name, {"pkg/__init__.py": code, "tests/test_it.py": TESTS})
    settings.write_text(ENTRY.format("test-differs", "tests/test_it.py"))
    status, told = ask("base", "head")
    assert (status, told["findings"]) == (0, [])
    assert [each["rule"] for each in told["accepted"]] == ["test-differs"]
    verdicts = {case["name"]: case["verdict"] for case in told["cases"]}
    assert verdicts["tests/test_it.py::test_never"] == "skipped"
    assert any("without the settings it is fail" in line for line in told["heading"])


def test_a_trace_that_differs_hides_what_comes_after(
    ask: Ask, write: Write, settings: Path
) -> None:
    other = STACK.replace("return list(self.items)", "return 0")
    for name, code in (("base", STACK), ("head", other)):
        write(name, {"pkg/__init__.py": code})
    write(".", {"driver.py": DRIVER})
    settings.write_text(ENTRY.format("step-differs", "*"))
    status, told = ask("base", "head", "--driver", "driver.py", "--steps", "50")
    assert status == 1
    assert [each["rule"] for each in told["findings"]] == ["step-differs"]
    assert told["accepted"] == []
