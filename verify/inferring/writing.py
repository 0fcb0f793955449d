"""A migration file of what was inferred: what is sure stands, the rest is commented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from codemods.migration import Migration, loads
from codemods.name import printable
from verify.inferring.answer import UNKNOWN, Entry, Inferred, Kind
from verify.surface.publishing import toml_string

_TITLES = {
    Kind.MOVE: "moves",
    Kind.REHOME: "attributes on another object",
    Kind.REMOVED: "names that are gone",
}


def to_toml(inferred: Inferred) -> str:
    """The text of the file; the same for the same input, byte by byte."""
    return "\n".join(_lines(inferred)) + "\n"


def to_migration(inferred: Inferred) -> Migration | None:
    """What is sure, as a migration; None where nothing is."""
    if not any(_stands(each) for each in inferred.entries):
        return None
    return loads(to_toml(inferred), f"inferred for {inferred.package}")


def _stands(entry: Entry) -> bool:
    """Whether an entry says something that is sure: of a doubtful move at least that
    the old name is gone.
    """
    return entry.is_sure or bool(entry.instead)


def _lines(inferred: Inferred) -> Iterator[str]:
    old, new = printable(inferred.old), printable(inferred.new)
    yield f"# What became of the names of {inferred.package} from {old} to {new}."
    yield "# Inferred from the text of both; nothing was run. What is sure stands here,"
    yield "# what is doubtful is commented out."
    sure, doubtful = len(inferred.sure), len(inferred.doubtful)
    yield f"# {sure} sure, {doubtful} doubtful, {len(inferred.untold)} cannot be told."
    yield ""
    identity = f"{inferred.package}-{inferred.version}-inferred"
    identity = re.sub(r"[^A-Za-z0-9._-]+", "-", identity).lstrip("-_.")
    yield f"id = {toml_string(identity)}"
    title = f"Names of {inferred.package} from {old} to {new}"
    yield f"title = {toml_string(title)}"
    yield f"package = {toml_string(inferred.package)}"
    told = (
        "" if inferred.version != UNKNOWN else "  # the first release with these names"
    )
    yield f"since = {toml_string(inferred.version)}{told}"
    if not any(_stands(each) for each in inferred.entries):
        yield ""
        yield "# Nothing is sure: this file declares nothing, and cannot be used so."
    for module, entries in groupby(inferred.entries, key=lambda entry: entry.module):
        yield ""
        yield f"# --- {module or _TITLES[Kind.REHOME]}"
        for entry in entries:
            yield ""
            yield from _entry(entry)
    if inferred.untold:
        yield ""
        yield "# --- What cannot be told"
        yield "#"
        for each in inferred.untold:
            yield f"# {printable(each.name)}: {printable(each.why)}"


def _entry(entry: Entry) -> Iterator[str]:
    confidence = f"# {entry.confidence.value}: "
    for line in entry.evidence:
        yield f"{confidence}{printable(line)}"
        confidence = "#   "
    for line in entry.diff:
        yield f"#   | {printable(line)}"
    if entry.is_sure:
        yield from _table(entry)
        return
    yield from (f"# {line}" for line in _table(entry))
    if entry.kind is Kind.MOVE and entry.instead:
        yield "# If you agree, take the three lines above in place of these:"
        yield "[[removed]]"
        yield f"name = {toml_string(entry.old)}"
        yield f"instead = {toml_string(printable(entry.instead))}"


def _table(entry: Entry) -> Iterator[str]:
    yield f"[[{entry.kind.value}]]"
    if entry.kind is Kind.REMOVED:
        yield f"name = {toml_string(entry.old)}"
        yield f"instead = {toml_string(printable(entry.instead))}"
        return
    yield f"from = {toml_string(entry.old)}"
    yield f"to = {toml_string(entry.new)}"
    for key in ("members", "keeps", "shared"):
        values = getattr(entry, key)
        if values:
            yield from _list(key, values)


def _list(key: str, values: Iterable[str]) -> Iterator[str]:
    yield f"{key} = ["
    yield from (f"    {toml_string(value)}," for value in values)
    yield "]"
