"""A module's text, for another place: its relative imports mean the same there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.source import Source, Splice, splice
from verify.movement.sources import Sources, package_of
from verify.splitting.packaging import objections

_DOTS = re.compile(r"\.(?:[\s\\]*\.)*")
_AFTER_NAME = re.compile(r"[\s\\]")
# What a package has and a module has not, and what it is a part of.
_MODULE_AGAIN = (
    '__package__ = __package__.rpartition(".")[0];'
    " __spec__.submodule_search_locations = None; del __path__"
)
_FILE_AGAIN = f'__file__ = __file__[:-{len("/__init__.py")}] + ".py"'
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def placed(data: bytes, old: str, new: str, files: Sources) -> bytes:
    """The text of the module at the path `old`, for the path `new`.

    Nothing but the dots of relative imports changes, and of those only what has to.
    `files` tell which folders are packages. Raises `SourceError` where the text does
    not parse.
    """
    before, after = _folders(old), _folders(new)
    if before == after:
        return data
    source = Source.decode(data)
    splices = []
    for node in ast.walk(source.parse()):
        if isinstance(node, ast.ImportFrom) and node.level:
            found = _DOTS.search(source.text, source.start(node))
            lead = _lead(before, node.level, after, files)
            if found is not None and lead is not None:
                text = _joined(lead, node.module, source.text[found.end() :])
                splices.append(Splice(found.start(), found.end(), text))
    return source.encode(splice(source.text, splices))


def as_stand_in(data: bytes, old: str, new: str, files: Sources) -> bytes:
    """The text of a module for the `__init__` that stands in for it a while, with no
    line changed: where it speaks of its place, with one more that makes the package
    the module that it was.

    Raises `SourceError` where the text does not parse.
    """
    source = Source.decode(data)
    tree = source.parse()
    again = _again(tree)
    if not again:
        return data
    leading = [*_leading(tree.body)]
    rest = tree.body[len(leading) :]
    number = leading[-1].end_lineno or 0 if leading else _first_line(rest[0]) - 1
    lines = _LINE.findall(source.text)
    if any(_first_line(node) <= number for node in rest):
        return placed(data, old, new, files)  # two statements on one line
    end = "\r\n" if lines[0].endswith("\r\n") else "\n"
    lines.insert(number, "; ".join(again) + end)
    return source.encode("".join(lines))


def is_module_again(data: bytes) -> bool:
    """Whether `as_stand_in` has put in its line."""
    return _MODULE_AGAIN.encode("ascii") in data


def _again(tree: ast.Module) -> list[str]:
    """What makes a package the module that it was, as far as its text can tell."""
    speaks = [*objections(tree)]
    relative = (isinstance(n, ast.ImportFrom) and n.level for n in ast.walk(tree))
    if not speaks and not any(relative):
        return []
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return [_MODULE_AGAIN, *([_FILE_AGAIN] if "__file__" in names else [])]


def _leading(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The docstring, and imports of `__future__`: nothing may stand before them."""
    for index, node in enumerate(body):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (is_future or (is_text and index == 0)):
            return
        yield node


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min((node.lineno, *(each.lineno for each in decorators)))


def _lead(
    old: tuple[str, ...], level: int, new: tuple[str, ...], files: Sources
) -> str | None:
    """What stands for `level` dots after a move from one folder to another: dots,
    with names after them where those do not do; None where they led nowhere.
    """
    if level > len(old):
        return None
    meant = old[: len(old) - level + 1]
    shared = 0
    while shared < min(len(meant), len(new)) and meant[shared] == new[shared]:
        shared += 1
    names = package_of("/".join(meant), files)
    if not names:
        return None
    if shared == len(meant) or len(meant) - shared < len(names):
        return "." * (len(new) - shared + 1) + ".".join(meant[shared:])
    return ".".join(names)


def _joined(lead: str, module: str | None, rest: str) -> str:
    named = not lead.endswith(".")
    if named and module is not None:
        return f"{lead}."
    # `from .import x` is Python, too.
    return lead if not named or _AFTER_NAME.match(rest) else f"{lead} "


def _folders(path: str) -> tuple[str, ...]:
    return tuple(path.split("/")[:-1])
