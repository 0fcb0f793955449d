"""What changes moved code though each of its names leads where it did."""

from __future__ import annotations

import pytest

from tests.verify.movement.worlds import compare, f, files, moved
from verify.movement.engine import examine
from verify.movement.meaning import Difference
from verify.movement.sources import Files

LAZY = "from __future__ import annotations\n"


def told(found: tuple[Difference, ...]) -> list[tuple[str, str, bool]]:
    return [(d.name, d.kind, d.undecided) for d in found]


# The name of the definition itself


@pytest.mark.parametrize(
    "more", ["def f(a): ...\n", "f = 1\n", "from ext import f\n", "for f in (): ...\n"]
)
def test_what_is_bound_over_the_moved_definition(more: str) -> None:
    text = f("a")
    before, after = files(old=text), files(old="", new=text + more)
    found = told(compare(before, after))
    assert found == [("f", "rebound", False)]
    assert compare(files(old=text + more), files(old="", new=text + more)) == ()


def test_what_may_be_bound_over_it() -> None:
    text = f("a")
    guarded = text + "if __debug__:\n    f = None\n"
    found = told(compare(files(old=text), files(old="", new=guarded)))
    assert found == [("f", "rebound", True)]


def test_a_wrapper_that_stayed_behind() -> None:
    text = f("a")
    before = files(old="from ext import jit\n" + text + "f = jit(f)\n")
    after = files(
        old="from ext import jit\nfrom p.new import f\nf = jit(f)\n", new=text
    )
    assert told(compare(before, after)) == [("f", "rebound", True)]


def test_what_is_bound_over_a_moved_method() -> None:
    text = "class {}:\n    def f(self): ...\n"
    before = files(old=text.format("A"))
    for more in ("    def f(self, a): ...\n", "    f = None\n"):
        after = files(new=text.format("B") + more)
        found = told(compare(before, after, "old:A.f", "new:B.f"))
        assert found == [("f", "rebound", False)]
    pair = (
        "class {}:\n    @property\n    def f(self): ...\n"
        "    @f.setter\n    def f(self, a): ...\n"
    )
    before, after = files(old=pair.format("A")), files(new=pair.format("B"))
    assert compare(before, after, "old:A.f", "new:B.f") == ()


# Variables and those who read them


def test_a_reader_left_with_what_was_imported() -> None:
    variable, setter = "S = 0\n", "def set_(n):\n    global S\n    S = n\n"
    reader = "def read():\n    return S\n"
    moves = {"p.old.S": "p.new.S", "p.old.set_": "p.new.set_"}
    before = files(old=variable + setter + reader)
    after = files(old="from p.new import S\n" + reader, new=variable + setter)
    found = compare(before, after, "old:S", "new:S", moves)
    assert told(found) == [("S", "state", False)]
    live = files(
        old="from p import new\n" + reader.replace("S", "new.S"), new=variable + setter
    )
    assert compare(before, live, "old:S", "new:S", moves) == ()


# `self`


CLASSES = (
    "class A{}:\n    def g(self): ...\n    def f(self):\n        return self.g()\n"
)


def test_self_of_a_class_that_has_nothing_to_do_with_it() -> None:
    before = files(old=CLASSES.format(""))
    after = files(
        old="class A:\n    def g(self): ...\n",
        new="class B:\n    def f(self):\n        return self.g()\n",
    )
    found = compare(before, after, "old:A.f", "new:B.f")
    assert told(found) == [("self.g", "receiver", True)]
    [only] = found
    assert (only.line, only.column) == (3, 16)
    assert (only.old, only.new) == (
        "an attribute of p.old.A",
        "an attribute of p.new.B",
    )


def test_an_attribute_that_moved_along_is_the_same() -> None:
    before = files(old=CLASSES.format(""))
    after = files(old="", new=CLASSES.format("").replace("A", "B"))
    both = {"p.old.A.g": "p.new.B.g", "p.old.A.f": "p.new.B.f"}
    assert compare(before, after, "old:A.f", "new:B.f", both) == ()


@pytest.mark.parametrize(
    "left",
    [
        "from p.new import B\nclass A(B):\n    def g(self): ...\n",
        "from p import new\nclass M(new.B[int]): ...\nclass A(M):\n    def g(self): ...\n",
    ],
)
def test_self_of_a_class_that_the_old_one_inherits_from(left: str) -> None:
    before = files(old=CLASSES.format(""))
    after = files(old=left, new="class B:\n    def f(self):\n        return self.g()\n")
    assert compare(before, after, "old:A.f", "new:B.f") == ()


def test_self_of_a_class_that_inherits_from_the_old_one() -> None:
    before = files(old=CLASSES.format(""))
    text = (
        "from p.old import A\nclass B(A):\n    def f(self):\n        return self.g()\n"
    )
    after = files(old="class A:\n    def g(self): ...\n", new=text)
    assert compare(before, after, "old:A.f", "new:B.f") == ()


def test_classes_that_inherit_from_each_other_come_to_an_end() -> None:
    before = files(old=CLASSES.format(""))
    text = (
        "from p.old import A\nclass B(A):\n    def f(self):\n        return self.g()\n"
    )
    after = files(old="from p.new import B\nclass A(B): ...\n", new=text)
    assert compare(before, after, "old:A.f", "new:B.f") == ()


# Annotations that somebody reads


ANNOTATED = {
    "a plain function": ("def f(a: int): ...\n", False),
    "a decorator that nobody knows": ("@look\ndef f(a: int): ...\n", True),
    "a decorator of a method": (
        "class f:\n    @look()\n    def g(self, a: int): ...\n",
        True,
    ),
    "a decorator that does not look": ("@lru_cache(None)\ndef f(a: int): ...\n", False),
    "a setter": (
        "class f:\n    @property\n    def g(self) -> int: ...\n"
        "    @g.setter\n    def g(self, a: int): ...\n",
        False,
    ),
    "a data class": ("@dataclass\nclass f:\n    a: int\n", False),
    "a data class with what it looks for": (
        "@dataclass\nclass f:\n    a: ClassVar[int]\n",
        True,
    ),
    "a class that an unknown one makes": ("class f(Model):\n    a: int\n", True),
    "a class that inherits from one": ("class f(Own):\n    a: int\n", True),
    "a class of torch": ("class f(Module):\n    a: int\n", False),
    "a class without fields": (
        "class f(Model):\n    def g(self, a: int): ...\n",
        False,
    ),
}


@pytest.mark.parametrize("case", ANNOTATED)
def test_annotations_that_somebody_may_read(case: str) -> None:
    body, is_read = ANNOTATED[case]
    imports = (
        "from dataclasses import dataclass\nfrom functools import lru_cache\n"
        "from typing import ClassVar\nfrom torch.nn import Module\n"
        "from ext import Model, look\nfrom p.own import Own\n"
    )
    own = {"own": "from ext import Model\nclass Own(Model): ...\n"}
    kind = "annotations-read" if is_read else "annotations"
    expected = [("annotations", kind, is_read)]
    lazy, eager = LAZY + imports, imports
    assert moved(body, {"old": lazy, **own}, {"new": eager, **own}) == expected
    assert moved(body, {"old": eager, **own}, {"new": lazy, **own}) == expected
    assert moved(body, {"old": lazy, **own}, {"new": lazy, **own}) == []


def test_annotations_of_code_that_moved_inside_its_file() -> None:
    body = "class A:\n    def f(a: int): ...\n"
    before, after = files(old=body), files(old=LAZY + body.replace("A", "B"))
    found = told(compare(before, after, "old:A.f", "old:B.f"))
    assert found == [("annotations", "annotations", False)]
    looked_up = files(old=body.replace("A", "B") + "globals()['a'] = 1\n")
    found = told(compare(before, looked_up, "old:A.f", "old:B.f"))
    assert found == [("globals()", "dynamic", True)]
    assert compare(looked_up, looked_up, "old:B.f", "old:B.f") == ()


# Where code is


IN_A_CLASS = "class f:\n    def g(self):\n        return {}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "class f:\n    KEY = __module__\n",
            [("__module__", "module-attribute", False)],
        ),
        ("class f:\n    KEY = __qualname__\n", []),
        (
            IN_A_CLASS.format("type(self).__module__"),
            [("__module__", "module-attribute", True)],
        ),
        (
            IN_A_CLASS.format("sys._getframe().f_globals"),
            [("f_globals", "module-attribute", True)],
        ),
        (IN_A_CLASS.format("builtins.eval('a')"), [("builtins.eval", "dynamic", True)]),
        (f("__builtins__"), []),
        (f("__file__"), [("__file__", "module-attribute", False)]),
    ],
)
def test_code_that_asks_where_it_is(
    body: str, expected: list[tuple[str, str, bool]]
) -> None:
    imports = "import builtins\nimport sys\n"
    assert moved(body, {"old": imports}, {"new": imports}) == expected
    before = files(old=imports + body)
    after = files(old=imports + "SPARE = 1\n" + body)
    assert compare(before, after, "old:f", "old:f") == ()


def test_the_qualified_name_of_a_class_that_is_nested_now() -> None:
    before = files(old="class f:\n    KEY = __qualname__\n")
    after = files(new="class Outer:\n    class f:\n        KEY = __qualname__\n")
    found = compare(before, after, "old:f", "new:Outer.f")
    assert told(found) == [("__qualname__", "module-attribute", False)]


# Imports of the function around


def test_a_local_import_is_what_it_imports() -> None:
    """A block of a function sees what the function imports."""
    inner = "    def f(a):\n        return g(a)\n    return f\n"
    local = f"def outer(a):\n    from ext import g\n{inner}"
    around = f"from ext import g\ndef outer(a):\n{inner}"
    other = f"def outer(a):\n    from other import g\n{inner}"
    places = ("old:outer.<locals>.f", "new:outer.<locals>.f")
    moves = {"p.old.outer": "p.new.outer"}
    for before, after in ((local, around), (around, local), (local, local)):
        assert compare(files(old=before), files(new=after), *places, moves) == ()
    found = compare(files(old=local), files(new=other), *places, moves)
    assert told(found) == [("g", "import", False)]


def test_two_local_imports_that_differ_are_a_local() -> None:
    text = (
        "def outer(a):\n    if a:\n        from ext import g\n    else:\n"
        "        from other import g\n    def f(a):\n        return g(a)\n    return f\n"
    )
    places = ("old:outer.<locals>.f", "new:outer.<locals>.f")
    assert (
        compare(
            files(old=text), files(new=text), *places, {"p.old.outer": "p.new.outer"}
        )
        == ()
    )
    found = compare(
        files(old=text),
        files(new="from ext import g\n" + f("g(a)")),
        places[0],
        "new:f",
    )
    assert told(found) == [("g", "closure", False)]


# Meanings under conditions


def test_what_no_condition_can_make_the_same_is_decided() -> None:
    guarded = "import sys\nif sys.flags.debug:\n    from ext import g\n"
    found = moved(f("g(a)"), {"old": guarded}, {"new": "from other import g\n"})
    assert found == [("g", "import", False)]
    found = moved(f("g(a)"), {"old": guarded}, {"new": "from ext import g\n"})
    assert found == [("g", "conditional", True)]


def test_a_module_that_answers_for_its_names_is_the_same_if_unchanged() -> None:
    lazy = "def __getattr__(name): ...\n"
    base = {"old": "from p.lazy import g\n", "lazy": lazy}
    head = {"new": "from p.lazy import g\n", "lazy": lazy}
    assert moved(f("g.run(a)"), base, head) == []
    head["lazy"] = lazy + "\n"
    assert moved(f("g.run(a)"), base, head) == [("g.run", "unknown", True)]


def test_a_cache_that_is_cleared_is_no_constant() -> None:
    probe = "from functools import lru_cache\n@lru_cache(None)\ndef probe(): ...\n"
    text = "from .util import probe\nFAST = probe()\n"

    def found(util: str) -> list[tuple[str, str, bool]]:
        return moved(
            f("FAST"),
            {"old": text, "util": util},
            {"new": text, "util": util, "old": text},
        )

    assert found(probe) == []
    assert found(probe + "def w(): ...\nw.cache_clear = None\n") == []
    assert found(probe + "def w(): probe.cache_clear()\n") == [("FAST", "twin", True)]


def test_an_edited_expression_may_give_the_same() -> None:
    base = {"old": "import ext\nFAST = ext.probe() and ext.here\n"}
    head = {"new": "import ext\nFAST = ext.probe() and ext.is_here()\n"}
    assert moved(f("FAST"), base, head) == [("FAST", "twin", True)]
    assert moved(f("FAST"), base, {"new": "FAST = 1\n"}) == [("FAST", "twin", True)]
    told_apart = moved(f("FAST"), {"old": "FAST = [1]\n"}, {"new": "FAST = 1\n"})
    assert told_apart == [("FAST", "twin", False)]


# Ways to a definition

UTIL = {"util": "def g(): ...\n"}
ONE_THING = {
    "a variable that was given the function": (
        "import p.util as u\ng = u.g\n",
        "from p.util import g\n",
    ),
    "the same in the new module": (
        "from p.util import g\n",
        "import p.util\ng = p.util.g\n",
    ),
    "something external": ("import ext\ng = ext.g\n", "from ext import g\n"),
    "a branch of the type checker": (
        "import typing\nif typing.TYPE_CHECKING:\n    from ext import g\nelse:\n"
        "    from lazy import g\n",
        "from lazy import g\n",
    ),
    "whichever can be imported": (
        "try:\n    from a import g\nexcept ImportError:\n    from b import g\n",
        "from p.compat import g\n",
    ),
    "a star import of its package": (
        "from p.stars import g\n",
        "from p.util import g\n",
    ),
}
TWO_THINGS = {
    "another name of the module": (
        "import ext\ng = ext.g\n",
        "from ext import h as g\n",
        "import",
    ),
    "the other order of what can be imported": (
        "try:\n    from a import g\nexcept ImportError:\n    from b import g\n",
        "try:\n    from b import g\nexcept ImportError:\n    from a import g\n",
        "import",
    ),
    "modules that take it from each other": (
        "from p.one import g\n",
        "from p.two import g\n",
        "twin",
    ),
    "only for the type checker": (
        "from ext import g\n",
        "import typing\nif typing.TYPE_CHECKING:\n    from ext import g\n",
        "missing",
    ),
}
MODULES = {
    **UTIL,
    "compat": "try:\n    from a import g\nexcept ImportError:\n    from b import g\n",
    "stars": "from .util import *\n",
    "one": "import p.two\ng = p.two.g\n",
    "two": "import p.one\ng = p.one.g\n",
}


@pytest.mark.parametrize("case", ONE_THING)
def test_two_ways_to_one_thing(case: str) -> None:
    old, new = ONE_THING[case]
    assert moved(f("g(a)"), {**MODULES, "old": old}, {**MODULES, "new": new}) == []


@pytest.mark.parametrize("case", TWO_THINGS)
def test_ways_to_two_things(case: str) -> None:
    old, new, kind = TWO_THINGS[case]
    found = moved(f("g(a)"), {**MODULES, "old": old}, {**MODULES, "new": new})
    assert found == [("g", kind, case == "modules that take it from each other")]


def test_a_variable_that_is_rebound_is_no_other_name() -> None:
    util = "S = 0\ndef set_(n):\n    global S\n    S = n\n"
    base = {"util": util, "old": "from p import util\ng = util.S\n"}
    head = {"util": util, "new": "from p.util import S as g\ndef h():\n    global g\n"}
    assert moved(f("g"), base, head) != []


# Decorators that enter what they decorate somewhere

REGISTRY = """
KNOWN = {}
def enter(f):
    KNOWN[f.__name__] = f
    return f
def entered_as(name):
    def inner(f):
        KNOWN.setdefault(name, f)
        return f
    return inner
def plain(f):
    return f
class App:
    def get(self, path): ...
app = App()
"""


@pytest.mark.parametrize(
    ("decorator", "is_entered"),
    [
        ("enter", True),
        ("entered_as('a')", True),
        ("app.get('/')", True),
        ("ext.register('a')", True),
        ("ext.wrap", False),
        ("plain", False),
        ("App", False),
    ],
)
def test_a_definition_that_is_entered_somewhere(
    decorator: str, is_entered: bool
) -> None:
    imports = "import ext\nfrom p.registry import App, app, enter, entered_as, plain\n"
    text = f"{imports}@{decorator}\n{f('a')}"
    registry = {"registry": REGISTRY}
    before = files(old=text, **registry)
    name = decorator.partition("(")[0]
    expected = [(name, "registered", True)] if is_entered else []
    apart = files(old="", new=text, **registry)
    assert told(compare(before, apart)) == expected
    for line in ("from p.new import f\n", "from . import new\n", "import p.new\n"):
        together = files(old=f"if True:\n    {line}", new=text, **registry)
        assert compare(before, together) == ()
    late = files(old="def g():\n    import p.new\n", new=text, **registry)
    assert told(compare(before, late)) == expected
    gone = {path: data for path, data in apart.items() if path != "p/old.py"}
    assert compare(before, gone) == ()


# Moves that were edited


def test_the_names_of_an_edited_move_are_looked_at_too() -> None:
    """The line that reads another constant now is none of those that differ."""
    body = "def f(a):\n    # {}\n    b = a + 1\n    c = b * 2\n    return c + LIMIT\n"
    base = files(old="LIMIT = 1\n" + body.format("this"), new="LIMIT = 2\n")
    head = files(old="LIMIT = 1\n", new="LIMIT = 2\n" + body.format("that"))
    sides = [Files({p: t.encode() for p, t in side.items()}) for side in (base, head)]
    seen = examine(sides[0], sides[1], {"p/old.py", "p/new.py"})
    [match] = [m for m in seen.matches if m.old.name == "f"]
    assert match.verdict.value == "edited"
    assert told(match.differences) == [("LIMIT", "twin", False)]
    assert 6 in seen.added["p/new.py"]


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        ("from p import limits\n", []),
        (
            "from p import limits\nfrom elsewhere import *\n",
            [("limits.LIMIT", "conditional", True)],
        ),
        (
            "from p import limits\ndef g():\n    global limits\n    limits = 3\n",
            [("limits.LIMIT", "conditional", True)],
        ),
        (
            "if __debug__:\n    from p import limits\n",
            [("limits.LIMIT", "conditional", True)],
        ),
        (
            "import typing\nif typing.TYPE_CHECKING:\n    from p import limits\n",
            [("limits.LIMIT", "missing", False)],
        ),
    ],
)
def test_a_name_that_follows_from_a_move_is_plain(
    above: str, expected: list[tuple[str, str, bool]]
) -> None:
    body = "def f(a):\n    b = a + 1\n    c = b * 2\n    return c + {}\n"
    limits = {"limits": "LIMIT = 1\n"}
    old = "from p.limits import LIMIT\n" + body.format("LIMIT")
    new = above + body.format("limits.LIMIT")
    base, head = files(old=old, new="", **limits), files(old="", new=new, **limits)
    sides = [Files({p: t.encode() for p, t in side.items()}) for side in (base, head)]
    seen = examine(sides[0], sides[1], {"p/old.py", "p/new.py"})
    [match] = [m for m in seen.matches if m.old.name == "f"]
    assert match.likeness.value == "adapted"
    assert told(match.differences) == expected


def test_an_import_that_a_function_rebinds() -> None:
    late = "import ext\ndef g():\n    global ext\n    ext = 3\n"
    found = moved(f("ext.a"), {"old": "import ext\n"}, {"new": late})
    assert found == [("ext.a", "unknown", True)]


def test_a_module_that_gives_itself_a_name() -> None:
    body = "import logging\ndef f(a):\n    return logging.getLogger(__name__)\n"
    assert [kind for _, kind, _ in moved(body, {}, {})] == ["logger"]
    found = moved(body, {}, {"new": "__name__ = 'a'\n"})
    assert found == [("__name__", "module-attribute", False)]
