"""Names of a `__getattr__` that may not be there, or may fail; imports in circles."""

from __future__ import annotations

import textwrap

import pytest

from tests.verify.surface.test_comparing import lost, of_module, surface
from verify.movement.sources import Files
from verify.surface.answer import Fate
from verify.surface.importable import Certainty, Importable
from verify.surface.modules import Modules

KNOWS = """\
def __getattr__(name):
    if name == "X":
        return 1
    raise AttributeError(name)
"""
KNOWS_OTHERS = KNOWS.replace('"X"', '"Z"')
KNOWS_ALL = "def __getattr__(name):\n    return load(name)\n"
TAKES_IT = KNOWS.replace("return 1", "from .other import X; return X")


def either(one: str, other: str = "pass\n") -> str:
    parts = (textwrap.indent(each, "    ") for each in (one, other))
    return "if a:\n{}else:\n{}".format(*parts)


@pytest.mark.parametrize(
    ("text", "fates"),
    [
        (either(KNOWS, KNOWS), {}),
        (either(KNOWS), {"X": Fate.CONDITIONAL}),
        (either(KNOWS, KNOWS_OTHERS), {"X": Fate.CONDITIONAL}),
        (either(TAKES_IT, KNOWS), {"X": Fate.CONDITIONAL}),
        (either(TAKES_IT, KNOWS_OTHERS), {"X": Fate.GONE}),
        (either(TAKES_IT, KNOWS_ALL), {"X": Fate.UNTOLD}),
    ],
)
def test_one_of_several(text: str, fates: dict[str, Fate]) -> None:
    found = of_module("X = 1\n", text, other="")
    assert {name: fate for name, fate in found.items() if name == "X"} == fates


def test_it_is_asked_before_a_submodule_is_loaded() -> None:
    base = {"pkg/__init__.py": "", "pkg/other.py": "", "pkg/X.py": ""}
    head = {**base, "pkg/__init__.py": TAKES_IT}
    new = Modules(Files({p: t.encode() for p, t in head.items()}), Files({}))
    answer = Importable(new, new).look_up("pkg", "X")
    assert answer.certainty is Certainty.CONDITIONAL
    head["pkg/other.py"] = "X = 1\n"
    assert lost(base, head) == {}


def test_what_was_bound_before_it_is_imported_in_a_circle() -> None:
    """By when it is there no text tells; that it may be is enough not to deny it."""
    base = {"pkg/__init__.py": "", "pkg/b.py": "from .a import X\n"}
    base["pkg/a.py"] = "X = 1\n"
    again = {**base, "pkg/a.py": "X = 1\nfrom .b import X\n"}
    never = {**base, "pkg/a.py": "from .b import X\n"}
    assert lost(base, again)["pkg.a:X"] is Fate.CONDITIONAL
    assert [each.path for each in surface(base, never).broken] == [
        "pkg/a.py",
        "pkg/b.py",
    ]
