"""Whether what was said of a mutant is enough."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from codemods.source import Source
from verify.movement.engine import Match
from verify.movement.verdicts import Likeness
from verify.mutation.code import Change
from verify.mutation.mutant import NOTE, OTHER, UNDECIDED, Judged, Mutant

# What these change can be seen by code that looks for it: a note is enough.
_NOTED = frozenset({"annotations_kept"})


def is_clean(match: Match) -> bool:
    """Whether a move is reported as one that a reviewer need not look at."""
    doubts = [each for each in match.differences if not each.is_note]
    return match.verdict is not Likeness.EDITED and not doubts


def lines_of(source: Source, change: Change) -> set[int]:
    """The lines that a change writes, as the changed file counts them."""
    found: set[int] = set()
    shift = 0
    for part in sorted(change):
        first, column = source.place(part.start)
        first += shift
        last = first + part.text.count("\n")
        replaced = source.text[part.start : part.end]
        is_whole = column == 1 and replaced.endswith("\n")
        if is_whole and (not part.text or part.text.endswith("\n")):
            last -= 1
        found.update(range(first, last + 1))
        shift += part.text.count("\n") - replaced.count("\n")
    return found


def are_imports(change: Change) -> bool:
    """Whether a change writes import statements alone, of which none binds a name
    anew that another one binds; `import a.b` and `import a.c` give the same `a`."""
    given: list[str] = []
    packages: set[str] = set()
    for part in change:
        for node in ast.parse(part.text.strip()).body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                return False
            for alias in node.names:
                if isinstance(node, ast.Import) and alias.asname is None:
                    packages.add(alias.name.partition(".")[0])
                else:
                    given.append(alias.asname or alias.name)
    return len(set(given)) == len(given) and packages.isdisjoint(given)


def not_blank(lines: list[str], number: int) -> int:
    """A line, or the next one that is not blank: no book has lines that are, so
    that a change of one within a string is shown at the line below."""
    while number < len(lines) and not lines[number - 1].strip():
        number += 1
    return number


def whole_lines(text: str, start: int, end: int) -> list[str]:
    """The lines that a part of a text lies on, but for blank ones."""
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end) if not text[start:end].endswith("\n") else end
    lines = text[first : len(text) if last < 0 else last].splitlines()
    return [line for line in lines if line.strip()]


def judged_by_name(mutant: Mutant, matches: Sequence[Match]) -> Judged:
    """Whether in each of the moves a finding names what means another thing.

    What is in a file that moved as it is, is told of with the file.
    """
    told = {match.old.dotted: match for match in matches}
    how = ""
    for dotted in sorted(mutant.inside):
        match = told.get(dotted) or told.get(dotted.rpartition(".")[0])
        if match is None:
            return Judged(mutant, f"{dotted} is not told as a move")
        naming = [
            d
            for d in match.differences
            if mutant.name in ("", d.name, d.name.partition(".")[0])
            and (not d.is_note or mutant.kind in _NOTED)
        ]
        if not naming:
            said = f"{match.old.dotted} is called {match.verdict.value}"
            return Judged(mutant, f"{said}, and nothing names {mutant.name!r}")
        decided = any(not d.undecided and not d.is_note for d in naming)
        doubted = any(d.undecided for d in naming)
        how = OTHER if decided else UNDECIDED if doubted else NOTE
    return Judged(mutant, "", how)
