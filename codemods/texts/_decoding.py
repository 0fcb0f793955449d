"""The bytes of a text that declares no encoding, as text and back."""

from __future__ import annotations

import codecs

from codemods import past
from codemods.source import Source

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def is_binary(data: bytes) -> bool:
    """Whether these bytes, or the first of a file, are no text."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return past.is_binary(data)


def decode(data: bytes) -> Source:
    """The text of any bytes; `Source.encode` gives the same bytes back.

    What is neither UTF-8 nor marked as UTF-16 is read as Latin-1, in which a byte is
    a letter: paths are ASCII there, and beside another byte they are in doubt.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _text(data[len(mark) :], encoding)
            if text is not None:
                return Source(text, encoding, mark)
    text = _text(data, "utf-8")
    if text is not None:
        return Source(text, "utf-8", b"")
    return Source(data.decode("latin-1"), "latin-1", b"")


def _text(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
        return text if text.encode(encoding) == data else None
    except UnicodeError:
        return None
