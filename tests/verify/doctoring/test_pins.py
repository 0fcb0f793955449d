"""The version that a project pins, by the text of its files."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from verify import cli
from verify.doctoring.pins import pinned


@pytest.mark.parametrize(
    ("file", "text", "versions"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["A-b==1.0", "c"]', {"1.0"}),
        (
            "pyproject.toml",
            '[dependency-groups]\ntest = ["a_b[x]==2.0 ; os_name"]',
            set(),
        ),
        ("pyproject.toml", '[dependency-groups]\ntest = ["a_b[x]==2.0"]', {"2.0"}),
        (
            "pyproject.toml",
            '[project]\ndependencies = ["a-b>=1.0,<2", "a-b==1.*"]',
            set(),
        ),
        ("pyproject.toml", "not toml", set()),
        ("requirements.txt", "# note\na-b==1.0 --hash=sha256:0\nc==2\n-r x", {"1.0"}),
        ("dev-requirements.txt", "a.b === 1.0.post1  # why", {"1.0.post1"}),
        ("uv.lock", '[[package]]\nname = "a-b"\nversion = "3.1"', {"3.1"}),
        ("poetry.lock", '[[package]]\nname = "other"\nversion = "3.1"', set()),
    ],
)
def test_exact_pins_count(
    tmp_path: Path, file: str, text: str, versions: set[str]
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / file).write_text(text)
    inner = tmp_path / "src" / "pkg"
    inner.mkdir(parents=True)
    assert set(pinned("a_b", inner)) == versions


def test_the_closest_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a==1")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "requirements.txt").write_text("a==2")
    assert set(pinned("a", inner)) == {"2"}


@pytest.mark.parametrize(
    ("text", "says"), [("", "pins none"), ("thing==1\nthing==2", "pins several: 1 (")]
)
def test_no_version_is_a_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text(text)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.root, ["doctor", ".", "--package", "thing"])
    assert result.exit_code == 2
    assert f"which version of thing? The project {says}" in result.stderr
