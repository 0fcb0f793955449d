"""Every rule that `rehome behaviour` can report."""

from __future__ import annotations

from codemods.finding import Rule, Severity

STEP_DIFFERS = Rule(
    "step-differs",
    "The same operations have another result on the other side.",
    "What was moved does something else in its new home.",
    Severity.ERROR,
)
TEST_DIFFERS = Rule(
    "test-differs",
    "A test has another outcome on the other side.",
    "The project's own tests see the change.",
    Severity.ERROR,
)
TEST_GONE = Rule(
    "test-gone",
    "A test is not there on the head.",
    "What it looked after is looked after no longer.",
)
TEST_UNSTEADY = Rule(
    "test-unsteady",
    "A test comes out now one way, now another, on one side alone.",
    "Whether the range did this cannot be told from a few runs.",
    Severity.ERROR,
    undecided=True,
)
NOT_RUN = Rule(
    "not-run",
    "A side could not be run to the end.",
    "What was not run could not be compared.",
    Severity.ERROR,
    undecided=True,
)
NOT_COMPARED = Rule(
    "not-compared",
    "Results could not be compared.",
    "What cannot be described to the last bit may hide a difference.",
    Severity.ERROR,
    undecided=True,
)
NOTHING_EXERCISED = Rule(
    "nothing-exercised",
    "Nothing of the code was exercised.",
    "Two sides that do nothing do the same.",
    Severity.ERROR,
    undecided=True,
)
OTHER_CODE = Rule(
    "other-code",
    "Code of another place was run in the side's stead.",
    "A module came from elsewhere, an installed copy for one, on both sides alike.",
    Severity.ERROR,
    undecided=True,
)

RULES: tuple[Rule, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Rule)
)
