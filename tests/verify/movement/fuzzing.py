"""Moves with one slip each, by seed, and what of them the search explains wrongly.

By hand: `python -m tests.verify.movement.fuzzing --seed 1 --number 1000`.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff
from random import Random

from tests.verify.movement.material import from_library, generated
from tests.verify.movement.movements import seen
from tests.verify.movement.refactorings import REFACTORINGS, Made, Texts, functions
from tests.verify.movement.slips import SLIPS, Place, Slip
from verify.memory import collect_rarely
from verify.movement.answer import Movement
from verify.movement.definitions import split_lines

_AROUND = 4  # lines shown about one that is left to read
_TRIES = 10_000
_INIT = {"p/__init__.py": ""}


@dataclass(frozen=True)
class Case:
    """A move, and the same with a slip."""

    refactoring: str
    slip: str
    made: Made
    slipped: Slip


def kinds() -> list[tuple[str, str]]:
    """Every move with every slip that there can be in it."""
    every = [(move, slip) for move in REFACTORINGS for slip in SLIPS]
    return [k for k in every if k[1] != "across" or k[0].startswith("extracted")]


def cases(seed: int, number: int, *, library: bool = False) -> Iterator[Case]:
    """As many cases as are asked for, of each kind in its turn."""
    random = Random(seed)
    every = kinds()
    for index in range(number):
        yield _case(random, *every[index % len(every)], library=library)


def _case(random: Random, refactoring: str, slip: str, *, library: bool) -> Case:
    """One case; material on which it is not possible is passed over.

    Raises RuntimeError where no material is found.
    """
    for _ in range(_TRIES):
        text = from_library(random) if library else generated(random)
        made = REFACTORINGS[refactoring](text, random)
        if made is None:
            continue
        made = replace(made, base=_INIT | made.base, head=_INIT | made.head)
        for _ in range(3):
            slipped = _slipped(made, slip, random)
            if slipped is not None:
                return Case(refactoring, slip, made, slipped)
    raise RuntimeError(f"no material for {refactoring}, {slip}")


def _slipped(made: Made, slip: str, random: Random) -> Slip | None:
    places = [
        Place(made, path, text, function, random)
        for path, text in sorted(made.head.items())
        for function in functions(ast.parse(text))
        if function.name in made.touched
    ]
    if not places:
        return None
    slipped = SLIPS[slip](random.choice(places))
    if slipped is None:
        return None
    try:
        trees = [_dumped(head) for head in (made.head, slipped.head)]
    except SyntaxError:
        return None
    return slipped if trees[0] != trees[1] else None


def _dumped(head: Texts) -> dict[str, str]:
    return {path: ast.dump(ast.parse(text)) for path, text in head.items()}


def wrong(case: Case) -> str:
    """What is explained that is not so; empty where nothing is."""
    base, clean, head = case.made.base, case.made.head, case.slipped.head
    before, after = seen(base, clean), seen(base, head)
    told = _read(before, base, clean) != _read(after, base, head)
    if not told and not case.slipped.either:
        return "what is left to read does not tell of it"
    texts = _lines(base), _lines(clean), _lines(head)
    left = _left(after, base, head)
    for line in (texts[2] - texts[1]) + (texts[1] - texts[2]):
        if left[1][line] < texts[2][line] - texts[0][line]:
            return f"the new line {line!r} is explained by nothing"
        was = _left(before, base, clean)[0][line]
        if texts[1][line] <= texts[0][line] and line in texts[0]:
            less = texts[1][line] - texts[2][line]
            if left[0][line] < min(was + less, texts[0][line] - texts[2][line]):
                return f"the old line {line!r} is explained by nothing"
    either = case.slipped.either
    # What was adapted is another line on the old side.
    known = texts[0].keys() - _left(before, base, clean)[1].keys()
    if either and not any(
        all(left[1][n] and (left[0][n] or n not in known) for n in group)
        for group in either
    ):
        return f"none of {[sorted(group) for group in either]} is left to read"
    return ""


def _read(movement: Movement, base: Texts, head: Texts) -> list[list[str]]:
    return [
        [f"{path} {line}" for path, line in side]
        for side in _sides(movement, base, head)
    ]


def _left(movement: Movement, base: Texts, head: Texts) -> list[Counter[str]]:
    return [
        Counter(line.strip() for _, line in side)
        for side in _sides(movement, base, head)
    ]


def _sides(
    movement: Movement, base: Texts, head: Texts
) -> Iterator[list[tuple[str, str]]]:
    for lines, texts in ((movement.removed, base), (movement.added, head)):
        yield [
            (path, split_lines(texts[path])[n - 1])
            for path in sorted(lines)
            for n in sorted(lines[path])
        ]


def _lines(texts: Texts) -> Counter[str]:
    return Counter(
        line.strip()
        for text in texts.values()
        for line in split_lines(text)
        if line.strip()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=1000)
    parser.add_argument("--library", action="store_true")
    parser.add_argument("--show", type=int, default=-1, help="the case to print")
    options = parser.parse_args()
    collect_rarely()
    bad: Counter[str] = Counter()
    found = cases(options.seed, options.number, library=options.library)
    for index, case in enumerate(found):
        if options.show >= 0 and index != options.show:
            continue
        reason = wrong(case)
        if index == options.show:
            _show(case)
        if reason:
            bad[f"{case.refactoring} / {case.slip}"] += 1
            _say(f"{index}: {case.refactoring}, {case.slip}: {reason}")
    _say(f"{options.number} cases, {bad.total()} explained wrongly: {dict(bad)}")


def _show(case: Case) -> None:
    """Print the residual, each line with its neighbours, and the slip."""
    base, head = case.made.base, case.slipped.head
    movement = seen(base, head)
    for sign, texts, lines in (
        ("-", base, movement.removed),
        ("+", head, movement.added),
    ):
        for path, text in texts.items():
            left = lines.get(path, frozenset())
            _say(f"{sign * 3} {path}")
            for number, line in enumerate(split_lines(text), 1):
                if any(abs(number - other) < _AROUND for other in left):
                    mark = sign if number in left else " "
                    _say(f"{mark}{number:4} {line}")
    for path, text in case.made.head.items():
        _say(f"=== the slip in {path}")
        both = text.splitlines(), head.get(path, "").splitlines()
        _say("\n".join(unified_diff(*both, lineterm="", n=8)))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
