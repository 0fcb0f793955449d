"""Every command takes each format that can show what it finds, and says no to others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.verify.importing.truth import write_package
from tests.verify.render.test_schema import CYCLE, MIGRATION
from verify.cli import main, root
from verify.outcome import Outcome
from verify.render import fitting, formats, needs, render
from verify.report import Format
from verify.terminal import Terminal


def commands(group: click.Group = root, *above: str) -> Iterator[tuple[str, Format]]:
    """Each command that takes `--format`, as it is typed, with what it takes."""
    with click.Context(group) as ctx:
        for name in group.list_commands(ctx):
            command = group.get_command(ctx, name)
            if isinstance(command, click.Group):
                yield from commands(command, *above, name)
                continue
            assert command is not None
            for option in command.params:
                if option.name == "format_name":
                    assert isinstance(option.type, Format), name
                    yield " ".join((*above, name)), option.type


COMMANDS = dict(commands())


def test_the_commands_are_found() -> None:
    assert {"verify", "moves", "apply", "bench", "migrations list"} <= {*COMMANDS}
    assert {"text", "json", "markdown", "html"} <= {*fitting(frozenset())}


def test_what_a_format_needs_is_a_part_of_outcomes() -> None:
    for name in formats():
        assert needs(name) <= {*Outcome.__dataclass_fields__}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_what_fits(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    shown = capsys.readouterr().out
    found = re.search(r"--format \[([a-z|\s]+)\]", shown)
    assert found is not None
    listed = "".join(found.group(1).split()).split("|")
    assert tuple(listed) == COMMANDS[name].names()
    assert {"text", "json"} <= {*listed}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_does_not_fit_is_refused(
    name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    fits = fitting(COMMANDS[name].parts)
    for wrong in [
        *(f for f in formats() if f not in fits),
        "xml",
        "",
        "_escape",
        "a\n",
    ]:
        output = tmp_path / "result"
        status = main([*name.split(), "--format", wrong, "--output", str(output)])
        shown = capsys.readouterr()
        assert (status, shown.out, output.exists()) == (2, "", False)
        last = shown.err.splitlines()[-1]
        assert "Invalid value for '--format'" in last
        assert "'text'" in last
        if wrong in formats():
            assert "and this command has none: choose from" in last


@pytest.mark.parametrize("name", formats())
def test_an_empty_outcome_is_never_an_empty_file(name: str) -> None:
    from codemods.finding import Verdict

    outcome = Outcome("x", Verdict.OK, heading=("HEAD: ok",))
    text = render(outcome, name, Terminal())
    assert "ok" in text or (name == "gitlab" and json.loads(text) == [])


@pytest.mark.parametrize("name", sorted({*formats()} - {"svg"}))
@pytest.mark.parametrize("verdict", ["fail", "undecided"])
def test_an_answer_without_a_finding_is_never_clean(name: str, verdict: str) -> None:
    from codemods.finding import Verdict

    outcome = Outcome("x", Verdict(verdict), heading=(f"HEAD: {verdict}",))
    assert verdict in render(outcome, name, Terminal())


@pytest.fixture
def material(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_package(tmp_path, CYCLE)
    (tmp_path / "use.py").write_text("from p.a import f\n")
    (tmp_path / "m.toml").write_text(MIGRATION)
    monkeypatch.chdir(tmp_path)
    return tmp_path


ASKED = {
    "apply": ["apply", "--check", "m.toml", "use.py"],
    "cycles": ["cycles", "--folder", "."],
    "demo": ["demo", "--offline"],
    "hoist": ["hoist", "--check", "."],
    "migrations list": ["migrations", "list"],
    "migrations show": ["migrations", "show", "m.toml"],
    "migrations validate": ["migrations", "validate", "m.toml"],
}


@pytest.mark.parametrize("name", ASKED)
def test_every_format_that_fits_shows_something(
    name: str, material: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = set()
    for format_name in fitting(COMMANDS[name].parts):
        statuses.add(main([*ASKED[name], "--format", format_name]))
        shown = capsys.readouterr().out
        assert shown.strip(), format_name
        assert shown.endswith("\n")
    assert len(statuses) == 1
