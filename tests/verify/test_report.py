"""`--output` and the bar: whole files or none, and silence off a terminal."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import verify
from codemods.finding import Verdict
from verify.outcome import Outcome
from verify.progress import progress_bar
from verify.report import finish, output_options


@click.command()
@click.option("--verdict", type=click.Choice([v.value for v in Verdict]), default="ok")
@output_options
def command(verdict: str, format_name: str, output: Path | None) -> None:
    outcome = Outcome("test", Verdict(verdict), summary=("all of it: é",))
    finish(outcome, format_name=format_name, output=output)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(("verdict", "status"), [("ok", 0), ("fail", 1)])
def test_the_verdict_is_the_exit_status(verdict: str, status: int) -> None:
    assert run("--verdict", verdict) == (status, "all of it: é\n", "")


def test_undecided_is_status_2() -> None:
    assert run("--verdict", "undecided")[0] == 2


def test_output_goes_to_the_file_and_not_to_stdout(tmp_path: Path) -> None:
    assert run("--output", tmp_path / "out", "--verdict", "fail") == (1, "", "")
    assert (tmp_path / "out").read_bytes() == "all of it: é\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_dash_is_stdout() -> None:
    assert run("--output", "-")[1] == "all of it: é\n"


def test_a_file_keeps_its_mode_and_a_link_its_place(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    assert run("--output", link)[0] == 0
    assert link.is_symlink()
    assert target.read_text("utf-8") == "all of it: é\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_device_can_be_written(tmp_path: Path) -> None:
    assert run("--output", "/dev/null") == (0, "", "")


@pytest.mark.parametrize("place", ["missing/out", ".", "file/out", "long" * 99])
def test_a_bad_place_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    status, stdout, stderr = run("--output", tmp_path / place)
    assert (status, stdout) == (2, "")
    assert "--output" in stderr


def test_a_link_that_leads_back_to_itself_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert run("--output", tmp_path / "a") == (0, "", "")
    assert (tmp_path / "a").read_text("utf-8") == "all of it: é\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not hold for root")
@pytest.mark.parametrize("locked", ["folder", "folder/out"])
def test_a_file_or_folder_that_is_locked_is_refused_before_the_work(
    tmp_path: Path, locked: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "out").write_text("old")
    (tmp_path / locked).chmod(0o555)
    status, _, stderr = run("--output", tmp_path / "folder" / "out")
    (tmp_path / locked).chmod(0o755)
    assert status == 2
    assert "cannot be written" in stderr
    assert (tmp_path / "folder" / "out").read_text() == "old"


def test_what_access_refuses_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("old")
    for refused in (tmp_path, tmp_path / "out"):
        monkeypatch.setattr(
            "verify.report.os.access", lambda path, _, r=refused: Path(path) != r
        )
        status, _, stderr = run("--output", tmp_path / "out")
        assert status == 2
        assert "'--output'" in stderr
    assert (tmp_path / "out").read_text() == "old"


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "out").write_text("old")
    monkeypatch.setattr("verify.report.os.replace", full)
    _, stdout, stderr = run("--output", tmp_path / "out")
    assert stdout == ""
    assert "No space left on device" in stderr
    assert (tmp_path / "out").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_request_to_end_waits_for_the_file(tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, verify.report\n"
        "end = lambda *_: os.kill(os.getpid(), signal.SIGTERM)\n"
        "verify.report.os.chmod = end\n"
        f"verify.report.save_text(pathlib.Path({str(tmp_path / 'out')!r}), 'new')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(verify.__file__).parent.parent,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == -signal.SIGTERM
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text() == "new"


def test_an_unknown_format_is_a_usage_error() -> None:
    status, _, stderr = run("--format", "yaml")
    assert status == 2
    assert "'text'" in stderr


def test_no_bar_off_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress_bar("working") as advance:
        for done in range(100):
            advance(done, 100)
    assert capfd.readouterr() == ("", "")


def test_no_bar_before_a_second_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = draws(monkeypatch, clock=[0.0, 0.5, 0.9])
    with progress_bar("working") as advance:
        advance(1, 3)
        advance(2, 3)
    assert drawn == []


def test_a_bar_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = draws(monkeypatch, clock=[0.0, 0.5, 1.5, 1.55, 1.7])
    with progress_bar("working") as advance:
        advance(1, 4)
        advance(2, 4)
        advance(3, 4)
        advance(4, 4)
    assert drawn == ["working", (2, 4), (4, 4), "stopped"]


def draws(monkeypatch: pytest.MonkeyPatch, clock: list[float]) -> list[object]:
    """Make stderr a terminal and time pass as told; return what is drawn."""
    drawn: list[object] = []

    class Drawn:
        task_ids = (0,)

        def update(self, _: int, completed: int, total: int, refresh: bool) -> None:
            assert refresh
            drawn.append((completed, total))

        def stop(self) -> None:
            drawn.append("stopped")

    def draw(label: str) -> Drawn:
        drawn.append(label)
        return Drawn()

    moments = iter(clock)
    monkeypatch.setattr("verify.progress.time.monotonic", lambda: next(moments))
    monkeypatch.setattr("verify.progress._draw", draw)
    monkeypatch.setattr("verify.progress.sys.stderr.isatty", lambda: True)
    return drawn
