"""Diffs: of any bytes, and such that `patch` would take them."""

from __future__ import annotations

import pytest

from verify.diff import unified_diff


def test_equal_bytes_have_no_diff() -> None:
    assert unified_diff("a.py", b"x = 1\n", b"x = 1\n") == ""


def test_a_changed_line() -> None:
    assert unified_diff("d/a.py", b"x = 1\ny = 2\n", b"x = 3\ny = 2\n") == (
        "--- a/d/a.py\n+++ b/d/a.py\n@@ -1,2 +1,2 @@\n-x = 1\n+x = 3\n y = 2\n"
    )


def test_a_missing_final_newline_is_said() -> None:
    assert unified_diff("a.py", b"x = 1", b"x = 2").endswith(
        "-x = 1\n\\ No newline at end of file\n+x = 2\n\\ No newline at end of file\n"
    )


@pytest.mark.parametrize("blank", ["\x0c", "\x85", "\u2028", "\x1c"])
def test_only_a_line_feed_ends_a_line(blank: str) -> None:
    old = f"a = '{blank}'\nb = 1\n".encode()
    diff = unified_diff("a.py", old, old.replace(b"1", b"2"))
    assert f" a = '{blank}'\n" in diff
    assert diff.count("\n") == 6


def test_the_coding_line_is_obeyed() -> None:
    old = "# coding: latin-1\nname = 'é'\nx = 1\n".encode("latin-1")
    assert " name = 'é'\n" in unified_diff("a.py", old, old.replace(b"1\n", b"2\n"))


@pytest.mark.parametrize(
    "old", [b"\xff\xfe\nx = 1\n", b"# coding: nonsense\nx = 1\n", b"\x00\nx = 1\n"]
)
def test_undecodable_bytes_still_have_a_diff(old: bytes) -> None:
    diff = unified_diff("a.py", old, old.replace(b"1", b"2"))
    assert diff.endswith("-x = 1\n+x = 2\n")
