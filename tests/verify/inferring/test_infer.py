"""What became of the names of small packages between two versions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from verify.inferring.answer import Confidence, Entry, Inferred, Kind

Infer = Callable[..., Inferred]

SUM = '''
def total(values, start=0):
    """Add up what is there, and a bit more."""
    result = start
    for value in values:
        if value is not None:
            result += value
    return result
'''
SHAPE = '''
class Shape:
    """Something with corners, and a colour."""

    corners = 4

    def __init__(self, colour, size=1):
        self.colour = colour
        self.size = size

    def area(self):
        return self.size * self.size * self.corners / 4

    def paint(self, colour):
        self.colour = colour
        return self
'''


def moves(inferred: Inferred) -> dict[str, str]:
    return {e.old: e.new for e in inferred.sure if e.kind is Kind.MOVE}


def gone(inferred: Inferred) -> set[str]:
    return {e.old for e in inferred.sure if e.kind is Kind.REMOVED}


def entry(inferred: Inferred, old: str) -> Entry:
    [found] = [each for each in inferred.entries if each.old == old]
    return found


def test_a_function_that_moved_is_sure(between: Infer) -> None:
    made = between(
        {"pkg/a.py": SUM + "x = 1\n"}, {"pkg/a.py": "x = 1\n", "pkg/b.py": SUM}
    )
    assert moves(made) == {"pkg.a:total": "pkg.b:total"}
    found = entry(made, "pkg.a:total")
    assert "pkg/a.py:2 -> pkg/b.py:2" in found.evidence[0]
    assert any("verbatim" in line for line in found.evidence)
    assert found.diff == ()


def test_a_module_that_moved_whole_is_one_entry(between: Infer) -> None:
    made = between({"pkg/a.py": SUM + SHAPE}, {"pkg/b.py": SUM + SHAPE})
    assert moves(made) == {"pkg.a": "pkg.b"}
    assert not made.doubtful


def test_a_package_that_moved_whole_is_one_entry(between: Infer) -> None:
    made = between(
        {"pkg/a/__init__.py": "", "pkg/a/m.py": SUM, "pkg/a/n.py": SHAPE},
        {"pkg/b/__init__.py": "", "pkg/b/m.py": SUM, "pkg/b/n.py": SHAPE},
    )
    assert moves(made) == {"pkg.a": "pkg.b"}


def test_a_module_of_which_a_name_went_elsewhere_is_no_move(between: Infer) -> None:
    made = between({"pkg/a.py": SUM + SHAPE}, {"pkg/b.py": SUM, "pkg/c.py": SHAPE})
    assert moves(made) == {"pkg.a:total": "pkg.b:total", "pkg.a:Shape": "pkg.c:Shape"}
    assert gone(made) == {"pkg.a"}
    assert "pkg.b" in entry(made, "pkg.a").instead


def test_what_is_still_handed_on_at_its_old_place_is_no_entry(between: Infer) -> None:
    new = {"pkg/a.py": "from pkg.b import total\n", "pkg/b.py": SUM}
    assert between({"pkg/a.py": SUM}, new).entries == ()


@pytest.mark.parametrize(
    "shim",
    [
        "from pkg.b import *\n",
        "def __getattr__(name):\n"
        "    if name == 'total':\n"
        "        from pkg.b import total\n"
        "        return total\n"
        "    raise AttributeError(name)\n",
        "try:\n    from pkg.b import total\nexcept ImportError:\n    total = None\n",
    ],
)
def test_shims_keep_a_name_where_it_was(between: Infer, shim: str) -> None:
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": shim, "pkg/b.py": SUM})
    assert made.entries == ()


@pytest.mark.parametrize(
    "shim",
    [
        "import pkg.b\n\ndef __getattr__(name):\n    return getattr(pkg.b, name)\n",
        "import sys, pkg.b\nsys.modules[__name__] = pkg.b\n",
        "import pkg.b\nglobals().update(vars(pkg.b))\n",
        "from elsewhere import *\n",
    ],
)
def test_what_the_text_does_not_tell_is_never_sure(between: Infer, shim: str) -> None:
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": shim, "pkg/b.py": SUM})
    assert made.sure == ()
    assert any(each.name.startswith("pkg.a") for each in made.untold)


def test_a_package_that_hands_it_on_is_the_path_to_use(between: Infer) -> None:
    new = {
        "pkg/new/__init__.py": "from pkg.new._impl import total\n",
        "pkg/new/_impl.py": SUM,
    }
    made = between({"pkg/a.py": SUM + "x = 1\n"}, {"pkg/a.py": "x = 1\n", **new})
    assert moves(made) == {"pkg.a:total": "pkg.new:total"}


def test_a_lost_reexport_leads_to_the_definition(between: Infer) -> None:
    made = between(
        {"pkg/a/__init__.py": "from pkg.a.m import total\n", "pkg/a/m.py": SUM},
        {"pkg/a/__init__.py": "", "pkg/a/m.py": SUM},
    )
    assert moves(made) == {"pkg.a:total": "pkg.a.m:total"}


def test_a_module_that_became_a_package_keeps_its_names_near(between: Infer) -> None:
    new = {
        "pkg/a/__init__.py": "",
        "pkg/a/use.py": "from pkg.ops import total\n\ndef use():\n    return total([])\n",
        "pkg/ops.py": SUM,
    }
    made = between({"pkg/a.py": SUM}, new)
    assert moves(made) == {"pkg.a:total": "pkg.a.use:total"}


def test_a_renamed_function_is_sure_where_its_body_is_the_same(between: Infer) -> None:
    new = SUM.replace("def total", "def add_up")
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": new})
    assert moves(made) == {"pkg.a:total": "pkg.a:add_up"}


def test_two_new_ones_of_the_same_body_are_doubtful(between: Infer) -> None:
    one, two = SUM.replace("def total", "def f"), SUM.replace("def total", "def g")
    made = between(
        {"pkg/a.py": SUM}, {"pkg/a.py": "", "pkg/b.py": one, "pkg/c.py": two}
    )
    assert moves(made) == {}
    found = entry(made, "pkg.a:total")
    assert found.confidence is Confidence.LIKELY
    assert any("could be meant" in line for line in found.evidence)


def test_two_old_ones_of_the_same_body_are_doubtful(between: Infer) -> None:
    other = SUM.replace("def total", "def summed")
    new = SUM.replace("def total", "def add_up")
    made = between(
        {"pkg/a.py": SUM, "pkg/b.py": other}, {"pkg/a.py": "", "pkg/b.py": new}
    )
    assert moves(made) == {}


def test_call_sites_settle_which_of_two_it_is(between: Infer) -> None:
    use = "from pkg.{} import total\n\ndef use():\n    return total([])\n"
    made = between(
        {"pkg/a.py": SUM, "pkg/use.py": use.format("a")},
        {
            "pkg/a.py": "",
            "pkg/b.py": SUM,
            "pkg/c.py": SUM,
            "pkg/use.py": use.format("c"),
        },
    )
    wrong = moves(made).get("pkg.a:total") == "pkg.b:total"
    assert not wrong


def test_swapped_names_are_no_entries_and_nothing_is_sure(between: Infer) -> None:
    other = "def mean(values):\n    return sum(values) / max(len(values), 1) + 0.0001\n"
    swapped = SUM.replace("total", "mean") + other.replace("mean", "total")
    made = between({"pkg/a.py": SUM + other}, {"pkg/a.py": swapped})
    assert made.entries == ()


def test_a_chain_of_renames_is_not_sure(between: Infer) -> None:
    """`f` becomes `g`, while the old `g` goes on to be `h`."""
    f = SUM.replace("def total", "def f")
    g = SHAPE.replace("class Shape", "class g")
    made = between(
        {"pkg/a.py": f + g},
        {"pkg/a.py": f.replace("def f", "def g") + g.replace("class g", "class h")},
    )
    assert "pkg.a:g" not in moves(made)
    assert moves(made).get("pkg.a:f") in (None, "pkg.a:g")


def test_a_name_at_both_paths_all_along_is_no_move(between: Infer) -> None:
    made = between(
        {"pkg/a.py": SUM, "pkg/b.py": SUM}, {"pkg/a.py": "", "pkg/b.py": SUM}
    )
    assert moves(made) == {}
    assert "pkg.a:total" in gone(made) | {e.old for e in made.doubtful}


def test_what_is_gone_is_told_with_a_near_name(between: Infer) -> None:
    new = "def total_of_all(first, *others):\n    return NotImplemented\n"
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": new})
    assert gone(made) == {"pkg.a:total"}


def test_a_changed_constant_in_a_moved_body_is_shown(between: Infer) -> None:
    new = SUM.replace("start=0", "start=1")
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": "", "pkg/b.py": new})
    found = entry(made, "pkg.a:total")
    assert any("start=1" in line for line in found.diff)
    assert any("edited" in line for line in found.evidence)


def test_another_global_in_the_new_place_is_not_sure(between: Infer) -> None:
    text = SUM.replace("result = start", "result = start + OFFSET")
    made = between(
        {"pkg/a.py": "OFFSET = 1\n" + text},
        {"pkg/a.py": "OFFSET = 1\n", "pkg/b.py": "OFFSET = 2\n" + text},
    )
    assert moves(made) == {}
    found = entry(made, "pkg.a:total")
    assert any("OFFSET" in line for line in found.evidence)


def test_other_parameters_are_not_sure(between: Infer) -> None:
    new = SUM.replace("values, start=0", "start, values")
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": "", "pkg/b.py": new})
    assert moves(made) == {}
    assert any("took" in line for line in entry(made, "pkg.a:total").evidence)


def test_a_class_without_a_method_it_had_is_not_sure(between: Infer) -> None:
    new = SHAPE.replace("def paint", "def colour_it")
    made = between({"pkg/a.py": SHAPE}, {"pkg/a.py": "", "pkg/b.py": new})
    assert "pkg.a:Shape" not in moves(made)


def test_something_else_of_the_same_name_is_not_sure(between: Infer) -> None:
    new = "def total(values, start=0):\n    return print(values, start, sep='')\n"
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": "", "pkg/b.py": new})
    assert moves(made) == {}


def test_constants_are_too_small_to_tell(between: Infer) -> None:
    made = between(
        {"pkg/a.py": "LIMIT = 8\n"}, {"pkg/a.py": "", "pkg/b.py": "LIMIT = 8\n"}
    )
    assert moves(made) == {}
    assert entry(made, "pkg.a:LIMIT").confidence is Confidence.LIKELY


def test_a_constant_that_went_along_is_sure(between: Infer) -> None:
    made = between(
        {"pkg/a.py": "LIMIT = 8\n" + SUM},
        {"pkg/a.py": "", "pkg/b.py": "LIMIT = 8\n" + SUM},
    )
    assert moves(made) == {
        "pkg.a:LIMIT": "pkg.b:LIMIT",
        "pkg.a:total": "pkg.b:total",
    }


def test_a_name_that_is_there_on_some_platforms_only_is_not_sure(
    between: Infer,
) -> None:
    made = between(
        {"pkg/a.py": SUM},
        {
            "pkg/a.py": "",
            "pkg/b.py": "import sys\nif sys.platform == 'linux':\n"
            + "\n".join("    " + line for line in SUM.splitlines()),
        },
    )
    assert moves(made) == {}


def test_a_renamed_method_is_sure(between: Infer) -> None:
    long = SHAPE.replace(
        "return self.size * self.size * self.corners / 4",
        "first = self.size * self.size\n        second = first * self.corners / 4\n"
        "        return second if second > 0.25 else first + second",
    )
    new = long.replace("def area", "def surface")
    made = between({"pkg/a.py": long}, {"pkg/a.py": new})
    assert moves(made) == {"pkg.a:Shape.area": "pkg.a:Shape.surface"}


def test_a_method_that_became_a_function_is_doubtful(between: Infer) -> None:
    body = """
        first = self.size * self.size
        second = first * self.corners / 4 + 0.25
        return second
"""
    old = SHAPE + "\n    def surface(self):" + body
    function = "\n\ndef surface(self):" + body.replace("        ", "    ")
    made = between({"pkg/a.py": old}, {"pkg/a.py": SHAPE + function})
    assert "pkg.a:Shape.surface" not in moves(made)
    found = entry(made, "pkg.a:Shape.surface")
    assert found.kind is Kind.REMOVED or not found.is_sure


def test_private_names_that_moved_are_told_and_those_gone_are_not(
    between: Infer,
) -> None:
    private = SUM.replace("def total", "def _total")
    made = between({"pkg/a.py": private}, {"pkg/a.py": "", "pkg/b.py": private})
    assert moves(made) == {"pkg.a:_total": "pkg.b:_total"}
    gone_now = between({"pkg/a.py": private}, {"pkg/a.py": ""})
    assert gone_now.entries == ()
    assert gone_now.left_out == 1
    told = between({"pkg/a.py": private}, {"pkg/a.py": ""}, private=True)
    assert gone(told) == {"pkg.a:_total"}


def test_a_compiled_module_cannot_be_told(between: Infer) -> None:
    made = between(
        {"pkg/fast.py": SUM}, {}, compiled=frozenset({"pkg/fast.cpython-311-x86.so"})
    )
    assert made.entries == ()
    assert [each.name for each in made.untold] == ["pkg.fast"]


def test_a_file_that_does_not_parse_is_told(between: Infer) -> None:
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": "def total(:\n", "pkg/b.py": SUM})
    assert made.sure == ()
    assert not made.is_whole


def test_nothing_changed_gives_nothing(between: Infer) -> None:
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": SUM})
    assert (made.entries, made.untold, made.compared) == ((), (), 0)


def test_a_change_in_place_is_no_entry(between: Infer) -> None:
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": SUM.replace("start=0", "start=7")})
    assert made.entries == ()


def test_a_package_and_what_it_hands_on_move_together(between: Infer) -> None:
    made = between(
        {"pkg/a/__init__.py": "from pkg.a.m import total\n", "pkg/a/m.py": SUM},
        {"pkg/b/__init__.py": "from pkg.b.m import total\n", "pkg/b/m.py": SUM},
    )
    assert moves(made) == {"pkg.a": "pkg.b"}


def test_what_is_for_tests_now_is_doubtful(between: Infer) -> None:
    tests = {"pkg/tests/__init__.py": "", "pkg/tests/helpers.py": SUM}
    made = between({"pkg/a.py": SUM}, {"pkg/a.py": "", **tests})
    assert moves(made) == {}


def test_a_stub_beside_it_is_no_rival(between: Infer) -> None:
    stub = "def total(values, start=0): ...\n"
    made = between(
        {"pkg/a.py": SUM, "pkg/a.pyi": stub},
        {"pkg/a.py": "", "pkg/a.pyi": "", "pkg/b.py": SUM, "pkg/b.pyi": stub},
    )
    assert moves(made) == {"pkg.a:total": "pkg.b:total"}


def test_a_base_that_moved_along_is_the_same_class(between: Infer) -> None:
    base = SHAPE.replace("Shape", "Base")
    shape = SHAPE.replace("class Shape", "class Shape(Base)")
    new = {"pkg/b.py": base, "pkg/c.py": f"from pkg.b import Base\n{shape}"}
    made = between({"pkg/a.py": base + shape}, {"pkg/a.py": "", **new})
    assert moves(made) == {"pkg.a:Base": "pkg.b:Base", "pkg.a:Shape": "pkg.c:Shape"}


def test_a_variable_that_functions_left_behind_set_is_told(between: Infer) -> None:
    setter = "STATE = None\ndef set_state(v):\n    global STATE\n    STATE = v\n\n"
    getter = (
        "def get_state(default='a long default, so that the body can tell'):\n"
        "    return default if STATE is None else STATE\n"
    )
    made = between(
        {"pkg/a.py": setter + getter},
        {"pkg/a.py": setter, "pkg/b.py": "STATE = None\n" + getter},
    )
    assert moves(made) == {}


def test_call_sites_show_where_a_rewritten_function_is(between: Infer) -> None:
    use = "from pkg.{} import total\n\ndef use():\n    return total([])\n"
    new = (
        "def total(values, start=0):\n"
        "    import math\n\n    return math.fsum([start, *filter(bool, values)])\n"
    )
    made = between(
        {"pkg/a.py": SUM, "pkg/use.py": use.format("a")},
        {"pkg/a.py": "", "pkg/b.py": new, "pkg/use.py": use.format("b")},
    )
    assert moves(made) == {"pkg.a:total": "pkg.b:total"}
    assert entry(made, "pkg.a:total").diff
    other = new.replace("values, start=0", "start, values")
    made = between(
        {"pkg/a.py": SUM, "pkg/use.py": use.format("a")},
        {"pkg/a.py": "", "pkg/b.py": other, "pkg/use.py": use.format("b")},
    )
    assert moves(made) == {}


def test_code_that_is_nested_too_deeply_is_told(between: Infer) -> None:
    deep = "if a:\n    pass\n" + "elif b:\n    def f(): pass\n" * 1500
    old = {"pkg/deep.py": deep, "pkg/a.py": SUM}
    made = between(old, {"pkg/deep.py": deep + "x = 1\n", "pkg/b.py": SUM})
    assert moves(made) == {"pkg.a": "pkg.b"}
    assert not made.is_whole
    assert [each.name for each in made.untold if each.is_unread] == ["pkg/deep.py"]


@pytest.mark.parametrize("path", ["pkg/a.py", "pkg/a/__init__.py", "pkg/_a.py"])
def test_what_a_module_imported_for_itself_is_no_entry(
    between: Infer, path: str
) -> None:
    old = (
        "from __future__ import absolute_import, unicode_literals\n"
        "import os\nimport os.path as p\nfrom typing import List as L, Dict\n"
        "try:\n    import json\nexcept ImportError:\n    from os import json\n"
    )
    made = between({path: old + "x = 1\n"}, {path: "x = 1\n"})
    assert made.entries == ()
