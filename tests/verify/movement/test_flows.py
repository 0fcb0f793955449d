"""From which file to which lines went: every line of the head is counted once."""

from __future__ import annotations

from tests.verify.movement.movements import CLASS, FUNCTION, METHOD, Side, contents
from verify.movement.engine import examine
from verify.movement.flows import flows_of
from verify.movement.sources import Files

Row = tuple[str, str, str, int]


def flows(base: Side, head: Side) -> list[Row]:
    sides = Files(contents(base)), Files(contents(head))
    found = flows_of(examine(*sides, {*base, *head}), *sides)
    assert [*found] == sorted(found)
    for path, content in contents(head).items():
        came = [flow.lines for flow in found if flow.target == path]
        assert sum(came) in (0, len(content.splitlines())), path
    return [(flow.source, flow.target, flow.how, flow.lines) for flow in found]


def test_what_moved_what_stayed_and_what_is_to_be_read() -> None:
    base = {"p/a.py": f"{FUNCTION}\n\nx = 1\n"}
    head = {"p/a.py": "x = 1\n", "p/b.py": f"import os\n\n\n{FUNCTION}"}
    assert flows(base, head) == [
        ("", "p/b.py", "added", 1),
        ("", "p/b.py", "explained", 2),
        ("p/a.py", "p/a.py", "stayed", 1),
        ("p/a.py", "p/b.py", "verbatim", 8),
    ]


def test_a_file_that_is_split_goes_to_both() -> None:
    base = {"p/a.py": f"{FUNCTION}\n\n{CLASS}"}
    head = {"p/b.py": FUNCTION, "p/c.py": CLASS}
    found = flows(base, head)
    moved = [row for row in found if row[0] and row[1]]
    assert [(row[0], row[1]) for row in moved] == [
        ("p/a.py", "p/b.py"),
        ("p/a.py", "p/c.py"),
    ]
    assert sum(row[3] for row in moved) == len(f"{FUNCTION}{CLASS}".splitlines())


def test_an_edited_method_of_a_class_that_moved_is_counted_apart() -> None:
    base = {"p/a.py": f"{METHOD}\n\nx = 1\n"}
    edited = METHOD.replace("size * factor", "size * factor * 2")
    head = {"p/a.py": "x = 1\n", "p/b.py": edited}
    found = flows(base, head)
    total = sum(row[3] for row in found if row[1] == "p/b.py")
    assert total == len(METHOD.splitlines())
    assert ("", "p/b.py", "added", 1) in found
    assert ("p/a.py", "", "removed", 1) in found


def test_a_file_that_is_not_python_and_has_a_new_place_is_one_flow() -> None:
    text = "".join(f"line {n}\n" for n in range(30))
    assert flows({"a.txt": text}, {"b.txt": text}) == [
        ("a.txt", "b.txt", "verbatim", 30)
    ]


def test_what_stays_in_its_file_is_no_flow() -> None:
    assert flows({"p/a.py": FUNCTION}, {"p/a.py": f"{FUNCTION}x = 1\n"}) == []
    assert flows({}, {}) == []
