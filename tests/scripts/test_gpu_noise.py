"""The parts of the run on a GPU, on a simulated card: cut, gone on with, ended."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("pytest_benchmark")

from scripts import gpu_noise
from tests.verify.benching.simulated import BENCHMARKS, SIDE
from verify.benching.experiment import Plan
from verify.benching.parents import Job

HANGS = """\
def test_hangs(benchmark):
    calls = []

    def run():
        calls.append(1)
        while len(calls) > 8:
            time.sleep(1)

    benchmark(run)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with benchmarks, in the place of all parts: one, of 8 pairs."""
    sides = [tmp_path / "base", tmp_path / "head"]
    for side in sides:
        side.mkdir()
        (side / "work.py").write_text(SIDE.format(40_000), "utf-8")
    benchmarks = tmp_path / "test_it.py"
    benchmarks.write_text(BENCHMARKS, "utf-8")
    job = Job((str(benchmarks),), str(tmp_path), "cuda", timeout=30)
    part = gpu_noise.Part("equal-00", job, Plan(block=0.001), 8)
    monkeypatch.setattr(gpu_noise, "parts", lambda: iter([part]))
    monkeypatch.setattr(gpu_noise, "sides_of", lambda *_: sides)
    monkeypatch.setattr(gpu_noise, "TO_END", 1.0)
    monkeypatch.setattr(gpu_noise, "TO_BEGIN", 0.1)
    monkeypatch.setattr(gpu_noise, "end_anyway", lambda *_: None)
    return tmp_path


def call(folder: Path, seconds: float) -> int:
    return gpu_noise.main([str(folder / "out"), str(folder), str(seconds)])


def pairs(folder: Path) -> list[int]:
    found = json.loads((folder / "out" / "equal-00.json").read_text("utf-8"))
    return [len(each["pairs"]) for each in found["benchmarks"]]


def table(folder: Path) -> str:
    return (folder / "out" / "gpu-noise.md").read_text("utf-8")


def test_a_part_that_was_cut_is_gone_on_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = gpu_noise.Kept.write
    clock = time.monotonic
    written = []

    def write_and_jump(kept: gpu_noise.Kept) -> None:
        write(kept)
        written.append(1)

    monkeypatch.setattr(gpu_noise.Kept, "write", write_and_jump)
    ticking = type("", (), {"monotonic": lambda: clock() + 1000 * (len(written) >= 3)})
    monkeypatch.setattr(gpu_noise, "time", ticking)
    assert call(folder, 100) == 2
    assert pairs(folder) == [3, 3]
    assert "Cut: `equal-00` has 3 of 8 pairs: no more time after" in table(folder)
    monkeypatch.setattr(gpu_noise, "time", time)
    assert call(folder, 100) == 0
    assert pairs(folder) == [8, 8]
    assert "Cut" not in table(folder)
    assert "| 5% | 0 of 1 |" in table(folder)


def test_what_was_measured_stays_where_something_hangs(folder: Path) -> None:
    with (folder / "test_it.py").open("a") as file:
        file.write(f"\n\n{HANGS}")
    begin = time.monotonic()
    assert call(folder, 4) == 2
    assert time.monotonic() - begin < 20
    assert "Cut: `equal-00` has 0 of 8 pairs: something hung" in table(folder)


def test_a_side_that_cannot_be_imported_is_told_and_no_part_is_done(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "base" / "work.py").write_text("import nothing_of_this_name", "utf-8")
    assert call(folder, 100) == 2
    assert "No module named 'nothing_of_this_name'" in capsys.readouterr().out
    assert "Nothing was measured" in table(folder)


def test_it_ends_whatever_it_does(tmp_path: Path) -> None:
    code = (
        "import pathlib, time; from scripts import gpu_noise;"
        f" gpu_noise.end_anyway(pathlib.Path({str(tmp_path)!r}), 0.1); time.sleep(60)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 2
    assert (tmp_path / "gpu-noise.md").exists()
