"""What a matcher of lines leaves to read: the figure that a search for moves is
measured by.

Lines count by their text alone, without white space around it: one that is removed
and one that is added explain each other wherever they stand and whatever is around
them. That explains a lot that did not move, so it is no proof of anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from verify.movement.sources import Sources

_END = re.compile(rb"\r\n|\r|\n")


def lines_left(base: Sources, head: Sources, changed: Collection[str]) -> int:
    """How many lines that are not blank one side has more often than the other.

    Lines that no diff shows are on both sides, so they cancel out. Binary files
    have no lines.
    """
    old, new = _lines(base, changed), _lines(head, changed)
    return (old - new).total() + (new - old).total()


def _lines(side: Sources, paths: Collection[str]) -> Counter[bytes]:
    found: Counter[bytes] = Counter()
    for path in paths:
        data = side.read(path) or b""
        if b"\0" not in data:
            found.update(filter(None, map(bytes.strip, _END.split(data))))
    return found
