"""Every rule that the comparison of surfaces can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

MOVED_WITHOUT_ALIAS = Rule(
    "moved-without-alias",
    "A name moved, is not imported at its old place, and no migration says so.",
    "Whoever imports it by its old name gets an error, and no help.",
    Severity.ERROR,
)
NAME_GONE = Rule(
    "name-gone",
    "A name can no longer be imported, and nothing says what to use instead.",
    "Whoever imports it gets an error.",
    Severity.ERROR,
)
MODULE_GONE = Rule(
    "module-gone",
    "A module can no longer be imported, and no migration says so.",
    "Whoever imports it, or a name of it, gets an error.",
    Severity.ERROR,
)
BROKEN_IMPORT = Rule(
    "broken-import",
    "The repository itself imports a name that is gone.",
    "The import fails, and with it whatever imports the file.",
    Severity.ERROR,
)
NAME_CONDITIONAL = Rule(
    "name-conditional",
    "A name that could always be imported is bound under a condition only.",
    "Where the condition does not hold, importing it fails.",
)
STUB_NAME_GONE = Rule(
    "stub-name-gone",
    "A name is no longer in the stub of its module.",
    "It works, but a type checker refuses it.",
)
IMPORTS_GONE = Rule(
    "imports-gone",
    "What a module imported for its own use can no longer be imported from it.",
    "Nobody should have; whoever did gets an error.",
    Severity.NOTE,
)
SURFACE_UNTOLD = Rule(
    "surface-untold",
    "Whether a name can still be imported cannot be told from the text.",
    "It may come out of a star import, a `__getattr__` or code that runs.",
    undecided=True,
)
SURFACE_UNREAD = Rule(
    "surface-unread",
    "A changed module cannot be parsed.",
    "Which names it gives out cannot be told.",
    Severity.ERROR,
    undecided=True,
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
