"""The engine alone: one source, many targets, and texts that are exact."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from codemods.home import ModuleHome
from codemods.moving.module import ModuleText
from codemods.moving.moving import Made, Refusal, move
from codemods.moving.request import Request, Target, Why


@dataclass
class Alone:
    """A project of one module."""

    used: frozenset[str] = frozenset()

    def is_used(self, name: str) -> bool:
        return name in self.used

    def is_assigned(self, name: str) -> bool:
        return False

    def is_starred(self) -> bool:
        return False

    def passed_on(self, module: str, name: str) -> tuple[str, str] | None:
        return ("pkg.sub.base", name) if module == "pkg.sub" else None

    def is_rebound(self, module: str, name: str) -> bool:
        return False

    def changes_state(self, module: str, name: str) -> bool:
        return False

    def enters_subclasses(self, module: str, name: str) -> bool:
        return False

    def has_effects(self, module: str) -> bool:
        return False


def moved(source: str, moves: dict[str, str], *used: str) -> Made | Refusal:
    text = ModuleText.read(ModuleHome("pkg.a"), source.encode())
    targets = {where: Target(ModuleHome(where)) for where in moves.values()}
    return move(Request(text, moves, targets, Alone(frozenset(used))))


def texts(source: str, moves: dict[str, str], *used: str) -> dict[str, str]:
    made = moved(source, moves, *used)
    assert isinstance(made, Made), made
    return {name: data.decode() for name, data in made.texts.items()}


SOURCE = """\
# Copyright A
# SPDX-License-Identifier: MIT
import os
import sys

from pkg.sub import Base

_fast = os.name == "posix"

if _fast:
    import posixpath as path

_own = 1
_both = 2


class First(Base):
    size = _own + _both


class Second(First):
    where = path.sep


def third():
    return First, _both, sys.maxsize
"""


def test_many_targets_at_once() -> None:
    made = texts(SOURCE, {"First": "pkg.sub.first", "Second": "pkg.sub.second"})
    assert made["pkg.sub.first"] == (
        "# Copyright A\n# SPDX-License-Identifier: MIT\n\n"
        "from pkg.sub.base import Base\nfrom pkg.a import _both\n\n_own = 1\n\n\n"
        "class First(Base):\n    size = _own + _both\n"
    )
    assert made["pkg.sub.second"] == (
        "# Copyright A\n# SPDX-License-Identifier: MIT\n\n"
        'import os\nfrom pkg.sub.first import First\n\n_fast = os.name == "posix"\n\n'
        "if _fast:\n    import posixpath as path\n\n\n"
        "class Second(First):\n    where = path.sep\n"
    )
    assert made["pkg.a"] == (
        "# Copyright A\n# SPDX-License-Identifier: MIT\nimport sys\n"
        "from pkg.sub.first import First\n\n_both = 2\n\n\n"
        "def third():\n    return First, _both, sys.maxsize\n"
    )


def test_what_was_borrowed_and_what_came_is_told() -> None:
    made = moved(SOURCE, {"First": "pkg.b"})
    assert isinstance(made, Made)
    assert made.came == {"_own": "pkg.b"}
    assert made.borrowed == {"_both": frozenset({"pkg.b"})}


def test_what_others_take_from_the_source_stays() -> None:
    made = texts(SOURCE, {"First": "pkg.b"}, "_own", "Base")
    assert "_own = 1\n" in made["pkg.a"]
    assert "from pkg.a import _own, _both\n" in made["pkg.b"]
    assert "from pkg.sub import Base\n" in made["pkg.a"]


def test_a_branch_that_both_need_is_repeated() -> None:
    source = (
        "try:\n    import fast as json\nexcept ImportError:\n    import json\n\n\n"
        "def f():\n    return json\n\n\ndef g():\n    return json\n"
    )
    made = texts(source, {"f": "pkg.b"})
    assert made["pkg.b"].startswith("try:\n    import fast as json\n")
    assert made["pkg.a"].startswith("try:\n    import fast as json\n")


@pytest.mark.parametrize(
    ("listed", "left"),
    [
        ('__all__ = ["f", "g", "h"]\n', '__all__ = ["g", "h"]\n'),
        ('__all__ = ["g", "f", "h"]\n', '__all__ = ["g", "h"]\n'),
        ('__all__ = ["g", "h", "f"]\n', '__all__ = ["g", "h"]\n'),
        ('__all__ = ("g", "f")\n', '__all__ = ("g",)\n'),
        ('__all__ = ["f"]\n', "__all__ = []\n"),
        ('__all__ = [\n    "f",\n    "g",\n]\n', '__all__ = [\n    "g",\n]\n'),
        ('__all__ = [\n    "g",\n    "f",\n]\n', '__all__ = [\n    "g",\n]\n'),
        ('__all__ = [\n    "g",\n    "f"\n]\n', '__all__ = [\n    "g"\n]\n'),
    ],
)
def test_all_loses_the_name(listed: str, left: str) -> None:
    source = f"{listed}\n\ndef f():\n    return 1\n\n\ng = h = 2\n"
    assert texts(source, {"f": "pkg.b"})["pkg.a"] == f"{left}\n\ng = h = 2\n"


def test_an_all_that_is_worked_out_is_refused() -> None:
    source = '__all__ = ["f"] + []\n\n\ndef f():\n    return 1\n'
    made = moved(source, {"f": "pkg.b"})
    assert isinstance(made, Refusal)
    assert [each.why for each in made.objections] == [Why.UNSURE]


def test_every_reason_is_given_at_once() -> None:
    source = "def f():\n    return __name__\n\n\ndef g():\n    return globals()\n"
    made = moved(source, {"f": "pkg.b", "g": "pkg.b", "h": "pkg.b"})
    assert isinstance(made, Refusal)
    assert [each.why for each in made.objections] == [Why.UNKNOWN]
    made = moved(source, {"f": "pkg.b", "g": "pkg.b"})
    assert isinstance(made, Refusal)
    assert [each.line for each in made.objections] == [2, 6]
