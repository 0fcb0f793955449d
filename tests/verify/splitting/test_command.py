from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.verify.splitting.projects import Project
from verify.cli import main

STORE = "class Reader: ...\n\n\nclass Writer(Reader): ...\n"
PLAN = """\
[[file]]
module = "base"
symbols = ["Reader"]

[[file]]
module = "writing"
symbols = ["Writer"]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    return Project.write(
        tmp_path,
        {
            "pyproject.toml": "",
            "pkg/__init__.py": "",
            "pkg/store.py": STORE,
            "plan.toml": PLAN,
        },
    )


def files(project: Project) -> list[str]:
    return sorted(p.name for p in (project.root / "pkg").rglob("*.py"))


def test_a_split_is_written(project: Project) -> None:
    assert main(["split", "pkg.store", "--into", "plan.toml"]) == 0
    assert files(project) == ["__init__.py", "__init__.py", "base.py", "writing.py"]
    assert "from .base import Reader\n" in project.text("pkg/store/__init__.py")


def test_a_plan_is_proposed_in_the_format_that_is_asked_for(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    proposing = ["split", "pkg.store", "--propose"]
    assert main(proposing) == 0
    plan = capsys.readouterr().out
    assert main([*proposing, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["listings"] == {"plan.toml": plan}
    # It is to be saved, so that what is set for results is not for it.
    Path("pyproject.toml").write_text("[tool.rehome]\nformat = 'markdown'\n")
    assert main(proposing) == 0
    assert capsys.readouterr().out == plan


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_nothing_is_written_where_that_is_asked(
    project: Project, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "pkg.store", "--into", "plan.toml", option]) == 0
    assert files(project) == ["__init__.py", "store.py"]
    printed = capsys.readouterr().out
    assert "pkg/store/base.py" in printed
    assert "2 names would be moved; 4 files would change; 0 findings" in printed
    assert ("+class Reader: ..." in printed) is (option == "--diff")


def test_the_module_can_be_named_by_its_file(project: Project) -> None:
    assert main(["split", "pkg/store.py", "--into", "plan.toml"]) == 0
    assert "base.py" in files(project)


def test_a_proposal_is_a_plan(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "pkg/store.py", "--propose"]) == 0
    (project.root / "own.toml").write_text(capsys.readouterr().out)
    assert files(project) == ["__init__.py", "store.py"]
    assert main(["split", "pkg.store", "--into", "own.toml"]) == 0
    assert files(project) == ["__init__.py", "__init__.py", "reader.py", "writer.py"]


def test_a_plan_from_stdin(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(PLAN.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert main(["split", "pkg.store", "--into", "-"]) == 0
    assert "base.py" in files(project)


def test_the_result_for_programs(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "pkg.store", "--into", "plan.toml", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["command"] == "split"
    assert {change["path"] for change in result["changes"]} == {
        "pkg/store.py",
        "pkg/store/__init__.py",
        "pkg/store/base.py",
        "pkg/store/writing.py",
    }


def test_a_refusal_is_a_finding_and_writes_nothing(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.root / "pkg/store.py").write_text(
        STORE.replace("Reader: ...", "Reader:\n    def f(self): return Writer")
    )
    assert main(["split", "pkg.store", "--into", "plan.toml"]) == 1
    assert "nothing was changed" in capsys.readouterr().out
    assert files(project) == ["__init__.py", "store.py"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a plan with --into"),
        (("--propose", "--into", "plan.toml"), "name a plan with --into"),
        (("--into", "nosuch.toml"), "nosuch.toml: cannot be read"),
        (("--into", "plan.toml", "--since", "x y"), "is not a version"),
    ],
)
def test_bad_arguments_are_told(
    project: Project,
    arguments: tuple[str, ...],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["split", "pkg.store", *arguments]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("pkg.stroe", 'did you mean "pkg.store"?'),
        ("pkg/nosuch.py", "is no file of the project"),
        ("../outside.py", "is no file of the project"),
        ("pkg.store:Reader", "is a symbol"),
        ("\x1b[31m", "is not a dotted name"),
    ],
)
@pytest.mark.parametrize("how", [("--propose",), ("--into", "plan.toml")])
def test_a_module_that_is_none_is_told(
    project: Project,
    module: str,
    says: str,
    how: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["split", module, *how]) == 2
    told = capsys.readouterr().err
    assert says in told
    assert "\x1b" not in told


def test_a_second_run_says_that_it_is_done(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "pkg.store", "--into", "plan.toml"]) == 0
    before = {p: p.read_bytes() for p in project.root.rglob("*.py")}
    assert main(["split", "pkg.store", "--into", "plan.toml"]) == 2
    assert "pkg.store imports Reader from .base" in capsys.readouterr().err
    assert before == {p: p.read_bytes() for p in project.root.rglob("*.py")}


def test_a_module_without_definitions_has_no_proposal(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["split", "pkg", "--propose"]) == 2
    assert "has no definition that could move" in capsys.readouterr().err
