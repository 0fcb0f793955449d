"""Ours and SGLang's real allocators, call by call: see `upstream/walk.py`.

Each case is a process of its own that makes 2,500 random valid calls on both and
compares results and books after every one. With both releases, sorted and not, that
is 10,000 calls for each class and page size, through Triton's interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("triton")

WALK = Path(__file__).parent / "upstream" / "walk.py"
STEPS = 2_500
KINDS = [
    ("token", 1),
    *(("paged", size) for size in (1, 16, 64)),
    *(("swa", size) for size in (1, 16, 64)),
]
SIDES = [
    (release, sort)
    for release in ("before_split", "after_split")
    for sort in (False, True)
]


def walk(release: Path, kind: str, *options: str, interpret: bool = True) -> Any:
    """Run the walk and return its figures; fails with what it said of a difference."""
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    if not interpret:
        del environment["TRITON_INTERPRET"]
    command = [sys.executable, "-W", "ignore", str(WALK), str(release), kind, *options]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        pytest.fail(f"{' '.join(command)}\n{done.stderr[-3000:]}", pytrace=False)
    return json.loads(done.stdout)


def seen(figures: Any, steps: int) -> None:
    """Look at the figures: enough calls, and both answers among them."""
    assert figures["steps"] >= steps
    assert figures["served"] > steps // 20
    assert figures["refused"] > steps // 200


@pytest.mark.parametrize(("kind", "page_size"), KINDS)
@pytest.mark.parametrize(("release", "sort"), SIDES)
def test_same_calls_same_results(
    request: pytest.FixtureRequest,
    release: str,
    sort: bool,
    kind: str,
    page_size: int,
) -> None:
    folder = request.getfixturevalue(release)
    options = ["--page-size", str(page_size), "--steps", str(STEPS)]
    options += ["--seed", str(page_size), *(["--sort"] if sort else [])]
    seen(walk(folder, kind, *options), STEPS)


def test_same_mamba_slots(after_split: Path) -> None:
    seen(walk(after_split, "mamba", "--steps", "10000"), 10_000)


@pytest.mark.parametrize(
    ("kind", "page_size"), [("token", 1), ("paged", 16), ("swa", 16)]
)
def test_same_under_a_state_machine(
    after_split: Path, kind: str, page_size: int
) -> None:
    """Driven by hypothesis, which looks for the shortest calls that differ."""
    size = str(page_size)
    options = ["--page-size", size, "--steps", "400", "--hypothesis"]
    assert walk(after_split, kind, *options)["steps"] >= 400


@pytest.mark.parametrize(("kind", "page_size"), [("paged", 16), ("swa", 64)])
def test_same_without_our_kernels(after_split: Path, kind: str, page_size: int) -> None:
    """Ours by plain tensors, the real one through the interpreter."""
    options = ["--page-size", str(page_size), "--steps", "1000", "--plain"]
    seen(walk(after_split, kind, *options), 1_000)


def test_a_difference_is_found(after_split: Path) -> None:
    """The comparison itself: a list in another order must not pass."""
    with pytest.raises(pytest.fail.Exception, match="free_pages"):
        walk(after_split, "token", "--steps", "200", "--break")
