"""Code that was re-homed calls on the split pool what it called on the whole one.

Generated programs run before on one object that has every member, and after on the
two that it became. The calls are the same, in the same order, on the same holders; no
use asks an object for what the other one has, or something was found there.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, assume, given, note, settings

from tests.codemods.rehoming.comparing import Rewriting, problems, rewriting
from tests.codemods.rehoming.hard import HELPERS, PROGRAMS
from tests.codemods.rehoming.programs import IMPORTS, Program, programs
from tests.codemods.rehoming.world import NEW

slow = settings(
    max_examples=200, deadline=None, suppress_health_check=list(HealthCheck)
)


def is_valid(text: str) -> bool:
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True


@slow
@given(programs())
def test_the_same_is_called(program: Program) -> None:
    assume(is_valid(program.helpers) and is_valid(program.user))
    rewritten = rewriting(program)
    note(f"{program.helpers}\n# user\n{program.user}\n# became\n{rewritten.shown()}")
    assert list(problems(program, rewritten)) == []


# The comparison itself: what naive tools do is seen to be wrong.


def case(*lines: str, helpers: str = "") -> Program:
    imported = "from world import grab, note\nfrom pkg.helpers import *\n"
    body = "".join(f"    {line}\n" for line in lines)
    return Program(helpers, f"{imported}def case(h, g):\n{body}", ("case",))


def naively(program: Program, pattern: str, found: int | None = None) -> Rewriting:
    """Every match of a pattern renamed; a finding on a line of the cases."""
    old = {"pkg/helpers.py": program.helpers, "pkg/user.py": program.user}
    new = {name: re.sub(pattern, NEW, text) for name, text in old.items()}
    told = {} if found is None else {("pkg/user.py", found): "told"}
    return Rewriting(old, new, told)


def kinds(program: Program, pattern: str, found: int | None = None) -> set[str]:
    rewritten = naively(program, pattern, found)
    return {text.partition(":")[0] for text in problems(program, rewritten)}


@pytest.mark.parametrize(
    ("lines", "pattern", "seen"),
    [
        (["h.mamba_pool.alloc(1)", "h.mamba_pool.copy(1)"], r"mamba_pool(?=.a)", set()),
        (["h.mamba_pool.alloc(1)"], "nothing", {"MISSED"}),
        (["h.mamba_pool.copy(1)"], "mamba_pool", {"WRONG"}),
        (["h.mamba_pool.size"], "mamba_pool", {"WRONG"}),
        (["p = h.mamba_pool", "p.alloc(1)"], "nothing", {"MISSED"}),
        (["p = h.mamba_pool", "p.alloc(1)", "p.copy(1)"], "mamba_pool", {"WRONG"}),
        (["p = h.mamba_pool", "p.alloc(1)"], r"\bp(?=.alloc)", {"OTHER"}),
        (["p = h.mamba_pool", "h = g", "p.alloc(1)"], "^p$|p(?=.alloc)", {"OTHER"}),
        (["h.mamba_pool = g.mamba_pool", "h.mamba_pool.alloc(1)"], "mamba_pool(?=.a)", {"OTHER"}),
    ],
)  # fmt: skip
def test_the_comparison_sees(lines: list[str], pattern: str, seen: set[str]) -> None:
    assert kinds(case(*lines), pattern) == seen


@pytest.mark.parametrize(
    ("lines", "told", "seen"),
    [
        (["p = h.mamba_pool", "q = p", "q.alloc(1)"], 4, set()),
        (["p = h.mamba_pool", "q = p", "q.alloc(1)"], 5, set()),
        (["p = h.mamba_pool", "q = p", "q.alloc(1)"], 6, set()),
        (["p = h.mamba_pool", "q = g", "p.alloc(1)"], 5, {"MISSED"}),
        (["h.mamba_pool.alloc(1)", "g.mamba_pool.copy(1)"], 5, {"MISSED"}),
        (["grab(h.mamba_pool)", "note()"], 4, set()),
        (["grab(h.mamba_pool)", "note()"], 5, {"MISSED"}),
    ],
)
def test_a_finding_counts_where_the_object_passes(
    lines: list[str], told: int, seen: set[str]
) -> None:
    assert kinds(case(*lines), "nothing", told) == seen


# Traps written by hand.


@pytest.mark.parametrize("user", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_a_trap_is_avoided_or_told(user: str) -> None:
    program = Program(HELPERS, f"{IMPORTS}import pkg.helpers\n{user}", ("case",))
    assert list(problems(program, rewriting(program))) == []
