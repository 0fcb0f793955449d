"""Whether settings can accept the findings of a rule, in words."""

from __future__ import annotations

from verify.explaining.explanation import Explanation
from verify.explaining.telling import Told

# What these tell counts whatever the settings say.
_FINAL = frozenset({"config", "migrations", "move", "split"})

# Not a finding, but what a format makes of an edit that was not written.
_NO_FINDING = "would-change"

_ENTRY = """\
```toml
[[tool.rehome.accepted]]
rule = "{id}"
path = "src/pkg/*.py"   # as in .gitignore; or symbol = "a name in the message"
reason = "why the project lives with it"
until = 2030-12-31      # counts again after this day; may be left out
```"""


def can_accept(told: Told) -> bool:
    """Whether `[[tool.rehome.accepted]]` can name a rule to any effect."""
    if told.rule.undecided or told.is_of_settings or told.rule.id == _NO_FINDING:
        return False
    return bool({*told.by} - _FINAL)


def acceptance_of(told: Told, explanation: Explanation) -> str:
    """How the findings of a rule are accepted, or why they cannot be; Markdown."""
    parts = [_general(told), explanation.acceptance]
    return "\n\n".join(part for part in parts if part)


def _general(told: Told) -> str:
    if told.rule.undecided:
        return (
            "It cannot be accepted. It says that something could not be told, and to"
            " accept that would pass for proof what nobody has looked at: the verdict"
            " stays `undecided`, the exit status 2."
        )
    if not can_accept(told):
        return "Settings cannot accept it."
    parts = [_ENTRY.format(id=told.rule.id)]
    if told.is_idle_note:
        parts.insert(0, "It is a note, which fails nothing. To see it no more:")
    final = sorted({*told.by} & _FINAL)
    if final:
        named = " and ".join(f"`rehome {name}`" for name in final)
        parts.append(f"What {named} tell of it is told all the same.")
    return "\n\n".join(parts)
