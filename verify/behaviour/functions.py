"""The functions of the code under comparison, to tell which of them never ran."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from verify.sides.errors import SideError
from verify.sides.side import Side

_LEFT_OUT = frozenset({"site-packages", "dist-packages", "__pycache__", "node_modules"})
_MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True, order=True)
class Function:
    """A function or method: its file in the side, its first line (that of the first
    decorator), its name with those of what it stands in, and the line of its `def`.
    """

    path: str
    line: int
    name: str
    def_line: int

    @property
    def lines(self) -> range:
        """Where its code may say that it begins: some tools drop decorators."""
        return range(self.line, self.def_line + 1)


def files_of_modules(side: Side, names: Iterable[str]) -> list[Path]:
    """The files of modules, and of packages with all that is in them, on a side."""
    found: set[Path] = set()
    for name in names:
        parts = name.split(".")
        for root in side.roots:
            place = root.joinpath(*parts)
            found.update(place.rglob("*.py") if place.is_dir() else ())
            module = place.with_name(f"{parts[-1]}.py")
            found.update([module] if module.is_file() else [])
    return sorted(found)


def files_that_differ(base: Side, head: Side) -> tuple[list[Path], list[Path]]:
    """The Python files of each side that the other has not, or not the same.

    Tests are left out: they exercise, and are not what is exercised.
    """
    theirs, ours = _sources(base), _sources(head)
    both = {*theirs} & {*ours}
    same = {path for path in both if _same(theirs[path], ours[path])}
    return (
        [theirs[path] for path in sorted({*theirs} - same)],
        [ours[path] for path in sorted({*ours} - same)],
    )


def _same(one: Path, other: Path) -> bool:
    content = _content(one)
    return content is not None and content == _content(other)


def _sources(side: Side) -> dict[str, Path]:
    return {path.relative_to(side.folder).as_posix(): path for path in _walk(side)}


def _walk(side: Side) -> Iterator[Path]:
    folders = [side.folder]
    while folders:
        for entry in _entries(folders.pop()):
            hidden = entry.name.startswith(".") or entry.name in _LEFT_OUT
            if hidden or entry.is_symlink() or _is_test(entry.name):
                continue
            if entry.is_dir() and not (entry / "pyvenv.cfg").exists():
                folders.append(entry)
            elif entry.suffix == ".py" and _is_short_file(entry):
                yield entry


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        reason = error.strerror or str(error)
        raise SideError(f"{str(folder)!r} cannot be read: {reason}") from None


def _is_short_file(path: Path) -> bool:
    return path.is_file() and path.stat().st_size < _MOST_BYTES


def _is_test(name: str) -> bool:
    return name in ("tests", "test", "testing", "conftest.py") or name.startswith(
        "test_"
    )


def _content(path: Path) -> bytes | None:
    """What stands in a file; None, which is like nothing else, if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def functions_in(side: Side, files: Sequence[Path]) -> list[Function]:
    """Every function of some files of a side, sorted; those that parse."""
    found: list[Function] = []
    for path in files:
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue
        shown = path.relative_to(side.folder.resolve()).as_posix()
        found += _functions(tree, shown, "")
    return sorted(found)


def _functions(tree: ast.AST, path: str, above: str) -> Iterator[Function]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = f"{above}{node.name}"
            lines = [node.lineno, *(each.lineno for each in node.decorator_list)]
            if not _is_bare(node):
                yield Function(path, min(lines), name, node.lineno)
            yield from _functions(node, path, f"{name}.")
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, path, f"{above}{node.name}.")
        else:
            yield from _functions(node, path, above)


def _is_bare(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether it does nothing: a declaration for a protocol or a type checker."""
    return all(
        isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        for each in node.body
    )
