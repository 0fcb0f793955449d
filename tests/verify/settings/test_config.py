"""`rehome config`: what is in force, where it is from, and what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.verify.published import schema_errors
from tests.verify.settings.conftest import Write
from verify.cli import main
from verify.settings.checking import every_key
from verify.settings.schema import TABLES

Rows = dict[str, tuple[str, str]]
Show = Callable[..., tuple[int, dict[str, Any]]]

ENTRY = '[[tool.rehome.accepted]]\nrule = "{}"\npath = "a.py"\nreason = "r"\n'


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Show:
    def show(*arguments: str) -> tuple[int, dict[str, Any]]:
        before = [*arguments]
        at = before.index("config") + 1
        status = main([*before[:at], "--format", "json", *before[at:]])
        document = json.loads(capsys.readouterr().out)
        assert schema_errors(document) == []
        return status, document

    return show


def rows(document: dict[str, Any], table: str, name: str) -> Rows:
    return {row[name]: (row["value"], row["from"]) for row in document["tables"][table]}


def test_every_key_is_there_with_its_default(write: Write, show: Show) -> None:
    write("")
    status, document = show("config")
    found = rows(document, "settings", "key")
    assert status == 0
    assert {*found} == {".".join(key) for key, _ in every_key()}
    assert {where for _, where in found.values()} == {"default"}
    assert found["bench.margin"][0] == "5"
    assert found["bench.fail-on"][0] == '["slower"]'
    assert found["cycles.no-new"][0] == "false"
    assert found["format"][0] == '"text"'
    assert {key.partition(".")[0] for key in found if "." in key} == {*TABLES}


def test_what_is_set_is_there_with_its_line(write: Write, show: Show) -> None:
    write(
        "jobs = 2\n\n[tool.rehome.cycles]\nno-new = true\n\n" + ENTRY.format("residual")
    )
    _, document = show("config")
    found = rows(document, "settings", "key")
    assert found["jobs"] == ("2", "pyproject.toml:5")
    assert found["cycles.no-new"] == ("true", "pyproject.toml:8")
    (accepted,) = document["tables"]["accepted"]
    assert accepted["from"] == "pyproject.toml:10"
    assert document["heading"] == ["settings of pyproject.toml"]
    _, document = show("--no-settings", "config")
    assert rows(document, "settings", "key")["jobs"][1] == "default"
    assert document["heading"] == ["no settings: defaults"]


def test_of_a_command_flags_are_told_from_settings(write: Write, show: Show) -> None:
    write(
        "[tool.rehome.bench]\nmargin = 2\npairs = 9\n[tool.rehome.cycles]\nno-new=true"
    )
    _, document = show("config", "bench", "--pairs", "4", "git:main", ".", "b.py")
    found = rows(document, "options", "option")
    assert found["--margin"] == ("2", "pyproject.toml:6")
    assert found["--pairs"] == ('"4"', "command line")
    assert found["--timeout"] == ("120", "default")
    assert found["BASE"] == ('"git:main"', "command line")
    _, document = show("config", "verify", "HEAD")
    found = rows(document, "options", "option")
    assert found["--no-new"] == ("true", "pyproject.toml:9")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nonsense"], "no command 'nonsense'"), (["migrations"], "commands of its own")],
)
def test_what_is_no_command(
    write: Write, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    write("")
    assert main(["config", *arguments]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "rule", "line", "said"),
    [
        ("jobs = 0\n", "invalid-setting", 5, "0 is not in the range"),
        ("format = 'x'\n", "invalid-setting", 5, "'x' is not one of"),
        ("migrations = 'sglan'\n", "invalid-setting", 5, "no migration"),
        ("bench.fail-on = ['slow']\n", "invalid-setting", 5, "'slow' is not one of"),
        ("verify.only = 'move'\n", "invalid-setting", 5, "no check 'move'"),
        ("blame.min-retained = 'x=9'\n", "invalid-setting", 5, "neither PERCENT"),
        ("surface.migration = 'm.toml'\n", "invalid-setting", 5, "cannot be read"),
        (ENTRY.format("resdual"), "invalid-setting", 6, 'there is no rule "resdual"'),
        (ENTRY.format("unread"), "acceptance-void", 6, "could not be told"),
        (
            ENTRY.format("residual") + "until = 2020-01-01\n",
            "acceptance-expired",
            9,
            "until 2020-01-01",
        ),
    ],
)
def test_check_tries_every_value(
    write: Write, show: Show, body: str, rule: str, line: int, said: str
) -> None:
    write(body)
    status, document = show("config", "--check")
    (finding,) = document["findings"]
    assert status == 1
    assert (finding["rule"], finding["path"]) == (rule, "pyproject.toml")
    assert finding["line"] == line
    assert said in finding["message"]
    assert show("config")[0] == 0  # shows them all the same


def test_check_of_sound_settings(write: Write, show: Show) -> None:
    write(
        'packages = ["p"]\nroots = "src"\nignore = ["x/"]\nmigrations = "sglang"\n'
        'jobs = 2\nformat = "sarif"\nblame.min-retained = [90, "plain=50"]\n'
        'bench = { margin = 2, pairs = 30, fail-on = ["slower", "faster"] }\n'
        'behaviour = { steps = 5, timeout = 3, pytest-args = "-x" }\n'
        'verify.only = ["moves", "blame"]\ncycles.no-new = true\n'
        f"{ENTRY.format('residual')}until = 2999-12-31\n"
    )
    status, document = show("config", "--check")
    assert (status, document["findings"]) == (0, [])
    assert document["summary"] == ["16 keys tried; 0 findings"]
    assert show("--no-settings", "config", "--check")[0] == 0
