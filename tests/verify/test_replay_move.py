"""A history in which a class moved by hand, and what `rehome move` makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.name import Name
from verify.moving.planning import Wish
from verify.replay import ReplayError
from verify.replay_move import replay_move

if TYPE_CHECKING:
    from tests.verify.conftest import Scratch

BEFORE = {
    "p/__init__.py": "",
    "p/old.py": "import os\n\n\nclass A:\n    sep = os.sep\n\n\nclass B:\n    pass\n",
    "use.py": "from p.old import A, B\n",
}
AFTER = {
    "p/old.py": "class B:\n    pass\n",
    "p/new.py": "import os\n\n\nclass A:\n    sep = os.sep\n",
    "use.py": "from p.new import A\nfrom p.old import B\n",
}
WISH = Wish((Name("p.old", "A"),), "p.new")


def test_as_merged(scratch: Scratch) -> None:
    scratch.commit(BEFORE)
    commit = scratch.commit(AFTER)
    rows = replay_move(scratch.folder, WISH, commit)
    assert all(row.agrees for row in rows)
    assert len(scratch.git("worktree", "list").splitlines()) == 1


def test_a_difference_is_told(scratch: Scratch) -> None:
    scratch.commit(BEFORE)
    commit = scratch.commit({**AFTER, "use.py": "from p.new import A\n"})
    rows = {row.what: row for row in replay_move(scratch.folder, WISH, commit)}
    other = rows["other files as merged, byte for byte"]
    assert not other.agrees


def test_a_refusal_is_an_error(scratch: Scratch) -> None:
    scratch.commit({**BEFORE, "p/new.py": "A = 1\n"})
    commit = scratch.commit(AFTER)
    with pytest.raises(ReplayError, match="it has a `A` already"):
        replay_move(scratch.folder, WISH, commit)


def test_a_commit_that_is_not_there(scratch: Scratch) -> None:
    scratch.commit(BEFORE)
    with pytest.raises(ReplayError, match="fetch the whole history"):
        replay_move(scratch.folder, WISH, "f" * 40)
