"""README.md alone, an empty folder, a fresh virtual environment and a clone.

Slow (about a minute, most of it pip and `rehome bench`): it installs what README says.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.documentation.conftest import Play
from tests.documentation.pages import ROOT, Commands, Group, parse, read
from tests.documentation.running import Machine
from tests.documentation.shell import commands_of

README = ROOT / "README.md"
# The design's three persons, and the commands that bring each their result.
PERSONS = {
    "Upgrade": {"apply", "doctor"},
    "Prove": {"verify", "report"},
    "Show": {"bench", "behaviour"},
}
MOST = 3


def section_named(start: str) -> str:
    """The section of README whose title begins with a word."""
    sections = re.split(r"^## ", README.read_text("utf-8"), flags=re.MULTILINE)
    (found,) = [section for section in sections if section.startswith(start)]
    return found


@pytest.mark.parametrize("start", PERSONS)
def test_each_person_needs_three_commands_at_most(start: str) -> None:
    text = f"<!-- setup: empty -->\n\n{section_named(start)}"
    (group,) = parse(text, README).groups
    blocks = [step for step in group.steps if isinstance(step, Commands)]
    commands = [words for block in blocks for words in commands_of(block.text)]
    assert 1 <= len(commands) <= MOST
    assert {words[0] for words in commands} == {"rehome"}
    assert {words[1] for words in commands} == PERSONS[start]


def test_readme_is_one_way_from_an_empty_folder() -> None:
    (group,) = read(README).groups
    assert group.setup == "clone"


@pytest.fixture
def way() -> Group:
    (group,) = read(README).groups
    return group


def test_a_newcomer_gets_through_with_readme_alone(
    way: Group, tmp_path: Path, machine: Machine, play: Play
) -> None:
    place = play(way, tmp_path, machine)
    installed = Path(place.variables["VIRTUAL_ENV"], "bin", "rehome")
    assert installed.is_file()
    assert place.variables["PATH"].startswith(f"{installed.parent}{os.pathsep}")
    ended = Path(place.variables["PWD"])
    assert "mem_cache.allocator.swa import" in (ended / "plugin/pools.py").read_text()
    assert "main..my-branch" in (ended / "report.html").read_text("utf-8")
