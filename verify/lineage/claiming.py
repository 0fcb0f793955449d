"""Which targets can have the history of which sources, and why others cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from verify.lineage.steps import INIT, Form, Unkept, home_of
from verify.movement.sources import Sources
from verify.moving.changes import Lineage, Planned

_JOIN = "ask for --history=merge, which joins the two"


@dataclass(frozen=True, slots=True)
class _Hindrance:
    reason: str
    fix: str


@dataclass(frozen=True)
class Claims:
    """Decides for the lineages of a plan; `files` are those of the base."""

    planned: Planned
    files: Sources

    def kept(self, form: Form) -> list[Lineage]:
        """One lineage for each source, with the targets that get its history."""
        found = []
        for lineage in self.lineages:
            targets = tuple(
                target
                for target in lineage.targets
                if self._hindrance(lineage, target, form) is None
            )
            if targets:
                found.append(replace(lineage, targets=targets))
        return found

    def unkept(self, form: Form) -> Iterator[Unkept]:
        """The targets that do not get the history of a source."""
        for lineage in self.lineages:
            for target in lineage.targets:
                found = self._hindrance(lineage, target, form)
                if found is not None:
                    yield Unkept(lineage.source, target, found.reason, found.fix)

    @cached_property
    def lineages(self) -> tuple[Lineage, ...]:
        """The plan's, one for each source."""
        found: dict[str, Lineage] = {}
        for each in self.planned.lineages:
            known = found.get(each.source, replace(each, targets=()))
            targets = dict.fromkeys((*known.targets, *each.targets))
            targets.pop(each.source, None)
            found[each.source] = replace(each, targets=tuple(targets))
        return tuple(found.values())

    def _hindrance(
        self, lineage: Lineage, target: str, form: Form
    ) -> _Hindrance | None:
        return (
            self._of_kind(lineage.source, target)
            or self._of_home(lineage.source)
            or self._of_target(lineage.source, target, form)
        )

    def _of_kind(self, source: str, target: str) -> _Hindrance | None:
        for path in (source, target):
            if not path.endswith(".py"):
                return _Hindrance(f"{path} is no Python module", "move it by hand")
        if source.rpartition("/")[2] == INIT:
            return _Hindrance(
                f"{source} makes its folder a package, and cannot be away in between",
                "let what moves go to a module of its own first",
            )
        return None

    def _of_home(self, path: str) -> _Hindrance | None:
        """Why nothing can stand in for a module."""
        home = home_of(path)
        folder = home.rpartition("/")[0]
        if not {home, folder}.isdisjoint(self.files.paths()):
            return _Hindrance(
                f"{folder} is there already, so nothing can stand in for {path}",
                "take it away in a commit of its own first",
            )
        return None

    def _of_target(self, source: str, target: str, form: Form) -> _Hindrance | None:
        if target not in self.files.paths():
            return self._of_rivals(source, target) if form is Form.LINEAR else None
        if form is Form.LINEAR:
            return _Hindrance(
                f"{target} was there before, and has a history of its own", _JOIN
            )
        if target.rpartition("/")[2] == INIT:
            return _Hindrance(
                f"{target} was there before, and cannot be away in between",
                "let what moves go to a new module",
            )
        return self._of_home(target)

    def _of_rivals(self, source: str, target: str) -> _Hindrance | None:
        """Why another source has the better claim to a new file."""
        rivals = [each.source for each in self.lineages if target in each.targets]
        if len(rivals) == 1:
            return None
        best = max(rivals, key=lambda rival: self._in_common(rival, target))
        if best == source:
            return None
        return _Hindrance(
            f"{target} has more lines from {best}, and a file can have one history in"
            " a line of commits",
            _JOIN,
        )

    def heir(self, lineage: Lineage) -> str:
        """The file that most of a source's lines end in: the source, which its
        stand-in becomes again, or a target.
        """
        files = (lineage.source, *lineage.targets)
        return max(files, key=lambda path: self._in_common(lineage.source, path))

    def _in_common(self, source: str, path: str) -> int:
        """How many lines of a file's final text are those of a source."""
        before = self.files.read(source) or b""
        after = {change.path: change.after for change in self.planned.changes}
        text = after.get(path, self.files.read(path))
        return (_lines(before) & _lines(text or b"")).total()


def _lines(text: bytes) -> Counter[bytes]:
    return Counter(line.strip() for line in text.split(b"\n") if line.strip())
