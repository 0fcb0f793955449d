"""Which commits keep the history of what moves, and what each of them holds.

The sources are taken away in a commit that copies them whole to every target, which
is what git follows. In their place a package of the same name stands in for them, so
that every import works as before, and the targets are not used yet. Only the copy in
the file that most of the lines end in is exact: in a rebase git takes that one for the
source, and edits made meanwhile go there.

Linear: one commit copies; where sources stay, the next takes them back; the last one
has the final text of every file.

Merge: the same on a side branch, and a merge of it that changes nothing more. So the
mainline goes from the old text to the new in one step, and a rebase, which drops the
merge, leaves the linear form. A target that was there before keeps its own history on
the mainline: git asks both sides only where neither has the same text, so its side has
a line more, which the merge takes away. Where a file gets lines from several sources,
each source has a side branch, and the merge the final text. A rebase would lose that,
so each side has a file that is in the way of the others'.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from codemods.source import SourceError
from verify.lineage.claiming import Claims
from verify.lineage.errors import LineageError
from verify.lineage.placing import as_stand_in, placed
from verify.lineage.steps import BASE, Content, Course, Form, Kind, Step, home_of
from verify.movement.sources import Sources
from verify.moving.changes import PLAIN_MODE, Lineage, Planned

_Place = Callable[[bytes, str, str, Sources], bytes]
_Contents = dict[str, Content | None]
_NO_HEIR = (
    b"# This copy waits for the commit that leaves in each file what is its own.\n"
    b"# Nothing uses it until then: what changes meanwhile belongs to the other file.\n"
)
_MANY = 5
_WARNING = ".rehome-do-not-rebase"
_MARK = b"# The merge that follows takes this line away.\n"


@dataclass(frozen=True)
class Shaper:
    """Works on the base's files; `modes` are their permission bits."""

    planned: Planned
    files: Sources
    modes: Mapping[str, int]

    def shape(self, form: Form) -> Course:
        """The commits of a form.

        Raises `LineageError` where no history would be kept, and where a source is
        no file of the base, or no Python.
        """
        kept, unkept = self._claims.kept(form), tuple(self._claims.unkept(form))
        if not kept:
            why = "nothing moves to another file"
            if unkept:
                why = f"{unkept[0].reason}; {unkept[0].fix}"
            raise LineageError(f"there is no history to keep: {why}")
        joins = self._joins(kept)
        steps = self._octopus(kept) if joins else self._line(kept, form)
        return Course(tuple(steps), unkept, is_fragile=joins)

    @cached_property
    def _claims(self) -> Claims:
        return Claims(self.planned, self.files)

    def _joins(self, kept: Sequence[Lineage]) -> bool:
        """Whether a file gets the lines of several sources, or is one itself."""
        targets = Counter(target for each in kept for target in each.targets)
        sources = {each.source for each in kept}
        return max(targets.values()) > 1 or not sources.isdisjoint(targets)

    def _line(self, kept: Sequence[Lineage], form: Form) -> Iterator[Step]:
        """All sources in one line of commits, which is merged in the other form."""
        before = [*self._before(kept)]
        yield from before
        copying = self._copying(kept, len(before) - 1)
        yield copying
        parent = len(before)
        staying = {each.source for each in kept if each.stays}
        if staying:
            yield self._taking_back(copying, staying, parent)
            parent += 1
        if form is Form.LINEAR:
            yield Step(Kind.FINAL, (parent,), self._final())
            return
        yield Step(Kind.TRIM, (parent,), self._marked(self._asides(kept)))
        yield Step(Kind.FINAL, (BASE, parent + 1), self._final())

    def _octopus(self, kept: Sequence[Lineage]) -> Iterator[Step]:
        """A side branch for each source, and a merge of all."""
        number = 0
        tips = [BASE]
        for lineage in kept:
            before = [*self._before([lineage])]
            yield from before
            number += len(before)
            copying = self._copying([lineage], number - 1 if before else BASE)
            yield replace(
                copying, contents={**copying.contents, **self._warning(lineage)}
            )
            tips.append(number)
            number += 1
        yield Step(Kind.FINAL, tuple(tips), self._final())

    def _warning(self, lineage: Lineage) -> _Contents:
        """A file that no two sides have alike: a rebase, which puts one upon the
        other, stops there.
        """
        text = f"A rebase of these commits loses their merge.\n{lineage.source!r}\n"
        data = text.encode("ascii", "backslashreplace")
        return {_WARNING: Content(data, PLAIN_MODE, is_clean=True)}

    def _before(self, kept: Sequence[Lineage]) -> Iterator[Step]:
        """What takes targets out of the way that were there before, if any."""
        asides = self._asides(kept)
        if asides:
            yield Step(Kind.ASIDE, (BASE,), self._moved_away(asides), homes=asides)

    def _asides(self, kept: Sequence[Lineage]) -> dict[str, str]:
        known = self.files.paths()
        targets = (target for each in kept for target in each.targets)
        return {target: home_of(target) for target in targets if target in known}

    def _copying(self, kept: Sequence[Lineage], parent: int) -> Step:
        homes = {each.source: home_of(each.source) for each in kept}
        asides = self._asides(kept)
        staying = {each.source for each in kept if each.stays}
        contents = self._moved_away(asides | homes, staying)
        for each in kept:
            targets = {path: self._placed(each.source, path) for path in each.targets}
            contents |= targets
            heir = self._claims.heir(each)
            for path in {homes[each.source], *targets} - {heir, homes.get(heir, heir)}:
                contents[path] = self._told_apart(contents[path])
        copies = tuple((each.source, each.targets) for each in kept)
        return Step(Kind.COPY, (parent,), contents, copies, asides | homes)

    def _taking_back(self, copying: Step, staying: set[str], parent: int) -> Step:
        away = {*staying, *(copying.homes[source] for source in staying)}
        contents = {p: c for p, c in copying.contents.items() if p not in away}
        homes = {old: new for old, new in copying.homes.items() if old not in staying}
        return Step(Kind.BACK, (parent,), contents, copying.copies, homes)

    def _moved_away(
        self, homes: Mapping[str, str], staying: Collection[str] = ()
    ) -> _Contents:
        """Modules, away in their stand-ins; those that stay will come back."""
        found: _Contents = {}
        for path, home in homes.items():
            place = as_stand_in if path in staying else placed
            found |= {path: None, home: self._placed(path, home, place)}
        return found

    def _told_apart(self, copy: Content | None) -> Content | None:
        """A copy that is not the one which git, in a rebase, takes for the source."""
        if copy is None or len(copy.data) < _MANY * len(_NO_HEIR):
            return copy  # or it would be no copy to git
        end = b"" if copy.data.endswith(b"\n") else b"\n"
        return replace(copy, data=copy.data + end + _NO_HEIR)

    def _marked(self, targets: Iterable[str]) -> _Contents:
        """The final text, with a line more in some files."""
        found = self._final()
        for path in targets:
            content = found[path]
            if content is not None:
                end = b"" if content.data.endswith(b"\n") else b"\n"
                found[path] = replace(content, data=content.data + end + _MARK)
        return found

    def _final(self) -> _Contents:
        return {
            change.path: None
            if change.after is None
            else Content(change.after, change.mode, is_clean=False)
            for change in self.planned.changes
        }

    def _placed(self, source: str, target: str, place: _Place = placed) -> Content:
        modes = {change.path: change.mode for change in self.planned.changes}
        text = self._text(source)
        try:
            text = place(text, source, target, self.files)
        except SourceError as error:
            raise LineageError(f"{source}: {error.message}") from None
        return Content(text, modes.get(target, self.modes[source]), is_clean=True)

    def _text(self, source: str) -> bytes:
        data = self.files.read(source)
        if data is None:
            raise LineageError(
                f"{source} is no file of the last commit: commit it first"
            )
        return data
