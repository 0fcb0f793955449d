"""What a migration leaves undone in a whole tree: imports that fail, old names.

An old release is taken as the code of a user: it is rewritten for the names of a newer
one, and every import of the package in it is looked up in the newer one, before and
after. Imports that fail in the older one as well say nothing, and are left out.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from codemods.home import home_of
from codemods.name import Name
from codemods.namemap import NameMap
from codemods.rewrite import Options
from codemods.runner import Report, run
from codemods.source import Source, SourceError
from codemods.texts import search
from verify.resolve import ImportedName, Resolution, SourceTree, imports_of


@dataclass(frozen=True, slots=True, order=True)
class Failing:
    """An import that the newer release cannot serve, or of which that is not known."""

    path: str
    line: int
    name: str
    answer: Resolution

    @property
    def key(self) -> tuple[str, str]:
        """The same import, wherever it stands in its file."""
        return self.path, self.name


@dataclass(frozen=True, slots=True, order=True)
class OldName:
    """A place that has an old name after the migration; `new` is empty where only a
    person can tell, and `why` says why it is still there.
    """

    path: str
    line: int
    column: int
    old: str
    new: str
    why: str


@dataclass(frozen=True)
class Upgrade:
    """What became of a tree. `imports` counts those that were looked up, `before` and
    `after` are those that fail in the newer release, `again` is a second run.
    """

    imports: int
    report: Report
    again: Report
    before: tuple[Failing, ...]
    after: tuple[Failing, ...]
    left: tuple[OldName, ...]

    @cached_property
    def mended(self) -> tuple[Failing, ...]:
        """Failed before, and no longer."""
        still = {each.key for each in self.after}
        return tuple(each for each in self.before if each.key not in still)

    @cached_property
    def broken(self) -> tuple[Failing, ...]:
        """Fail now, and did not before."""
        known = {each.key for each in self.before}
        return tuple(each for each in self.after if each.key not in known)

    def of(self, names: Iterable[Name]) -> tuple[Failing, ...]:
        """Those that fail still, on account of one of these names."""
        lost = {name.dotted for name in names}
        return tuple(e for e in self.after if _is_under(e.name.replace(":", "."), lost))

    def is_clean(self, names: Iterable[Name]) -> bool:
        """Whether all that has to do with some names is done, and nothing else hurt."""
        return not (self.broken or self.again.changed or self.of(names))


def _is_under(path: str, lost: Collection[str]) -> bool:
    return any(f"{path}.".startswith(f"{each}.") for each in lost)


def upgrade(tree: Path, names: NameMap, older: Path, newer: Path) -> Upgrade:
    """Rewrite `tree`, a copy of the release at `older`, for the one at `newer`.

    Writes below `tree` only.
    """
    tree = tree.resolve()
    release = SourceTree(newer)
    imports = {path: list(_imports_of(path, tree, names)) for path in _python_in(tree)}
    hopeless = {each.key for each in _failing(imports, SourceTree(older))}
    before = _failing(imports, release)
    options = Options(text=True)
    report = run([tree], names, options=options, jobs=None, write=True)
    for changed in report.changed:
        path = Path(changed.path).resolve()
        if path.suffix == ".py":
            imports[path] = list(_imports_of(path, tree, names))
    after = _failing(imports, release)
    again = run([tree], names, options=options, jobs=None, write=False)
    left = tuple(sorted(old_names(tree, names)))
    before = tuple(each for each in before if each.key not in hopeless)
    after = tuple(each for each in after if each.key not in hopeless)
    count = sum(map(len, imports.values()))
    return Upgrade(count, report, again, before, after, left)


_Imports = Mapping[Path, "list[tuple[str, int, ImportedName]]"]


def _failing(imports: _Imports, release: SourceTree) -> tuple[Failing, ...]:
    """The imports that a release is not known to serve."""
    found = []
    for path, line, name in chain.from_iterable(imports.values()):
        answer = release.resolves(name)
        if answer is not Resolution.FOUND:
            found.append(Failing(path, line, str(name), answer))
    return tuple(sorted(found))


def _imports_of(
    path: Path, tree: Path, names: NameMap
) -> Iterator[tuple[str, int, ImportedName]]:
    shown = path.relative_to(tree).as_posix()
    home = home_of(path, names.packages)
    for name, line in imports_of(path.read_bytes(), home).items():
        if name.module.partition(".")[0] in names.packages:
            yield shown, line, name


def _python_in(tree: Path) -> Iterator[Path]:
    for path in sorted(tree.rglob("*.py")):
        if path.is_file() and not path.is_symlink():
            yield path


def old_names(tree: Path, names: NameMap) -> Iterator[OldName]:
    """Every place below a folder that has an old path, or an attribute that moved."""
    attributes = {each.old: each.new for each in names.rehomed}
    for path in sorted(tree.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        data = path.read_bytes()
        shown = path.relative_to(tree).as_posix()
        if names.mentioned(data):
            yield from _spelled(shown, data, names)
        if path.suffix == ".py" and any(each.encode() in data for each in attributes):
            yield from _attributes(shown, data, attributes)


def _spelled(path: str, data: bytes, names: NameMap) -> Iterator[OldName]:
    text = data.decode("utf-8", "replace")
    for hit in search(text, names):
        line = text.count("\n", 0, hit.start) + 1
        column = hit.start - text.rfind("\n", 0, hit.start)
        new = hit.gone or hit.hint or hit.new or ""
        yield OldName(path, line, column, hit.old, new, hit.why or "spelled out")


def _attributes(
    path: str, data: bytes, attributes: dict[str, str]
) -> Iterator[OldName]:
    try:
        tree = Source.decode(data).parse()
    except SourceError as error:
        yield OldName(path, error.line, 1, "", "", f"does not parse: {error.message}")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for node in ast.walk(tree):
            old = _attribute(node)
            if old in attributes and isinstance(node, ast.expr):
                place = node.end_lineno or node.lineno, node.col_offset + 1
                why = "an attribute that kept its name here"
                yield OldName(path, *place, old, attributes[old], why)


def _attribute(node: ast.AST) -> str:
    """The attribute that an expression names, by itself or for `getattr`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ""
