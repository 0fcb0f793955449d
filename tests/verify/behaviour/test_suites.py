"""The same tests on both sides: what differs, what moved, and what is flaky."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.verify.behaviour.conftest import Ask, Write
from tests.verify.conftest import Scratch

CODE = "def double(n):\n    return 2 * n\n\n\ndef unused():\n    return 0\n"
TESTS = """
import pytest
from pkg import double

class TestDouble:
    @pytest.mark.parametrize("n", [0, 1, 2])
    def test_small(self, n):
        assert double(n) == 2 * n

def test_large():
    assert double(50) == 100

@pytest.mark.skip
def test_later():
    pass

@pytest.mark.xfail
def test_not_yet():
    assert double(1) == 3
"""


@pytest.fixture
def base(write: Write) -> Path:
    return write("base", {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS})


def rules(told: Any) -> list[str]:
    return sorted({finding["rule"] for finding in told["findings"]})


def test_the_same_on_both(ask: Ask, base: Path, write: Write) -> None:
    head = write("head", {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS})
    status, told = ask(base, head)
    assert (status, told["findings"]) == (0, [])
    same = {"passed": 4, "skipped": 1, "xfailed": 1}
    assert told["facts"]["tests_same"] == same


def test_what_differs(ask: Ask, base: Path, write: Write) -> None:
    bug = CODE.replace("2 * n", "2 * n if n < 50 else 0")
    head = write("head", {"pkg/__init__.py": bug, "tests/test_a.py": TESTS})
    status, told = ask(base, head)
    assert (status, rules(told)) == (1, ["test-differs"])
    (finding,) = told["findings"]
    assert finding["path"] == "tests/test_a.py"
    assert "test_large: passed on the base, failed" in finding["message"]
    assert told["facts"]["tests_same"]["passed"] == 3


def test_failing_otherwise_is_a_difference(ask: Ask, base: Path, write: Write) -> None:
    failing = TESTS + "\ndef test_bad():\n    raise ValueError(double(1))\n"
    write("base", {"tests/test_a.py": failing})
    same = write("same", {"pkg/__init__.py": CODE, "tests/test_a.py": failing})
    status, told = ask(base, same)
    assert (status, told["facts"]["tests_same"]["failed"]) == (0, 1)
    other = CODE.replace("2 * n", "n + n if n != 1 else 7")
    head = write("head", {"pkg/__init__.py": other, "tests/test_a.py": failing})
    status, told = ask(base, head)
    messages = [f["message"] for f in told["findings"]]
    assert any("ValueError: 2" in m and "ValueError: 7" in m for m in messages)


def test_tests_that_moved(ask: Ask, base: Path, write: Write) -> None:
    """A renamed file, with a line more, and a test that went to another file."""
    here, away = TESTS.split("@pytest.mark.skip")
    head = write(
        "head",
        {
            "pkg/__init__.py": CODE,
            "tests/unit/test_double.py": f"# Moved.\n{here}",
            "tests/test_b.py": "import pytest\nfrom pkg import double\n"
            f"@pytest.mark.skip{away}",
        },
    )
    status, told = ask(base, head)
    assert (status, told["findings"]) == (0, [])
    assert told["facts"]["tests_moved"] == 6
    assert told["facts"]["tests_same"]["passed"] == 4


def test_gone_and_new(ask: Ask, base: Path, write: Write) -> None:
    changed = TESTS.replace("test_large", "test_huge").replace(
        "(50) == 100", "(9) == 18"
    )
    head = write("head", {"pkg/__init__.py": CODE, "tests/test_a.py": changed})
    status, told = ask(base, head)
    assert (status, rules(told)) == (1, ["test-gone"])
    assert (told["facts"]["tests_gone"], told["facts"]["tests_new"]) == (1, 1)


COUNTER = """
import pathlib
def test_counts():
    seen = pathlib.Path({path!r})
    before = seen.read_text() if seen.exists() else ""
    seen.write_text(before + "x")
    assert len(before) % 2 == {odd}
"""


def test_a_flaky_test_is_called_flaky(
    ask: Ask, base: Path, write: Write, tmp_path: Path
) -> None:
    """It fails every other time, and begins on another foot on each side."""
    for name, odd in (("base", 0), ("head", 1)):
        path = str(tmp_path / f"{name}-counter")
        write(name, {"tests/test_c.py": COUNTER.format(path=path, odd=odd)})
    head = write("head", {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS})
    status, told = ask(base, head)
    assert (status, told["findings"]) == (0, [])
    assert told["facts"]["tests_flaky"] == 1
    assert told["facts"]["tests_same"]["passed"] == 4


def test_unsteady_on_one_side_alone_cannot_be_told(
    ask: Ask, base: Path, write: Write, tmp_path: Path
) -> None:
    path = str(tmp_path / "counter")
    write("base", {"tests/test_c.py": "def test_counts():\n    pass\n"})
    files = {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS}
    files["tests/test_c.py"] = COUNTER.format(path=path, odd=1)
    status, told = ask(base, write("head", files))
    assert (status, rules(told)) == (2, ["test-unsteady"])


def test_what_needs_the_tests_before_it_is_still_different(
    ask: Ask, base: Path, write: Write
) -> None:
    """Alone it passes on both; in the whole suite it fails on the head, every time."""
    order = "import pkg\ndef test_1():\n    pkg.seen = {}\ndef test_2():\n"
    order += "    assert not getattr(pkg, 'seen', 0)\n"
    write("base", {"tests/test_o.py": order.format(0)})
    files = {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS}
    files["tests/test_o.py"] = order.format(1)
    status, told = ask(base, write("head", files))
    assert (status, rules(told)) == (1, ["test-differs"])


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("import os; os._exit(4)", "ended with status 4, in tests/test_x.py::test_x"),
        ("import os; os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("import time; time.sleep(99)", "no answer in 6 seconds"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
    ],
)
def test_a_suite_that_does_not_end_well(
    ask: Ask, base: Path, write: Write, body: str, cause: str
) -> None:
    files = {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS}
    files["tests/test_x.py"] = f"def test_x():\n    {body}\n"
    status, told = ask(base, write("head", files), "--timeout", "6")
    assert status == 2
    assert "not-run" in rules(told)
    assert cause in " ".join(f["message"] for f in told["findings"])
    assert told["facts"]["tests_same"]["passed"] == 4  # what came before it


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        ({"tests/test_a.py": "import nothing_of_that_name\n"}, "not-run"),
        ({"tests/test_a.py": "def ("}, "not-run"),
        ({"tests/test_a.py": ""}, "not-run"),
        ({"conftest.py": "raise RuntimeError('no')\n"}, "not-run"),
        ({"pytest.ini": "[pytest]\naddopts = --no-such-option\n"}, "not-run"),
    ],
)
def test_a_suite_that_cannot_be_run(
    ask: Ask, base: Path, write: Write, files: dict[str, str], rule: str
) -> None:
    whole = {"pkg/__init__.py": CODE, "tests/test_a.py": TESTS, **files}
    status, told = ask(base, write("head", whole))
    assert status == 2
    assert rule in rules(told)


def test_nothing_but_skipped_tests_is_nothing(ask: Ask, write: Write) -> None:
    tests = "import pkg, pytest\n@pytest.mark.skip\ndef test_a():\n    pass\n"
    folder = write("base", {"pkg/__init__.py": CODE, "tests/test_a.py": tests})
    status, told = ask(folder, folder)
    assert (status, rules(told)) == (2, ["nothing-exercised"])


def test_tests_of_other_code_are_nothing(ask: Ask, write: Write) -> None:
    """As where the package lies in a folder that is not on the path."""
    tests = "import json\ndef test_a():\n    assert json\n"
    files = {"pkg/__init__.py": CODE, "conftest.py": "", "test_a.py": tests}
    folder = write("base", files)
    status, _ = ask(folder, folder)
    assert status == 0  # the tests themselves are of the side
    write("base", {"src/other/__init__.py": "x = 1\n"})
    write("installed", {"other.py": "x = 2\n"})
    inserted = str(folder.parent / "installed")
    tests = f"import sys\nsys.path.insert(0, {inserted!r})\nimport other\n" + tests
    write("base", {"test_a.py": tests})
    status, told = ask(folder, folder, "--root", ".")
    assert (status, rules(told)) == (2, ["other-code"])


def test_two_revisions(ask: Ask, scratch: Scratch) -> None:
    scratch.commit({"pkg/__init__.py": CODE, "tests/test_a.py": TESTS})
    bug = CODE.replace("2 * n", "3 * n")
    scratch.commit({"pkg/__init__.py": bug})
    status, told = ask("git:HEAD~1", "git:HEAD", "--repo", scratch.folder)
    assert (status, rules(told)) == (1, ["test-differs"])
    assert scratch.git("status", "--porcelain") == ""
    assert len(scratch.git("worktree", "list").splitlines()) == 1
    assert ask("git:HEAD", "git:HEAD", "--repo", scratch.folder)[0] == 0


@pytest.mark.parametrize("name", ["no such", "git:nope", "pypi:x", "\x1b[31m"])
def test_sides_that_are_none(ask: Ask, base: Path, name: str) -> None:
    status, told = ask(base, name)
    assert status == 2
    assert "\x1b" not in told


def test_arguments_for_pytest(ask: Ask, base: Path) -> None:
    status, told = ask(base, base, "--pytest-args", "tests -k 'large or small'")
    assert (status, told["facts"]["tests_same"]) == (0, {"passed": 4})
    assert ask(base, base, "--pytest-args", "'")[0] == 2
