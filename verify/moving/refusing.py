"""A plan that is refused: nothing was touched."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.finding import Finding, Place, Rule, Severity
from codemods.moving.request import ALLOWABLE, Objection, Why


class Refused(Exception):
    """A move that would change behaviour, or that cannot be made; `findings` say why,
    each with a place. Nothing was written.
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(dict.fromkeys(findings))
        super().__init__("; ".join(f.message for f in self.findings))


class NotMovable(Exception):
    """A name that is none, or a module that is not in the project; one sentence."""


WHYS = {
    Why.UNKNOWN: "The module has no definition of that name.",
    Why.COLLISION: "A name would mean two things in one module.",
    Why.STATE: "A name is bound again at run time, and both sides use it.",
    Why.MODULE_NAME: "The code reads the name or the file of its own module.",
    Why.EFFECTS: "A module does something when it is imported.",
    Why.ANNOTATIONS: "Annotations are evaluated in one of the modules only.",
    Why.CONDITIONAL: "A name is bound in some circumstances only, or with others.",
    Why.ORDER: "What a module does while it is imported depends on its order.",
    Why.STAR: "A star import hides which names are taken.",
    Why.PATCHED: "Tests, or other code, bind names in the module.",
    Why.UNSURE: "Whether the move is safe cannot be told.",
}
RULES = {
    why: Rule(
        f"move-{why.value}", title, "A move must not change behaviour.", Severity.ERROR
    )
    for why, title in WHYS.items()
}


def finding_of(objection: Objection, path: str) -> Finding:
    """The objection as a person sees it."""
    fix = objection.fix
    if objection.why in ALLOWABLE:
        fix = f"{fix} (--allow {objection.why.value})"
    place = Place(path, objection.line, min(objection.line, 1))
    return Finding(
        RULES[objection.why], place, f"`{objection.module}`: {objection.message}", fix
    )
