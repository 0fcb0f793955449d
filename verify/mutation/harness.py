"""Make mutants of a commit that moved code, and see whether each is reported.

A mutant is the commit's own result with one small change in code that moved, or in
what a name of that code means. Only moves of which nothing is said but that they
moved are changed, so that whatever is said of a mutant is due to its change.

It is reported only where all of this holds:

- of its text: every moved definition around the change is called edited (one that
  has another comment: no longer verbatim), and a line of the change itself, or the
  line that it took away, is left to read;
- of a name: in every moved definition that reads it there is a finding that names it,
  and decides against the move or calls it undecided.

Any change of the syntax tree has to be reported, whether or not it changes what the
program does, so no mutant need be thought through. Those that are set aside are
counted, with the reason.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from codemods.source import Source, SourceError, splice
from verify.movement.definitions import FILE, Definition, parse_module
from verify.movement.engine import Match, Movement, examine
from verify.movement.sources import Sources
from verify.movement.verdicts import Likeness
from verify.mutation import names, planted, text
from verify.mutation.code import Change, Code
from verify.mutation.judging import (
    are_imports,
    is_clean,
    judged_by_name,
    lines_of,
    not_blank,
    whole_lines,
)
from verify.mutation.mutant import (
    AS_BEFORE,
    BASE,
    EDITED,
    HEAD,
    KINDS,
    NO_PROGRAM,
    OTHER_TREE,
    READ_ALREADY,
    SAME_TREE,
    SORTED,
    Edit,
    Judged,
    Mutant,
    Overlay,
)
from verify.mutation.names import (
    Around,
    names_at_run_time,
    names_when_defined,
    taken_from_elsewhere,
)

_EXACT = (Likeness.VERBATIM, Likeness.REINDENTED)


@dataclass(eq=False)
class Commit:
    """A range to make mutants of."""

    base: Sources
    head: Sources
    changed: Collection[str]
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    _code: dict[tuple[int, str], tuple[Source, ast.Module]] = field(
        default_factory=dict
    )

    @cached_property
    def untouched(self) -> Movement:
        return examine(self.base, self.head, self.changed)

    @cached_property
    def clean(self) -> list[Match]:
        """The moves of which nothing is said but that they moved."""
        return [
            m
            for m in self.untouched.matches
            if is_clean(m) and m.new.path.endswith(".py")
        ]

    def by_kind(self, seed: int) -> dict[str, Iterator[Mutant]]:
        """The mutants of every kind, in an order that the seed alone decides."""
        return {kind: self._shuffled(kind, seed) for kind in KINDS}

    # What is said of a mutant

    def judge(self, mutant: Mutant) -> Judged:
        """Examine a mutant as if it were the commit."""
        sides = self.mutated(mutant)
        changed = {*self.changed, *(edit.path for edit in mutant.edits)}
        return self.judged(mutant, examine(*sides, changed))

    def judged(self, mutant: Mutant, seen: Movement) -> Judged:
        """What an examination of a mutant said of it."""
        if not mutant.is_of_text:
            return judged_by_name(mutant, seen.matches)
        for match in seen.matches:
            if match.old.dotted not in mutant.inside:
                continue
            is_good = match.verdict is Likeness.EDITED
            if mutant.kind == "comment":
                is_good = match.verdict not in _EXACT
            if not is_good:
                said = f"{match.old.dotted} is called {match.verdict.value}"
                return Judged(mutant, said)
        if self._is_left(mutant, seen):
            return Judged(mutant, "", EDITED)
        return Judged(mutant, "no line of it is left to read")

    def _is_left(self, mutant: Mutant, seen: Movement) -> bool:
        """Whether a line of the change is left to read, or one that it took away."""
        [edit] = mutant.edits
        source, _ = self._parsed(HEAD, edit.path)
        added = seen.added.get(edit.path, frozenset())
        made = splice(source.text, list(edit.change)).splitlines()
        written = {not_blank(made, number) for number in lines_of(source, edit.change)}
        if not added.isdisjoint(written):
            return True
        gone = {
            line.strip()
            for part in edit.change
            for line in whole_lines(source.text, part.start, part.end)
        }
        old = [m.old for m in self.clean if m.old.dotted in mutant.inside]
        return any(
            text_at.strip() in gone
            for definition in old
            for number, text_at in self._lines(definition)
            if number in seen.removed.get(definition.path, frozenset())
        )

    def _lines(self, definition: Definition) -> Iterator[tuple[int, str]]:
        source, _ = self._parsed(BASE, definition.path)
        lines = source.text.splitlines()
        for number in range(definition.first, definition.last + 1):
            yield number, lines[number - 1]

    # The mutants

    def mutated(self, mutant: Mutant) -> tuple[Overlay, Overlay]:
        """Both sides with the mutant's changes."""
        found: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
        for edit in mutant.edits:
            source, _ = self._parsed(edit.side, edit.path)
            made = source.encode(splice(source.text, list(edit.change)))
            found[edit.side][edit.path] = made
        return Overlay(self.base, found[BASE]), Overlay(self.head, found[HEAD])

    def text_at(self, edit: Edit, start: int, end: int) -> str:
        """What a part of a change replaced."""
        return self._parsed(edit.side, edit.path)[0].text[start:end]

    def _shuffled(self, kind: str, seed: int) -> Iterator[Mutant]:
        # One change can concern several moved definitions: each must be reported.
        found: dict[tuple[tuple[Edit, ...], str], Mutant] = {}
        for mutant in self._of_kind(kind):
            key = mutant.edits, mutant.name
            same = found.setdefault(key, mutant)
            found[key] = replace(same, inside=same.inside | mutant.inside)
        order = list(found.values())
        random.Random(f"{seed} {kind}").shuffle(order)
        for mutant in order:
            reason = self._no_mutant(mutant)
            if reason:
                self.left_out[kind, reason] += 1
            else:
                yield mutant

    def _no_mutant(self, mutant: Mutant) -> str:
        """Why a change is none to judge, empty where it is one."""
        for edit in mutant.edits:
            source, tree = self._parsed(edit.side, edit.path)
            made = splice(source.text, list(edit.change))
            try:
                changed = Source.decode(source.encode(made)).parse()
                compile(changed, edit.path, "exec", dont_inherit=True)
            except (SourceError, SyntaxError, ValueError):
                return NO_PROGRAM
            same = ast.dump(changed) == ast.dump(tree)
            if same is not (mutant.kind == "comment"):
                return SAME_TREE if same else OTHER_TREE
            is_swap = mutant.kind == "lines_swapped"
            if is_swap and are_imports(edit.change):
                return SORTED
            if mutant.is_of_text:
                read = self.untouched.added.get(edit.path, frozenset())
                before = {
                    n
                    for part in edit.change
                    for n in range(
                        source.place(part.start)[0], source.place(part.end)[0] + 1
                    )
                }
                if not read.isdisjoint(before):
                    return READ_ALREADY
        return ""

    def _of_kind(self, kind: str) -> Iterator[Mutant]:
        for match in self.clean:
            if kind in text.KINDS:
                for change in text.KINDS[kind](self._code_of(match.new)):
                    yield self._mutant(kind, match, change)
                continue
            for part in self._parts(match):
                if kind == "annotations_kept" and self._differs_already(part):
                    self.left_out[kind, AS_BEFORE] += 1
                elif kind in names.KINDS:
                    for name, change in names.KINDS[kind](self._around(part)):
                        yield self._mutant(kind, part, change, name)
                else:
                    yield from self._planted(kind, part)

    def _differs_already(self, match: Match) -> bool:
        """Whether annotations are kept as text in one of the two files only."""
        places = (BASE, match.old.path), (HEAD, match.new.path)
        kept = [
            any(
                isinstance(node, ast.ImportFrom)
                and node.module == "__future__"
                and any(alias.name == "annotations" for alias in node.names)
                for node in self._parsed(*place)[1].body
            )
            for place in places
        ]
        return kept[0] is not kept[1]

    def _parts(self, match: Match) -> Iterator[Match]:
        """A move itself; of a file the definitions in it, since any change of what
        surrounds these is one of the file's own text."""
        if match.new.kind != FILE:
            yield match
            return
        sides = [self._definitions(*each) for each in enumerate((match.old, match.new))]
        for name, old in sides[BASE].items():
            if name in sides[HEAD]:
                yield Match(old, sides[HEAD][name], match.likeness)

    def _definitions(self, side: int, file: Definition) -> dict[str, Definition]:
        source, _ = self._parsed(side, file.path)
        data = source.encode(source.text)
        module = parse_module(file.path, file.module, data)
        return {d.name: d for d in module.inside(module.root)}

    def _mutant(
        self, kind: str, match: Match, change: Change, name: str = ""
    ) -> Mutant:
        path = match.new.path
        line = self._parsed(HEAD, path)[0].place(change[0].start)[0]
        inside = self._holding(match)
        if kind in names.KINDS:
            inside = frozenset({match.old.dotted})
        return Mutant(kind, path, line, (Edit(HEAD, path, change),), inside, name)

    def _planted(self, kind: str, match: Match) -> Iterator[Mutant]:
        old, new = match.old, match.new
        if old.path == new.path:
            return
        is_left = self.head.read(old.path) is not None
        packages = {d.path.rpartition("/")[0] for d in (old, new)}
        for each in planted.KINDS[kind]:
            if (each.needs == "left" and not is_left) or (
                each.needs == "package" and len(packages) == 1
            ):
                continue
            yield from self._with_plant(kind, match, each, is_left=is_left)

    def _with_plant(
        self, kind: str, match: Match, each: planted.Plant, *, is_left: bool
    ) -> Iterator[Mutant]:
        sides = (BASE, match.old), (HEAD, match.new)
        changes = [
            planted.plant(self._parsed(side, d.path)[0], d.node, each.code)
            for side, d in sides
        ]
        if len(changes[0]) != len(changes[1]):
            return
        tails = [(BASE, match.old.path, each.base), (HEAD, match.new.path, each.head)]
        left = [(HEAD, match.old.path, each.left)] if is_left and each.left else []
        for pair in zip(*changes, strict=True):
            if not all(pair):
                continue
            edits = [
                Edit(side, path, (*change, *self._behind(side, path, code, match)))
                for (side, path, code), change in zip(tails, pair, strict=True)
            ]
            edits += [Edit(s, p, self._behind(s, p, c, match)) for s, p, c in left]
            line = self._parsed(HEAD, match.new.path)[0].place(pair[1][0].start)[0]
            path, inside = match.new.path, frozenset({match.old.dotted})
            yield Mutant(kind, path, line, tuple(edits), inside, each.name)

    def _behind(self, side: int, path: str, code: str, match: Match) -> Change:
        if not code:
            return ()
        source, _ = self._parsed(side, path)
        return planted.behind(source, code.replace("{old}", match.old.module))

    def _holding(self, match: Match) -> frozenset[str]:
        """What a change in a moved definition is in."""
        return frozenset(
            other.old.dotted
            for other in self.clean
            if other.new.path == match.new.path
            and other.new.first <= match.new.first
            and match.new.last <= other.new.last
        )

    def _code_of(self, definition: Definition) -> Code:
        source, _ = self._parsed(HEAD, definition.path)
        nodes = list(ast.walk(definition.node))
        return Code(source, nodes, definition.first, definition.last)

    def _around(self, match: Match) -> Around:
        source, tree = self._parsed(HEAD, match.new.path)
        node = match.new.node
        read = names_at_run_time(source, node)
        defining = names_when_defined(node)
        others = self._others(match.new.path)
        return Around(source, tree, node, read, defining, others)

    def _others(self, path: str) -> Mapping[str, frozenset[str]]:
        """Two modules beside a file, to re-point its imports to."""
        folder = path.rpartition("/")[0]
        beside = sorted(
            other
            for other in self.head.paths()
            if other.rpartition("/")[0] == folder
            and other.endswith(".py")
            and other != path
        )
        found: dict[str, frozenset[str]] = {}
        for other in beside:
            stem = other.rpartition("/")[2].removesuffix(".py")
            if len(found) < 2 and stem.isidentifier() and stem != "__init__":
                taken = taken_from_elsewhere(self._parsed(HEAD, other)[0])
                if taken is not None:
                    found[f".{stem}"] = taken
        return found

    def _parsed(self, side: int, path: str) -> tuple[Source, ast.Module]:
        if (side, path) not in self._code:
            data = (self.base, self.head)[side].read(path)
            assert data is not None
            source = Source.decode(data)
            self._code[side, path] = source, source.parse()
        return self._code[side, path]
