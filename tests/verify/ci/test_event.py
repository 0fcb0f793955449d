"""From the payload of an event to a range."""

from __future__ import annotations

from typing import Any

import pytest

from verify.ci.event import NoRangeError, Wanted, wanted_of

A, B, NONE = "a" * 40, "b" * 40, "0" * 40
PULL = {"pull_request": {"base": {"sha": A}, "head": {"sha": B}}}


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("pull_request", PULL),
        ("pull_request_target", PULL),
        ("pull_request_review", PULL),
        ("merge_group", {"merge_group": {"base_sha": A, "head_sha": B}}),
        ("push", {"before": A, "after": B}),
        ("push", {"before": A, "after": B, "forced": True}),
    ],
)
def test_both_sides_from_where_they_parted(event: str, payload: dict[str, Any]) -> None:
    assert wanted_of(event, payload) == Wanted(f"{A}...{B}", (A, B))


@pytest.mark.parametrize(
    ("event", "payload", "says"),
    [
        ("schedule", {}, "a 'schedule' event has nothing to compare: give the input"),
        ("workflow_dispatch", {"inputs": None}, "has nothing to compare"),
        ("push", {"before": NONE, "after": B}, "makes a new branch"),
        ("push", {"before": A, "after": NONE}, "takes a branch away"),
        ("push", {"before": "--upload-pack=x", "after": B}, "names no two commits"),
        ("push", {"before": f"{A}\n", "after": B}, "names no two commits"),
        ("push", {}, "names no two commits"),
        ("pull_request", {"pull_request": {"base": {"sha": 1}}}, "names no two"),
        ("pull_request", {"pull_request": []}, "has nothing to compare"),
        ("issue_comment", {"issue": {"pull_request": {}}}, "has nothing to compare"),
    ],
)
def test_what_names_no_two_commits(
    event: str, payload: dict[str, Any], says: str
) -> None:
    with pytest.raises(NoRangeError, match=says):
        wanted_of(event, payload)
