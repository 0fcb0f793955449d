"""What was found, in words."""

from __future__ import annotations

from codemods.finding import Finding, Place, Rule
from verify.doctoring import rules
from verify.doctoring.hints import Hints
from verify.doctoring.judging import Judged, State
from verify.doctoring.regions import ATTRIBUTE, MODULE, When

_MISSING = {
    MODULE: rules.MISSING_MODULE,
    ATTRIBUTE: rules.MISSING_ATTRIBUTE,
}


def finding_of(path: str, judged: Judged, release: str, hints: Hints) -> Finding:
    """One thing that a person must see, with where the name may be now."""
    wanted = judged.wanted
    place = Place(path, wanted.line, wanted.column)
    hint = _hint(judged, hints)
    if judged.state is State.UNTOLD:
        message = f"whether {release} has `{wanted.text}` cannot be told: {judged.why}"
        fix = f"look for it, or import it once{f'; {hint}' if hint else ''}"
        return Finding(rules.IMPORT_UNTOLD, place, message, fix)
    lost = _lost(judged, release)
    if judged.state is State.FALLBACK:
        message = f"{lost}: the fallback is always taken"
        return Finding(rules.FALLBACK_TAKEN, place, message, hint or _NOTHING)
    if wanted.when is When.TYPES:
        message = f"{lost}: type checkers lose it"
        return Finding(rules.MISSING_FOR_TYPES, place, message, hint or _NOTHING)
    message = f"{lost}: {wanted.when.value} fails"
    return Finding(_rule_of(judged), place, message, hint or _NOTHING)


_NOTHING = "nothing of that name is in this version: look for what replaced it"


def _rule_of(judged: Judged) -> Rule:
    return _MISSING.get(judged.kind, rules.MISSING_NAME)


def _lost(judged: Judged, release: str) -> str:
    """What is not there, and for what it is wanted."""
    module, _, name = judged.lost.partition(":")
    if name:
        why = judged.why
        because = f" ({why})" if why and module not in why else ""
        return f"`{module}` of {release} has no `{name}`{because}"
    wanted = judged.wanted
    name = wanted.name if wanted.name != "*" else ""
    of_what = f", to import `{name}` from" if name else ""
    only_stub = f" ({judged.why})" if "stub" in judged.why else ""
    return f"{release} has no module `{module}`{of_what}{only_stub}"


def _hint(judged: Judged, hints: Hints) -> str:
    """Where the name may be: the last part that is wanted says most."""
    wanted = judged.wanted
    module, _, name = judged.lost.partition(":")
    if name and name != "*":
        return hints.for_name(module, name)
    rest = wanted.text.removeprefix(f"{module}.").split(".")
    if wanted.text != module and not name:
        hint = hints.for_name(module, rest[0])
        if hint:
            return hint
    return hints.for_module(module) if not name else ""
