"""Never `no difference found` where something was not compared."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.verify.behaviour.conftest import DRIVER, STACK, Ask, Write

CODE = "x = 1\n"
MANY = "def test_a():\n    pass\n\n\ndef test_b():\n    pass\n"


def messages(told: Any) -> str:
    return " ".join(finding["message"] for finding in told["findings"])


@pytest.fixture
def driven(ask: Ask, write: Write) -> Any:
    """Compares the stack with itself, or with another, by a driver."""

    def run(driver: str, *more: str, head: str = STACK) -> tuple[int, Any]:
        base = write("base", {"pkg/__init__.py": STACK})
        other = write("head", {"pkg/__init__.py": head})
        path = write("drivers", {"driver.py": driver}) / "driver.py"
        return ask(base, other, "--driver", path, "--steps", "50", *more)

    return run


@pytest.mark.parametrize("operations", [[], [["idle", 0]]])
def test_a_replay_without_a_step(
    driven: Any, tmp_path: Path, operations: list[Any]
) -> None:
    saved = tmp_path / "replay.json"
    content = {"rehome_replay": 1, "case": None, "operations": operations}
    saved.write_text(json.dumps(content))
    skips = DRIVER.replace(
        "return getattr(subject, name)(number)", "return NotImplemented"
    )
    status, told = driven(skips, "--replay", str(saved))
    assert status == 2
    assert "nothing was compared" in messages(told)


def test_a_replay_of_what_cannot_be_built(driven: Any, tmp_path: Path) -> None:
    saved = tmp_path / "replay.json"
    content = {"rehome_replay": 1, "case": None, "operations": [["push", 1]]}
    saved.write_text(json.dumps(content))
    unbuilt = DRIVER.replace("return pkg.make()", "raise ValueError('not here')")
    status, told = driven(unbuilt, "--replay", str(saved))
    assert status == 2
    assert "not here" in messages(told)


def test_a_case_that_makes_no_step_is_told(driven: Any) -> None:
    ends = DRIVER.replace("while True:", "while case != 2:")
    status, told = driven(f"{ends}CASES = [1, 2]\n")
    assert (status, told["facts"]["cases_not_compared"]) == (0, 1)
    assert {"case": "2", "steps": "0"} in told["tables"]["steps by case"]


def test_cases_that_there_was_no_time_for_are_told(driven: Any) -> None:
    status, told = driven(f"{DRIVER}CASES = [*range(9)]\n")
    assert (status, told["facts"]["cases_not_compared"]) == (0, 6)


def test_the_same_case_twice_is_driven_once(driven: Any, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    notes = f"open({str(seen)!r}, 'a').write(f'{{random.random()}}\\n')"
    driver = DRIVER.replace("    while True:", f"    {notes}\n    while True:")
    assert driven(f"{driver}CASES = [1, 1]\n")[0] == 0
    episodes = seen.read_text().split()
    assert len(episodes) == 2 * len({*episodes}) == 6  # on two sides


def test_torch_without_memory_is_no_result(driven: Any) -> None:
    pytest.importorskip("torch")
    asks = DRIVER.replace(
        "return getattr", "import torch; torch.empty(1 << 60); getattr"
    )
    status, told = driven(asks)
    assert status == 2
    assert "out of memory" in messages(told)


@pytest.mark.parametrize("seconds", ["inf", "nan", "-1", "1e300"])
def test_times_that_are_none(driven: Any, seconds: str) -> None:
    for option in ("--timeout", "--step-timeout"):
        status, told = driven(DRIVER, option, seconds)
        assert status == 2
        assert told.strip().rpartition("\n")[2].startswith("Error: ")


# Suites.


@pytest.fixture
def suite(ask: Ask, write: Write) -> Any:
    """Compares a suite with itself, or with another."""

    def run(base: dict[str, str], *more: str, head: Any = None) -> tuple[int, Any]:
        code = {"pkg/__init__.py": CODE}
        here = base if head is None else head
        one, other = write("base", code | base), write("head", code | here)
        return ask(one, other, *more)

    return run


IMPORTS = "import pkg\n"


@pytest.mark.parametrize(
    ("arguments", "body", "cause"),
    [
        ("-x", "def test_0():\n    assert False\n", "ended early"),
        ("-k nothing_of_it", "", "no test"),
        ("--collect-only", "", "no test passed"),
        (
            "",
            "import atexit, os\natexit.register(os._exit, 3)\n",
            "after the last test",
        ),
        ("", "import pytest\npytestmark = pytest.mark.skip\n", "no test passed"),
    ],
)
def test_suites_that_are_not_whole(
    suite: Any, arguments: str, body: str, cause: str
) -> None:
    files = {"tests/test_a.py": IMPORTS + body + MANY}
    status, told = suite(files, "--pytest-args", arguments)
    assert status == 2
    assert cause in messages(told)


def test_a_plugin_that_runs_fewer_tests(suite: Any) -> None:
    loop = (
        "import pytest\n@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_runtest_protocol(item):\n    return 'test_b' in item.name or None\n"
    )
    files = {"tests/test_a.py": IMPORTS + MANY, "conftest.py": loop}
    status, told = suite(files)
    assert status == 2
    assert "did not run: ['tests/test_a.py::test_b']" in messages(told)


def test_another_test_of_the_same_name_is_another(suite: Any) -> None:
    old = {
        "tests/test_a.py": f"{IMPORTS}{MANY}",
        "tests/test_b.py": _basic("pkg.x == 1"),
    }
    new = "\n".join(f"    value = {n}" for n in range(9))
    new = f"{IMPORTS}def test_basic():\n{new}\n    assert value\n"
    head = {"tests/test_a.py": f"{IMPORTS}{MANY}", "tests/test_c.py": new}
    status, told = suite(old, head=head)
    assert (status, told["facts"]["tests_gone"]) == (1, 1)
    assert told["facts"]["tests_moved"] == 0


def _basic(condition: str) -> str:
    return f"{IMPORTS}\n\ndef test_basic():\n    assert {condition}\n"


def test_a_failure_whose_text_varies_is_a_difference(suite: Any) -> None:
    vary = f"{IMPORTS}import time\ndef test_a():\n    assert not time.time_ns(), time.time_ns()\n"
    status, told = suite(
        {"tests/test_a.py": f"{IMPORTS}{MANY}"},
        head={"tests/test_a.py": vary + MANY.partition("\n\n")[2]},
    )
    assert (status, [f["rule"] for f in told["findings"]]) == (1, ["test-differs"])


def test_a_pipe_with_the_name_of_a_module(suite: Any, tmp_path: Path) -> None:
    """Whoever opens it waits for ever."""
    for side in ("base", "head"):
        (tmp_path / side).mkdir()
        os.mkfifo(tmp_path / side / "waits.py")
    status, told = suite({"tests/test_a.py": IMPORTS + MANY})
    assert (status, told["facts"]["tests_same"]) == (0, {"passed": 2})


def test_more_files_than_a_command_line_holds(suite: Any) -> None:
    """Whose functions are looked at is handed on, with the path of each."""
    files = {f"pkg/{'long' * 20}_{n}.py": "y = 1\n" for n in range(900)}
    there = {"tests/test_a.py": IMPORTS + MANY}
    status, told = suite(there | files, head=there)
    assert (status, told["facts"]["tests_same"]) == (0, {"passed": 2})
