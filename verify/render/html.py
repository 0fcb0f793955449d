"""A page for people: everything that was found out, with its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from codemods.finding import Verdict
from verify.outcome import Case, Fact, Outcome
from verify.render._drawing import intervals
from verify.render._drawing.style import STYLE
from verify.render._page.findings import groups
from verify.render._page.sections import Section, sections_of
from verify.render._page.text import (
    block,
    counted,
    cut,
    harmless,
    place_of,
    prose,
    stopped,
)
from verify.terminal import Terminal

_WORDS = {
    Verdict.OK: "ok",
    Verdict.FAIL: "failed",
    Verdict.UNDECIDED: "could not tell",
    None: "not run",
}
_CLASSES = {
    Verdict.OK: "ok",
    Verdict.FAIL: "fail",
    Verdict.UNDECIDED: "undecided",
    None: "missing",
}
# What is asked, for who does not know the names; one that is not here stands alone.
_QUESTIONS = {
    "moves": "Did code only move, and what else changed?",
    "blame": "How many lines keep their history?",
    "cycles": "Is there a new import cycle?",
    "leftovers": "Does anything still use an old name?",
    "surface": "Can all that was public still be imported?",
    "behaviour": "Are the results the same, bit for bit?",
    "bench": "Is it as fast as before?",
}
_LONGEST = 300  # characters of a card's message
# What needs a person first.
_ORDER = (Verdict.FAIL, Verdict.UNDECIDED, Verdict.OK, None)


@dataclass(frozen=True, slots=True)
class _Card:
    """The answer to one question, and where on the page there is more of it."""

    name: str
    question: str
    word: str
    css: str
    message: str
    anchor: str


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one HTML document that needs nothing else; the terminal makes no
    difference.
    """
    return page_of(outcome, sections_of(outcome))


def page_of(outcome: Outcome, sections: list[Section]) -> str:
    """A document with these sections below the verdicts of an outcome."""
    cards = _cards(outcome, sections)
    text = (
        _environment()
        .get_template("page.html")
        .render(
            outcome=outcome,
            title=_title(outcome),
            verdicts=[(_WORDS[each], _CLASSES[each]) for each in _verdicts(outcome)],
            cards=cards,
            todo=groups(outcome.findings, notes=False),
            counts=_counts(cards),
            sections=sections,
            ranges=_ranges(outcome),
            style=Markup(f"{STYLE}{intervals.STYLE}"),
        )
    )
    return f"{text}\n"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("verify.render", "_templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "counted": counted,
        "place": place_of,
        "prose": prose,
        "stopped": stopped,
        "text": block,
    }
    return environment


def _title(outcome: Outcome) -> str:
    """What was looked at: a range, two sides, one revision or one folder; empty where
    none is told.
    """
    for each in (*(part.outcome for part in outcome.parts), outcome):
        facts = each.facts
        if "range" in facts:
            return str(facts["range"])
        if "base" in facts and "head" in facts:
            return f"{facts['base']} to {facts['head']}"
        if one := facts.get("revision") or facts.get("folder"):
            return str(one)
    return ""


def _verdicts(outcome: Outcome) -> list[Verdict]:
    """The verdict; beside 'could not tell' it is said where something failed, too."""
    parts = {part.outcome.verdict for part in outcome.parts}
    parts |= {case.verdict for case in outcome.cases if case.verdict}
    failed = [Verdict.FAIL] if Verdict.FAIL in parts - {outcome.verdict} else []
    return [*failed, outcome.verdict]


def _ranges(outcome: Outcome) -> list[Mapping[str, Fact]]:
    """The facts that say which commits were compared, each once."""
    parts = [part.outcome for part in outcome.parts] or [outcome]
    facts = [each.facts for each in parts if {"range", "base", "head"} <= {*each.facts}]
    known = {str((each["range"], each["base"], each["head"])): each for each in facts}
    return [*known.values()]


def _cards(outcome: Outcome, sections: list[Section]) -> list[_Card]:
    cases = [case for case in outcome.cases if case.group == "report"]
    if not outcome.parts:
        cases = [case for case in outcome.cases if case.group == "checks"]
    cases.sort(key=lambda case: _ORDER.index(case.verdict))
    return [_card(case, sections) for case in cases]


def _card(case: Case, sections: list[Section]) -> _Card:
    name, _, source = case.name.partition(" (")
    fitting = [s for s in sections if name in s.answers]
    fitting = [s for s in fitting if source[:-1] == s.source] or fitting
    # Where one has several sections, the last is what a person has to read.
    place = 0 if case.verdict is Verdict.OK else -1
    anchor = fitting[place].id if fitting and case.verdict is not None else ""
    message = cut(case.message, _LONGEST) if case.verdict is not None else ""
    css = _CLASSES[case.verdict]
    question = _QUESTIONS.get(name, "")
    return _Card(case.name, question, _WORDS[case.verdict], css, message, anchor)


def _counts(cards: Iterable[_Card]) -> list[tuple[str, str, int]]:
    """Word, class and number, in the order of the cards."""
    found: dict[tuple[str, str], int] = {}
    for card in cards:
        key = card.word, card.css
        found[key] = found.get(key, 0) + 1
    return [(word, css, number) for (word, css), number in found.items()]
