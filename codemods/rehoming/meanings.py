"""What one use of a value means, and what many uses mean together."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from codemods.rehoming.attributes import Rehomed


class Kind(Enum):
    """Which object a use means; `TEST` only asks whether there is one."""

    NEW = "new"
    OLD = "old"
    TEST = "test"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one use tells. `value` is the expression that is used, `target` the
    attribute that a use of kind `NEW` means, `why` what the use is, in words.
    """

    kind: Kind
    value: ast.expr
    why: str
    target: str = ""
    member: str = ""


def of_member(attribute: Rehomed, member: str, value: ast.expr) -> Meaning:
    """What reading, writing or deleting a member of a value tells."""
    home = attribute.home_of(member)
    if home is None:
        why = f"`{member}` is in neither list of the migration"
        return Meaning(Kind.UNKNOWN, value, why, member=member)
    kind = Kind.OLD if home == attribute.old else Kind.NEW
    return Meaning(kind, value, f"`{member}` is used", home, member)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all the uses of one value tell together."""

    kind: Kind
    why: str = ""
    target: str = ""


def together(meanings: Iterable[Meaning]) -> Verdict:
    """Put meanings together: one object for all of them, or none that can be told."""
    present = list(meanings)
    unknown = next((m for m in present if m.kind is Kind.UNKNOWN), None)
    targets = sorted({m.target for m in present if m.kind is Kind.NEW})
    stays = any(m.kind is Kind.OLD for m in present)
    if unknown is not None:
        return Verdict(Kind.UNKNOWN, unknown.why)
    if len(targets) + stays > 1:
        return Verdict(Kind.UNKNOWN, both_ways(present))
    if targets:
        return Verdict(Kind.NEW, target=targets[0])
    return Verdict(Kind.OLD if stays else Kind.TEST)


def both_ways(meanings: Iterable[Meaning]) -> str:
    """Say which members of which object are used."""
    members: dict[str, set[str]] = {}
    for each in meanings:
        if each.kind in (Kind.NEW, Kind.OLD):
            members.setdefault(each.target, set()).add(each.member or "others")
    parts = (
        f"{', '.join(f'`{name}`' for name in sorted(names))} of `{target}`"
        for target, names in sorted(members.items())
    )
    return f"both are used: {' and '.join(parts)}"
