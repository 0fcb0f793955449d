"""Move anything movable anywhere: all is as before, or the move is refused."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verify.moving.generating import make
from tests.verify.moving.playing import Played, any_wish, play


def played(random: Random) -> Played:
    made = make(random)
    with tempfile.TemporaryDirectory() as folder:
        return play(Path(folder), made, any_wish(random, made))


def wrong(done: Played) -> dict[str, tuple[str, str]]:
    """What is not as before. New modules have to import, those that are gone not."""
    gone = {
        each.path.removesuffix(".py").replace("/", ".")
        for each in (done.planned.changes if done.planned else ())
        if each.goes
    }
    found = {
        name: (said, done.after.get(name, "gone"))
        for name, said in done.before.items()
        if name not in gone and said != done.after.get(name)
    }
    for name, said in done.after.items():
        if name not in done.before and said.endswith("Error\n"):
            found[name] = ("", said)
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False))
def test_program_and_imports_are_as_before(random: Random) -> None:
    done = played(random)
    assert not wrong(done), (done.wish, done.reason)


def test_most_moves_are_made() -> None:
    """A tool that refuses everything would pass the other test."""
    done = [played(Random(seed)) for seed in range(16)]
    assert [each.wish for each in done if wrong(each)] == []
    made = [each for each in done if each.planned is not None]
    assert len(made) >= 7
    assert any(not each.planned.findings for each in made if each.planned)
