"""A plan that must prove itself before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import replace

from codemods.finding import Finding, Place
from codemods.moving.request import Why
from verify.leftovers.rules import OLD_NAME_IN_CODE
from verify.moving.changes import Planned
from verify.moving.proving import Proof
from verify.moving.refusing import Refused

# Names by which a module reads what it is called and where it lies.
_OWN_NAMES = frozenset({"__name__", "__file__", "__package__", "__spec__", "__path__"})


def proven(
    planned: Planned, proof: Proof, allowed: frozenset[Why], answered: Set[Place]
) -> Planned | Refused:
    """The plan with all that a person must see, or why it is refused: a name that
    means something else in its new home, an import that would fail, code that would
    still use an old name. At the places in `answered` nothing is wrong.
    """
    failing = [f for f in proof.leftovers if f.rule.id == OLD_NAME_IN_CODE.id]
    wrong = (*_unallowed(proof, allowed), *proof.fatal, *failing)
    if wrong:
        return Refused(wrong)
    known = {each.place for each in planned.findings} | answered
    more = (each for each in _more(proof) if each.place not in known)
    return replace(planned, findings=(*planned.findings, *more))


def _unallowed(proof: Proof, allowed: frozenset[Why]) -> Iterator[Finding]:
    for each in proof.other_meanings:
        own = proof.name_at(each.place) in _OWN_NAMES
        if not (own and Why.MODULE_NAME in allowed):
            yield each


def _more(proof: Proof) -> Iterator[Finding]:
    yield from proof.leftovers
    yield from (each for each in proof.cycles if each not in proof.fatal)
