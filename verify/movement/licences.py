"""Licences that went along with code: a file that gets some begins as its source does.

The only text that is explained by a copy, for it says whose the code is and does
nothing. It has to stand at the beginning of both files, word for word.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from verify.movement.atoms import COMMENT, STATEMENT, Atom
from verify.movement.definitions import Module
from verify.movement.imports import Uses
from verify.movement.prints import Side
from verify.movement.settling import Settling

_LICENCE = re.compile(r"copyright|licen[cs]ed? under|spdx-license", re.IGNORECASE)


def settle_licences(
    sides: tuple[Side, Side], uses: Iterable[Uses], settling: Settling
) -> None:
    """Settle the licences that files begin with to which code of such files moved."""
    book = settling.books[1]
    for old, new in {(use.old, use.new) for use in uses}:
        there = _runs(sides[0], old)
        for keys, atoms in _runs(sides[1], new).items():
            is_open = all(book.is_open(atom) for atom in atoms)
            if is_open and keys in there and _LICENCE.search(_text(atoms)):
                for atom in atoms:
                    book.settle_atom(atom, "licence")


_Runs = dict[tuple[object, ...], list[Atom]]


def _runs(side: Side, module: Module) -> _Runs:
    """The comments and texts that a file begins with: each run of comments is one."""
    found: _Runs = {}
    run: list[Atom] = []
    for atom in _head(side, module):
        follows = run and run[-1].last + 1 == atom.first
        if atom.kind != COMMENT or not follows or run[-1].kind != COMMENT:
            run = []
        run.append(atom)
        found[tuple(each.key for each in run)] = list(run)
        if run[:-1]:
            del found[tuple(each.key for each in run[:-1])]
    return found


def _head(side: Side, module: Module) -> Iterator[Atom]:
    for atom in side.atoms(module.root):
        node = atom.nodes[0] if len(atom.nodes) == 1 else None
        value = node.value if isinstance(node, ast.Expr) else None
        is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if atom.kind == COMMENT or (atom.kind == STATEMENT and is_text):
            yield atom
        elif not is_future:
            return


def _text(atoms: Iterable[Atom]) -> str:
    return "\n".join(line for atom in atoms for line in atom.text)
