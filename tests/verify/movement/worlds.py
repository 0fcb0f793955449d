"""Small packages before and after a move."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from verify.movement.definitions import Definition, parse_module
from verify.movement.meaning import Difference, World, differences
from verify.movement.sources import Files, module_name


def files(**contents: str) -> dict[str, str]:
    """Modules of a package `p`, by their names; `__` is a folder."""
    made = {"p/__init__.py": ""}
    for name, text in contents.items():
        made[f"p/{name.replace('__', '/')}.py"] = dedent(text).lstrip("\n")
    return made


def definition(sources: Files, place: str) -> Definition:
    """`module:qualified`, of the package `p`."""
    module, _, qualified = place.partition(":")
    path = f"p/{module.replace('.', '/')}.py"
    data = sources.read(path)
    assert data is not None
    parsed = parse_module(path, module_name(path, sources), data)
    found = [d for d in (parsed.root, *parsed.definitions) if d.qualified == qualified]
    assert found, f"no {place}"
    return found[0]


def compare(
    base: Mapping[str, str],
    head: Mapping[str, str],
    old: str = "old:f",
    new: str = "new:f",
    moved: Mapping[str, str] | None = None,
) -> tuple[Difference, ...]:
    sides = [
        Files({path: text.encode() for path, text in side.items()})
        for side in (base, head)
    ]
    return differences(
        definition(sides[0], old),
        definition(sides[1], new),
        moved or {},
        World(sides[0], sides[1]),
        World(sides[1], sides[0]),
    )


def moved(
    body: str,
    base: Mapping[str, str],
    head: Mapping[str, str],
    places: Mapping[str, str] | None = None,
) -> list[tuple[str, str, bool]]:
    """Move `f`, with a body, from `old` to `new`: what then differs.

    `base` and `head` are the modules; `old` and `new` are what stands above `f`.
    """
    text = dedent(body)
    before = {**base, "old": dedent(base.get("old", "")) + text}
    after = {**head, "new": dedent(head.get("new", "")) + text}
    after.setdefault("old", "")
    found = compare(files(**before), files(**after), moved=places)
    return [(d.name, d.kind, d.undecided) for d in found]


def f(expression: str) -> str:
    return f"def f(a):\n    return {expression}\n"
