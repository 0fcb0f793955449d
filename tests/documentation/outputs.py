"""Whether what a command printed is what a page shows.

`...` stands for any text within a line, and alone on a line for any lines, as in
Python's doctest.
"""

from __future__ import annotations

import difflib
import re


def differences(shown: str, printed: str) -> str:
    """Nothing where the page is right, else a diff from it to what was printed."""
    wanted, found = _lines(shown), _lines(printed)
    if re.fullmatch(_pattern(wanted), _joined(found)):
        return ""
    return "\n".join(difflib.unified_diff(wanted, found, "shown", "printed", n=9))


def _lines(text: str) -> list[str]:
    """Without white space at line ends, which no page shows, and blank lines around."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _pattern(lines: list[str]) -> str:
    return "".join(
        r"(?:.*\n)*" if line.strip() == "..." else f"{_of_line(line)}\n"
        for line in lines
    )


def _of_line(line: str) -> str:
    return ".*".join(re.escape(piece) for piece in line.split("..."))
