"""The root command: what it lists, and how it ends whatever happens."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from verify import cli, commands

ROOT = Path(cli.__file__).parent.parent

EXTRA_COMMAND = '''"""{summary}

Not part of the help.
"""

import click


@click.command()
def command() -> None:
    """The whole help."""
    {body}
'''


def add_command(folder: Path, name: str, body: str, summary: str = "Does it.") -> None:
    text = EXTRA_COMMAND.format(summary=summary, body=body)
    (folder / f"{name}.py").write_text(text)


@pytest.fixture
def extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules are commands, as if they stood with ours."""
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    monkeypatch.delenv("REHOME_DEBUG", raising=False)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("verify.commands.x")]:
        del sys.modules[name]


def rehome(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verify", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_is_there_by_being_a_file(extra: Path) -> None:
    add_command(extra, "x_new", "click.echo('it ran')", summary="Runs, says so.")
    add_command(extra, "_helper", "raise AssertionError")
    listed = CliRunner().invoke(cli.root, ["--help"]).output
    assert re.search(r"^  x-new +Runs, says so\.$", listed, re.MULTILINE)
    assert "helper" not in listed
    assert "The whole help" not in listed
    assert CliRunner().invoke(cli.root, ["x-new"]).output == "it ran\n"


def test_help_lists_every_command_and_imports_none() -> None:
    program = (
        "import sys\nfrom verify.cli import main\nstatus = main(['--help'])\n"
        "heavy = {'libcst', 'rich', 'git', 'torch', 'isort', 'msgspec'}\n"
        "loaded = [m for m in sys.modules if m in heavy or"
        " m.startswith('verify.commands.')]\n"
        "sys.exit(f'loaded {loaded}' if loaded else status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for name in cli.root.list_commands(click.Context(cli.root)):
        assert f"\n  {name} " in done.stdout


def test_each_command_has_one_line_of_help() -> None:
    shown = CliRunner().invoke(
        cli.root, ["--help"], terminal_width=200, max_content_width=200
    )
    lines = shown.output.partition("Commands:\n")[2].splitlines()
    assert len(lines) == len(cli.root.list_commands(click.Context(cli.root)))
    for line in lines:
        name, _, summary = line.strip().partition(" ")
        assert summary.strip().endswith("."), name


def test_version() -> None:
    done = rehome("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("rehome ")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["apply", "--nonsense"], []]
)
def test_wrong_usage_exits_2_without_a_traceback(arguments: list[str]) -> None:
    done = rehome(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Usage: rehome")


def test_a_hostile_command_name_is_shown_spelled_out(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["\x1b[2Jx\u202e"]) == 2
    shown = capfd.readouterr().err
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "x" in shown


def test_an_unexpected_error_is_one_line_and_status_2(
    extra: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_command(extra, "x_fails", "raise ValueError('bad\\nthing \\x1b[1m')")
    assert cli.main(["x-fails"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "ValueError: bad\\nthing \\x1b[1m" in error
    assert "REHOME_DEBUG=1" in error


def test_an_unexpected_error_shows_its_traceback_when_asked(
    extra: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REHOME_DEBUG", "1")
    add_command(extra, "x_fails_too", "raise ValueError('bad thing')")
    assert cli.main(["x-fails-too"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_user_error_is_status_2_and_never_1(
    extra: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_command(extra, "x_refuses", "raise click.ClickException('no such thing')")
    assert cli.main(["x-refuses"]) == 2
    assert capsys.readouterr().err == "Error: no such thing\n"


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_status_of_a_command_is_the_status_of_the_process(
    extra: Path, status: int
) -> None:
    name = f"x-status{status}"
    body = f"click.get_current_context().exit({status})"
    add_command(extra, name.replace("-", "_"), body)
    assert cli.main([name]) == status


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    add_command(tmp_path, "x_talks", "[click.echo('line ' * 99) for _ in range(9999)]")
    with start("x-talks", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == "line"
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
        assert process.wait() == 141


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_long_text_into_a_closed_pipe_is_not_taken_for_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unbuffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    add_command(tmp_path, "x_long", "click.echo('line' * 1_000_000)")
    with start("x-long", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == "line"
        process.stdout.close()
        assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_one_line_and_status_2(unbuffered: str) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "verify", "schema"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (2, "Error: No space left on device\n")


@pytest.mark.parametrize("arguments", [["report"], ["verify", "HEAD", "--repo"]])
def test_a_name_that_is_too_long_is_one_line(arguments: list[str]) -> None:
    done = rehome(*arguments, "n" * 300)
    assert done.returncode == 2
    assert "File name too long" in done.stderr
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.splitlines()) == 1


def test_the_system_s_refusals_show_their_traceback_when_asked() -> None:
    done = rehome("report", "n" * 300, REHOME_DEBUG="1")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "closed", "status", "said"),
    [
        ("config", ">&-", 0, ""),
        ("config", "2>&-", 0, ""),
        ("config", ">&- 2>&- <&-", 0, ""),
        ("split verify.cli --into -", "<&-", 2, "moves nothing"),
    ],
)
def test_streams_may_be_closed(
    arguments: str, closed: str, status: int, said: str
) -> None:
    words = f"{shlex.quote(sys.executable)} -m verify --no-settings {arguments}"
    done = subprocess.run(
        ["sh", "-c", f"{words} {closed}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status
    assert "mistake of rehome" not in done.stderr
    assert said in done.stderr


def test_an_interrupt_is_status_130_and_one_line(tmp_path: Path) -> None:
    body = "import time; click.echo('up'); time.sleep(60)"
    add_command(tmp_path, "x_sleeps", body)
    with start("x-sleeps", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert process.stderr.read() == "rehome: interrupted\n"
        assert process.wait() == 130


def start(command: str, folder: Path) -> subprocess.Popen[str]:
    """Run a command of `folder` in a process of its own."""
    program = (
        "import sys\nfrom verify import cli, commands\n"
        f"commands.__path__.append({str(folder)!r})\n"
        f"sys.exit(cli.main([{command!r}]))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
