"""What the settings themselves can be found to be."""

from __future__ import annotations

from codemods.finding import Rule, Severity

EXPIRED = Rule(
    "acceptance-expired",
    "An accepted finding was accepted until a day that is over.",
    "Whoever accepted it wanted to be asked again: what it is about counts again.",
)
CANNOT_ACCEPT = Rule(
    "acceptance-void",
    "Something that could not be told cannot be accepted.",
    "To accept it would pass for proof what nobody has looked at.",
)
UNUSED = Rule(
    "acceptance-unused",
    "An accepted finding was not found.",
    "It may be mended, or the pattern may be wrong; else it waits for the next one.",
    Severity.NOTE,
)
CHANGED = Rule(
    "settings-changed",
    "A range changes the settings that it is judged by.",
    "What it accepts, ignores or no longer asks for is its own word: only a person can"
    " say whether it should be.",
    Severity.NOTE,
)
