"""What every reading of an attribute in a file means, and what cannot be told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from codemods.rehoming.attributes import Rehomed
from codemods.rehoming.following import Follower
from codemods.rehoming.meanings import Kind, Meaning, together
from codemods.rehoming.sources import Reading, is_module, readings
from codemods.rehoming.tree import File
from codemods.rehoming.versions import Serves, served

_IS_A_MODULE = "it may be a name of a module, not an attribute of an object"


@dataclass(eq=False)
class Decision:
    """What one reading means. With a `target` the reading itself names that
    attribute from now on. Without one it stays, and of its uses those in `apart`
    mean another object, while those in `doubts` mean nobody knows which. One that
    `is_for_old` runs only where the new attribute is missing, and stays.
    """

    reading: Reading
    meanings: list[Meaning]
    target: str = ""
    apart: list[Meaning] = field(default_factory=list)
    doubts: list[Meaning] = field(default_factory=list)
    is_for_old: bool = False

    @property
    def kinds(self) -> set[Kind]:
        return {meaning.kind for meaning in self.meanings}


def decide(file: File, attribute: Rehomed) -> list[Decision]:
    """Decide every reading of an attribute in a file, in its order."""
    follower = Follower(file, attribute)
    decisions = [
        _by_its_uses(follower.afresh(), r) for r in readings(file, attribute.old)
    ]
    by_object: dict[_Object, list[Decision]] = {}
    for decision in decisions:
        by_object.setdefault(object_of(file, decision.reading), []).append(decision)
    for decision in decisions:
        if decision.kinds <= {Kind.TEST} and not decision.is_for_old:
            _by_its_company(decision, by_object[object_of(file, decision.reading)])
    return decisions


_Object = tuple[ast.AST, str]


def object_of(file: File, reading: Reading) -> _Object:
    """The function that a reading is in, and the object as it is written there."""
    return file.function_around(reading.node), ast.dump(reading.holder)


def _objects_with(file: File, names: frozenset[str]) -> Iterator[_Object]:
    """Where one of the new attributes is read already."""
    for node in file.nodes_with(names):
        if isinstance(node, ast.Attribute) and node.attr in names:
            yield file.function_around(node), ast.dump(node.value)


def shared_uses(
    file: File, attribute: Rehomed, decisions: list[Decision]
) -> Iterator[Meaning]:
    """Uses of a member that both objects have, where the same function uses the
    new object too.
    """
    moved = {
        object_of(file, each.reading) for each in decisions if each.kinds & {Kind.NEW}
    }
    moved.update(_objects_with(file, attribute.targets))
    for each in decisions:
        if object_of(file, each.reading) in moved:
            yield from (
                m
                for m in each.meanings
                if m.kind is Kind.OLD and m.member in attribute.shared
            )


def _by_its_uses(follower: Follower, reading: Reading) -> Decision:
    serves = served(follower.file, follower.attribute, reading)
    if serves is Serves.OLD_ONLY:
        return Decision(reading, [], is_for_old=True)
    if reading.only_asks:
        test = Meaning(Kind.TEST, reading.node, "it is asked whether it is there")
        return Decision(reading, [test])
    meanings = follower.meanings(reading.node)
    decision = Decision(reading, meanings)
    if is_module(follower.file, reading.holder):
        if decision.kinds != {Kind.OLD}:
            doubt = Meaning(Kind.UNKNOWN, reading.node, _IS_A_MODULE)
            decision.meanings = decision.doubts = [doubt]
        return decision
    told = together(meanings)
    if told.kind is Kind.NEW and serves is Serves.TRIED:
        return Decision(reading, [], is_for_old=True)
    if told.kind is Kind.NEW and serves is Serves.PERHAPS:
        why = (
            f"another branch uses `{told.target}`, so this one may be for who lacks it"
        )
        decision.doubts = [Meaning(Kind.UNKNOWN, reading.node, why, told.target)]
    elif told.kind is Kind.NEW:
        decision.target = told.target
    elif told.kind is Kind.UNKNOWN:
        decision.apart = [m for m in meanings if m.kind is Kind.NEW]
        decision.doubts = [m for m in meanings if m.kind is Kind.UNKNOWN]
    return decision


def _by_its_company(decision: Decision, company: list[Decision]) -> None:
    """Decide a test by what the function does with the same attribute elsewhere."""
    others = [m for each in company for m in each.meanings if m.kind is not Kind.TEST]
    told = together(others)
    if told.kind is Kind.NEW:
        decision.target = told.target
    elif not others:
        why = "it is only asked whether it is there"
        decision.doubts = [Meaning(Kind.UNKNOWN, decision.reading.node, why)]
