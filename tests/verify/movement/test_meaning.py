"""Whether the names of moved code mean the same in their new home."""

from __future__ import annotations

import pytest

from tests.verify.movement.worlds import f, moved

# What stays the same


SAME = {
    "builtin": (f("len(a)"), {}, {}),
    "external": (
        f("F.relu(a)"),
        {"old": "import torch.nn.functional as F\n"},
        {"new": "from torch.nn import functional as F\n"},
    ),
    "external through its root": (
        f("torch.nn.functional.relu(a)"),
        {"old": "import torch.nn.functional\n"},
        {"new": "import torch.nn.functional\n"},
    ),
    "imported back from the old module": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"old": "LIMIT = 4\n", "new": "from p.old import LIMIT\n"},
    ),
    "relative and absolute": (
        f("help_(a)"),
        {"old": "from .util import help_\n", "util": "def help_(a): ...\n"},
        {"new": "from p.util import help_\n", "util": "def help_(a): ...\n"},
    ),
    "re-exported": (
        f("help_(a)"),
        {"old": "from .util import help_\n", "util": "def help_(a): ...\n"},
        {
            "new": "from p.api import helper as help_\n",
            "api": "from .util import help_ as helper\n",
            "util": "def help_(a): ...\n",
        },
    ),
    "a star that can be looked into": (
        f("help_(a)"),
        {"old": "from .util import *\n", "util": "def help_(a): ...\n"},
        {"new": "from p.util import help_\n", "util": "def help_(a): ...\n"},
    ),
    "the same literal, bound once": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"new": "LIMIT = 4\n"},
    ),
    "the same logger by name": (
        f("logger.info(a)"),
        {"old": "import logging\nlogger = logging.getLogger('x')\n"},
        {"new": "import logging\nlogger = logging.getLogger('x')\n"},
    ),
    "what a function remembers": (
        f("FAST + a"),
        {
            "old": "from .util import probe\nFAST = probe()\n",
            "util": "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef probe(): ...\n",
        },
        {
            "new": "from .util import probe\nFAST = probe()\n",
            "util": "from functools import lru_cache\n@lru_cache(maxsize=1)\ndef probe(): ...\n",
        },
    ),
    "branches on what a function remembers": (
        f("g(a)"),
        {
            "old": "from .util import probe\nFAST = probe()\nif FAST:\n    from ext import g\n",
            "util": "import functools\n@functools.cache\ndef probe(): ...\n",
        },
        {
            "new": "from .util import probe\nFAST = probe()\nif FAST:\n    from ext import g\n",
            "util": "import functools\n@functools.cache\ndef probe(): ...\n",
        },
    ),
    "the same type variable": (
        "def f(a: T) -> T:\n    return a\n",
        {"old": "from typing import TypeVar\nT = TypeVar('T')\n"},
        {"new": "from typing import TypeVar\nT = TypeVar('T')\n"},
    ),
    "itself": (f("f(a)"), {}, {}),
    "equal branches": (
        f("np(a)"),
        {"old": "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n"},
        {"new": "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n"},
    ),
    "an annotation for the type checker": (
        "def f(a: 'Thing') -> None: ...\n",
        {
            "old": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .thing import Thing\n",
            "thing": "class Thing: ...\n",
        },
        {"new": "from p.thing import Thing\n", "thing": "class Thing: ...\n"},
    ),
    "asks whether it is the main module": (f("__name__ == '__main__'"), {}, {}),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same(case: str) -> None:
    assert moved(*SAME[case]) == []


def test_what_moved_too_is_the_same() -> None:
    base = {"old": "LIMIT = [4]\n"}
    head = {"new": "LIMIT = [4]\n"}
    places = {"p.old.LIMIT": "p.new.LIMIT"}
    assert moved(f("LIMIT"), base, head, places) == []
    twice = {**base, **head}
    assert moved(f("LIMIT"), base, twice, places) == []
    assert moved(f("LIMIT"), base, twice) == [("LIMIT", "twin", False)]


def test_a_list_that_is_gone_from_its_old_module_moved() -> None:
    """Where it was edited beside its value, as by a comment, no move is told."""
    base, head = {"old": "SEEN = [1]\n"}, {"new": "# seen\nSEEN = [1]\n"}
    assert moved(f("SEEN"), base, head) == []
    imported = {**head, "old": "from .new import SEEN\n"}
    assert moved(f("SEEN"), base, imported) == []
    there = {"old": "SEEN = [1]\n", "new": "SEEN = [1]\n"}
    assert moved(f("SEEN"), there, head) == [("SEEN", "twin", False)]
    other = {"new": "SEEN = [2]\n"}
    assert moved(f("SEEN"), base, other) == [("SEEN", "twin", False)]


def test_what_moved_is_the_same_from_afar() -> None:
    base = {"old": "from .one import g\n", "one": "def g(): ...\n"}
    head = {"new": "from .two import g\n", "two": "def g(): ...\n", "one": ""}
    assert moved(f("g()"), base, head, {"p.one:g": "p.two:g"}) == []
    assert moved(f("g()"), base, head) == [("g", "twin", False)]


def test_a_module_that_moved_is_the_same() -> None:
    base = {"old": "from . import one\n", "one": "def g(): ...\n"}
    head = {"new": "from . import two as one\n", "two": "def g(): ...\n"}
    assert moved(f("one.g()"), base, head, {"p.one": "p.two"}) == []
    assert moved(f("one.g()"), base, head) != []


# What differs


DIFFERENT = {
    "a global of another value": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"new": "LIMIT = 5\n"},
        ("LIMIT", "twin", False),
    ),
    "another type of the same value": (
        f("LIMIT + a"),
        {"old": "LIMIT = 1\n"},
        {"new": "LIMIT = True\n"},
        ("LIMIT", "twin", False),
    ),
    "minus zero": (
        f("LIMIT + a"),
        {"old": "LIMIT = 0.0\n"},
        {"new": "LIMIT = -0.0\n"},
        ("LIMIT", "twin", False),
    ),
    "an equal list, beside the one that stayed": (
        f("SEEN"),
        {"old": "SEEN = []\n"},
        {"old": "SEEN = []\n", "new": "SEEN = []\n"},
        ("SEEN", "twin", False),
    ),
    "a function of the same name": (
        f("g(a)"),
        {"old": "def g(a): ...\n"},
        {"new": "def g(a): ...\n"},
        ("g", "twin", False),
    ),
    "a constant that stayed": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"old": "LIMIT = 4\n", "new": "LIMIT = 3\n"},
        ("LIMIT", "twin", False),
    ),
    "a literal that is rebound": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"new": "LIMIT = 4\ndef set_(n):\n    global LIMIT\n    LIMIT = n\n"},
        ("LIMIT", "state", False),
    ),
    "a literal that is bound twice": (
        f("LIMIT + a"),
        {"old": "LIMIT = 4\n"},
        {"new": "LIMIT = 3\nLIMIT = 4\n"},
        ("LIMIT", "twin", False),
    ),
    "a call that each module makes": (
        f("FAST + a"),
        {"old": "from ext import probe\nFAST = probe()\n"},
        {"new": "from ext import probe\nFAST = probe()\n"},
        ("FAST", "twin", True),
    ),
    "a function that may remember nothing": (
        f("FAST + a"),
        {
            "old": "from .util import probe\nFAST = probe()\n",
            "util": "from functools import lru_cache\n@lru_cache(maxsize=0)\ndef probe(): ...\n",
        },
        {
            "new": "from .util import probe\nFAST = probe()\n",
            "util": "from functools import lru_cache\n@lru_cache(maxsize=0)\ndef probe(): ...\n",
        },
        ("FAST", "twin", True),
    ),
    "a call of another function": (
        f("FAST + a"),
        {"old": "from ext import probe\nFAST = probe()\n"},
        {"new": "from other import probe\nFAST = probe()\n"},
        ("FAST", "twin", False),
    ),
    "an import from elsewhere": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {"new": "from other import g\n"},
        ("g", "import", False),
    ),
    "an import of another name": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {"new": "from ext import h as g\n"},
        ("g", "import", False),
    ),
    "an import hidden by a later one": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {"new": "from ext import g\nfrom other import g\n"},
        ("g", "import", False),
    ),
    "an import hidden by a definition": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {"new": "from ext import g\ng = None\n"},
        ("g", "import", False),
    ),
    "another module of the package": (
        f("g(a)"),
        {"old": "from .one import g\n", "one": "def g(a): ...\n"},
        {
            "new": "from .two import g\n",
            "one": "def g(a): ...\n",
            "two": "def g(a): ...\n",
        },
        ("g", "twin", False),
    ),
    "an attribute of another module": (
        f("one.g(a)"),
        {"old": "from . import one\n", "one": "def g(a): ...\n"},
        {
            "new": "from . import two as one\n",
            "one": "def g(a): ...\n",
            "two": "def g(a): ...\n",
        },
        ("one.g", "twin", False),
    ),
    "an attribute that went away": (
        f("one.g(a)"),
        {"old": "from . import one\n", "one": "def g(a): ...\n"},
        {"new": "from . import one\n", "one": ""},
        ("one.g", "missing", False),
    ),
    "a builtin hidden by a function": (
        f("len(a)"),
        {},
        {"new": "def len(a): ...\n"},
        ("len", "shadowed", False),
    ),
    "a builtin hidden under a condition": (
        f("len(a)"),
        {"old": "from ext import fast\n"},
        {"new": "from ext import fast\nif fast:\n    from ext import len\n"},
        ("len", "conditional", True),
    ),
    "a builtin hidden by a loop": (
        f("id"),
        {},
        {"new": "for id in (): pass\n"},
        ("id", "shadowed", False),
    ),
    "a name that is not there": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {},
        ("g", "missing", False),
    ),
    "a name for the type checker only": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {
            "new": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ext import g\n"
        },
        ("g", "missing", False),
    ),
    "a default that comes too late": (
        "def f(a=LIMIT): ...\nfrom ext import LIMIT\n",
        {"old": "from ext import LIMIT\n"},
        {},
        ("LIMIT", "order", False),
    ),
    "a decorator that is hidden": (
        "@cache\ndef f(a): ...\n",
        {"old": "from functools import cache\n"},
        {"new": "from functools import cache\ndef cache(f): ...\n"},
        ("cache", "import", False),
    ),
    "an annotation from elsewhere": (
        "def f(a: Thing): ...\n",
        {"old": "from ext import Thing\n"},
        {"new": "from other import Thing\n"},
        ("Thing", "import", False),
    ),
    "a quoted annotation from elsewhere": (
        "def f(a: 'list[Thing]'): ...\n",
        {"old": "from ext import Thing\n"},
        {"new": "from other import Thing\n"},
        ("Thing", "import", False),
    ),
    "the other branch": (
        f("np(a)"),
        {"old": "try:\n    import numpy as np\nexcept ImportError:\n    np = None\n"},
        {"new": "try:\n    import numpy as np\nexcept ImportError:\n    np = 1\n"},
        ("np", "twin", False),
    ),
    "other conditions": (
        f("g(a)"),
        {
            "old": "from ext import A\nif A:\n    from ext import g\nelse:\n    from other import g\n"
        },
        {
            "new": "from ext import A\nif not A:\n    from ext import g\nelse:\n    from other import g\n"
        },
        ("g", "conditional", True),
    ),
    "a condition on another thing": (
        f("g(a)"),
        {
            "old": "from ext import A\nif A:\n    from ext import g\nelse:\n    from other import g\n"
        },
        {
            "new": "from other import A\nif A:\n    from ext import g\nelse:\n    from other import g\n"
        },
        ("A", "import", True),
    ),
    "a star that cannot be looked into": (
        f("g(a)"),
        {"old": "from ext import g\n"},
        {"new": "from ext import g\nfrom other import *\n"},
        ("g", "star", True),
    ),
    "a builtin that a star may hide": (
        f("len(a)"),
        {},
        {"new": "from other import *\n"},
        ("len", "star", True),
    ),
    "a star of another module": (
        f("g(a)"),
        {"old": "from .one import *\n", "one": "def g(a): ...\n"},
        {"new": "from .two import *\n", "two": "def g(a): ...\n"},
        ("g", "twin", False),
    ),
    "a module that computes its names": (
        f("lazy.g(a)"),
        {"old": "from . import lazy\n", "lazy": "def __getattr__(name): ...\n"},
        {"new": "from . import lazy\n", "lazy": "def __getattr__(name): return 1\n"},
        ("lazy.g", "unknown", True),
    ),
    "its own module's name": (
        f("__name__"),
        {},
        {},
        ("__name__", "module-attribute", False),
    ),
    "a relative import inside": (
        "def f():\n    from .util import g\n    return g()\n",
        {"old": "", "util": "def g(): ...\n"},
        {"new": "", "util": ""},
        ("import g", "missing", False),
    ),
    "what a module imported inside has": (
        "def f():\n    from . import util\n    return util.g()\n",
        {"util": "def g(): ...\n"},
        {"util": "from ext import g\n"},
        ("util.g", "import", False),
    ),
    "the namespace": (f("globals()[a]"), {}, {}, ("globals", "dynamic", True)),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_different(case: str) -> None:
    body, base, head, expected = DIFFERENT[case]
    assert moved(body, base, head)[:1] == [expected]
