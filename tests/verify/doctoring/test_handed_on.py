"""What is read off a module that other modules hand on, and what comes by a star."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from verify.doctoring.examining import examine
from verify.doctoring.judging import State
from verify.releasing.opening import open_release

FOUND, DEPENDS = State.FOUND, State.DEPENDS
UNTOLD, MISSING = State.UNTOLD, State.MISSING

IF = "import sys\nif sys.platform == 'none':\n    "
GETATTR = "def __getattr__(name):\n    if name == '{}': return 1\n    raise AttributeError(name)\n"


def states(tmp_path: Path, release: Mapping[str, str], text: str) -> list[State]:
    """What is told of each thing that a text wants of a package `p`."""
    for path, content in {"__init__.py": "", **release}.items():
        target = tmp_path / "release" / "p" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    user = tmp_path / "code" / "user.py"
    user.parent.mkdir()
    user.write_text(text)
    version = open_release(str(tmp_path / "release"), packages=("p",))
    return [judged.state for _, judged in examine([user], version, jobs=1).judged]


B = {"b.py": "x = 1\n"}
HANDED = {**B, "q.py": "from p import b\n"}


@pytest.mark.parametrize(
    ("release", "text", "expected"),
    [
        (HANDED, "from p.q import b as m\nm.a", [FOUND, MISSING]),
        (HANDED, "from p.q import b as m\nm.x", [FOUND, FOUND]),
        (HANDED, "from p.q import b\nb.x.anything", [FOUND, FOUND]),
        (HANDED, "import p.q\np.q.b.a", [FOUND, MISSING]),
        # Of a name that leads to no module of the package nothing is wanted.
        ({"q.py": "import os as b\n"}, "from p.q import b\nb.a", [FOUND]),
        ({"q.py": "class b: ...\n"}, "from p.q import b\nb.a", [FOUND]),
        # Under another name, twice, by a star, by `as`, relative, lazily.
        (
            {**B, "q.py": "from . import b as c\n", "r.py": "from .q import c as d\n"},
            "from p.r import d\nd.x, d.a",
            [FOUND, FOUND, MISSING],
        ),
        (
            {**HANDED, "r.py": "from .q import *\n"},
            "import p.r\np.r.b.a",
            [FOUND, MISSING],
        ),
        (
            {**B, "q.py": "import p.b as c\n"},
            "from p.q import c\nc.a",
            [FOUND, MISSING],
        ),
        (
            {
                **B,
                "q.py": "def __getattr__(name):\n    if name == 'b':\n"
                "        from p import b\n        return b\n"
                "    raise AttributeError(name)\n",
            },
            "from p.q import b\nb.a",
            [FOUND, MISSING],
        ),
        # `import p.b` binds `p`.
        (
            {**B, "q.py": "import p.b\n", "c.py": ""},
            "from p.q import p as m\nm.b.x, m.b.a, m.x",
            [FOUND, FOUND, MISSING, MISSING],
        ),
        # Assigned.
        (
            {**B, "q.py": "import p.b\nfrom p import b as d\nc = p.b\ne = d\n"},
            "from p.q import c, e\nc.x, c.a, e.x, e.a",
            [FOUND, FOUND, FOUND, MISSING, FOUND, MISSING],
        ),
        # A module, or something else.
        (
            {**B, "q.py": f"{IF}from p import b\nelse:\n    b = 1\n"},
            "from p.q import b\nb.a, b.x",
            [FOUND, DEPENDS, DEPENDS],
        ),
        # One of two modules.
        (
            {
                "b.py": "x = y = 1\n",
                "c.py": "x = 1\n",
                "q.py": f"{IF}from p import b\nelse:\n    from p import c as b\n",
            },
            "from p.q import b\nb.x, b.y, b.z",
            [FOUND, FOUND, DEPENDS, MISSING],
        ),
        # A module that imports itself in a circle is looked up once.
        (
            {"q.py": "from p.r import b\n", "r.py": "from p.q import b\n"},
            "from p.q import b\nb.a",
            [MISSING],
        ),
        (
            {"q.py": f"{IF}b = 1\nfrom p.r import b\n", "r.py": "from p.q import b\n"},
            "from p.q import b",
            [DEPENDS],
        ),
    ],
)
def test_what_a_name_leads_to_is_looked_up(
    tmp_path: Path, release: Mapping[str, str], text: str, expected: list[State]
) -> None:
    assert states(tmp_path, release, text) == expected


@pytest.mark.parametrize(
    ("release", "text", "expected"),
    [
        ({"a.py": f"{IF}b = 1\n"}, "from p.a import *\nb", [DEPENDS]),
        ({"a.py": "b = 1\n"}, "from p.a import *\nb", [FOUND]),
        ({"a.py": "c = 1\n"}, "from p.a import *\nb", [UNTOLD]),
        # A folder without an `__init__` gives what is loaded, as packages do.
        ({"n/c.py": ""}, "from p.n import *\nb", [UNTOLD]),
        ({"n/b.py": ""}, "from p.n import *\nb", [DEPENDS]),
        ({"n/__init__.py": "", "n/b.py": ""}, "from p.n import *\nb", [DEPENDS]),
        (
            {"n/__init__.py": "from .b import x\n", "n/b.py": "x = 1\n"},
            "from p.n import *\nb",
            [FOUND],
        ),
        (
            {
                "n/__init__.py": "from .b import x\n__all__ = ['x']\n",
                "n/b.py": "x = 1\n",
            },
            "from p.n import *\nb",
            [UNTOLD],
        ),
        # So that a package has the submodules of one whose names it takes.
        (
            {
                "__init__.py": "from p.n import *\n",
                "n/__init__.py": "from .b import *\n",
                "n/b.py": "_x = 1\n",
            },
            "import p\np.b._x, p.b._y",
            [FOUND, FOUND, MISSING],
        ),
    ],
)
def test_what_a_star_brings(
    tmp_path: Path, release: Mapping[str, str], text: str, expected: list[State]
) -> None:
    assert states(tmp_path, release, text) == expected


def _under(head: str, body: str) -> str:
    return head + "".join(f"    {line}\n" for line in body.splitlines())


NEVER_HERE = "import sys\nif sys.platform == 'none':\n"
KNOWS, KNOWS_OTHERS = GETATTR.format("b"), GETATTR.format("c")
TAKES_IT = KNOWS.replace("return 1", "from p.x import b; return b")
KNOWS_ALL = "def __getattr__(name): return 1\n"
COMPUTES_IT = KNOWS.replace("return 1", "return import_module('p.' + name)")


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (KNOWS, FOUND),
        (KNOWS_OTHERS, MISSING),
        (TAKES_IT, MISSING),
        (f"from importlib import import_module\n{COMPUTES_IT}", DEPENDS),
        (_under(NEVER_HERE, KNOWS), DEPENDS),
        (_under(NEVER_HERE, KNOWS) + _under("else:\n", KNOWS), FOUND),
        (_under(NEVER_HERE, KNOWS) + _under("else:\n", KNOWS_OTHERS), DEPENDS),
        (_under(NEVER_HERE, TAKES_IT) + _under("else:\n", KNOWS), DEPENDS),
        (_under(NEVER_HERE, TAKES_IT) + _under("else:\n", KNOWS_ALL), UNTOLD),
    ],
)
def test_a_getattr_that_may_not_be_there_or_may_fail(
    tmp_path: Path, module: str, expected: State
) -> None:
    release = {"a.py": module, "x.py": ""}
    assert states(tmp_path, release, "from p.a import b") == [expected]


def test_a_getattr_is_asked_before_a_submodule_is_loaded(tmp_path: Path) -> None:
    release = {"__init__.py": TAKES_IT, "x.py": "", "b.py": ""}
    assert states(tmp_path, release, "from p import b") == [DEPENDS]


def test_types_that_import_themselves_end(tmp_path: Path) -> None:
    types = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.{} import b\n"
    )
    any_name = "def __getattr__(name): return find(name)\n"
    release = {
        "a.py": types.format("q") + any_name,
        "q.py": types.format("a") + any_name,
    }
    assert states(tmp_path, release, "from p.a import b") == [UNTOLD]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import p\np.__path__", FOUND),
        ("import p.n\np.n.__path__, p.n.__name__", FOUND),
        ("import p.a\np.a.__path__", MISSING),
        ("import p.n\np.n.__file__", MISSING),
    ],
)
def test_packages_have_a_path(tmp_path: Path, text: str, expected: State) -> None:
    release = {"a.py": "", "n/b.py": ""}
    assert states(tmp_path, release, text)[-1] is expected
