"""docs/reference/ is what the code says, and nothing is left out of it."""

from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec
import pytest

from scripts import reference, reference_formats, reference_rules, reference_settings
from scripts.reference_commands import page as page_of_commands
from verify.cli import root
from verify.explaining.telling import told_rules
from verify.render import formats
from verify.settings.checking import every_key


def page(name: str) -> str:
    return (reference.FOLDER / name).read_text(encoding="utf-8")


def test_the_pages_are_what_the_code_says() -> None:
    assert reference.stale() == [], "run scripts/reference"


def test_no_other_page_is_there() -> None:
    assert {each.name for each in reference.FOLDER.iterdir()} == {*reference.pages()}


def test_a_page_that_is_stale_or_missing(tmp_path: Path) -> None:
    assert reference.stale(tmp_path) == [*reference.pages()]


def test_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--check"]) == 0
    assert reference.main(["--chekc"]) == 2
    assert "usage" in capsys.readouterr().err


def test_every_rule_has_a_heading_and_a_link() -> None:
    text = page("rules.md")
    headings = re.findall(r"^### (.*)$", text, re.MULTILINE)
    assert sorted(headings) == [*told_rules()]
    for rule_id in told_rules():
        assert f"[{rule_id}](#{rule_id})" in text


def test_every_command_is_there() -> None:
    ctx = click.Context(root, info_name="rehome")
    text = page("commands.md")
    for name in root.list_commands(ctx):
        assert f"\n## rehome {name}\n" in text
    assert "\n### rehome migrations validate\n" in text


def test_every_setting_is_there() -> None:
    text = page("settings.md")
    for key, _ in every_key():
        if len(key) == 2:
            assert f"\n## [tool.rehome.{key[0]}]\n" in text
        assert f"\n| `{key[-1]}` | " in text


def test_every_format_is_there() -> None:
    text = page("formats.md")
    for name in formats():
        assert f"\n## {name}\n" in text


# What lacks its text is an error, not a gap


def test_a_rule_without_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.explaining.pages.explanation_of", lambda rule_id: None)
    with pytest.raises(ValueError, match=r"has no text: write .*\.md"):
        reference_rules.page()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (click.Command("new", help=None), "rehome new has no help text"),
        (
            click.Command("new", help="x", params=[click.Option(["--odd"])]),
            "rehome new --odd has no help text",
        ),
    ],
)
def test_a_command_or_an_option_without_a_text(
    command: click.Command, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(root, "list_commands", lambda ctx: ["new"])
    monkeypatch.setattr(root, "get_command", lambda ctx, name: command)
    with pytest.raises(ValueError, match=expected):
        page_of_commands()


def test_a_setting_without_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference_settings, "GENERAL", {})
    with pytest.raises(ValueError, match="packages has no text"):
        reference_settings.page()
    less = {k: v for k, v in reference_settings.ACCEPTED.items() if k != "until"}
    monkeypatch.undo()
    monkeypatch.setattr(reference_settings, "ACCEPTED", less)
    with pytest.raises(ValueError, match="until has no text"):
        reference_settings.page()


def test_a_format_without_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.render.text.__doc__", None)
    with pytest.raises(ValueError, match=r"text\.py has no docstring"):
        reference_formats.page()


def test_the_types_of_settings_are_words() -> None:
    class Table(msgspec.Struct):
        one: str | list[str]
        two: list[str]

    first, second = msgspec.structs.fields(Table)
    assert reference_settings._type(first) == "text or list of texts"
    assert reference_settings._type(second) == "list of texts"
