"""Elements of SVG, whose text cannot be anything but text."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from verify.render._drawing.layout import Rectangle
from verify.render._escape import visible

Element = ElementTree.Element
NAMESPACE = "http://www.w3.org/2000/svg"


def element(
    name: str,
    *children: Element,
    text: str = "",
    of: str = "",
    **attributes: str | float,
) -> Element:
    """An element of class `of`, with one line of text; `_` in an attribute's name
    stands for `-`.
    """
    made = Element(name)
    if of:
        made.set("class", of)
    for key, value in attributes.items():
        shown = visible(value) if isinstance(value, str) else number(value)
        made.set(key.replace("_", "-"), shown)
    if text:
        made.text = visible(text)
    made.extend(children)
    return made


def entitled(picture: Element, name: str, title: str, lines: Iterable[str]) -> None:
    """Give a picture, before all else in it, a title that names it and a description
    that is beside that; their ids begin with `name`.
    """
    picture.set("aria-labelledby", f"{name}-title")
    picture.set("aria-describedby", f"{name}-desc")
    picture.insert(0, element("title", text=title, id=f"{name}-title"))
    picture.insert(1, told("desc", lines, id=f"{name}-desc"))


def told(name: str, lines: Iterable[str], **attributes: str) -> Element:
    """A `title` or a `desc` of several lines, as many as there are."""
    made = element(name, **attributes)
    made.text = "\n".join(visible(line) for line in lines)
    return made


def rectangle(place: Rectangle, of: str, round_by: float = 3) -> Element:
    return element(
        "rect",
        of=of,
        x=place.x,
        y=place.y,
        width=place.width,
        height=place.height,
        rx=round_by,
    )


def text_at(x: float, y: float, text: str, size: float, of: str = "") -> Element:
    """A line of text that begins at `x`, with its base line at `y`."""
    made = element("text", text=text, of=f"r-text {of}".strip(), x=x, y=y)
    made.set("font-size", number(size))
    return made


def number(value: float) -> str:
    """A number as short as it can be written, to a tenth of a pixel."""
    return f"{round(value, 1):g}"


def written(made: Element) -> str:
    """The element as XML; lines break where text would not see it."""
    ElementTree.indent(made, "")
    return ElementTree.tostring(made, encoding="unicode")


def stacked(blocks: Iterable[tuple[Element, float]], y: float = 0) -> list[Element]:
    """Blocks of these heights, one below the other."""
    found = []
    for block, height in blocks:
        block.set("y", number(y))
        found.append(block)
        y += height
    return found
