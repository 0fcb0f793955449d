"""A unified diff of a Python file, as text that can be shown."""

from __future__ import annotations

import difflib
import io
import tokenize


def unified_diff(path: str, old: bytes, new: bytes) -> str:
    """Return the diff of two versions of `path`, empty where they are equal.

    Bytes that the file's encoding does not allow appear as `\\xNN`.
    """
    encoding = _encoding(old)
    before, after = (_lines(text, encoding) for text in (old, new))
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    )


def _encoding(source: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(source).readline)[0]
    except SyntaxError:
        return "utf-8"


def _lines(source: bytes, encoding: str) -> list[str]:
    """Split at line feeds alone: a form feed or a `\\x85` does not end a line."""
    text = source.decode(encoding, "backslashreplace")
    return [f"{line}\n" for line in text.split("\n")[:-1]] + (
        [last] if (last := text.rpartition("\n")[2]) else []
    )
