"""Text of a user as text of a page; what is no Markup is escaped after that."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from codemods.finding import Place
from verify.render._escape import visible

# Of a name or a message; no path that a system knows is much longer.
LONGEST = 1_000


def harmless(value: object) -> object:
    """What every expression of the templates goes through."""
    is_plain = isinstance(value, str) and not isinstance(value, Markup)
    return visible(cut(str(value))) if is_plain else value


def cut(text: str, longest: int = LONGEST) -> str:
    """A text that a page has room for: it says how much of its middle is left out."""
    if len(text) <= longest:
        return text
    half = longest // 2
    dots = "\N{HORIZONTAL ELLIPSIS}"
    missing = f"{len(text) - 2 * half:,} characters are left out"
    return f"{text[:half]}{dots} {missing} {dots}{text[-half:]}"


def prose(text: str) -> Markup:
    """A sentence of ours, in which names stand between backticks."""
    text = cut(text)
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape(visible(text))
    shown = (
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return Markup("").join(shown)


def stopped(sentence: Markup) -> Markup:
    """With a full stop, if it has no other end."""
    return sentence if sentence[-1:] in (".", "!", "?") else sentence + "."


def block(text: str) -> Markup:
    """Text of several lines."""
    return escape(visible(text, keep="\n\t"))


def place_of(place: Place) -> str:
    return f"{place.path}:{place.line}" if place.line else place.path


def lines(texts: Iterable[str]) -> Markup:
    return Markup("<br>").join(visible(cut(text)) for text in texts)


def counted(number: int, noun: str) -> str:
    """`1 line`, `1,200 lines`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
