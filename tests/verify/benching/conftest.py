"""Two small sides, benchmarks of them, and the command in one call."""

from __future__ import annotations

import io
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from tests.verify.published import schema_errors
from verify import cli

pytest.importorskip("pytest_benchmark")

WORK = """\
STEPS = {steps}


def run(times=1):
    total = 0
    for _ in range(STEPS * times):
        total += sum(range(50))
    return total
"""

BENCHMARKS = """\
import work


def test_run(benchmark):
    assert benchmark(work.run) >= 0
"""


class Answer:
    """What one run of the command came to."""

    def __init__(self, status: int, stdout: str, stderr: str) -> None:
        self.status = status
        self.stdout = stdout
        self.stderr = stderr

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.stdout)
        assert schema_errors(found) == []
        return found

    @property
    def rows(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.document["tables"]["benchmarks"]
        return found

    @property
    def verdicts(self) -> dict[str, str]:
        """By the last part of the benchmark's name."""
        return {
            row["benchmark"].rpartition("::")[2]: row["verdict"] for row in self.rows
        }

    @property
    def said(self) -> str:
        """The messages of all findings."""
        return "\n".join(each["message"] for each in self.document["findings"])


class Bench:
    """A folder with `base`, `head` and `test_it.py`; runs `rehome bench` there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.side("base", WORK.format(steps=4))
        self.side("head", WORK.format(steps=4))
        self.benchmarks(BENCHMARKS)

    def side(self, name: str, code: str, module: str = "work") -> Path:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / f"{module}.py").write_text(code, "utf-8")
        return folder

    def benchmarks(self, code: str, name: str = "test_it.py") -> None:
        (self.folder / name).write_text(code, "utf-8")

    def run(
        self,
        *arguments: str,
        base: str = "base",
        head: str = "head",
        files: tuple[str, ...] = ("test_it.py",),
        pairs: int = 2,
        json_: bool = True,
    ) -> Answer:
        shown = ["--format", "json"] if json_ else []
        few = ["--pairs", str(pairs), "--block", "0.001"]
        stdout, stderr = io.StringIO(), io.StringIO()
        with redirect_stdout(stdout), redirect_stderr(stderr):
            status = cli.main(["bench", base, head, *files, *few, *shown, *arguments])
        return Answer(status, stdout.getvalue(), stderr.getvalue())

    def processes(self) -> list[str]:
        """Command lines of processes that name this folder."""
        found = []
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = file.read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in line:
                found.append(line.decode("utf-8", "replace"))
        return found

    def nothing_is_left(self) -> bool:
        """No process that names this folder, no temporary folder; after a moment."""
        for _ in range(100):
            if not self.processes() and not [*(self.folder / "tmp").iterdir()]:
                return True
            time.sleep(0.05)
        return False


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    made = Bench(tmp_path)
    yield made
    assert made.nothing_is_left(), made.processes()
