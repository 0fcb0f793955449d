"""The help of every command has examples, and each of them is one."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path

import click
import pytest

from tests.verify.command_lines import SHELL, every_command, parse
from verify import cli

EXAMPLE = re.compile(r"^(?:eval \"\$\()?(rehome .*?)(?:\)\")?$")
PYTHON = (
    "src/package/module.py",
    "plugin/module.py",
    "driver.py",
    "bench.py",
    "tests/benchmarks/test.py",
)
COMMANDS = dict(every_command())


def examples_of(command: click.Command) -> list[list[str]]:
    """The words of each example, without what a shell takes for itself."""
    found = []
    for block in inspect.cleandoc(command.help or "").split("\b\n")[1:]:
        for line in block.partition("\n\n")[0].split("\n"):
            example = EXAMPLE.match(line.strip())
            if example is None:
                continue
            words = shlex.split(example[1])
            ends = [n for n, word in enumerate(words) if word in SHELL]
            found.append(words[: min(ends, default=len(words))])
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that the examples name, and the repository beside them."""
    (tmp_path / "sglang").mkdir()
    top = tmp_path / "project"
    for path in PYTHON:
        file = top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    monkeypatch.chdir(top)


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_every_command_has_examples_that_parse(
    name: tuple[str, ...], project: None
) -> None:
    examples = examples_of(COMMANDS[name])
    assert any(words[1 : len(name) + 1] == [*name] for words in examples)
    for words in examples:
        parse(words)


def test_the_root_has_examples_too(project: None) -> None:
    assert len(examples_of(cli.root)) >= 3
    for words in examples_of(cli.root):
        parse(words)


@pytest.mark.parametrize("words", ["rehome verify --nonsense", "rehome bench a b"])
def test_what_does_not_parse_is_seen(words: str) -> None:
    with pytest.raises(click.UsageError):
        parse(words.split())
