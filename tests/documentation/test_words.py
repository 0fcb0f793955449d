"""Commands and options that the prose names are there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from tests.documentation.pages import MARKDOWN, ROOT, pages
from tests.verify.command_lines import every_command, parse
from verify import cli

_OPTION = re.compile(r"--[a-z][a-z-]+")
# Of git.
OTHERS = frozenset({"--follow"})


def said(text: str) -> Iterator[str]:
    """Each piece of `code` in the prose."""
    for token in MARKDOWN.parse(text):
        for child in token.children or ():
            if child.type == "code_inline":
                yield child.content


@cache
def options() -> frozenset[str]:
    """Every option of every command."""
    commands = [cli.root, *(command for _, command in every_command())]
    return frozenset(
        name
        for command in commands
        for parameter in command.params
        for name in (*parameter.opts, *parameter.secondary_opts)
    ) | {"--help"}


def unknown(code: str) -> str:
    """What a piece of code names that is not there, nothing where all is."""
    try:
        words = shlex.split(code)
    except ValueError:
        return ""
    if words and words[0] == "rehome":
        return unknown_to_click(words)
    if words and _OPTION.match(words[0]):
        name = re.split(r"[=\[]", words[0])[0]
        return "" if name in options() | OTHERS else name
    return ""


def unknown_to_click(words: list[str]) -> str:
    """What click does not know; values that stand for others are no mistake."""
    try:
        parse(words)
    except click.NoSuchOption as error:
        return error.option_name
    except click.BadParameter:
        return ""
    except click.UsageError as error:
        name = error.message.removeprefix("no such command: ")
        return "" if name == error.message or name.isupper() else name
    return ""


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_the_prose_names_is_there(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = (unknown(code) for code in said(page.read_text("utf-8")))
    assert [each for each in found if each] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("rehome verify BASE..HEAD", ""),
        ("rehome move NAME... --to MODULE", ""),
        ("rehome bench --margin PERCENT", ""),
        ("rehome COMMAND --help", ""),
        ("rehome nonsense", "nonsense"),
        ("rehome verify --nonsense", "--nonsense"),
        ("--min-retained plain=90", ""),
        ("--history=merge", ""),
        ("--nonsense", "--nonsense"),
        ("nonsense", ""),
    ],
)
def test_what_is_not_there_is_seen(
    code: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert unknown(code) == expected
