"""Markdown of ours as lines for a terminal. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from verify.explaining.example import COMMANDS, Block, pieces

WIDTH = 80
_INDENT = "    "
_HEADING = re.compile(r"#+ (.*)")
_ITEM = re.compile(r"(- |\d+\. )")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def plain(markdown: str, *, width: int = WIDTH) -> str:
    """The same as text: paragraphs wrapped, code indented, no marks but backticks."""
    parts = (part for piece in pieces(markdown) for part in _parts(piece, width))
    return "\n\n".join(parts) + "\n"


def _parts(piece: str | Block, width: int) -> Iterator[str]:
    if isinstance(piece, Block):
        mark = "$ " if piece.language == COMMANDS else ""
        lines = piece.text.splitlines()
        yield "\n".join(f"{_INDENT}{mark}{line}".rstrip() for line in lines)
        return
    for paragraph in piece.split("\n\n"):
        if paragraph.strip():
            yield "\n".join(_paragraph(paragraph.strip("\n"), width))


def _paragraph(text: str, width: int) -> Iterator[str]:
    heading = _HEADING.fullmatch(text)
    if heading:
        yield heading[1].upper() if text.startswith("## ") else heading[1]
        return
    items: list[str] = []
    for line in text.splitlines():
        if not items or _ITEM.match(line):
            items.append(line)
        else:
            items[-1] += f" {line.strip()}"
    for item in items:
        mark = _ITEM.match(item)
        below = " " * len(mark[0]) if mark else ""
        shown = _LINK.sub(r"\1", item).replace("**", "")
        yield from textwrap.wrap(
            shown,
            width,
            subsequent_indent=below,
            break_long_words=False,
            break_on_hyphens=False,
        )
