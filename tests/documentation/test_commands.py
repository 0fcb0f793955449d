"""Every command of `rehome` is shown in the documentation and run by its test; what no
test can run there is at least a command line.
"""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest

from tests.documentation.pages import ROOT, Commands, pages, readable
from tests.documentation.shell import commands_of
from tests.verify.command_lines import every_command, parse

ELSEWHERE = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}:{block.line}")
    for page in pages()
    for block in readable(page).elsewhere
]
RUN = [
    words
    for page in pages()
    for group in readable(page).groups
    for step in group.steps
    if isinstance(step, Commands)
    for words in commands_of(step.text)
]


@pytest.fixture
def any_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a file is there is for who runs the command."""

    def convert(self: click.Path, value: str, *_: object) -> object:
        return self.coerce_path_result(value)

    monkeypatch.setattr(click.Path, "convert", convert)


@pytest.mark.usefixtures("any_path")
@pytest.mark.parametrize("block", ELSEWHERE)
def test_what_is_run_elsewhere_is_a_command_line(
    block: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    commands = [*commands_of(block.text)]
    assert commands
    for words in commands:
        check(words)


def check(words: list[str]) -> None:
    """See that a command can be called like that, as far as its words tell."""
    if words[0] == "rehome":
        parse(words)
    elif "scripts/" in words[0]:
        script = ROOT / words[0][words[0].index("scripts/") :]
        assert script.is_file(), words[0]
        assert os.access(script, os.X_OK), words[0]


@pytest.mark.usefixtures("any_path")
@pytest.mark.parametrize(
    "words", ["rehome verify --nonsense", "rehome nonsense", "scripts/nonsense"]
)
def test_what_is_none_is_seen(words: str) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        check(words.split())


@pytest.mark.usefixtures("any_path")
def test_every_command_is_run_by_a_page() -> None:
    names = {name for name, command in every_command() if not is_group(command)}
    run = {parse(words) for words in RUN if words[0] == "rehome"}
    assert names - run == set()


def is_group(command: click.Command) -> bool:
    return isinstance(command, click.Group) and not command.invoke_without_command
