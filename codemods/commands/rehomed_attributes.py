"""Re-home attributes: by the members that are used, `x.pool` is `x.allocator` now.

x.pool.alloc(1)                   x.allocator.alloc(1)
x.pool.cache                ->    x.pool.cache
use(x.pool)                       use(x.allocator)      # if `use` only allocates
"""

from __future__ import annotations

import ast

from codemods.draft import Draft
from codemods.rehoming.attributes import Rehomed
from codemods.rehoming.deciding import Decision, decide, shared_uses
from codemods.rehoming.definitions import definitions, parameters, strings
from codemods.rehoming.meanings import Meaning
from codemods.rehoming.renaming import renamed_names
from codemods.rehoming.spelling import NotFound, Speller
from codemods.rehoming.splitting import object_at
from codemods.rehoming.tree import File, path_of
from codemods.rules import (
    ATTRIBUTE_DEFINED,
    ATTRIBUTE_SHARED,
    ATTRIBUTE_UNDECIDED,
    COMPAT_LIMIT,
)


def propose(draft: Draft) -> None:
    """Plan the edits of every attribute that members have left."""
    present = [r for r in draft.names.rehomed if r.old in draft.source.text]
    if not present:
        return
    file = File(draft.source, draft.tree, draft.modules)
    for attribute in present:
        _Rehoming(draft, file, attribute).propose()


class _Rehoming:
    """One attribute in one file."""

    def __init__(self, draft: Draft, file: File, attribute: Rehomed) -> None:
        self.draft = draft
        self.file = file
        self.attribute = attribute
        self.speller = Speller(draft, file)

    def propose(self) -> None:
        decisions = decide(self.file, self.attribute)
        for decision in decisions:
            if decision.target:
                self._rehome(decision)
            for doubt in decision.doubts:
                self._doubt(decision, doubt, doubt.why)
            for use in decision.apart:
                self._split(decision, use)
        if not self.draft.options.compat:
            for new, names in renamed_names(self.file, self.attribute.old, decisions):
                self._rename(names, new)
        self._report_rest(decisions)

    def _rehome(self, decision: Decision) -> None:
        reading, old = decision.reading, self.attribute.old
        if self.draft.options.compat:
            self._report_compat(decision.reading.node, decision.target)
            return
        try:
            if isinstance(reading.name, ast.Attribute):
                spans = self.speller.attribute(reading.name)
            else:
                spans = self.speller.literal(reading.name, old)
        except NotFound:
            self._doubt_place(reading.node, decision.target)
            return
        for start, end in spans:
            self.draft.replace(start, end, decision.target)

    def _split(self, decision: Decision, use: Meaning) -> None:
        holder = object_at(self.file, decision, use)
        if not holder or not isinstance(use.value, ast.Name):
            old = self.attribute.old
            why = f"{use.why}, but other uses of the same value may mean `{old}`"
            self._doubt(decision, use, why)
            return
        if self.draft.options.compat:
            self._report_compat(use.value, use.target)
            return
        try:
            spans = self.speller.name(use.value)
            apart = {each.value for each in decision.apart}
            if not apart.issuperset(self.speller.like(use.value)):
                raise NotFound
        except NotFound:
            self._doubt_place(use.value, use.target)
            return
        for start, end in spans:
            self.draft.replace(start, end, f"{holder}.{use.target}")

    def _rename(self, names: list[ast.Name], new: str) -> None:
        """Rename a local everywhere, or nowhere."""
        try:
            spans = {span for name in names for span in self.speller.name(name)}
        except NotFound:
            return
        known = set(names)
        if any(not known.issuperset(self.speller.like(name)) for name in names):
            return
        for start, end in spans:
            self.draft.replace(start, end, new)

    def _doubt(self, decision: Decision, doubt: Meaning, why: str) -> None:
        old, new = self.attribute.old, doubt.target or self.attribute.new
        path = path_of(decision.reading.holder)
        wanted = ".".join((*path, new)) if path else new
        moved = ", ".join(f"`{member}`" for member, _ in self.attribute.homes)
        self.draft.report(
            ATTRIBUTE_UNDECIDED,
            self._anchor(doubt.value),
            f"whether `{old}` or `{new}` is meant cannot be told: {why}",
            f"if {moved} are used of it, write `{wanted}`; if not, leave it",
        )

    def _doubt_place(self, node: ast.expr, target: str) -> None:
        self.draft.report(
            ATTRIBUTE_UNDECIDED,
            self._anchor(node),
            f"`{target}` is meant instead of `{self.attribute.old}`, but where it is"
            " written cannot be told",
            f"write `{target}` here",
        )

    def _report_compat(self, node: ast.expr, target: str) -> None:
        self.draft.report(
            COMPAT_LIMIT,
            self._anchor(node),
            f"`{target}` is meant, which the older version does not have",
            f"write `{target}` when the older version is given up",
        )

    def _report_rest(self, decisions: list[Decision]) -> None:
        old, new = self.attribute.old, self.attribute.new
        for use in shared_uses(self.file, self.attribute, decisions):
            self.draft.report(
                ATTRIBUTE_SHARED,
                self._anchor(use.value),
                f"`{use.member}` is read from `{old}`; `{new}`, which is used"
                " beside it, has one too",
                f"leave it, or write `{new}` if that one is meant",
            )
        for place in definitions(self.file, self.attribute):
            self.draft.report(
                ATTRIBUTE_DEFINED,
                self._anchor(place.node),
                f"`{old}` {place.what}, and `{new}` is not",
                f"make `{new}` beside it, for what is read from that one now",
            )
        for place in (
            *strings(self.file, self.attribute, decisions),
            *parameters(self.file, self.attribute, decisions),
        ):
            self.draft.report(
                ATTRIBUTE_UNDECIDED,
                self._anchor(place.node),
                f"`{old}` {place.what}",
                f"see whether it means what is `{new}` now",
            )

    def _anchor(
        self, node: ast.expr | ast.stmt | ast.arg
    ) -> ast.expr | ast.stmt | ast.arg:
        return self.file.f_string_around(node) or node
