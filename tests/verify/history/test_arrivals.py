"""Code that moved, line by line."""

from __future__ import annotations

import pytest

from verify.history.arrivals import Origin, arrivals, lines_of, numbers_of

BODY = [
    b"def allocate(self, need):",
    b"    if need > self.available:",
    b"        return None",
    b"",
    b"    taken = self.free[:need]",
    b"    return taken",
]


def found(
    old: list[bytes], new: list[bytes], added: range | None = None
) -> dict[int, Origin]:
    """What arrived in `new.py`, of which all is added, from `old.py`, all removed."""
    return arrivals(
        {"old.py": frozenset(range(1, len(old) + 1))},
        {"old.py": old},
        {"new.py": frozenset(added or range(1, len(new) + 1))},
        {"new.py": new},
    ).get("new.py", {})


def test_a_run_arrives_with_its_blank_lines() -> None:
    came = found([b"x = 1", *BODY], [b"y = 2", b"", *BODY])
    assert came == {n: Origin("old.py", n - 1, exact=True) for n in range(3, 9)}


def test_another_indentation_is_told() -> None:
    came = found(BODY, [b"    " + line if line else line for line in BODY])
    assert {n: origin.exact for n, origin in came.items()} == {
        1: False,
        2: False,
        3: False,
        4: True,  # a blank line has none
        5: False,
        6: False,
    }


def test_a_changed_line_ends_a_run() -> None:
    changed = [*BODY[:4], b"    taken = self.kept[:need]", BODY[5]]
    assert sorted(found(BODY, changed)) == [1, 2, 3, 4]


def test_only_added_lines_and_removed_ones_count() -> None:
    assert sorted(found(BODY, BODY, range(1, 4))) == [1, 2, 3]
    some, every = frozenset({1, 2, 3}), frozenset(range(1, 7))
    old, new = {"old.py": BODY}, {"new.py": BODY}
    came = arrivals({"old.py": some}, old, {"new.py": every}, new)
    assert sorted(came["new.py"]) == [1, 2, 3]
    assert (
        arrivals({}, {"old.py": BODY}, {"new.py": frozenset({1, 2})}, {"new.py": BODY})
        == {}
    )


@pytest.mark.parametrize("few", [[b"return None"], [b")", b"", b")"], [b""] * 99])
def test_too_little_says_nothing(few: list[bytes]) -> None:
    assert found(few, few) == {}


def test_the_longest_of_several_sources_wins_and_the_same_indentation() -> None:
    indented = [b"  " + line for line in BODY]
    came = found([*BODY[:3], b"#", *indented, b"#", *BODY], BODY)
    assert came[1] == Origin("old.py", 12, exact=True)
    assert len(came) == 6


def test_a_line_that_stands_everywhere_begins_no_run() -> None:
    same = [b"self.assertEqual(found, expected, message)"] * 65
    assert found(same, same) == {}
    assert len(found(same[:64], same[:64])) == 64


def test_lines_beyond_the_file_are_left_alone() -> None:
    assert sorted(found(BODY, BODY[:3], range(1, 99))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\n", [b"a"]),
        (b"\n", [b""]),
        (b"a\r\nb\rc\x0c\x1cd\n\n", [b"a\r", b"b\rc\x0c\x1cd", b""]),
    ],
)
def test_lines_are_those_of_git(content: bytes, lines: list[bytes]) -> None:
    assert lines_of(content) == lines


def test_runs_of_numbers() -> None:
    assert [*numbers_of({3, 1, 2, 7, 9, 8, 5})] == [(1, 3), (5, 5), (7, 9)]
    assert [*numbers_of([])] == []
