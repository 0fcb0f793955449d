"""Every rule that `rehome doctor` can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

MISSING_MODULE = Rule(
    "missing-module",
    "A module that is imported is not in this version of the package.",
    "The import fails, and with it whatever imports the file.",
    Severity.ERROR,
)
MISSING_NAME = Rule(
    "missing-name",
    "A name that is imported is not in its module in this version of the package.",
    "The import fails, and with it whatever imports the file.",
    Severity.ERROR,
)
MISSING_ATTRIBUTE = Rule(
    "missing-attribute",
    "What is read off a module is not in it in this version of the package.",
    "It fails where the line runs, which a test may never do.",
    Severity.ERROR,
)
MISSING_FOR_TYPES = Rule(
    "missing-for-types",
    "What only a type checker imports is not in this version of the package.",
    "Nothing fails at run time, but the types are lost.",
)
FALLBACK_TAKEN = Rule(
    "fallback-taken",
    "An import fails in this version, and what takes its place is no other import.",
    "Nothing fails, so nobody notices that a feature is switched off.",
)
IMPORT_UNTOLD = Rule(
    "import-untold",
    "Whether this version of the package has a name cannot be told from its text.",
    "The name may come out of a `__getattr__`, a star import or a compiled module.",
    undecided=True,
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
