"""Every rule that `rehome cycles` can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

FATAL_CYCLE = Rule(
    "fatal-cycle",
    "A module cannot be imported first: an import cycle makes it fail.",
    "Whether it works depends on what else was imported before.",
    Severity.ERROR,
)
OLD_FATAL_CYCLE = Rule(
    "old-fatal-cycle",
    "A module could not be imported first before this change either.",
    "An import cycle makes it fail; the change did not make it so.",
    Severity.NOTE,
)
NEW_CYCLE = Rule(
    "new-cycle",
    "Modules import each other that did not before.",
    "It works, for now: every further import among them may make it fail.",
    Severity.ERROR,
)
CYCLE = Rule(
    "cycle",
    "Modules import each other.",
    "It works, for now: every further import among them may make it fail.",
    Severity.NOTE,
)
SWALLOWED_IMPORT = Rule(
    "swallowed-import",
    "An import fails because of a cycle, and the failure is swallowed.",
    "The module goes on with another value, and nothing tells.",
)
OLD_SWALLOWED_IMPORT = Rule(
    "old-swallowed-import",
    "An import failed because of a cycle before this change too, unnoticed.",
    "The module goes on with another value, and nothing tells.",
    Severity.NOTE,
)
CYCLE_UNTOLD = Rule(
    "cycle-untold",
    "Whether an import cycle fails cannot be told.",
    "The code computes what it imports, or needs what only a run can tell.",
    undecided=True,
)
OLD_CYCLE_UNTOLD = Rule(
    "old-cycle-untold",
    "Whether an import cycle fails could not be told before this change either.",
    "The change did not touch it.",
    Severity.NOTE,
)
IMPORTS_UNREAD = Rule(
    "imports-unread",
    "A file cannot be read or parsed.",
    "What it imports cannot be told; cycles through it are not seen.",
    Severity.ERROR,
    undecided=True,
)
OLD_IMPORTS_UNREAD = Rule(
    "old-imports-unread",
    "A file that this change does not touch cannot be read or parsed.",
    "What it imports cannot be told; cycles through it are not seen.",
    Severity.NOTE,
)
LAZY_CAN_GO = Rule(
    "lazy-can-go",
    "An import inside a function no longer has a reason to be there.",
    "The cycle that it dodged is gone: it can stand at the top of the file.",
    Severity.NOTE,
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
