"""Names as short labels, and how wide a text is."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from verify.render._escape import visible

LONGEST = 92
_DOTS = "\N{HORIZONTAL ELLIPSIS}"


def common_package(names: Iterable[str]) -> str:
    """The package that all names lie in, empty where there is none."""
    paths = [name.split(".")[:-1] for name in names]
    if not paths:
        return ""
    first, last = min(paths), max(paths)
    length = 0
    while (
        length < len(first) and first[length : length + 1] == last[length : length + 1]
    ):
        length += 1
    return ".".join(first[:length])


def label(name: str, package: str) -> str:
    """A name without its package, and not too long: what is left out of its middle
    shows as dots.
    """
    return middle_cut(name.removeprefix(f"{package}.") if package else name, LONGEST)


def middle_cut(text: str, longest: int) -> str:
    """A text that takes no more than so many columns, harmless, cut in its middle."""
    shown = visible(text)
    if cell_len(shown) <= longest:
        return shown
    half = (longest - 1) // 2
    return (
        f"{_start(shown, longest - 1 - half)}{_DOTS}{_start(shown[::-1], half)[::-1]}"
    )


def end_cut(text: str, longest: int) -> str:
    """A text that takes no more than so many columns, harmless, cut at its end."""
    shown = visible(text)
    if cell_len(shown) <= longest:
        return shown
    return _start(shown, longest - 1) + _DOTS


def _start(text: str, columns: int) -> str:
    kept = text[:columns]
    while cell_len(kept) > columns:
        kept = kept[:-1]
    return kept


def width(text: str, size: float) -> float:
    """About the width of a harmless text in a fixed-width font of `size` pixels."""
    return round(cell_len(text) * size * 0.605, 1)
