"""The known figures of a history beside what is found in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from verify import replay_cycles as replay
from verify.importing.graph import Reading

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

_ALLOCATOR = "p.allocator"
_BASE = f"from {_ALLOCATOR}.base import Base\n"
_FILES = {
    "p/__init__.py": "",
    "p/allocator/__init__.py": f"{_BASE}from {_ALLOCATOR}.token import Token\n",
    "p/allocator/base.py": "class Base: pass\n",
    "p/allocator/token.py": f"{_BASE}class Token(Base): pass\n",
    "p/allocator/swa.py": (
        f"{_BASE}from {_ALLOCATOR}.token import Token\nfrom p.system import is_npu\n"
        "if is_npu():\n    import p.npu\nclass Swa(Token): pass\n"
    ),
    "p/npu.py": f"from {_ALLOCATOR} import Token\n",
    "p/system.py": "import torch\ndef is_npu():\n    return torch.npu\n",
    "p/a.py": "import p.b\n",
    "p/b.py": "import p.a\ndef f():\n    from p.allocator import base\n",
}
_ENTRIES = ("p.allocator", "p.allocator.base", "p.npu")
_FAILS = {
    ("as merged", "NPU"): (),
    ("exported by leaves", "CUDA"): (),
    ("exported by the package", "CUDA"): _ENTRIES,
}


@pytest.fixture
def history(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """Two commits, and what is known of the second."""
    scratch.commit(_FILES)
    scratch.commit({"p/b.py": "import p.a\n"})
    known = {
        "PACKAGE": "p",
        "PART": "p",
        "LAST": "HEAD",
        "UNCHANGED": {"#26676": "HEAD"},
        "SIZES": {Reading.DIRECT: (2,), Reading.PARENTS: (2,)},
        "ANCESTORS": 2,
        "LARGEST_WITH_LAZY": 2,
        "NEEDS": {"redundant": 0, "loaded anyway": 0, "free": 0, "forced": 0},
        "REMOVED": {"p.b": "free"},
        "FATAL": (),
        "ALLOCATOR": _ALLOCATOR,
        "SWA": "Swa",
        "ENTRIES": _ENTRIES,
        "FAILS": _FAILS,
    }
    for name, value in known.items():
        assert hasattr(replay, name)
        monkeypatch.setattr(replay, name, value)
    return scratch


def test_what_is_known_is_found(history: Scratch) -> None:
    rows = replay.replay_cycles(history.folder)
    assert [(row.what, row.found) for row in rows if not row.agrees] == []
    assert len({row.what for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("name", "wrong", "what"),
    [
        ("LARGEST_WITH_LAZY", 3, "#27458, largest component, with lazy"),
        ("REMOVED", {}, "#27458, imports removed"),
        (
            "FAILS",
            {("exported by leaves", "CUDA"): _ENTRIES},
            "#26676, SWA's allocator exported by leaves, CUDA: fails first",
        ),
    ],
)
def test_what_is_found_to_be_otherwise_disagrees(
    history: Scratch,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    wrong: object,
    what: str,
) -> None:
    monkeypatch.setattr(replay, name, wrong)
    rows = replay.replay_cycles(history.folder)
    assert [row.what for row in rows if not row.agrees] == [what]


def test_a_commit_that_changes_a_component_is_told(history: Scratch) -> None:
    history.commit({"p/a.py": ""})
    rows = {row.what: row for row in replay.replay_cycles(history.folder)}
    assert rows["#26676, components it changes, direct"].found == "1"
