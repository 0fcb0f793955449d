"""How sure it is that one definition is what became of another."""

from __future__ import annotations

from dataclasses import dataclass

from verify.inferring.agreeing import changed_lines, disagreements, similarity
from verify.inferring.answer import Confidence
from verify.inferring.pairing import Pairing
from verify.movement.answer import Match
from verify.movement.definitions import ASSIGNMENT
from verify.movement.verdicts import Likeness
from verify.surface.scope import is_private

# Code of fewer characters, without layout, is the same by chance.
_TELLING = 80
# Of lines that are the same: more makes an edited definition the same one.
_SURE_LIKENESS = 0.75
_LIKELY_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Judgement:
    """A confidence with what speaks for it and against it; `diff` are the lines that
    changed.
    """

    confidence: Confidence
    evidence: tuple[str, ...]
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What others do. `followers` are files of the package that import the new one
    where they imported the old one, `neighbours` those that import other names of its
    new module there. `has_company` tells that more of the old module went to the new.
    """

    followers: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    has_company: bool = False


def judge_match(match: Match, pairing: Pairing, hints: Hints) -> Judgement:
    """Judge what `rehome moves` matched."""
    followers = hints.followers
    others = [] if followers else pairing.rivals(match)
    told = [d for d in match.differences if not d.is_note]
    evidence = [_followed(followers, "it")] if followers else []
    evidence += [f"`{other.dotted}` could be meant as well" for other in others[:3]]
    evidence += [
        f"`{d.name}` {'may mean' if d.undecided else 'means'} something else there:"
        f" was {d.old}, is {d.new} (line {d.line})"
        for d in told[:5]
    ]
    if match.verdict is Likeness.EDITED:
        is_decided = any(not d.undecided for d in told)
        return _of_edited(match, pairing, hints, evidence, bool(others), is_decided)
    return _of_same(match, pairing, hints, evidence, bool(others))


def _of_same(
    match: Match,
    pairing: Pairing,
    hints: Hints,
    evidence: list[str],
    has_rivals: bool,
) -> Judgement:
    """Of one that has the same body."""
    same_name = match.old.name == match.new.name
    is_value = match.old.kind == ASSIGNMENT
    is_small = len(pairing.old.squeezed(match.old)) < _TELLING
    if is_value:
        # Many modules have a `_is_cuda = is_cuda()` of their own.
        is_told = hints.has_company and same_name and not is_private(match.old.name)
    else:
        is_told = same_name or not is_small
    if not (is_told or hints.followers):
        evidence = [*evidence, "too little of it to tell by its text alone"]
        has_rivals = True
    # Adapted to renames: what its users call may have another name as well.
    changes = disagreements(match, bases=False)
    evidence = [*evidence, *(f"changed: {each}" for each in changes[:6])]
    has_rivals |= bool(changes) and not hints.followers
    first = f"same {_subject(match)}: {match.likeness.value}"
    confidence = Confidence.LIKELY if has_rivals else Confidence.SURE
    return Judgement(confidence, (first, *evidence))


def _of_edited(
    match: Match,
    pairing: Pairing,
    hints: Hints,
    evidence: list[str],
    has_rivals: bool,
    is_other: bool,
) -> Judgement:
    """Of one that was changed on the way: it can still be what its name says."""
    old, new = pairing.old.text(match.old), pairing.new.text(match.new)
    same_name = match.old.name == match.new.name
    ratio, changes = similarity(old, new), disagreements(match)
    diff = changed_lines(old, new)
    if hints.neighbours and not hints.followers:
        evidence = [*evidence, _followed(hints.neighbours, "other names")]
    evidence = [*evidence, *(f"changed: {each}" for each in changes[:6])]
    enough = _LIKELY_LIKENESS if hints.neighbours else _SURE_LIKENESS
    agrees = not changes and not is_other and ratio >= enough
    is_value = match.old.kind == ASSIGNMENT
    if same_name and (hints.followers or (agrees and not has_rivals and not is_value)):
        confidence = Confidence.SURE
    elif same_name or ratio >= _LIKELY_LIKENESS:
        confidence = Confidence.LIKELY
    else:
        confidence = Confidence.UNSURE
    first = _how_far(ratio, len(old), len(new), same_text=not diff)
    return Judgement(confidence, (first, *evidence), diff)


def _followed(files: tuple[str, ...], what: str) -> str:
    count = len(files)
    said = (
        "1 file that imported it imports"
        if count == 1
        else (f"{count} files that imported it import")
    )
    shown = ", ".join(files[:2]) + (", ..." if count > 2 else "")
    return f"{said} {what} from there now: {shown}"


def _subject(match: Match) -> str:
    return "value" if match.old.kind == ASSIGNMENT else "body"


def _how_far(ratio: float, old: int, new: int, *, same_text: bool) -> str:
    if same_text:
        return "same text, but it does not mean the same there"
    shown = f"{min(int(ratio * 100), 99)}%"
    return f"edited: {shown} of its lines are the same ({old} lines, now {new})"
