"""The search for planted bugs: what it tells, and that it ends whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from scripts import behaviour_mutants
from verify.behaviour.planting import bugs_in

ROOT = Path(__file__).parents[2]
KILLED = "/tmp/copy: case 1, operation 3: killed by SIGSEGV"

PARENT = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from scripts.behaviour_mutants import end_with
pool = ProcessPoolExecutor(1, initializer=end_with, initargs=(os.getpid(),))
print(pool.submit(os.getpid).result(), flush=True)
pool.submit(time.sleep, 99)
time.sleep(99)
"""


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL"])
def test_no_worker_outlives_its_parent(name: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    assert is_alive(worker)
    parent.send_signal(getattr(signal, name))
    parent.communicate()
    deadline = time.monotonic() + 20
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(worker)


def result(**answers: str) -> dict[str, Any]:
    bugs = [{"kind": "x", "bug": name, "answer": a} for name, a in answers.items()]
    return {"steps": 10, "lines": 5, "bugs": bugs}


def test_what_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = tmp_path / "reasons.toml"
    reasons.write_text('b = "changes nothing"\nc = "missed: needs more pages"\n')
    monkeypatch.setattr(behaviour_mutants, "REASONS", reasons)
    made = result(a="found", b="missed", c="missed", d="missed", e="not run")
    made["bugs"][-1]["why"] = KILLED
    told = tmp_path / "told.md"
    assert behaviour_mutants.tell(made, told) == 1
    text = told.read_text()
    assert "Of the 4 without a reason to stay unseen, 1 were found, 2 were not" in text
    assert "- `e`: operation 3: killed by SIGSEGV" in text
    assert "- `b`: changes nothing" in text
    assert "- `c`: **missed**: needs more pages" in text
    assert "- `d`: **missed**:" in text
    assert behaviour_mutants.tell(result(a="found", b="missed"), None) == 0
    assert behaviour_mutants.tell(result(a="found", b="not run"), None) == 0
    assert behaviour_mutants.tell(result(a="found", b="found"), None) == 1


def test_every_reason_is_for_a_bug_that_can_be_planted() -> None:
    """One for a line that has changed since excuses nothing, and misleads."""
    folder = ROOT / "allocator"
    keys = {
        behaviour_mutants.key(bug)
        for path in folder.glob("*.py")
        for bug in bugs_in(path.name, path.read_bytes())
    }
    assert {*behaviour_mutants.known_reasons()} <= keys
