"""What `--format json` wrote is read back as it was, and nothing else is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.verify.render.outcomes import HOSTILE, hostile, rich
from tests.verify.render.reports import behaved, benched, verified
from verify.outcome import Outcome
from verify.render import render
from verify.saved import SavedError, outcome_of
from verify.terminal import Terminal


def saved(outcome: Outcome) -> bytes:
    return render(outcome, "json", Terminal()).encode()


@pytest.mark.parametrize("outcome", [rich(), verified(), behaved(), benched()])
def test_an_outcome_comes_back_but_for_its_order(outcome: Outcome) -> None:
    found = outcome_of(saved(outcome))
    assert saved(found) == saved(outcome)
    assert {*found.findings} == {*outcome.findings}
    assert {*found.tables} == {*outcome.tables}  # columns in their order
    kept = ("command", "verdict", "heading", "summary", "diagrams", "cases", "accepted")
    for name in (*kept, "facts"):
        assert getattr(found, name) == getattr(outcome, name), name


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_so_does_a_hostile_one(name: str) -> None:
    assert saved(outcome_of(saved(hostile(name)))) == saved(hostile(name))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no JSON"),
        (b"\xff\xfe", "it is no JSON"),
        (b"{" * 9, "it is no JSON"),
        (b"[" * 200_000, "it is no JSON"),
        (b"[]", "not what rehome writes"),
        (b"3", "not what rehome writes"),
        (b'{"benchmarks": []}', "not what rehome writes"),
        (b'{"schema_version": 2}', "its schema_version is 2, this rehome reads 1"),
        (b'{"schema_version": 1}', "required field `command`"),
    ],
)
def test_what_is_none_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(SavedError, match=reason):
        outcome_of(content)


def every_change(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = document.items() if isinstance(document, dict) else enumerate(document)
    found = []
    for key, part in items:
        found.append((*path, key))
        if isinstance(part, dict | list):
            found += every_change(part, (*path, key))
    return found


def test_anything_of_another_type_is_refused_or_read_never_a_crash() -> None:
    text = saved(rich())
    reasons = []
    for path in every_change(json.loads(text)):
        for other in (None, -1, "x", [], {}, [3], {"x": [None]}):
            document = json.loads(text)
            target = document
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = other
            try:
                outcome_of(json.dumps(document).encode())
            except SavedError as error:
                reasons.append(str(error))
    assert len(reasons) > 900
    assert not [each for each in reasons if "\n" in each]


def test_a_finding_of_a_rule_that_is_not_told_is_refused() -> None:
    document = json.loads(saved(rich()))
    document["rules"] = {}
    with pytest.raises(SavedError, match="make it again"):
        outcome_of(json.dumps(document).encode())


def test_a_table_that_lacks_a_column_is_refused() -> None:
    outcome = replace(verified(), diagrams=())
    document = json.loads(saved(outcome))
    del document["tables"]["another"][0]["two"]
    with pytest.raises(SavedError, match="make it again"):
        outcome_of(json.dumps(document).encode())


def test_a_diagram_that_names_what_it_does_not_have_is_refused() -> None:
    for key, value in (("chain", [["p.x.a", "p.z"]]), ("nodes", [])):
        document = json.loads(saved(verified()))
        document["diagrams"][0][key] = value
        with pytest.raises(SavedError, match="make it again"):
            outcome_of(json.dumps(document).encode())


def test_half_a_character_where_a_word_is_expected_is_refused() -> None:
    document = json.loads(saved(verified()))
    document["verdict"] = "\ud800"
    with pytest.raises(SavedError, match="make it again"):
        outcome_of(json.dumps(document).encode())


NUMBERS = ["9" * 5_000, "-1", "nan", "inf", "1e999", "\u0663", "", "any", "x to y"]


@pytest.mark.parametrize("text", NUMBERS, ids=lambda text: ascii(text)[:12])
def test_a_cell_that_holds_no_number_makes_a_page_all_the_same(text: str) -> None:
    for outcome in (verified(), benched()):
        tables = tuple(
            replace(
                each,
                rows=tuple((*row[:2], *(text for _ in row[2:])) for row in each.rows),
            )
            for each in outcome.tables
        )
        facts = {**outcome.facts, "margin_percent": text}
        made = outcome_of(saved(replace(outcome, tables=tables, facts=facts)))
        assert "<h1>" in render(made, "html", Terminal())
