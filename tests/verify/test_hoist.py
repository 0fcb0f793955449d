"""`rehome hoist` from the command line: arguments, output, exit status, files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from verify import cli

A = "def f():\n    from b import x\n    return x\n\n\ndef g():\n    import json\n    return json\n"
MOVED = "from b import x\n\n\ndef f():\n    return x\n\n\ndef g():\n    import json\n    return json\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with an import that moves and one that stays."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    (folder / "a.py").write_text(A)
    (folder / "b.py").write_text("x = 1\n")
    monkeypatch.chdir(folder)
    return folder


def hoist(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.root, ["hoist", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def test_what_can_move_is_moved(project: Path) -> None:
    (project / "a.py").chmod(0o754)
    status, out, _ = hoist(".")
    assert (status, out) == (0, "a.py: 2 edits\n\n1 import in 1 file moved; 1 stays\n")
    assert (project / "a.py").read_text() == MOVED
    assert (project / "a.py").stat().st_mode & 0o777 == 0o754
    assert hoist("--check", ".")[0] == 0


def test_check_writes_nothing(project: Path) -> None:
    status, out, _ = hoist("--check", "a.py")
    assert status == 1
    assert "would be moved" in out
    assert (project / "a.py").read_text() == A


def test_diff_writes_nothing(project: Path) -> None:
    status, out, _ = hoist("--diff", "a.py")
    assert status == 0
    assert "+from b import x" in out
    assert "-    from b import x" in out
    assert (project / "a.py").read_text() == A


def test_reasons_are_told(project: Path) -> None:
    _, out, _ = hoist("--check", "--explain", "--format", "json", "a.py")
    (table,) = json.loads(out)["tables"].values()
    assert "a.py:7" in json.dumps(table)
    assert "see --heavy" in json.dumps(table)


def test_heavy_ones_move_when_asked(project: Path) -> None:
    assert hoist("--heavy", "a.py")[0] == 0
    assert (project / "a.py").read_text().startswith("import json\n\nfrom b import x\n")


def test_only_the_named_files_change(project: Path) -> None:
    (project / "c.py").write_text(A)
    assert hoist("c.py")[0] == 0
    assert (project / "a.py").read_text() == A
    assert (project / "c.py").read_text() == MOVED


def test_files_beside_the_named_ones_count_for_a_cycle(project: Path) -> None:
    (project / "b.py").write_text("import a\n\nx = 1\n")
    status, _, _ = hoist("--check", "a.py")
    assert status == 0


def test_a_file_that_does_not_parse_is_named(project: Path) -> None:
    (project / "c.py").write_text("x = = 1\n")
    status, out, _ = hoist(".")
    assert status == 2
    assert "c.py:1:1: error[unparsable]" in out
    assert (project / "a.py").read_text() == MOVED


def test_a_generated_file_stays(project: Path) -> None:
    (project / "a.py").write_text(f"# @generated\n{A}")
    status, out, _ = hoist(".")
    assert status == 1
    assert "generated-file" in out
    assert (project / "a.py").read_text() == f"# @generated\n{A}"


def test_a_read_only_file_is_named(project: Path) -> None:
    (project / "a.py").chmod(0o444)
    status, out, _ = hoist(".")
    assert status == 2
    assert "read-only" in out
    assert (project / "a.py").read_text() == A


def test_a_path_that_is_not_there_is_refused(project: Path) -> None:
    status, _, err = hoist("gone")
    assert status == 2
    assert "gone" in err


def test_a_folder_without_python_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert cli.main(["hoist", str(tmp_path)]) == 2
    assert "there is no Python file" in capsys.readouterr().err
