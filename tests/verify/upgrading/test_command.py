"""`rehome upgrade` and `rehome doctor` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify import cli
from verify.render import formats

BODY = """
    total = 0
    for number in range(limit):
        if number % step == 0:
            total += number * step
    return total - limit
"""
OLD = {
    "thing/__init__.py": "",
    "thing/tools.py": f"def measure(limit, step):{BODY}\n\ndef stay(): return 1\n",
    "thing/dead.py": "def vanish(): return 'nowhere'\n",
}
NEW = {
    "thing/__init__.py": "",
    "thing/tools.py": "def stay(): return 1\n",
    "thing/measures.py": f"def measure(limit, step):{BODY}",
}
USER = (
    "from thing.dead import vanish\nfrom thing.tools import measure, stay\n\n"
    "print(measure(1, 2), stay(), vanish())\n"
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REHOME_CACHE", str(tmp_path / "cache"))
    for name, files in (("old", OLD), ("new", NEW), ("code", {"user.py": USER})):
        for path, text in files.items():
            target = tmp_path / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rehome(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.root, [*arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


UPGRADE = ("upgrade", "code", "--package", "thing", "--from", "old", "--to", "new")


def test_what_moved_is_rewritten_and_what_is_gone_is_told(place: Path) -> None:
    status, out, _ = rehome(*UPGRADE)
    text = (place / "code/user.py").read_text()
    assert "from thing.measures import measure\n" in text
    assert "from thing.tools import stay\n" in text
    assert status == 1
    assert "vanish" in out
    # What is left is told by one of both, and once.
    assert out.count("user.py:1:") == 1


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_nothing_is_written_and_yet_looked_at(place: Path, flag: str) -> None:
    status, out, _ = rehome(*UPGRADE, flag, "--format", "json")
    told = json.loads(out)
    assert (place / "code/user.py").read_text() == USER
    assert status == 1
    assert told["command"] == "upgrade"
    # `measure` is found where the rewrite would import it from.
    lines = {finding["line"] for finding in told["findings"]}
    assert lines == {1}


def test_a_second_run_changes_nothing(place: Path) -> None:
    rehome(*UPGRADE)
    text = (place / "code/user.py").read_text()
    rehome(*UPGRADE)
    assert (place / "code/user.py").read_text() == text


def test_doctor_tells_before_and_after(place: Path) -> None:
    doctor = ("doctor", "code", "--package", "new")
    status, out, _ = rehome(*doctor)
    assert status == 1
    assert "`measure` is defined in `thing.measures`" in out
    assert "1 found" in out
    rehome(*UPGRADE)
    assert "missing-name" not in rehome(*doctor)[1]
    assert rehome("doctor", "code", "--package", "old", "--name", "thing")[0] == 1


def test_a_clean_file_is_clean(place: Path) -> None:
    (place / "code/user.py").write_text("from thing.tools import stay\n")
    status, out, _ = rehome("doctor", "code", "--package", "new")
    assert (status, out.splitlines()[-1]) == (
        0,
        "1 names wanted of new by 1 of 1 files: 1 found",
    )


@pytest.mark.parametrize("form", formats())
def test_hostile_names_reach_every_format(place: Path, form: str) -> None:
    name = "bad\x1b[31m::error::<b>.py"
    (place / "code" / name).write_text("from thing import gone\n")
    (place / "code/user.py").write_text("import thing (\n")
    status, out, _ = rehome("doctor", "code", "--package", "new", "--format", form)
    assert status == 2
    assert "\x1b[31m" not in out
    if form in ("html", "markdown"):
        assert "<b>" not in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("doctor", "code"), "--package"),
        (("doctor", "nowhere", "--package", "new"), "nowhere"),
        (("doctor", "code", "--package", "nowhere"), "which version of nowhere?"),
        (("doctor", "code", "--package", "./nowhere"), "there is no './nowhere'"),
        (("doctor", "code", "--package", "new", "--name", "x"), "no package 'x'"),
        (("doctor", "code", "--package", "git:-x", "--repo", "new"), ""),
        ((*UPGRADE[:-1], "nowhere"), "there is no 'nowhere'"),
        ((*UPGRADE, "--hoist", "--compat"), "go together badly"),
    ],
)
def test_mistakes_end_with_two(
    place: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = CliRunner().invoke(cli.root, [*arguments])
    assert result.exit_code != 0
    assert cli.main([*arguments]) == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr
