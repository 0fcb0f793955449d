"""What a plain matcher of lines leaves, with which the search is compared."""

from __future__ import annotations

from verify.movement.linematcher import lines_left
from verify.movement.sources import Files


def count(base: dict[str, bytes], head: dict[str, bytes]) -> int:
    return lines_left(Files(base), Files(head), {*base, *head})


def test_lines_match_wherever_they_stand() -> None:
    base = {"a.py": b"if x:\n    one\n    two\nthree\n"}
    assert count(base, {"b.py": b"three\n\ntwo\n  one\r\nif x:"}) == 0


def test_one_line_explains_one_line() -> None:
    assert count({"a.py": b"x\nx\n"}, {"b.py": b"x\nx\nx\ny\n"}) == 2
    assert count({"a.py": b"x\n"}, {"a.py": b"y\n"}) == 2


def test_blank_lines_and_binary_files_do_not_count() -> None:
    assert count({"a.py": b"\n \n"}, {"a.py": b"", "b.bin": b"x\0y\n"}) == 0
