"""Traces: what differs is found and shrunk, and what cannot be told is never ok."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.verify.behaviour.conftest import DRIVER, STACK, Ask, Write

Sides = Callable[..., tuple[Path, Path, Path]]


@pytest.fixture
def sides(write: Write) -> Sides:
    """Writes a base, a head and a driver: `sides(head, driver=..., base=...)`."""

    def make(head: str, *, driver: str = DRIVER, base: str = STACK) -> Any:
        write("base", {"pkg/__init__.py": base})
        write("head", {"pkg/__init__.py": head})
        folder = write("drivers", {"driver.py": driver}).parent
        return folder / "base", folder / "head", folder / "drivers" / "driver.py"

    return make


def compare(ask: Ask, made: tuple[Path, Path, Path], *more: str) -> tuple[int, Any]:
    base, head, driver = made
    return ask(base, head, "--driver", driver, "--steps", "200", *more)


def rules(told: Any) -> list[str]:
    return [finding["rule"] for finding in told["findings"]]


def test_the_same_code_is_the_same(ask: Ask, sides: Sides) -> None:
    status, told = compare(ask, sides(STACK))
    assert (status, told["findings"]) == (0, [])
    assert told["facts"]["steps"] >= 200
    unseen = told["tables"]["functions that were not seen to run"]
    assert [row["function"] for row in unseen] == ["Stack.never"]


def test_a_move_to_another_module_is_the_same(
    ask: Ask, sides: Sides, write: Write
) -> None:
    made = sides("from pkg.new import make\n")
    write("head", {"pkg/new.py": STACK})
    status, told = compare(ask, made)
    assert (status, told["facts"]["steps"] >= 200) == (0, True)


def test_a_difference_is_shrunk_and_can_be_replayed(
    ask: Ask, sides: Sides, tmp_path: Path
) -> None:
    bug = "self.items.append(number if number < 50 or not self.items else 0)"
    made = sides(STACK.replace("self.items.append(number)", bug))
    status, told = compare(ask, made)
    assert (status, rules(told)) == (1, ["step-differs"])
    replay = json.loads(told["listings"]["replay.json"])
    assert replay["operations"] == [["push", 0], ["push", 50]]
    assert (replay["base"], replay["head"]) == ("returned [0, 50]", "returned [0, 0]")
    saved = tmp_path / "replay.json"
    saved.write_text(told["listings"]["replay.json"])
    again, told_again = compare(ask, made, "--replay", str(saved))
    assert again == 1
    assert told_again["listings"] == told["listings"]
    same = (made[0], made[0], made[2])
    assert compare(ask, same, "--replay", str(saved))[0] == 0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return list(self.items)", "return tuple(self.items)"),
        ("return self.items.pop()", "return self.items.pop(0)"),
        ("return self.items.pop()", "return self.items.pop() if self.items else None"),
        ("return self.items.pop()", "return float(self.items.pop())"),
        ("self.items = []", "raise ValueError('no')"),
        ("return list(self.items)", "raise SystemExit(1)"),
    ],
)
def test_what_counts_as_a_difference(
    ask: Ask, sides: Sides, old: str, new: str
) -> None:
    status, told = compare(ask, sides(STACK.replace(old, new)))
    assert (status, rules(told)) == (1, ["step-differs"])


UNDECIDED = {
    "crashes": ("return 1 + x()", "import os; os._exit(9)", "ended with status 9"),
    "is killed": (
        "",
        "import os; os.kill(os.getpid(), 11)",
        "killed by SIGSEGV",
    ),
    "hangs": ("", "import time; time.sleep(99)", "no answer in 3 seconds"),
    "is out of memory": ("", "b'x' * (1 << 42)", "out of memory"),
    "returns the unknown": ("", "return object()", "content cannot be told"),
    "does not agree with itself": (
        "",
        "import time; return time.perf_counter_ns()",
        "does not even agree with itself",
    ),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_told(ask: Ask, sides: Sides, name: str) -> None:
    _, body, cause = UNDECIDED[name]
    head = STACK.replace("return self.items.pop()", body)
    limits = ["--step-timeout", "3", "--memory", "2048"]
    status, told = compare(ask, sides(head), *limits)
    assert (status, told["verdict"]) == (2, "undecided")
    assert cause in " ".join(f["message"] for f in told["findings"])


def test_a_driver_that_takes_too_long(ask: Ask, sides: Sides) -> None:
    slow = STACK.replace("return list", "import time; time.sleep(0.2); return list")
    status, told = compare(ask, sides(slow, base=slow), "--timeout", "1")
    assert (status, rules(told)) == (2, ["not-run"])
    assert "not done after 1 seconds" in told["findings"][0]["message"]


def test_a_side_that_does_not_import(ask: Ask, sides: Sides) -> None:
    status, told = compare(ask, sides("import nothing_of_that_name\n"))
    assert (status, rules(told)) == (2, ["not-run"])
    assert "No module named 'nothing_of_that_name'" in told["findings"][0]["message"]


def test_neither_side_can_be_built(ask: Ask, sides: Sides) -> None:
    broken = STACK.replace("self.items = []", "raise RuntimeError('no GPU here')")
    status, told = compare(ask, sides(broken, base=broken))
    assert (status, rules(told)) == (2, ["nothing-exercised"])
    assert "no GPU here" in told["findings"][0]["message"]


def test_a_machine_without_what_is_needed(ask: Ask, sides: Sides) -> None:
    status, told = compare(ask, sides(STACK, driver=DRIVER + 'NEEDS = ["cuda", "x"]\n'))
    assert (status, rules(told)) == (2, ["not-run"])
    assert "needs what is not here" in told["findings"][0]["message"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("getattr(subject, name)(number)", "1"), None),
        (("import pkg", "import json as pkg; pkg.make = dict"), "nothing-exercised"),
        (("return getattr(subject, name)(number)", "return NotImplemented"), "nothing-exercised"),
        (("while True", "while False"), "nothing-exercised"),
        (("random.randrange(100)", "id(object())"), "not-compared"),
        (("random.randrange(100)", "__import__('os').getpid()"), "not-compared"),
        (("random.randrange(100)", "object()"), "not-run"),
    ],
)  # fmt: skip
def test_drivers_that_compare_nothing(
    ask: Ask, sides: Sides, change: tuple[str, str], rule: str | None
) -> None:
    status, told = compare(ask, sides(STACK, driver=DRIVER.replace(*change)))
    if rule is None:  # it does import and build
        assert status == 0
    elif change[1].startswith("id("):  # may be the same by chance
        assert status in (0, 2)
    else:
        assert status == 2
        assert rule in rules(told)


def test_code_from_elsewhere(ask: Ask, sides: Sides, tmp_path: Path) -> None:
    elsewhere = tmp_path / "installed"
    elsewhere.mkdir()
    (elsewhere / "pkg.py").write_text(STACK)
    driver = f"import sys\nsys.path.insert(0, {str(elsewhere)!r})\n{DRIVER}"
    status, told = compare(ask, sides("def make(): return 1\n", driver=driver))
    assert status == 2
    assert "other-code" in rules(told)


def test_a_case_of_one_side_alone_is_told(ask: Ask, sides: Sides) -> None:
    driver = DRIVER + "import pkg\nCASES = pkg.CASES\n"
    base, head = STACK + "CASES = [1, 2]\n", STACK + "CASES = [2, 3]\n"
    status, told = compare(ask, sides(head, base=base, driver=driver))
    assert status == 0
    assert told["facts"]["cases_not_compared"] == 2
    rows = told["tables"]["cases of one side alone"]
    assert [(row["case"], row["side"]) for row in rows] == [
        ("1", "base"),
        ("3", "head"),
    ]


@pytest.mark.parametrize(
    "driver",
    ["", "def build(: x", DRIVER.replace("def step", "def stop"), "ENVIRONMENT = f()\n" + DRIVER],
)  # fmt: skip
def test_what_is_no_driver(ask: Ask, sides: Sides, driver: str) -> None:
    status, told = compare(ask, sides(STACK, driver=driver))
    assert status == 2
    assert told.startswith("Error: ")


def test_the_environment_of_a_driver(ask: Ask, sides: Sides) -> None:
    driver = 'ENVIRONMENT = {"MINE": "1"}\n' + DRIVER
    driver += "import os\nassert os.environ['MINE'] == '1'\n"
    assert compare(ask, sides(STACK, driver=driver))[0] == 0


@pytest.mark.parametrize("content", ["", "[]", '{"case": 1}', "{}"])
def test_what_is_no_replay(
    ask: Ask, sides: Sides, tmp_path: Path, content: str
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(content)
    assert compare(ask, sides(STACK), "--replay", str(saved))[0] == 2
