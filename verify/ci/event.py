"""What a workflow's event compares: from GitHub's payload to a range, without git."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class NoRangeError(Exception):
    """An event that does not say what to compare; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A range as `rehome verify` takes it, and the commits that it needs, by their ids;
    no ids where a person wrote the range.
    """

    text: str
    commits: tuple[str, ...] = ()


def wanted_of(event: str, payload: Mapping[str, Any]) -> Wanted:
    """The range of an event, from where its two sides parted.

    Of a pull request, these are the tips of its base and of its own branch. The merge
    commit that GitHub checks out is not one of them: lines would not be those that the
    pull request shows, and the answer would change with the base. Raises NoRangeError.
    """
    pull = _table(payload, "pull_request")
    group = _table(payload, "merge_group")
    if pull:
        base, head = _table(pull, "base").get("sha"), _table(pull, "head").get("sha")
    elif group:
        base, head = group.get("base_sha"), group.get("head_sha")
    elif event == "push":
        base, head = payload.get("before"), payload.get("after")
    else:
        raise NoRangeError(f"a {event!r} event has nothing to compare: {_GIVE}")
    if not (_is_commit(base) and _is_commit(head)):
        raise NoRangeError(f"this {event!r} event names no two commits: {_GIVE}")
    if _is_none(head):
        raise NoRangeError("this push takes a branch away: there is nothing to verify")
    if _is_none(base):
        raise NoRangeError(
            "this push makes a new branch, so the event does not say what to compare it"
            f" with: {_GIVE}"
        )
    return Wanted(f"{base}...{head}", (str(base), str(head)))


_GIVE = "give the input `range`, such as origin/main...HEAD"


def _table(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = payload.get(name)
    return found if isinstance(found, dict) else {}


def _is_commit(value: object) -> bool:
    return isinstance(value, str) and _COMMIT.fullmatch(value) is not None


def _is_none(commit: object) -> bool:
    """Whether it is the id that git gives to what is not there: zeros."""
    return not str(commit).strip("0")
