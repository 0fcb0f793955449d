"""A seeded set of mutants of a small move: every one is reported."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from textwrap import dedent

import pytest

from codemods.source import Source, Splice
from verify.movement.engine import examine
from verify.movement.sources import Files
from verify.mutation.harness import Commit
from verify.mutation.judging import are_imports, is_clean, lines_of
from verify.mutation.mutant import BASE, HEAD, KINDS, Judged, tally

IMPORTS = """\
from __future__ import annotations

import math
from functools import lru_cache, wraps

from pkg.limits import LIMIT, Base, check
"""

MOVED = '''\
FACTOR = 3


# Counted in whole pages.
def pages(length: int, size: int = 16, *, spare: int = 0) -> int:
    """Tell how many pages.

    Spare ones
      are counted.
    """
    if length < 0 or not size:
        raise ValueError(f"no pages of {size} for {length}")
    full = length // size
    rest = length % size
    if rest and full is not None:
        full += 1
        rest = 0
    check(full, limit=LIMIT, spare=spare)
    return full + spare * FACTOR


class Pool(Base, dict):
    """Hands out pages."""

    unit = 1
    scale = 0.0

    @property
    @lru_cache(maxsize=None)
    def size(self):
        return self.unit * len(self.parts) if self.parts == [] else math.inf

    async def drain(self, source, target, count=None):
        for part in sorted(source, key=id):
            if part in target and part is not count:
                continue
            elif part == b"end":
                break
            # Waits for its turn.
            await target.put(
                part,
                self.size,
                kind="a kind",
                unit=(self.unit, -1),
            )
            self.parts = self.parts + [part]
            self.last = part
        try:
            done = [each for each in target if not each.open]
        except (KeyError, ValueError):
            done = None
        with target:
            self.log("done", done)
            return pages(len(done), 16, spare=1)
        return True
'''

LEFT = """\


def stays(value):
    return value
"""

LIMITS = """\
LIMIT = 7


class Base:
    pass


def check(full, limit, spare):
    return full < limit + spare
"""

OTHERS: Mapping[str, str] = {
    "pkg/__init__.py": "",
    "pkg/core/__init__.py": "",
    "pkg/limits.py": LIMITS,
    "pkg/beside.py": "import os\n",
    "pkg/also.py": "def check(*arguments): ...\n",
}


def commit(moved: str = MOVED, base: str = IMPORTS, head: str = IMPORTS) -> Commit:
    old = {"pkg/core/old.py": base + "\n" + moved + LEFT, **OTHERS}
    new = {"pkg/core/old.py": LEFT, "pkg/new.py": head + "\n" + moved, **OTHERS}
    sides = ({k: v.encode() for k, v in side.items()} for side in (old, new))
    before, after = sides
    return Commit(Files(before), Files(after), {"pkg/core/old.py", "pkg/new.py"})


MOVE = commit()


def judge(kind: str, number: int, seed: int = 1) -> list[Judged]:
    mutants = islice(MOVE.by_kind(seed)[kind], number)
    return [MOVE.judge(mutant) for mutant in mutants]


def test_the_untouched_move_is_clean() -> None:
    found = {
        match.old.qualified: match.verdict.value for match in MOVE.untouched.matches
    }
    assert found == {"FACTOR": "verbatim", "pages": "verbatim", "Pool": "verbatim"}
    assert all(is_clean(match) for match in MOVE.untouched.matches)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mutant_is_reported(kind: str) -> None:
    judged = judge(kind, 8)
    assert judged, "the move has nothing that this kind changes"
    told = [f"{each.mutant.line}: {each.missed}" for each in judged if each.missed]
    assert told == []


def test_the_same_seed_makes_the_same_mutants() -> None:
    first, again, other = (
        [[m.edits for m in islice(found, 5)] for found in MOVE.by_kind(seed).values()]
        for seed in (4, 4, 5)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize("kind", KINDS)
def test_a_mutant_is_another_program(kind: str) -> None:
    for mutant in islice(MOVE.by_kind(1)[kind], 3):
        sides = MOVE.mutated(mutant)
        for edit in mutant.edits:
            before = (MOVE.base, MOVE.head)[edit.side].read(edit.path)
            data = sides[edit.side].read(edit.path)
            assert before is not None
            assert data is not None
            assert data != before
            same = ast.dump(ast.parse(data)) == ast.dump(ast.parse(before))
            assert same is (kind == "comment")


@pytest.mark.parametrize("kind", KINDS)
def test_a_checker_that_sees_nothing_misses_every_mutant(kind: str) -> None:
    for mutant in islice(MOVE.by_kind(1)[kind], 3):
        judged = MOVE.judged(mutant, MOVE.untouched)
        assert judged.missed
        assert tally([judged]) == {kind: (0, 1)}


def test_a_change_in_the_wrong_line_is_missed() -> None:
    """That the definition is called edited is not enough."""
    one, two = islice(MOVE.by_kind(1)["name_changed"], 2)
    assert {one.line} != {two.line}
    assert one.inside & two.inside or one.inside != two.inside
    seen = examine(*MOVE.mutated(one), MOVE.changed)
    assert MOVE.judged(one, seen).missed == ""
    assert MOVE.judged(replace(two, inside=one.inside), seen).missed


def test_another_name_is_missed() -> None:
    [mutant] = islice(MOVE.by_kind(1)["import_dropped"], 1)
    seen = examine(*MOVE.mutated(mutant), MOVE.changed)
    assert MOVE.judged(mutant, seen).missed == ""
    missed = MOVE.judged(replace(mutant, name="another"), seen).missed
    assert missed.endswith("nothing names 'another'")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("b\n", "B\n", {2}),  # a whole line
        ("b", "B", {2}),
        ("b\n", "", set()),
        ("b\nc", "X\nY\nZ", {2, 3, 4}),
        ("\nb", "", {1}),  # the line that it was joined to
    ],
)
def test_the_lines_of_a_change(old: str, new: str, expected: set[int]) -> None:
    source = Source.decode(b"a\nb\nc\nd\n")
    start = source.text.index(old)
    assert lines_of(source, (Splice(start, start + len(old), new),)) == expected


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("import a", "import b", True),
        ("import a.b", "import a.c", True),
        ("from a import b, c", "import d.e as f", True),
        ("from a import b", "from c import b", False),
        ("import b.c", "from a import b", False),
        ("import a", "b = 1", False),
    ],
)
def test_imports_that_may_be_sorted(one: str, two: str, expected: bool) -> None:
    change = (Splice(0, 1, one), Splice(2, 3, two))
    assert are_imports(change) is expected


def test_what_is_set_aside_is_counted() -> None:
    made = commit()
    kept = list(made.by_kind(1)["annotation"])
    every = list(made._of_kind("annotation"))
    reasons = [n for (kind, _), n in made.left_out.items() if kind == "annotation"]
    distinct = {mutant.edits for mutant in every}
    assert len(kept) + sum(reasons) == len(distinct)
    assert {kind for kind, _ in made.left_out} <= {"annotation"}


def test_definitions_that_are_edited_already_are_left_alone() -> None:
    edited = dedent(
        """
        def other(value):
            return value
        """
    )
    made = commit(MOVED + edited)
    head = made.head.read("pkg/new.py")
    assert (BASE, HEAD) == (0, 1)
    assert head is not None
    changed = Files(
        {
            **dict(OTHERS_AS_BYTES),
            "pkg/core/old.py": LEFT.encode(),
            "pkg/new.py": head.replace(b"return value", b"return -value"),
        }
    )
    again = Commit(made.base, changed, made.changed)
    assert {match.old.qualified for match in again.clean} == {"FACTOR", "pages", "Pool"}


OTHERS_AS_BYTES = {path: content.encode() for path, content in OTHERS.items()}
