"""Where two versions part: the shrunk operations, and both results."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from verify.outcome import Listing
from verify.render._page.text import cut

FILE_NAME = "replay.json"
_MOST = 20_000  # characters of a result


@dataclass(frozen=True, slots=True)
class Replay:
    """The operations that lead to a difference, the last of which makes it."""

    case: tuple[tuple[str, str], ...]
    operations: tuple[str, ...]
    base: str
    head: str


def replay_of(listings: Iterable[Listing]) -> Replay | None:
    """The shrunk input of a run, None where there is none that can be read."""
    text = next((each.text for each in listings if each.name == FILE_NAME), "")
    try:
        content = json.loads(text)
        case, operations = content["case"], content["operations"]
        pairs = case.items() if isinstance(case, dict) else [("case", case)]
        return Replay(
            tuple((str(key), _json(value)) for key, value in pairs),
            tuple(_operation(each) for each in operations),
            _shown(content["base"]),
            _shown(content["head"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _operation(operation: object) -> str:
    """`["alloc", 3]` as `alloc(3)`, anything else as it is."""
    match operation:
        case [str(name), *arguments] if name.isidentifier():
            return f"{name}({', '.join(map(_json, arguments))})"
    return _json(operation)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> str:
    if not isinstance(value, str):
        value = json.dumps(value, indent=1, ensure_ascii=False)
    return cut(value, _MOST)
