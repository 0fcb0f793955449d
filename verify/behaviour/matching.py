"""Which test of the head is which of the base: by id, by file, by name."""

from __future__ import annotations

import ast
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path, PurePosixPath
from shutil import copyfile

from verify.gitprocess import GitError, decode, differences_of_folders
from verify.sides.side import Side

_SEPARATOR = "::"
# As git's own for renamed files.
_LIKENESS = 0.5


def pairs(
    base: Side, head: Side, theirs: Iterable[str], ours: Iterable[str]
) -> dict[str, str]:
    """The id on the head of each test of the base that is still there.

    An id that both have is one test. Of the others, those are paired whose file git
    takes for renamed; then those whose name, with its class and its parameters, is the
    only one of that name which is left on either side, if their code is alike: another
    test may well be called `test_basic` too.
    """
    there, here = set(theirs), set(ours)
    found = {name: name for name in there & here}
    gone, new = there - here, here - there
    if gone and new:
        renamed = renamed_files(base, head, _files(gone), _files(new))
        for name in sorted(gone):
            file, _, rest = name.partition(_SEPARATOR)
            now = f"{renamed.get(file, file)}{_SEPARATOR}{rest}"
            if now in new:
                found[name] = now
    gone, new = gone - {*found}, new - {*found.values()}
    for name, now in _by_name(gone, new).items():
        if _alike(_code(base.folder, name), _code(head.folder, now)):
            found[name] = now
    return found


def _files(names: Iterable[str]) -> set[str]:
    return {name.partition(_SEPARATOR)[0] for name in names}


def _by_name(gone: set[str], new: set[str]) -> dict[str, str]:
    """Pair what has a name that stands once among the gone and once among the new."""
    named = [{name: _name(name) for name in each} for each in (gone, new)]
    counts = [Counter(each.values()) for each in named]
    where = {short: name for name, short in named[1].items()}
    return {
        name: where[short]
        for name, short in named[0].items()
        if counts[0][short] == counts[1][short] == 1
    }


def _name(name: str) -> str:
    return name.partition(_SEPARATOR)[2]


def _alike(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether two tests have most of their lines in common, as renamed files have."""
    if not old or not new:
        return False
    return SequenceMatcher(None, old, new, autojunk=False).ratio() >= _LIKENESS


def _code(folder: Path, name: str) -> tuple[str, ...]:
    """The lines of a test, or of its class where that inherits it; none if unknown."""
    path, *names = name.partition("[")[0].split(_SEPARATOR)
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts:
        return ()
    try:
        lines, node = _parsed(folder / parts)
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()
    for each in names:
        inner = [n for n in getattr(node, "body", ()) if getattr(n, "name", "") == each]
        node = inner[-1] if inner else node
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return ()
    found = lines[node.lineno - 1 : node.end_lineno]
    return tuple(line.strip() for line in found if line.strip())


@cache
def _parsed(path: Path) -> tuple[list[str], ast.AST]:
    content = path.read_bytes()
    return content.decode("utf-8", "replace").splitlines(), ast.parse(content)


def renamed_files(
    base: Side, head: Side, old: Iterable[str], new: Iterable[str]
) -> dict[str, str]:
    """What git takes for the new paths of files that are gone, by their content."""
    with tempfile.TemporaryDirectory(dir=base.scratch) as scratch:
        folder = Path(scratch)
        for name, side, paths in (("a", base, old), ("b", head, new)):
            _gather(side.folder, folder / name, paths)
        try:
            told = differences_of_folders(folder, "a", "b")
        except GitError:
            return {}  # then names alone have to do
    fields = decode(told).split("\0")
    renamed: dict[str, str] = {}
    position = 0
    while position < len(fields) - 1:
        status = fields[position]
        if status.startswith("R"):
            before, after = fields[position + 1 : position + 3]
            renamed[before.removeprefix("a/")] = after.removeprefix("b/")
        position += 3 if status[:1] in ("R", "C") else 2
    return renamed


def _gather(folder: Path, into: Path, paths: Iterable[str]) -> None:
    into.mkdir()
    for path in paths:
        parts = PurePosixPath(path)
        source = folder / parts
        if parts.is_absolute() or ".." in parts.parts or not source.is_file():
            continue
        target = into / parts
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(source, target)
