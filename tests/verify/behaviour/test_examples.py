"""Real code: the allocators, and a project that is not ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.verify.behaviour.conftest import Ask, Write
from verify.releases import ReleaseError
from verify.sides.index import fetch_release
from verify.sides.spec import ReleaseSpec

ROOT = Path(__file__).parents[3]

OLDER = ReleaseSpec(
    "toolz",
    "0.10.0",
    is_source=True,
    sha256="08fdd5ef7c96480ad11c12d472de21acd32359996f69a5259299b540feba4560",
)
NEWER = ReleaseSpec(
    "toolz",
    "0.12.1",
    is_source=True,
    sha256="ecca342664893f177a13dac0e6b41cbd8ac25a358e5f215316d43e2100224f4d",
)


def name_of(spec: ReleaseSpec) -> str:
    try:
        fetch_release(spec)
    except ReleaseError as error:
        pytest.skip(f"the package index cannot be reached: {error}")
    return f"sdist:{spec.project}=={spec.version}#sha256={spec.sha256}"


def test_two_releases_of_another_project(ask: Ask) -> None:
    """Its own suite, from its source archives: what came, went and changed."""
    status, told = ask(name_of(OLDER), name_of(NEWER))
    assert status == 1
    facts = told["facts"]
    assert facts["tests_same"]["passed"] > 150
    gone = {row["test"] for row in told["tables"]["tests of the base alone"]}
    assert "toolz/tests/test_compatibility.py::test_map_filter_are_lazy" in gone
    differing = {row["test"] for row in told["tables"]["different tests"]}
    # It gave texts to `random.Random` that newer Pythons refuse, and stopped.
    assert "toolz/tests/test_itertoolz.py::test_random_sample" in differing
    assert facts["tests_new"] > 0


def test_a_release_against_itself(ask: Ask) -> None:
    status, told = ask(name_of(NEWER), name_of(NEWER))
    assert (status, told["findings"]) == (0, [])


def test_a_pin_that_does_not_hold(ask: Ask) -> None:
    name = name_of(NEWER).partition("#")[0]
    status, told = ask(name, f"{name}#sha256={'0' * 64}")
    assert status == 2
    assert "not the pinned" in told


def test_the_allocators(ask: Ask, before_split: Path, after_split: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("triton")
    drive = ("--driver", "allocators", "--steps", "200")
    status, told = ask(before_split, after_split, *drive)
    assert (status, told["findings"]) == (0, [])
    assert told["facts"]["steps"] >= 200
    alone = told["tables"]["cases of one side alone"]
    assert [row["side"] for row in alone] == ["head"]  # the older has no Mamba slots
    status, told = ask(after_split, ROOT, *drive)
    assert (status, told["findings"]) == (0, [])


def ours_with(path: str, right: str, wrong: str) -> dict[str, str]:
    """The package `allocator` with a bug, as files to write."""
    sources = {
        f"allocator/{path.name}": path.read_text("utf-8")
        for path in (ROOT / "allocator").iterdir()
        if path.suffix in (".py", ".c")
    }
    assert sources[path].count(right) == 1
    return {**sources, path: sources[path].replace(right, wrong)}


def test_a_bug_in_an_allocator(ask: Ask, write: Write) -> None:
    """One token: slots are put back in another place of the list."""
    pytest.importorskip("torch")
    pytest.importorskip("triton")
    sources = ours_with(
        "allocator/base.py", "self.free_pages, released", "released[:0], released"
    )
    status, told = ask(
        ROOT, write("head", sources), "--driver", "allocators", "--steps", "2000"
    )
    assert status == 1
    assert [finding["rule"] for finding in told["findings"]] == ["step-differs"]


def test_a_bug_that_wrong_calls_alone_show(ask: Ask, write: Write) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("triton")
    sources = ours_with("allocator/validation.py", "if value < 0:", "if value < -9:")
    head = write("head", sources)
    drive = ("--driver", "allocators", "--steps", "600")
    assert ask(ROOT, head, *drive)[0] == 0
    status, told = ask(ROOT, head, *drive, "--env", "ALLOCATORS_WRONG_CALLS=1")
    assert status == 1
    assert "must not be negative" in told["findings"][0]["message"]
