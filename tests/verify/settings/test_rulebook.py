"""Every rule that there is has a home in the rulebook, and an id of its own."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import verify
from verify.moving.refusing import RULES
from verify.settings.rulebook import HOMES, MORE, known_rules, tells

ROOT = Path(verify.__file__).parent.parent
RULE = re.compile(r"^[A-Z_]+(?:: Rule)? = Rule\(\s*\"([a-z0-9-]+)\"", re.MULTILINE)
# Not findings of a command: what a format or `rehome config --check` makes of others.
APART = {"verify.render._problems", "verify.settings.checking"}


def homes() -> dict[str, list[str]]:
    found = {}
    for package in ("codemods", "verify"):
        for path in (ROOT / package).rglob("*.py"):
            ids = RULE.findall(path.read_text(encoding="utf-8"))
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            if name == "verify.moving.refusing":
                ids = [rule.id for rule in RULES.values()]
            if ids:
                found[name] = ids
    return found


def test_no_rule_is_made_in_another_way() -> None:
    """`homes` would not see it."""
    made = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in ("codemods", "verify")
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"(?<!= )(?<![\w.])Rule\(\n", path.read_text(encoding="utf-8"))
    }
    assert made == {"verify.moving.refusing"}


def test_every_module_with_rules_is_in_the_rulebook() -> None:
    assert {*homes()} - APART == {*HOMES}


def test_every_rule_is_known_and_each_id_is_one() -> None:
    ids = [
        each for home, found in homes().items() if home not in APART for each in found
    ]
    assert [each for each, number in Counter(ids).items() if number > 1] == []
    assert {*ids} == {*known_rules()}


def test_who_tells_a_rule() -> None:
    assert tells("residual", "moves")
    assert not tells("residual", "blame")
    assert tells("history-lost", "blame")
    assert not tells("history-lost", "nobody")
    assert tells("fatal-cycle", "move")
    assert tells("unparsable", "doctor")
    assert not tells("fatal-cycle", "hoist")


def test_what_is_told_besides_is_told_of_rules_and_by_others() -> None:
    assert {*MORE} <= {*known_rules()}
    for rule_id, commands in MORE.items():
        of_its_home = {*known_rules()[rule_id].told_by} - {*commands}
        assert of_its_home, rule_id
