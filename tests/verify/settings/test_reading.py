"""Which file holds, and what is wrong with it: file, line, key, what is expected."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from tests.verify.settings.conftest import Write
from verify.settings.reading import Loaded, SettingsError, find, load

ACCEPTED = '[[tool.rehome.accepted]]\nrule = "residual"\nreason = "r"\n'


def test_without_a_file_all_is_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find(tmp_path) == Loaded()
    assert [*find(tmp_path).given()] == []


def test_the_nearest_file_with_the_table_holds(write: Write, tmp_path: Path) -> None:
    write("jobs = 3\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.other]\nx = "rehome"\n')
    assert find(inner).settings.jobs == 3
    (inner / "pyproject.toml").write_text("[tool.rehome]\njobs = 4\n")
    assert find(inner).settings.jobs == 4
    assert find(tmp_path / "a").settings.jobs == 3


def test_nothing_above_the_repository_holds(write: Write, tmp_path: Path) -> None:
    write("jobs = 3\n")
    inner = tmp_path / "repository" / "src"
    inner.mkdir(parents=True)
    (inner.parent / ".git").write_text("gitdir: elsewhere\n")  # a worktree's
    assert find(inner).file is None


def test_every_key_and_where_it_stands(write: Write) -> None:
    file = write(
        'packages = "p"\nignore = ["third_party/", "*_pb2.py"]\n'
        '"jobs" = 2\nbench.margin = 2\n\n'
        "[tool.rehome.cycles]\n# a remark\nno-new = true\n\n"
        f'{ACCEPTED}path = "a.py"\nuntil = 2026-12-31\n\n{ACCEPTED}symbol = "C*"\n'
    )
    loaded = find(file.parent)
    settings = loaded.settings
    assert settings.packages == "p"
    assert settings.bench.margin == 2.0
    assert settings.cycles.no_new is True
    assert [each.until for each in settings.accepted] == [date(2026, 12, 31), None]
    lines = file.read_text().split("\n")
    for key, start in (
        (("ignore",), "ignore"),
        (("jobs",), '"jobs"'),
        (("bench", "margin"), "bench.margin"),
        (("cycles", "no-new"), "no-new"),
        (("accepted", 0, "until"), "until"),
        (("accepted", 1, "symbol"), "symbol"),
        (("accepted", 1), "[[tool"),
        (("accepted", 0, "symbol"), "[[tool"),  # is not set: where the entry begins
    ):
        assert lines[loaded.line(*key) - 1].startswith(start), key
    assert loaded.line("accepted", 1) > loaded.line("accepted", 0)
    assert [*loaded.given()][:4] == [
        ("packages",),
        ("ignore",),
        ("jobs",),
        ("bench", "margin"),
    ]


@pytest.mark.parametrize(
    ("body", "line", "said"),
    [
        ("jobz = 3\n", 5, 'tool.rehome.jobz: there is no such key; did you mean "jobs'),
        ("Jobs = 3\n", 5, 'tool.rehome.Jobs: there is no such key; did you mean "jobs'),
        ("xyz = 3\n", 5, "tool.rehome.xyz: there is no such key; known are packages"),
        ('jobs = "3"\n', 5, "tool.rehome.jobs: expected an integer, got a string"),
        ("jobs = true\n", 5, "tool.rehome.jobs: expected an integer, got true or fal"),
        ("jobs = 2.0\n", 5, "tool.rehome.jobs: expected an integer, got a number"),
        ("packages = 1\n", 5, "tool.rehome.packages: expected a string or an array of"),
        ("packages = ['a', 1]\n", 5, "tool.rehome.packages[2]: expected a string, got"),
        ("apply = 3\n", 5, "tool.rehome.apply: expected a table, got an integer"),
        (
            "\n[tool.rehome.bench]\nmargin='5'\n",
            7,
            "bench.margin: expected a number, g",
        ),
        ("\n[tool.rehome.bench]\nmargi=5\n", 7, "margi: there is no such key; did you"),
        (
            "bench = { margin = [] }\n",
            5,
            "bench.margin: expected a number, got an arra",
        ),
        ("[tool.rehome.accepted]\nrule = 'x'\n", 5, "accepted: expected an array, got"),
        (
            'accepted = [{ rule = "x" }]\n',
            5,
            'accepted[1]: the key "reason" is missing',
        ),
        (f"{ACCEPTED}\n{ACCEPTED}", 6, "accepted[1].rule: accepts everything; say whe"),
        (
            f"{ACCEPTED}path='a'\nuntil='2026-12-31'\n",
            9,
            "until: expected a date, with",
        ),
        (f"{ACCEPTED}path='a'\nuntil=2026-12-31T00:00:00\n", 9, "expected a date, wit"),
        (f"{ACCEPTED}path='!a'\n", 8, "path: says what is not accepted; name what is"),
        (f"{ACCEPTED}path='*a*b*c*d'\n", 8, "path: has more stars in one part than"),
        (f"{ACCEPTED}symbol='{'*a' * 9}'\n", 8, "symbol: has more than 8 stars"),
        (f"{ACCEPTED}path='a'\nwhy=''\n", 9, "accepted[1].why: there is no such key"),
        (
            "[[tool.rehome.accepted]]\nrule='x'\nreason=' '\npath='a'\n",
            7,
            "is empty; s",
        ),
        (
            "[[tool.rehome.accepted]]\nrule='X y'\nreason='r'\npath='a'\n",
            6,
            "not the id",
        ),
        ('ignore = ["#"]\n', 5, "ignore[1]: is no pattern as in a .gitignore file"),
        (
            'ignore = ["ok", ""]\n',
            5,
            "ignore[2]: is no pattern as in a .gitignore file",
        ),
        ("jobs = \n", 5, "is not valid TOML: Invalid value"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    write: Write, body: str, line: int, said: str
) -> None:
    file = write(body)
    with pytest.raises(SettingsError) as error:
        find(file.parent)
    assert str(error.value).startswith(f"pyproject.toml:{line}: ")
    assert said in str(error.value)


def test_a_table_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nx = 1\nrehome = 3\n")
    with pytest.raises(SettingsError, match=r":3: tool\.rehome: expected a table"):
        find(tmp_path)


def test_hostile_names_are_shown_spelled_out(write: Write, tmp_path: Path) -> None:
    write('"\\u001b[2J\\n::error::x" = 1\n')
    with pytest.raises(SettingsError) as error:
        find(tmp_path)
    assert "\x1b" not in str(error.value)
    assert "\n" not in str(error.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(b"[tool.rehome]\njobs = 3 # \xff\n")
    with pytest.raises(SettingsError, match=":2: is not UTF-8"):
        find(tmp_path)
    file.write_bytes(b"# rehome\n" * 200_000)
    with pytest.raises(SettingsError, match="cannot be read"):
        find(tmp_path)
    file.unlink()
    file.mkdir()
    assert find(tmp_path / "..").file is None
    file.rmdir()
    os.mkfifo(file)
    assert find(tmp_path).file is None  # is not even opened


def test_a_named_file_must_have_the_table(write: Write, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("[tool.rehome]\njobs = 9\n")
    write("jobs = 3\n")
    assert load(other, tmp_path).settings.jobs == 9
    other.write_text("[project]\n")
    with pytest.raises(SettingsError, match=r"has no table \[tool.rehome\]"):
        load(other, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "missing.toml", tmp_path)
