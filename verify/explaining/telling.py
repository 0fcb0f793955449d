"""Every rule there is, with who tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from codemods.finding import Rule, Severity
from verify.check import names
from verify.settings.rulebook import known_rules, rules_in

# The modules that hold rules of which no command has findings by itself.
APART: Mapping[str, tuple[str, ...]] = {
    "verify.render._problems": ("apply", "hoist", "upgrade"),
    "verify.settings.checking": ("config",),
}
# The commands besides the checks whose findings settings judge.
_SETTINGS = ("apply", "behaviour", "bench", "doctor", "hoist", "upgrade")


@dataclass(frozen=True, slots=True)
class Told:
    """A rule, and the commands and checks that tell findings of it; whether these are
    about the settings that judge findings.
    """

    rule: Rule
    by: tuple[str, ...]
    is_of_settings: bool = False

    @property
    def is_idle_note(self) -> bool:
        """Whether it leaves the verdict of all that tell it as it is: checks do not
        count notes.
        """
        return self.rule.severity is Severity.NOTE and {*self.by} <= {*names()}


@cache
def told_rules() -> Mapping[str, Told]:
    """Every rule by its id, in order."""
    found = {}
    for id_, known in known_rules().items():
        by = known.told_by or (*names(), *_SETTINGS)
        found[id_] = Told(known.rule, by, is_of_settings=not known.told_by)
    for home, by in APART.items():
        for rule in rules_in(home):
            found[rule.id] = Told(rule, by)
    changed = found["settings-changed"]
    found[changed.rule.id] = replace(changed, by=names())
    return dict(sorted(found.items()))
