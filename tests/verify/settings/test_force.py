"""Settings in real commands: defaults, flags that win, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from tests.verify.published import schema_errors
from tests.verify.settings.conftest import Write
from verify import cli
from verify.check import names
from verify.cli import main
from verify.commands._checks import command_of
from verify.settings.checking import commands
from verify.settings.schema import FILES, PARAMETERS, TABLES, Settings

if TYPE_CHECKING:
    from tests.verify.conftest import MakeScratch, Scratch

Object = dict[str, Any]
Ask = Callable[..., tuple[int, Object]]

MIGRATION = """\
id = "p-split"
title = "f lives in p.b"
package = "p"
since = "2.0"

[[move]]
from = "p.a:f"
to = "p.b:f"
"""
ACCEPT = '[[tool.rehome.accepted]]\nrule = "{}"\npath = "{}"\nreason = "on purpose"\n'


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def ask(*arguments: str | Path) -> tuple[int, Object]:
        status = main([*map(str, arguments), "--format", "json"])
        shown = capsys.readouterr()
        assert shown.err == ""
        document: Object = json.loads(shown.out)
        assert schema_errors(document) == []
        return status, document

    return ask


# The schema and the options


def test_every_key_is_an_option_of_its_command() -> None:
    found = dict(commands())
    assert {*found} == {*TABLES}
    for table, kind in TABLES.items():
        parameters = {each.name for each in found[table].params}
        assert {*kind.__struct_fields__} <= parameters, table


def test_the_keys_of_all_commands_are_options_of_some() -> None:
    parameters = {p.name for _, command in commands() for p in command.params}
    assert {*PARAMETERS.values()} <= parameters
    others = {"ignore", "accepted", "migrations"}
    assert {*Settings.__struct_fields__} == {*PARAMETERS, *TABLES, *others}


def test_the_tables_of_checks_are_options_of_verify_too() -> None:
    verify = {each.name for each in dict(commands())["verify"].params}
    for name in {*names()} & {*TABLES}:
        assert {*TABLES[name].__struct_fields__} <= verify


def test_nothing_can_be_set_that_writes_elsewhere_or_runs_another_program() -> None:
    keys = {key for kind in TABLES.values() for key in kind.__struct_fields__}
    keys |= {*Settings.__struct_fields__}
    refused = {"output", "save", "html", "svg", "python", "variables", "env", "repo"}
    assert keys & (refused | {"keep", "format_name", "replay"}) == set()
    assert {*FILES} == {"migrations", "migration", "driver"}


# Defaults


def test_a_setting_is_the_default_and_a_flag_wins(
    scratch: Scratch, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.move()
    scratch.commit({"pyproject.toml": "[tool.rehome.blame]\nmin-retained = 100\n"})
    monkeypatch.chdir(scratch.folder)
    for name in ("blame", "verify"):
        _, document = ask(name, "HEAD~1")
        rules = [each["rule"] for each in document["findings"]]
        assert "history-lost" in rules, name
        _, document = ask(name, "--min-retained", "0", "HEAD~1")
        rules = [each["rule"] for each in document["findings"]]
        assert "history-lost" not in rules, name
    _, document = ask("--no-settings", "blame", "HEAD~1")
    assert document["findings"] == []


def test_checks_that_the_settings_leave_out_are_told(
    scratch: Scratch, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.move()
    scratch.commit({"pyproject.toml": "[tool.rehome.verify]\nonly = 'blame'\n"})
    monkeypatch.chdir(scratch.folder)
    others = ", ".join(name for name in names() if name != "blame")
    line = f"not run, as pyproject.toml:2 asks: {others}"
    assert line in ask("verify", "HEAD~1")[1]["heading"]
    for flags in (["--only", "blame"], ["--only", ",".join(names())]):
        heading = ask("verify", *flags, "HEAD~1")[1]["heading"]
        assert "not run" not in " ".join(heading)


def test_the_settings_of_the_repository_that_is_named_hold(
    make_scratch: MakeScratch, ask: Ask, write: Write
) -> None:
    write("[tool.rehome.blame]\nmin-retained = 'nonsense'\n")  # of another folder
    scratch = make_scratch("other")
    scratch.move()
    scratch.commit({"pyproject.toml": "[tool.rehome.blame]\nmin-retained = 100\n"})
    for flags in (["--repo", scratch.folder], [f"--repo={scratch.folder}"]):
        _, document = ask("blame", *flags, "HEAD~1")
        assert {each["rule"] for each in document["findings"]} == {"history-lost"}


def test_a_file_that_is_named_holds(
    scratch: Scratch, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch.move()
    monkeypatch.chdir(scratch.folder)
    file = tmp_path / "ours.toml"
    file.write_text("[tool.rehome.blame]\nmin-retained = 100\n")
    assert ask("--settings", file, "blame", "HEAD")[0] == 1
    # Its patterns start from the project, wherever it stands itself.
    with file.open("a") as more:
        more.write(ACCEPT.format("history-lost", "/new.py"))
    (scratch.folder / "inner").mkdir()
    for folder in (scratch.folder, scratch.folder / "inner"):
        status, document = ask("--settings", file, "blame", "--repo", folder, "HEAD")
        assert (status, len(document["accepted"])) == (0, 2)


def test_a_flag_that_does_not_fit_is_an_error_and_such_a_setting_none(
    scratch: Scratch, capsys: pytest.CaptureFixture[str], ask: Ask
) -> None:
    scratch.commit({"pyproject.toml": "[tool.rehome]\ncycles.no-new = true\n"})
    scratch.commit({"p/__init__.py": ""})
    where = ["--repo", str(scratch.folder), "HEAD"]
    assert ask("cycles", *where)[0] == 0
    assert main(["cycles", "--no-new", *where]) == 2
    assert "--no-new compares" in capsys.readouterr().err


def test_a_format_is_for_the_commands_that_can_show_it(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write('format = "junit"\n')
    assert main(["migrations", "list"]) == 0
    assert capsys.readouterr().out.startswith("id ")
    assert main(["migrations", "validate", "m.toml"]) == 2
    assert capsys.readouterr().out.startswith("<?xml")


def test_what_an_option_refuses_is_said_with_its_place(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("[tool.rehome.bench]\nmargin = 200\n")
    assert main(["bench", "a", "b", "c"]) == 2
    error = capsys.readouterr().err
    assert "pyproject.toml:6: tool.rehome.bench.margin: 200" in error
    assert main(["bench", "--margin", "300", "a", "b", "c"]) == 2
    assert "pyproject.toml" not in capsys.readouterr().err


def test_broken_settings_end_every_command_but_help(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write("jobz = 1\n")
    for name in cli.root.list_commands(click.Context(cli.root)):
        assert main([name, "--help"]) == 0, name
    assert main(["--version"]) == 0
    assert main(["schema"]) == 0
    capsys.readouterr()
    for arguments in (["apply", "x", "y"], ["verify", "HEAD"], ["config"]):
        assert main(arguments) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "pyproject.toml:5: tool.rehome.jobz: there is no such key" in shown.err
    assert "--no-settings" not in shown.err  # `config` is how to look at them
    assert main(["--no-settings", "migrations", "list"]) == 0


# Apply


def test_migrations_that_are_applied_where_none_is_named(
    write: Write, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write('migrations = ["m.toml"]\nignore = ["third_party/"]\n')
    (tmp_path / "m.toml").write_text(MIGRATION)
    for folder in ("src", "third_party"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "use.py").write_text("from p.a import f\n")
    status, document = ask("apply", "--check")
    assert status == 1
    assert [each["path"] for each in document["changes"]] == ["src/use.py"]
    assert document["facts"]["left_out"]["ignored by the settings"] == 1
    for arguments in (["src"], ["m.toml", "src"], ["src", "third_party"]):
        _, document = ask("apply", "--check", *arguments)
        paths = [each["path"] for each in document["changes"]]
        assert "src/use.py" in paths, arguments
    monkeypatch.chdir(tmp_path / "src")  # the migration stands beside the settings
    assert len(ask("apply", "--check", ".")[1]["changes"]) == 1
    monkeypatch.chdir(tmp_path)
    # A file that is named is taken, as of what git ignores.
    _, document = ask("apply", "--check", "third_party/use.py")
    assert [each["path"] for each in document["changes"]] == ["third_party/use.py"]
    file.write_text("[tool.rehome]\n")
    assert main(["apply", "--check", "src"]) == 2


def test_accepted_findings_of_apply(write: Write, tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "m.toml").write_text(MIGRATION)
    (tmp_path / "use.py").write_text("import p.a\nx = getattr(p.a, name)\n")
    write("")
    status, document = ask("apply", "m.toml", "use.py")
    (rule,) = [each["rule"] for each in document["findings"]]
    assert status == 1
    write(ACCEPT.format(rule, "use.py"))
    status, document = ask("apply", "m.toml", "use.py")
    assert status == 0
    assert document["findings"] == []
    assert [each["reason"] for each in document["accepted"]] == ["on purpose"]
    # What would change is nothing that can be accepted.
    (tmp_path / "use.py").write_text("from p.a import f\nimport p.a\ngetattr(p.a, n)\n")
    status, document = ask("apply", "--check", "m.toml", "use.py")
    assert status == 1
    assert document["findings"] == []
    assert ask("apply", "m.toml", "use.py")[0] == 0


def test_accepted_findings_of_hoist_and_what_would_move(
    write: Write, tmp_path: Path, ask: Ask
) -> None:
    (tmp_path / "use.py").write_text("def g():\n    import os\n    return os\n")
    made = "# @generated\ndef g():\n    import json\n    return json\n"
    (tmp_path / "made.py").write_text(made)
    write("")
    arguments = ["hoist", "--check", "--heavy", "use.py", "made.py"]
    status, document = ask(*arguments)
    (rule,) = {each["rule"] for each in document["findings"]}
    assert (status, len(document["changes"])) == (1, 1)
    write(ACCEPT.format(rule, "made.py"))
    status, document = ask(*arguments)
    assert (status, document["findings"]) == (1, [])
    (tmp_path / "use.py").unlink()
    assert ask("hoist", "--check", "--heavy", "made.py")[0] == 0


def test_the_demo_is_nobodys_project(write: Write, ask: Ask) -> None:
    write("")
    status, document = ask("demo", "--offline")
    rules = {each["rule"] for each in document["findings"]}
    assert rules
    write("".join(ACCEPT.format(rule, "*") for rule in rules))
    assert ask("demo", "--offline") == (status, document)


# Ranges


def test_accepted_and_ignored_in_a_range(
    scratch: Scratch, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    scratch.commit({"a.py": "x = 1\n", "b.py": "x = 1\n", "vendored/c.py": "x = 1\n"})
    scratch.commit({"a.py": "x = 2\n", "b.py": "x = 2\n", "vendored/c.py": "x = 2\n"})
    settings = (
        f'[tool.rehome]\nignore = ["vendored"]\n{ACCEPT.format("residual", "a.py")}'
    )
    (scratch.folder / "pyproject.toml").write_text(settings)
    inner = scratch.folder / "vendored"
    for repo in (scratch.folder, inner):
        for name in ("moves", "verify"):
            status, document = ask(name, "--repo", repo, "HEAD")
            assert status == 1
            found = [(e["rule"], e["path"]) for e in document["findings"]]
            assert found == [("residual", "b.py")], (repo, name)
            assert [e["path"] for e in document["accepted"]] == ["a.py"]
            assert any(
                "1 changed file left out" in line for line in document["heading"]
            )
    more = settings + ACCEPT.format("residual", "b.py")
    (scratch.folder / "pyproject.toml").write_text(more)
    status, document = ask("verify", "--repo", scratch.folder, "HEAD")
    assert (status, document["verdict"]) == (0, "ok")
    assert document["heading"][0].startswith("HEAD: ok")
    assert main(["verify", "--repo", str(scratch.folder), "HEAD"]) == 0
    assert "b.py:1:1: warning[residual]" in capsys.readouterr().out


def test_a_cycle_in_a_folder_is_accepted_by_its_path(
    write: Write, tmp_path: Path, ask: Ask
) -> None:
    package = tmp_path / "src" / "p"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from p.b import g\ndef f(): pass\n")
    (package / "b.py").write_text("from p.a import f\ndef g(): pass\n")
    write("")
    status, document = ask("cycles", "--folder", "src")
    rules = {each["rule"] for each in document["findings"]}
    assert status == 1
    body = "".join(ACCEPT.format(rule, "/src/p/") for rule in sorted(rules))
    write(body)
    status, document = ask("cycles", "--folder", "src")
    assert (status, document["findings"]) == (0, [])
    write(body.replace("/src/p/", "/p/"))  # no such folder beside the settings
    assert ask("cycles", "--folder", "src")[0] == 1


def test_each_check_has_its_defaults_when_alone() -> None:
    for name in names():
        assert command_of(name).params
