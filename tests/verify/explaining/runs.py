"""Runs the example of a rule: makes its files, runs its commands, reads the answer."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.verify.conftest import ENVIRONMENT, Scratch
from verify.cli import main
from verify.explaining.example import Example

Files = Mapping[str, bytes | None]


@dataclass
class Runner:
    """Where examples are run, and how what they print is caught."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    number: int = 0

    def built(self, example: Example, *, fixed: bool = False) -> Path:
        """A new folder with the files of the last side, a repository: with `fixed`,
        they are those that have no problem. Two sides are commits, `base` and `head`.
        """
        self.number += 1
        scratch = Scratch(self.folder / f"example-{self.number}")
        scratch.git("config", "user.name", "A")
        scratch.git("config", "user.email", "a@example.org")
        sides = example.sides
        mended = sides.get("fixed", {}) if fixed else {}
        if "base" in sides:
            _commit(scratch, sides["base"], "base")
            _commit(scratch, {**sides.get("head", {}), **mended}, "head")
        else:
            _commit(scratch, {**sides.get("here", {}), **mended}, "here")
        return scratch.folder

    def run(self, folder: Path, command: str, *options: str) -> tuple[int, str]:
        """Run a command there; return its exit status and what it prints."""
        name, *arguments = shlex.split(command)
        assert name == "rehome", f"{command!r} is no command of ours"
        self.monkeypatch.chdir(folder)
        for key, value in ENVIRONMENT.items():  # of whatever git is asked to write
            self.monkeypatch.setenv(key, value)
        self.capsys.readouterr()
        status = main([*options, *arguments])
        said = self.capsys.readouterr()
        return status, said.out or said.err

    def run_all(self, folder: Path, example: Example, *options: str) -> tuple[int, str]:
        for command in example.commands[:-1]:
            self.run(folder, command)
        return self.run(folder, example.command, *options)


def _commit(scratch: Scratch, files: Files, tag: str) -> None:
    there = {path: data for path, data in files.items() if data is not None}
    gone = [path for path, data in files.items() if data is None]
    for path in gone:
        os.unlink(scratch.folder / path)
    for path in there:  # a module that becomes a package
        for above in (scratch.folder / path).parents:
            if above.is_file():
                above.unlink()
    scratch.commit(there, tag)
    scratch.git("tag", tag)


def finding_in(output: str, rule_id: str) -> str:
    """The lines of the first finding of a rule that counts; of SARIF, what
    names the rule.
    """
    lines = output.splitlines()
    mark = f"[{rule_id}] "
    for number, line in enumerate(lines):
        if ": accepted: " in line:
            continue
        before = line.partition(mark)[0]
        if mark in line and before.endswith((": error", ": warning", ": note")):
            end = number + 1
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            return "".join(f"{each}\n" for each in lines[number:end])
    named = f'"ruleId": "{rule_id}",'
    return f"{named}\n" if named in output else ""
