"""Every rule of rehome, and the commands that tell findings of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from codemods.finding import Rule

# The modules that hold rules, and who tells them.
HOMES: Mapping[str, tuple[str, ...]] = {
    "codemods.rules": ("apply", "upgrade"),
    "verify.behaviour.rules": ("behaviour",),
    "verify.benching.rules": ("bench",),
    "verify.checks.blame": ("blame",),
    "verify.commands.migrations": ("migrations",),
    "verify.doctoring.rules": ("doctor", "upgrade"),
    "verify.gathering": ("report",),
    "verify.importing.rules": ("cycles",),
    "verify.leftovers.rules": ("leftovers",),
    "verify.lineage.importing": ("move", "split"),
    "verify.lineage.telling": ("move", "split"),
    "verify.movement.rules": ("moves",),
    "verify.moving.pickling": ("move", "split"),
    "verify.moving.refusing": ("move", "split"),
    "verify.settings.rules": (),
    "verify.splitting.rules": ("move", "split"),
    "verify.surface.rules": ("surface",),
}

# Who tells a rule besides: `rehome move` and `rehome split` follow call sites as
# `rehome apply` does, and tell as the checks do what they would break.
_MOVING = ("move", "split")
MORE: Mapping[str, tuple[str, ...]] = {
    "cycle-untold": _MOVING,
    "dynamic-name": _MOVING,
    "fatal-cycle": _MOVING,
    "generated-file": (*_MOVING, "hoist"),
    "imports-unread": _MOVING,
    "leftovers-unread": _MOVING,
    "member-use": _MOVING,
    "module-escapes": _MOVING,
    "old-name-in-code": _MOVING,
    "old-name-in-text": _MOVING,
    "old-name-maybe": _MOVING,
    "other-meaning": _MOVING,
    "own-module": _MOVING,
    "patch-misses-moved-code": _MOVING,
    "rebound-alias": _MOVING,
    "star-import": _MOVING,
    "swallowed-import": _MOVING,
    "text-reference": _MOVING,
    "text-unsure": _MOVING,
    "unparsable": (*_MOVING, "doctor", "hoist"),
    "unreadable": (*_MOVING, "doctor", "hoist", "migrations"),
    "unsafe-rewrite": (*_MOVING, "hoist"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """A rule, and the names of the commands and checks whose findings it is of."""

    rule: Rule
    told_by: tuple[str, ...]


@cache
def known_rules() -> Mapping[str, Known]:
    """Every rule by its id."""
    found: dict[str, Known] = {}
    for home, commands in HOMES.items():
        for rule in rules_in(home):
            told_by = (*commands, *MORE.get(rule.id, ()))
            found.setdefault(rule.id, Known(rule, tuple(dict.fromkeys(told_by))))
    return found


def rules_in(home: str) -> Iterator[Rule]:
    """The rules that a module has, by themselves or in a table."""
    for value in vars(import_module(home)).values():
        for each in value.values() if isinstance(value, dict) else (value,):
            if isinstance(each, Rule):
                yield each


def tells(rule_id: str, command: str) -> bool:
    """Whether a rule is one of a command's or a check's; imports only its rules."""
    if command in MORE.get(rule_id, ()):
        return True
    homes = [home for home, commands in HOMES.items() if command in commands]
    return any(rule.id == rule_id for home in homes for rule in rules_in(home))
