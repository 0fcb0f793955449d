"""Every rule that `rehome apply` can report, in one place.

`RULES` is the list that documentation and tests go through.
"""

from __future__ import annotations

from codemods.finding import Rule, Severity

STAR_IMPORT = Rule(
    "star-import",
    "A star import hides which of the moved names a file uses.",
    "After the move the star no longer brings the moved name, and which names"
    " the file took from it cannot be read off the import.",
)
DYNAMIC_NAME = Rule(
    "dynamic-name",
    "A moved name is reached through a name that is only known at run time.",
    "`getattr(module, name)`, a computed dotted path or a module's name in a"
    " table can mean a moved symbol; no rewrite can tell.",
)
REBOUND_ALIAS = Rule(
    "rebound-alias",
    "A name that held an imported module is bound to something else as well.",
    "Which of the two objects a use means depends on the path that the program"
    " takes, so a rewrite of the use could be wrong.",
)
MODULE_ESCAPES = Rule(
    "module-escapes",
    "A module that lost a name is handed on as a value.",
    "Whoever receives the module can read the moved name from it.",
)
REMOVED_NAME = Rule(
    "removed-name",
    "A name is gone, and no other name is its equal.",
    "The call has to be rewritten by a person who knows what it is for.",
    Severity.ERROR,
)
MEMBER_USE = Rule(
    "member-use",
    "A member that moved may be used here through an instance.",
    "Without types, which class an object has cannot be told from its use.",
)
OWN_MODULE = Rule(
    "own-module",
    "The new home of a name imports that name from its old home.",
    "Re-pointing that import would make the module import itself.",
)
COMPAT_LIMIT = Rule(
    "compat-limit",
    "A use cannot be written so that it works with both versions.",
    "`--compat` guards imports with `try` and `except ImportError`; a string or"
    " a one-line block has no room for that.",
)
UNSAFE_REWRITE = Rule(
    "unsafe-rewrite",
    "A call site was found, but its rewrite could not be made safely.",
    "Rather than guess, the tool leaves the code as it is.",
)
TEXT_REFERENCE = Rule(
    "text-reference",
    "A text names something that moved by its old path.",
    "Whoever follows it, a person or a program, does not find it; `--text` rewrites"
    " exact paths.",
)
TEXT_UNSURE = Rule(
    "text-unsure",
    "A text may name something that moved.",
    "What stands around the path, or how it is used, leaves more than one reading.",
)
POSSIBLE_FOLD = Rule(
    "possible-fold",
    "An expression that may have a name now is left as it is.",
    "It is right as it stands; whether it has the value that got a name depends on"
    " what cannot be told from the code.",
    Severity.NOTE,
)
ATTRIBUTE_UNDECIDED = Rule(
    "attribute-undecided",
    "An attribute can mean either of two objects.",
    "Some of its members live on another object now, and what is used of it here"
    " cannot be seen, or is of both.",
)
ATTRIBUTE_DEFINED = Rule(
    "attribute-defined",
    "An attribute is made here, and the one that took some of its members is not.",
    "Whoever reads one of those members through this object will not find it.",
)
ATTRIBUTE_SHARED = Rule(
    "attribute-shared",
    "A member that both of two objects have is read beside members of the new one.",
    "It was left on the old object; the other one may be meant.",
    Severity.NOTE,
)
KEPT_LOCAL = Rule(
    "kept-local",
    "An import inside a function of a name that moved stays there under `--hoist`.",
    "Whether it is there for the sake of an import cycle cannot be told, or something"
    " else may need it there.",
    Severity.NOTE,
)
GENERATED_FILE = Rule(
    "generated-file",
    "A generated file uses a moved name.",
    "An edit would be lost at the next generation: change the generator.",
)
UNPARSABLE = Rule(
    "unparsable",
    "A file does not parse.",
    "What it uses cannot be told, so it is left as it is.",
    Severity.ERROR,
    undecided=True,
)
UNREADABLE = Rule(
    "unreadable",
    "A file cannot be read, decoded or written.",
    "What it uses cannot be told, or the rewrite could not be saved.",
    Severity.ERROR,
    undecided=True,
)
RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
