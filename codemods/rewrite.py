"""Rewrite one file: source bytes and declared names in, new bytes out. Pure.

Every codemod speaks on a draft of the file; then its imports are put in place
and everything is applied at once. A file of which anything cannot be told stays
as it is, with a finding that says why.
"""

from __future__ import annotations

from dataclasses import dataclass

from codemods.commands import codemods
from codemods.draft import Draft, Options
from codemods.finding import Finding, Place, Rule
from codemods.home import ModuleHome
from codemods.imports import place_imports
from codemods.namemap import NameMap
from codemods.rehoming.modules import Modules
from codemods.rules import UNPARSABLE, UNREADABLE, UNSAFE_REWRITE
from codemods.sorting import ImportSorter, is_switched_off
from codemods.source import Source, SourceError, Splice, splice

__all__ = ["Edit", "Options", "Rewritten", "edits_of", "rewrite"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change for people to read: the lines before and after, from `line` on."""

    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What became of one file; `new` is `old` itself where nothing changed."""

    path: str
    old: bytes
    new: bytes
    edits: tuple[Edit, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        return self.new != self.old


def rewrite(
    source: bytes,
    names: NameMap,
    *,
    path: str,
    home: ModuleHome | None = None,
    sorter: ImportSorter | None = None,
    options: Options | None = None,
    modules: Modules | None = None,
) -> Rewritten:
    """Rewrite the call sites of one file.

    `path` is only used in findings. `home` is the file's own module, needed for
    its relative imports; `sorter` puts changed imports in order; `modules` finds
    functions of other files, which a value is followed into. Nothing is executed or
    written, and nothing read but by `modules`; no exception comes out for any bytes
    that go in.
    """
    try:
        decoded = Source.decode(source)
        tree = decoded.parse()
    except SourceError as error:
        return Rewritten(path, source, source, (), (_broken(path, error),))
    draft = Draft(path, decoded, tree, names, home, options or Options(), modules)
    try:
        splices = _propose(draft, sorter)
        text = splice(decoded.text, splices)
    except RecursionError:
        finding = _finding(UNPARSABLE, path, "it is nested too deeply")
        return Rewritten(path, source, source, (), (finding,))
    except ValueError as error:
        finding = _finding(UNSAFE_REWRITE, path, f"its edits do not fit: {error}")
        return Rewritten(path, source, source, (), (finding,))
    findings = tuple(draft.findings)
    if text == decoded.text:
        return Rewritten(path, source, source, (), findings)
    new = decoded.encode(text)
    problem = _problem_with(new)
    if problem is not None:
        finding = _finding(UNSAFE_REWRITE, path, f"its rewrite is broken: {problem}")
        return Rewritten(path, source, source, (), (*findings, finding))
    return Rewritten(path, source, new, edits_of(decoded, splices), findings)


def _propose(draft: Draft, sorter: ImportSorter | None) -> list[Splice]:
    only = draft.options.only
    for name, propose in codemods().items():
        if only is None or name in only:
            propose(draft)
    if is_switched_off(draft.source.text):
        sorter = None
    # An annotation in quotes is a string as well: both may ask for the same.
    return [*set(draft.splices), *place_imports(draft, sorter)]


def _problem_with(new: bytes) -> str | None:
    """Why the new bytes are no Python, None if they are."""
    try:
        Source.decode(new).parse()
    except SourceError as error:
        return f"line {error.line}: {error.message}"
    return None


def _broken(path: str, error: SourceError) -> Finding:
    rule = UNPARSABLE if error.decoded else UNREADABLE
    how = "correct it" if error.decoded else "correct its bytes or its coding line"
    return Finding(
        rule,
        Place(path, error.line, error.column),
        f"{'does not parse' if error.decoded else 'cannot be decoded'}:"
        f" {error.message}",
        f"{how}, then run again; the file was left as it is",
    )


def _finding(rule: Rule, path: str, message: str) -> Finding:
    return Finding(rule, Place(path), message, "rewrite it by hand")


def edits_of(source: Source, splices: list[Splice]) -> tuple[Edit, ...]:
    """The changed lines, joined where replacements share them."""
    groups: list[list[Splice]] = []
    end = -1
    for part in sorted(splices):
        if source.text[part.start : part.end] == part.text:
            continue
        first = source.line_start(part.start)
        if groups and first < end:
            groups[-1].append(part)
        else:
            groups.append([part])
        end = max(end, source.line_end(max(part.start, part.end - 1)))
    edits = []
    for group in groups:
        start = source.line_start(group[0].start)
        stop = max(source.line_end(max(p.start, p.end - 1)) for p in group)
        before = source.text[start:stop]
        moved = [Splice(p.start - start, p.end - start, p.text) for p in group]
        edits.append(Edit(source.place(start)[0], before, splice(before, moved)))
    return tuple(edits)
