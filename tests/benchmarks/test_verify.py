"""`rehome verify` on a real pull request beside `git blame`, in one run.

Needs a full clone of SGLang in `$REHOME_SGLANG_CLONE`. Each round of ours is cold:
its cache is a new folder. `scripts/benchmark` runs this.
"""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5
HEAD = "1af53f67b"  # sgl-project/sglang#26676
FILES = ["python/sglang/srt/mem_cache/allocator/swa.py"]

pytestmark = pytest.mark.benchmark(group="verify")


@pytest.fixture(scope="module")
def clone() -> Path:
    named = os.environ.get("REHOME_SGLANG_CLONE")
    if not named:
        pytest.skip("set REHOME_SGLANG_CLONE to a full clone of SGLang")
    return Path(named)


def test_rehome_verify(
    benchmark: BenchmarkFixture, clone: Path, tmp_path: Path
) -> None:
    """Every check, each round with a cache of its own."""
    program = "import sys; from verify.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "verify", f"{HEAD}^..{HEAD}"]
    rounds = count()

    def run() -> subprocess.CompletedProcess[str]:
        cache = tmp_path / str(next(rounds))
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(cache),
        }
        return subprocess.run(
            command,
            cwd=clone,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    done = benchmark.pedantic(run, rounds=ROUNDS, warmup_rounds=1)
    assert done.returncode == 0, done.stderr
    assert "verbatim" in done.stdout


def test_git_blame(benchmark: BenchmarkFixture, clone: Path) -> None:
    """What a person would run for the new file, without the limit to the range."""
    blame = ["git", "blame", "-C", "-C", "-C", "--porcelain", HEAD, "--", *FILES]
    done = benchmark.pedantic(
        lambda: subprocess.run(blame, cwd=clone, capture_output=True, check=True),
        rounds=ROUNDS,
    )
    assert done.stdout
