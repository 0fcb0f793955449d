"""A history in which a doubling got a name, and what is found of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.migration import Migration, loads
from verify import replay_folds as replay
from verify.replay import ReplayError

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

_MIGRATION = """\
id = "doubled"
title = "t"
package = "p"
since = "1"

[[move]]
from = "p.old:length"
to = "p.new:length"

[[fold]]
pattern = "2 * length(...)"
to = "p.new:reserve"
"""
_DEFINED = "def length(a):\n    return len(a)\n"
_USE = "from p.old import length\n\n\ndef need(a):\n    n = length(a)\n    return [2 * n]\n"
_TEXT = 'CODE = """\nfrom p.old import length\nlength(1)\n"""\n'


@pytest.fixture
def migration() -> Migration:
    return loads(_MIGRATION, "doubled.toml")


@pytest.fixture
def history(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    """Two commits: the second moves the function and names the doubling."""
    folder = "python/p"
    unchanged = {f"{folder}/__init__.py": "", f"{folder}/other.py": _TEXT}
    before = {"old.py": _DEFINED, "new.py": "", "use.py": _USE, "same.py": _USE}
    scratch.commit(unchanged | {f"{folder}/{k}": v for k, v in before.items()})
    reserve = "\n\ndef reserve(a):\n    return 2 * length(a)\n"
    merged = _USE.replace("p.old import length", "p.new import reserve")
    merged = merged.replace("= length(a)", "= reserve(a)").replace("2 * n", "n")
    after = {
        "old.py": "",
        "new.py": _DEFINED + reserve,
        "use.py": merged.replace("    n =", "    m =").replace("[n]", "[m]"),
        "same.py": f"{merged}# done\n",
    }
    scratch.commit({f"{folder}/{name}": text for name, text in after.items()})
    known = {
        f"{folder}/use.py": "the local n for m",
        f"{folder}/same.py": "texts and comments",
    }
    monkeypatch.setattr(replay, "KNOWN", known)
    monkeypatch.setattr(replay, "REPORTED", {f"{folder}/other.py": "p.new.reserve"})
    return scratch


def test_what_is_known_agrees(history: Scratch, migration: Migration) -> None:
    rows = replay.replay_folds(history.folder, migration, "HEAD")
    assert [row.what.rpartition(" ")[2] for row in rows if not row.agrees] == []
    assert len(rows) == 4


def test_what_is_not_as_known_is_told(
    history: Scratch, migration: Migration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "KNOWN", {})
    monkeypatch.setattr(replay, "REPORTED", {"python/p/gone.py": "p.x"})
    rows = replay.replay_folds(history.folder, migration, "HEAD")
    assert [row.agrees for row in rows] == [False, False, True, False, False]
    assert [row.found for row in rows[:2]] == [
        "texts and comments",
        "the local n for m",
    ]


def test_a_commit_without_a_parent(history: Scratch, migration: Migration) -> None:
    with pytest.raises(ReplayError, match="fetch the whole history"):
        replay.replay_folds(history.folder, migration, "HEAD~1")


@pytest.mark.parametrize(
    ("ours", "merged", "words"),
    [
        ("x = 1\n", "x = 1\n", "nothing"),
        ("x = 'a'  # b\n", "x = 'c'\n", "texts and comments"),
        ("x = f'a{y}'\n", "x = f'c{y}'\n", "texts and comments"),
        ("x = 1\ny = x\n", "z = 1\ny = z\n", "the local x for z"),
        ("x = 1\ny = x\n", "z = 1\ny = x\n", "other code"),
        ("x = 1\n", "x = 2\n", "other code"),
        ("x = f(1)\n", "x = g(1)\ny = 2\n", "other code"),
    ],
)
def test_differences_in_words(ours: str, merged: str, words: str) -> None:
    assert replay.difference(ours.encode(), merged.encode()) == words
