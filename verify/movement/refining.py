"""The lines that are the same inside statements that are not.

Only to show a reviewer the lines that differ, as a line-by-line comparison of
two counterparts would: nothing is called moved on these grounds.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from verify.movement.aligning import Pairs, align, rising
from verify.movement.atoms import PLACE, Atom
from verify.movement.comparing import Comparison, Gap, gaps
from verify.movement.ledger import Ledger
from verify.movement.settling import Settling
from verify.movement.tokens import Token, tokens_of

_MOST = 400_000  # pairs of tokens to compare at once
_FAR = 1 << 60


def refine(made: Comparison, settling: Settling) -> None:
    """Settle the lines that are equal and in the same order in each gap."""
    for gap in made.gaps:
        for part in _parts(gap, settling):
            _refine(part.old, part.new, made.shift, settling)


def _parts(gap: Gap, settling: Settling) -> Iterator[Gap]:
    """What stands between the atoms of a gap of which it is known what they became:
    nothing may slip past them.
    """
    places = {atom: j for j, atom in enumerate(gap.new)}
    pairs: Pairs = []
    for i, atom in enumerate(gap.old):
        other = settling.partners.get(atom) or settling.edited.get(atom)
        if other in places:
            pairs.append((i, places[other]))
    return gaps(gap.old, gap.new, rising(pairs))


def refine_gap(old: list[Atom], new: list[Atom], settling: Settling) -> None:
    """The same for atoms that begin at different columns."""
    _refine(old, new, new[0].column - old[0].column, settling)


def _refine(old: list[Atom], new: list[Atom], shift: int, settling: Settling) -> None:
    # What was refined before is done with: to line up what is left of it again
    # would lose the order of its lines.
    old = [atom for atom in old if _is_whole(atom, settling.books[0])]
    new = [atom for atom in new if _is_whole(atom, settling.books[1])]
    if not old or not new:
        return
    a = _lines(old, shift, is_new=False)
    b = _lines(new, shift, is_new=True)
    pairs = align([line.key for line in a], [line.key for line in b])
    for i, j in pairs:
        x, y = a[i], b[j]
        settling.show([(x.atom, y.atom)], [x.place], [y.place])
    anchors = [(a[i].number, b[j].number) for i, j in pairs]
    _reflow(old, new, shift, settling, anchors)


def _reflow(
    old: list[Atom],
    new: list[Atom],
    shift: int,
    settling: Settling,
    anchors: Pairs,
) -> None:
    """Settle the lines whose tokens are the same, only broken elsewhere.

    A line counts only with all the lines that share tokens with it, on both
    sides: none of them may have a token that the other side lacks.
    """
    a = _open_tokens(old, settling.books[0])
    b = _open_tokens(new, settling.books[1])
    for (i, j), (k, m) in pairwise([(0, 0), *anchors, (_FAR, _FAR)]):
        x = [token for token in a if i < token.last and token.first < k]
        y = [token for token in b if j < token.last and token.first < m]
        if not x or not y or len(x) * len(y) > _MOST:
            continue
        same = _same_lines(x, y, shift)
        if not same[0] and not same[1]:
            continue
        around = [
            [atom for atom in atoms if not lines.isdisjoint(atom.lines)]
            for atoms, lines in zip((old, new), same, strict=True)
        ]
        paths = old[0].path, new[0].path
        settling.show(
            [(around[0][0], around[1][0]), (around[0][-1], around[1][-1])],
            [(paths[0], n) for n in same[0]],
            [(paths[1], n) for n in same[1]],
        )


def _open_tokens(atoms: list[Atom], ledger: Ledger) -> list[Token]:
    return [
        token
        for atom in atoms
        for token in tokens_of(atom)
        if not ledger.open[atom.path].isdisjoint(_span(token))
    ]


def _is_whole(atom: Atom, ledger: Ledger) -> bool:
    """Whether no line of an atom is accounted for yet."""
    if atom.kind == PLACE:
        return False
    entered = ledger.entered[atom.path].intersection(atom.lines)
    return bool(entered) and entered <= ledger.open[atom.path]


def _same_lines(
    x: list[Token], y: list[Token], shift: int
) -> tuple[set[int], set[int]]:
    pairs = align(
        [(t.text, t.column) for t in x],
        [(t.text, None if t.column is None else t.column - shift) for t in y],
    )
    bad = (
        _lines_without({i for i, _ in pairs}, x),
        _lines_without({j for _, j in pairs}, y),
    )
    before = -1, -1
    while before != (len(bad[0]), len(bad[1])):
        before = len(bad[0]), len(bad[1])
        for i, j in pairs:
            lines = _span(x[i]), _span(y[j])
            if lines[0] & bad[0] or lines[1] & bad[1]:
                bad[0].update(lines[0])
                bad[1].update(lines[1])
    return (
        {n for i, _ in pairs for n in _span(x[i])} - bad[0],
        {n for _, j in pairs for n in _span(y[j])} - bad[1],
    )


def _lines_without(matched: set[int], tokens: list[Token]) -> set[int]:
    rest = (t for i, t in enumerate(tokens) if i not in matched)
    return {n for token in rest for n in _span(token)}


def _span(token: Token) -> set[int]:
    return set(range(token.first, token.last + 1))


@dataclass(frozen=True, slots=True)
class _Line:
    key: object
    atom: Atom
    number: int

    @property
    def place(self) -> tuple[str, int]:
        return self.atom.path, self.number


def _lines(atoms: list[Atom], shift: int, *, is_new: bool) -> list[_Line]:
    found: list[_Line] = []
    for atom in atoms:
        has_string = _has_long_string(atom)
        if shift and has_string:
            continue
        blank: list[str] = []  # in a string they count, and are in no book
        for number in atom.lines:
            line = atom.module.lines[number - 1]
            if not has_string:
                line = line.expandtabs(8).rstrip()
            if not line.strip():
                blank.append(line if has_string else "")
                continue
            column = len(line) - len(line.lstrip()) - shift * is_new
            above = tuple(blank) if has_string else ()
            found.append(_Line((column, line.lstrip(), above), atom, number))
            blank = []
    return found


def _has_long_string(atom: Atom) -> bool:
    """Whether an atom has a string over several lines, whose blanks count."""
    return any(
        isinstance(node, (ast.Constant, ast.JoinedStr))
        and node.lineno != node.end_lineno
        for outer in atom.nodes
        for node in ast.walk(outer)
    )
