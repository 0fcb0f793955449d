"""Make hostile text harmless, and keep it readable.

Paths and names come from whoever wrote the analysed code. None of them may
move a cursor, start a line of its own, reverse the reading order, or be taken
for a command by a CI system that reads the log.
"""

from __future__ import annotations

import re

_COMMAND = re.compile(r"##(?=[A-Za-z]*\[)")
_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def visible(text: str, *, keep: str = "") -> str:
    """Spell out each character that does not print, but those in `keep`."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else _spelled(char) for char in text
    )


def _spelled(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def inert(line: str) -> str:
    """Break what a CI system would take for a command in a line of its log.

    GitHub's runner obeys `::` at the start of a line, blanks before it or not,
    and `##[` anywhere, as Azure Pipelines obeys `##vso[` and TeamCity `##teamcity[`.
    """
    line = _COMMAND.sub(r"#\\x23", line)
    start = len(line) - len(line.lstrip())
    if line.startswith("::", start):
        return rf"{line[:start]}\x3a{line[start + 1 :]}"
    return line


def inert_json(document: str) -> str:
    """The same of JSON, which says the same: it has `##` in its strings alone."""
    return _COMMAND.sub(r"#\\u0023", document)


def inert_xml(document: str) -> str:
    """The same of XML, in the texts and attributes of which alone it has `##`."""
    return _COMMAND.sub("#&#35;", document)
