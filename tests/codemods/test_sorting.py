"""Runs of imports in the order that a project's settings ask for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codemods.sorting import is_switched_off, sorter_for

UNSETTLED = "from pkg.zed import Z\nfrom pkg.abc import A\n"


def resort(
    folder: Path, before: str, after: str, *, indent: str = "", **files: str
) -> str | None:
    for name, content in files.items():
        (folder / name.replace("_toml", ".toml").replace("_cfg", ".cfg")).write_text(
            content
        )
    (folder / ".git").mkdir(exist_ok=True)
    target = folder / "src" / "user.py"
    target.parent.mkdir(exist_ok=True)
    target.write_text(before)
    sorter = sorter_for(target)
    assert sorter is not None
    return sorter.resort(before, after, indent)


def test_a_sorted_run_stays_sorted(tmp_path: Path) -> None:
    before = "import os\n\nfrom pkg.old import A, B\n"
    after = "import os\n\nfrom pkg.old import B\nfrom pkg.new import A\n"
    expected = "import os\n\nfrom pkg.new import A\nfrom pkg.old import B\n"
    assert resort(tmp_path, before, after) == expected


def test_names_of_one_module_are_joined(tmp_path: Path) -> None:
    before = "from pkg.new import Z\nfrom pkg.old import A\n"
    after = "from pkg.new import Z\nfrom pkg.new import A\n"
    assert resort(tmp_path, before, after) == "from pkg.new import A, Z\n"


def test_an_unsorted_run_has_no_order_to_keep(tmp_path: Path) -> None:
    assert resort(tmp_path, UNSETTLED, UNSETTLED) is None


def test_a_run_sorted_by_other_settings_is_not_sorted(tmp_path: Path) -> None:
    single = "from pkg.old import A\nfrom pkg.old import B\n"
    settings = "[tool.isort]\nprofile = 'black'\n"
    assert resort(tmp_path, single, single, pyproject_toml=settings) is None


@pytest.mark.parametrize(
    "settings",
    [
        "[tool.isort]\nprofile = 'black'\nforce_single_line = true\n",
        "[tool.ruff.lint.isort]\nforce-single-line = true\n",
        "[tool.ruff.isort]\nforce-single-line = true\n",
    ],
)
def test_one_name_a_line(tmp_path: Path, settings: str) -> None:
    before = "from pkg.old import A\nfrom pkg.old import B\n"
    after = "from pkg.old import B\nfrom pkg.new import C\nfrom pkg.new import A\n"
    expected = "from pkg.new import A\nfrom pkg.new import C\nfrom pkg.old import B\n"
    assert resort(tmp_path, before, after, pyproject_toml=settings) == expected


def test_ruff_without_import_rules_is_no_order_of_its_own(tmp_path: Path) -> None:
    settings = "[tool.ruff]\nline-length = 40\nlint.select = ['E']\n"
    before = "from pkg.old import A\n"
    after = "from pkg.a_longer_name import First, Second\n"
    wrapped = "from pkg.a_longer_name import (\n    First,\n    Second,\n)\n"
    assert resort(tmp_path, before, after, pyproject_toml=settings) == wrapped


def test_ruff_extends_another_file(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("[lint]\nselect = ['I']\n")
    settings = "extend = 'base.toml'\nline-length = 30\n"
    before = "from pkg.old import A\n"
    expected = "from pkg.longer import (\n    Name,\n)\n"
    after = "from pkg.longer import Name\n"
    assert resort(tmp_path, before, after, ruff_toml=settings) == after
    longer = "from pkg.longer_yet import Name\n"
    found = resort(tmp_path, before, longer, ruff_toml=settings)
    assert found == expected.replace("longer", "longer_yet")


def test_a_circle_of_ruff_files_ends(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("extend = 'ruff.toml'\nlint.select = ['I']\n")
    before = "from pkg.old import A\n"
    settings = "extend = 'base.toml'\n"
    assert resort(tmp_path, before, before, ruff_toml=settings) == before


def test_first_party_comes_last(tmp_path: Path) -> None:
    settings = "[tool.isort]\nprofile = 'black'\nknown_first_party = ['mine']\n"
    before = "import pytest\n\nfrom mine.old import A\n"
    after = "import pytest\nfrom mine.new import A\n"
    expected = "import pytest\n\nfrom mine.new import A\n"
    assert resort(tmp_path, before, after, pyproject_toml=settings) == expected


def test_the_indent_counts_for_the_length(tmp_path: Path) -> None:
    name = "x" * 60
    before = "from pkg.old import A\n"
    after = f"from pkg import {name}\n"
    assert resort(tmp_path, before, after) == after
    wrapped = f"from pkg import (\n    {name},\n)\n"
    assert resort(tmp_path, before, after, indent=" " * 16) == wrapped


@pytest.mark.parametrize("comment", ["# noqa: F401", "# type: ignore", "# why"])
def test_comments_survive(tmp_path: Path, comment: str) -> None:
    before = f"from pkg.old import A  {comment}\nfrom pkg.other import B\n"
    after = f"from pkg.zzz import A  {comment}\nfrom pkg.other import B\n"
    expected = f"from pkg.other import B\nfrom pkg.zzz import A  {comment}\n"
    assert resort(tmp_path, before, after) == expected


@pytest.mark.parametrize(
    "broken",
    ["[tool.isort", "\x00", "[tool]\nisort = 3\n", "[tool.isort]\nprofile = 7"],
)
def test_broken_settings_do_no_harm(tmp_path: Path, broken: str) -> None:
    before = "from pkg.old import A\n"
    result = resort(tmp_path, before, before, pyproject_toml=broken)
    assert result in (before, None)


def test_settings_that_are_no_file_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    (tmp_path / ".isort.cfg").write_bytes(b"\xff\xfe[settings]\n")
    before = "from pkg.old import A\n"
    assert resort(tmp_path, before, before) == before


def test_a_skipped_file_is_not_sorted(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".isort.cfg").write_text("[settings]\nskip = user.py\n")
    target = tmp_path / "user.py"
    target.write_text("")
    assert sorter_for(target) is None


@pytest.mark.parametrize(
    "text",
    [
        "# isort: skip_file\nimport os\n",
        '"""Doc.\n\nisort:skip_file\n"""\n',
        "import os\n# isort: off\nimport b\nimport a\n",
        "# ruff: isort: skip_file\n",
    ],
)
def test_comments_that_switch_sorting_off(text: str) -> None:
    assert is_switched_off(text)


def test_other_comments_do_not() -> None:
    assert not is_switched_off("# isort sorts this file: offline\nimport isort\n")


def test_settings_run_no_program(tmp_path: Path) -> None:
    """A repository's fsmonitor is a program that git runs when it is asked."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    mark = tmp_path / "ran"
    hook = tmp_path / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    set_it = ["git", "-C", str(tmp_path), "config", "core.fsmonitor", str(hook)]
    subprocess.run(set_it, check=True)
    before = "from pkg.old import A\n"
    settings = "[tool.isort]\nprofile = 'black'\nskip_gitignore = true\n"
    assert resort(tmp_path, before, before, pyproject_toml=settings) == before
    assert not mark.exists()
