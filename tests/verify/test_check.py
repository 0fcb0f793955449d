"""The registry of checks, and how answers fold into one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codemods.finding import Verdict
from verify import checks
from verify.check import Setting, fold, load, names

CHECK = '''"""Look at it.

All of it.
"""

from codemods.finding import Verdict
from verify.check import CheckResult, Setting

SETTINGS = (Setting("--how-often", "N", "So often.", lambda texts: len(texts)),)


def check(compared, settings):
    return CheckResult("xlook", Verdict.OK, summary=(f"{settings['how_often']} times",))
'''


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder with a check of its own, as if it stood with ours."""
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/xlook.py").write_text(CHECK)
    (tmp_path / "checks/_helper.py").write_text("")
    path = [*checks.__path__, str(tmp_path / "checks")]
    monkeypatch.setattr(checks, "__path__", path)
    yield
    sys.modules.pop("verify.checks.xlook", None)


@pytest.mark.usefixtures("extra")
def test_a_check_is_found_by_being_there() -> None:
    assert {"blame", "xlook"} <= set(names())
    assert "_helper" not in names()
    found = load("xlook")
    assert (found.name, found.help) == ("xlook", "Look at it.\n\nAll of it.\n")
    assert [setting.name for setting in found.settings] == ["how_often"]


def test_every_check_says_what_it_does_in_one_line() -> None:
    for name in names():
        first, _, rest = load(name).help.partition("\n")
        assert first.endswith(".")
        assert rest.startswith("\n")
        assert all(isinstance(setting, Setting) for setting in load(name).settings)


@pytest.mark.parametrize(
    ("verdicts", "folded"),
    [
        ([], Verdict.OK),
        ([Verdict.OK, Verdict.OK], Verdict.OK),
        ([Verdict.OK, Verdict.FAIL], Verdict.FAIL),
        ([Verdict.UNDECIDED, Verdict.FAIL], Verdict.UNDECIDED),
        ([Verdict.OK, Verdict.UNDECIDED], Verdict.UNDECIDED),
    ],
)
def test_undecided_wins_over_fail_and_fail_over_ok(
    verdicts: list[Verdict], folded: Verdict
) -> None:
    assert fold(verdicts) is folded
