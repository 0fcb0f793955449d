"""Names of moved code: what surrounds them, and what is only a note."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.verify.movement.worlds import compare, f, files, moved
from verify.movement.definitions import parse_module
from verify.movement.meaning import World, differences
from verify.movement.sources import Files

# What moved, and what became of it


def test_a_definition_over_the_moved_one() -> None:
    base = {"old": "def g(a): ...\n"}
    head = {"new": "def g(a): ...\n"}
    places = {"p.old.g": "p.new.g"}
    assert moved(f("g(a)"), base, head, places) == []
    for more in ("def g(a, b): ...\n", "g = 1\n", "from ext import g\n"):
        found = moved(f("g(a)"), base, {"new": head["new"] + more}, places)
        assert [name for name, _, _ in found] == ["g"]
        assert not found[0][2]


def test_a_moved_constant_of_another_value() -> None:
    base, head = {"old": "LIMIT = 4\n"}, {"new": "LIMIT = 5\n"}
    found = moved(f("LIMIT"), base, head, {"p.old.LIMIT": "p.new.LIMIT"})
    assert found == [("LIMIT", "twin", False)]


def test_moved_under_other_conditions() -> None:
    text = "def g(): ...\n"
    base = {"old": f"import sys\nif sys.flags.debug:\n    {text}"}
    places = {"p.old.g": "p.new.g"}
    assert moved(f("g()"), base, {"new": base["old"]}, places) == []
    assert moved(f("g()"), base, {"new": text}, places) == [("g", "conditional", True)]


def test_a_variable_left_by_those_who_rebind_it() -> None:
    setter = "def set_(n):\n    global STATE\n    STATE = n\n"
    base = {"old": "STATE = 0\n" + setter}
    places = {"p.old.STATE": "p.new.STATE", "p.old.set_": "p.new.set_"}
    together = {"new": "STATE = 0\n" + setter}
    assert moved(f("STATE"), base, together, places) == []
    apart = {"old": "from p.new import STATE\n" + setter, "new": "STATE = 0\n"}
    assert moved(f("STATE"), base, apart, places) == [("STATE", "state", False)]
    behind = {"old": base["old"], "new": "from p.old import STATE\n"}
    assert moved(f("STATE"), base, behind) == [("STATE", "state", False)]
    through = {"old": base["old"], "new": "from p import old\n"}
    assert (
        moved(f("old.STATE"), {"old": base["old"] + "from p import old\n"}, through)
        == []
    )


def test_code_that_rebinds_a_variable_of_its_module() -> None:
    body = "def f(n):\n    global STATE\n    STATE = n\n"
    state = {"old": "STATE = 0\n"}
    found = moved(body, state, {**state, "new": "STATE = 0\n"})
    assert found == [("STATE", "state", False)]
    nowhere = moved(body, state, {"old": "STATE = 0\n"})
    assert nowhere == [("STATE", "state", False)]


def test_the_cause_is_named_where_a_condition_differs() -> None:
    text = "from ext import probe\nFAST = probe()\nif FAST:\n    from ext import g, h\n"
    found = moved(f("g(a) + h(a)"), {"old": text}, {"new": text})
    assert found == [("FAST", "twin", True)]


# Notes


def test_a_logger_of_the_module_is_a_note() -> None:
    text = {"old": "import logging\nlogger = logging.getLogger(__name__)\n"}
    before = files(old=text["old"] + f("logger.info(a)"))
    after = files(old="", new=text["old"] + f("logger.info(a)"))
    [found] = compare(before, after)
    assert (found.kind, found.is_note, found.undecided) == ("logger", True, False)


def test_a_logger_made_on_the_spot_is_a_note() -> None:
    above = {"old": "import logging\n"}
    body = f("logging.getLogger(__name__)")
    found = moved(body, above, {"new": "import logging\n"})
    assert found == [("__name__", "logger", False)]


def test_a_logger_that_is_configured_is_no_note() -> None:
    text = "from ext import logger_of\nlogger = logger_of(__name__)\n"
    assert moved(f("logger.info(a)"), {"old": text}, {"new": text}) == [
        ("logger.info", "twin", True)
    ]


def test_annotations_that_become_text() -> None:
    body = "def f(a: int) -> None: ...\n"
    lazy = "from __future__ import annotations\n"
    assert moved(body, {"old": lazy}, {}) == [("annotations", "annotations", False)]
    assert moved(body, {}, {"new": lazy}) == [("annotations", "annotations", False)]
    assert moved(body, {"old": lazy}, {"new": lazy}) == []


def test_an_annotation_that_is_evaluated_now() -> None:
    body = "def f(a: Thing) -> None: ...\n"
    types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ext import Thing\n"
    lazy = "from __future__ import annotations\n"
    assert moved(body, {"old": lazy + types}, {"new": lazy + types}) == []
    assert ("Thing", "missing", False) in moved(
        body, {"old": lazy + types}, {"new": types}
    )


def test_a_name_that_only_a_type_checker_sees_now() -> None:
    body = "def f(a: Thing) -> None: ...\n"
    lazy = "from __future__ import annotations\n"
    plain = lazy + "from ext import Thing\n"
    types = f"{lazy}from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ext import Thing\n"
    [found] = moved(body, {"old": plain}, {"new": types})
    assert found == ("Thing", "types-only", False)


# Classes and functions around


METHOD = "class {}:\n    SIZE = 1\n    def f(self, n=SIZE):\n        return {}\n"


def methods(
    old: str, new: str, expression: str, places: Mapping[str, str] = {}
) -> set[str]:
    before = files(old=METHOD.format(old, expression))
    after = files(old="", new=METHOD.format(new, expression))
    found = compare(
        before,
        after,
        f"old:{old.partition('(')[0]}.f",
        f"new:{new.partition('(')[0]}.f",
        places,
    )
    return {f"{d.name} {d.kind}" for d in found}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("super().f()", "super() class"),
        ("__class__", "__class__() class"),
        ("self.__size", "__size mangled"),
        ("n", ""),
    ],
)
def test_a_method_of_another_class(expression: str, expected: str) -> None:
    expected_all = {"SIZE class"} | ({expected} if expected else set())
    assert methods("A", "B", expression) == expected_all
    assert methods("A", "A", expression, {"p.old.A": "p.new.A"}) == set()


def test_a_whole_class_takes_its_own_names_along() -> None:
    body = "class f:\n    SIZE = 1\n    def g(self, n=SIZE):\n        return super().g(self.__x)\n"
    assert moved(body, {}, {}) == []


def test_a_base_class_from_elsewhere() -> None:
    body = "class f(Base): ...\n"
    found = moved(body, {"old": "from ext import Base\n"}, {"new": "class Base: ...\n"})
    assert found == [("Base", "import", False)]


def test_a_class_of_the_body_sees_the_module_behind_it() -> None:
    body = "class f:\n    len = len\n    def g(self): return len(self)\n"
    found = moved(body, {}, {"new": "def len(x): ...\n"})
    assert found == [("len", "shadowed", False)]


def test_a_local_of_the_function_around() -> None:
    text = "def outer(n):\n    def f(a):\n        return a + n\n    return f\n"
    before, after = files(old=text), files(old="", new=text)
    inner = ("old:outer.<locals>.f", "new:outer.<locals>.f")
    [found] = compare(before, after, *inner)
    assert (found.name, found.kind, found.undecided) == ("n", "closure", True)
    assert compare(before, after, *inner, moved={"p.old.outer": "p.new.outer"}) == ()


# Modules


def test_a_script_imports_its_neighbour() -> None:
    text = "from util import g\n" + f("g(a)")
    util = {"a/util.py": "def g(a): ...\n", "b/util.py": "def g(a): return a\n"}
    before = Files({k: v.encode() for k, v in {"a/old.py": text, **util}.items()})
    after = Files({k: v.encode() for k, v in {"b/new.py": text, **util}.items()})
    old = parse_module("a/old.py", "a.old", text.encode()).definitions[-1]
    new = parse_module("b/new.py", "b.new", text.encode()).definitions[-1]
    [found] = differences(old, new, {}, World(before, after), World(after, before))
    assert (found.name, found.kind, found.undecided) == ("g", "twin", False)


def test_a_namespace_package_is_part_of_the_tree() -> None:
    before = files(
        old="from p.names.sub import g\n" + f("g(a)"), names__sub="def g(): ...\n"
    )
    after = files(new="from p.names.sub import g\n" + f("g(a)"), names__sub="")
    [found] = compare(before, after)
    assert (found.name, found.kind) == ("g", "missing")


def test_a_submodule_is_what_its_package_does_not_bind() -> None:
    before = files(old="from p import util\n" + f("util.g(a)"), util="def g(): ...\n")
    after = files(new="import p.util as util\n" + f("util.g(a)"), util="def g(): ...\n")
    assert compare(before, after) == ()


def test_modules_that_import_each_other_come_to_an_end() -> None:
    ring = {"one": "from p.two import g\n", "two": "from p.one import g\n"}
    found = moved(
        f("g(a)"),
        {**ring, "old": "from p.one import g\n"},
        {**ring, "new": "from p.two import g\n"},
    )
    assert [(name, undecided) for name, _, undecided in found] == [("g", True)]


def test_a_module_that_does_not_parse_is_undecided() -> None:
    above = {"old": "from p.util import g\n", "util": "def g(: ...\n"}
    found = moved(f("g(a)"), above, {"new": "from p.util import g\n", **above})
    assert found == [("g", "unknown", True)]


def test_a_place_counts_characters() -> None:
    body = "def f(a):\n    return 'é' + len(a)\n"
    [found] = compare(files(old=body), files(new="len = 1\n" + body))
    assert (found.line, found.column) == (3, 18)
    assert (found.old, found.new) == ("builtin len", "p.new:len")


def test_a_block_of_a_function() -> None:
    text = "from ext import g\n\ndef f(a):\n    b = g(a)\n    return b\n"
    other = text.replace("ext", "other")
    sides = [Files({"p/m.py": each.encode()}) for each in (text, other)]
    blocks = []
    for side in (text, other):
        [function] = parse_module("p/m.py", "p.m", side.encode()).definitions
        node = ast.Module(body=function.body, type_ignores=[])
        blocks.append(replace(function, kind="block", node=node, qualified=""))
    old, new = blocks
    [found] = differences(old, new, {}, World(sides[0]), World(sides[1]))
    assert (found.name, found.kind, found.line) == ("g", "import", 4)


def test_a_submodule_that_nobody_imports_here() -> None:
    body = f("ext.sub.g(a)")
    above = {"old": "import ext.sub\n"}
    assert moved(body, above, {"new": "import ext\n"}) == [
        ("ext.sub.g", "import", True)
    ]
    for more in (
        "import ext.sub.more\n",
        "from ext.sub import h\n",
        "from ext import sub\n",
    ):
        assert moved(body, above, {"new": "import ext\n" + more}) == []


def test_the_condition_of_the_definition_itself() -> None:
    text = "if FAST:\n    def f(a):\n        return a\n"
    before = files(old="from ext import FAST\n" + text)
    after = files(new="from other import FAST\n" + text)
    [found] = compare(before, after)
    assert (found.name, found.kind, found.undecided) == ("FAST", "import", True)
    assert compare(before, files(new="from ext import FAST\n" + text)) == ()


def test_a_private_method_of_another_class() -> None:
    text = "class {}:\n    def __f(self): ...\n"
    before, after = files(old=text.format("A")), files(new=text.format("B"))
    [found] = compare(before, after, "old:A.__f", "new:B.__f")
    assert (found.kind, found.old, found.new) == ("mangled", "_A__f", "_B__f")


def test_code_that_is_nested_too_deeply_is_undecided() -> None:
    deep = "X = " + "+".join(["1"] * 5000) + "\n"
    found = moved(
        f("g(a)"),
        {"old": "from p.deep import g\n", "deep": deep},
        {"new": "from p.deep import g\n", "deep": deep},
    )
    assert [undecided for _, _, undecided in found] == [True]
    parsed = "X = " + "+".join(["1"] * 900) + "\n"
    [own] = compare(files(old=f("a")), files(new=parsed + f("a")))
    assert (own.kind, own.undecided) == ("unknown", True)


def test_modules_that_import_everything_of_each_other() -> None:
    names = [f"m{number}" for number in range(12)]
    mesh = {
        name: "".join(f"from p.{n} import *\n" for n in names if n != name)
        for name in names
    }
    found = moved(
        f("g(a)"),
        {**mesh, "old": "from p.m0 import *\n"},
        {**mesh, "new": "from p.m0 import *\n"},
    )
    assert [(name, undecided) for name, _, undecided in found] == [("g", True)]
