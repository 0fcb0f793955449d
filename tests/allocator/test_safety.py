"""What must not happen to slots: it happens on the real classes, and not on ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("triton")

SCRIPT = Path(__file__).parent / "upstream" / "safety.py"


def tried(on: str, *, interpret: bool = True) -> dict[str, str]:
    """Run every check on one side; return what went wrong, by check."""
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    if not interpret:
        del environment["TRITON_INTERPRET"]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(SCRIPT), on],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, str] = json.loads(done.stdout)
    assert len(found) >= 20
    return found


@pytest.mark.parametrize("interpret", [True, False])
def test_nothing_goes_wrong_on_ours(interpret: bool) -> None:
    found = tried("ours", interpret=interpret)
    assert {name: what for name, what in found.items() if what} == {}


def test_each_goes_wrong_on_the_real_classes(after_split: Path) -> None:
    """So every check above can fail, and on the code that it is about."""
    found = tried(str(after_split))
    assert [name for name, what in found.items() if not what] == []
