"""What a program does after a split is what it did, or the split is refused."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.source import Source
from tests.verify.moving.generating import make
from tests.verify.splitting.projects import Project, differences
from verify.moving.refusing import NotMovable, Refused
from verify.splitting.inventory import inventory_of
from verify.splitting.plan import PlanError
from verify.splitting.planning import Wish

MODULES = ("pkg.a", "pkg.b", "pkg.sub.c", "pkg.sub.d")


def parts(*files: str) -> str:
    """A plan: each text is a file's name and the symbols that go there."""
    found = []
    for text in files:
        module, *symbols = text.split()
        listed = ", ".join(f'"{name}"' for name in symbols)
        found.append(f'[[file]]\nmodule = "{module}"\nsymbols = [{listed}]\n')
    return "\n".join(found)


# The module `pkg.m`, the plan for it, and a program.
REFUSED = {
    "a registry that is filled in another order": (
        "ORDER = []\ndef reg(f):\n    ORDER.append(f.__name__)\n    return f\n"
        "@reg\ndef a(): ...\n@reg\ndef b(): ...\n",
        parts("base ORDER reg", "one b", "two a"),
    ),
    "classes that are counted in another order": (
        "SEEN = []\nclass Base:\n    def __init_subclass__(cls):\n"
        "        SEEN.append(cls)\nclass A(Base): ...\nclass B(Base): ...\n",
        parts("base SEEN Base", "one B", "two A"),
    ),
    "a counter that is asked in another order": (
        "import itertools\nC = itertools.count()\nA = next(C)\nB = next(C)\n",
        parts("base C", "one B", "two A"),
    ),
    "what is not run any more": (
        "import itertools\nA = next(itertools.count())\ndef f(): ...\n",
        "lazy = true\n" + parts("one A"),
    ),
    "a global that is rebound": (
        "N = 0\ndef inc():\n    global N\n    N += 1\ndef get(): return N\n",
        parts("one N inc", "two get"),
    ),
    "a list that the module itself changes": (
        "R = []\ndef f(): ...\nR.append(f)\n",
        parts("one R f"),
    ),
    "code that reads its file": (
        "def f(): return __file__\n",
        parts("one f"),
    ),
    "a program": (
        "def f(): ...\nif __name__ == '__main__':\n    f()\n",
        parts("one f"),
    ),
    "a need of what stays": ("X = 1\ndef f(): return X\n", parts("one f")),
    "functions that need each other": (
        "def even(n): return odd(n)\ndef odd(n): return even(n)\n",
        parts("one even", "two odd"),
    ),
    "a `__getattr__` of its own": (
        "def __getattr__(name): return 1\ndef f(): ...\n",
        parts("one f"),
    ),
    "names that come with a star": (
        "from .other import *\ndef f(): return X\n",
        parts("one f"),
    ),
    "a mangled name": (
        "class A:\n    def run(self): return __h()\ndef _A__h(): return 3\n",
        parts("one A", "two _A__h"),
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def project(root: Path, module: str, program: str = "import pkg.m\n") -> Project:
    return Project.write(
        root,
        {
            "pkg/__init__.py": "",
            "pkg/m.py": module,
            "pkg/other.py": "X = 7\n",
            "main.py": program,
        },
    )


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_behave_in_another_way_is_refused(what: str, folder: Path) -> None:
    module, plan = REFUSED[what]
    with pytest.raises((Refused, PlanError)):
        project(folder, module).plan(plan, "pkg.m")


def test_subclasses_change_places_unless_somebody_counts_them(folder: Path) -> None:
    module = "class Base: ...\nclass A(Base): ...\nclass B(Base): ...\n"
    plan = parts("base Base", "one B", "two A")
    made = project(folder, module)
    assert made.plan(plan, "pkg.m").findings == ()
    (folder / "main.py").write_text(
        "from pkg.m import Base\nprint(len(Base.__subclasses__()))\n"
    )
    with pytest.raises(Refused):
        made.plan(plan, "pkg.m")


FINE = {
    "state that only one file has": (
        "_seen = []\ndef note(x):\n    _seen.append(x)\n    return len(_seen)\n",
        parts("one _seen note"),
        "from pkg.m import note\nprint(note(1), note(2))\n",
    ),
    "a definition under a condition": (
        "import sys\nif sys.maxsize:\n    def f(): return 3\nelse:\n"
        "    def f(): return 2\ndef g(): return f()\n",
        parts("one f", "two g"),
        "import pkg.m\nprint(pkg.m.g())\n",
    ),
    "an import that may fail, for two files": (
        "try:\n    import nosuch\nexcept ImportError:\n    nosuch = None\n"
        "def f(): return nosuch\ndef g(): return nosuch\n",
        parts("one f", "two g"),
        "import pkg.m\nprint(pkg.m.f(), pkg.m.g())\n",
    ),
    "types of another file": (
        "import typing\nclass A: ...\ndef f(x: 'A') -> 'A': return x\n",
        parts("one A", "two f"),
        "import typing, pkg.m\nprint(sorted(typing.get_type_hints(pkg.m.f)))\n",
    ),
    "a decorator of another file": (
        "def deco(f): return lambda: f() + 1\n@deco\ndef f(): return 1\n",
        parts("one deco", "two f"),
        "import pkg.m\nprint(pkg.m.f())\n",
    ),
    "relative imports": (
        "from .other import X\nfrom . import other\ndef f(): return X + other.X\n",
        parts("one f"),
        "import pkg.m\nprint(pkg.m.f())\n",
    ),
    "everything by a star": (
        "import os\ndef f(): return 1\ndef _g(): return 2\n",
        parts("one f", "two _g"),
        "from pkg.m import *\nprint(f(), os.sep, 'one' in dir(), '_g' in dir())\n",
    ),
    "what stays uses what moved, at import": (
        "def f(): return 1\nX = f()\n",
        parts("one f"),
        "import pkg.m\nprint(pkg.m.X)\n",
    ),
    "two names of one statement": (
        "A, B = 1, 2\ndef f(): return A + B\n",
        parts("one A B", "two f"),
        "import pkg.m\nprint(pkg.m.f())\n",
    ),
}


@pytest.mark.parametrize("what", FINE)
def test_what_can_be_split_does_what_it_did(what: str, folder: Path) -> None:
    module, plan, program = FINE[what]
    made = project(folder, module, program)
    before = made.results()
    made.apply(made.plan(plan, "pkg.m").changes)
    assert not differences(before, made.results(), "pkg.m")


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1 << 32))
def test_any_partition_of_any_module(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    random = Random(seed)
    made = Project.write(tmp_path_factory.mktemp("made"), make(random).files)
    before = made.results()
    module = random.choice(MODULES)
    source = Source.decode((made.text(f"{module.replace('.', '/')}.py")).encode())
    plan = partition(random, list(inventory_of(module, source).defined))
    try:
        planned = made.plan(plan, module, Wish(rewrite=random.random() < 0.3))
    except (Refused, PlanError, NotMovable):
        return
    made.apply(planned.changes)
    assert not differences(before, made.results(), module), plan


def partition(random: Random, names: list[str]) -> str:
    """A plan that puts names into files, inside the module or beside it."""
    files: dict[str, list[str]] = {}
    for name in names:
        if not name.startswith("__") and random.random() < 0.9:
            files.setdefault(f"part{random.randrange(3)}", []).append(name)
    above = "pkg." if random.random() < 0.2 else ""
    listed = parts(*(f"{above}{file} {' '.join(n)}" for file, n in files.items()))
    kept = [name for name in names if random.random() < 0.5]
    moved = [name for each in files.values() for name in each]
    if random.random() < 0.3:
        quoted = ", ".join(f'"{name}"' for name in kept if name in moved)
        listed = f"reexport = [{quoted}]\n{listed}"
    return f"lazy = true\n{listed}" if random.random() < 0.15 else listed
