"""Make mutants of files that use a split attribute, rewrite them, and judge each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.analysed import AnalysedFiles
from codemods.discovery import discover
from codemods.home import home_of
from codemods.migration import Migration
from codemods.namemap import NameMap
from codemods.rewrite import Options, rewrite
from codemods.runner import run
from verify.mutation.rehoming.edits import KINDS, Mutant, mutants
from verify.mutation.rehoming.fakes import Split
from verify.mutation.rehoming.judging import Judged, Rewriting, judge
from verify.mutation.rehoming.places import Places
from verify.mutation.rehoming.running import File


@dataclass(eq=False)
class Material:
    """Files by their paths, and the migration that re-homes an attribute of theirs.

    Use it as a context: the files lie in a scratch folder meanwhile.
    """

    files: Mapping[str, str]
    migration: Migration
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    _untouched: list[Rewriting] = field(default_factory=list)

    @cached_property
    def split(self) -> Split:
        rehome = self.migration.rehomes[0]
        return Split(rehome.old, rehome.new, frozenset(rehome.members))

    @cached_property
    def names(self) -> NameMap:
        return NameMap.compose([self.migration])

    @cached_property
    def places(self) -> list[Places]:
        return [Places(File(p, text), self.split) for p, text in self.files.items()]

    @contextmanager
    def laid_out(self) -> Iterator[Path]:
        """A folder with the files, as the packages that they are of."""
        with TemporaryDirectory(prefix="rehome-mutants-") as folder:
            top = Path(folder).resolve()
            for path, text in self.files.items():
                file = top / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(text.encode())
                for parent in file.relative_to(top).parents:
                    if len(parent.parts) > 1:
                        (top / parent / "__init__.py").touch()
            yield top

    def by_kind(self, seed: int) -> dict[str, Iterator[Mutant]]:
        """The mutants of every kind, in an order that the seed alone decides."""
        return {kind: self._shuffled(kind, seed) for kind in KINDS}

    def chosen(self, seed: int) -> Iterator[Mutant]:
        """One of each kind in turn, until there are no more."""
        left = self.by_kind(seed)
        while left:
            for kind in list(left):
                mutant = next(left[kind], None)
                if mutant is None:
                    del left[kind]
                else:
                    yield mutant

    def judge(self, mutant: Mutant, top: Path) -> Judged:
        """Let the tool rewrite a mutant among the other files, and judge it."""
        return judge(mutant, self.rewritten(mutant, top), self.split)

    def rewritten(self, mutant: Mutant, top: Path) -> Rewriting:
        """All files, of which the mutant's is rewritten as it now is, among the
        others; those are as they are rewritten without the change.
        """
        others = self.untouched(top)
        file = top / mutant.path
        data = mutant.text.encode()
        file.write_bytes(data)
        try:
            made = rewrite(
                data,
                self.names,
                path=str(file),
                home=home_of(file, self.names.packages),
                modules=AnalysedFiles(discover([top]).files).seen_from(file),
            )
        finally:
            file.write_bytes(self.files[mutant.path].encode())
        found = {place for place in others.found if place[0] != mutant.path}
        found |= {(mutant.path, finding.place.line) for finding in made.findings}
        return Rewriting(
            {**self.files, mutant.path: mutant.text},
            {**others.new, mutant.path: made.new.decode()},
            found,
        )

    def untouched(self, top: Path) -> Rewriting:
        """The files without any change, rewritten once."""
        if not self._untouched:
            options = Options()
            report = run([top], self.names, options=options, jobs=1, write=False)
            changed = {_below(f.path, top): f.new.decode() for f in report.changed}
            found = {(_below(f.place.path, top), f.place.line) for f in report.findings}
            made = Rewriting(self.files, {**self.files, **changed}, found)
            self._untouched.append(made)
        return self._untouched[0]

    def _shuffled(self, kind: str, seed: int) -> Iterator[Mutant]:
        order = list(mutants(kind, self.places))
        random.Random(f"{seed} {kind}").shuffle(order)
        for mutant in order:
            try:
                compile(mutant.text, mutant.path, "exec", dont_inherit=True)
            except SyntaxError:
                self.left_out[kind, "Python cannot compile it"] += 1
            else:
                yield mutant


def _below(path: str, top: Path) -> str:
    full = Path(path).absolute()
    return full.relative_to(top).as_posix() if full.is_relative_to(top) else path
