"""Every shape that a move can have is found."""

from __future__ import annotations

import pytest

from tests.verify.movement.movements import (
    CLASS,
    FUNCTION,
    METHOD,
    indented,
    left,
    residual,
    seen,
    verdicts,
)

BUILDER = """\
class Builder:
    def __init__(self, runner):
        self.runner = runner

    def build(self, size):
        factor = self.runner.config.factor
        total = size * factor
        if total > self.runner.limit:
            raise ValueError(total)
        return [self.runner.config.name] * total
"""
USER = """\
from b import Builder


class Runner:
    def setup(self):
        self.pool = Builder({}).build(self.size)
"""


def test_pieces_of_several_files_go_into_one() -> None:
    base = {"a.py": FUNCTION, "b.py": CLASS, "c.py": ""}
    head = {"a.py": "", "b.py": "", "c.py": f"{FUNCTION}\n\n{CLASS}"}
    movement = seen(base, head)
    assert verdicts(movement) == {"spread": "verbatim", "Pool": "verbatim"}
    assert movement.residual == 0


def test_pieces_of_one_file_go_into_several() -> None:
    base = {"p/__init__.py": "", "p/a.py": f"{FUNCTION}\n\n{CLASS}"}
    head = {
        "p/__init__.py": "",
        "p/a/__init__.py": "",
        "p/a/f.py": FUNCTION,
        "p/a/c.py": CLASS,
    }
    movement = seen(base, head)
    found = {m.old.qualified: m.new.path for m in movement.matches if m.old.qualified}
    assert found["spread"] == "p/a/f.py"
    assert movement.residual == 0


def test_a_file_becomes_a_package() -> None:
    base = {"p/__init__.py": "", "p/a.py": CLASS}
    movement = seen(base, {"p/__init__.py": "", "p/a/__init__.py": CLASS})
    assert verdicts(movement) == {"p/a.py": "verbatim"}
    assert movement.residual == 0


def test_a_relative_import_of_a_file_that_became_a_package_is_another() -> None:
    code = f"from .x import sum\n\n\n{FUNCTION}"
    base = {"p/__init__.py": "", "p/a.py": code, "p/x.py": "def sum(a): ...\n"}
    head = {"p/__init__.py": "", "p/a/__init__.py": code, "p/x.py": "def sum(a): ...\n"}
    movement = seen(base, head)
    assert verdicts(movement)["p/a.py"] == "edited"
    assert "+from .x import sum" in left(movement, base, head)


def test_a_method_of_a_class_that_is_handed_the_old_object() -> None:
    base, head = (
        {"a.py": METHOD, "b.py": ""},
        {"a.py": USER.format("self"), "b.py": BUILDER},
    )
    movement = seen(base, head)
    assert verdicts(movement) == {"Runner.build": "adapted"}
    assert "+return [self.runner.config.name] * total" not in left(movement, base, head)


@pytest.mark.parametrize(
    "other", ["self.other", "other", "", "*self", "runner=make(self)"]
)
def test_a_method_of_a_class_that_is_handed_another_object(other: str) -> None:
    base, head = (
        {"a.py": METHOD, "b.py": ""},
        {"a.py": USER.format(other), "b.py": BUILDER},
    )
    movement = seen(base, head)
    assert verdicts(movement) == {"Runner.build": "edited"}
    assert "+return [self.runner.config.name] * total" in left(movement, base, head)


def test_an_object_that_is_replaced_later_is_another() -> None:
    stored = BUILDER + "\n    def reset(self, other):\n        self.runner = other\n"
    movement = seen(
        {"a.py": METHOD, "b.py": ""}, {"a.py": USER.format("self"), "b.py": stored}
    )
    assert verdicts(movement)["Runner.build"] == "edited"


def test_a_method_of_the_same_name_is_no_call_of_the_function() -> None:
    function = """\
def build(*, size, config, limit):
    factor = config.factor
    total = size * factor
    if total > limit:
        raise ValueError(total)
    return [config.name] * total
"""
    user = """\
import b


class Runner:
    def setup(self):
        self.pool = self.build(self.size)

    def build(self, size):
        return b.build(size=size, config=self.config, limit=self.limit)
"""
    base, head = {"a.py": METHOD, "b.py": ""}, {"a.py": user, "b.py": function}
    found = residual(base, head)
    assert "+if total > limit:" not in found
    assert "+return b.build(size=size, config=self.config, limit=self.limit)" in found


def test_a_function_that_became_a_method() -> None:
    method = f"class Tools:\n    kept = 1\n\n    @staticmethod\n{indented(FUNCTION)}"
    base, head = (
        {"a.py": FUNCTION, "b.py": "class Tools:\n    kept = 1\n"},
        {"a.py": "", "b.py": method},
    )
    movement = seen(base, head)
    assert [(m.old.qualified, m.new.qualified) for m in movement.matches] == [
        ("spread", "Tools.spread")
    ]
    assert left(movement, base, head) == ["+@staticmethod"]


def test_a_rename_is_followed_by_recursion_and_callers() -> None:
    function = FUNCTION.replace("sum(values)", "spread(values[1:], 1)")
    caller = "def call():\n    return spread([1], 2)\n"
    base = {"a.py": f"{function}\n\n{caller}", "b.py": ""}
    head = {
        "a.py": f"from b import scatter\n\n\n{caller}".replace("spread", "scatter"),
        "b.py": function.replace("spread", "scatter"),
    }
    movement = seen(base, head)
    assert verdicts(movement) == {"spread": "adapted"}
    assert movement.residual == 0


def test_a_caller_that_was_not_renamed_along_is_left_to_read() -> None:
    function = FUNCTION.replace("sum(values)", "spread(values[1:], 1)")
    head = {
        "b.py": function.replace("def spread", "def scatter")
        + "\n\ndef spread(a, b): ...\n"
    }
    found = residual({"a.py": function, "b.py": ""}, {"a.py": "", **head})
    assert "+total = spread(values[1:], 1)" in found


def test_a_long_statement_that_was_edited_is_shown_beside_what_it_was() -> None:
    call = "    made = build(\n        first=1,\n        second=2,\n        third=3,\n    )\n"
    start = "def f(x):\n    a = x.prepare_everything_that_is_needed()\n    b = a.finish_everything()\n"
    base = {"a.py": f"{start}{call}    return made, b\n", "b.py": ""}
    head = {
        "a.py": "",
        "b.py": f"{start}{call.replace('second=2', 'second=4')}    return made, b\n",
    }
    [hunk] = seen(base, head).hunks
    assert (hunk.old_lines, hunk.new_lines) == ((6,), (6,))
    assert (hunk.old_path, hunk.new_path) == ("a.py", "b.py")


def test_a_file_of_another_language_that_was_edited_on_the_way() -> None:
    lines = [f"int f{n}() {{ return {n}; }}\n" for n in range(9)]
    base = {"a/old.cu": "".join(lines)}
    head = {
        "b/new.cuh": "".join(
            ["\n", *lines[:4], "int other();\n", *(f"  {x}" for x in lines[5:])]
        )
    }
    movement = seen(base, head)
    assert [(r.old, r.new, r.is_same) for r in movement.renamed] == [
        ("a/old.cu", "b/new.cuh", False)
    ]
    assert left(movement, base, head) == ["-int f4() { return 4; }", "+int other();"]


def test_white_space_means_something_elsewhere() -> None:
    assert residual(
        {"a.yml": "a:\n  b: 1\nc: 2\n"}, {"a.yml": "a:\n  b: 1\n  c: 2\n"}
    ) == ["-c: 2", "+c: 2"]
    raw = 'auto x = R"(\n  a\n)";\n'
    assert residual({"a.cc": raw}, {"a.cc": raw.replace("  a", "a")}) == ["-a", "+a"]
