"""The output formats, one a file.

A module in this folder is a format by being there: its name is what `--format`
takes, and its function `render(outcome, *, terminal)` returns the text to
print. One that cannot show every outcome says in `NEEDS` of which parts of it there
must be one (fields of `Outcome`). A name that begins with an underscore is a helper.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from verify.outcome import Outcome
from verify.terminal import Terminal


def formats() -> tuple[str, ...]:
    """The names of all formats, in order; imports none of them."""
    modules = pkgutil.iter_modules(__path__)
    return tuple(sorted(m.name for m in modules if not m.name.startswith("_")))


def render(outcome: Outcome, format_name: str, terminal: Terminal) -> str:
    """Return `outcome` as text in a format of `formats()`, newline included."""
    renderer = import_module(f"{__name__}.{format_name}")
    text: str = renderer.render(outcome, terminal=terminal)
    return text


def needs(format_name: str) -> frozenset[str]:
    """The parts of an outcome of which a format shows nothing but these; none where
    it shows any outcome.
    """
    renderer = import_module(f"{__name__}.{format_name}")
    parts: frozenset[str] = getattr(renderer, "NEEDS", frozenset())
    return parts


def fitting(parts: frozenset[str]) -> tuple[str, ...]:
    """The formats that can show an outcome which has these parts."""
    return tuple(n for n in formats() if not needs(n) or needs(n) & parts)
