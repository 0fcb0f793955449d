"""Files that are compared line by line: what is not Python, or does not parse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
# White space around a line means nothing in these, but in strings over more lines.
_FREE = (".c", ".cc", ".cpp", ".cu", ".cuh", ".cxx", ".h", ".hh", ".hpp", ".metal")
_RAW_STRING = re.compile(rb'R"')


def keys_of(path: str, contents: Sequence[bytes | None]) -> list[list[bytes]]:
    """The lines of each content of a file, as they are compared; empty where a line
    does not count.
    """
    found = [_LINES.findall(content or b"") for content in contents]
    if not path.endswith(_FREE) or any(_RAW_STRING.search(c or b"") for c in contents):
        return found
    return [[line.strip() for line in lines] for lines in found]


def bag_of(content: bytes) -> Counter[str]:
    """What tells how much two files have in common."""
    lines = content.decode("utf-8", "replace").split("\n")
    return Counter(filter(None, map(str.strip, lines)))
