"""Conditions that hold nothing but imports, and went along with them.

One for one: a condition that was copied is left to read, unless it is that only a type
checker reads what it holds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from codemods.draft import inner_blocks
from verify.movement.atoms import HEAD, Atom
from verify.movement.definitions import FILE
from verify.movement.imports import Uses, names_used
from verify.movement.prints import Side
from verify.movement.settling import Settling


def settle_guards(
    sides: tuple[Side, Side], uses: Iterable[Uses], settling: Settling
) -> list[Uses]:
    """Settle the conditions around imports that are settled; returns the names
    that they use, for the imports of these.
    """
    ways = {(use.old.path, use.new.path) for use in uses}
    new = list(_guards(sides[1], 1, settling))
    found: list[Uses] = []
    for old in _guards(sides[0], 0, settling):
        for other in new:
            if (old.path, other.path) in ways and old.key == other.key:
                settling.settle(old, other, "import")
                names = names_used([_test(old)], [_test(other)])
                found.append(Uses(old.module, other.module, names, ""))
                new.remove(other)
                break
    for other in filter(_is_for_types, new):
        for path in sorted(old for old, there in ways if there == other.path):
            module = sides[0].modules[path]
            if any(_same(other, atom) for atom in sides[0].atoms(module.root)):
                settling.books[1].settle_atom(other, "import")
                found.append(Uses(module, other.module, names_used([_test(other)]), ""))
                break
    return found


def _same(atom: Atom, other: Atom) -> bool:
    return other.kind == HEAD and atom.key == other.key


def _is_for_types(atom: Atom) -> bool:
    """Whether a condition is `TYPE_CHECKING`, which is false whenever it is run."""
    test, node = _test(atom), atom.nodes[0]
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING" and not getattr(node, "orelse", ())


def _guards(side: Side, which: int, settling: Settling) -> Iterator[Atom]:
    book = settling.books[which]
    for module in side.modules.values():
        if not book.open[module.path]:
            continue
        for atom in side.atoms(module.root):
            is_open = atom.kind == HEAD and book.is_open(atom)
            if is_open and atom.owner.kind == FILE and _holds_imports(atom):
                node = atom.nodes[0]
                assert isinstance(node, ast.If)
                lines = range(node.body[0].lineno, (node.end_lineno or 0) + 1)
                if book.open[module.path].isdisjoint(lines):
                    yield atom


def _holds_imports(atom: Atom) -> bool:
    node = atom.nodes[0]
    return isinstance(node, ast.If) and all(
        isinstance(statement, (ast.Import, ast.ImportFrom))
        for block in inner_blocks(node)
        for statement in block
    )


def _test(atom: Atom) -> ast.expr:
    node = atom.nodes[0]
    assert isinstance(node, ast.If)
    return node.test
