"""What would change behaviour is refused, for the reason that a person needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.moving.request import Why
from codemods.name import Name
from tests.verify.moving.playing import put
from verify.moving.planning import Wish, plan
from verify.moving.refusing import NotMovable, Refused

MAIN = "from pkg.a import f\n\nprint(f())\n"
F = "def f():\n    return 1\n"


def refused(root: Path, files: dict[str, str], **wish: object) -> set[str]:
    """The rules of the reasons, of a move of `pkg.a:f` to `pkg.b`."""
    put(root, {"pkg/__init__.py": "", **files})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    wanted = {"names": (Name("pkg.a", "f"),), "to": "pkg.b", **wish}
    try:
        plan(root, Wish(**wanted))  # type: ignore[arg-type]
    except Refused as error:
        reasons = error.findings
    else:
        return set()
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert after == before
    assert all(each.place.path and each.fix for each in reasons)
    return {each.rule.id for each in reasons}


CASES: dict[str, tuple[dict[str, str], str]] = {
    "target has the name": (
        {"pkg/a.py": F, "pkg/b.py": "f = 2\n"},
        "move-collision",
    ),
    "target has another under a needed name": (
        {
            "pkg/a.py": "from math import pi as size\n\n\ndef f():\n    return size\n",
            "pkg/b.py": "size = 2\n",
        },
        "move-collision",
    ),
    "target means a builtin by it": (
        {
            "pkg/a.py": "def max(*x):\n    return 0\n\n\ndef f():\n    return max(1)\n",
            "pkg/b.py": "def g():\n    return max(1, 2)\n",
        },
        "move-collision",
    ),
    "global bound at run time": (
        {
            "pkg/a.py": "N = 0\n\n\ndef f():\n    return N\n\n\n"
            "def g():\n    global N\n    N += 1\n"
        },
        "move-module-state",
    ),
    "binds a global that others read": (
        {
            "pkg/a.py": "N = 0\n\n\ndef f():\n    global N\n    N += 1\n\n\n"
            "def g():\n    return N\n"
        },
        "move-module-state",
    ),
    "defined twice": ({"pkg/a.py": f"{F}\n\n{F}"}, "move-module-state"),
    "reads a name that is bound twice": (
        {"pkg/a.py": "n = 1\nn = 2\n\n\ndef f():\n    return n\n"},
        "move-module-state",
    ),
    "one arm of a condition": (
        {
            "pkg/a.py": "import sys\n\nif sys.maxsize > 1:\n    def f():\n"
            "        return 1\n    g = 1\nelse:\n    def f():\n        return 2\n"
            "    g = 2\n"
        },
        "move-conditional",
    ),
    "needs a name of one arm": (
        {
            "pkg/a.py": "import sys\n\nif sys.maxsize > 1:\n    size = len(sys.path)\n"
            "\n\ndef f():\n    return size\n"
        },
        "move-conditional",
    ),
    "its module's name": (
        {"pkg/a.py": "def f():\n    return __name__\n"},
        "move-module-name",
    ),
    "its module's file": (
        {"pkg/a.py": "import os\n\n\ndef f():\n    return os.stat(__file__)\n"},
        "move-module-name",
    ),
    "its globals": (
        {"pkg/a.py": "def f():\n    return globals()['x']\n"},
        "move-module-name",
    ),
    "the table of modules": (
        {"pkg/a.py": "import sys\n\n\ndef f():\n    return sys.modules['pkg.a']\n"},
        "move-module-name",
    ),
    "the frame": (
        {"pkg/a.py": "import sys\n\n\ndef f():\n    return sys._getframe(1)\n"},
        "move-module-name",
    ),
    "registers": (
        {
            "pkg/r.py": "def register(x):\n    return x\n",
            "pkg/a.py": f"from pkg.r import register\n\n\n@register\n{F}",
        },
        "move-side-effects",
    ),
    "source does something": (
        {"pkg/a.py": f"print('loaded')\n\n\n{F}"},
        "move-side-effects",
    ),
    "target does something": (
        {"pkg/a.py": F, "pkg/b.py": "print('loaded')\n"},
        "move-side-effects",
    ),
    "what it imports does something": (
        {
            "pkg/e.py": "print('loaded')\nE = 1\n",
            "pkg/a.py": f"from pkg.e import E\n\nx = E\n\n\n{F}",
        },
        "move-side-effects",
    ),
    "what its target imports does something": (
        {
            "pkg/e.py": "print('loaded')\nE = 1\n",
            "pkg/a.py": F,
            "pkg/b.py": "from pkg.e import E\n\nx = E\n",
        },
        "move-side-effects",
    ),
    "its base notices": (
        {
            "pkg/e.py": "class E:\n    def __init_subclass__(cls):\n        print(cls)\n",
            "pkg/a.py": "from pkg.e import E\n\n\nclass f(E):\n    pass\n",
        },
        "move-side-effects",
    ),
    "its base is asked for subclasses": (
        {
            "pkg/e.py": "class E:\n    pass\n\n\n"
            "def all_of():\n    return E.__subclasses__()\n",
            "pkg/a.py": "from pkg.e import E\n\n\nclass f(E):\n    pass\n",
        },
        "move-side-effects",
    ),
    "its metaclass notices": (
        {
            "pkg/e.py": "class M(type):\n    def __init__(cls, *a):\n"
            "        print(cls)\n\n\nclass E(metaclass=M):\n    pass\n",
            "pkg/a.py": "from pkg.e import E\n\n\nclass f(E):\n    pass\n",
        },
        "move-side-effects",
    ),
    "a module is read that only it imports": (
        {
            "pkg/e.py": "E = 1\n",
            "pkg/a.py": "import pkg.e\n\n\ndef f():\n    return pkg.e.E\n",
            "main.py": "import pkg.a\n\nprint(pkg.e.E)\n",
        },
        "move-unsure",
    ),
    "attribute put on it": (
        {"pkg/a.py": f"{F}\n\nf.tries = 3\n"},
        "move-order",
    ),
    "handed to a call": (
        {"pkg/a.py": f"known = []\n\n\n{F}\n\nknown.append(f)\n"},
        "move-order",
    ),
    "star import elsewhere": (
        {"pkg/a.py": F, "pkg/c.py": "from pkg.a import *\n\nprint(f())\n"},
        "move-star-import",
    ),
    "star import in the source": (
        {
            "pkg/a.py": "from math import *\n\n\ndef f():\n    return pi\n",
        },
        "move-star-import",
    ),
    "star import in the target": (
        {"pkg/a.py": F, "pkg/b.py": "from math import *\n"},
        "move-star-import",
    ),
    "annotations are text in one": (
        {
            "pkg/a.py": "from __future__ import annotations\n\n\n"
            "def f(x: int = 1) -> int:\n    return x\n",
            "pkg/b.py": "x = 1\n",
        },
        "move-annotations",
    ),
    "fatal cycle": (
        {"pkg/a.py": f"SIZE = 1\n\n\n{F.replace('1', 'SIZE')}\n\nV = f()\n"},
        "fatal-cycle",
    ),
    "patched by a test": (
        {
            "pkg/a.py": F,
            "test_a.py": "from unittest import mock\n\n"
            "with mock.patch('pkg.a.f'):\n    pass\n",
        },
        "move-patched",
    ),
    "what it needs is patched by a test": (
        {
            "pkg/a.py": "from os import getcwd\n\n\ndef f():\n    return getcwd()\n",
            "test_a.py": "from unittest import mock\nfrom pkg import a\n\n"
            "with mock.patch.object(a, 'getcwd'):\n    a.f()\n",
        },
        "move-patched",
    ),
    "not defined": ({"pkg/a.py": "from math import pi as f\n"}, "move-unknown-name"),
    "mangled global": (
        {"pkg/a.py": "_f__n = 1\n\n\nclass f:\n    def g(self):\n        return __n\n"},
        "move-unsure",
    ),
    "moment matters": (
        {
            "pkg/a.py": "n = []\n\n\ndef g():\n    n.append(1)\n    return len(n)\n\n\nf = g()\n"
        },
        "move-side-effects",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_refused(case: str, tmp_path: Path) -> None:
    files, rule = CASES[case]
    assert rule in refused(tmp_path, {"main.py": MAIN, **files})


@pytest.mark.parametrize(
    ("case", "allowed"),
    [
        ("its module's name", Why.MODULE_NAME),
        ("source does something", Why.EFFECTS),
        ("target does something", Why.EFFECTS),
        ("annotations are text in one", Why.ANNOTATIONS),
        ("patched by a test", Why.PATCHED),
    ],
)
def test_a_person_may_allow(case: str, allowed: Why, tmp_path: Path) -> None:
    files, _ = CASES[case]
    files = {"main.py": MAIN, **files}
    assert refused(tmp_path, files, allowed=frozenset({allowed})) == set()


def test_alias_answers_a_star_import(tmp_path: Path) -> None:
    files, _ = CASES["star import elsewhere"]
    assert refused(tmp_path, {"main.py": MAIN, **files}, keep_alias=True) == set()


@pytest.mark.parametrize(
    ("names", "to", "says"),
    [
        ((Name("pkg.z", "f"),), "pkg.b", "there is no module pkg.z"),
        ((Name("pkg.a", "f"),), "other.b", "there is no package other"),
        ((Name("pkg.a"),), "pkg.c", "pkg.c is there"),
        ((Name("pkg"),), "pkg2", "is a package"),
        ((Name("pkg.a", "A.b.c"),), "pkg.b", "no method of a class"),
        ((Name("pkg.a"), Name("pkg.a", "f")), "pkg.b", "a whole module alone"),
        ((Name("pkg.a", "f"),), "pkg.taken", "binds taken"),
        ((Name("pkg.a", "f"),), "pkg.space", "without an __init__ file"),
    ],
)
def test_names_that_are_none(
    names: tuple[Name, ...], to: str, says: str, tmp_path: Path
) -> None:
    files = {
        "pkg/__init__.py": "taken = 1\n",
        "pkg/a.py": F,
        "pkg/c.py": "",
        "pkg/space/x.py": "",
    }
    put(tmp_path, files)
    with pytest.raises(NotMovable, match=says):
        plan(tmp_path, Wish(names, to))


METHODS = {
    "a property": "    @property\n    def m(self):\n        return 1\n",
    "super": "    def m(self):\n        return super().m()\n",
    "a private name": "    def m(self):\n        return self.__x\n",
    "a default of the class": "    n = 1\n\n    def m(self, n=n):\n        return n\n",
    "bound twice": "    def m(self):\n        return 1\n\n    m = staticmethod(m)\n",
    "special": "    def __len__(self):\n        return 1\n",
}


@pytest.mark.parametrize("case", METHODS)
def test_methods_that_need_their_class(case: str, tmp_path: Path) -> None:
    name = "K.__len__" if case == "special" else "K.m"
    files = {"pkg/a.py": f"class K:\n{METHODS[case]}"}
    assert refused(tmp_path, files, names=(Name("pkg.a", name),)) == {"move-unsure"}


def test_a_cycle_tells_what_to_move_as_well(tmp_path: Path) -> None:
    files, _ = CASES["fatal cycle"]
    put(tmp_path, {"pkg/__init__.py": "", **files})
    with pytest.raises(Refused) as refused:
        plan(tmp_path, Wish((Name("pkg.a", "f"),), "pkg.b"))
    fixes = [f.fix for f in refused.value.findings if f.rule.id == "fatal-cycle"]
    assert fixes
    assert all("move `pkg.a:SIZE` as well" in fix for fix in fixes)
    both = (Name("pkg.a", "f"), Name("pkg.a", "SIZE"))
    assert plan(tmp_path, Wish(both, "pkg.b")).moved


def test_a_file_that_does_not_parse_is_told(tmp_path: Path) -> None:
    put(tmp_path, {"pkg/__init__.py": "", "pkg/a.py": F})
    put(tmp_path, {"broken.py": "from pkg.a import f\ndef (:\n"})
    planned = plan(tmp_path, Wish((Name("pkg.a", "f"),), "pkg.b"))
    assert any(f.rule.undecided for f in planned.findings)
    put(tmp_path, {"pkg/a.py": "def (:\n"})
    with pytest.raises(NotMovable, match=r"pkg/a\.py:1"):
        plan(tmp_path, Wish((Name("pkg.a", "f"),), "pkg.b"))


def test_pickles_are_told(tmp_path: Path) -> None:
    source = "class f:\n    def __getstate__(self):\n        return {}\n"
    put(tmp_path, {"pkg/__init__.py": "", "pkg/a.py": source})
    wish = Wish((Name("pkg.a", "f"),), "pkg.b")
    found = plan(tmp_path, wish).findings
    assert [each.rule.id for each in found] == ["moved-class-pickled"]
    kept = Wish((Name("pkg.a", "f"),), "pkg.b", keep_alias=True)
    assert plan(tmp_path, kept).findings == ()
