"""`rehome apply` from the command line: arguments, output, exit status, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from verify import cli
from verify.commands.apply import split

ROOT = Path(cli.__file__).parent.parent
OLD = "from sglang.srt.mem_cache.swa_memory_pool import SWATokenToKVPoolAllocator\n"
NEW = "from sglang.srt.mem_cache.allocator.swa import SWATokenToKVPoolAllocator\n"
STAR = "from sglang.srt.mem_cache.swa_memory_pool import *\n"

OWN_MIGRATION = """\
id = "mine-1"
title = "thing moved"
package = "mine"
since = "1.0"

[[move]]
from = "mine.old:thing"
to = "mine.new:thing"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with one call site in `src/a.py`."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.py").write_text(OLD)
    (tmp_path / "src/plain.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def apply(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.root, ["apply", "--jobs", "1", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_call_sites_are_rewritten(project: Path) -> None:
    assert apply("sglang", "src") == (
        0,
        "src/a.py: 1 edit\n\n2 files read; 1 rewritten; 0 findings\n",
        "",
    )
    assert (project / "src/a.py").read_text() == NEW


def test_a_second_run_changes_nothing(project: Path) -> None:
    apply("sglang", "src")
    before = os.stat("src/a.py")
    assert apply("--check", "sglang", "src")[0] == 0
    assert apply("sglang", "src")[1] == "2 files read; 0 rewritten; 0 findings\n"
    after = os.stat("src/a.py")
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_check_writes_nothing_and_fails(project: Path) -> None:
    status, stdout, _ = apply("--check", "sglang", "src")
    assert status == 1
    assert "1 would be rewritten" in stdout
    assert (project / "src/a.py").read_text() == OLD


def test_diff_shows_the_change_and_writes_nothing(project: Path) -> None:
    status, stdout, _ = apply("--diff", "sglang", "src")
    assert status == 0
    assert f"--- a/src/a.py\n+++ b/src/a.py\n@@ -1 +1 @@\n-{OLD}+{NEW}" in stdout
    assert (project / "src/a.py").read_text() == OLD
    assert apply("--diff", "--check", "sglang", "src")[0] == 1


def test_compat_keeps_both_paths(project: Path) -> None:
    assert apply("--compat", "sglang", "src")[0] == 0
    text = (project / "src/a.py").read_text()
    assert text.index(NEW) < text.index("except ImportError:") < text.index(OLD)


def test_findings_are_status_1(project: Path) -> None:
    (project / "src/star.py").write_text(STAR)
    status, stdout, _ = apply("sglang", "src")
    assert status == 1
    assert "src/star.py:1:" in stdout
    assert "warning[star-import]" in stdout
    assert "2 findings" not in stdout


def test_a_file_that_does_not_parse_is_status_2_and_the_others_go_on(
    project: Path,
) -> None:
    broken = f"def f(:\n    {OLD}"
    (project / "src/broken.py").write_text(broken)
    status, stdout, _ = apply("sglang", "src")
    assert status == 2
    assert "src/broken.py:1:" in stdout
    assert (project / "src/broken.py").read_text() == broken
    assert (project / "src/a.py").read_text() == NEW


def test_options_stand_anywhere(project: Path) -> None:
    assert apply("sglang", "--check", "src", "--format", "json")[0] == 1
    assert (project / "src/a.py").read_text() == OLD


def test_a_path_that_begins_with_a_dash_goes_after_two(project: Path) -> None:
    (project / "-a.py").write_text(OLD)
    assert apply("sglang", "--", "-a.py")[0] == 0
    assert (project / "-a.py").read_text() == NEW


def test_versions_narrow_the_migrations(project: Path) -> None:
    status, stdout, stderr = apply("--check", "--from", "0.5.13", "sglang", "src")
    assert status == 0
    assert "0 would be rewritten" in stdout
    assert stderr == "rehome: no migration lies between these versions\n"
    arguments = ("--from", "0.5.12.post1", "--to", "0.5.13", "sglang", "src")
    status, stdout, stderr = apply("--check", *arguments)
    assert (status, stderr) == (1, "")
    assert "1 would be rewritten" in stdout


def test_a_migration_file_of_ones_own(project: Path) -> None:
    (project / "mine.toml").write_text(OWN_MIGRATION)
    (project / "src/b.py").write_text("from mine.old import thing\n")
    assert apply("mine.toml", "src")[0] == 0
    assert (project / "src/b.py").read_text() == "from mine.new import thing\n"
    assert (project / "src/a.py").read_text() == OLD


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "for example: rehome apply sglang src/"),
        (["sglang"], "for example: rehome apply sglang src/"),
        (["src"], "for example: rehome apply sglang src/"),
        (["sglan", "src"], '"sglang"'),
        (["missing.toml", "src"], "missing.toml: cannot be read"),
        (["--from", "new", "sglang", "src"], '"new" is not a version'),
        (["--from", "2", "--to", "1", "sglang", "src"], "version 2 is not before 1"),
        (["--jobs", "0", "sglang", "src"], "--jobs"),
        (["--output", "missing/out", "sglang", "src"], "--output"),
    ],
)
def test_bad_arguments_are_status_2_and_touch_nothing(
    project: Path, arguments: list[str], message: str
) -> None:
    status, stdout, stderr = apply(*arguments)
    assert (status, stdout) == (2, "")
    assert message in " ".join(stderr.split())
    assert (project / "src/a.py").read_text() == OLD


def test_a_path_that_is_not_there_is_status_2(project: Path) -> None:
    status, stdout, stderr = apply("sglang", "src", "nowhere")
    assert status == 2
    assert "nowhere" in stdout + stderr


def test_output_goes_to_a_file(project: Path) -> None:
    status, stdout, _ = apply("sglang", "src", "--format=json", "--output=out.json")
    assert (status, stdout) == (0, "")
    document = json.loads((project / "out.json").read_text())
    assert document["schema_version"] == 1
    assert document["command"] == "apply"
    assert document["facts"] == {
        "files_changed": 1,
        "files_read": 2,
        "findings": 0,
        "left_out": {},
        "texts_read": 0,
        "written": True,
    }
    assert document["changes"] == [
        {
            "path": "src/a.py",
            "written": True,
            "diff": None,
            "edits": [{"line": 1, "before": OLD, "after": NEW}],
        }
    ]


def test_annotations_for_github(project: Path) -> None:
    stdout = apply("--check", "--format", "github", "sglang", "src")[1]
    assert stdout.splitlines()[0] == (
        "::error file=src/a.py,line=1,title=rehome apply::would be rewritten:"
        f"%0A{OLD}%0A{NEW}".replace("\n", "")
    )


def test_left_out_files_are_counted_by_reason(project: Path) -> None:
    (project / ".venv/lib").mkdir(parents=True)
    (project / ".venv/pyvenv.cfg").touch()
    (project / ".venv/lib/b.py").write_text(OLD)
    status, stdout, _ = apply("sglang", ".")
    assert status == 0
    assert "; left out: 1 " in stdout
    assert (project / ".venv/lib/b.py").read_text() == OLD


@pytest.mark.parametrize(
    "name", ["::error::x.py", "a\n::error::x.py", "\x1b[2J.py", "[red]x.py"]
)
@pytest.mark.parametrize("format_name", ["text", "json", "github"])
def test_a_hostile_file_name_is_harmless(
    project: Path, name: str, format_name: str
) -> None:
    (project / "src" / name).write_text(OLD + STAR)
    status, stdout, stderr = apply("--format", format_name, "sglang", "src")
    assert status == 1
    assert stderr == ""
    assert "\x1b" not in stdout
    assert not [line for line in stdout.splitlines() if line.startswith("::error::")]
    assert (project / "src" / name).read_text().startswith(NEW)


def test_a_process_of_its_own_with_bytes_in_a_name(project: Path) -> None:
    path = os.fsencode(project / "src") + b"/caf\xe9.py"
    with open(path, "w") as file:
        file.write(OLD)
    done = subprocess.run(
        [sys.executable, "-m", "verify", "apply", "sglang", "src"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"src/caf\\xe9.py: 1 edit\n" in done.stdout
    with open(path) as file:
        assert file.read() == NEW


@pytest.mark.parametrize(
    ("arguments", "migrations"),
    [
        (["sglang", "a.py"], 1),
        (["sglang", "sglang-26676", "x.toml", "a.py"], 3),
        (["sglang", "src", "sglang-26676", "a.py"], 1),
        (["sglang", "here.toml", "a.py"], 1),
        (["sglang", "sglang", "sglang"], 2),
        (["anything", "unknown", "a.py"], 1),
        (["src", "a.py"], 1),
        (["x.toml", "x.toml"], 1),
    ],
)
def test_migrations_come_first_and_paths_last(
    project: Path, arguments: list[str], migrations: int
) -> None:
    (project / "here.toml").touch()
    wanted, paths = split(tuple(arguments))
    assert wanted == arguments[:migrations]
    assert paths == [Path(path) for path in arguments[migrations:]]


def test_a_folder_named_like_a_migration_is_a_path_between(project: Path) -> None:
    (project / "sglang").mkdir()
    wanted, paths = split(("sglang", "sglang", "src"))
    assert (wanted, paths) == (["sglang"], [Path("sglang"), Path("src")])


def test_one_argument_is_not_enough() -> None:
    with pytest.raises(click.UsageError, match="for example"):
        split(("sglang",))
