"""Every command that the documentation shows does what it says there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documentation.conftest import Play
from tests.documentation.pages import ROOT, Group, pages, read, readable
from tests.documentation.running import Machine, setup_named, setup_names

GROUPS = [group for page in pages() for group in readable(page).groups]
# One that installs into a Python of its own is run by `test_newcomers.py`.
OWN_PYTHON = {"clone"}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_is_written_as_agreed(page: Path) -> None:
    for group in read(page).groups:
        setup_named(group.setup)


def test_each_setup_is_used_and_says_what_it_needs() -> None:
    setups = [setup_named(name) for name in setup_names()]
    assert {setup.name for setup in setups if setup.needs_python} == OWN_PYTHON
    assert {setup.name for setup in setups} == {group.setup for group in GROUPS}


@pytest.mark.parametrize(
    "group",
    [group for group in GROUPS if group.setup not in OWN_PYTHON],
    ids=lambda group: group.name,
)
def test_the_commands_do_what_the_page_says(
    group: Group, tmp_path: Path, tree_machine: Machine, play: Play
) -> None:
    place = play(group, tmp_path, tree_machine)
    assert place.folder.is_dir()
