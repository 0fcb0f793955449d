"""What became of each name that is gone, as entries of a migration."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from codemods.name import Name
from verify.inferring.agreeing import disagreements
from verify.inferring.answer import Confidence, Entry, Kind
from verify.inferring.both import Both, Origin
from verify.inferring.judging import Hints, Judgement, judge_match
from verify.inferring.losing import Lost
from verify.inferring.pairing import Pairing
from verify.inferring.paths import best_path, givers
from verify.inferring.standing import Surely
from verify.movement.answer import Match
from verify.movement.definitions import METHOD
from verify.movement.verdicts import Likeness
from verify.surface.importable import Certainty
from verify.surface.scope import Standing, is_private, standing_of_module

# How much alike two names are spelled, from 0 to 1, before one is told for the other.
_NEAR = 0.75
NOTHING = "nothing in the newer version has this name or this code"


@dataclass(eq=False)
class Resolving:
    """Looks for what became of names. `private` keeps those nobody should import."""

    both: Both
    pairing: Pairing
    lost: list[Lost]
    private: bool = False
    left_out: int = field(default=0, init=False)

    def entries(self) -> Iterator[Entry]:
        """What became of names; those that are nobody's business are counted."""
        for each in self.lost:
            entry = self._entry(each)
            if entry is not None and entry.is_sure:
                entry = self._doubted(entry, each.name)
            if entry is None:
                self.left_out += 1
            else:
                yield entry

    def _entry(self, lost: Lost) -> Entry | None:
        if lost.standing is Standing.ASIDE and not self.private:
            return None
        if lost.standing is Standing.INCIDENTAL:
            return self._of_import(lost)
        found = None
        if lost.origin is not None:
            found = self._same_thing(lost, lost.origin)
            found = found or self._moved(lost, lost.origin)
        if found is not None and found.is_sure:
            return found
        if (self._is_private(lost) or _is_test(lost.name)) and not self.private:
            return None
        return found or self._gone(lost)

    def _doubted(self, entry: Entry, name: Name) -> Entry:
        """The same, no longer sure where the old name may not have been there, or may
        be there still.
        """
        is_gone = entry.kind is Kind.REMOVED
        ask = self._surely.doubt if is_gone else self._surely.doubt_before
        why = ask(name)
        if not why:
            return entry
        told = (*entry.evidence, why)
        return replace(entry, confidence=Confidence.LIKELY, evidence=told)

    @cached_property
    def _surely(self) -> Surely:
        return Surely(self.both)

    def _is_private(self, lost: Lost) -> bool:
        parts = lost.name.symbol.split(".")
        return lost.standing is Standing.PRIVATE or any(map(is_private, parts))

    def _of_import(self, lost: Lost) -> Entry | None:
        """What a module imported for its own use: only where others relied on it."""
        if lost.origin is None:
            return None
        if not self.both.importers(lost.name) and not self.private:
            return None
        found = self._same_thing(lost, lost.origin) or self._moved(lost, lost.origin)
        return found if found is not None and found.is_sure else None

    # What was only handed on

    def _same_thing(self, lost: Lost, origin: Origin) -> Entry | None:
        """The definition is where it was; its old path no longer leads there."""
        if origin == Origin(lost.name.module, lost.name.symbol):
            return None
        there = Name(origin.module, origin.symbol)
        if lost.name.is_member or self.both.origin_now(there) is None:
            return None
        final = self.both.origin_now(there)
        path = best_path(self.both, lost.name, final) if final is not None else None
        if path is None or final is None:
            return None
        evidence = (f"the same definition, in {origin.module}; no longer handed on",)
        sure = path.certainty is Certainty.YES and final == origin
        return Entry(
            Kind.MOVE,
            str(lost.name),
            str(path.name),
            Confidence.SURE if sure else Confidence.LIKELY,
            evidence,
        )

    # What moved

    def _moved(self, lost: Lost, origin: Origin) -> Entry | None:
        match = self.pairing.matches.get(origin.dotted)
        if match is None or match.old.name != match.new.name:
            match = self._followed(lost, origin) or match
        if match is None:
            return None
        if lost.name.is_member:
            return self._moved_member(lost, match)
        target = Origin(match.new.module, match.new.qualified)
        if "<" in target.symbol or match.new.path.endswith(".pyi"):
            return None
        path = best_path(self.both, lost.name, target)
        if path is None or path.name == lost.name:
            return None
        judged = self._judged(lost, match, target)
        confidence = judged.confidence
        evidence = [*judged.evidence]
        if path.certainty is not Certainty.YES:
            confidence = Confidence.UNSURE
            evidence.append(f"cannot always be imported there: {path.why}")
        elif path.why:
            evidence.append(path.why)
        if _is_aside(path.name) and not _is_aside(lost.name):
            evidence.append("it is for tests now")
            confidence = max_doubt(confidence, Confidence.LIKELY)
        if lost.name.is_member is not path.name.is_member:
            confidence = max_doubt(confidence, Confidence.LIKELY)
        entry = Entry(
            Kind.MOVE,
            str(lost.name),
            str(path.name),
            confidence,
            (_places(match), *evidence),
            judged.diff,
        )
        return entry if entry.is_sure else self._with_advice(entry)

    def _followed(self, lost: Lost, origin: Origin) -> Match | None:
        """What the package's own call sites took in its place, under its name, however
        much it was changed: where it is one thing, that can be used alike.
        """
        old = self.pairing.definition(origin.dotted)
        if old is None or lost.name.is_member:
            return None
        found = []
        for new in self.pairing.namesakes(old):
            paths = givers(self.both, Origin(new.module, new.qualified))
            names = [Name(old.module, old.qualified), *self._aliases(lost)]
            if any(self.both.followers(name, paths) for name in names):
                found.append(Match(old, new, Likeness.EDITED))
        if len(found) != 1 or disagreements(found[0]):
            return None
        return found[0]

    def _judged(self, lost: Lost, match: Match, target: Origin) -> Judgement:
        paths = givers(self.both, target)
        pair = match.old.module, match.new.module
        names = [Name(match.old.module, match.old.qualified), *self._aliases(lost)]
        hints = Hints(
            _of_all(self.both.followers(name, paths) for name in names),
            _of_all(self.both.neighbours(name, paths) for name in names),
            self._company[pair] > 1,
        )
        return judge_match(match, self.pairing, hints)

    def _aliases(self, lost: Lost) -> list[Name]:
        """The other paths to the same definition that are gone."""
        return self._by_origin.get(lost.origin, [])

    @cached_property
    def _by_origin(self) -> dict[Origin | None, list[Name]]:
        found: dict[Origin | None, list[Name]] = {}
        for each in self.lost:
            found.setdefault(each.origin, []).append(each.name)
        return found

    def _moved_member(self, lost: Lost, match: Match) -> Entry | None:
        """A member that is another one now, or a function."""
        new = match.new
        if "<" in new.qualified or new.path.endswith(".pyi"):
            return None
        judged = judge_match(match, self.pairing, Hints())
        if not match.differences and judged.confidence is Confidence.SURE:
            return self._sure_member(lost, match, judged)
        if judged.confidence is Confidence.UNSURE or judged.diff:
            return None
        name = Name(new.module, new.qualified)
        return self._with_advice(
            Entry(
                Kind.MOVE,
                str(lost.name),
                str(name),
                Confidence.LIKELY,
                (_places(match), *judged.evidence),
                judged.diff,
            )
        )

    def _sure_member(self, lost: Lost, match: Match, judged: Judgement) -> Entry:
        new = match.new
        name = Name(new.module, new.qualified)
        renamed = (
            new.kind == METHOD
            and match.old.parent is not None
            and match.old.parent.qualified == getattr(new.parent, "qualified", "")
            and match.old.module == new.module
        )
        entry = Entry(
            Kind.MOVE,
            str(lost.name),
            str(name),
            Confidence.SURE if renamed else Confidence.LIKELY,
            (_places(match), *judged.evidence),
        )
        if entry.is_sure:
            return entry
        told = "it is called on another object, or with the object handed in"
        return self._with_advice(replace(entry, evidence=(*entry.evidence, told)))

    @cached_property
    def _company(self) -> Counter[tuple[str, str]]:
        """How many definitions went from one module to another under their names."""
        return Counter(
            (m.old.module, m.new.module)
            for m in self.pairing.matches.values()
            if m.old.name == m.new.name and "." not in m.old.qualified
        )

    # What is gone

    def _with_advice(self, entry: Entry) -> Entry:
        return replace(entry, instead=f"perhaps {entry.new}")

    def _gone(self, lost: Lost) -> Entry:
        near = "" if lost.name.is_member else self._nearest(lost.name)
        instead = f"perhaps {near}" if near else NOTHING
        told = "gone, and nothing new has its code"
        return Entry(
            Kind.REMOVED,
            str(lost.name),
            "",
            Confidence.SURE,
            (told,),
            instead=instead,
        )

    def _nearest(self, name: Name) -> str:
        """A new name that may be meant: the same elsewhere, or one spelled much like it
        in the same package; empty where there is none.
        """
        package = name.module.rpartition(".")[0]
        same = sorted(m for m in self._fresh.get(name.symbol, ()) if m != name.module)
        if same:
            near = [m for m in same if m.rpartition(".")[0] == package]
            return str(Name((near or same)[0], name.symbol))
        beside = self._fresh_in.get(package, {})
        known = sorted(each for each in beside if not is_private(each))
        for close in difflib.get_close_matches(name.symbol[:100], known, 1, _NEAR):
            return str(Name(min(beside[close]), close))
        return ""

    @cached_property
    def _fresh(self) -> dict[str, set[str]]:
        """The modules in which each new name is defined."""
        found: dict[str, set[str]] = {}
        for module, names in self._fresh_by_module:
            for name in names:
                found.setdefault(name, set()).add(module)
        return found

    @cached_property
    def _fresh_in(self) -> dict[str, dict[str, set[str]]]:
        """The same by package."""
        found: dict[str, dict[str, set[str]]] = {}
        for module, names in self._fresh_by_module:
            inside = found.setdefault(module.rpartition(".")[0], {})
            for name in names:
                inside.setdefault(name, set()).add(module)
        return found

    @cached_property
    def _fresh_by_module(self) -> list[tuple[str, list[str]]]:
        modules = self.both.modules[1]
        return [
            (modules.name_of(each.path), [n for n in each.fresh if "." not in n])
            for each in self.both.outlines
            if each.fresh and each.path.endswith(".py")
        ]


def _is_test(name: Name) -> bool:
    """Whether a name is a test, which nobody imports to use it."""
    parts = name.module.split(".")
    leaf = name.symbol.rpartition(".")[2]
    return (
        "test" in parts[1:]
        or leaf.startswith("test_")
        or (parts[-1].startswith("test_") and name.symbol.startswith(("Test", "test")))
    )


def _is_aside(name: Name) -> bool:
    return standing_of_module(name.module, "") is Standing.ASIDE


def _of_all(groups: Iterable[list[str]]) -> tuple[str, ...]:
    return tuple(sorted({each for group in groups for each in group}))


def max_doubt(one: Confidence, other: Confidence) -> Confidence:
    """The more doubtful of two."""
    order = list(Confidence)
    return max(one, other, key=order.index)


def _places(match: Match) -> str:
    old, new = match.old, match.new
    return f"{old.path}:{old.first} -> {new.path}:{new.first}"
