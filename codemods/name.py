"""Names as migrations write them, and text from outside made fit for a message."""

from __future__ import annotations

import difflib
import keyword
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """The dotted path of a symbol or, where `symbol` is empty, of a module."""

    module: str
    symbol: str = ""

    @classmethod
    def parse(cls, text: str) -> Name:
        """Read `pkg.module`, `pkg.module:Symbol` or `pkg.module:Class.method`.

        Raises ValueError with a message that says what is wrong.
        """
        module, colon, symbol = text.partition(":")
        parts = module.split(".") + (symbol.split(".") if colon else [])
        if not all(map(is_identifier, parts)):
            raise ValueError(
                f"{quoted(text)} is not a dotted name like pkg.module:Symbol"
                f"{_why_no_name(parts)}"
            )
        return cls(module, symbol)

    @property
    def dotted(self) -> str:
        """The path as Python writes it, without the colon."""
        return f"{self.module}.{self.symbol}" if self.symbol else self.module

    @property
    def top(self) -> str:
        """The top-level package."""
        return self.module.partition(".")[0]

    @property
    def ancestors(self) -> tuple[str, ...]:
        """The dotted paths of all that the name lies in, the closest first."""
        parts = self.dotted.split(".")
        return tuple(
            ".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1)
        )

    @property
    def is_module(self) -> bool:
        return not self.symbol

    @property
    def is_member(self) -> bool:
        """Whether the name lies inside a class."""
        return "." in self.symbol

    def __str__(self) -> str:
        return f"{self.module}:{self.symbol}" if self.symbol else self.module


def is_identifier(part: str) -> bool:
    """Whether Python can have this name, spelled just like this."""
    return (
        part.isidentifier()
        and not keyword.iskeyword(part)
        and unicodedata.is_normalized("NFKC", part)
    )


def _why_no_name(parts: list[str]) -> str:
    """The part of a name to blame, where that is a help."""
    for part in parts:
        if keyword.iskeyword(part):
            return f": {quoted(part)} is a keyword"
        if part.isidentifier() and not is_identifier(part):
            plain = unicodedata.normalize("NFKC", part)
            return f": Python reads {quoted(part)} as {quoted(plain)}"
    return ""


def quoted(text: str) -> str:
    """A text from outside in double quotes, harmless in a message and not long."""
    short = text if len(text) <= 100 else f"{text[:99]}…"
    return f'"{printable(short)}"'


def printable(text: str) -> str:
    """The text with everything escaped that could steer a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean "x"?` for the known name most like this one, or nothing."""
    close = difflib.get_close_matches(name[:100], sorted(known), n=1)
    return f"did you mean {quoted(close[0])}?" if close else ""
