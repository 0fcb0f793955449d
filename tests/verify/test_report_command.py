"""`rehome report`: from a range, from saved results, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.verify.published import schema_errors
from tests.verify.render.reports import behaved, benched, verified
from tests.verify.render.test_html import Page
from verify.cli import main
from verify.outcome import Outcome
from verify.render import formats, needs, render
from verify.terminal import Terminal

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

OLD = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
NEW = {"p/a.py": "def g():\n    return 2\n", "p/b.py": "def f():\n    return 1\n"}


@pytest.fixture
def repository(scratch: Scratch) -> Path:
    scratch.commit({"p/__init__.py": "", "p/a.py": OLD})
    scratch.commit(NEW)
    return scratch.folder


def save(folder: Path, name: str, outcome: Outcome) -> str:
    path = folder / name
    path.write_text(render(outcome, "json", Terminal()))
    return str(path)


def test_a_range_and_saved_results_make_one_page(
    repository: Path, tmp_path: Path
) -> None:
    bench = save(tmp_path, "bench.json", benched())
    behaviour = save(tmp_path, "behaviour.json", behaved())
    to = tmp_path / "report.html"
    repo = ["--repo", str(repository)]
    status = main(
        ["report", "HEAD~1..HEAD", bench, behaviour, *repo, "--output", str(to)]
    )
    assert status == 1  # behaviour differs, and `f` has no alias
    texts = Page(to.read_text(encoding="utf-8")).texts
    for title in ("What moved where", "Timings", "Behaviour", "HEAD~1..HEAD"):
        assert title in texts
    assert "not run" not in texts


def test_a_saved_run_of_verify_gives_the_page_of_the_range(
    repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved, repo = str(tmp_path / "verify.json"), ["--repo", str(repository)]
    status = main(["verify", "HEAD", *repo, "--format", "json", "--output", saved])
    assert main(["report", "HEAD", *repo]) == status
    direct = capsys.readouterr().out
    assert main(["report", saved]) == status
    assert Page(capsys.readouterr().out).shape() == Page(direct).shape()


@pytest.mark.parametrize("format_name", formats())
def test_every_format_tells_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], format_name: str
) -> None:
    files = [save(tmp_path, "v.json", verified()), save(tmp_path, "b.json", benched())]
    assert main(["report", *files, "--format", format_name]) == 1
    shown = capsys.readouterr().out
    assert "main" in shown or needs(format_name)
    if format_name == "json":
        assert schema_errors(json.loads(shown)) == []


def test_the_page_is_whole_or_not_there(tmp_path: Path) -> None:
    to = tmp_path / "report.html"
    to.write_text("before")
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    assert main(["report", str(bad), "--output", str(to)]) == 2
    assert to.read_text() == "before"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["absent.json"], "cannot read 'absent.json'"),
        (["."], "names no commit"),
        (["bad.json"], "'bad.json' is no saved result: it is no JSON"),
        (["bench.json", "bad.json", "A..B"], "'bad.json' is no saved result"),
        (["A..B", "C..D"], "'A..B' and 'C..D' are no files, and one range is the most"),
        (["bench.json", "bench.json"], "'bench.json' is named twice"),
        (["report.json"], "name the results that it was made of"),
        (["A..B\x1b[2J", "C"], "\\x1b"),
        ([], "Missing argument"),
    ],
)
def test_what_it_refuses(
    repository: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    monkeypatch.chdir(repository)
    save(repository, "bench.json", benched())
    (repository / "bad.json").write_bytes(b"\xff\0")
    made = ["report", "bench.json", "--format", "json", "--output", "report.json"]
    assert main(made) == 0
    capsys.readouterr()
    assert main(["report", *arguments]) == 2
    shown = capsys.readouterr()
    assert reason in shown.err
    assert shown.out == ""
    assert "\x1b" not in shown.err


def test_no_page_goes_to_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = save(tmp_path, "bench.json", benched())
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert main(["report", file]) == 2
    assert "give --output FILE" in capsys.readouterr().err
    assert main(["report", file, "--format", "text"]) == 0
