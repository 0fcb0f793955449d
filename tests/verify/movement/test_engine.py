"""What is called a move, how, and which lines are left to read."""

from __future__ import annotations

import pytest

from tests.verify.movement.movements import (
    FUNCTION,
    METHOD,
    left,
    residual,
    seen,
    verdicts,
)

KERNEL = '''\
class Pool:
    """Hands out slots."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.free = list(range(size))  # all of them

    @property
    def available(self) -> int:
        return len(self.free)

    def take(self, count: int) -> list[int]:
        taken, self.free = self.free[:count], self.free[count:]
        return taken
'''


def test_a_class_that_moved_as_it_is() -> None:
    base = {"p/__init__.py": "", "p/a.py": f"import os\n\n\n{KERNEL}", "p/b.py": ""}
    head = {"p/__init__.py": "", "p/a.py": "import os\n", "p/b.py": KERNEL}
    movement = seen(base, head)
    assert verdicts(movement) == {"Pool": "verbatim"}
    assert movement.residual == 0
    assert movement.changed == 2 * len([x for x in KERNEL.splitlines() if x])
    assert movement.moved["p.a.Pool"] == "p.b.Pool"


def test_an_identical_range_has_nothing() -> None:
    movement = seen({"a.py": KERNEL}, {"a.py": KERNEL})
    assert (movement.residual, movement.changed, movement.matches) == (0, 0, ())


def test_a_copy_explains_one_place_only() -> None:
    base = {"a.py": KERNEL}
    movement = seen(base, {"b.py": KERNEL, "c.py": KERNEL})
    assert len([m for m in movement.matches if m.old.kind in ("class", "file")]) == 1
    lines = len([x for x in KERNEL.splitlines() if x])
    assert movement.residual == lines


def test_a_copy_beside_what_stayed_is_all_to_read() -> None:
    movement = seen({"a.py": KERNEL}, {"a.py": KERNEL, "b.py": KERNEL})
    assert movement.matches == ()
    assert movement.residual == movement.changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return len(self.free)", "return len(self.free) + 0"),
        ("    @property\n", "    @cached_property\n"),
        ("    @property\n", ""),
        ("size: int) -> None", "size: int = 1) -> None"),
        ("count: int)", "count: float)"),
        ("[count:]", "[count :-1]"),
        ("self.size = size\n        self.free = list(range(size))", "self.free = list(range(size))\n        self.size = size"),
        ('"""Hands out slots."""', '"""Hands out slots. """'),
        ("        self.size = size\n", ""),
        ("taken, self.free =", "self.free, taken ="),
    ],
)  # fmt: skip
def test_one_small_change_is_edited_and_left_to_read(old: str, new: str) -> None:
    assert KERNEL.count(old) == 1
    base = {"a.py": KERNEL, "b.py": "x = 1\n"}
    head = {"b.py": f"x = 1\n\n\n{KERNEL.replace(old, new)}"}
    movement = seen(base, head)
    assert verdicts(movement)["Pool"] == "edited"
    assert movement.residual >= 1


def test_a_changed_comment_is_not_verbatim() -> None:
    base = {"a.py": KERNEL}
    head = {"b.py": KERNEL.replace("# all of them", "# some of them")}
    movement = seen(base, head)
    assert "verbatim" not in verdicts(movement).values()
    assert len(left(movement, base, head)) == 2


def test_a_statement_that_slips_out_of_its_block_is_left_to_read() -> None:
    slipped = FUNCTION.replace("        total = width", "    total = width")
    base, head = {"a.py": FUNCTION}, {"b.py": slipped}
    assert residual(base, head) == ["-total = width", "+total = width"]
    assert verdicts(seen(base, head))["spread"] == "edited"


def test_a_statement_that_slips_out_in_place_is_left_to_read() -> None:
    slipped = FUNCTION.replace("        total = width", "    total = width")
    assert residual({"a.py": FUNCTION}, {"a.py": slipped}) == [
        "-total = width",
        "+total = width",
    ]


def test_two_statements_that_changed_places_are_left_to_read() -> None:
    old = "def f():\n    first()\n    second()\n    third()\n"
    new = "def f():\n    second()\n    first()\n    third()\n"
    assert len(residual({"a.py": old}, {"b.py": new})) == 2
    assert len(residual({"a.py": old}, {"a.py": new})) == 2


def test_a_block_that_is_wrapped_leaves_what_wraps_it() -> None:
    old = "def f(x):\n    a = x\n    b = a\n    c = b\n    return c\n"
    new = "def f(x):\n    with lock:\n        a = x\n        b = a\n    c = b\n    return c\n"
    assert residual({"a.py": old}, {"a.py": new}) == ["+with lock:"]


def test_reindented() -> None:
    nested = "class Tools:\n" + "".join(f"    {x}\n" for x in FUNCTION.splitlines())
    nested = nested.replace("def spread(", "@staticmethod\n    def spread(")
    base = {"a.py": f"{nested}\n    kept = 1\n"}
    head = {
        "a.py": "class Tools:\n    kept = 1\n",
        "b.py": f"@staticmethod\n{FUNCTION}",
    }
    movement = seen(base, head)
    assert verdicts(movement) == {"Tools.spread": "reindented"}
    assert movement.residual == 0


def test_reformatted() -> None:
    wide = FUNCTION.replace(
        "print(value, total)",
        "print(\n            value,\n            total,\n        )",
    )
    movement = seen({"a.py": FUNCTION, "b.py": ""}, {"a.py": "", "b.py": wide})
    assert verdicts(movement) == {"spread": "reformatted"}
    assert movement.residual == 0


def test_a_string_is_compared_with_all_its_blanks() -> None:
    code = 'def f():\n    text = """one\n    two  \n"""\n    return text, 1, 2, 3\n'
    base, head = {"a.py": code}, {"b.py": code.replace("two  \n", "two\n")}
    assert "verbatim" not in verdicts(seen(base, head)).values()
    assert residual(base, head)


def test_a_moved_string_is_not_indented_along() -> None:
    body = 'def f():\n    text = """one\n    two\n"""\n    return text, 1, 2, 3\n'
    inner = "class A:\n    @staticmethod\n" + "".join(
        f"    {x}\n" for x in body.splitlines()
    )
    base, head = (
        {"a.py": inner + "    x = 1\n"},
        {"a.py": "class A:\n    x = 1\n", "b.py": body},
    )
    assert verdicts(seen(base, head))["A.f"] == "edited"
    assert residual(base, head)


def test_a_docstring_is_indented_along() -> None:
    body = 'def f(x):\n    """One.\n\n    Two.\n    """\n    return x, 1, 2, 3, 4, 5, 6, 7\n'
    inner = "class A:\n    x = 1\n\n" + "".join(
        f"    {x}\n" if x else "\n" for x in body.splitlines()
    )
    base, head = (
        {"a.py": inner, "b.py": ""},
        {"a.py": "class A:\n    x = 1\n", "b.py": body},
    )
    assert verdicts(seen(base, head)) == {"A.f": "reindented"}


def test_a_renamed_function_is_adapted() -> None:
    base = {"a.py": FUNCTION, "b.py": ""}
    head = {"a.py": "", "b.py": FUNCTION.replace("spread", "scatter")}
    movement = seen(base, head)
    assert verdicts(movement) == {"spread": "adapted"}
    assert movement.residual == 0
    assert movement.moved["a.spread"] == "b.scatter"


def test_a_whole_file() -> None:
    movement = seen({"p/a.py": KERNEL + FUNCTION}, {"p/b.py": KERNEL + FUNCTION})
    assert [(m.old.kind, m.verdict.value) for m in movement.matches] == [
        ("file", "verbatim")
    ]
    assert movement.residual == 0


def test_a_definition_under_another_condition_is_edited() -> None:
    inner = "".join(f"    {x}\n" for x in FUNCTION.splitlines())
    base = {"a.py": f"if fast:\n{inner}    x = 1\n", "b.py": ""}
    head = {"a.py": "if fast:\n    x = 1\n", "b.py": FUNCTION}
    movement = seen(base, head)
    assert verdicts(movement) == {"spread": "edited"}
    assert left(movement, base, head) == [
        "-def spread(values, width):",
        "+def spread(values, width):",
    ]


def test_a_definition_in_the_other_branch_is_left_to_read() -> None:
    inner = "".join(f"    {x}\n" for x in FUNCTION.splitlines())
    old = f"if fast:\n{inner}else:\n    pass\n"
    new = f"if fast:\n    pass\nelse:\n{inner}"
    assert residual({"a.py": old}, {"a.py": new})


# Order


def test_functions_may_change_places() -> None:
    other = "def other():\n    return 1\n"
    movement = seen(
        {"a.py": f"{FUNCTION}\n\n{other}"}, {"a.py": f"{other}\n\n{FUNCTION}"}
    )
    assert movement.residual == 0
    assert movement.displaced == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a = load()", "b = load()"),
        ("a = 1", "b = a"),
        ("@register\ndef f(): ...", "@register\ndef g(): ..."),
        ("def f():\n    return 1", "x = f()"),
        ("a = 1\n\n\ndef f():\n    return a", "x = f()"),
        ("def f():\n    return 1", "def f():\n    return 2"),
        ("class A(Base): ...", "class B(Base): ..."),
        ("start()", "stop()"),
        ("import early", "os.environ['A'] = '1'"),
    ],
)
def test_order_that_can_matter(first: str, second: str) -> None:
    base = {"a.py": f"{first}\n\n\n{second}\n"}
    head = {"a.py": f"{second}\n\n\n{first}\n"}
    assert residual(base, head)


def test_order_in_a_class_that_can_matter() -> None:
    old = "class A:\n    def f(self): ...\n\n    g = f\n"
    new = "class A:\n    g = f\n\n    def f(self): ...\n"
    assert residual({"a.py": old}, {"a.py": new})


def test_order_on_the_way_to_another_file() -> None:
    base = {"a.py": "one = load(1)\ntwo = load(2)\nx = 1\n", "b.py": ""}
    head = {"a.py": "x = 1\n", "b.py": "two = load(2)\none = load(1)\n"}
    movement = seen(base, head)
    assert movement.residual == 2
    assert len(movement.displaced) == 1


# Adapted


def test_a_method_that_became_a_function() -> None:
    head = """\
from b import build


class Runner:
    def setup(self):
        self.pool = build(self, self.size)
"""
    function = """\
def build(runner, size):
    factor = runner.config.factor
    total = size * factor
    if total > runner.limit:
        raise ValueError(total)
    return [runner.config.name] * total
"""
    base, after = {"a.py": METHOD, "b.py": ""}, {"a.py": head, "b.py": function}
    movement = seen(base, after)
    assert verdicts(movement) == {"Runner.build": "adapted"}
    assert left(movement, base, after) == [
        "-self.pool = self.build(self.size)",
        "-def build(self, size):",
        "+self.pool = build(self, self.size)",
        "+def build(runner, size):",
    ]


def test_attributes_that_became_parameters() -> None:
    head = """\
from b import build


class Runner:
    def setup(self):
        self.pool = build(self.size, config=self.config, limit=self.limit)
"""
    function = """\
def build(size, config, limit):
    factor = config.factor
    total = size * factor
    if total > limit:
        raise ValueError(total)
    return [config.name] * total
"""
    base, after = {"a.py": METHOD, "b.py": ""}, {"a.py": head, "b.py": function}
    assert verdicts(seen(base, after)) == {"Runner.build": "adapted"}
    # Handed something else, or nobody knows what, it is another thing.
    for wrong in ("limit=self.size", "limit=10", "**options"):
        other = {**after, "a.py": head.replace("limit=self.limit", wrong)}
        movement = seen(base, other)
        assert verdicts(movement)["Runner.build"] == "edited"
        assert "+if total > limit:" in left(movement, base, other)


def test_one_receiver_that_differs_is_left_to_read() -> None:
    function = """\
def build(runner, other, size):
    factor = runner.config.factor
    total = size * factor
    if total > other.limit:
        raise ValueError(total)
    return [runner.config.name] * total
"""
    head = """\
from b import build


class Runner:
    def setup(self):
        self.pool = build(self, self, self.size)
"""
    base, after = {"a.py": METHOD, "b.py": ""}, {"a.py": head, "b.py": function}
    movement = seen(base, after)
    assert verdicts(movement)["Runner.build"] == "edited"
    assert "+if total > other.limit:" in left(movement, base, after)


# Blocks

LONG = """\
def serve(requests, limit):
    ready = []
    for request in requests:
        ready.append(request)
    checked = [request for request in ready if request.is_valid]
    checked.sort(key=lambda request: request.priority)
    dropped = len(ready) - len(checked)
    print("dropped", dropped, "of", len(ready))
    return checked[:limit]
"""
SPLIT = """\
def serve(requests, limit):
    ready = []
    for request in requests:
        ready.append(request)
    checked = check(ready)
    return checked[:limit]


def check(ready):
    checked = [request for request in ready if request.is_valid]
    checked.sort(key=lambda request: request.priority)
    dropped = len(ready) - len(checked)
    print("dropped", dropped, "of", len(ready))
    return checked
"""


def test_a_block_that_became_a_function_and_back() -> None:
    new = ["checked = check(ready)", "def check(ready):", "return checked"]
    assert residual({"a.py": LONG}, {"a.py": SPLIT}) == [f"+{line}" for line in new]
    assert residual({"a.py": SPLIT}, {"a.py": LONG}) == [f"-{line}" for line in new]


def test_a_block_loses_no_change_on_the_way() -> None:
    for old, new in (
        ("is_valid", "is_done"),
        ("len(ready) - len(checked)", "len(checked) - len(ready)"),
        ('"dropped"', '"skipped"'),
    ):
        after = {"a.py": SPLIT.replace(old, new)}
        assert len(residual({"a.py": LONG}, after)) == 5


def test_a_block_does_not_change_its_order() -> None:
    lines = SPLIT.splitlines(keepends=True)
    lines[9], lines[10] = lines[10], lines[9]
    assert len(residual({"a.py": LONG}, {"a.py": "".join(lines)})) == 5


def test_a_block_that_means_something_else_is_edited() -> None:
    block = LONG.replace("limit]", "LIMIT]").replace("is_valid", "age < AGE")
    split = SPLIT.replace("limit]", "LIMIT]").replace("is_valid", "age < AGE")
    serve, check = split.split("\n\n\n")
    base = {"a.py": f"LIMIT = AGE = 5\n\n\n{block}", "b.py": "AGE = 6\n"}
    head = {
        "a.py": f"from b import check\n\nLIMIT = AGE = 5\n\n\n{serve}\n",
        "b.py": f"AGE = 6\n\n\n{check}",
    }
    movement = seen(base, head)
    assert [m.verdict.value for m in movement.blocks] == ["edited"]
    assert "+checked = [request for request in ready if request.age < AGE]" in left(
        movement, base, head
    )
