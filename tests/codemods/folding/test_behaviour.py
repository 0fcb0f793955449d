"""Random programs, before and after folding: same values, same calls up to the law.

The law of the fold is `twice(x) == 2 * once(x)` for a function without effects. The
recorded calls are compared by what the law leaves open: how often the same call is
made in a row.
"""

from __future__ import annotations

import ast
import itertools
import types
import warnings
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from codemods.home import ModuleHome
from codemods.migration import loads
from codemods.namemap import NameMap
from codemods.rewrite import Rewritten, rewrite

MIGRATION = """\
id = "law"
title = "once doubled is twice"
package = "pkg"
since = "1"

[[fold]]
pattern = "2 * once(...)"
to = "pkg.home:twice"
"""
Call = tuple[str, object]


@cache
def names() -> NameMap:
    return NameMap.compose([loads(MIGRATION, "law.toml")])


def fold(source: str) -> Rewritten:
    home = ModuleHome("user")
    return rewrite(source.encode(), names(), path="user.py", home=home)


# Programs


LEAVES = [
    *("once(a)", "once(b)", "m.once(a)", "a", "b", "1", "2", "3", "n", "k", "other(a)"),
    *("once(other(b))", "once(once(a))", "box.n", "once(n)", "once(box.n)"),
]
WHOLES = [
    *(
        "2 * {}",
        "{} * 2",
        "{0} + {0}",
        "{} + {}",
        "{} - {}",
        "{} * {}",
        "-{}",
        "4 * {}",
    ),
    *("({} if a else {})", "({} + 1)", "2 * ({})", "{} ** 2", "({}) % 7", "({}) << 1"),
    *("(lambda: {})()", "sum([{} for _ in range(2)])", "sum({} for n in (1, 2))"),
    *('len(f"{{{}}}")', "2 * {} * {}", "{} + 2 * {}", "[{}][0]", "(n := {})"),
]


@st.composite
def expressions(draw: st.DrawFn, depth: int = 2) -> str:
    if not depth or draw(st.booleans()):
        return draw(st.sampled_from(LEAVES))
    whole = draw(st.sampled_from(WHOLES))
    inner = expressions(depth=depth - 1)
    return whole.format(draw(inner), draw(inner))


SIMPLE = [
    *(
        "n = {}",
        "k = {}",
        "n: int = {}",
        "box.n = {}",
        "total += {}",
        "n *= 2",
        "k += k",
    ),
    *("n, k = {}, {}", "total += 2 * n", "total += k + k", "total = other({})"),
    *("n = once(a)", "k = once(b)", "n = m.once(a)", "total += n * 2 - 2 * k", "pass"),
    *("del k", "k = 2 * n", "a = {}", "n = k = {}", "locals()"),
]
BLOCKS = [
    ("if {}:", None),
    ("for k in range(2):", None),
    ("for _ in range(2):", None),
    ("with box:", None),
    ("def inner():", "    return 2 * n"),
    ("def inner(n=2 * once(a)):", "    return n + n"),
    ("try:", "except ZeroDivisionError: pass"),
]


@st.composite
def statements(draw: st.DrawFn, depth: int = 1) -> list[str]:
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        expression = expressions()
        if depth and draw(st.integers(0, 3)) == 0:
            head, tail = draw(st.sampled_from(BLOCKS))
            lines.append(head.format(draw(expression)))
            lines += [f"    {line}" for line in draw(statements(depth=depth - 1))]
            lines += [tail] if tail else []
        else:
            text = draw(st.sampled_from(SIMPLE))
            lines.append(text.format(draw(expression), draw(expression)))
    return lines


@st.composite
def programs(draw: st.DrawFn) -> str:
    body = draw(statements(depth=2))
    start = draw(st.sampled_from([["n = once(a)"], ["n = 1", "k = 2"], ["k = 3"]]))
    result = draw(expressions())
    lines = [*start, "total = 0", *body, f"return total, {result}"]
    local = draw(st.booleans())
    imports = ["from pkg.home import once", "import pkg.home as m"]
    head = ["import helper", "from helper import box, other"]
    inner = [f"    {line}" for line in ([*imports, *lines] if local else lines)]
    return "\n".join([*head, *([] if local else imports), "def f(a, b):", *inner, ""])


# Running them


class Box:
    """Something with an attribute, and to enter."""

    n = 4

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *args: object) -> None:
        pass


class World:
    """What a program can call, and a record of the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.others = 0

    def once(self, x: object) -> int:
        self.calls.append(("once", repr(x)))
        return 3 + (x if isinstance(x, int) else 0)

    def twice(self, x: object) -> int:
        return 2 * self.once(x)

    def other(self, x: object) -> int:
        self.calls.append(("other", repr(x)))
        self.others += 1
        return self.others % 3 if x else 5


def run(source: str) -> tuple[object, list[Call]]:
    """What `f` returns, or the kind of its failure, and the calls that it made."""
    world = World()
    home = types.SimpleNamespace(once=world.once, twice=world.twice)
    space: dict[str, object] = {"once": world.once, "twice": world.twice, "m": home}
    space |= {"other": world.other, "box": Box()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        tree = _Bare().visit(ast.parse(source))
        exec(compile(ast.fix_missing_locations(tree), "<program>", "exec"), space)
    try:
        return space["f"](1, 2), world.calls  # type: ignore[operator]
    except (ArithmeticError, NameError, TypeError, ValueError, RecursionError) as error:
        return type(error).__name__, world.calls


class _Bare(ast.NodeTransformer):
    """Leaves out imports: the world is given."""

    def visit_Import(self, node: ast.Import) -> ast.Pass:
        return ast.Pass()

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.Pass:
        return ast.Pass()


def up_to_the_law(calls: list[Call]) -> list[Call]:
    return [call for call, _ in itertools.groupby(calls)]


def parses(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            compile(source, "<program>", "exec")
    except SyntaxError:
        return False
    return True


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(programs().filter(parses))
def test_values_and_calls_are_the_same(source: str) -> None:
    new = fold(source).new.decode()
    before, calls = run(source)
    after, new_calls = run(new)
    assert after == before, new
    assert up_to_the_law(new_calls) == up_to_the_law(calls), new
    assert not fold(new).changed


@pytest.mark.parametrize(
    "text",
    ["= twice(", "import twice"],
)
def test_the_programs_have_folds_of_each_kind(text: str) -> None:
    def has_it(source: str) -> bool:
        return parses(source) and text in fold(source).new.decode()

    chosen = settings(
        max_examples=5_000, deadline=None, phases=[Phase.generate], database=None
    )
    assert find(programs(), has_it, settings=chosen)
