"""Every rule that the search for leftovers can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

OLD_NAME_IN_CODE = Rule(
    "old-name-in-code",
    "Code uses a moved name by its old path.",
    "The old path leads nowhere: the code fails when it runs.",
    Severity.ERROR,
)
OLD_NAME_IN_TEXT = Rule(
    "old-name-in-text",
    "A text names something that moved by its old path.",
    "Whoever follows the text, a person or a program, does not find it.",
)
OLD_NAME_MAYBE = Rule(
    "old-name-maybe",
    "Code may use a moved name by its old path.",
    "It is reached in a way that no rewrite can follow; a person must look.",
)
MEMBER_MAYBE = Rule(
    "old-member-maybe",
    "An attribute may be a member that moved to another class.",
    "Without types, which class an object has cannot be told from its use.",
    Severity.NOTE,
)
PRIVATE_MAYBE = Rule(
    "old-private-name-maybe",
    "A module that lost nothing but private names is handed on, or named in a string.",
    "Whoever receives it could read them from it, but should not.",
    Severity.NOTE,
)
PATCH_MISSES = Rule(
    "patch-misses-moved-code",
    "Code replaces a global in a module that moved code no longer reads it from.",
    "The moved code has a name of its own for it, so that it is not reached: a test"
    " runs the real thing, a setting has no effect.",
)
OLD_NAME_IN_HISTORY = Rule(
    "old-name-in-history",
    "A change log or an old migration has the old path of something that moved.",
    "It tells of a time when the path was right.",
    Severity.NOTE,
)
OLD_NAME_STILL_WORKS = Rule(
    "old-name-still-works",
    "A moved name is used by its old path, which still leads to it.",
    "It works for as long as the old place imports it.",
    Severity.NOTE,
)
LEFTOVERS_UNREAD = Rule(
    "leftovers-unread",
    "A file that spells an old name cannot be parsed.",
    "Whether it uses the name cannot be told.",
    Severity.ERROR,
    undecided=True,
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
"""All of them, for documentation and tests."""
