"""Where a command ran makes no difference to programs that start from the top."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codemods.finding import Finding, Place, Related, Verdict
from tests.verify.conftest import Scratch
from tests.verify.render.outcomes import MOVED
from verify.cli import main
from verify.gathering import gathered
from verify.outcome import Accepted, Change, Edit, Outcome, Part
from verify.render import render
from verify.saved import outcome_of
from verify.terminal import Terminal


def finding(path: str, line: int = 1, column: int = 1) -> Finding:
    related = (Related(Place(f"related/{path}", 1, 1), "r"),)
    return Finding(MOVED, Place(path, line, column), "m", "f", related)


def outcome(start: str) -> Outcome:
    return Outcome(
        "apply",
        Verdict.FAIL,
        (finding("a.py"), finding("../b.py"), finding("/c.py")),
        (Change("d.py", (Edit(1, "x\n", "y\n"),), written=False),),
        accepted=(Accepted(finding("e.py"), "r", "", "p:1"),),
        start=start,
    )


def uris(made: Outcome) -> set[str]:
    (run,) = json.loads(render(made, "sarif", Terminal()))["runs"]
    return {
        place["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
        for place in (*result["locations"], *result.get("relatedLocations", ()))
    } | {
        change["artifactLocation"]["uri"]
        for result in run["results"]
        for fix in result.get("fixes", ())
        for change in fix["artifactChanges"]
    }


def test_sarif_has_paths_from_the_top() -> None:
    related = {"sub/related/a.py", "sub/b.py", "sub/related/e.py", "file:///c.py"}
    assert uris(outcome("sub")) - related == {
        "sub/a.py",
        "b.py",
        "sub/d.py",
        "sub/e.py",
        "sub/related/c.py",
    }
    assert {"a.py", "../b.py", "d.py"} <= uris(outcome(""))


def test_github_has_paths_from_the_top() -> None:
    lines = render(outcome("sub"), "github", Terminal()).splitlines()
    files = [line.partition("file=")[2].partition(",")[0] for line in lines[:4]]
    assert files == ["sub/a.py", "b.py", "/c.py", "sub/d.py"]


def test_people_see_paths_that_their_shell_understands() -> None:
    assert render(outcome("sub"), "text", Terminal()).startswith("d.py")
    assert "sub/" not in render(outcome("sub"), "text", Terminal())


def test_a_saved_result_keeps_them_and_a_report_has_one_start() -> None:
    saved = outcome_of(render(outcome("sub"), "json", Terminal()).encode())
    assert saved.start == "sub"
    made = gathered([Part("a.json", saved), Part("b.json", outcome("lib"))])
    paths = {each.place.path for each in made.findings}
    assert paths == {"sub/a.py", "lib/a.py", "b.py", "/c.py"}
    assert made.start == ""


def test_a_line_without_a_column_has_none() -> None:
    made = replace(outcome(""), findings=(finding("a.py", 3, 0),), changes=())
    line = render(made, "github", Terminal()).splitlines()[0]
    assert line.startswith("::error file=a.py,line=3,title=")


MIGRATION = """\
id = "m"
title = "t"
package = "p"
since = "2.0"

[[move]]
from = "p.a:f"
to = "p.b:f"
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "--check", "m.toml", "p"],
        ["doctor", "p", "--package", "../later"],
        ["cycles", "--folder", "."],
        ["hoist", "--check", "--heavy", "p"],
        ["move", "p.a:f", "--to", "p.a", "--root", "."],
        ["migrations", "validate", "p/bad.toml"],
        ["config", "--check"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_each_command_in_a_folder_of_a_repository(
    scratch: Scratch,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    scratch.commit(
        {
            "later/p/__init__.py": "",
            "sub/pyproject.toml": "[tool.rehome]\njobs = 0\n"
            if arguments[0] == "config"
            else "",
            "sub/m.toml": MIGRATION,
            "sub/p/bad.toml": "",
            "sub/p/__init__.py": "",
            "sub/p/a.py": "from p.b import g\ndef f(): pass\n",
            "sub/p/c.py": "def h():\n    import json\n    return json\n",
            "sub/p/b.py": "from p.a import f\ndef g(): pass\n",
        }
    )
    monkeypatch.chdir(scratch.folder / "sub")
    assert main([*arguments, "--format", "sarif"]) in (1, 2)
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    found = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    ]
    assert found
    assert [uri for uri in found if not (scratch.folder / uri).is_file()] == []
    assert Path.cwd().name == "sub"
