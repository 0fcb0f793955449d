"""Which definition of the base is which of the head.

Each has at most one counterpart. Equal code in its place comes first, then
equal code anywhere, then the same name in its place, then what is most alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from verify.movement.definitions import ASSIGNMENT, CLASS, FILE, Definition
from verify.movement.prints import Side, tidied

FILE_LIKENESS = 0.5
_LIKENESS = 0.5
_LIKENESS_OF_NAMESAKES = 0.25
_IN_PLACE = 0.35
_SMALL = 40  # characters, without names


@dataclass(eq=False)
class Matches:
    """Counterparts, both ways, and which file became which."""

    of_old: dict[Definition, Definition] = field(default_factory=dict)
    of_new: dict[Definition, Definition] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def add(self, old: Definition, new: Definition) -> None:
        self.of_old[old] = new
        self.of_new[new] = old

    def __contains__(self, definition: Definition) -> bool:
        return definition in self.of_old or definition in self.of_new

    def in_place(self, old: Definition, new: Definition) -> bool:
        """Whether both have the same place in the same file, or its successor."""
        return (
            old.qualified == new.qualified and self.files.get(old.path) == new.path
        ) or (
            old.name == new.name
            and old.parent is not None
            and self.of_old.get(old.parent) is new.parent
        )

    def is_exchanged(self, old: Definition, new: Definition) -> bool:
        """Whether what moved took the place or the name of something that was there
        before and stays, or the reverse: whoever uses it gets other code now.
        """
        if old.dotted == new.dotted or not old.qualified:
            return old.dotted != new.dotted and new.dotted in self._places[0]
        left, reached = self._places
        if old.dotted in reached or new.dotted in left:
            return True
        return old.name != new.name and (
            new.dotted.removesuffix(new.name) + old.name in reached
            or old.dotted.removesuffix(old.name) + new.name in left
        )

    @cached_property
    def _places(self) -> tuple[frozenset[str], frozenset[str]]:
        """The places at base and at head of all that has a counterpart elsewhere."""
        moved = [(a.dotted, b.dotted) for a, b in self.of_old.items()]
        pairs = [pair for pair in moved if pair[0] != pair[1]]
        return frozenset(old for old, _ in pairs), frozenset(new for _, new in pairs)

    def may_share(self, a: Definition, b: Definition) -> bool:
        """Whether code can have moved from one definition into another.

        A function that is new or gone is there to be read, so its reader sees where
        the code runs now. Between two that stay nothing would show that it runs at
        another time; nor between files of which the old one stays.
        """
        if is_stub(a.path) is not is_stub(b.path):
            return False
        if a not in self:
            return True
        return b not in self and b.kind != FILE


def match(base: Side, head: Side) -> Matches:
    """Find the counterparts of everything that is defined in the changed files."""
    matcher = _Matcher(base, head)
    matcher.files()
    matcher.same_in_place()
    matcher.same_elsewhere()
    matcher.alike(outer=True)
    matcher.alike(outer=False)
    return matcher.matches


class _Matcher:
    def __init__(self, base: Side, head: Side) -> None:
        self.base = base
        self.head = head
        self.matches = Matches()

    # Files

    def files(self) -> None:
        files = self.matches.files
        old, new = self.base.modules, self.head.modules
        files.update({path: path for path in old if path in new})
        gone = {p: _lines(old[p].lines) for p in old if p not in new}
        added = {p: _lines(new[p].lines) for p in new if p not in old}
        likely = sorted(
            (
                (dice(gone[a], added[b]), a, b)
                for a in gone
                for b in added
                if is_stub(a) is is_stub(b)
            ),
            key=lambda each: (-each[0], each[1:]),
        )
        taken: set[str] = set()
        for score, a, b in likely:
            if score >= FILE_LIKENESS and a not in files and b not in taken:
                files[a] = b
                taken.add(b)
        for a, b in files.items():
            self.matches.add(old[a].root, new[b].root)

    # Equal code

    def same_in_place(self) -> None:
        for a, b in self.matches.files.items():
            places: dict[tuple[str, int], Definition] = {}
            for new, number in _numbered(self.head.modules[b].definitions):
                places[new.qualified, number] = new
            for old, number in _numbered(self.base.modules[a].definitions):
                there = places.get((old.qualified, number))
                if there is not None and old not in self.matches:
                    self.same(old, there)

    def same(self, old: Definition, new: Definition) -> None:
        """Match two definitions, and what is in them, if they are the same."""
        if new in self.matches or old.guards != new.guards:
            return
        if self.base.text(old) == self.head.text(new) or self.equal(old, new):
            self.add_all(old, new)

    def equal(self, old: Definition, new: Definition) -> bool:
        if self.base.squeezed(old) != self.head.squeezed(new):
            return False
        return self.base.print_of(old) == self.head.print_of(new)

    def add_all(self, old: Definition, new: Definition) -> None:
        self.matches.add(old, new)
        for a, b in zip(self.base.inside(old), self.head.inside(new), strict=True):
            self.add_all(a, b)

    def same_elsewhere(self) -> None:
        """Equal code elsewhere, the largest first; small code needs its name."""
        places: dict[object, list[Definition]] = defaultdict(list)
        gone_text = {self.base.squeezed(old) for old in self.left(self.base)}
        for new in self.left(self.head):
            if self.head.squeezed(new) in gone_text:
                places[self.head.print_of(new)].append(new)
        there_text = {self.head.squeezed(new) for new in self.left(self.head)}
        gone = [d for d in self.left(self.base) if self.base.squeezed(d) in there_text]
        gone.sort(key=lambda d: d.first - d.last)
        for attribute in ("qualified", "name", "kind"):
            for old in gone:
                there = [
                    new
                    for new in places.get(self.base.print_of(old), ())
                    if new not in self.matches
                    and getattr(old, attribute) == getattr(new, attribute)
                ]
                self.take_nearest(old, there)

    def take_nearest(self, old: Definition, there: list[Definition]) -> None:
        there = [
            new
            for new in there
            if is_stub(old.path) is is_stub(new.path) and self.may_be(old, new)
        ]
        if there and old not in self.matches:
            self.add_all(old, max(there, key=lambda new: self.nearness(old, new)))

    def may_be(self, old: Definition, new: Definition) -> bool:
        if old.name == new.name and not (self.stays(old) or self.stays_new(new)):
            return True
        if old.kind == ASSIGNMENT:
            return False
        return sum(map(len, self.base.words(old))) > 4 * _SMALL

    def stays(self, old: Definition) -> bool:
        path = self.matches.files.get(old.path)
        return path is not None and any(
            old.qualified == new.qualified and new not in self.matches
            for new in self.head.modules[path].definitions
        )

    def stays_new(self, new: Definition) -> bool:
        old = self.matches.of_new.get(self.head.modules[new.path].root)
        return old is not None and any(
            new.qualified == each.qualified and each not in self.matches
            for each in self.base.modules[old.path].definitions
        )

    def nearness(self, old: Definition, new: Definition) -> tuple[bool, ...]:
        return (
            self.matches.in_place(old, new),
            old.name == new.name,
            old.qualified == new.qualified,
            self.matches.files.get(old.path) == new.path,
        )

    # Likeness

    def left(self, side: Side) -> Iterator[Definition]:
        for module in side.modules.values():
            for definition in module.definitions:
                if definition not in self.matches:
                    yield definition

    def alike(self, *, outer: bool) -> None:
        """Match what is left, the most alike first.

        With `outer` only what is no part of another definition, so that inner
        ones can count on their parents.
        """
        old = [d for d in self.left(self.base) if not outer or _is_outer(d)]
        new = [d for d in self.left(self.head) if not outer or _is_outer(d)]
        in_old = {d: self.base.words(d) for d in old}
        in_new = {d: self.head.words(d) for d in new}
        for _, a, b in self.candidates(in_old, in_new):
            if a not in self.matches and b not in self.matches:
                self.matches.add(a, b)

    def candidates(
        self,
        in_old: dict[Definition, Counter[str]],
        in_new: dict[Definition, Counter[str]],
    ) -> list[tuple[float, Definition, Definition]]:
        common = Counter(w for words in in_old.values() for w in words)
        common |= Counter(w for words in in_new.values() for w in words)
        weight = {w: min(len(w), _SMALL) / n for w, n in common.items()}
        holders: dict[str, list[Definition]] = defaultdict(list)
        for new, words in in_new.items():
            for word in words:
                holders[word].append(new)
        heavy = {d: _weigh(words, weight) for d, words in (in_old | in_new).items()}
        places = _Places(self.matches, in_new)
        found = []
        for old, words in in_old.items():
            shared: Counter[Definition] = Counter()
            for word, n in words.items():
                for new in holders[word]:
                    shared[new] += weight[word] * min(n, in_new[new][word])  # type: ignore[assignment]
            for new in {*shared, *places.of(old)}:
                likeness = 2 * shared[new] / ((heavy[old] + heavy[new]) or 1)
                score = self.score(old, new, likeness)
                if score:
                    found.append((score, old, new))
        return sorted(found, key=lambda f: (-f[0], f[1].path, f[1].first, f[2].first))

    def score(self, old: Definition, new: Definition, likeness: float) -> float:
        """How likely a match is, 0 for none."""
        if (old.kind == CLASS) != (new.kind == CLASS):
            return 0
        if is_stub(old.path) is not is_stub(new.path):
            return 0  # one is run, the other is not
        if (old.kind == ASSIGNMENT) != (new.kind == ASSIGNMENT):
            return 0
        if self.matches.in_place(old, new):
            # A class that lost most of its methods is still that class.
            return likeness + (1 if old.kind == CLASS else _IN_PLACE)
        if old.kind == ASSIGNMENT:
            return 0
        namesakes = old.name == new.name and not old.name.startswith("__")
        if likeness < (_LIKENESS_OF_NAMESAKES if namesakes else _LIKENESS):
            return 0
        return likeness + (0.15 if namesakes else 0)


class _Places:
    """Which definitions of the head stand in the place of one of the base: the same
    that `Matches.in_place` tells, without asking every one.
    """

    def __init__(self, matches: Matches, new: Iterable[Definition]) -> None:
        self._matches = matches
        self._by_path: dict[tuple[str | None, str], list[Definition]] = {}
        self._by_parent: dict[tuple[Definition, str], list[Definition]] = {}
        for each in new:
            self._by_path.setdefault((each.path, each.qualified), []).append(each)
            if each.parent is not None:
                key = (each.parent, each.name)
                self._by_parent.setdefault(key, []).append(each)

    def of(self, old: Definition) -> Iterator[Definition]:
        path = self._matches.files.get(old.path)
        yield from self._by_path.get((path, old.qualified), ())
        parent = self._matches.of_old.get(old.parent) if old.parent else None
        if parent is not None:
            yield from self._by_parent.get((parent, old.name), ())


def is_stub(path: str) -> bool:
    """Whether a file only tells types: nothing in it is run."""
    return path.endswith(".pyi")


def _is_outer(definition: Definition) -> bool:
    return definition.parent is None or not definition.parent.qualified


def _numbered(
    definitions: Iterable[Definition],
) -> Iterator[tuple[Definition, int]]:
    """Definitions, each with how many of its name came before it."""
    seen: Counter[str] = Counter()
    for definition in definitions:
        yield definition, seen[definition.qualified]
        seen[definition.qualified] += 1


def _lines(lines: Iterable[str]) -> Counter[str]:
    return Counter(t for line in lines if (t := tidied(line)))


def dice(a: Counter[str], b: Counter[str]) -> float:
    """How much two bags have in common, from 0 to 1."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0


def _weigh(words: Counter[str], weight: dict[str, float]) -> float:
    return sum(weight[word] * n for word, n in words.items())
