"""`scripts/scaffold`: what it begins is clean, works and is found by being there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.snapshot import git, make_snapshot, once

RULES = "verify/leftovers/rules.py"
KINDS = {
    "codemod": ("codemod", "shiny_new"),
    "check": ("check", "oddities"),
    "format": ("format", "tally"),
    "rule": ("rule", "lost-shoe", RULES),
}
# Of each kind, the tests of the project that go through all there are.
TESTS = {
    "codemod": (
        "tests/codemods/test_cases.py",
        "tests/codemods/test_libcst_tool.py",
        "shiny_new or lists_them",
    ),
    "check": (
        "tests/verify/checks/test_oddities.py",
        "tests/verify/test_check.py",
        "tests/verify/test_examples.py",
        "tests/verify/render/test_schema.py",
        "tests/verify/render/test_report_page.py",
        "oddities or says_what_it_does or not_run or every_verdict",
    ),
    "format": (
        "tests/verify/render/test_golden.py",
        "tests/verify/render/test_hostile.py",
        "tests/verify/test_report_command.py",
        "tally or each_format",
    ),
    "rule": (
        "tests/verify/settings/test_rulebook.py",
        "tests/verify/explaining",
        "lost or in_the_rulebook or each_id_is_one",
    ),
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python in a tree, with the code of that tree."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def scaffold(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "scripts/scaffold.py", *words)


def changes(folder: Path) -> list[str]:
    """The files that are new or differ, as git calls them."""
    status = git(folder, "status", "--porcelain", "--untracked-files=all")
    return [line.split()[-1] for line in status.splitlines()]


def begun(folder: Path) -> None:
    """Make a copy of the project in which one of each kind is begun."""
    make_snapshot(folder)
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "nothing")
    for words in KINDS.values():
        done = scaffold(folder, *words)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return once(tmp_path_factory, "scaffold", begun)


@pytest.fixture
def clean(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project of which a test can do what it likes."""
    folder = once(tmp_path_factory, "snapshot", make_snapshot)
    git(tmp_path, "clone", "--quiet", str(folder), str(tmp_path / "clone"))
    return tmp_path / "clone"


@pytest.mark.parametrize(
    "tool", [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)], ids=" ".join
)
def test_what_is_begun_is_clean(tree: Path, tool: tuple[str, ...]) -> None:
    python = [path for path in changes(tree) if path.endswith(".py")]
    assert len(python) >= len(KINDS)
    done = run(tree, "-m", *tool, *python)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_its_tests_pass(tree: Path, kind: str) -> None:
    *files, wanted = TESTS[kind]
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", wanted)
    done = run(tree, "-m", "pytest", *options, *files)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_the_reference_tells_of_it(tree: Path) -> None:
    done = run(tree, "scripts/reference.py", "--check")
    assert done.returncode == 0, done.stdout + done.stderr
    for page, said in (
        ("commands", "rehome oddities"),
        ("formats", "tally"),
        ("rules", "lost-shoe"),
    ):
        assert said in (tree / f"docs/reference/{page}.md").read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_the_change_log_has_a_line_of_it(tree: Path, kind: str) -> None:
    text = (tree / "CHANGELOG.md").read_text("utf-8").partition("\n## [0")[0]
    assert f"{KINDS[kind][1]}`" in text


def test_what_is_begun_is_found_by_being_there(tree: Path) -> None:
    listed = run(tree, "-m", "verify", "--help").stdout
    assert "  oddities    TODO: say in one line" in listed
    alone = run(tree, "-m", "verify", "oddities", "HEAD", "--format", "tally")
    assert alone.stdout.startswith("oddities: ok\n")
    assert alone.returncode == 0
    code = "from codemods.commands import codemods; print(*codemods())"
    assert "shiny_new" in run(tree, "-c", code).stdout.split()
    code = "from verify.settings.rulebook import tells; print(tells('lost-shoe', 'leftovers'))"
    assert run(tree, "-c", code).stdout == "True\n"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_begun_again(tree: Path, kind: str) -> None:
    before = git(tree, "stash", "create")
    done = scaffold(tree, *KINDS[kind])
    assert done.returncode == 2
    assert "already" in done.stderr
    assert git(tree, "diff", before) == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("codemod", "../x"), "is no name of a module"),
        (("codemod", "-x"), "is no name of a module"),
        (("codemod", "Big"), "is no name of a module"),
        (("codemod", "class"), "is no name of a module"),
        (("codemod", "_hidden"), "is no name of a module"),
        (("codemod", "x" * 41), "is no name of a module"),
        (("check", "two_words"), "its name one word"),
        (("check", "blame"), "there is a check or command 'blame' already"),
        (("check", "apply"), "there is a check or command 'apply' already"),
        (("format", "json"), "there is a format 'json' already"),
        (("format", "x\ny"), "is no name of a module"),
        (("rule", "Shoe", RULES), "is no id of a rule"),
        (("rule", "lost-shoe", "verify/cli.py"), "does not say who tells"),
        (("rule", "lost-shoe", "../rules.py"), "is no module of this repository"),
        (("rule", "lost-shoe", "README.md"), "is no module of this repository"),
        (("rule", "lost-shoe", "verify/moving/refusing.py"), "scripts/scaffold: "),
        (("rule", "residual", RULES), "there is a rule 'residual' already"),
        (("rule", "lost-shoe"), "scripts/scaffold codemod NAME"),
        (("command", "x"), "scripts/scaffold codemod NAME"),
        ((), "scripts/scaffold codemod NAME"),
    ],
    ids=str,
)
def test_what_cannot_be_begun_is_refused(
    clean: Path, words: tuple[str, ...], why: str
) -> None:
    done = scaffold(clean, *words)
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr
    assert changes(clean) == []


@pytest.mark.parametrize("file", [RULES, "verify/checks/blame.py", "codemods/rules.py"])
def test_a_rule_stands_beside_the_others(clean: Path, file: str) -> None:
    assert scaffold(clean, "rule", "lost-shoe", file).returncode == 0
    done = run(clean, "-m", "ruff", "format", "--check", file)
    assert done.returncode == 0, done.stdout
    diff = git(clean, "diff", "-U0", "--", file).splitlines()
    added = [line for line in diff if line.startswith("+") and line[1:3] != "++"]
    assert added[0] == "+LOST_SHOE = Rule("
    assert added[-1] == "+)"
    assert not [line for line in diff if line.startswith("-") and line[1:3] != "--"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("CHANGELOG.md", "# no release yet\n"),
        ("tests/verify/render/test_golden.py", "SUFFIX = {}\n"),
        ("tests/verify/render/outcomes.py", "raise SystemExit('broken')\n"),
    ],
)
def test_all_is_written_or_nothing(clean: Path, path: str, text: str) -> None:
    (clean / path).write_text(text, "utf-8")
    done = scaffold(clean, *KINDS["format"])
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert changes(clean) == [path]
    assert (clean / path).read_text("utf-8") == text


def test_a_folder_that_cannot_be_written_leaves_nothing(clean: Path) -> None:
    """The last file of a plan cannot be made: its folder is a file."""
    shutil.rmtree(clean / "tests/verify/render/golden")
    (clean / "tests/verify/render/golden").write_text("in the way\n")
    before = changes(clean)
    done = scaffold(clean, *KINDS["format"])
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert changes(clean) == before
