"""Whether what was made of a mutant is right, or was told of.

The function around the change runs in both worlds as a skeleton
(`verify.mutation.rehoming.skeleton`): as the mutant is, with one object on the
attribute, and as it was rewritten, with two. Rightly rewritten means: the same members
of the same owners are asked for, in the same order among everything else that the
function does, and none of an object that does not have it. So it takes Python's own
word for what a name means, and none of the tool's.

A member that is asked of the storage although only the allocator has it is no silent
miss where something was found on the way of that object: at its origin, at a line
that has a name which it was given to, or where it was asked. What is handed to code
that cannot be seen has to be told of as well, since nobody can say which of the two
is meant there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from verify.mutation.rehoming.edits import UNLISTED, Mutant
from verify.mutation.rehoming.fakes import Place, Slip, Split, World
from verify.mutation.rehoming.running import File, Program, file_of

# Runs of each function, and how many more there are until the change is reached.
SEEDS, MOST_SEEDS = 24, 200

RIGHT, REPORTED, UNREACHED = "rewritten rightly", "reported", "not reached"

_IDENTIFIER = re.compile(r"(?<![\w.])[A-Za-z_]\w*|\.[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class Judged:
    """`how` says what became of a mutant, `missed` what is wrong, empty if nothing."""

    mutant: Mutant
    how: str
    missed: str = ""


@dataclass(frozen=True, slots=True)
class Rewriting:
    """All files of a mutant, as they were rewritten, and where things were found."""

    old: Mapping[str, str]
    new: Mapping[str, str]
    found: Collection[Place]


def judge(mutant: Mutant, rewriting: Rewriting, split: Split) -> Judged:
    """Run the mutant and its rewrite beside each other."""
    files = {path: file_of(path, text) for path, text in rewriting.old.items()}
    made = {path: file_of(path, text) for path, text in rewriting.new.items()}
    for path, file in files.items():
        if len(file.functions) != len(made[path].functions):
            return Judged(mutant, "", f"{path} has other functions")
    # A member in no list may be of either object: whoever decides, guesses.
    splits = [split]
    if UNLISTED in mutant.text:
        also = Split(split.old_word, split.new_word, split.new | {UNLISTED})
        splits.append(also)
    how, reached = RIGHT, False
    for each in splits:
        before, after = Program(files, each), Program(made, each)
        for number in _functions(mutant, files[mutant.path]):
            for seed in range(MOST_SEEDS):
                if seed >= SEEDS and reached:
                    break
                old = before.run(mutant.path, number, is_split=False, seed=seed)
                new = after.run(mutant.path, number, is_split=True, seed=seed)
                reached = reached or not old.reached.isdisjoint(mutant.lines)
                missed = _missed(old, new, rewriting, each)
                if missed:
                    return Judged(mutant, "", missed)
                if new.missed or new.handed or old.events != new.events:
                    how = REPORTED
    return Judged(mutant, how if reached else UNREACHED)


def _functions(mutant: Mutant, file: File) -> list[int]:
    """The functions that a change is in, and those that call what it is in."""
    inside = {n for line in mutant.lines if (n := file.at(line)) is not None}
    names = {file.functions[n][1].name for n in inside}
    callers = {
        number
        for number, (_, node) in enumerate(file.functions)
        for name in names
        if f".{name}(" in _text(file, node.lineno, node.end_lineno or 0)
    }
    return sorted(inside | callers)


def _text(file: File, first: int, last: int) -> str:
    return "\n".join(file.text.splitlines()[first - 1 : last])


def _missed(old: World, new: World, rewriting: Rewriting, split: Split) -> str:
    """What is wrong with a run, and nothing says so; empty where nothing is."""
    for slip in new.wrong:
        return f"{slip.member} is asked of the allocator: {slip.stack[:1]}"
    back = _Back(rewriting)
    for slip in (*new.missed, *new.handed):
        if not back.is_told(slip):
            what = slip.member or "the pool, handed on"
            return f"{what} is missed without a word: {slip.origin}, {slip.stack[:1]}"
    if old.events != new.events and not _a_store_is_told(rewriting, split):
        pairs = zip(old.events, new.events, strict=False)
        first = next((pair for pair in pairs if pair[0] != pair[1]), None)
        return f"it does something else: {first}"
    return ""


def _a_store_is_told(rewriting: Rewriting, split: Split) -> bool:
    """Whether a person must look at an assignment of the attribute itself."""
    word = re.escape(split.old_word)
    stores = re.compile(rf"\.{word}\s*=[^=]|del .*\.{word}|setattr\(.*{word}")
    return any(
        stores.search(rewriting.old[path].splitlines()[line - 1])
        for path, line in rewriting.found
        if path in rewriting.old and line
    )


class _Back:
    """From places in the rewritten files to what was found in the files before."""

    def __init__(self, rewriting: Rewriting) -> None:
        self.rewriting = rewriting

    def is_told(self, slip: Slip) -> bool:
        origin = self._before(slip.origin)
        stack = [self._before(place) for place in slip.stack]
        ways = {origin, *stack, *_ways(origin, self.rewriting.old)}
        return not ways.isdisjoint(self.rewriting.found)

    def _before(self, place: Place) -> Place:
        path, line = place
        if path not in self.rewriting.old:
            return place
        old, new = (
            texts[path].splitlines()
            for texts in (self.rewriting.old, self.rewriting.new)
        )
        if len(old) == len(new):
            return place
        matcher = SequenceMatcher(None, old, new, autojunk=False)
        for _, i1, i2, j1, j2 in matcher.get_opcodes():
            if j1 < line <= j2:
                return path, min(i1 + line - j1, max(i2, i1 + 1))
        return place


def _ways(origin: Place, files: Mapping[str, str]) -> Iterator[Place]:
    """The lines of the same function that have a name to which the origin's line
    gives a value, or a name that is given one from there, and so on.
    """
    path, at = origin
    if path not in files or not at:
        return
    file = file_of(path, files[path])
    number = file.at(at)
    if number is None:
        return
    node = file.functions[number][1]
    lines = files[path].splitlines()
    span = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    carriers = _given(lines[at - 1])
    yield from (
        (path, line) for line in span if _names_it(lines[line - 1], lines[at - 1])
    )
    while True:
        more = set(carriers)
        for line in span:
            if carriers.intersection(_IDENTIFIER.findall(lines[line - 1])):
                more |= _given(lines[line - 1])
        if more == carriers:
            break
        carriers = more
    for line in span:
        if carriers.intersection(_IDENTIFIER.findall(lines[line - 1])):
            yield path, line


def _names_it(line: str, origin: str) -> bool:
    """Whether a line gives a string to a name that the origin's line reads."""
    return bool(re.search("= [\"']", line)) and not _given(line).isdisjoint(
        _IDENTIFIER.findall(origin)
    )


def _given(line: str) -> set[str]:
    """The names and attributes that a line gives a value to."""
    found = {
        *re.findall(r"(\w+) :=", line),
        *re.findall(r"for (\w+) in", line),
        *re.findall(r" as (\w+):", line),
        *re.findall(r"def \w+\((\w+)=", line),
        *re.findall(r"lambda (\w+)=", line),
    }
    before = re.match(r"\s*([\w.]+(?:, [\w.]+)*)(?:: \w+)? = ", line)
    for target in before.group(1).split(", ") if before else []:
        name = _IDENTIFIER.findall(target)
        found.update(name[-1:])
    return found
