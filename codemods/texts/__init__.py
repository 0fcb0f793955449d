"""References to moved names in files that are no Python, one kind of text a file.

A module here without a leading underscore is a kind: it has `NAMES`, the names of
whole files, and `SUFFIXES`, the ends of names, that it is for, and `propose(draft)`,
which reads a text and says on its draft what to change. Nothing has to be
registered. Of several suffixes that fit, the longest decides.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from codemods.draft import Options
from codemods.finding import Finding, Place
from codemods.namemap import NameMap
from codemods.rewrite import Rewritten, edits_of
from codemods.rules import UNPARSABLE, UNSAFE_REWRITE
from codemods.source import splice
from codemods.texts._decoding import decode
from codemods.texts._draft import TextDraft
from codemods.texts._search import Hit, search

__all__ = ["Hit", "Kind", "kind_of", "kinds", "rewrite_text", "search"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of text; `is_intact(old, new)` asks whether a rewrite broke its form."""

    name: str
    names: frozenset[str]
    suffixes: tuple[str, ...]
    propose: Callable[[TextDraft], None]
    is_intact: Callable[[str, str], bool]


@cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return {name: _load(name) for name in sorted(found) if not name.startswith("_")}


def _load(name: str) -> Kind:
    module = importlib.import_module(f"{__name__}.{name}")
    return Kind(
        name,
        frozenset(getattr(module, "NAMES", ())),
        tuple(getattr(module, "SUFFIXES", ())),
        module.propose,
        getattr(module, "is_intact", lambda old, new: True),
    )


def kind_of(path: str) -> Kind:
    """The kind of the file at a path, by its name."""
    name = path.replace("\\", "/").rpartition("/")[2]
    best: tuple[int, Kind] | None = None
    for kind in kinds().values():
        if name in kind.names:
            return kind
        for suffix in kind.suffixes:
            fits = name.lower().endswith(suffix)
            if fits and (best is None or len(suffix) > best[0]):
                best = len(suffix), kind
    assert best is not None, "the kind `other` is for every name"
    return best[1]


def rewrite_text(
    data: bytes, names: NameMap, *, path: str, options: Options | None = None
) -> Rewritten:
    """Rewrite the references in one file that is no Python.

    `path` tells its kind, and names it in findings. Only with `options.text` do
    bytes change; without it what would is a finding. Nothing is executed, read or
    written; no exception comes out for any bytes that go in.
    """
    source = decode(data)
    draft = TextDraft(path, source, names, options or Options())
    kind = kind_of(path)
    try:
        kind.propose(draft)
        text = splice(source.text, draft.splices)
    except RecursionError:
        finding = Finding(
            UNPARSABLE, Place(path), "it is nested too deeply", "look at it by hand"
        )
        return Rewritten(path, data, data, (), (finding,))
    except ValueError as error:
        return _unsafe(draft, data, f"its edits do not fit: {error}")
    if text == source.text:
        return Rewritten(path, data, data, (), _in_order(draft))
    if not kind.is_intact(source.text, text):
        return _unsafe(draft, data, "its rewrite would break its form")
    try:
        new = source.encode(text)
    except UnicodeEncodeError:
        return _unsafe(draft, data, f"its encoding, {source.encoding}, lacks a letter")
    return Rewritten(path, data, new, edits_of(source, draft.splices), _in_order(draft))


def _unsafe(draft: TextDraft, data: bytes, message: str) -> Rewritten:
    finding = Finding(UNSAFE_REWRITE, Place(draft.path), message, "rewrite it by hand")
    return Rewritten(draft.path, data, data, (), (*_in_order(draft), finding))


def _in_order(draft: TextDraft) -> tuple[Finding, ...]:
    return tuple(sorted(draft.found, key=lambda f: (f.place, f.rule.id, f.message)))
