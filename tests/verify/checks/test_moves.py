"""What `rehome moves` says of a range: text that a reviewer can paste."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codemods.finding import Verdict
from tests.verify.movement.movements import CLASS, FUNCTION, Side, contents
from verify.checks.moves import check, result_of
from verify.git import Repository
from verify.movement.engine import examine
from verify.movement.sources import Files
from verify.outcome import Outcome, Table
from verify.render.text import render
from verify.terminal import Terminal


def tables(base: Side, head: Side) -> dict[str, Table]:
    sides = Files(contents(base)), Files(contents(head))
    made = result_of(examine(*sides, {*base, *head}), *sides)
    return {table.name: table for table in made.tables}


def test_a_pure_move_is_ok_and_leaves_nothing() -> None:
    base = {"p/a.py": f"{FUNCTION}\n\nx = 1\n", "p/b.py": ""}
    head = {"p/a.py": "x = 1\n", "p/b.py": FUNCTION}
    sides = Files(contents(base)), Files(contents(head))
    made = result_of(examine(*sides, {*base, *head}), *sides)
    assert made.verdict is Verdict.OK
    assert made.summary == (
        "0 of 16 changed lines to read",
        "1 definitions moved: 1 verbatim",
    )
    assert tables(base, head)["moves"].rows == (
        ("verbatim", "function", "spread", "", "p/a.py:1", "p/b.py:1"),
    )
    assert tables(base, head)["residual"].rows == ()


def test_an_edited_move_shows_the_lines_side_by_side() -> None:
    edited = FUNCTION.replace("sum(values)", "sum(values[1:])")
    base, head = (
        {"p/old/a.py": FUNCTION, "p/new/b.py": "y = 2\n"},
        {"p/new/b.py": f"y = 2\n\n\n{edited}"},
    )
    assert tables(base, head)["residual"].rows == (
        (
            "p/{old/a.py => new/b.py}",
            "2",
            "    total = sum(values)",
            "5",
            "    total = sum(values[1:])",
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "joint"),
    [
        ("a.py", "a.py", "a.py"),
        ("a.py", "b.py", "{a.py => b.py}"),
        ("p/x/a.py", "p/y/a.py", "p/{x => y}/a.py"),
        ("p/a.py", "p/a/__init__.py", "p/{a.py => a/__init__.py}"),
        ("p/a.py", "p/p/a.py", "p/{ => p}/a.py"),
    ],
)
def test_two_paths_are_written_as_git_writes_them(
    old: str, new: str, joint: str
) -> None:
    edited = CLASS.replace("max(count, 0)", "max(count, 1)")
    rows = tables({old: CLASS}, {new: edited})["residual"].rows
    assert [row[0] for row in rows] == [joint]


def test_a_file_of_another_kind_is_listed() -> None:
    text = "".join(f"key{n}: {n}\n" for n in range(9))
    rows = tables(
        {"a.yml": text, "c.yml": text.upper()},
        {"b.yml": text, "d.yml": text.upper() + "more: 1\n"},
    )["moves"].rows
    assert [(row[0], *row[4:]) for row in rows] == [
        ("verbatim", "a.yml", "b.yml"),
        ("edited", "c.yml", "d.yml"),
    ]


def test_the_text_has_head_line_moves_and_residual(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        settings = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        subprocess.run(
            ["git", *settings, *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    git("init", "--quiet")
    (tmp_path / "a.py").write_text(f"{FUNCTION}\n\nx = 1\n")
    git("add", ".")
    git("commit", "-qm", "one")
    (tmp_path / "a.py").write_text("x = 2\n")
    (tmp_path / "b.py").write_text(FUNCTION)
    git("add", ".")
    git("commit", "-qm", "two")
    repository = Repository.open(tmp_path)
    try:
        made = check(repository.range_of("HEAD"), {})
    finally:
        repository.close()
    outcome = Outcome("moves", made.verdict, tables=made.tables, summary=made.summary)
    text = render(outcome, terminal=Terminal(width=None, colour=False))
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "verbatim function spread a.py:1 b.py:1" in lines
    assert "a.py 11 x = 1 1 x = 2" in lines
    assert "2 of 18 changed lines to read" in lines
