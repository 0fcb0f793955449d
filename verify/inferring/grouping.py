"""Whole modules that moved: one entry in place of one for each name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from codemods.name import Name
from verify.inferring.answer import Confidence, Entry, Kind
from verify.inferring.both import Both, Origin
from verify.inferring.losing import Lost
from verify.inferring.resolving import NOTHING
from verify.surface.scope import Standing


@dataclass(eq=False)
class Grouping:
    """Decides what became of modules that are gone, by what became of their names.

    `entries` are by old name.
    """

    both: Both
    gone: Mapping[str, list[Lost]]
    entries: dict[str, Entry]
    private: bool = False
    _moved: dict[str, str] = field(default_factory=dict, init=False)

    def result(self) -> list[Entry]:
        """All entries, the names of modules that moved folded into theirs."""
        for module in sorted(self.gone, key=lambda name: (-name.count("."), name)):
            entry = self._of_module(module)
            if entry is not None:
                self.entries[module] = entry
        return sorted(self.entries.values(), key=lambda entry: entry.order)

    def _of_module(self, module: str) -> Entry | None:
        lost = self.gone[module]
        own = [each for each in lost if _is_own(each)]
        targets = self._targets(module, own)
        if targets:
            for target in sorted(targets, key=lambda t: _order(module, t, targets)):
                if self._is_whole(module, target, own):
                    return self._folded(module, target, own)
            [(target, count)] = targets.most_common(1)
            if len(targets) == 1 and 2 * count >= len(own):
                return self._half(module, target)
        if any(part.startswith("_") for part in module.split(".")) and not self.private:
            return None
        return self._gone(module, sorted(targets))

    def _targets(self, module: str, own: list[Lost]) -> Counter[str]:
        """The modules that its names are in now, and those of its submodules."""
        found = Counter(target for each in own for target in self._homes(module, each))
        for child in self._children(module):
            target = self._moved.get(child, "")
            tail = child.removeprefix(module)
            if target.endswith(tail):
                found[target.removesuffix(tail)] += 1
        return found

    def _homes(self, module: str, lost: Lost) -> set[str]:
        """The modules in which a name of a module can be seen to be now."""
        entry = self.entries.get(str(lost.name))
        if entry is None or entry.kind is not Kind.MOVE:
            return set()
        new = Name.parse(entry.new)
        if new.symbol != lost.name.symbol:
            return set()
        origin = self.both.origin_now(new)
        is_defined_here = lost.origin is not None and lost.origin.module == module
        home = {origin.module} if origin is not None and is_defined_here else set()
        return {new.module, *home}

    def _children(self, module: str) -> Iterator[str]:
        for each in self.gone:
            if each.rpartition(".")[0] == module:
                yield each

    def _is_whole(self, module: str, target: str, own: list[Lost]) -> bool:
        """Whether everything that the old module gave is, for sure, in the new one."""
        if not self.both.is_there(Name(target)) or self.both.modules[0].exists(target):
            return False
        if any(
            self._moved.get(child) != target + child.removeprefix(module)
            for child in self._children(module)
        ):
            return False
        return all(self._is_with(each, target) for each in own) and bool(
            own or list(self._children(module))
        )

    def _is_with(self, lost: Lost, target: str) -> bool:
        entry = self.entries.get(str(lost.name))
        there = Name(target, lost.name.symbol)
        if entry is None:  # private: not worth an entry, but it must not be led astray
            same = lost.origin is None or self.both.origin_now(there) is not None
            return same and self.both.is_there(there)
        if not entry.is_sure or entry.kind is not Kind.MOVE:
            return False
        if entry.new == str(there):
            return True
        now = self.both.origin_now(Name.parse(entry.new))
        return self.both.is_there(there) and self.both.origin_now(there) == now

    def _folded(self, module: str, target: str, own: list[Lost]) -> Entry:
        self._moved[module] = target
        changed = []
        for each in own:
            entry = self.entries.pop(str(each.name), None)
            if entry is not None and entry.diff:
                changed.append(each.name.symbol)
        for child in self._children(module):
            if self._moved.get(child):
                self.entries.pop(child, None)
        count = len(own)
        evidence = [f"all of its {count} names are in it" if count else "a package"]
        if changed:
            evidence.append(f"edited on the way: {', '.join(changed)}")
        files = self.both.followers(Name(module), [Name(target)])
        evidence += [f"followed in {len(files)} files"] if files else []
        return Entry(Kind.MOVE, module, target, Confidence.SURE, tuple(evidence))

    def _half(self, module: str, target: str) -> Entry:
        told = "some of its names are not in it for sure: see its entries"
        instead = f"perhaps {target}"
        return Entry(
            Kind.MOVE, module, target, Confidence.LIKELY, (told,), instead=instead
        )

    def _gone(self, module: str, targets: list[str]) -> Entry:
        instead = NOTHING
        if targets:
            shown = ", ".join(targets[:3]) + (", ..." if len(targets) > 3 else "")
            instead = f"its names are in {shown}"
        elif self._children_moved(module):
            instead = "see the modules that were in it"
        names = len(self.gone[module])
        told = (f"gone, with {names} {'name' if names == 1 else 'names'}",)
        return Entry(Kind.REMOVED, module, "", Confidence.SURE, told, instead=instead)

    def _children_moved(self, module: str) -> bool:
        return any(self._moved.get(child) for child in self._children(module))


def _order(module: str, target: str, counts: Counter[str]) -> tuple[int, bool, str]:
    """What a module most likely became: most names, then its own last name."""
    same = module.rpartition(".")[2] == target.rpartition(".")[2]
    return -counts[target], not same, target


def without_repetition(entries: list[Entry]) -> list[Entry]:
    """Leave out names that are gone along with a module or class that is, where
    nothing more is known of them.
    """
    removed = {e.old.replace(":", ".") for e in entries if e.kind is Kind.REMOVED}
    kept = []
    for entry in entries:
        plain = entry.kind is Kind.REMOVED and entry.instead == NOTHING
        if plain and any(outer in removed for outer in Name.parse(entry.old).ancestors):
            continue
        kept.append(entry)
    return kept


def agreeing(both: Both, entries: list[Entry]) -> list[Entry]:
    """The entries, those that contradict each other no longer sure: two things that
    are said to be one now, and what leads to a name that moves on.
    """
    sure = [e for e in entries if e.is_sure and e.kind is Kind.MOVE]
    reached: dict[str, set[Origin | str]] = {}
    for each in sure:
        reached.setdefault(each.new, set()).add(_thing(both, each))
    left = {each.old for each in sure}
    return [
        _doubted(each, "another name leads there as well, or it moves on")
        if each in sure and (len(reached[each.new]) > 1 or each.new in left)
        else each
        for each in entries
    ]


def _thing(both: Both, entry: Entry) -> Origin | str:
    """What an old name meant: several can mean the same."""
    name = Name.parse(entry.old)
    origin = None if name.is_module else both.origin_was(name)
    return origin or entry.old


def _doubted(entry: Entry, why: str) -> Entry:
    return replace(
        entry,
        confidence=Confidence.LIKELY,
        evidence=(*entry.evidence, why),
        instead=entry.instead or f"perhaps {entry.new}",
    )


def _is_own(lost: Lost) -> bool:
    """Whether a module has a name for others, not only for its own use."""
    return lost.standing is not Standing.INCIDENTAL and lost.origin is not None
