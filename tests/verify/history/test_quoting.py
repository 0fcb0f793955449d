"""Paths that git quoted read as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.history.quoting import unquoted


@pytest.mark.parametrize(
    ("printed", "path"),
    [
        (b"plain/path.py", "plain/path.py"),
        (b'"a\\tb\\nc"', "a\tb\nc"),
        (b'"\\"quoted\\" \\\\ \\303\\274"', '"quoted" \\ \u00fc'),
        (b'"\\377"', "\udcff"),
        (b'"', '"'),
        (b'a"b', 'a"b'),
        ("ümläut".encode(), "ümläut"),
        (b'"\\\\n"', "\\n"),
    ],
)
def test_unquoted(printed: bytes, path: str) -> None:
    assert unquoted(printed) == path


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_unquoted_undoes_what_git_does(name: bytes) -> None:
    """As `quote_c_style` of git does it, with every byte that may need it."""
    letters = {
        7: "a",
        8: "b",
        9: "t",
        10: "n",
        11: "v",
        12: "f",
        13: "r",
        34: '"',
        92: "\\",
    }
    quoted = "".join(
        f"\\{letters[byte]}"
        if byte in letters
        else chr(byte)
        if 32 <= byte < 127
        else f"\\{byte:03o}"
        for byte in name
    )
    assert unquoted(f'"{quoted}"'.encode()) == name.decode("utf-8", "surrogateescape")
