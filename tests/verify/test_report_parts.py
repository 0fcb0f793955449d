"""`rehome report` when it runs code: its parts stand for themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from codemods.finding import Finding, Place, Verdict
from tests.verify.published import schema_errors
from verify.benching.rules import SLOWER
from verify.cli import main
from verify.commands import _parts
from verify.outcome import Case, Outcome

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

ROOT = Path(__file__).resolve().parents[2]
DRIVER = "def build(case): ...\ndef operations(random, case): ...\ndef step(s, operation): ...\n"


class Calls:
    """Stand in for the commands that run code; keeps what they were asked."""

    def __init__(self) -> None:
        self.asked: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.answers: dict[str, Outcome | BaseException] = {}

    def command(self, name: str) -> _parts.Runs:
        def runs(base: str, head: str, options: dict[str, Any]) -> Outcome:
            self.asked[name] = base, head, options
            answer = self.answers.get(name, Outcome(name, Verdict.OK))
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return runs


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()
    for name in ("behaviour", "bench"):
        module = getattr(_parts, name)
        monkeypatch.setattr(module, "outcome_of", made.command(name))
    return made


@pytest.fixture
def project(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    scratch.commit({"p/a.py": "A = 1\n", "bench.py": "", "driver.py": DRIVER})
    scratch.git("branch", "before")
    scratch.commit({"p/a.py": "A = 1\n\n\n\n"})
    monkeypatch.chdir(scratch.folder)
    return scratch


def report(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, Any]]:
    status = main(["report", "before..main", *arguments, "--format", "json"])
    shown = capsys.readouterr()
    document: dict[str, Any] = json.loads(shown.out)
    assert schema_errors(document) == []
    return status, document | {"stderr": shown.err}


def test_without_the_options_no_code_is_run(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    status, document = report(capsys)
    assert status == 0
    assert calls.asked == {}
    assert document["stderr"] == ""


@pytest.mark.parametrize(
    ("options", "tests", "driver"),
    [
        (["--tests"], True, None),
        (["--driver", "driver.py"], None, "driver.py"),
        (["--driver", "driver.py", "--tests"], True, "driver.py"),
    ],
)
def test_the_two_ends_are_compared_with_the_defaults_of_the_commands(
    project: Scratch,
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    tests: bool | None,
    driver: str | None,
) -> None:
    assert report(capsys, *options, "--bench", "bench.py")[0] == 0
    base, head, asked = calls.asked["behaviour"]
    assert base == f"git:{project.git('rev-parse', 'before')}"
    assert head == f"git:{project.git('rev-parse', 'main')}"
    assert asked["with_tests"] is tests
    assert asked["driver"] == (Path(driver) if driver else None)
    assert (asked["steps"], asked["reruns"]) == (10_000, 2)
    assert calls.asked["bench"][:2] == (base, head)
    asked = calls.asked["bench"][2]
    assert (asked["files"], asked["margin"]) == (("bench.py",), 0.05)
    assert (asked["pairs"], asked["fail_on"]) == (None, ("slower",))


def test_a_range_from_where_two_parted_is_compared_from_there(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    project.git("checkout", "--quiet", "-b", "other", "before")
    project.commit({"p/b.py": "B = 1\n"})
    assert main(["report", "other...main", "--bench", "bench.py", "--format=json"]) == 0
    meeting = project.git("rev-parse", "before")
    assert calls.asked["bench"][0] == f"git:{meeting}"


def test_what_is_not_given_is_taken_from_the_settings(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "pyproject.toml").write_text(
        "[tool.rehome]\nroots = 'lib'\n"
        "bench.margin = 20\nbench.pairs = 7\nbehaviour.driver = 'driver.py'\n"
    )
    assert report(capsys, "--tests", "--bench", "bench.py")[0] == 0
    _, _, asked = calls.asked["bench"]
    assert (asked["margin"], asked["pairs"], asked["roots"]) == (0.2, 7, ("lib",))
    _, _, asked = calls.asked["behaviour"]
    assert asked["driver"] == project.folder / "driver.py"
    assert asked["with_tests"] is True


def slower() -> Outcome:
    message = "`bench.py::test_x` by cpu is slower"
    return Outcome(
        "bench",
        Verdict.FAIL,
        (Finding(SLOWER, Place("bench.py"), message, "look"),),
        cases=(Case("benchmarks", "bench.py::test_x", Verdict.FAIL),),
        otherwise=Verdict.OK,
    )


def test_a_finding_of_a_part_can_be_accepted(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.answers["bench"] = slower()
    assert report(capsys, "--bench", "bench.py")[0] == 1
    (project.folder / "pyproject.toml").write_text(
        "[[tool.rehome.accepted]]\nrule = 'bench-slower'\npath = 'bench.py'\n"
        "reason = 'it does more'\n"
    )
    status, document = report(capsys, "--bench", "bench.py")
    assert status == 0
    assert [each["rule"] for each in document["accepted"]] == ["bench-slower"]


def test_paths_of_a_part_start_from_the_top(
    project: Scratch,
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(project.folder / "p")
    calls.answers["bench"] = replace(slower(), start="p")
    _, document = report(capsys, "--bench", "../bench.py")
    assert [each["path"] for each in document["findings"]] == ["p/bench.py"]


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (click.ClickException("could not tell: no side\n::error::x"), "no side"),
        (OSError(28, "No space left"), "No space left"),
        (KeyError("a bug"), "KeyError: 'a bug'"),
    ],
)
@pytest.mark.parametrize("name", ["behaviour", "bench"])
def test_a_part_that_cannot_be_run_leaves_the_others(
    project: Scratch,
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    name: str,
    error: Exception,
    cause: str,
) -> None:
    calls.answers[name] = error
    status, document = report(capsys, "--tests", "--bench", "bench.py")
    assert status == 2
    assert document["verdict"] == "undecided"
    (finding,) = document["findings"]
    assert (finding["rule"], finding["path"]) == ("part-not-run", name)
    assert cause in finding["message"]
    verdicts = {c["name"]: c["verdict"] for c in document["cases"]}
    assert verdicts.pop(name) == "undecided"
    assert {*verdicts.values()} == {"ok"}
    assert {*calls.asked} == {"behaviour", "bench"}
    assert f"{name} could not be run: " in document["stderr"]
    lines = document["stderr"].splitlines()
    assert all(line.startswith("rehome report: ") for line in lines)


def test_checks_that_cannot_be_run_leave_the_others(
    project: Scratch,
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise click.ClickException("the check cycles ended before it answered")

    monkeypatch.setattr("verify.commands.report.answers", fail)
    status, document = report(capsys, "--bench", "bench.py")
    assert status == 2
    assert [each["path"] for each in document["findings"]] == ["verify"]
    verdicts = {c["name"]: c["verdict"] for c in document["cases"]}
    assert verdicts["bench"] == "ok"
    assert verdicts["moves"] == "skipped"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--tests", "saved.json"], "cannot read 'saved.json'"),
        (["--bench", "bench.py"], "Missing argument"),
        (["before..main", "--bench", "absent.py"], "no file of benchmarks 'absent.py'"),
        (["before..main", "--bench=-x"], "no file of benchmarks '-x'"),
        (["before..main", "--driver", "absent.py"], "'absent.py' cannot be read"),
        (["before..main", "--driver", "bench.py"], "has no function `build`"),
        (["nowhere..main", "--tests"], "names no commit"),
        (["before..main", "--tests", "--bench=\x1b[2J"], "\\x1b[2J"),
    ],
)
def test_what_cannot_be_is_told_before_the_work(
    project: Scratch,
    calls: Calls,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    reason: str,
) -> None:
    assert main(["report", *arguments]) == 2
    shown = capsys.readouterr()
    assert reason in shown.err
    assert "\x1b" not in shown.err
    assert shown.out == ""
    assert calls.asked == {}


def test_saved_results_alone_have_nothing_to_run(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = ["--format", "json", "--output", "moves.json"]
    assert main(["moves", "before..main", *saved]) == 0
    assert main(["report", "moves.json", "--tests"]) == 2
    assert "name BASE..HEAD" in capsys.readouterr().err


def test_a_bad_setting_of_a_part_is_told_with_its_place(
    project: Scratch, calls: Calls, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.folder / "pyproject.toml").write_text(
        "[tool.rehome]\nbench.margin = -3.0\n"
    )
    assert main(["report", "before..main", "--bench", "bench.py"]) == 2
    shown = capsys.readouterr().err
    assert "pyproject.toml:2: tool.rehome.bench.margin: " in shown
    assert calls.asked == {}


def test_an_interrupt_ends_it_and_leaves_nothing(
    project: Scratch, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    (project.folder / "bench.py").write_text(
        f"import pathlib, time\nimport p.a\n\n\ndef test_x(benchmark):\n"
        f"    pathlib.Path({str(ready)!r}).touch()\n    time.sleep(60)\n"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    output = project.folder / "report.html"
    # Where this runs in the background, the shell has SIGINT ignored.
    code = (
        "import signal, sys; from verify.cli import main;"
        " signal.signal(signal.SIGINT, signal.default_int_handler);"
        " sys.exit(main())"
    )
    arguments = ["report", "before..main", "--bench", "bench.py"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "--output", str(output)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not ready.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "rehome: interrupted"
    assert [*temporary.iterdir()] == []
    assert not output.exists()
    assert len(project.git("worktree", "list").splitlines()) == 1
