"""Paths as git writes them into text: quoted as in C where they must be."""

from __future__ import annotations

import re

from verify.gitprocess import decode

_ESCAPE = re.compile(rb'\\([0-7]{3}|["\\abfnrtv])')
_LETTERS = {
    b'"': b'"',
    b"\\": b"\\",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


def unquoted(path: bytes) -> str:
    """The path of what git printed, quoted or not."""
    if len(path) < 2 or path[:1] != b'"' or path[-1:] != b'"':
        return decode(path)
    return decode(_ESCAPE.sub(_unescape, path[1:-1]))


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return _LETTERS[code] if code in _LETTERS else bytes([int(code, 8) & 0xFF])
