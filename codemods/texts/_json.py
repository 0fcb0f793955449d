"""The strings of a JSON text, each with where its characters are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}|\\.|.",
    re.DOTALL,
)


@dataclass(frozen=True)
class Written:
    """A string as it is written: `raw` without its quotes, from `start` on."""

    start: int
    raw: str

    @property
    def end(self) -> int:
        return self.start + len(self.raw)

    @cached_property
    def value(self) -> str:
        return str(json.loads(f'"{self.raw}"', strict=False))

    @cached_property
    def _offsets(self) -> list[int] | None:
        if "\\" not in self.raw:
            return None
        found = [each.start() for each in _CHARACTER.finditer(self.raw)]
        return [*found, len(self.raw)]

    def at(self, index: int) -> int:
        """Where in the text a character of the value is written."""
        offsets = self._offsets
        return self.start + (index if offsets is None else offsets[index])

    def spell(self, value: str) -> str:
        """A new piece of the string, in the manner of the rest."""
        return json.dumps(value, ensure_ascii=self.raw.isascii())[1:-1]


def strings(text: str) -> Iterator[Written]:
    """Every string of a JSON text, keys included, in order."""
    for found in _STRING.finditer(text):
        yield Written(found.start(1), found.group(1))


def placed(text: str) -> object:
    """The value of a JSON text, every string as it is written; None where it is no
    JSON. Of keys that are there twice the last counts.
    """
    try:
        value = json.loads(text, object_pairs_hook=Pairs)
        return _placed(value, strings(text))
    except (ValueError, RecursionError, StopIteration):
        return None


def _placed(value: object, found: Iterator[Written]) -> object:
    """The strings stand in the text in the order of a walk through the value."""
    if isinstance(value, str):
        return next(found)
    if isinstance(value, Pairs):
        pairs = []
        for _, inner in value:
            key = next(found)
            pairs.append((key.value, _placed(inner, found)))
        return dict(pairs)
    if isinstance(value, list):
        return [_placed(inner, found) for inner in value]
    return value


def is_json(text: str) -> bool:
    """Whether a text is JSON, or has JSON on each of its lines."""
    return shape(text) is not None


def shape(text: str) -> object:
    """The values of a JSON text, or of each of its lines, with the keys of an object
    in a list, since one may be there twice; None where it is no JSON.
    """
    try:
        return [json.loads(text, object_pairs_hook=Pairs)]
    except (ValueError, RecursionError):
        pass
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        found = [json.loads(line, object_pairs_hook=Pairs) for line in lines]
    except (ValueError, RecursionError):
        return None
    return found or None


class Pairs(list[tuple[str, object]]):
    """An object, key by key."""


def is_alike(old: object, new: object) -> bool:
    """Whether two shapes differ in strings only, and no two keys became one."""
    if isinstance(old, str) or isinstance(new, str):
        return isinstance(old, str) and isinstance(new, str)
    if type(old) is not type(new):
        return False
    if isinstance(old, Pairs) and isinstance(new, Pairs):
        before, after = ({key for key, _ in pairs} for pairs in (old, new))
        return len(before) == len(after) and is_alike(
            [value for _, value in old], [value for _, value in new]
        )
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(is_alike, old, new))
    return old == new or old != old  # NaN is not itself
