"""What a new file begins with: whose it is, what it is for, what it takes from
`__future__`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from codemods.moving.module import ModuleText, is_types_block
from codemods.source import Source
from verify.splitting.inventory import Inventory, Unit, text_of
from verify.splitting.schema import File

# Stricter than a licence's name, which code may speak of.
_LICENCE = re.compile(r"copyright|spdx-licen[cs]e|licensed under", re.IGNORECASE)
_OF_THE_FILE = re.compile(r"#!|#.*coding[:=]")


def heading_of(file: File, inventory: Inventory) -> str:
    """The text of a new file before anything moves into it, with `\\n` at line ends."""
    docstring = file.docstring
    header = file.header
    if header is None:
        header = licence_comment(inventory.source)
        docstring = joined(docstring, licence_string(inventory.tree))
    parts = [header.strip("\n")] if header.strip() else []
    parts += [f'"""{docstring}"""'] if docstring else []
    futures = [] if not _has_annotations(file, inventory) else ["annotations"]
    futures += [name for name in _futures(inventory.tree) if name != "annotations"]
    if futures:
        parts.append(f"from __future__ import {', '.join(futures)}")
    return "\n\n".join((*parts, "")) if parts else ""


def with_one_line_below_imports(module: ModuleText) -> str:
    """The text of a new file, without the second empty line below its imports where
    no definition follows: so formatters have it.
    """
    text = module.source.text
    above = None
    for piece in module.pieces:
        node = piece.node
        is_text = node is not None and text_of(node) is not None
        if piece.is_import or is_types_block(node) or is_text:
            above = piece
            continue
        if above is None or (piece.is_comment and piece.first == 1):
            continue
        if piece.is_definition or piece.gap != 2:
            return text
        start = module.source.offset(piece.first - 1, 0)
        return text[:start] + text[module.source.offset(piece.first, 0) :]
    return text


def joined(docstring: str, licence: str) -> str:
    """A docstring that has a licence below it."""
    if not docstring or not licence:
        return docstring or licence
    return f"{docstring.rstrip()}\n{licence}"


def licence_comment(source: Source) -> str:
    """The comment that a file begins with, where it says whose the file is."""
    lines = []
    for line in re.split(r"\r\n|\r|\n", source.text):
        if not line.startswith("#"):
            break
        if not _OF_THE_FILE.match(line):
            lines.append(line)
    text = "\n".join(lines)
    return f"{text}\n" if _LICENCE.search(text) else ""


def licence_string(tree: ast.Module) -> str:
    """The string among those that a module begins with that says whose it is."""
    for node in tree.body:
        text = text_of(node)
        if text is not None:
            if _LICENCE.search(text) and '"""' not in text and "\\" not in text:
                return text
        elif not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
    return ""


def _futures(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            yield from (alias.name for alias in node.names)


def _has_annotations(file: File, inventory: Inventory) -> bool:
    """Whether what goes to a file, or may go along, has annotations."""
    if "annotations" not in set(_futures(inventory.tree)):
        return False
    return any(
        getattr(node, "annotation", None) is not None
        or getattr(node, "returns", None) is not None
        for unit in _reached(file, inventory)
        for statement in unit.statements
        for node in ast.walk(statement)
    )


def _reached(file: File, inventory: Inventory) -> set[Unit]:
    """What is named, and all that it uses."""
    found: set[Unit] = set()
    todo = [inventory.units[name] for name in file.symbols]
    while todo:
        unit = todo.pop()
        if unit not in found:
            found.add(unit)
            todo += [inventory.units[n] for n in unit.uses & inventory.units.keys()]
    return found
