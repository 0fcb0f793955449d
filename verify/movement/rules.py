"""Every rule that the search for moves can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

RESIDUAL = Rule(
    "residual",
    "Changed lines are left that no move explains.",
    "They can change what the code does: a person has to read them.",
)
EDITED_MOVE = Rule(
    "edited-move",
    "A definition moved and was changed on the way.",
    "A change inside a move is the easiest one to overlook.",
)
OTHER_MEANING = Rule(
    "other-meaning",
    "A name in moved code means something else in its new place.",
    "The text is the same, what it does is not.",
    Severity.ERROR,
)
MEANING_NOTE = Rule(
    "meaning-note",
    "A name in moved code is seen differently from its new place.",
    "What the code does is the same; what a person sees of it is not.",
    Severity.NOTE,
)
UNCLEAR_MEANING = Rule(
    "unclear-meaning",
    "Whether a name in moved code still means the same cannot be told.",
    "It depends on what is only known at run time.",
    undecided=True,
)
ORDER = Rule(
    "order",
    "Definitions stand in another order, and it can matter.",
    "They run code when they are defined.",
)
UNREAD = Rule(
    "unread",
    "A changed file cannot be parsed.",
    "What moved out of it or into it cannot be told; only its lines were compared.",
    Severity.ERROR,
    undecided=True,
)

OPAQUE = Rule(
    "opaque",
    "Something changed that is no text.",
    "What changed in it cannot be shown as lines.",
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
