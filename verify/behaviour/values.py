"""Encoded values as a person reads them, and where two of them part.

The trees are those of `inside.encoding`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Tree = Any

_MOST_ITEMS = 24
_LONGEST = 400
# How `struct` reads the elements of a tensor, by torch's names and numpy's.
_FORMATS = {
    "torch.int64": "<q",
    "torch.int32": "<i",
    "torch.int16": "<h",
    "torch.int8": "<b",
    "torch.uint8": "<B",
    "torch.bool": "<?",
    "torch.float64": "<d",
    "torch.float32": "<f",
    "torch.float16": "<e",
    "<i8": "<q",
    "<i4": "<i",
    "<i2": "<h",
    "|i1": "<b",
    "|u1": "<B",
    "<u8": "<Q",
    "<u4": "<I",
    "<u2": "<H",
    "|b1": "<?",
    "<f8": "<d",
    "<f4": "<f",
    "<f2": "<e",
}


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two values part: the way there from the whole, and what each has there."""

    where: str
    base: str
    head: str


def shown(tree: Tree) -> str:
    """A value in one line, shortened where it is long."""
    return _shortened(_text(tree))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def parting(base: Tree, head: Tree) -> Parting:
    """The first place at which two trees that differ do so."""
    where = ""
    while True:
        step = _first_step(base, head)
        if step is None:
            return Parting(where or "the result", *_shown_apart(base, head))
        name, base, head = step
        where += name


def _shown_apart(base: Tree, head: Tree) -> tuple[str, str]:
    """Both in one line, from shortly before where they part if that is far on."""
    texts = shown(base), shown(head)
    if texts[0] != texts[1]:
        return texts
    theirs, ours = _text(base), _text(head)
    both = enumerate(zip(theirs, ours, strict=False))
    common = next((n for n, (a, b) in both if a != b), min(len(theirs), len(ours)))
    begin = max(common - _LONGEST // 2, 0)
    first, second = (f"…{t[begin:]}" if begin else t for t in (theirs, ours))
    return _shortened(first), _shortened(second)


def _first_step(base: Tree, head: Tree) -> tuple[str, Tree, Tree] | None:
    """The first part that differs, if the two have parts of the same names."""
    if base[0] != head[0]:
        return None
    theirs, ours = [*_parts(base)], [*_parts(head)]
    if [name for name, _ in theirs] != [name for name, _ in ours]:
        return None
    pairs = zip(theirs, ours, strict=True)
    differing = [(n, a, b) for (n, a), (_, b) in pairs if a != b]
    return differing[0] if differing else None


def _parts(tree: Tree) -> Iterator[tuple[str, Tree]]:
    kind = tree[0]
    if kind in ("list", "tuple", "deque"):
        yield from ((f"[{n}]", each) for n, each in enumerate(tree[1]))
    elif kind in ("dict", "OrderedDict", "Counter", "defaultdict", "mappingproxy"):
        yield from ((f"[{_text(key)}]", value) for key, value in tree[-1])
    elif kind == "record":
        yield from ((f".{name}", value) for name, value in tree[2])
    elif kind in ("tensor", "array"):
        yield from _elements_as_parts(tree)
    elif kind in ("returned", "raised", "described"):
        yield "", tree[-1]


def _elements_as_parts(tree: Tree) -> Iterator[tuple[str, Tree]]:
    dtype, shape, *rest = tree[2:] if tree[0] == "tensor" else tree[1:]
    elements = _elements(dtype, rest[-1])
    if elements is not None:
        facts = " ".join([dtype, str(shape), *rest[:-1]])
        yield from ((f"({n}) of {facts}", ["bits", *e]) for n, e in enumerate(elements))


def _elements(dtype: str, content: Any) -> list[tuple[str, str]] | None:
    """Each element as a text and as its bytes, if the type is known."""
    form = _FORMATS.get(dtype)
    if form is None or not isinstance(content, str):
        return None
    data, size = bytes.fromhex(content), struct.calcsize(form)
    return [
        (repr(value), data[n * size : (n + 1) * size].hex())
        for n, (value,) in enumerate(struct.iter_unpack(form, data))
    ]


def _text(tree: Tree) -> str:
    show: Callable[[Tree], str] | None = _SHOWN.get(tree[0])
    return show(tree) if show is not None else _other(tree)


def _other(tree: Tree) -> str:
    rest = ", ".join(str(each) for each in tree[1:])
    return f"{tree[0]}({rest})"


def _error(tree: Tree) -> str:
    return f"{tree[1]}: {tree[2]}" if tree[2] else str(tree[1])


def _float(tree: Tree) -> str:
    (value,) = struct.unpack(">d", bytes.fromhex(tree[1]))
    return f"{value!r} (bits {tree[1]})" if value != value else repr(value)


def _tensor(tree: Tree) -> str:
    _, kind, dtype, shape, device, content = tree
    return f"{kind} {dtype} {shape} on {device}: {_content(dtype, content)}"


def _array(tree: Tree) -> str:
    kind, dtype, shape, content = tree
    return f"{kind} {dtype} {shape}: {_content(dtype, content)}"


def _content(dtype: str, content: Any) -> str:
    elements = _elements(dtype, content)
    if elements is None:
        return str(content)
    return _listed([text for text, _ in elements])


def _listed(texts: Sequence[str]) -> str:
    more = len(texts) - _MOST_ITEMS
    tail = f", and {more} more" if more > 0 else ""
    return ", ".join(texts[:_MOST_ITEMS]) + tail


def _items(tree: Tree) -> str:
    return _listed([_text(each) for each in tree[1]])


def _pairs(tree: Tree) -> str:
    return _listed([f"{_text(key)}: {_text(value)}" for key, value in tree[-1]])


_SHOWN: dict[str, Callable[[Tree], str]] = {
    "none": lambda tree: "None",
    "bool": lambda tree: str(tree[1]),
    "int": lambda tree: str(tree[1]),
    "float": _float,
    "str": lambda tree: repr(tree[1]),
    "bits": lambda tree: f"{tree[1]} (bytes {tree[2]})",
    "bytes": lambda tree: repr(bytes.fromhex(tree[1])),
    "list": lambda tree: f"[{_items(tree)}]",
    "tuple": lambda tree: f"({_items(tree)})",
    "set": lambda tree: f"set {{{_items(tree)}}}",
    "frozenset": lambda tree: f"frozenset {{{_items(tree)}}}",
    "dict": lambda tree: f"{{{_pairs(tree)}}}",
    "record": lambda tree: (
        f"{tree[1]}({_listed([f'{name}={_text(value)}' for name, value in tree[2]])})"
    ),
    "described": lambda tree: f"{tree[1]} {_text(tree[2])}",
    "tensor": _tensor,
    "array": _array,
    "error": _error,
    "returned": lambda tree: f"returned {_text(tree[1])}",
    "raised": lambda tree: f"raised {_text(tree[1])}",
    "skipped": lambda tree: "had nothing to do",
}
