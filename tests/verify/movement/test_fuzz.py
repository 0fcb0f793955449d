"""Moves with one slip each: whatever changed in meaning is left to read.

`python -m tests.verify.movement.fuzzing` tries as many as one likes.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.verify.movement import fuzzing
from tests.verify.movement.fuzzing import cases, kinds, wrong
from tests.verify.movement.movements import Side, seen
from verify.movement.answer import Movement


@pytest.mark.parametrize("seed", range(4))
def test_no_slip_in_generated_code_is_explained(seed: int) -> None:
    every = list(cases(seed, len(kinds())))
    assert {(case.refactoring, case.slip) for case in every} == set(kinds())
    assert [reason for case in every if (reason := wrong(case))] == []


def test_no_slip_in_code_of_the_library_is_explained() -> None:
    every = list(cases(0, len(kinds()), library=True))
    assert {(case.refactoring, case.slip) for case in every} == set(kinds())
    assert [reason for case in every if (reason := wrong(case))] == []


def test_a_search_that_explains_too_much_would_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def careless(base: Side, head: Side) -> Movement:
        return replace(seen(base, head), removed={}, added={})

    monkeypatch.setattr(fuzzing, "seen", careless)
    every = list(cases(5, len(kinds())))
    assert all(wrong(case) for case in every)
