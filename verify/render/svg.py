"""Pictures for people: each diagram of the outcome, in one SVG without script."""

from __future__ import annotations

from verify.outcome import Outcome
from verify.render._drawing.page import page
from verify.terminal import Terminal

NEEDS = frozenset({"diagrams"})


def render(outcome: Outcome, *, terminal: Terminal) -> str:
    """Return one SVG document; the terminal makes no difference."""
    return page(outcome.command, outcome.heading, outcome.diagrams)
