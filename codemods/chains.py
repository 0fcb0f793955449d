"""Edit attribute chains: `old.A.run` becomes `new.A.run`, byte for byte.

Where a chain stands in code, its position is known, and only the parts of it
that differ are replaced. In a quoted annotation it is not, and in an f-string
only newer versions of Python know it: there the chains are looked up again, and
edited only when the same ones are found as the parser saw.
"""

from __future__ import annotations

import ast
import itertools
import re
from dataclasses import dataclass

from codemods.draft import Draft
from codemods.scopes import Use
from codemods.source import Splice


@dataclass(frozen=True, slots=True)
class ChainEdit:
    """Replace a use up to and including its first `length` attributes."""

    use: Use
    length: int
    text: str

    @property
    def parts(self) -> tuple[str, ...]:
        return (self.use.name, *self.use.attributes[: self.length])


def splices_for(draft: Draft, edits: list[ChainEdit]) -> list[Splice] | None:
    """The replacements for all edits, or None when one cannot be made safely."""
    splices: list[Splice] = []
    carried: dict[ast.JoinedStr | ast.Constant, list[ChainEdit]] = {}
    for edit in edits:
        if edit.use.carrier is not None:
            carried.setdefault(edit.use.carrier, []).append(edit)
            continue
        made = _in_code(draft, edit)
        if made is None:
            return None
        splices.append(made)
        splices += draft.folded_around.get(edit.use.nodes[-1], ())
    for carrier, group in carried.items():
        inside = _in_f_string if isinstance(carrier, ast.JoinedStr) else _in_string
        found = inside(draft, group)
        if found is None:
            return None
        splices += found
    return splices


def _in_code(draft: Draft, edit: ChainEdit) -> Splice | None:
    """Replace the parts that differ; comments between the others stay."""
    old, new = list(edit.parts), edit.text.split(".")
    head = 0
    while head < min(len(old), len(new)) - 1 and old[head] == new[head]:
        head += 1
    tail = 0
    while (
        tail < min(len(old), len(new)) - head - 1 and old[-1 - tail] == new[-1 - tail]
    ):
        tail += 1
    nodes = edit.use.nodes[head : len(old) - tail]
    start = draft.source.end(nodes[0]) - len(old[head])
    end = draft.source.end(nodes[-1])
    written = draft.source.text[start:end]
    if re.sub(r"\s", "", written) != ".".join(old[head : len(old) - tail]):
        return None
    return Splice(start, end, ".".join(new[head : len(new) - tail]))


def _in_string(draft: Draft, edits: list[ChainEdit]) -> list[Splice] | None:
    """Edits inside a quoted annotation, found by their text."""
    carrier = edits[0].use.anchor
    start = draft.source.start(carrier)
    segment = draft.source.segment(carrier)
    texts = {edit.parts: edit.text for edit in edits}
    splices: list[Splice] = []
    for parts, text in texts.items():
        count = sum(edit.parts == parts for edit in edits)
        chain = r"\s*\.\s*".join(map(re.escape, parts))
        found = list(re.finditer(rf"(?<![\w.]){chain}(?!\w)", segment))
        if len(found) != count:
            return None
        splices += [Splice(start + m.start(), start + m.end(), text) for m in found]
    return None if _overlap(splices) else splices


def _in_f_string(draft: Draft, edits: list[ChainEdit]) -> list[Splice] | None:
    """Edits inside the replacement fields of an f-string."""
    from codemods.fstrings import chains_in

    carrier = edits[0].use.anchor
    start = draft.source.start(carrier)
    segment = draft.source.segment(carrier)
    name = edits[0].use.name
    found = chains_in(segment, name)
    seen = draft.uses_inside(carrier, name)
    if found is None or [f.attributes for f in found] != [u.attributes for u in seen]:
        return None
    ends = {use: chain.ends for use, chain in zip(seen, found, strict=True)}
    starts = {use: chain.start for use, chain in zip(seen, found, strict=True)}
    splices: list[Splice] = []
    for edit in edits:
        if edit.use not in ends:
            return None
        first, last = starts[edit.use], ends[edit.use][edit.length]
        written = re.sub(r"\s", "", segment[first:last])
        if written != ".".join(edit.parts):
            return None
        splices.append(Splice(start + first, start + last, edit.text))
    return splices


def _overlap(splices: list[Splice]) -> bool:
    return any(a.end > b.start for a, b in itertools.pairwise(sorted(splices)))
